//! The end of a transaction.
//!
//! ```text
//! commit     counters ─► log: number, end of the history ─► redo to the disk ─► the id ends ─► locks go
//!                        one mini-transaction: this is    as the knob says      new views      who waited
//!                        the commit                                             see it         goes on
//! rollback   log walked back ─► given back ─► the id ends ─► locks go
//! ```
//!
//! RULES
//!
//! - **R1** The number is drawn under the history's mutex (`mvcc` R2), so the history is in the order of numbers.
//! - **R2** The id ends after the redo is where `innodb_flush_log_at_trx_commit` wants it: nobody reads or builds on a commit that a crash could still take back (I3). With
//!   0 nothing is waited for.
//! - **R3** Locks go after the id has ended: who is let in finds the rows committed.
//! - **R4** A transaction that cannot be rolled back, or whose commit failed, keeps nobody waiting: the engine refuses everything (I10).
//!
//! InnoDB's counterpart: `trx_commit`, `trx_write_serialisation_history`, `trx_flush_log_if_needed`. InnoDB lets the locks go first and flushes then; a crash in between takes the
//! later commits too, since there is one log, so what can be seen differs only for readers outside.

use crate::error::Result;
use crate::events::RolledBack;
use crate::trx::{Ends, Transaction};
use innolab_base::Lsn;

impl Transaction {
    /// Ends it; what it did is as durable as `innodb_flush_log_at_trx_commit` says when this returns. ERRORS: the log failed; it is unknown then whether
    /// the transaction survives, and the store refuses to go on (I10).
    #[doc(alias = "trx_commit_for_mysql")]
    pub fn commit(mut self) -> Result<()> {
        let counted = self.keep_counters();
        let mut ends = self.take_ends();
        let committed = counted.and_then(|()| self.write_commit(&mut ends));
        if let Err(e) = &committed {
            // R4: what is in the log may or may not be the commit.
            self.engine.break_down(e);
        }
        self.let_go(ends);
        committed
    }

    fn write_commit(&self, ends: &mut Ends) -> Result<()> {
        let (Some(log), Some(id)) = (&mut ends.log, ends.id) else { return Ok(()) };
        let mvcc = &self.engine.mvcc;
        let end = log.commit(&mut || mvcc.number(id))?;
        self.flush(end)
    }

    /// R2
    #[doc(alias = "trx_flush_log_if_needed")]
    fn flush(&self, end: Lsn) -> Result<()> {
        let store = &self.engine.store;
        match self.engine.options.innodb_flush_log_at_trx_commit {
            0 => {}
            1 => store.flush_log(end)?,
            _ => store.write_log(end)?,
        }
        Ok(())
    }

    /// R3
    fn let_go(&self, ends: Ends) {
        if let Some(id) = ends.id {
            self.engine.mvcc.end(id);
        }
        if let Some(owner) = ends.owner {
            self.engine.lock.release_all(owner);
        }
    }

    /// Takes everything back and ends. The AUTO_INCREMENT counters stay. ERRORS: what stops a rollback stops the engine.
    #[doc(alias = "trx_rollback_for_mysql")]
    pub fn rollback(mut self) -> Result<()> {
        self.end_by_rollback()
    }

    fn end_by_rollback(&mut self) -> Result<()> {
        let changes = self.changes();
        let undone = self.keep_counters().and_then(|()| self.undo_to(0));
        let mut ends = self.take_ends();
        let discarded = undone.and_then(|()| match &mut ends.log {
            Some(log) => log.discard().map(drop).map_err(Into::into),
            None => Ok(()),
        });
        if let Err(e) = &discarded {
            self.engine.break_down(e);
        }
        if ends.log.is_some() {
            self.engine.store.events().emit(|| RolledBack { changes });
        }
        self.let_go(ends);
        discarded
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // The engine remembers why it failed (R4).
        let _ = self.end_by_rollback();
    }
}
