//! The lock table's data, all of it under one mutex: resources with their queues, locks, owners.
//!
//! ```text
//!   Resource ─head─► Lock ─next─► Lock ─next─► Lock          a resource's queue, in order of structures (Q1)
//!                      │            │            │
//!                      ▼            ▼            ▼
//!                 OwnerState   OwnerState   OwnerState ─wait─► Lock ─► blocker ─► OwnerState …   wait-for graph
//! ```
//!
//! RULES
//!
//! - **Q1** A queue is in the order of its locks' structures (Q4), which are numbered as they arise. So a lock that
//!   joins an older structure of its transaction stands before locks that came to the queue earlier. A waiter waits
//!   only for locks *before* it, granted or waiting. No request overtakes a waiter, because a lock that comes to a
//!   queue in which a request waits starts a new structure.
//! - **Q2** The first lock for which a waiter must wait is its *blocker*, and the waiter points at the blocker's owner.
//!   So one edge of the wait-for graph leaves each waiter.
//! - **Q3** A transaction waits for at most one lock at a time.
//!
//! The methods of [`State`] by file, in the order in which to read them:
//!
//! | file       | what                                                                                  |
//! |------------|----------------------------------------------------------------------------------------|
//! | `queue`    | the linked lists: `queue`, `enqueue`, `dequeue`                                         |
//! | `acquire`  | a request: `acquire`, `examine` (what it meets), `grant`, `begin_wait`                   |
//! | `release`  | locks leave: `release`, `grant_waiters`, `blocker_of`, `set_blocker`, `cancel`, `end`    |
//! | `inherit`  | records change: `inherit_on_insert`, `inherit_on_remove`, `rewrite`                      |
//! | `name_locks` | locks on names of tables: `acquire_name`, `release_names`, `waits_for`, `blockers`    |
//! | `deadlock` | `break_cycles`, `find_cycle`, `walk_from`                                               |
//!
//! InnoDB: `lock_sys_t`, `lock_t`.

use crate::answer::Owner;
use crate::data_lock::{DataLock, Target};
use crate::deadlock_report::DeadlockReport;
use crate::metadata::Names;
use crate::mode::Mode;
use crate::owner::{OwnerState, Sessions};
use crate::resource::{Name, Resources};
use crate::slab::Slab;
use innolab_base::sync::atomic::AtomicUsize;
use innolab_base::{TrxId, Waiter};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A lock that is held or waited for: a member of its resource's queue and of its owner's list.
#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) resource: u32,
    pub(crate) owner: Owner,
    /// The next lock in the queue.
    pub(crate) next: u32,
    /// The owner's next newer and next older lock.
    pub(crate) own_newer: u32,
    pub(crate) own_older: u32,
    pub(crate) mode: Mode,
    pub(crate) waiting: bool,
    /// The number of the lock's structure. Queues are ordered by it (Q1).
    pub(crate) structure_no: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) resources: Resources,
    /// The locks on names of tables (`metadata`).
    pub(crate) names: Names,
    pub(crate) locks: Slab<Lock>,
    pub(crate) owners: Slab<OwnerState>,
    /// The transactions that have an id, by it: the holders of implicit locks (T4).
    pub(crate) by_trx_id: HashMap<TrxId, Owner>,
    pub(crate) next_wait_no: u64,
    pub(crate) next_structure_no: u64,
    /// Number of record locks, held and waited for. Changed under the mutex, read without it.
    pub(crate) n_records: Arc<AtomicUsize>,
    /// Number of AUTO_INC locks, held and waited for. Changed under the mutex, read without it.
    pub(crate) n_auto_inc: Arc<AtomicUsize>,
    sessions: Sessions,
}

/// The work that a step leaves: to search for cycles and emit events before the mutex is released, and to wake waiters
/// afterwards.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    /// Where to search for a cycle (D1), the owners of older sessions first.
    pub(crate) searches: BTreeSet<(usize, Owner)>,
    /// The numbers of waits that ended, and the sessions to wake.
    pub(crate) woken: Vec<(u64, Arc<Waiter>)>,
    /// The deadlocks found, in order.
    pub(crate) deadlocks: Vec<Arc<DeadlockReport>>,
    /// The waiters whose request was granted, in order.
    pub(crate) granted: Vec<Owner>,
}

impl State {
    /// Adds a transaction of `session`.
    pub(crate) fn begin(&mut self, session: Arc<Waiter>) -> Owner {
        let seniority = self.sessions.slot(&session);
        Owner(self.owners.add(OwnerState::new(session, seniority)))
    }

    /// # Panics
    /// If `owner` has ended (T1).
    pub(crate) fn owner(&mut self, owner: Owner) -> &mut OwnerState {
        assert!(self.owners.get(owner.0).is_some(), "T1: {owner:?} has ended");
        &mut self.owners[owner.0]
    }

    /// Returns a lock as reports show it.
    pub(crate) fn data_lock(&self, lock: u32) -> DataLock {
        let lock = &self.locks[lock];
        let (resource, owner) = (&self.resources[lock.resource], &self.owners[lock.owner.0]);
        let target = Target::of(resource.id, &resource.name);
        DataLock { waiting: lock.waiting, structure_no: lock.structure_no, ..granted(owner, target, lock.mode) }
    }

    /// Returns a lock of `owner` on `name` as reports would show it once it is granted.
    pub(crate) fn as_granted(&self, owner: Owner, name: &Name<'_>, mode: Mode) -> DataLock {
        let owner = &self.owners[owner.0];
        granted(owner, Target::of(name.id(), &name.stored()), mode)
    }
}

fn granted(owner: &OwnerState, target: Target, mode: Mode) -> DataLock {
    let (session, trx_id, shown_trx_id) = (owner.session_no(), owner.trx_id, owner.shown_trx_id());
    DataLock { session, target, mode, waiting: false, trx_id, shown_trx_id, structure_no: 0 }
}
