//! Bound statements on tables: what the parser wrote with names resolved to tables and columns, before the optimizer
//! chooses an access path. [`crate::optimize`] adds their `access_path`, [`crate::execute`] their `run`.
//!
//! | file                                          | what                                                        |
//! |-----------------------------------------------|-------------------------------------------------------------|
//! | `select`, `order_by`, `limit`, `read_mode`    | SELECT; how it reads: by a read view, or locking            |
//! | `from`, `hints`                               | FROM: the table, its alias, its index hints                 |
//! | `insert`, `assignments`                       | INSERT, REPLACE                                             |
//! | `update_delete`                               | UPDATE, DELETE                                              |

mod assignments;
mod from;
mod hints;
mod insert;
mod limit;
mod order_by;
mod read_mode;
mod select;
mod update_delete;

pub(crate) use from::Lookup;
pub(crate) use hints::Hints;
pub(crate) use insert::{DuplicateUpdate, Insert, InsertSource, OnDuplicate, RowValue};
pub(crate) use order_by::OrderBy;
pub(crate) use read_mode::{Locking, ReadMode, locking_of, locking_of_source};
pub(crate) use select::{Select, reads_a_table};
pub(crate) use update_delete::{TargetRows, UpdateDelete};
