//! From names to tables, stored or virtual, and to their indexes.

mod keys;
mod names;
mod source;
mod virtual_tables;

pub(crate) use keys::{find_index, indexes, is_unique};
pub(crate) use names::{Names, quoted};
pub(crate) use source::Source;
