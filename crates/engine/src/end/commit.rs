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

use crate::codec::Result;
use crate::core::events::RolledBack;
use crate::core::{Engine, TrxParts};
use innolab_base::sync::atomic::Ordering;
use innolab_base::{Lsn, Xid};

impl TrxParts {
    /// Ends it in the engine; what it did is as durable as `innodb_flush_log_at_trx_commit` says when this returns.
    /// ERRORS: the log failed; it is unknown then whether the transaction survives, and the engine refuses to go on
    /// (I10).
    #[doc(alias = "trx_commit_in_memory")]
    pub(crate) fn commit(&mut self, engine: &Engine) -> Result<()> {
        self.commit_and(engine, |end| engine.flush_log_for_commit(end))
    }

    /// Ends it in the engine; `then` is what is waited for before others see it.
    fn commit_and(&mut self, engine: &Engine, then: impl FnOnce(Lsn) -> Result<()>) -> Result<()> {
        let counted = self.keep_counters();
        self.view = None;
        let written = counted.and_then(|()| self.write_commit(engine));
        let committed = written.and_then(|end| end.map_or(Ok(()), then));
        if let Err(e) = &committed {
            // R4: what is in the log may or may not be the commit.
            engine.break_down(e);
        }
        self.release(engine);
        committed
    }

    fn write_commit(&mut self, engine: &Engine) -> Result<Option<Lsn>> {
        let (Some(log), Some(id)) = (&mut self.log, self.id) else { return Ok(None) };
        Ok(Some(log.commit(&mut || engine.mvcc.number(id))?))
    }

    /// Makes it one that can be committed and can be rolled back, after a crash too, once the log is durable up to
    /// here. ERRORS: it can only be rolled back.
    #[doc(alias = "trx_prepare_for_mysql")]
    pub(crate) fn prepare(&mut self, xid: Xid) -> Result<()> {
        self.keep_counters()?;
        if let Some(log) = &mut self.log {
            log.prepare(xid)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Ends one of which the binary log says that it is committed. Nothing is waited for: if a crash takes the record,
    /// recovery asks the binary log again.
    #[doc(alias = "innobase_commit_by_xid")]
    pub(crate) fn commit_prepared(&mut self, engine: &Engine) -> Result<()> {
        self.commit_and(engine, |_| Ok(()))
    }

    /// Lets go of one of which nobody can say any more whether it is committed: the next opening will. Its undo log
    /// stays as it is, it is never seen.
    pub(crate) fn abandon(&mut self, engine: &Engine) {
        self.id = None;
        self.release(engine);
    }

    /// R3. Nothing is left then.
    fn release(&mut self, engine: &Engine) {
        let TrxParts { log, id, owner, .. } = std::mem::take(self);
        if let Some(id) = id {
            engine.mvcc.end(id);
        }
        if let Some(owner) = owner {
            engine.lock.release_all(owner);
        }
        drop(log);
    }

    /// Takes everything back and ends. The AUTO_INCREMENT counters stay. ERRORS: what stops a rollback stops the
    /// engine.
    #[doc(alias = "trx_rollback_for_mysql")]
    pub(crate) fn rollback(&mut self, engine: &Engine) -> Result<()> {
        let changes = self.changes;
        let undone = self.keep_counters().and_then(|()| self.unprepare()).and_then(|()| self.undo_to(engine, 0));
        self.view = None;
        let discarded = undone.and_then(|()| match &mut self.log {
            Some(log) => log.discard().map(drop).map_err(Into::into),
            None => Ok(()),
        });
        if let Err(e) = &discarded {
            engine.break_down(e);
        }
        if self.log.is_some() {
            engine.store.events().emit(|| RolledBack { changes });
        }
        self.release(engine);
        discarded
    }

    fn unprepare(&mut self) -> Result<()> {
        if std::mem::take(&mut self.prepared) {
            self.log.as_mut().map_or(Ok(Lsn(0)), |log| log.unprepare())?;
        }
        Ok(())
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
