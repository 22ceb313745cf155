//! The end of a transaction.
//!
//! ```text
//! commit     counters ─► undo log: number, end of the history ─► flush redo    ─► the id ends ─► locks are released
//!                        one mini-transaction: this is           as the setting   new views      waiters
//!                        the commit                              says             see it         go on
//! logged     undo log: prepared ─► flush redo ─► binary log ─► undo log: number, end of the history ─► …     (`binlog`)
//! rollback   undo log walked back ─► freed ─► the id ends ─► locks are released
//! ```
//!
//! RULES
//!
//! - **R1** The number is drawn under the mutex of the history (`mvcc` R2), so the history is ordered by number.
//! - **R2** The id ends after redo is as durable as `innodb_flush_log_at_trx_commit` demands: no transaction reads or
//!   builds on a commit that a crash could still undo (I3). With 0 nothing is flushed.
//! - **R3** Locks are released after the id has ended: a waiter that gets one finds the rows committed.
//! - **R4** A transaction that cannot be rolled back, or whose commit failed, releases its locks all the same: the
//!   engine is poisoned and refuses everything (I10).
//!
//! InnoDB's counterpart: `trx_commit`, `trx_write_serialisation_history`, `trx_flush_log_if_needed`. InnoDB releases
//! the locks first and flushes then. A crash in between also loses the later commits, since there is one log, so the
//! difference can be seen only outside the server.

use crate::codec::Result;
use crate::core::events::RolledBack;
use crate::core::{Engine, TrxParts};
use innolab_base::sync::atomic::Ordering;
use innolab_base::{Lsn, Xid};

impl TrxParts {
    /// Commits. Its changes are as durable as `innodb_flush_log_at_trx_commit` says when this returns.
    /// ERRORS: the log failed; the outcome is unknown until the next open, and the engine is poisoned (I10).
    #[doc(alias = "trx_commit_in_memory")]
    pub(crate) fn commit(&mut self, engine: &Engine) -> Result<()> {
        self.commit_and(engine, |end| engine.flush_log_for_commit(end))
    }

    /// Commits; runs `then` with the end of the commit record before other transactions see it.
    fn commit_and(&mut self, engine: &Engine, then: impl FnOnce(Lsn) -> Result<()>) -> Result<()> {
        let counted = self.write_counters();
        self.view = None;
        let written = counted.and_then(|()| self.write_commit(engine));
        let committed = written.and_then(|end| end.map_or(Ok(()), then));
        if let Err(e) = &committed {
            // R4: the log may or may not have the commit.
            engine.poison(e);
        }
        self.release(engine);
        committed
    }

    fn write_commit(&mut self, engine: &Engine) -> Result<Option<Lsn>> {
        let (Some(log), Some(id)) = (&mut self.log, self.id) else { return Ok(None) };
        Ok(Some(log.commit(&mut || engine.mvcc.number(id))?))
    }

    /// Prepares: once the log is durable up to here, the transaction can be committed or rolled back, also after a
    /// crash. ERRORS: then it can only be rolled back.
    #[doc(alias = "trx_prepare_for_mysql")]
    pub(crate) fn prepare(&mut self, xid: Xid) -> Result<()> {
        self.write_counters()?;
        if let Some(log) = &mut self.log {
            log.prepare(xid)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Commits a prepared transaction that the binary log has. Flushes nothing: if a crash loses the record, recovery
    /// asks the binary log again.
    #[doc(alias = "innobase_commit_by_xid")]
    pub(crate) fn commit_prepared(&mut self, engine: &Engine) -> Result<()> {
        self.commit_and(engine, |_| Ok(()))
    }

    /// Abandons a transaction whose commit outcome is unknown; the next open resolves it. Its undo log stays and its
    /// changes are never seen.
    pub(crate) fn abandon(&mut self, engine: &Engine) {
        self.id = None;
        self.release(engine);
    }

    /// Ends the id, then releases the locks (R3). Leaves `self` empty.
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

    /// Undoes all changes and ends. The AUTO_INCREMENT counters stay. ERRORS: a rollback that fails poisons the
    /// engine.
    #[doc(alias = "trx_rollback_for_mysql")]
    pub(crate) fn rollback(&mut self, engine: &Engine) -> Result<()> {
        let discarded = self.discard_changes(engine);
        self.release(engine);
        discarded
    }

    /// As [`TrxParts::rollback`], but it keeps its locks on names and can begin again.
    pub(crate) fn restart(&mut self, engine: &Engine) -> Result<()> {
        let discarded = self.discard_changes(engine);
        let TrxParts { log, id, owner, .. } = std::mem::take(self);
        if let Some(id) = id {
            engine.mvcc.end(id);
        }
        if let Some(owner) = owner {
            engine.lock.restart(owner);
        }
        self.owner = owner;
        drop(log);
        discarded
    }

    fn discard_changes(&mut self, engine: &Engine) -> Result<()> {
        let changes = self.changes;
        let undone = self.write_counters().and_then(|()| self.unprepare()).and_then(|()| self.undo_to(engine, 0));
        self.view = None;
        let discarded = undone.and_then(|()| match &mut self.log {
            Some(log) => log.discard().map(drop).map_err(Into::into),
            None => Ok(()),
        });
        if let Err(e) = &discarded {
            engine.poison(e);
        }
        if self.log.is_some() {
            engine.store.events().emit(|| RolledBack { changes });
        }
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
    /// Makes redo up to `end` as durable as `innodb_flush_log_at_trx_commit` demands for a commit (R2).
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
