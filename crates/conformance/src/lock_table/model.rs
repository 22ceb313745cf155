//! What a table must do, by brute force over one list of locks in order of their structures.

use innolab_base::TrxId;
use innolab_lock::{Inherit, Mode, RecordMode, TableMode, WaitOutcome};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SESSIONS: usize = 5;
/// Keys are `0..KEYS`, four to a leaf.
pub(crate) const KEYS: u8 = 12;
/// The table itself, as a key.
pub(crate) const TABLE: u8 = 254;
pub(crate) const SUPREMUM: u8 = 255;

pub(crate) fn leaf(key: u8) -> u64 {
    if key == TABLE { u64::MAX } else { u64::from(key / 4) }
}

/// True if a new request must wait for an old lock. Records: by the points that both cover (M1–M4). Tables: X excludes
/// all, S excludes what announces or makes changes, AUTO_INC itself.
fn must_wait(new: Mode, old: Mode) -> bool {
    use TableMode::{AutoInc, Ix, S, X};
    match (new, old) {
        (Mode::Record(new), Mode::Record(old)) => {
            let meet = (new.covers_record() && old.covers_record()) || (new == RecordMode::Insert && old.covers_gap());
            meet && !(new.is_shared() && old.is_shared())
        }
        (Mode::Table(new), Mode::Table(old)) => {
            let pair = [new, old];
            pair.contains(&X)
                || pair.contains(&S) && (pair.contains(&Ix) || pair.contains(&AutoInc))
                || pair == [AutoInc; 2]
        }
        _ => false,
    }
}

/// True if an old lock makes a new request unnecessary (M5).
fn covers(old: Mode, new: Mode) -> bool {
    use TableMode::{Is, Ix, S, X};
    match (old, new) {
        (Mode::Record(old), Mode::Record(new)) => {
            let record = old.covers_record() || !new.covers_record();
            let gap = old.covers_gap() || !new.covers_gap();
            ![old, new].contains(&RecordMode::Insert) && record && gap && (!old.is_shared() || new.is_shared())
        }
        (Mode::Table(old), Mode::Table(new)) => old == X || old == new || new == Is && [S, Ix].contains(&old),
        _ => false,
    }
}

/// On the supremum every lock but an insert intention is on the gap.
fn effective(key: u8, mode: Mode) -> Mode {
    match mode {
        Mode::Record(mode) if key == SUPREMUM => Mode::Record(mode.as_gap().unwrap_or(mode)),
        _ => mode,
    }
}

/// The mode of a lock's structure: on the supremum, that of the next-key lock (Q4).
fn structure(key: u8, mode: Mode) -> Mode {
    match mode {
        Mode::Record(RecordMode::SGap | RecordMode::SRec) if key == SUPREMUM => Mode::Record(RecordMode::S),
        Mode::Record(RecordMode::XGap | RecordMode::XRec) if key == SUPREMUM => Mode::Record(RecordMode::X),
        _ => mode,
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lock {
    pub(crate) session: usize,
    pub(crate) key: u8,
    pub(crate) mode: Mode,
    pub(crate) waiting: bool,
    /// The number of its structure: the list of all locks is in this order.
    number: u64,
}

impl Lock {
    pub(crate) fn record_mode(&self) -> Option<RecordMode> {
        if let Mode::Record(mode) = self.mode { Some(mode) } else { None }
    }
}

/// The order in which waiters of a queue are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The order of arrival, as in MariaDB 10.11 (Q1).
    #[default]
    OfArrival,
    /// The table's choice, as in MySQL 8: any waiter may go first that no granted lock keeps from it.
    Any,
}

/// The reply to a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reply {
    Granted { fresh: bool },
    Busy,
    Queued,
}

/// A session's transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trx {
    pub(crate) trx_id: TrxId,
    pub(crate) inherit: Inherit,
    pub(crate) undo_records: u64,
    /// How its wait ended, until the table has been asked.
    pub(crate) outcome: Option<WaitOutcome>,
    /// Leaf, mode and number of each structure.
    structures: Vec<(u64, Mode, u64)>,
    /// The structure of the lock that it waits for; other locks join it only once it is granted.
    waiting: Option<(u64, Mode)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) trxs: [Trx; SESSIONS],
    pub(crate) rows: BTreeSet<u8>,
    /// The session that wrote a row: its implicit lock.
    pub(crate) written: BTreeMap<u8, usize>,
    pub(crate) locks: Vec<Lock>,
    next_number: u64,
    /// Which waiter goes first.
    order: Order,
}

