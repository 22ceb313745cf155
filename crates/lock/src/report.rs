//! The locks, the waits and the transactions, as rows of the server's own tables.
//!
//! | method                        | the server's table                    |
//! |-------------------------------|---------------------------------------|
//! | [`LockTable::data_locks`]         | `performance_schema.data_locks`       |
//! | [`LockTable::lock_waits`]          | `performance_schema.data_lock_waits`  |
//! | [`LockTable::transactions`]      | `information_schema.innodb_trx`       |
//!
//! Everything is sorted, so no hash order reaches an output.

use crate::answer::Owner;
use crate::data_lock::DataLock;
use crate::deadlock_report::DeadlockReport;
use crate::owner::OwnerState;
use crate::table::LockTable;
use innolab_base::TrxId;
use std::sync::Arc;

/// A transaction that the lock table knows: a row of `information_schema.innodb_trx`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrxStatus {
    /// The session's number ([`innolab_base::Waiter::session`]).
    pub session: u64,
    /// The transaction's id; `None` if it has written nothing.
    pub trx_id: Option<TrxId>,
    /// The lock that it waits for.
    pub waits_for: Option<DataLock>,
    /// `trx_lock_structs`: number of lock structures (Q4).
    pub structures: u64,
    /// `trx_rows_modified`: number of rows that a rollback would undo, as last reported.
    pub undo_records: u64,
}

impl TrxStatus {
    /// Returns `trx_weight`, by which a deadlock's victim is chosen (Q4).
    pub fn weight(&self) -> u64 {
        self.structures + self.undo_records
    }
}

/// The lock table's size, for benches and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Number of locks, held and waited for.
    pub locks: usize,
    /// Number of transactions that have begun and not ended.
    pub owners: usize,
    /// Bytes of memory for locks and resources, free slots included.
    pub bytes: usize,
}

impl LockTable {
    /// Returns every lock, sorted.
    #[doc(alias = "performance_schema.data_locks")]
    pub fn data_locks(&self) -> Vec<DataLock> {
        let state = self.state();
        let mut all: Vec<DataLock> = state.locks.iter().map(|(lock, _)| state.data_lock(lock)).collect();
        all.sort_unstable();
        all
    }

    /// Returns the edges of the wait-for graph, as pairs of sessions (waiter, blocker), in the order in which the waits
    /// began.
    #[doc(alias = "performance_schema.data_lock_waits")]
    pub fn lock_waits(&self) -> Vec<(u64, u64)> {
        let state = self.state();
        let session = |owner: Owner| state.owners[owner.0].session_no();
        let waiting = state.owners.iter().filter_map(|(_, owner)| Some((owner.wait?, owner.session_no())));
        let mut waits: Vec<(u64, u64, u64)> =
            waiting.map(|(wait, waiter)| (wait.wait_no, waiter, session(wait.blocking_owner))).collect();
        waits.sort_unstable();
        waits.into_iter().map(|(_, waiter, blocker)| (waiter, blocker)).collect()
    }

    /// Returns every transaction that the lock table knows, by session.
    #[doc(alias = "information_schema.innodb_trx")]
    pub fn transactions(&self) -> Vec<TrxStatus> {
        let state = self.state();
        let status = |(_, owner): (u32, &OwnerState)| TrxStatus {
            session: owner.session_no(),
            trx_id: owner.trx_id,
            waits_for: owner.wait.map(|wait| state.data_lock(wait.lock)),
            structures: owner.n_structures,
            undo_records: owner.undo_records,
        };
        let mut all: Vec<TrxStatus> = state.owners.iter().map(status).collect();
        all.sort_unstable();
        all
    }

    /// Returns the last deadlock that was found.
    #[doc(alias = "lock_latest_err_file")]
    pub fn latest_deadlock(&self) -> Option<Arc<DeadlockReport>> {
        self.state().latest_deadlock.clone()
    }

    /// Returns the table's size.
    pub fn size(&self) -> Size {
        let state = self.state();
        let bytes = state.locks.bytes() + state.resources.bytes();
        Size { locks: state.locks.len(), owners: state.owners.len(), bytes }
    }
}
