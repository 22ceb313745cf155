//! The locks, the waits and the transactions, as rows of the server's own tables.
//!
//! | method                        | the server's table                    |
//! |-------------------------------|---------------------------------------|
//! | [`LockTable::data_locks`]         | `performance_schema.data_locks`       |
//! | [`LockTable::lock_waits`]          | `performance_schema.data_lock_waits`  |
//! | [`LockTable::transactions`]      | `information_schema.innodb_trx`, `innodb_lock_waits` |
//!
//! Everything is sorted, so no hash order reaches an output.

use crate::answer::Owner;
use crate::data_lock::DataLock;
use crate::deadlock_report::DeadlockReport;
use crate::owner::OwnerState;
use crate::resource::StoredName;
use crate::slab::NONE;
use crate::state::{Lock, State};
use crate::table::LockTable;
use innolab_base::{Activity, TrxId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A transaction that the lock table knows: a row of `information_schema.innodb_trx`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrxStatus {
    /// The session's number ([`innolab_base::Waiter::session`]).
    pub session: u64,
    /// The transaction's id; `None` if it has written nothing.
    pub trx_id: Option<TrxId>,
    /// `trx_id` as it is shown ([`DataLock::shown_trx_id`]).
    pub shown_trx_id: u64,
    /// What it waits for.
    pub wait: Option<LockWait>,
    /// `trx_lock_structs`: number of lock structures (Q4).
    pub structures: u64,
    /// `trx_rows_modified`: number of rows that a rollback would undo, as last reported.
    pub undo_records: u64,
    /// `trx_rows_locked`: number of its locks on records, the one that it waits for included.
    pub row_locks: u64,
    /// `trx_tables_locked`: number of its locks on tables, the one that it waits for included.
    pub table_locks: u64,
    /// The tables that these locks are on.
    pub locked_tables: BTreeSet<u64>,
    /// What its session is doing.
    pub activity: Activity,
}

/// A wait: rows of `information_schema.innodb_lock_waits`, one for each blocker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// The lock that is waited for.
    pub lock: DataLock,
    /// All locks for which it must wait; they may be waiting themselves. In a queue the first is the one at whose
    /// transaction the waiter points (Q2).
    pub blockers: Vec<DataLock>,
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

    /// Returns the first edge of each waiter in the wait-for graph, as pairs of sessions (waiter, blocker), in the order in
    /// which the waits began.
    #[doc(alias = "performance_schema.data_lock_waits")]
    pub fn lock_waits(&self) -> Vec<(u64, u64)> {
        let state = self.state();
        let session = |owner: Owner| state.owners[owner.0].session_no();
        let edge = |(at, owner): (u32, &OwnerState)| {
            let (blocker, _) = state.blockers(Owner(at)).into_iter().next()?;
            Some((owner.wait_no, owner.session_no(), session(blocker)))
        };
        let mut waits: Vec<(u64, u64, u64)> = state.owners.iter().filter_map(edge).collect();
        waits.sort_unstable();
        waits.into_iter().map(|(_, waiter, blocker)| (waiter, blocker)).collect()
    }

    /// Returns every transaction that the lock table knows, by session.
    #[doc(alias = "information_schema.innodb_trx")]
    pub fn transactions(&self) -> Vec<TrxStatus> {
        let state = self.state();
        let mut all: Vec<TrxStatus> = state.owners.iter().map(|(at, _)| state.status(Owner(at))).collect();
        all.sort_by_key(|trx| (trx.session, trx.shown_trx_id));
        all
    }

    /// Returns the transaction that is shown as `shown_trx_id`.
    pub fn transaction(&self, shown_trx_id: u64) -> Option<TrxStatus> {
        let state = self.state();
        let (owner, _) = state.owners.iter().find(|(_, owner)| owner.shown_trx_id() == shown_trx_id)?;
        Some(state.status(Owner(owner)))
    }

    /// Returns the lock structures that stand before `lock` in its queue, up to the first one that waits: what the
    /// server prints as CONFLICTING WITH, although it may have locks that do not conflict, and locks of the same
    /// transaction. Of each structure (Q4) all its locks are returned. `lock` itself may have left the queue.
    pub fn structures_before(&self, lock: &DataLock) -> Vec<Vec<DataLock>> {
        let state = self.state();
        let resource = lock.target.name().and_then(|name| state.resources.find(&name));
        let Some(resource) = resource else { return Vec::new() };
        let before = state.queue(resource).take_while(|(_, at)| !at.waiting && at.structure_no < lock.structure_no);
        before.map(|(_, at)| state.structure_of(at)).collect()
    }

    /// Returns the deadlock of which `owner` is the victim, if it is one.
    pub fn deadlock_of(&self, owner: Owner) -> Option<Arc<DeadlockReport>> {
        self.state().owners[owner.0].deadlock.clone()
    }

    /// Returns the table's size.
    pub fn size(&self) -> Size {
        let state = self.state();
        let bytes = state.locks.bytes() + state.resources.bytes();
        Size { locks: state.locks.len(), owners: state.owners.len(), bytes }
    }
}

impl State {
    fn status(&self, at: Owner) -> TrxStatus {
        let owner = &self.owners[at.0];
        let (mut row_locks, mut table_locks, mut locked_tables) = (0, 0, BTreeSet::new());
        for (_, lock) in self.own_locks(owner) {
            let resource = &self.resources[lock.resource];
            match resource.name {
                StoredName::Table => {
                    table_locks += 1;
                    locked_tables.insert(resource.id);
                }
                _ => row_locks += 1,
            }
        }
        TrxStatus {
            session: owner.session_no(),
            trx_id: owner.trx_id,
            shown_trx_id: owner.shown_trx_id(),
            wait: self.shown_wait(at),
            structures: owner.n_structures,
            undo_records: owner.undo_records,
            row_locks,
            table_locks,
            locked_tables,
            activity: owner.session().activity().clone(),
        }
    }

    fn shown_wait(&self, owner: Owner) -> Option<LockWait> {
        let blockers = match self.owners[owner.0].wait {
            Some(wait) => {
                let others = self.blockers_of(wait.lock).filter(|lock| *lock != wait.blocker);
                std::iter::once(wait.blocker).chain(others).map(|lock| self.data_lock(lock)).collect()
            }
            None => self.blockers(owner).into_iter().map(|(_, lock)| lock).collect(),
        };
        Some(LockWait { lock: self.waits_for(owner)?, blockers })
    }

    /// Returns all locks of a lock's structure (Q4), sorted.
    fn structure_of(&self, of: &Lock) -> Vec<DataLock> {
        let own = self.own_locks(&self.owners[of.owner.0]);
        let mut all: Vec<DataLock> =
            own.filter(|(_, at)| at.structure_no == of.structure_no).map(|(lock, _)| self.data_lock(lock)).collect();
        all.sort_unstable();
        all
    }

    /// The locks of a transaction, the newest first, each with its number.
    fn own_locks(&self, owner: &OwnerState) -> impl Iterator<Item = (u32, &Lock)> {
        let at = |lock: u32| (lock != NONE).then(|| (lock, &self.locks[lock]));
        std::iter::successors(at(owner.newest), move |(_, lock)| at(lock.own_older))
    }
}
