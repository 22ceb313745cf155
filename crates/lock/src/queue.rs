//! The lists that a lock is in: its place's queue and its owner's locks.
//!
//! ```text
//!   Place ─head─► Lock ─next─► Lock ─next─► Lock ◄─tail       in the order of their structures (Q1)
//!                  ▲ │
//!         own_newer│ ▼own_older                               Owner ─newest─► …
//! ```
//!
//! A place is freed with its last lock. InnoDB: `lock_sys.rec_hash`, `UT_LIST` of `trx_locks`.

use crate::mode::{Mode, TableMode};
use crate::place::Name;
use crate::slab::NONE;
use crate::state::State;
use crate::table::Owner;
use innolab_base::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) place: u32,
    pub(crate) owner: Owner,
    /// The next in the queue.
    pub(crate) next: u32,
    own_newer: u32,
    own_older: u32,
    pub(crate) mode: Mode,
    pub(crate) waiting: bool,
    /// The number of its structure: queues are in this order (Q1).
    pub(crate) structure_no: u64,
}

impl State {
    pub(crate) fn queue(&self, place: u32) -> impl Iterator<Item = (u32, &Lock)> {
        let head = self.places[place].head;
        std::iter::successors((head != NONE).then(|| (head, &self.locks[head])), |(_, lock)| {
            (lock.next != NONE).then(|| (lock.next, &self.locks[lock.next]))
        })
    }

    fn counter(&self, mode: Mode) -> Option<&AtomicUsize> {
        match mode {
            Mode::Record(_) => Some(&self.n_records),
            Mode::Table(TableMode::AutoInc) => Some(&self.n_auto_inc),
            Mode::Table(_) => None,
        }
    }

    /// Whether somebody has a lock of that mode there or waits for it.
    pub(crate) fn is_locked(&self, name: &Name<'_>, mode: Mode) -> bool {
        self.places.find(name).is_some_and(|place| self.queue(place).any(|(_, lock)| lock.mode == mode))
    }

    pub(crate) fn enqueue(&mut self, place: u32, owner: Owner, mode: Mode, waiting: bool, structure_no: u64) -> u32 {
        let own_older = self.owners[owner.0].newest;
        let (next, own_newer) = (NONE, NONE);
        let lock = self.locks.add(Lock { place, owner, next, own_newer, own_older, mode, waiting, structure_no });
        if let Some(counter) = self.counter(mode) {
            counter.fetch_add(1, Relaxed);
        }
        self.owners[owner.0].newest = lock;
        if own_older != NONE {
            self.locks[own_older].own_newer = lock;
        }
        let before = self.last_not_after(place, structure_no);
        let next = if before == NONE {
            std::mem::replace(&mut self.places[place].head, lock)
        } else {
            std::mem::replace(&mut self.locks[before].next, lock)
        };
        self.locks[lock].next = next;
        if next == NONE {
            self.places[place].tail = lock;
        }
        lock
    }

    /// Behind which lock of a queue one of structure `number` goes: nearly always the last.
    fn last_not_after(&self, place: u32, number: u64) -> u32 {
        let tail = self.places[place].tail;
        if tail == NONE || self.locks[tail].structure_no <= number {
            return tail;
        }
        self.queue(place).take_while(|(_, lock)| lock.structure_no <= number).last().map_or(NONE, |(at, _)| at)
    }

    /// Takes `lock` out of its queue and its owner's list; the place goes with its last lock. True: the queue has
    /// others.
    pub(crate) fn dequeue(&mut self, lock: u32) -> bool {
        let Lock { place, owner, next, own_newer, own_older, mode, .. } = self.locks[lock];
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
        if self.places[place].head == lock {
            self.places[place].head = next;
        } else {
            before = self.places[place].head;
            while self.locks[before].next != lock {
                before = self.locks[before].next;
            }
            self.locks[before].next = next;
        }
        if next == NONE {
            self.places[place].tail = before;
        }
        self.locks.remove(lock);
        let others = self.places[place].head != NONE;
        if !others {
            self.places.remove(place);
        }
        others
    }
}