impl Model {
    pub(crate) fn new(rows: impl Iterator<Item = u8>, order: Order) -> Model {
        Model { rows: rows.collect(), order, ..Model::default() }
    }

    pub(crate) fn successor(&self, key: u8) -> u8 {
        self.rows.range(key + 1..).next().copied().unwrap_or(SUPREMUM)
    }

    fn holds(&self, session: usize, key: u8, mode: Mode) -> bool {
        let own = |lock: &&Lock| lock.session == session && lock.key == key && !lock.waiting;
        self.locks.iter().filter(own).any(|old| covers(old.mode, mode))
    }

    fn has_waiter(&self, key: u8) -> bool {
        self.locks.iter().any(|lock| lock.key == key && lock.waiting)
    }

    /// The positions of the locks before `end` that a request must wait for.
    fn blockers(&self, end: usize, session: usize, key: u8, mode: Mode) -> Vec<usize> {
        let blocks = |old: &Lock| old.key == key && old.session != session && must_wait(mode, old.mode);
        (0..end).filter(|at| blocks(&self.locks[*at])).collect()
    }

    /// A request for a lock.
    pub(crate) fn request(&mut self, session: usize, key: u8, requested: Mode, nowait: bool) -> Reply {
        let requested = self.narrowed(session, key, requested);
        let mode = effective(key, requested);
        if self.holds(session, key, mode) {
            return Reply::Granted { fresh: false };
        }
        if !self.blockers(self.locks.len(), session, key, mode).is_empty() {
            if nowait {
                return Reply::Busy;
            }
            self.trxs[session].waiting = Some((leaf(key), structure(key, requested)));
            self.next_number += 1;
            self.locks.push(Lock { session, key, mode, waiting: true, number: self.next_number });
            return Reply::Queued;
        }
        let leaves_a_lock = mode != Mode::Record(RecordMode::Insert);
        if leaves_a_lock {
            self.grant(session, key, requested);
        }
        Reply::Granted { fresh: leaves_a_lock }
    }

    /// M6
    fn narrowed(&self, session: usize, key: u8, requested: Mode) -> Mode {
        let (part, gap) = match effective(key, requested) {
            Mode::Record(RecordMode::S) => (RecordMode::SRec, RecordMode::SGap),
            Mode::Record(RecordMode::X) => (RecordMode::XRec, RecordMode::XGap),
            _ => return requested,
        };
        if self.holds(session, key, Mode::Record(part)) { Mode::Record(gap) } else { requested }
    }

    fn grant(&mut self, session: usize, key: u8, requested: Mode) {
        let requested = structure(key, requested);
        let same = |(of, mode, _): &&(u64, Mode, u64)| (*of, *mode) == (leaf(key), requested);
        let known = self.trxs[session].structures.iter().filter(same).map(|(_, _, number)| *number).min();
        let number = known.filter(|_| !self.has_waiter(key)).unwrap_or_else(|| {
            self.next_number += 1;
            self.trxs[session].structures.push((leaf(key), requested, self.next_number));
            self.next_number
        });
        let at = self.locks.partition_point(|lock| lock.number <= number);
        self.locks.insert(at, Lock { session, key, mode: effective(key, requested), waiting: false, number });
    }

    /// The implicit lock of `session` on a row it wrote becomes explicit (T4).
    pub(crate) fn make_explicit(&mut self, session: usize, key: u8) {
        let mode = Mode::Record(RecordMode::XRec);
        if !self.holds(session, key, mode) {
            self.grant(session, key, mode);
        }
    }

    /// Grants every waiter that no earlier lock blocks; if the table chooses, see [`Model::follow`].
    fn grant_waiters(&mut self) {
        let all = if self.order == Order::OfArrival { self.locks.len() } else { 0 };
        for at in 0..all {
            let Lock { session, key, mode, waiting, number } = self.locks[at].clone();
            if waiting && self.blockers(at, session, key, mode).is_empty() {
                self.locks[at].waiting = false;
                let trx = &mut self.trxs[session];
                trx.structures.extend(trx.waiting.take().map(|(leaf, mode)| (leaf, mode, number)));
                trx.outcome = Some(WaitOutcome::Granted);
            }
        }
    }

