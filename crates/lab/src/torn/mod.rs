//! `torn`: pages that are torn by a power loss, at each of their sectors, under each setting of `innodb_doublewrite`.
//!
//! ```text
//! one run a setting: rows change, their pages are written ─► the batch: copies or a list, then page after page
//! for each kind of page, each sector: the disk before that write, and a part of the write ─► opening ══?══ model
//! ```
//!
//! RULES
//!
//! - **R1** The power is lost during one write. Of its sectors those before the tear are new and the others old, or the
//!   other way round; writes before it are whole, and later ones did not happen.
//! - **R2** No page is served that is not whole: either opening fails and names the page, or all committed rows are there
//!   and `check` finds no fault.
//!
//! | module     | contents                                                       |
//! |------------|----------------------------------------------------------------|
//! | `model`    | the fate of a torn write, derived from its bytes alone         |
//! | `workload` | the run, its batch of writes, and what the batch costs         |
//! | `observe`  | tears each write and opens what is left                        |
//! | `print`    | the table, the objects                                         |
//! | `command`  | the options                                                    |

mod command;
mod model;
mod observe;
mod print;
mod workload;

pub(crate) use command::{Arguments, torn};
