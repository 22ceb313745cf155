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

use crate::error::{Error, Result};
use crate::table::Table;
use crate::trx::Transaction;
use innolab_lock::{Patience, Table as Locked, TableMode};
use std::sync::Arc;

/// What one statement does with a table's counter.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    /// Whether it does not know how many rows it has (R1).
    bulk: bool,
    /// The table whose AUTO_INC lock it has.
    locked: Option<u64>,
    /// The values that it set aside last end before this one.
    end: u64,
    is_victim: bool,
}

impl Transaction {
    /// The statement that has begun does not know how many rows it will insert (R1).
    pub fn counts_alone(&mut self) {
        self.numbering.bulk = true;
    }

    /// Whether the statement was a deadlock's victim when it asked for AUTO_INC: the error that the server shows for
    /// that does not say so.
    pub fn is_victim_of_counting(&self) -> bool {
        self.numbering.is_victim
    }

    /// Sets AUTO_INCREMENT values aside, `n` of them unless they end before (`greatest` is the column's), and says
    /// which is the first: the counter's, or `first`. 0: there are no more.
    /// ERRORS as [`Transaction::lock_table`].
    #[doc(alias = "ha_innobase::get_auto_increment")]
    pub fn set_numbers_aside(&mut self, table: &Arc<Table>, n: u64, greatest: u64, first: Option<u64>) -> Result<u64> {
        let first = self.counting(table, |table| table.set_aside(n, greatest, first))?;
        self.numbering.end = first.saturating_add(n);
        Ok(first)
    }

    /// The row with the AUTO_INCREMENT value `used` is in the table now. ERRORS as [`Transaction::lock_table`].
    #[doc(alias = "ha_innobase::innobase_set_max_autoinc")]
    pub(crate) fn used_auto_increment(&mut self, table: &Arc<Table>, used: u64) -> Result<()> {
        if used >= self.numbering.end {
            self.counting(table, |table| table.bump_auto_increment(used))?;
        }
        match self.counters.iter_mut().find(|(other, _)| Arc::ptr_eq(other, table)) {
            Some((_, largest)) => *largest = used.max(*largest),
            None => self.counters.push((table.clone(), used)),
        }
        Ok(())
    }

    /// Does something with a table's counter, with the lock that it needs (R1, R2).
    #[doc(alias = "ha_innobase::innobase_lock_autoinc")]
    fn counting<R>(&mut self, table: &Arc<Table>, act: impl FnOnce(&Table) -> R) -> Result<R> {
        let name = Locked::Data(table.id());
        let engine = self.engine.clone();
        if self.numbering.locked != Some(table.id()) {
            if !self.numbering.bulk {
                let _alone = table.numbering.lock();
                if !engine.lock.is_auto_inc_locked(name) {
                    return Ok(act(table));
                }
            }
            let locked = self.lock_table(table, TableMode::AutoInc, Patience::Wait);
            self.numbering.is_victim = matches!(locked, Err(Error::Deadlock(_)));
            locked?;
            self.numbering.locked = Some(table.id());
        }
        let _alone = table.numbering.lock();
        Ok(act(table))
    }

    /// The statement has ended.
    #[doc(alias = "lock_unlock_table_autoinc")]
    pub(crate) fn forget_numbering(&mut self) {
        let Numbering { locked, .. } = std::mem::take(&mut self.numbering);
        if let (Some(table), Some(owner)) = (locked, self.owner_if_any()) {
            self.engine.lock.unlock_table(owner, Locked::Data(table), TableMode::AutoInc);
        }
    }

    /// Writes the counters (R3).
    pub(crate) fn keep_counters(&mut self) -> Result<()> {
        for (table, used) in self.counters.drain(..) {
            if used > table.tree().counter()? {
                table.tree().set_counter(used)?;
            }
        }
        Ok(())
    }
}
