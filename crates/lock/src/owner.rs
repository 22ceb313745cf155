//! What is known of a transaction: the place of its session, its wait, and what it weighs.
//!
//! ```text
//!   Owner ─► its locks, the newest first ─► …                 structures: X on leaf 4 · X,GAP on leaf 4 · IX on table 1
//!        └─► its wait ─► a lock ─► the lock in its way ─► whose        weight: 3 + the rows to undo
//! ```
//!
//! RULES
//!
//! - **Q4** A transaction's weight is its lock structures plus the rows it would have to undo. A structure is a mode
//!   on a leaf of an index, as in InnoDB's memory; a lock that has to wait, or comes where somebody waits, begins a
//!   new one. Structures are given back only when their wait is taken back, or at the end, as there; that of a record
//!   which has gone stays. When a record is written anew in its page, who waits there and who came after begins two new
//!   ones and leaves the old one behind ([`State::rewrite`]). On the supremum, where there are only gaps, a gap lock's
//!   structure is that of next-key locks.
//!
//! InnoDB: `trx_lock_t`, `TRX_WEIGHT`, `lock_rec_find_similar_on_page`, `trx_pools`.

use crate::mode::Mode;
use crate::slab::NONE;
use crate::table::{Inherit, Owner, Waited};
use innolab_base::{TrxId, Waiter};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};

/// What makes a lock structure: index, leaf, mode.
pub(crate) type Structure = (u64, u64, Mode);

#[derive(Debug)]
pub(crate) struct OwnerState {
    pub(crate) seat: Arc<Waiter>,
    pub(crate) writer: Option<TrxId>,
    pub(crate) inherit: Inherit,
    /// The place of its session among all (D1).
    pub(crate) seniority: usize,
    pub(crate) newest: u32,
    /// The structure of the last lock; it is in `structures` only once another one came.
    last: Option<(Structure, u64)>,
    /// The oldest structure of each kind.
    structures: BTreeMap<Structure, u64>,
    pub(crate) weight: u64,
    pub(crate) undo_records: u64,
    pub(crate) wait: Option<Wait>,
    /// How the last wait ended, until its waiter has seen it.
    pub(crate) outcome: Option<Waited>,
    pub(crate) ticket: u64,
}

/// One wait (Q2, Q3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) lock: u32,
    /// The first lock that it waits for.
    pub(crate) blocker: u32,
    /// Whose that is.
    pub(crate) on: Owner,
    /// Waits are numbered as they begin.
    pub(crate) seq: u64,
    /// What it weighs as; shared with other locks only once it is granted (Q4).
    pub(crate) structure: Option<Structure>,
}

impl OwnerState {
    pub(crate) fn new(seat: Arc<Waiter>, seniority: usize) -> OwnerState {
        OwnerState {
            seat,
            writer: None,
            inherit: Inherit::All,
            seniority,
            newest: NONE,
            last: None,
            structures: BTreeMap::new(),
            weight: 0,
            undo_records: 0,
            wait: None,
            outcome: None,
            ticket: 0,
        }
    }

    pub(crate) fn known(&self, structure: Structure) -> Option<u64> {
        match self.last {
            Some((last, number)) if last == structure => Some(number),
            _ => self.structures.get(&structure).copied(),
        }
    }

    /// Whether it had it.
    pub(crate) fn forget(&mut self, structure: Structure) -> bool {
        let was_last = self.last.take_if(|(last, _)| *last == structure).is_some();
        self.structures.remove(&structure).is_some() || was_last
    }

    /// The structure is there for later locks of its kind, unless there is an older one.
    pub(crate) fn remember(&mut self, structure: Structure, number: u64) {
        let number = self.known(structure).map_or(number, |older| older.min(number));
        if let Some((last, number)) = self.last.replace((structure, number)) {
            self.structures.insert(last, number);
        }
    }
}

/// Seats of sessions that have begun a transaction, by their address, and their places (D1 of `deadlock`).
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<usize, (Weak<Waiter>, usize)>);

impl Sessions {
    /// The place of a session: a new one takes the first that none has any more, as InnoDB does with memory.
    pub(crate) fn place(&mut self, seat: &Arc<Waiter>) -> usize {
        // Nobody else gets this address as long as we know it.
        let address = Arc::as_ptr(seat) as usize;
        if let Some((_, place)) = self.0.get(&address) {
            return *place;
        }
        self.0.retain(|_, (seat, _)| seat.strong_count() > 0);
        let taken: BTreeSet<usize> = self.0.values().map(|(_, place)| *place).collect();
        let place = (0..).zip(&taken).take_while(|(n, place)| n == *place).count();
        self.0.insert(address, (Arc::downgrade(seat), place));
        place
    }
}