    /// Returns the model after the table has granted these sessions' requests, in whichever order: each must be free of
    /// granted locks that were there before it. `None`: there is no such order.
    pub(crate) fn follow(&self, granted: &BTreeSet<usize>) -> Option<Model> {
        if granted.is_empty() {
            return Some(self.clone());
        }
        granted.iter().find_map(|session| {
            let at = self.locks.iter().position(|lock| lock.session == *session && lock.waiting)?;
            let Lock { key, mode, .. } = self.locks[at];
            let blockers = self.blockers(at, *session, key, mode);
            if blockers.iter().any(|at| !self.locks[*at].waiting) {
                return None;
            }
            // From now on it stands before the requests for which it should have waited.
            let mut after = self.clone();
            let place = blockers.first().copied().unwrap_or(at);
            let number = after.locks[place].number;
            let lock = after.locks.remove(at);
            after.locks.insert(place, Lock { waiting: false, number, ..lock });
            let trx = &mut after.trxs[*session];
            trx.structures.extend(trx.waiting.take().map(|(leaf, mode)| (leaf, mode, number)));
            trx.outcome = Some(WaitOutcome::Granted);
            let mut others = granted.clone();
            others.remove(session);
            after.follow(&others)
        })
    }

    /// Returns a key at which transactions wait although no granted lock is in the way of any of them.
    pub(crate) fn idle_queue(&self) -> Option<u8> {
        let waiting = |lock: &&Lock| lock.waiting;
        let is_blocked = |at: &Lock| {
            let blocks = |old: &Lock| {
                !old.waiting && old.key == at.key && old.session != at.session && must_wait(at.mode, old.mode)
            };
            self.locks.iter().any(blocks)
        };
        let of_key = |key: u8| self.locks.iter().filter(waiting).filter(move |lock| lock.key == key);
        self.locks.iter().filter(waiting).map(|lock| lock.key).find(|key| !of_key(*key).any(is_blocked))
    }

    /// Removes the request that `session` waits with, if it waits.
    pub(crate) fn cancel(&mut self, session: usize, outcome: WaitOutcome) {
        let at = self.locks.iter().position(|lock| lock.session == session && lock.waiting);
        if let Some(at) = at {
            self.locks.remove(at);
            self.trxs[session].waiting = None;
            self.trxs[session].outcome = Some(outcome);
            self.grant_waiters();
        }
    }

    /// A row was inserted (H1, H3).
    pub(crate) fn insert(&mut self, session: usize, key: u8) {
        let successor = self.successor(key);
        let covers_gap = |lock: &&Lock| lock.key == successor && lock.record_mode().is_some_and(RecordMode::covers_gap);
        let gaps: Vec<Lock> = self.locks.iter().filter(covers_gap).cloned().collect();
        gaps.iter().for_each(|gap| self.inherit(gap, key));
        self.rows.insert(key);
        self.written.insert(key, session);
    }

    /// A row is removed (H2, H3).
    pub(crate) fn remove(&mut self, key: u8) {
        let successor = self.successor(key);
        let left: Vec<Lock> = self.locks.iter().filter(|lock| lock.key == key).cloned().collect();
        for lock in &left {
            if lock.record_mode().is_some_and(|mode| self.trxs[lock.session].inherit.allows(mode)) {
                self.inherit(lock, successor);
            }
        }
        self.locks.retain(|lock| lock.key != key);
        for lock in left.iter().filter(|lock| lock.waiting) {
            // The structure stays, empty.
            let trx = &mut self.trxs[lock.session];
            trx.structures.extend(trx.waiting.take().map(|(leaf, mode)| (leaf, mode, lock.number)));
            trx.outcome = Some(WaitOutcome::Gone);
        }
        self.rows.remove(&key);
        self.written.remove(&key);
    }

    fn inherit(&mut self, lock: &Lock, key: u8) {
        let Some(mode) = lock.record_mode().and_then(RecordMode::as_gap).map(Mode::Record) else { return };
        let same = |old: &Lock| old.session == lock.session && old.key == key && old.mode == mode;
        if !self.locks.iter().any(same) || self.has_waiter(key) {
            self.grant(lock.session, key, mode);
        }
    }

    /// A row is rewritten: each lock from the first waiter on starts two structures (Q4).
    pub(crate) fn rewrite(&mut self, key: u8) {
        for lock in self.locks.iter_mut().filter(|lock| lock.key == key).skip_while(|lock| !lock.waiting) {
            let Lock { session, mode, number, .. } = *lock;
            self.next_number += 2;
            lock.number = self.next_number;
            let left = [number, self.next_number - 1].map(|number| (leaf(key), mode, number));
            self.trxs[session].structures.extend(left);
        }
        self.locks.sort_by_key(|lock| lock.number);
    }

