//! FLUSH TABLES, FLUSH TABLES … FOR EXPORT and UNLOCK TABLES.
//!
//! | statement            | waits for                              | then                                                     |
//! |----------------------|----------------------------------------|----------------------------------------------------------|
//! | FLUSH TABLES         | nothing                                | all pages are written to their files                     |
//! | FLUSH TABLES t, …    | all transactions that use the tables   | all pages are written to their files                     |
//! | … FOR EXPORT         | transactions that change the tables    | their files do not change until UNLOCK TABLES or BEGIN   |
//!
//! RULES
//!
//! - **R1** FLUSH commits the open transaction first, unless a table is named twice or cannot have its name. UNLOCK TABLES
//!   commits if tables are locked.
//! - **R2** FLUSH TABLES goes to the binary log; with LOCAL, and FOR EXPORT, it does not.
//! - **R3** FLUSH TABLES does not ask whether its tables exist, FOR EXPORT does.
//!
//! The server's counterpart: `sql_reload.cc`. It only closes its handles of the tables there; InnoDB writes pages for
//! FOR EXPORT alone.

use super::client::{Session, trimmed};
use crate::answer::SqlError;
use crate::catalog::{Exported, TableUse};
use sqlparser::ast::ObjectName;
use std::collections::BTreeSet;

impl Session {
    /// FLUSH TABLES. `local`: it is not logged. ERRORS: 1044, 1066, 1103; 1099 and 1100 if tables are locked; 1213, 1317.
    pub(super) fn flush_tables(&mut self, tables: &[ObjectName], local: bool, sql: &str) -> Result<(), SqlError> {
        self.check_flushed(tables)?;
        self.transactions.commit()?;
        self.names.check_all(tables, TableUse::Change)?;
        if let (true, Some(exported)) = (tables.is_empty(), &self.names.exported) {
            return Err(SqlError::locked_for_reading(exported.names.first().map_or("", String::as_str)));
        }
        let engine = &self.names.engine;
        let mut ddl = engine.ddl(self.transactions.waiter());
        ddl.lock_names(self.own(tables)?).map_err(|e| self.names.error(e, ""))?;
        let flushed = engine.flush_pages();
        let logged = flushed.and_then(|()| if local { Ok(()) } else { engine.log_administration(trimmed(sql)) });
        logged.map_err(|e| SqlError::from_engine(e, ""))
    }

    /// FLUSH TABLES … FOR EXPORT. ERRORS: as [`Session::flush_tables`]; 1146; 1192 if tables are locked.
    pub(super) fn flush_for_export(&mut self, tables: &[ObjectName]) -> Result<(), SqlError> {
        self.check_flushed(tables)?;
        self.transactions.commit()?;
        if self.names.exported.is_some() {
            return Err(SqlError::tables_are_locked());
        }
        let names = tables.iter().map(|name| self.names.own(name).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
        let quiesced = self.names.engine.quiesce(self.transactions.waiter(), names.iter().map(String::as_str));
        let quiesced = quiesced.map_err(|e| self.names.error(e, ""))?;
        self.names.exported = Some(Exported { names, _quiesced: quiesced });
        Ok(())
    }

    /// UNLOCK TABLES (R1). ERRORS: 1030.
    pub(super) fn unlock_tables(&mut self) -> Result<(), SqlError> {
        match self.names.exported.take() {
            Some(_) => self.transactions.commit(),
            None => Ok(()),
        }
    }

    /// ERRORS: 1103 for a name that no table can have; 1066 for a table named twice; 1044.
    fn check_flushed(&self, tables: &[ObjectName]) -> Result<(), SqlError> {
        let mut seen = BTreeSet::new();
        for name in tables {
            let (database, table) = self.names.split(name)?;
            if database.eq_ignore_ascii_case("information_schema") {
                return Err(SqlError::database_denied("information_schema"));
            }
            if !seen.insert((database, table)) {
                return Err(SqlError::table_named_twice(table));
            }
        }
        Ok(())
    }

    /// The names of those tables that belong to the session's database.
    fn own<'n>(&'n self, tables: &'n [ObjectName]) -> Result<Vec<&'n str>, SqlError> {
        let split = tables.iter().map(|name| self.names.split(name)).collect::<Result<Vec<_>, _>>()?;
        let own = split.into_iter().filter(|(database, _)| *database == self.names.database);
        Ok(own.map(|(_, table)| table).collect())
    }
}
