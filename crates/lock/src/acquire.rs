//! A request for one lock: granted, refused or queued.
//!
//! ```text
//!   acquire ─► examine ─┬ Covered: the transaction has a lock as strong ───────────► Granted, no new lock
//!   walks the queue     ├ Free: no other transaction's lock is in the way ─► grant ─► Granted
//!   once                └ Blocked: the first lock to wait for ─┬ Wait ──► begin_wait ─► Waits
//!                                                              └ NoWait ──────────────► Busy
//! ```
//!
//! `enqueue` adds granted and waiting locks alike. Which structure a lock joins is rule Q4 (`owner`).
//!
//! InnoDB: `lock_rec_lock`, `lock_rec_add_to_queue`, `lock_rec_enqueue_waiting`.

use crate::answer::{Owner, WaitPolicy};
use crate::mode::{Mode, RecordMode, TableMode};
use crate::owner::{Structure, Wait};
use crate::resource::{Name, RecordId, Table};
use crate::state::State;

/// A request for a lock on one resource.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) owner: Owner,
    pub(crate) name: Name<'a>,
    pub(crate) mode: Mode,
    pub(crate) structure: Structure,
    pub(crate) undo_records: u64,
    pub(crate) wait_policy: WaitPolicy,
    /// True if a request that need not wait leaves no lock behind: an insert, or a change that locks implicitly (T4).
    pub(crate) leaves_no_lock: bool,
}

/// What a request meets in the queue.
pub(crate) enum Met {
    /// A granted lock of the transaction that is as strong (M5).
    Covered,
    /// No lock that it must wait for.
    Free,
    /// The first lock that it must wait for.
    Blocked(u32),
}

/// The result of a request, before the search for deadlocks.
pub(crate) enum Acquired {
    Granted { fresh: bool },
    Busy,
    Waits,
}

impl Request<'_> {
    pub(crate) fn table(owner: Owner, table: Table, mode: TableMode, undo_records: u64) -> Request<'static> {
        // A table lock's structure is on no leaf.
        let structure = (table.0, u64::MAX, Mode::Table(mode));
        let (name, mode, wait_policy) = (Name::table(table), Mode::Table(mode), WaitPolicy::Wait);
        Request { owner, name, mode, structure, undo_records, wait_policy, leaves_no_lock: false }
    }

    pub(crate) fn record<'a>(owner: Owner, at: &RecordId<'a>, mode: RecordMode, undo_records: u64) -> Request<'a> {
        let structure = (at.index.0, at.leaf, Mode::Record(at.structure_mode(mode)));
        let (name, wait_policy) = (Name::record(at.index, at.key), WaitPolicy::Wait);
        let leaves_no_lock = mode == RecordMode::Insert;
        let mode = Mode::Record(at.effective_mode(mode));
        Request { owner, name, mode, structure, undo_records, wait_policy, leaves_no_lock }
    }
}

impl State {
    /// Grants, refuses or queues a request. REQUIRES: its owner does not wait (Q3).
    pub(crate) fn acquire(&mut self, request: &Request<'_>) -> Acquired {
        assert!(!self.owner(request.owner).waits(), "Q3: {:?} waits", request.owner);
        let leaves_no_lock = request.leaves_no_lock;
        let Some(resource) = self.resources.find(&request.name) else {
            if !leaves_no_lock {
                let resource = self.resources.add(&request.name);
                self.grant(request, resource, false);
            }
            return Acquired::Granted { fresh: !leaves_no_lock };
        };
        let request = &self.narrow(resource, request);
        let (met, has_waiter) = self.examine(resource, request.owner, request.mode);
        match (met, request.wait_policy) {
            (Met::Covered, _) => Acquired::Granted { fresh: false },
            (Met::Free, _) => {
                if !leaves_no_lock {
                    self.grant(request, resource, has_waiter);
                }
                Acquired::Granted { fresh: !leaves_no_lock }
            }
            (Met::Blocked(_), WaitPolicy::NoWait) => Acquired::Busy,
            (Met::Blocked(blocker), WaitPolicy::Wait) => {
                self.begin_wait(request, resource, blocker);
                Acquired::Waits
            }
        }
    }

