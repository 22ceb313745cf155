//! The list as the rows of the server's tables.

use crate::list::{Lock, State};
use crate::table::LockTable;
use innolab_base::IndexId;
use innolab_lock::{DataLock, DeadlockReport, LockWait, Owner, Size, Table, Target, TrxStatus, shown_trx_id};
use std::sync::Arc;

impl LockTable {
    /// Returns every lock but those on names, sorted.
    pub fn data_locks(&self) -> Vec<DataLock> {
        let state = self.state.lock();
        let in_queues = state.list.iter().filter(|lock| lock.kind.is_some());
        let mut all: Vec<DataLock> = in_queues.map(|lock| state.data_lock(lock)).collect();
        all.sort_unstable();
        all
    }

    /// Returns the first edge of each waiter as sessions (waiter, blocker), in the order in which the waits began.
    pub fn lock_waits(&self) -> Vec<(u64, u64)> {
        let state = self.state.lock();
        let waits = state.waiters().into_iter().filter_map(|owner| state.wait(owner));
        waits.filter_map(|wait| Some((wait.lock.session, wait.blockers.first()?.session))).collect()
    }

    /// Returns every transaction, by session.
    pub fn transactions(&self) -> Vec<TrxStatus> {
        let state = self.state.lock();
        let mut all: Vec<TrxStatus> = state.trxs.keys().map(|owner| state.status(*owner)).collect();
        all.sort_by_key(|trx| (trx.session, trx.shown_trx_id));
        all
    }

    /// Returns the transaction that is shown as `shown_trx_id`.
    pub fn transaction(&self, shown_trx_id: u64) -> Option<TrxStatus> {
        self.transactions().into_iter().find(|trx| trx.shown_trx_id == shown_trx_id)
    }

    /// Returns the lock structures that stand before `lock` in its queue, up to the first one that waits, each with all
    /// its locks.
    pub fn structures_before(&self, lock: &DataLock) -> Vec<Vec<DataLock>> {
        let all = self.data_locks();
        let mut queue: Vec<&DataLock> = all.iter().filter(|at| at.target == lock.target).collect();
        queue.sort_by_key(|at| at.structure_no);
        let before = queue.into_iter().take_while(|at| !at.waiting && at.structure_no < lock.structure_no);
        before.map(|of| all.iter().filter(|at| at.structure_no == of.structure_no).cloned().collect()).collect()
    }

    /// Returns the deadlock of which `owner` is the victim, if it is one.
    pub fn deadlock_of(&self, owner: Owner) -> Option<Arc<DeadlockReport>> {
        self.state.lock().trx(owner).deadlock.clone()
    }

    /// Returns the table's size.
    pub fn size(&self) -> Size {
        let state = self.state.lock();
        let locks = state.list.iter().filter(|lock| lock.kind.is_some()).count();
        Size { locks, owners: state.trxs.len(), bytes: state.list.capacity() * size_of::<Lock>() }
    }

    /// Draws an index, a line for each session with locks on it.
    pub fn draw(&self, index: IndexId, keys: &[&[u8]], show: &dyn Fn(&[u8]) -> String) -> String {
        innolab_lock::draw(&self.data_locks(), index, keys, show)
    }
}

impl State {
    pub(crate) fn data_lock(&self, lock: &Lock) -> DataLock {
        let trx = &self.trxs[&lock.owner];
        DataLock {
            session: trx.session.session,
            target: lock.target.clone(),
            mode: lock.mode,
            waiting: lock.waiting,
            trx_id: trx.trx_id,
            shown_trx_id: shown_trx_id(trx.trx_id, lock.owner.0 as usize),
            structure_no: if lock.kind.is_some() { lock.structure_no } else { 0 },
        }
    }

    /// The lock that `owner` waits for, and what is in its way.
    pub(crate) fn wait(&self, owner: Owner) -> Option<LockWait> {
        let lock = self.wait_of(owner)?;
        let blockers = self.blockers(lock).into_iter().map(|old| self.data_lock(old)).collect();
        Some(LockWait { lock: self.data_lock(lock), blockers })
    }

    fn status(&self, owner: Owner) -> TrxStatus {
        let trx = &self.trxs[&owner];
        let own: Vec<&Lock> = self.list.iter().filter(|lock| lock.owner == owner).collect();
        let table = |lock: &&Lock| if let Target::Table(Table(id)) = lock.target { Some(id) } else { None };
        TrxStatus {
            session: trx.session.session,
            trx_id: trx.trx_id,
            shown_trx_id: shown_trx_id(trx.trx_id, owner.0 as usize),
            wait: self.wait(owner),
            structures: trx.structures.len() as u64,
            undo_records: trx.undo_records,
            row_locks: own.iter().filter_map(|lock| lock.mode.record()).count() as u64,
            table_locks: own.iter().filter_map(table).count() as u64,
            locked_tables: own.iter().filter_map(table).collect(),
            activity: trx.session.activity().clone(),
        }
    }
}
