//! The queues, under one mutex: who holds what, who waits for whom, and the three steps everything else is made of.
//!
//! ```text
//!   examine   walk a queue once: is the request covered by an own lock, and which lock is the first it must wait for?
//!   enqueue   a lock at the end of a queue, granted or waiting, also in its owner's list
//!   settle    after a lock left a queue: each waiter, in order of arrival, is granted or aimed at its next blocker
//! ```
//!
//! RULES
//!
//! - **Q1** A queue is in order of arrival, where a lock arrives with its structure (Q4): one that joins an older
//!   structure of its transaction stands where that would. A waiter waits for *earlier* locks only, whether these are
//!   granted or wait themselves: nobody overtakes a waiter, because where somebody waits no old structure is joined.
//! - **Q2** A waiting transaction points at one other: the owner of the first lock that it must wait for. The graph
//!   has one edge a node.
//! - **Q3** A transaction waits for at most one lock at a time.
//!
//! InnoDB: `lock_rec_lock`, `lock_rec_add_to_queue`, `lock_rec_dequeue_from_page`.

use crate::deadlock::Story;
use crate::mode::{Mode, RecordMode, TableMode};
use crate::owner::{OwnerState, Sessions, Structure, Wait};
use crate::place::{At, Name, Places, RecordKey, Table};
use crate::queue::Lock;
use crate::slab::{NONE, Slab};
use crate::table::{Owner, Patience, Waited};
use innolab_base::sync::atomic::AtomicUsize;
use innolab_base::{TrxId, Waiter};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What a request meets in the queue.
pub(crate) enum Met {
    Covered,
    Free,
    Blocked(u32),
}

/// What a step leaves to be done before the mutex is released: a check for deadlock from each of `aimed`, those of older
/// sessions first; and after: calls.
#[derive(Debug, Default)]
pub(crate) struct After {
    pub(crate) aimed: BTreeSet<(usize, Owner)>,
    pub(crate) woken: Vec<(u64, Arc<Waiter>)>,
    pub(crate) stories: Vec<Arc<Story>>,
    pub(crate) granted: Vec<Owner>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) places: Places,
    pub(crate) locks: Slab<Lock>,
    pub(crate) owners: Slab<OwnerState>,
    pub(crate) writers: HashMap<TrxId, Owner>,
    next_wait: u64,
    next_structure: u64,
    /// Record locks, held and waited for. Changed under the mutex, read without it.
    pub(crate) n_records: Arc<AtomicUsize>,
    /// The same of AUTO_INC locks.
    pub(crate) n_auto_inc: Arc<AtomicUsize>,
    sessions: Sessions,
    /// The circle that was broken last.
    pub(crate) latest: Option<Arc<Story>>,
}

/// How a request came out of the queues, before deadlocks were looked for.
pub(crate) enum Entered {
    Granted { fresh: bool },
    Busy,
    Waits,
}

/// A request for one place.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) owner: Owner,
    pub(crate) name: Name<'a>,
    pub(crate) mode: Mode,
    /// `None`: it has no weight.
    pub(crate) structure: Option<Structure>,
    pub(crate) undo_records: u64,
    pub(crate) patience: Patience,
    /// Whether nothing is to be left of it when it need not wait.
    pub(crate) traceless: bool,
}

/// A lock on the supremum is on the gap, whatever was asked for; its structure keeps the name.
pub(crate) fn record_mode(at: &At<'_>, mode: RecordMode) -> Mode {
    match (at.key, mode.as_gap()) {
        (RecordKey::Supremum, Some(gap)) => Mode::Record(gap),
        _ => Mode::Record(mode),
    }
}

/// What a structure is called: on the supremum all locks of one strength are in the one that is called next-key (Q4).
fn structure_name(at: &At<'_>, mode: RecordMode) -> RecordMode {
    match (at.key, mode) {
        (RecordKey::Supremum, RecordMode::SGap | RecordMode::SRec) => RecordMode::S,
        (RecordKey::Supremum, RecordMode::XGap | RecordMode::XRec) => RecordMode::X,
        _ => mode,
    }
}

impl State {
    pub(crate) fn owner(&mut self, owner: Owner) -> &mut OwnerState {
        assert!(self.owners.get(owner.0).is_some(), "T1: {owner:?} has ended");
        &mut self.owners[owner.0]
    }

    pub(crate) fn begin(&mut self, seat: Arc<Waiter>) -> Owner {
        let seniority = self.sessions.place(&seat);
        Owner(self.owners.add(OwnerState::new(seat, seniority)))
    }

