//! The end of a transaction.
//!
//! ```text
//! commit     counters ─► log: number, end of the history ─► redo to the disk ─► the id ends ─► locks go
//!                        one mini-transaction: this is    as the knob says      new views      who waited
//!                        the commit                                             see it         goes on
//! logged     log: prepared ─► redo to the disk ─► binary log ─► log: number, end of the history ─► …     (`binlog`)
//! rollback   log walked back ─► given back ─► the id ends ─► locks go
//! ```
//!
//! RULES
//!
//! - **R1** The number is drawn under the history's mutex (`mvcc` R2), so the history is in the order of numbers.
//! - **R2** The id ends after the redo is where `innodb_flush_log_at_trx_commit` wants it: nobody reads or builds on a
//!   commit that a crash could still take back (I3). With 0 nothing is waited for.
//! - **R3** Locks go after the id has ended: who is let in finds the rows committed.
//! - **R4** A transaction that cannot be rolled back, or whose commit failed, keeps nobody waiting: the engine refuses
//!   everything (I10).
//!
//! InnoDB's counterpart: `trx_commit`, `trx_write_serialisation_history`, `trx_flush_log_if_needed`. InnoDB lets the
//! locks go first and flushes then; a crash in between takes the later commits too, since there is one log, so what can
//! be seen differs only for readers outside.

use crate::engine::Engine;
use crate::error::Result;
use crate::events::RolledBack;
use crate::trx::{Ends, Transaction};
use innolab_base::sync::atomic::Ordering;
use innolab_base::{Lsn, Xid};

impl Transaction {
    /// Ends it; what it did is as durable as `innodb_flush_log_at_trx_commit` says when this returns. ERRORS: the log
    /// failed; it is unknown then whether the transaction survives, and the store refuses to go on (I10).
    #[doc(alias = "trx_commit_for_mysql")]
    pub fn commit(mut self) -> Result<()> {
        self.seal_logged();
        match self.logging.finish() {
            Some(log) => self.engine.clone().commit_logged(self, log),
            None => self.commit_and(|trx, end| trx.engine.flush_log_for_commit(end)),
        }
    }

    /// Ends it in the engine; `then` is what is waited for before others see it.
    fn commit_and(mut self, then: impl FnOnce(&Transaction, Lsn) -> Result<()>) -> Result<()> {
        let counted = self.keep_counters();
        let mut ends = self.take_ends();
        let written = counted.and_then(|()| self.write_commit(&mut ends));
        let committed = written.and_then(|end| end.map_or(Ok(()), |end| then(&self, end)));
        if let Err(e) = &committed {
            // R4: what is in the log may or may not be the commit.
            self.engine.break_down(e);
        }
        self.let_go(ends);
        committed
    }

    fn write_commit(&self, ends: &mut Ends) -> Result<Option<Lsn>> {
        let (Some(log), Some(id)) = (&mut ends.log, ends.id) else { return Ok(None) };
        let mvcc = &self.engine.mvcc;
        Ok(Some(log.commit(&mut || mvcc.number(id))?))
    }

    /// Makes it one that can be committed and can be rolled back, after a crash too, once the log is durable up to
    /// here. ERRORS: it can only be rolled back.
    #[doc(alias = "trx_prepare_for_mysql")]
    pub(crate) fn prepare(&mut self, xid: Xid) -> Result<()> {
        self.keep_counters()?;
        if let Some((log, _)) = self.log_mut() {
            log.prepare(xid)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Ends one of which the binary log says that it is committed. Nothing is waited for: if a crash takes the record,
    /// recovery asks the binary log again.
    #[doc(alias = "innobase_commit_by_xid")]
    pub(crate) fn commit_prepared(self) -> Result<()> {
        self.commit_and(|_, _| Ok(()))
    }

    /// Lets go of one of which nobody can say any more whether it is committed: the next opening will. Its undo log
    /// stays as it is, it is never seen.
    pub(crate) fn abandon(mut self) {
        let ends = self.take_ends();
        self.let_go(Ends { id: None, ..ends });
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

    fn unprepare(&mut self) -> Result<()> {
        if std::mem::take(&mut self.prepared) {
            self.log_mut().map_or(Ok(Lsn(0)), |(log, _)| log.unprepare())?;
        }
        Ok(())
    }

    fn end_by_rollback(&mut self) -> Result<()> {
        let changes = self.changes();
        let undone = self.keep_counters().and_then(|()| self.unprepare()).and_then(|()| self.undo_to(0));
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

impl Engine {
    /// Brings the log of changes as far as `innodb_flush_log_at_trx_commit` wants it for a commit (R2).
    #[doc(alias = "trx_flush_log_if_needed")]
    pub(crate) fn flush_log_for_commit(&self, end: Lsn) -> Result<()> {
        match self.flush_log_at_trx_commit.load(Ordering::Relaxed) {
            0 => {}
            1 => self.store.flush_log(end)?,
            _ => self.store.write_log(end)?,
        }
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // The engine remembers why it failed (R4).
        let _ = self.end_by_rollback();
    }
}
