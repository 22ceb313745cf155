//! Metadata locks: a table's definition does not change while a transaction uses the table.
//!
//! ```text
//! T1  select … from t        SR on the name t, to the end of T1
//! T2  alter table t …        SU, then X: waits for T1
//! T3  select … from t        SR: waits behind T2
//! T1  commit                 T2 continues: t gets another definition, perhaps another id
//! T2  ends                   T3 has its lock on the name, and looks it up now
//! ```
//!
//! RULES
//!
//! - **R1** A transaction that uses a table holds a lock on its *name* until it ends. The modes, and which waits for
//!   which, are those of `innolab_lock::MetadataMode` (N1–N5 there). A deadlock through names and rows is found like any
//!   other.
//! - **R2** A name is looked up after it is locked, never before. A statement that finds no table, or that could not lock
//!   all of its names, releases those that it has locked; but a failed UPDATE keeps them, as in the server.
//! - **R3** A view that does not see the transaction that built an index may not read the index: it was built from the
//!   newest rows, not from the versions that the view sees. MySQL's error 1412.
//! - **R4** Purge has no transaction and takes no metadata locks. DDL that removes trees or files stops it by holding
//!   `Engine::purging`. While a transaction waits for a name nothing is purged: in the server a DDL statement that waits
//!   keeps purge from its table, and purge goes in order.
//! - **R5** Locks on names outlive ROLLBACK TO a savepoint, unless they were taken since and the transaction then has no
//!   other lock.
//!
//! InnoDB's counterpart: the server's `open_table_get_mdl_lock`, `row_merge_is_index_usable`. In the server these waits
//! last `lock_wait_timeout`, a year by default, and a deadlock through both kinds of locks is not found.

use super::locking::{LockAttempt, attempted, policy_within};
use super::trx::{Trx, UsedTable};
use crate::codec::{Error, Result};
use crate::dict::{Index, Table};
use innolab_lock::MetadataMode;
use innolab_mvcc::ReadView;
use std::sync::Arc;

impl Trx {
    /// Locks the name of a table (R1) and returns the table that has it then (R2). REQUIRES: no latch is held. ERRORS:
    /// [`Error::NoSuchTable`], [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::Interrupted`].
    #[doc(alias = "open_table_get_mdl_lock")]
    pub(crate) fn table(&mut self, name: &str, mode: MetadataMode) -> Result<Arc<Table>> {
        let is_it = |used: &&UsedTable| used.mode.covers(mode) && used.table.def().name == name;
        if let Some(used) = self.tables.iter().find(is_it) {
            return Ok(used.table.clone());
        }
        self.lock_name(name, mode)?;
        let table = self.engine.table(name).ok_or_else(|| Error::NoSuchTable { name: name.to_owned() })?;
        self.tables.push(UsedTable { table: table.clone(), mode, names: self.names });
        self.has_table = true;
        Ok(table)
    }

    /// Locks a name, whether a table has it or not, waiting if necessary. REQUIRES and ERRORS as [`Trx::table`].
    pub(crate) fn lock_name(&mut self, name: &str, mode: MetadataMode) -> Result<()> {
        let (owner, policy) = (self.ensure_owner(), policy_within(self.metadata_wait_timeout_ms));
        match attempted(self.engine.lock.lock_name(owner, name, mode, policy))? {
            LockAttempt::Granted { fresh } => self.names += usize::from(fresh),
            LockAttempt::Busy => return Err(Error::LockWaitTimeout),
            LockAttempt::Wait(ticket) => {
                self.wait_for(ticket, self.metadata_wait_timeout_ms)?;
                self.names += 1;
            }
        }
        Ok(())
    }

    /// Returns the table of this name, whose name is locked only while it is looked up. REQUIRES and ERRORS as
    /// [`Trx::table`].
    pub(crate) fn look_at(&mut self, name: &str) -> Result<Arc<Table>> {
        let mark = self.names;
        self.lock_name(name, MetadataMode::Look)?;
        let table = self.engine.table(name);
        self.release_names(mark);
        table.ok_or_else(|| Error::NoSuchTable { name: name.to_owned() })
    }

    /// Turns its lock X on a name into a weaker one.
    pub(crate) fn downgrade_name(&self, name: &str, to: MetadataMode) {
        if let Some(owner) = self.parts.owner {
            self.engine.lock.downgrade_name(owner, name, to);
        }
    }

    /// Returns the number of its locks on names: a mark for [`Trx::release_names`].
    pub(crate) fn name_mark(&self) -> usize {
        self.names
    }

    /// Releases the locks on names that it has taken since `mark`.
    pub(crate) fn release_names(&mut self, mark: usize) {
        if let (Some(owner), true) = (self.parts.owner, self.names > mark) {
            self.engine.lock.release_names_since(owner, mark);
            self.tables.retain(|used| used.names <= mark);
            self.names = mark;
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
