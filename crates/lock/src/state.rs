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
//! - **Q4** A transaction's weight is its lock structures plus the rows it would have to undo. A structure is a mode
//!   on a leaf of an index, as in InnoDB's memory; a lock that has to wait, or comes where somebody waits, begins a
//!   new one. Structures are given back only when their wait is taken back, or at the end, as there; that of a record
//!   which has gone stays. When a record is written anew in its page, who waits there and who came after begins two new
//!   ones and leaves the old one behind ([`State::rewrite`]). On the supremum, where there are only gaps, a gap lock's structure is that of next-key locks.
//!
//! InnoDB: `lock_rec_lock`, `lock_rec_add_to_queue`, `lock_rec_dequeue_from_page`.

use crate::deadlock::Story;
use crate::mode::{Mode, RecordMode, TableMode};
use crate::place::{At, Name, Places, RecordKey, Table};
use crate::slab::{NONE, Slab};
use crate::table::{Inherit, Owner, Patience, Waited};
use innolab_base::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use innolab_base::{TrxId, Waiter};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};

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
    structure_no: u64,
}

/// What makes a lock structure: index, leaf, mode.
type Structure = (u64, u64, Mode);

#[derive(Debug)]
pub(crate) struct OwnerState {
    pub(crate) seat: Arc<Waiter>,
    pub(crate) writer: Option<TrxId>,
    pub(crate) inherit: Inherit,
    /// The place of its session among all (D1).
    pub(crate) seniority: usize,
    newest: u32,
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
    structure: Option<Structure>,
}

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
    /// Seats of sessions that have begun a transaction, by their address, and their places (D1).
    sessions: HashMap<usize, (Weak<Waiter>, usize)>,
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
        let seniority = self.seniority(&seat);
        Owner(self.owners.add(OwnerState {
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
        }))
    }

    /// The place of a session: a new one takes the first that none has any more, as InnoDB does with memory.
    fn seniority(&mut self, seat: &Arc<Waiter>) -> usize {
        // Nobody else gets this address as long as we know it.
        let address = Arc::as_ptr(seat) as usize;
        if let Some((_, place)) = self.sessions.get(&address) {
            return *place;
        }
        self.sessions.retain(|_, (seat, _)| seat.strong_count() > 0);
        let taken: BTreeSet<usize> = self.sessions.values().map(|(_, place)| *place).collect();
        let place = (0..).zip(&taken).take_while(|(n, place)| n == *place).count();
        self.sessions.insert(address, (Arc::downgrade(seat), place));
        place
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

    pub(crate) fn queue(&self, place: u32) -> impl Iterator<Item = (u32, &Lock)> {
        let head = self.places[place].head;
        std::iter::successors((head != NONE).then(|| (head, &self.locks[head])), |(_, lock)| {
            (lock.next != NONE).then(|| (lock.next, &self.locks[lock.next]))
        })
    }

    /// All that an owner holds and waits for, the newest first.
    pub(crate) fn locks_of(&self, owner: Owner) -> impl Iterator<Item = &Lock> {
        let lock = |number: u32| (number != NONE).then(|| &self.locks[number]);
        std::iter::successors(lock(self.owners[owner.0].newest), move |newer| lock(newer.own_older))
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

    fn enqueue(&mut self, place: u32, owner: Owner, mode: Mode, waiting: bool, structure_no: u64) -> u32 {
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

impl OwnerState {
    fn known(&self, structure: Structure) -> Option<u64> {
        match self.last {
            Some((last, number)) if last == structure => Some(number),
            _ => self.structures.get(&structure).copied(),
        }
    }

    /// Whether it had it.
    fn forget(&mut self, structure: Structure) -> bool {
        let was_last = self.last.take_if(|(last, _)| *last == structure).is_some();
        self.structures.remove(&structure).is_some() || was_last
    }

    /// The structure is there for later locks of its kind, unless there is an older one.
    fn remember(&mut self, structure: Structure, number: u64) {
        let number = self.known(structure).map_or(number, |older| older.min(number));
        if let Some((last, number)) = self.last.replace((structure, number)) {
            self.structures.insert(last, number);
        }
    }
}
