//! The engine as the binary log sees it: prepares, commits and rolls back transactions by their XID.
//!
//! ```text
//! session's thread   Transaction ─► committing[xid] ─► prepare ─┐
//! leader's thread                                               ├─► sync_prepared(group) ─► … log … ─► commit, in the log's order
//! open               prepared logs that a crash left ───────────┴─► in_doubt ─► commit or roll back
//! ```
//!
//! RULES
//!
//! - **R1** A transaction that is committing is kept here as a whole: the leader of the commit stage ends
//!   transactions of other threads, in memory too, so that they become visible in the order of the log.
//! - **R2** The XID of a transaction is its id, which is never used again.
//! - **R3** A commit record is not flushed: the prepare is durable and the log has the XID. Before the log rotates to a
//!   new file, `sync_committed` flushes everything.
//!
//! InnoDB's counterpart: `innobase_xa_prepare`, `innobase_flush_logs`, `innobase_commit_by_xid`, `innobase_xa_recover`.

use crate::codec::{Error, Result};
use crate::core::{Binlog, Engine, LogBin, TrxParts, WallClock};
use innolab_base::{Events, Xid};
use innolab_binlog::{Coordinator, Failure, Participant, Transaction, Vote};
use innolab_disk::Disk;
use std::sync::{Arc, Weak};

/// Opens the log, and resolves the transactions in doubt. ERRORS: those of [`Coordinator::open`].
pub(crate) fn open(
    engine: &Arc<Engine>,
    disk: Arc<dyn Disk>,
    settings: LogBin,
    wall_clock: WallClock,
    events: Events,
) -> Result<Binlog> {
    let participant = Arc::new(EngineParticipant { engine: Arc::downgrade(engine) });
    let now_s = (wall_clock.now_us() / 1_000_000) as u32;
    let (log, recovery) = Coordinator::open(disk, settings.log.clone(), vec![participant], now_s, events)?;
    Ok(Binlog { log, settings, wall_clock, recovery })
}

impl Engine {
    /// Commits a transaction that has something to log (R1 of the folder).
    /// ERRORS: it was rolled back; or the log is poisoned (R3 of the folder).
    pub(crate) fn commit_logged(&self, parts: TrxParts, log: Transaction) -> Result<()> {
        let Some(binlog) = self.binlog_side() else { panic!("a logged transaction without a binary log") };
        let xid = log.xid();
        self.enter(xid, parts);
        binlog.log.commit(log).map(drop).map_err(|e| {
            let e = Error::Binlog(e);
            if let Error::Binlog(innolab_binlog::Error::Poisoned { .. }) = e {
                self.poison(&e);
            }
            // It is in doubt: the next open resolves it.
            if let Some(mut in_doubt) = self.take(xid) {
                in_doubt.abandon(self);
            }
            e
        })
    }

    /// Adds a transaction that begins to commit.
    fn enter(&self, xid: Xid, parts: TrxParts) {
        let before = self.committing.lock().insert(xid, parts);
        assert!(before.is_none(), "R2: {xid} is used twice");
    }

    /// Takes a committing transaction; `None`: it has ended.
    fn take(&self, xid: Xid) -> Option<TrxParts> {
        self.committing.lock().remove(&xid)
    }

    /// Takes a transaction that is committing or in doubt; `None`: a DDL statement, which has no transaction here.
    fn find(&self, xid: Xid) -> Option<TrxParts> {
        self.take(xid).or_else(|| self.take_in_doubt(xid))
    }
}

/// The engine's participant of the two-phase commit.
struct EngineParticipant {
    engine: Weak<Engine>,
}

impl EngineParticipant {
    fn engine(&self) -> std::result::Result<Arc<Engine>, Failure> {
        self.engine.upgrade().ok_or_else(|| fail(Error::Directory("the engine is gone".to_owned())))
    }
}

fn fail(e: Error) -> Failure {
    Arc::new(e)
}

impl Participant for EngineParticipant {
    fn name(&self) -> &str {
        "innodb"
    }

    fn prepare(&self, xid: Xid) -> std::result::Result<Vote, Failure> {
        let engine = self.engine()?;
        let Some(mut parts) = engine.take(xid) else { return Ok(Vote::Nothing) };
        let prepared = parts.prepare(xid);
        engine.enter(xid, parts);
        prepared.map(|()| Vote::Prepared).map_err(fail)
    }

    fn sync_prepared(&self, _group: &[Xid]) -> std::result::Result<(), Failure> {
        let engine = self.engine()?;
        engine.flush_log_for_commit(engine.store.appended_lsn()).map_err(fail)
    }

    fn commit(&self, xid: Xid) -> std::result::Result<(), Failure> {
        let engine = self.engine()?;
        engine.find(xid).map_or(Ok(()), |mut parts| parts.commit_prepared(&engine).map_err(fail))
    }

    fn rollback(&self, xid: Xid) -> std::result::Result<(), Failure> {
        let engine = self.engine()?;
        engine.find(xid).map_or(Ok(()), |mut parts| parts.rollback(&engine).map_err(fail))
    }

    fn sync_committed(&self) -> std::result::Result<(), Failure> {
        let engine = self.engine()?;
        let synced = engine.store.flush_log(engine.store.appended_lsn());
        synced.map_err(|e| fail(e.into()))
    }

    fn in_doubt(&self) -> std::result::Result<Vec<Xid>, Failure> {
        Ok(self.engine()?.in_doubt())
    }
}
