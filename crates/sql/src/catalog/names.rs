//! From names in a statement to tables.
//!
//! RULES
//!
//! - **R1** There is one database, with the name that the session was given. Tables of other databases do not exist,
//!   except the engine's virtual tables.
//! - **R2** A statement gets its tables through its transaction, which holds their metadata locks until it ends, so no
//!   other session drops or alters them meanwhile. SHOW and DESCRIBE only look.
//! - **R3** A statement whose tables could not all be had holds no metadata lock of its own. UPDATE is the server's
//!   exception: it keeps them.
//! - **R4** While the session has tables locked for export, no others are to be had, and those for reading only.
//! - **R5** A name that no table or database can have is error 1103 or 1102 wherever it is used.
//!
//! InnoDB's counterpart: `open_tables` in `sql/sql_base.cc`.

use super::exported::Exported;
use super::source::Source;
use super::table_use::TableUse;
use super::virtual_tables::find_virtual_table;
use crate::answer::SqlError;
use crate::engine::{Engine, Error, Table, Transaction};
use sqlparser::ast;
use std::sync::Arc;

/// Resolves the names of tables for one session.
pub(crate) struct Names {
    pub(crate) engine: Arc<Engine>,
    pub(crate) database: String,
    /// Tables that the session has locked for export (R4).
    pub(crate) exported: Option<Exported>,
}

impl Names {
    /// The table that a name in FROM refers to (R2). LOCKS: waits for the table's metadata lock. ERRORS: 1146; those of
    /// the wait.
    pub(crate) fn source(
        &self,
        trx: &mut Transaction,
        name: &ast::ObjectName,
        used: TableUse,
    ) -> Result<Source, SqlError> {
        let (database, table) = self.split(name)?;
        if let Some(found) = find_virtual_table(database, table, &self.engine, &self.database) {
            return Ok(Source::Virtual(Arc::new(found)));
        }
        self.check_exported(database, table, used)?;
        if database != self.database {
            return Err(SqlError::no_such_table(database, table));
        }
        let found = if used == TableUse::Read { trx.table_to_read(table) } else { trx.table(table) };
        if found.is_err() && used != TableUse::Update {
            trx.release_tables_of_statement();
        }
        found.map(Source::Table).map_err(|e| self.error(e, table))
    }

    /// ERRORS: 1099 and 1100, if the session has tables locked for export (R4).
    fn check_exported(&self, database: &str, table: &str, used: TableUse) -> Result<(), SqlError> {
        match &self.exported {
            Some(exported) => exported.check(database == self.database, table, used),
            None => Ok(()),
        }
    }

    /// Checks that the session may use these tables, whether they exist or not. ERRORS: 1099, 1100 (R4); 1102, 1103.
    pub(crate) fn check_all<'n>(
        &self,
        names: impl IntoIterator<Item = &'n ast::ObjectName>,
        used: TableUse,
    ) -> Result<(), SqlError> {
        names.into_iter().try_for_each(|name| {
            let (database, table) = self.split(name)?;
            self.check_exported(database, table, used)
        })
    }

    /// The table of this name, for a look at its definition (R2). LOCKS and ERRORS: as [`Names::source`].
    pub(crate) fn look_at(&self, trx: &mut Transaction, name: &ast::ObjectName) -> Result<Arc<Table>, SqlError> {
        trx.look_at(self.own(name)?).map_err(|e| self.error(e, &name.to_string()))
    }

    /// The name of a table of the session's database. ERRORS: 1146 for a table of another one.
    pub(crate) fn own<'n>(&'n self, name: &'n ast::ObjectName) -> Result<&'n str, SqlError> {
        match self.split(name)? {
            (database, table) if database == self.database => Ok(table),
            (database, table) => Err(SqlError::no_such_table(database, table)),
        }
    }

    /// An error of the engine when it looked for a table, or changed `table` or its definition.
    pub(crate) fn error(&self, error: Error, table: &str) -> SqlError {
        match error {
            Error::NoSuchTable { name } => SqlError::no_such_table(&self.database, name),
            other => SqlError::from_engine(other, table),
        }
    }

    /// The current table of this name. REQUIRES: the caller has locked the name. ERRORS: 1146.
    pub(crate) fn table(&self, name: &ast::ObjectName) -> Result<Arc<Table>, SqlError> {
        let (database, table) = self.split(name)?;
        let found = if database == self.database { self.engine.table(table) } else { None };
        found.ok_or_else(|| SqlError::no_such_table(database, table))
    }

    /// Splits a name into database (by default the session's) and table. ERRORS: 1102, 1103 (R5); 1235 for more than two
    /// parts.
    pub(crate) fn split<'n>(&'n self, name: &'n ast::ObjectName) -> Result<(&'n str, &'n str), SqlError> {
        let parts: Vec<_> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
        let (database, table) = match parts.as_slice() {
            [table] => (self.database.as_str(), *table),
            [database, table] => (*database, *table),
            _ => return Err(SqlError::not_supported(name)),
        };
        if !is_possible(table) {
            return Err(SqlError::wrong_table_name(table));
        }
        check_database(database).map(|()| (database, table))
    }
}

/// The most characters of a name.
#[doc(alias = "NAME_CHAR_LEN")]
const MAX_NAME_CHARS: usize = 64;

/// True if a database or a table can have this name (R5).
fn is_possible(name: &str) -> bool {
    !name.is_empty() && !name.ends_with(' ') && !is_too_long(name)
}

/// True if a name has too many characters.
pub(crate) fn is_too_long(name: &str) -> bool {
    name.chars().count() > MAX_NAME_CHARS
}

/// ERRORS: 1102 if no database can have this name (R5).
pub(crate) fn check_database(name: &str) -> Result<(), SqlError> {
    if is_possible(name) { Ok(()) } else { Err(SqlError::wrong_database_name(name)) }
}

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