    /// Walks the queue once: returns what `owner` meets when it requests `mode`, and whether a request waits there.
    pub(crate) fn examine(&self, resource: u32, owner: Owner, mode: Mode) -> (Met, bool) {
        let (mut blocker, mut has_waiter) = (None, false);
        for (at, lock) in self.queue(resource) {
            has_waiter |= lock.waiting;
            if lock.owner == owner {
                if !lock.waiting && lock.mode.covers(mode) {
                    return (Met::Covered, has_waiter);
                }
            } else if blocker.is_none() && mode.waits_for(lock.mode) {
                blocker = Some(at);
            }
        }
        (blocker.map_or(Met::Free, Met::Blocked), has_waiter)
    }

    /// Returns the request for the gap alone if `request` is for next-key and its owner holds the record (M6).
    #[inline]
    fn narrow<'a>(&self, resource: u32, request: &Request<'a>) -> Request<'a> {
        let Mode::Record(mode) = request.mode else { return *request };
        let (index, leaf, _) = request.structure;
        match (mode.record_part(), mode.as_gap()) {
            (Some(part), Some(gap)) if self.holds(resource, request.owner, Mode::Record(part)) => {
                Request { mode: Mode::Record(gap), structure: (index, leaf, Mode::Record(gap)), ..*request }
            }
            _ => *request,
        }
    }

    /// True if `owner` holds a lock that covers `mode`.
    pub(crate) fn holds(&self, resource: u32, owner: Owner, mode: Mode) -> bool {
        self.queue(resource).any(|(_, lock)| lock.owner == owner && !lock.waiting && lock.mode.covers(mode))
    }

    /// Grants a lock whatever the queue has: an implicit lock made explicit (T4), or an inherited one (H1, H2).
    pub(crate) fn grant_unchecked(&mut self, request: &Request<'_>) {
        let resource = self.resources.find(&request.name).unwrap_or_else(|| self.resources.add(&request.name));
        let has_waiter = self.queue(resource).any(|(_, lock)| lock.waiting);
        self.grant(request, resource, has_waiter);
    }

    /// Adds a granted lock to its transaction's structure of that kind. A new structure is started if there is none, or
    /// if a request waits in the queue (Q4).
    fn grant(&mut self, request: &Request<'_>, resource: u32, has_waiter: bool) {
        let new = self.next_structure_no;
        let owner = &mut self.owners[request.owner.0];
        let known = owner.structure_no(request.structure).filter(|_| !has_waiter);
        let number = known.unwrap_or_else(|| {
            owner.n_structures += 1;
            owner.remember_structure(request.structure, new);
            new
        });
        self.next_structure_no += u64::from(number == new);
        self.enqueue(resource, request.owner, request.mode, false, number);
    }

    /// Queues a request in a structure of its own (Q4), and points its transaction at the owner of `blocker` (Q2).
    fn begin_wait(&mut self, request: &Request<'_>, resource: u32, blocker: u32) {
        let number = self.next_structure_no;
        self.next_structure_no += 1;
        let lock = self.enqueue(resource, request.owner, request.mode, true, number);
        let blocking_owner = self.locks[blocker].owner;
        let structure = request.structure;
        let owner = self.owner(request.owner);
        owner.n_structures += 1;
        owner.undo_records = request.undo_records;
        owner.wait = Some(Wait { lock, blocker, blocking_owner, structure });
        self.number_wait(request.owner);
    }

    /// Numbers a wait that has begun, and prepares its session to wait.
    pub(crate) fn number_wait(&mut self, owner: Owner) {
        let wait_no = self.next_wait_no;
        self.next_wait_no += 1;
        let owner = self.owner(owner);
        owner.outcome = None;
        owner.wait_no = wait_no;
        owner.session().clear();
    }
}
