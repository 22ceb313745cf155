//! A transaction as the lock table knows it: its session, its locks, its wait and its weight.
//!
//! ```text
//!   OwnerState ─► its locks, newest first ─► …              structures: X on leaf 4 · X,GAP on leaf 4 · IX on table 1
//!        └─► its wait ─► a lock ─► its blocker ─► that lock's owner     weight: 3 + the rows to undo
//! ```
//!
//! RULES
//!
//! - **Q4** A transaction's weight is the number of its lock structures plus the rows that its rollback would undo.
//!   A structure is what InnoDB allocates for one mode on one leaf of an index, or for one mode on a table.
//!   - A lock that has to wait, or that is granted where another request waits, starts a new structure. Any other
//!     lock joins the oldest structure of its mode and leaf.
//!   - A structure is given back when its wait is cancelled, when its table lock is released early, or at the end of
//!     the transaction. Unlocking or removing a record gives back none: a structure may stay empty.
//!   - When a record is rewritten in its page, each lock from the first waiter on starts two new structures and leaves
//!     its old one behind, empty (`State::rewrite`).
//!   - On the supremum, which only has a gap, gap locks share the structure of next-key locks.
//!
//! InnoDB: `trx_lock_t`, `TRX_WEIGHT`, `lock_rec_find_similar_on_page`, `trx_pools`.

use crate::answer::{Inherit, Owner, WaitOutcome};
use crate::data_lock::shown_trx_id;
use crate::deadlock_report::DeadlockReport;
use crate::metadata::NameLock;
use crate::mode::Mode;
use crate::slab::NONE;
use innolab_base::{TrxId, Waiter};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};

/// What the locks of one structure have in common: index (or table), leaf, mode.
pub(crate) type Structure = (u64, u64, Mode);

#[derive(Debug)]
pub(crate) struct OwnerState {
    /// Where the transaction's session waits.
    session: Arc<Waiter>,
    pub(crate) trx_id: Option<TrxId>,
    pub(crate) inherit: Inherit,
    /// The session's slot among all sessions: a smaller one counts as older (D1).
    pub(crate) seniority: usize,
    /// The head of the list of this owner's locks.
    pub(crate) newest: u32,
    /// The structure that was remembered last, and its number; `structures` gets it when the next one is remembered.
    last: Option<(Structure, u64)>,
    /// For each kind of structure, the number of the oldest one.
    structures: BTreeMap<Structure, u64>,
    /// Number of lock structures (Q4).
    pub(crate) n_structures: u64,
    /// Number of rows that a rollback would undo, as last reported by the caller (Q4).
    pub(crate) undo_records: u64,
    pub(crate) wait: Option<Wait>,
    /// Its locks on names, in the order in which they were granted (`metadata`).
    pub(crate) names: Vec<NameLock>,
    /// The lock on a name that it waits for.
    pub(crate) name_wait: Option<NameLock>,
    /// How the last wait ended, until the caller has taken it.
    pub(crate) outcome: Option<WaitOutcome>,
    /// The number of the last wait: waits are numbered as they begin.
    pub(crate) wait_no: u64,
    /// The deadlock of which it is the victim.
    pub(crate) deadlock: Option<Arc<DeadlockReport>>,
}

/// A wait (Q2, Q3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The lock that is waited for.
    pub(crate) lock: u32,
    /// The first lock of the queue that it must wait for.
    pub(crate) blocker: u32,
    /// The owner of `blocker`: the one edge of the wait-for graph that leaves this transaction.
    pub(crate) blocking_owner: Owner,
    /// The structure that the wait counts as; other locks join it only after the wait is granted (Q4).
    pub(crate) structure: Structure,
}

impl OwnerState {
    pub(crate) fn new(session: Arc<Waiter>, seniority: usize) -> OwnerState {
        OwnerState {
            session,
            trx_id: None,
            inherit: Inherit::All,
            seniority,
            newest: NONE,
            last: None,
            structures: BTreeMap::new(),
            n_structures: 0,
            undo_records: 0,
            wait: None,
            names: vec![],
            name_wait: None,
            outcome: None,
            wait_no: 0,
            deadlock: None,
        }
    }

    /// True if it waits for a lock of either kind (Q3).
    pub(crate) fn waits(&self) -> bool {
        self.wait.is_some() || self.name_wait.is_some()
    }

    /// Forgets all that it has but its locks on names, for a transaction that begins again.
    pub(crate) fn restart(&mut self) {
        let fresh = OwnerState::new(self.session.clone(), self.seniority);
        let (names, inherit, wait_no) = (std::mem::take(&mut self.names), self.inherit, self.wait_no);
        *self = OwnerState { names, inherit, wait_no, ..fresh };
    }

    /// Where the session waits.
    pub(crate) fn session(&self) -> &Arc<Waiter> {
        &self.session
    }

    /// The session's number, which is its name in reports.
    pub(crate) fn session_no(&self) -> u64 {
        self.session.session
    }

    /// The number by which reports name the transaction.
    pub(crate) fn shown_trx_id(&self) -> u64 {
        shown_trx_id(self.trx_id, self.seniority)
    }

    /// The weight by which a deadlock's victim is chosen (Q4).
    pub(crate) fn weight(&self) -> u64 {
        self.n_structures + self.undo_records
    }

    /// Returns the number of the oldest structure of this kind.
    pub(crate) fn structure_no(&self, structure: Structure) -> Option<u64> {
        match self.last {
            Some((last, number)) if last == structure => Some(number),
            _ => self.structures.get(&structure).copied(),
        }
    }

    /// Makes later locks of this kind join structure `number`, or the older one if one is known.
    pub(crate) fn remember_structure(&mut self, structure: Structure, number: u64) {
        let number = self.structure_no(structure).map_or(number, |older| older.min(number));
        if let Some((last, number)) = self.last.replace((structure, number)) {
            self.structures.insert(last, number);
        }
    }

    /// Makes later locks of this kind start a new structure. Returns true if one was known.
    pub(crate) fn forget_structure(&mut self, structure: Structure) -> bool {
        let was_last = self.last.take_if(|(last, _)| *last == structure).is_some();
        self.structures.remove(&structure).is_some() || was_last
    }
}

/// The sessions that have begun a transaction, by the address of their waiter, each with its slot (D1 in `deadlock`).
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<usize, (Weak<Waiter>, usize)>);

impl Sessions {
    /// Returns the slot of a session. A new session takes the first free slot, as InnoDB reuses the memory of
    /// transactions (`trx_pools`).
    pub(crate) fn slot(&mut self, session: &Arc<Waiter>) -> usize {
        // The weak reference keeps the address from being reused while it is a key here.
        let address = Arc::as_ptr(session) as usize;
        if let Some((_, slot)) = self.0.get(&address) {
            return *slot;
        }
        self.0.retain(|_, (session, _)| session.strong_count() > 0);
        let taken: BTreeSet<usize> = self.0.values().map(|(_, slot)| *slot).collect();
        let slot = (0..).zip(&taken).take_while(|(n, slot)| n == *slot).count();
        self.0.insert(address, (Arc::downgrade(session), slot));
        slot
    }
}