    /// Releases the session's first granted lock on `key` that is as exclusive as `mode`. A lock on the table is released
    /// by its mode, and its structure is given back (Q4).
    pub(crate) fn unlock(&mut self, session: usize, key: u8, mode: Mode) {
        let alike = |held: Mode| match (held, mode) {
            (Mode::Record(held), Mode::Record(mode)) => held.is_shared() == mode.is_shared(),
            _ => held == mode,
        };
        let is_it = |lock: &Lock| lock.session == session && lock.key == key && alike(lock.mode) && !lock.waiting;
        if let Some(first) = self.locks.iter().position(is_it) {
            self.locks.remove(first);
            self.grant_waiters();
        }
        if key == TABLE {
            self.trxs[session].structures.retain(|(of, held, _)| (*of, *held) != (leaf(TABLE), mode));
        }
    }

    /// A transaction ends, and the session begins another one.
    pub(crate) fn end(&mut self, session: usize) {
        self.locks.retain(|lock| lock.session != session);
        self.written.retain(|_, writer| *writer != session);
        self.trxs[session] = Trx::default();
        self.grant_waiters();
    }

    /// The sessions that each waiter waits for; the first is the one at which it points (Q2).
    pub(crate) fn waits_for(&self) -> BTreeMap<usize, Vec<usize>> {
        let waiting = self.locks.iter().enumerate().filter(|(_, lock)| lock.waiting);
        let edges = waiting.map(|(at, lock)| {
            let later = if self.order == Order::OfArrival { at } else { self.locks.len() };
            let blockers = self.blockers(later, lock.session, lock.key, lock.mode);
            let counts = |other: &usize| *other < at || !self.locks[*other].waiting;
            (lock.session, blockers.into_iter().filter(counts).map(|at| self.locks[at].session).collect())
        });
        edges.collect()
    }

    /// The session at which each waiter points (Q2).
    pub(crate) fn edges(&self) -> BTreeMap<usize, usize> {
        let first = |(waiter, blockers): (usize, Vec<usize>)| Some((waiter, *blockers.first()?));
        self.waits_for().into_iter().filter_map(first).collect()
    }

    /// A cycle of the waiters' pointers.
    pub(crate) fn cycle(&self) -> Option<BTreeSet<usize>> {
        let edges = self.edges();
        edges.keys().find_map(|start| {
            let mut seen = BTreeSet::new();
            let mut at = *start;
            while seen.insert(at) {
                at = *edges.get(&at)?;
            }
            (at == *start).then_some(seen)
        })
    }

    /// True if `session` waits for itself, along any blockers.
    pub(crate) fn is_in_a_cycle(&self, session: usize) -> bool {
        let edges = self.waits_for();
        let (mut seen, mut next) = (BTreeSet::new(), vec![session]);
        while let Some(at) = next.pop() {
            for to in edges.get(&at).into_iter().flatten() {
                if *to == session {
                    return true;
                }
                if seen.insert(*to) {
                    next.push(*to);
                }
            }
        }
        false
    }

    /// The waiters that wait for each other and for no runner: nobody will end their waits.
    pub(crate) fn stuck(&self) -> BTreeSet<usize> {
        let edges = self.waits_for();
        let mut stuck: BTreeSet<usize> = edges.keys().copied().collect();
        loop {
            let left: BTreeSet<usize> =
                stuck.iter().copied().filter(|waiter| edges[waiter].iter().all(|to| stuck.contains(to))).collect();
            if left == stuck {
                return stuck;
            }
            stuck = left;
        }
    }

    /// Q4
    pub(crate) fn weight(&self, session: usize) -> u64 {
        let trx = &self.trxs[session];
        trx.structures.len() as u64 + u64::from(trx.waiting.is_some()) + trx.undo_records
    }

    /// The points of the key space that no other session may change or fill.
    pub(crate) fn protected(&self, session: usize) -> BTreeSet<u8> {
        let own = self.locks.iter().filter(|lock| lock.session == session && !lock.waiting);
        let points = |lock: &Lock| {
            let mode = lock.record_mode()?;
            let before = self.rows.range(..lock.key.min(KEYS)).next_back().map_or(0, |key| key + 1);
            let gap = if mode.covers_gap() { before..lock.key.min(KEYS) } else { 0..0 };
            Some(gap.chain(mode.covers_record().then_some(lock.key)))
        };
        own.filter_map(points).flatten().collect()
    }
}
