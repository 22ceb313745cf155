//! AUTO_INCREMENT: reserving values from a table's counter, and the AUTO_INC table lock.
//!
//! ```text
//! INSERT … VALUES     (simple)  AUTO_INC is free ──────────► reserve the values
//!                               AUTO_INC is held or queued ► lock AUTO_INC ──► reserve ──► … ──► end of statement: unlock
//! INSERT … SELECT     (bulk)    lock AUTO_INC ──► reserve 1, 2, 4, 8 … as rows come ──► … ──► end of statement: unlock
//! an explicit value             insert the row ──► lock as above ──► move the counter beyond the value
//! ```
//!
//! RULES
//!
//! - **R1** A bulk insert, which does not know its number of rows, holds AUTO_INC from its first value to the end of
//!   the statement. So its values are consecutive, and the statement's text, replayed elsewhere, gives the same ones.
//! - **R2** A simple insert takes AUTO_INC only if another transaction holds it or waits for it
//!   (`innodb_autoinc_lock_mode = 1`, "consecutive").
//! - **R3** Reserved values are not returned. The counter is written to the root page at the end of the statement,
//!   whether its rows stay or are rolled back.
//!
//! FACT. Between two values of one AUTO_INC holder no other transaction's value is reserved.
//! PROOF. Without AUTO_INC a transaction reserves with the table's mutex held, after it has checked under the mutex
//! that AUTO_INC is free. A transaction whose check came before the holder got AUTO_INC has reserved before the holder
//! gets the mutex for its first value. ∎
//!
//! InnoDB's counterpart: `ha_innobase::innobase_lock_autoinc`, `innobase_get_autoinc`, `dict_table_autoinc_*`. Left
//! out: the other two lock modes.

use crate::codec::{Error, Result};
use crate::core::{Trx, TrxParts};
use crate::dict::Table;
use innolab_lock::{Table as Locked, TableMode};
use std::sync::Arc;

/// The state of one statement's AUTO_INCREMENT values.
#[derive(Debug, Default)]
pub(crate) struct AutoIncState {
    /// True for a bulk insert (R1).
    bulk: bool,
    /// The id of the table whose AUTO_INC lock it holds.
    locked: Option<u64>,
    /// The end of the range reserved last, exclusive: a smaller value that a row uses need not move the counter.
    end: u64,
    /// See [`AutoIncState::is_victim`].
    is_victim: bool,
}

impl AutoIncState {
    /// Declares the statement a bulk insert: its number of rows is unknown (R1). REQUIRES: before its first value.
    pub(crate) fn set_bulk(&mut self) {
        self.bulk = true;
    }

    /// True if the statement was chosen as a deadlock's victim when it requested AUTO_INC.
    pub(crate) fn is_victim(&self) -> bool {
        self.is_victim
    }

    /// Reserves values as [`Table::reserve_auto_increment`], under the lock that R1 and R2 demand. ERRORS as
    /// [`Trx::lock_table`].
    pub(crate) fn reserve(
        &mut self,
        trx: &mut Trx,
        table: &Arc<Table>,
        n: u64,
        greatest: u64,
        first: Option<u64>,
    ) -> Result<u64> {
        let first = self.with_counter(trx, table, |table| table.reserve_auto_increment(n, greatest, first))?;
        self.end = first.saturating_add(n);
        Ok(first)
    }

    /// Moves the counter beyond `used`, the AUTO_INCREMENT value of a row that was inserted. ERRORS as
    /// [`Trx::lock_table`].
    #[doc(alias = "ha_innobase::innobase_set_max_autoinc")]
    pub(crate) fn note_used(&mut self, trx: &mut Trx, table: &Arc<Table>, used: u64) -> Result<()> {
        if used >= self.end {
            self.with_counter(trx, table, |table| table.bump_auto_increment(used))?;
        }
        match trx.parts.counters.iter_mut().find(|(other, _)| Arc::ptr_eq(other, table)) {
            Some((_, largest)) => *largest = used.max(*largest),
            None => trx.parts.counters.push((table.clone(), used)),
        }
        Ok(())
    }

    /// Calls `act` with the counter's mutex held, and AUTO_INC if it is needed (R1, R2). ERRORS as [`Trx::lock_table`].
    #[doc(alias = "ha_innobase::innobase_lock_autoinc")]
    fn with_counter<R>(&mut self, trx: &mut Trx, table: &Table, act: impl FnOnce(&Table) -> R) -> Result<R> {
        let name = Locked(table.id());
        if self.locked != Some(table.id()) {
            if !self.bulk {
                let _alone = table.auto_inc_mutex.lock();
                if !trx.engine.lock.is_auto_inc_locked(name) {
                    return Ok(act(table));
                }
            }
            let locked = trx.lock_table(table, TableMode::AutoInc);
            self.is_victim = matches!(locked, Err(Error::Deadlock(_)));
            locked?;
            self.locked = Some(table.id());
        }
        let _alone = table.auto_inc_mutex.lock();
        Ok(act(table))
    }

    /// Releases AUTO_INC and resets the state at the end of a statement.
    #[doc(alias = "lock_unlock_table_autoinc")]
    pub(crate) fn end_statement(&mut self, trx: &Trx) {
        let AutoIncState { locked, .. } = std::mem::take(self);
        if let (Some(table), Some(owner)) = (locked, trx.parts.owner) {
            trx.engine.lock.unlock_table(owner, Locked(table), TableMode::AutoInc);
        }
    }
}

impl TrxParts {
    /// Writes the counters to the root pages of their tables (R3). ERRORS: failed writes.
    pub(crate) fn write_counters(&mut self) -> Result<()> {
        for (table, used) in self.counters.drain(..) {
            if used > table.tree().counter()? {
                table.tree().set_counter(used)?;
            }
        }
        Ok(())
    }
}
