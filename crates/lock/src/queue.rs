//! The two linked lists that each lock is in: its resource's queue and its owner's list.
//!
//! ```text
//!   Resource ─head─► Lock ─next─► Lock ─next─► Lock ◄─tail       in order of structures (Q1)
//!                     ▲ │
//!            own_newer│ ▼own_older                               OwnerState ─newest─► …
//! ```
//!
//! A resource is freed with its last lock.
//!
//! InnoDB: `lock_sys.rec_hash`, `UT_LIST` of `trx_locks`.

use crate::answer::Owner;
use crate::mode::{Mode, TableMode};
use crate::resource::Name;
use crate::slab::NONE;
use crate::state::{Lock, State};
use innolab_base::sync::atomic::{AtomicUsize, Ordering::Relaxed};

impl State {
    /// The locks of a resource, in order, each with its number.
    pub(crate) fn queue(&self, resource: u32) -> impl Iterator<Item = (u32, &Lock)> {
        let head = self.resources[resource].head;
        std::iter::successors((head != NONE).then(|| (head, &self.locks[head])), |(_, lock)| {
            (lock.next != NONE).then(|| (lock.next, &self.locks[lock.next]))
        })
    }

    /// True if a lock of that mode on `name` is held or waited for.
    pub(crate) fn is_locked(&self, name: &Name<'_>, mode: Mode) -> bool {
        self.resources.find(name).is_some_and(|resource| self.queue(resource).any(|(_, lock)| lock.mode == mode))
    }

    /// Adds a lock to its resource's queue, where its structure belongs (Q1), and to its owner's list. Returns its
    /// number.
    pub(crate) fn enqueue(&mut self, resource: u32, owner: Owner, mode: Mode, waiting: bool, structure_no: u64) -> u32 {
        let own_older = self.owners[owner.0].newest;
        let (next, own_newer) = (NONE, NONE);
        let lock = self.locks.add(Lock { resource, owner, next, own_newer, own_older, mode, waiting, structure_no });
        if let Some(counter) = self.counter(mode) {
            counter.fetch_add(1, Relaxed);
        }
        self.owners[owner.0].newest = lock;
        if own_older != NONE {
            self.locks[own_older].own_newer = lock;
        }
        let before = self.last_not_after(resource, structure_no);
        let next = if before == NONE {
            std::mem::replace(&mut self.resources[resource].head, lock)
        } else {
            std::mem::replace(&mut self.locks[before].next, lock)
        };
        self.locks[lock].next = next;
        if next == NONE {
            self.resources[resource].tail = lock;
        }
        lock
    }

    /// Returns the lock behind which a lock of structure `number` belongs in a queue: nearly always the last one.
    /// `NONE` if it belongs at the head.
    fn last_not_after(&self, resource: u32, number: u64) -> u32 {
        let tail = self.resources[resource].tail;
        if tail == NONE || self.locks[tail].structure_no <= number {
            return tail;
        }
        self.queue(resource).take_while(|(_, lock)| lock.structure_no <= number).last().map_or(NONE, |(lock, _)| lock)
    }

    /// Frees a lock. Returns true if the queue has other locks; if not, the resource is freed too.
    pub(crate) fn dequeue(&mut self, lock: u32) -> bool {
        let Lock { resource, owner, next, own_newer, own_older, mode, .. } = self.locks[lock];
        if let Some(counter) = self.counter(mode) {
            counter.fetch_sub(1, Relaxed);
        }
        if own_older != NONE {
            self.locks[own_older].own_newer = own_newer;
        }
        if own_newer != NONE {
            self.locks[own_newer].own_older = own_older;
        } else {
            self.owners[owner.0].newest = own_older;
        }
        let mut before = NONE;
        if self.resources[resource].head == lock {
            self.resources[resource].head = next;
        } else {
            before = self.resources[resource].head;
            while self.locks[before].next != lock {
                before = self.locks[before].next;
            }
            self.locks[before].next = next;
        }
        if next == NONE {
            self.resources[resource].tail = before;
        }
        self.locks.remove(lock);
        let others = self.resources[resource].head != NONE;
        if !others {
            self.resources.remove(resource);
        }
        others
    }

    /// The counter of locks of this mode that is read without the mutex.
    fn counter(&self, mode: Mode) -> Option<&AtomicUsize> {
        match mode {
            Mode::Record(_) => Some(&self.n_records),
            Mode::Table(TableMode::AutoInc) => Some(&self.n_auto_inc),
            Mode::Table(_) | Mode::Metadata(_) => None,
        }
    }
}
