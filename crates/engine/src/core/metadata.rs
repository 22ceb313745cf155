//! Metadata locks: a table's definition does not change while a transaction uses the table.
//!
//! ```text
//! T1  select … from t        S on t's definition, to the end of T1
//! T2  alter table t …        X: waits for T1
//! T3  select … from t        S: waits behind T2
//! T1  commit                 T2 continues: t gets another definition, perhaps another id
//! T2  ends                   T3 has its lock, but on the old definition: it looks t up again
//! ```
//!
//! RULES
//!
//! - **R1** A transaction that uses a table holds S on the table's id, one that changes the definition holds X; each
//!   holds the lock until it ends. These locks are in the lock table too, so a deadlock through rows and definitions is
//!   found like any other.
//! - **R2** After each wait the name is looked up again: the lock counts only if the name still means the same table.
//! - **R3** A view that does not see the transaction that built an index may not read the index: it was built from the
//!   newest rows, not from the versions that the view sees. MySQL's error 1412.
//! - **R4** Purge has no transaction and takes no metadata locks. DDL that removes trees or files stops it by holding
//!   `Engine::purging`.
//!
//! InnoDB's counterpart: the server's `MDL_SHARED_READ` and `MDL_EXCLUSIVE`, `row_merge_is_index_usable`. In the server
//! these waits last `lock_wait_timeout`, a year by default, and a deadlock through both kinds of locks is not found.

use super::trx::Trx;
use crate::codec::{Error, Result};
use crate::dict::{Index, Table};
use innolab_lock::{TableMode, WaitPolicy};
use innolab_mvcc::ReadView;
use std::sync::Arc;

impl Trx {
    /// Returns the table of this name and locks its definition until the transaction ends (R1). REQUIRES: no latch is
    /// held. ERRORS: [`Error::NoSuchTable`], [`Error::Deadlock`], [`Error::Interrupted`].
    #[doc(alias = "open_table_get_mdl_lock")]
    pub(crate) fn table(&mut self, name: &str) -> Result<Arc<Table>> {
        if let Some(table) = self.tables.iter().find(|table| table.def().name == name) {
            return Ok(table.clone());
        }
        let table = self.lock_definition(name, TableMode::S)?;
        self.tables.push(table.clone());
        Ok(table)
    }

    /// Locks the definition of a table that the caller looked up before. ERRORS: as [`Trx::table`];
    /// [`Error::TableDefChanged`] if the name means another table or definition by then.
    pub(crate) fn lock_same_definition(&mut self, table: &Arc<Table>, mode: TableMode) -> Result<()> {
        match Arc::ptr_eq(&self.lock_definition(&table.def().name, mode)?, table) {
            true => Ok(()),
            false => Err(Error::TableDefChanged),
        }
    }

    /// Locks the definition of the table of this name, and returns the table that the name means after the wait (R2).
    /// REQUIRES and ERRORS as [`Trx::table`].
    pub(crate) fn lock_definition(&mut self, name: &str, mode: TableMode) -> Result<Arc<Table>> {
        let engine = self.engine.clone();
        loop {
            let table = engine.table(name).ok_or_else(|| Error::NoSuchTable { name: name.to_owned() })?;
            self.lock_name(innolab_lock::Table::Metadata(table.id()), mode, WaitPolicy::Wait, None)?;
            if engine.table(name).is_some_and(|now| Arc::ptr_eq(&now, &table)) {
                return Ok(table);
            }
        }
    }
}

impl Index {
    /// Checks that the view may read this index (R3). ERRORS: [`Error::TableDefChanged`].
    #[doc(alias = "row_merge_is_index_usable")]
    pub(crate) fn check_view(&self, view: &ReadView) -> Result<()> {
        match view.sees(self.made_by) {
            true => Ok(()),
            false => Err(Error::TableDefChanged),
        }
    }
}