    /// The whole of a request but for the search for deadlocks.
    pub(crate) fn enter(&mut self, request: &Request<'_>) -> Entered {
        assert!(self.owner(request.owner).wait.is_none(), "Q3: {:?} waits", request.owner);
        let traceless = request.traceless;
        let Some(place) = self.places.find(&request.name) else {
            if !traceless {
                let place = self.places.add(&request.name);
                self.hold(request, place, false);
            }
            return Entered::Granted { fresh: !traceless };
        };
        let request = &self.narrowed(place, request);
        let (met, somebody_waits) = self.examine(place, request.owner, request.mode);
        match (met, request.patience) {
            (Met::Covered, _) => Entered::Granted { fresh: false },
            (Met::Free, _) => {
                if !traceless {
                    self.hold(request, place, somebody_waits);
                }
                Entered::Granted { fresh: !traceless }
            }
            (Met::Blocked(_), Patience::NoWait) => Entered::Busy,
            (Met::Blocked(blocker), Patience::Wait) => {
                self.wait(request, place, blocker);
                Entered::Waits
            }
        }
    }

    /// M6
    #[inline]
    fn narrowed<'a>(&self, place: u32, request: &Request<'a>) -> Request<'a> {
        let Mode::Record(mode) = request.mode else { return *request };
        match (mode.record_part(), mode.as_gap(), request.structure) {
            (Some(part), Some(gap), Some((index, leaf, _))) if self.holds(place, request.owner, Mode::Record(part)) => {
                Request { mode: Mode::Record(gap), structure: Some((index, leaf, Mode::Record(gap))), ..*request }
            }
            _ => *request,
        }
    }

    pub(crate) fn holds(&self, place: u32, owner: Owner, mode: Mode) -> bool {
        self.queue(place).any(|(_, lock)| lock.owner == owner && !lock.waiting && lock.mode.covers(mode))
    }

    /// A lock that nobody asks for: it is held already, by other means (T4), or inherited.
    pub(crate) fn hold_anyway(&mut self, request: &Request<'_>) {
        let place = self.places.find(&request.name).unwrap_or_else(|| self.places.add(&request.name));
        let somebody_waits = self.queue(place).any(|(_, lock)| lock.waiting);
        self.hold(request, place, somebody_waits);
    }

    /// A granted lock, in the transaction's structure of that kind. Where somebody waits, in a new one (Q4).
    fn hold(&mut self, request: &Request<'_>, place: u32, somebody_waits: bool) {
        let new = self.next_structure;
        let number = match request.structure {
            Some(structure) => {
                let owner = &mut self.owners[request.owner.0];
                let known = owner.known(structure).filter(|_| !somebody_waits);
                known.unwrap_or_else(|| {
                    owner.weight += 1;
                    owner.remember(structure, new);
                    new
                })
            }
            None => new,
        };
        self.next_structure += u64::from(number == new);
        self.enqueue(place, request.owner, request.mode, false, number);
    }

    fn wait(&mut self, request: &Request<'_>, place: u32, blocker: u32) {
        let number = self.next_structure;
        self.next_structure += 1;
        let lock = self.enqueue(place, request.owner, request.mode, true, number);
        let on = self.locks[blocker].owner;
        let seq = self.next_wait;
        self.next_wait += 1;
        let structure = request.structure;
        let owner = self.owner(request.owner);
        owner.weight += u64::from(structure.is_some());
        owner.undo_records = request.undo_records;
        owner.wait = Some(Wait { lock, blocker, on, seq, structure });
        owner.outcome = None;
        owner.ticket = seq;
        owner.seat.clear();
    }

    /// What `owner` meets when it asks for `mode`, and whether anybody waits there.
    pub(crate) fn examine(&self, place: u32, owner: Owner, mode: Mode) -> (Met, bool) {
        let (mut first, mut somebody_waits) = (None, false);
        for (at, lock) in self.queue(place) {
            somebody_waits |= lock.waiting;
            if lock.owner == owner {
                if !lock.waiting && lock.mode.covers(mode) {
                    return (Met::Covered, somebody_waits);
                }
            } else if first.is_none() && mode.waits_for(lock.mode) {
                first = Some(at);
            }
        }
        (first.map_or(Met::Free, Met::Blocked), somebody_waits)
    }

    /// A record is written anew in its page: its locks are taken off and put back, each time as if asked for again (Q4).
    pub(crate) fn rewrite(&mut self, place: u32) {
        let queue = self.queue(place).skip_while(|(_, lock)| !lock.waiting);
        for lock in queue.map(|(at, _)| at).collect::<Vec<_>>() {
            let new = self.next_structure + 1;
            self.next_structure += 2;
            let Lock { owner, waiting, .. } = self.locks[lock];
            let old = std::mem::replace(&mut self.locks[lock].structure_no, new);
            let owner = &mut self.owners[owner.0];
            owner.weight += 2;
            if let (true, Some(Wait { structure: Some(structure), .. })) = (waiting, owner.wait) {
                owner.remember(structure, old);
            }
        }
    }

    /// Grants what may be granted at `place` after a lock went, and aims the other waiters anew (Q1, Q2).
    pub(crate) fn settle(&mut self, place: u32, after: &mut After) {
        let waiters: Vec<u32> = self.queue(place).filter(|(_, lock)| lock.waiting).map(|(at, _)| at).collect();
        for waiter in waiters {
            let owner = self.locks[waiter].owner;
            match self.blocker_of(waiter) {
                None => {
                    self.locks[waiter].waiting = false;
                    self.end_wait(owner, Waited::Granted, after);
                    after.granted.push(owner);
                }
                Some(blocker) => self.aim(owner, blocker, after),
            }
        }
    }

    /// The first earlier lock that a waiting one must wait for.
    fn blocker_of(&self, waiter: u32) -> Option<u32> {
        let Lock { place, owner, mode, .. } = self.locks[waiter];
        let mut earlier = self.queue(place).take_while(|(at, _)| *at != waiter);
        earlier.find(|(_, lock)| lock.owner != owner && mode.waits_for(lock.mode)).map(|(at, _)| at)
    }

    /// Points a waiter at `blocker`. If that is a new edge to one who waits too, a circle may have closed there.
    fn aim(&mut self, owner: Owner, blocker: u32, after: &mut After) {
        let on = self.locks[blocker].owner;
        if let Some(wait) = &mut self.owners[owner.0].wait {
            let moved = std::mem::replace(&mut wait.on, on) != on;
            wait.blocker = blocker;
            if moved && self.owners[on.0].wait.is_some() {
                let end = |owner: Owner| (self.owners[owner.0].seniority, owner);
                after.aimed.insert(end(owner).min(end(on)));
            }
        }
    }

    /// The wait of `owner` is over; its lock is the caller's to keep or take away.
    pub(crate) fn end_wait(&mut self, owner: Owner, outcome: Waited, after: &mut After) {
        let owner = &mut self.owners[owner.0];
        if let Some(wait) = owner.wait.take() {
            if let Some(structure) = wait.structure {
                if matches!(outcome, Waited::Granted | Waited::Gone) {
                    owner.remember(structure, self.locks[wait.lock].structure_no);
                } else {
                    owner.weight -= 1;
                }
            }
            owner.outcome = Some(outcome);
            after.woken.push((wait.seq, owner.seat.clone()));
        }
    }

    /// Takes back the request that `owner` waits with.
    pub(crate) fn cancel(&mut self, owner: Owner, outcome: Waited, after: &mut After) {
        let Some(wait) = self.owners[owner.0].wait else { return };
        self.end_wait(owner, outcome, after);
        let place = self.locks[wait.lock].place;
        debug_assert!(self.locks[wait.lock].waiting, "Q3: a wait is for a lock that waits");
        if self.dequeue(wait.lock) {
            self.settle(place, after);
        }
    }

    /// Takes `lock`, which is granted, away.
    pub(crate) fn release(&mut self, lock: u32, after: &mut After) {
        let place = self.locks[lock].place;
        if self.dequeue(lock) {
            self.settle(place, after);
        }
    }

    /// The structure of a lock that has been let go of, if the lock was alone in it.
    pub(crate) fn give_back(&mut self, request: &Request<'_>) {
        let owner = self.owner(request.owner);
        if request.structure.is_some_and(|structure| owner.forget(structure)) {
            owner.weight -= 1;
        }
    }

    pub(crate) fn end(&mut self, owner: Owner, after: &mut After) {
        assert!(self.owner(owner).wait.is_none(), "Q3: {owner:?} still waits");
        loop {
            let newest = self.owners[owner.0].newest;
            if newest == NONE {
                break;
            }
            self.release(newest, after);
        }
        if let Some(writer) = self.owners.remove(owner.0).and_then(|state| state.writer) {
            self.writers.remove(&writer);
        }
    }

    pub(crate) fn table_request(owner: Owner, table: Table, mode: TableMode, undo_records: u64) -> Request<'static> {
        let structure = match table {
            // Table locks are structures of no leaf.
            Table::Data(id) => Some((id, u64::MAX, Mode::Table(mode))),
            Table::Metadata(_) => None,
        };
        let (name, mode, patience) = (Name::table(table), Mode::Table(mode), Patience::Wait);
        let traceless = false;
        Request { owner, name, mode, structure, undo_records, patience, traceless }
    }

    pub(crate) fn record_request<'a>(owner: Owner, at: &At<'a>, mode: RecordMode, undo_records: u64) -> Request<'a> {
        let structure = Some((at.index.0, at.leaf, Mode::Record(structure_name(at, mode))));
        let (name, patience, traceless) = (Name::record(at.index, at.key), Patience::Wait, mode == RecordMode::Insert);
        let mode = record_mode(at, mode);
        Request { owner, name, mode, structure, undo_records, patience, traceless }
    }
}
