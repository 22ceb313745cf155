//! A table that a statement reads: a stored table of the engine, or a virtual table, whose rows are generated when a
//! statement names it. With several storage engines, `Source::Table` is where they would differ.

use crate::answer::SqlError;
use crate::engine::{Datum, Table, TableDef};
use std::sync::Arc;

/// A table that a statement reads.
#[derive(Clone)]
pub(crate) enum Source {
    Table(Arc<Table>),
    Virtual(Arc<VirtualTable>),
}

/// A table whose rows are generated when a statement names it.
pub(crate) struct VirtualTable {
    pub(crate) def: TableDef,
    pub(crate) rows: Vec<Vec<Datum>>,
}

impl Source {
    pub(crate) fn def(&self) -> &TableDef {
        match self {
            Source::Table(table) => table.def(),
            Source::Virtual(virtual_table) => &virtual_table.def,
        }
    }

    /// The stored table, for a statement that changes it. ERRORS: 1142 if the table is virtual.
    pub(crate) fn stored(self, command: &str) -> Result<Arc<Table>, SqlError> {
        match self {
            Source::Table(table) => Ok(table),
            Source::Virtual(table) => Err(SqlError::command_denied(command, &table.def.name)),
        }
    }
}
