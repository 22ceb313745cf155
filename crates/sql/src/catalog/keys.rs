//! The indexes of a table: lookup by name, uniqueness.
//!
//! InnoDB's counterpart: `KEY` in `sql/structs.h`.

use crate::engine::{IndexNo, TableDef};

/// True if the index is unique: no two rows without NULLs have the same values in its columns.
#[doc(alias = "HA_NOSAME")]
pub(crate) fn is_unique(def: &TableDef, index: IndexNo) -> bool {
    match index.0.checked_sub(1) {
        Some(secondary) => def.indexes[secondary].unique,
        None => !def.has_row_id(),
    }
}

/// All indexes that have a name, in the order of SHOW CREATE TABLE. A clustered index on the hidden row id has none.
pub(crate) fn indexes(def: &TableDef) -> impl Iterator<Item = IndexNo> {
    (usize::from(def.has_row_id())..=def.indexes.len()).map(IndexNo)
}

/// The index with this name, compared without case.
pub(crate) fn find_index(def: &TableDef, name: &str) -> Option<IndexNo> {
    indexes(def).find(|index| def.index_name(*index).eq_ignore_ascii_case(name))
}
