//! AUTO_INCREMENT: who gives the next value, and who waits for whom.
//!
//! ```text
//! INSERT … VALUES     nobody counts alone ──► set values aside
//!                     somebody does, or waits to ──► lock AUTO_INC ──► set values aside ──► … ──► the statement ends: unlock
//! INSERT … SELECT     lock AUTO_INC ──► set aside 1, 2, 4, 8 … as rows come ──► … ──► the statement ends: unlock
//! a given value       the row is in ──► lock as above ──► the counter moves beyond it
//! ```
//!
//! RULES
//!
//! - **R1** A statement that does not know how many rows it has holds AUTO_INC from its first value to its end: its
//!   values are consecutive, whatever others do. So the statement, repeated elsewhere, gives the same ones.
//! - **R2** Who knows takes the lock only behind somebody who has it or waits for it (`innodb_autoinc_lock_mode = 1`).
//! - **R3** Values that were set aside are not given back. The counter is written with the statement, and stays
//!   whatever becomes of its rows.
//!
//! FACT. Between two values of one holder nobody else's is given. PROOF. Others set aside with the table's mutex held,
//! after they have seen there that nobody has the lock. Who saw that before the holder had it is done before the holder
//! gets the mutex for its first value. ∎
//!
//! InnoDB's counterpart: `ha_innobase::innobase_lock_autoinc`, `innobase_get_autoinc`, `dict_table_autoinc_*`. Left
//! out: the other two lock modes.

use crate::codec::{Error, Result};
use crate::core::{Trx, TrxParts};
use crate::dict::Table;
use innolab_lock::{Table as Locked, TableMode, WaitPolicy};
use std::sync::Arc;

/// What one statement does with a table's counter.
#[derive(Debug, Default)]
pub(crate) struct AutoIncState {
    /// Whether it does not know how many rows it has (R1).
    bulk: bool,
    /// The table whose AUTO_INC lock it has.
    locked: Option<u64>,
    /// The values that it set aside last end before this one.
    end: u64,
    is_victim: bool,
}

impl AutoIncState {
    /// The statement that has begun does not know how many rows it will insert (R1).
    pub(crate) fn set_bulk(&mut self) {
        self.bulk = true;
    }

    /// Whether the statement was a deadlock's victim when it asked for AUTO_INC.
    pub(crate) fn is_victim(&self) -> bool {
        self.is_victim
    }

    /// As [`crate::Transaction::set_numbers_aside`].
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

    /// The row with the AUTO_INCREMENT value `used` is in the table now. ERRORS as [`Trx::lock_table`].
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

    /// Does something with a table's counter, with the lock that it needs (R1, R2).
    #[doc(alias = "ha_innobase::innobase_lock_autoinc")]
    fn with_counter<R>(&mut self, trx: &mut Trx, table: &Table, act: impl FnOnce(&Table) -> R) -> Result<R> {
        let name = Locked::Data(table.id());
        if self.locked != Some(table.id()) {
            if !self.bulk {
                let _alone = table.auto_inc_mutex.lock();
                if !trx.engine.lock.is_auto_inc_locked(name) {
                    return Ok(act(table));
                }
            }
            let locked = trx.lock_table(table, TableMode::AutoInc, WaitPolicy::Wait);
            self.is_victim = matches!(locked, Err(Error::Deadlock(_)));
            locked?;
            self.locked = Some(table.id());
        }
        let _alone = table.auto_inc_mutex.lock();
        Ok(act(table))
    }

    /// The statement has ended.
    #[doc(alias = "lock_unlock_table_autoinc")]
    pub(crate) fn end_statement(&mut self, trx: &Trx) {
        let AutoIncState { locked, .. } = std::mem::take(self);
        if let (Some(table), Some(owner)) = (locked, trx.parts.owner) {
            trx.engine.lock.unlock_table(owner, Locked::Data(table), TableMode::AutoInc);
        }
    }
}

impl TrxParts {
    /// Writes the counters (R3).
    pub(crate) fn write_counters(&mut self) -> Result<()> {
        for (table, used) in self.counters.drain(..) {
            if used > table.tree().counter()? {
                table.tree().set_counter(used)?;
            }
        }
        Ok(())
    }
}
