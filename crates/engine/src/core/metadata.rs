//! Metadata locks: a table stays what it is while a transaction uses it.
//!
//! ```text
//! T1  select … from t        S on t's definition, to the end of T1
//! T2  alter table t …        X: waits for T1
//! T3  select … from t        S: waits behind T2
//! T1  commit                 T2 goes on: t has another definition, perhaps another number
//! T2  is done                T3 has a lock on what t was: it looks t up again
//! ```
//!
//! RULES
//!
//! - **R1** Who uses a table has S on its number, who changes its definition X; both to the end of the transaction, in
//!   the lock table, so a circle through rows and definitions is found like any other.
//! - **R2** After each wait the name is looked up again: only a lock on what the name means now counts.
//! - **R3** A view that does not see who made an index may not read by it: what the index was made of is not what the
//!   view sees. 1412.
//! - **R4** Purge has no transaction: who takes trees or files away stops it (`Engine::purging`).
//!
//! InnoDB's counterpart: the server's `MDL_SHARED_READ` and `MDL_EXCLUSIVE`, `row_merge_is_index_usable`. There these
//! waits last `lock_wait_timeout`, a year, and deadlocks through both kinds of locks are not found.

use super::trx::Trx;
use crate::codec::{Error, Result};
use crate::dict::{Index, Table};
use innolab_lock::{TableMode, WaitPolicy};
use innolab_mvcc::ReadView;
use std::sync::Arc;

impl Trx {
    /// A table by its name, which stays what it is until the transaction ends (R1). REQUIRES: no latch is held.
    /// ERRORS: [`Error::NoSuchTable`], [`Error::Deadlock`], [`Error::Interrupted`].
    #[doc(alias = "open_table_get_mdl_lock")]
    pub(crate) fn table(&mut self, name: &str) -> Result<Arc<Table>> {
        if let Some(table) = self.tables.iter().find(|table| table.def().name == name) {
            return Ok(table.clone());
        }
        let table = self.lock_definition(name, TableMode::S)?;
        self.tables.push(table.clone());
        Ok(table)
    }

    /// Locks a table that was looked up before. ERRORS: as [`Trx::table`]; [`Error::TableDefChanged`] if its
    /// name means another one by now.
    pub(crate) fn lock_same_definition(&mut self, table: &Arc<Table>, mode: TableMode) -> Result<()> {
        match Arc::ptr_eq(&self.lock_definition(&table.def().name, mode)?, table) {
            true => Ok(()),
            false => Err(Error::TableDefChanged),
        }
    }

    /// Locks what the name means, once it is had (R2).
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
    /// R3. ERRORS: [`Error::TableDefChanged`].
    #[doc(alias = "row_merge_is_index_usable")]
    pub(crate) fn check_view(&self, view: &ReadView) -> Result<()> {
        match view.sees(self.made_by) {
            true => Ok(()),
            false => Err(Error::TableDefChanged),
        }
    }
}
