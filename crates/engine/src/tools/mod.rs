//! Looking at an engine from outside of its work: what is locked, is all of it sound, what do its files say, a file for
//! a real server.
//!
//! | file     | one idea                                                  | InnoDB's room       |
//! |----------|-----------------------------------------------------------|---------------------|
//! | `locks`  | who holds what, as `data_locks` shows it                  | `p_s.data_locks`    |
//! | `check`  | is all of it sound?                                       | `CHECK TABLE`       |
//! | [`inspect`] | a database's files, without opening it                    | (none)              |
//! | `export` | a file for a real server                                  | `row0quiesce`       |

mod check;
mod export;
pub mod inspect;
mod locks;

pub use check::{Checked, CheckedIndex, Report};
pub use export::Exported;
pub use locks::{LatestDeadlock, LockRow};
