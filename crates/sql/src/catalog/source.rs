//! What a name in FROM means: a stored table, or a virtual one, whose rows are made when a statement names it. With several
//! storage engines a stored table is where they differ.

use crate::answer::SqlError;
use crate::engine::{Datum, Table, TableDef};
use std::sync::Arc;

/// What a name in FROM means.
#[derive(Clone)]
pub(crate) enum Source {
    Table(Arc<Table>),
    Virtual(Arc<VirtualTable>),
}

/// A table whose rows are at hand.
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

    /// The table to be changed. ERRORS: 1142 for one that is not stored.
    pub(crate) fn stored(self, command: &str) -> Result<Arc<Table>, SqlError> {
        match self {
            Source::Table(table) => Ok(table),
            Source::Virtual(table) => Err(SqlError::command_denied(command, &table.def.name)),
        }
    }
}
