//! From names in a statement to tables.
//!
//! RULES
//!
//! - **R1** There is one database, with the name that the session was given. Tables of other databases do not exist,
//!   except the engine's virtual tables.
//! - **R2** A statement gets its tables through its transaction, which holds their metadata locks until it ends, so no
//!   other session drops or alters them meanwhile.
//!
//! InnoDB's counterpart: `open_tables` in `sql/sql_base.cc`.

use super::source::Source;
use super::virtual_tables::find_virtual_table;
use crate::answer::SqlError;
use crate::engine::{Engine, Error, Table, Transaction};
use sqlparser::ast;
use std::sync::Arc;

/// Resolves the names of tables for one session.
pub(crate) struct Names {
    pub(crate) engine: Arc<Engine>,
    pub(crate) database: String,
}

impl Names {
    /// The table that a name in FROM refers to (R2). LOCKS: waits for the table's metadata lock. ERRORS: 1146; those of
    /// the wait.
    pub(crate) fn source(&self, trx: &mut Transaction, name: &ast::ObjectName) -> Result<Source, SqlError> {
        let (database, table) = self.split(name)?;
        if let Some(found) = find_virtual_table(database, table, &self.engine) {
            return Ok(Source::Virtual(Arc::new(found)));
        }
        if database != self.database {
            return Err(SqlError::no_such_table(database, table));
        }
        match trx.table(table) {
            Ok(found) => Ok(Source::Table(found)),
            Err(Error::NoSuchTable { .. }) => Err(SqlError::no_such_table(database, table)),
            Err(e) => Err(SqlError::from_engine(e, table)),
        }
    }

    /// The current table of this name, without a metadata lock, for callers that only read its definition. ERRORS:
    /// 1146.
    pub(crate) fn table(&self, name: &ast::ObjectName) -> Result<Arc<Table>, SqlError> {
        let (database, table) = self.split(name)?;
        let found = if database == self.database { self.engine.table(table) } else { None };
        found.ok_or_else(|| SqlError::no_such_table(database, table))
    }

    /// Splits a name into database (by default the session's) and table. ERRORS: 1235 for more than two parts.
    pub(crate) fn split<'n>(&'n self, name: &'n ast::ObjectName) -> Result<(&'n str, &'n str), SqlError> {
        let parts: Vec<_> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
        match parts.as_slice() {
            [table] => Ok((&self.database, table)),
            [database, table] => Ok((database, table)),
            _ => Err(SqlError::not_supported(name)),
        }
    }
}

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
