//! Statements on tables with their names resolved, before a way to their rows is chosen.

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
pub(crate) use insert::{Insert, InsertSource, OnDuplicate, RowValue};
pub(crate) use order_by::OrderBy;
pub(crate) use read_mode::{Locking, ReadMode, locking_of};
pub(crate) use select::{Select, reads_a_table};
pub(crate) use update_delete::{TargetRows, UpdateDelete};
