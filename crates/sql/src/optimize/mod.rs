//! What ways to the rows of one table there are, and what each costs. Nothing here reads a row: it knows the tree's size and
//! how many entries a range has, not how rows are fetched.

mod access;
mod cost;
mod interval;
mod key_prefix;
mod loose_choice;
mod loose_scan;
mod min_max;
mod order;
mod plan;
mod ranges;
mod request;
mod sargable;
mod statement;

pub(crate) use access::{Access, AccessKind};
pub(crate) use cost::{columns_bytes, key_bytes, rows_of_a_value};
pub(crate) use key_prefix::{appended, behind};
pub(crate) use loose_scan::{Extreme, Loose};
pub(crate) use min_max::End;
pub(crate) use sargable::is_text;
