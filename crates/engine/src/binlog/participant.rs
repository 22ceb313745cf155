//! The engine as the log sees it: prepares, commits, rolls back transactions by their XID.
//!
//! ```text
//! session's thread   Transaction ─► committing[xid] ─► prepare ─┐
//! a leader's thread                                            ├─► sync_prepared(group) ─► … log … ─► commit, in the log's order
//! opening            prepared logs that a crash left ──────────┴─► in_doubt ─► commit or roll back
//! ```
//!
//! RULES
//!
//! - **R1** While a transaction is on its way it is here, whole: the leader of the commit stage ends transactions of
//!   other threads, in memory too, so that the order in which they become visible is the log's.
//! - **R2** Its XID is its transaction id, which is never used again.
//! - **R3** A commit record is not waited for: the prepare is durable and the log has the XID. Before the log leaves a
//!   file everything is synced.
//!
//! InnoDB's counterpart: `innobase_xa_prepare`, `innobase_flush_logs`, `innobase_commit_by_xid`, `innobase_xa_recover`.

use crate::codec::{Error, Result};
use crate::core::{Binlog, Calendar, Engine, LogBin, TrxParts};
use innolab_base::{Events, Xid};
use innolab_binlog::{Coordinator, Failure, Participant, Transaction, Vote};
use innolab_disk::Disk;
use std::sync::{Arc, Weak};

/// Opens the log; what is in doubt is decided then. ERRORS: those of [`Coordinator::open`].
pub(crate) fn open(
    engine: &Arc<Engine>,
    disk: Arc<dyn Disk>,
    settings: LogBin,
    calendar: Calendar,
    events: Events,
) -> Result<Binlog> {
    let participant = Arc::new(EngineParticipant { engine: Arc::downgrade(engine) });
    let now_s = (calendar.now_us() / 1_000_000) as u32;
    let (log, recovery) = Coordinator::open(disk, settings.log.clone(), vec![participant], now_s, events)?;
    Ok(Binlog { log, settings, calendar, recovery })
}

impl Engine {
    /// Commits a transaction that has something for the log (R1 of the folder). ERRORS: it was rolled back; or the log
    /// is poisoned (R3 of the folder).
    pub(crate) fn commit_logged(&self, parts: TrxParts, log: Transaction) -> Result<()> {
        let Some(binlog) = self.binlog_side() else { panic!("what is logged has a log") };
        let xid = log.xid();
        self.enter(xid, parts);
        binlog.log.commit(log).map(drop).map_err(|e| {
            let e = Error::Binlog(e);
            if let Error::Binlog(innolab_binlog::Error::Poisoned { .. }) = e {
                self.break_down(&e);
            }
            // It is in doubt: nobody rolls it back or goes on with it.
            if let Some(mut in_doubt) = self.take(xid) {
                in_doubt.abandon(self);
            }
            e
        })
    }

    /// A transaction sets out.
    fn enter(&self, xid: Xid, parts: TrxParts) {
        let before = self.committing.lock().insert(xid, parts);
        assert!(before.is_none(), "R2: {xid} is used once");
    }

    /// The transaction, if it has not ended. Nobody else finds it then.
    fn take(&self, xid: Xid) -> Option<TrxParts> {
        self.committing.lock().remove(&xid)
    }

    /// The transaction, on its way or left in doubt by a crash; a DDL statement has none.
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
