//! The engine as the log sees it: prepares, commits, rolls back transactions by their XID.
//!
//! ```text
//! session's thread   Transaction ─► under_way[xid] ─► prepare ─┐
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

use crate::engine::Engine;
use crate::error::Error;
use crate::trx::Transaction;
use innolab_base::Xid;
use innolab_base::sync::Mutex;
use innolab_binlog::{Failure, Participant, Vote};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The engine's side of the two-phase commit.
pub(crate) struct Side {
    engine: Weak<Engine>,
    /// Transactions between their session and their end (R1).
    under_way: Mutex<BTreeMap<Xid, Transaction>>,
}

impl Side {
    pub(crate) fn new(engine: &Arc<Engine>) -> Side {
        Side { engine: Arc::downgrade(engine), under_way: Mutex::default() }
    }

    /// A transaction sets out.
    pub(crate) fn enter(&self, xid: Xid, transaction: Transaction) {
        let before = self.under_way.lock().insert(xid, transaction);
        assert!(before.is_none(), "R2: {xid} is used once");
    }

    /// The transaction, if it has not ended. Nobody else finds it then.
    pub(crate) fn take(&self, xid: Xid) -> Option<Transaction> {
        self.under_way.lock().remove(&xid)
    }

    fn engine(&self) -> std::result::Result<Arc<Engine>, Failure> {
        self.engine.upgrade().ok_or_else(|| fail(Error::Directory("the engine is gone".to_owned())))
    }

    /// The transaction, on its way or left in doubt by a crash; a DDL statement has none.
    fn find(&self, xid: Xid) -> std::result::Result<Option<Transaction>, Failure> {
        match self.take(xid) {
            None => Ok(self.engine()?.take_in_doubt(xid)),
            there => Ok(there),
        }
    }
}

fn fail(e: Error) -> Failure {
    Arc::new(e)
}

impl Participant for Side {
    fn name(&self) -> &str {
        "innodb"
    }

    fn prepare(&self, xid: Xid) -> std::result::Result<Vote, Failure> {
        let Some(mut transaction) = self.take(xid) else { return Ok(Vote::Nothing) };
        let prepared = transaction.prepare(xid);
        self.enter(xid, transaction);
        prepared.map(|()| Vote::Prepared).map_err(fail)
    }

    fn sync_prepared(&self, _group: &[Xid]) -> std::result::Result<(), Failure> {
        let engine = self.engine()?;
        engine.flush_log_for_commit(engine.store.appended_lsn()).map_err(fail)
    }

    fn commit(&self, xid: Xid) -> std::result::Result<(), Failure> {
        self.find(xid)?.map_or(Ok(()), |transaction| transaction.commit_prepared().map_err(fail))
    }

    fn rollback(&self, xid: Xid) -> std::result::Result<(), Failure> {
        self.find(xid)?.map_or(Ok(()), |transaction| transaction.rollback().map_err(fail))
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
