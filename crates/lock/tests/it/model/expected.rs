//! What the table must do, by brute force over one list of locks in order of their structures.

use innolab_base::TrxId;
use innolab_lock::{Inherit, RecordMode, WaitOutcome};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SESSIONS: usize = 5;
/// Keys are `0..KEYS`, four to a leaf.
pub(crate) const KEYS: u8 = 12;
pub(crate) const SUPREMUM: u8 = 255;

pub(crate) fn leaf(key: u8) -> u64 {
    u64::from(key / 4)
}

/// True if a new request must wait for an old lock, by the points that both cover (M1–M4).
fn must_wait(new: RecordMode, old: RecordMode) -> bool {
    let meet = (new.covers_record() && old.covers_record()) || (new == RecordMode::Insert && old.covers_gap());
    meet && !(new.is_shared() && old.is_shared())
}

/// True if an old lock makes a new request unnecessary (M5).
fn covers(old: RecordMode, new: RecordMode) -> bool {
    let record = old.covers_record() || !new.covers_record();
    let gap = old.covers_gap() || !new.covers_gap();
    ![old, new].contains(&RecordMode::Insert) && record && gap && (!old.is_shared() || new.is_shared())
}

/// On the supremum every lock but an insert intention is on the gap.
fn effective(key: u8, mode: RecordMode) -> RecordMode {
    if key == SUPREMUM { mode.as_gap().unwrap_or(mode) } else { mode }
}

/// The mode of a lock's structure: on the supremum, that of the next-key lock (Q4).
fn structure(key: u8, mode: RecordMode) -> RecordMode {
    match mode {
        RecordMode::SGap | RecordMode::SRec if key == SUPREMUM => RecordMode::S,
        RecordMode::XGap | RecordMode::XRec if key == SUPREMUM => RecordMode::X,
        _ => mode,
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lock {
    pub(crate) session: usize,
    pub(crate) key: u8,
    pub(crate) mode: RecordMode,
    pub(crate) waiting: bool,
    /// The number of its structure: the list of all locks is in this order.
    number: u64,
}

/// The reply to a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reply {
    Granted { fresh: bool },
    Busy,
    Queued,
}

/// A session's transaction.
#[derive(Default)]
pub(crate) struct Trx {
    pub(crate) trx_id: TrxId,
    pub(crate) inherit: Inherit,
    pub(crate) undo_records: u64,
    /// How its wait ended, until the table has been asked.
    pub(crate) outcome: Option<WaitOutcome>,
    /// Leaf, mode and number of each structure.
    structures: Vec<(u64, RecordMode, u64)>,
    /// The structure of the lock that it waits for; other locks join it only once it is granted.
    waiting: Option<(u64, RecordMode)>,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) trxs: [Trx; SESSIONS],
    pub(crate) rows: BTreeSet<u8>,
    /// The session that wrote a row: its implicit lock.
    pub(crate) written: BTreeMap<u8, usize>,
    pub(crate) locks: Vec<Lock>,
    next_number: u64,
}

impl Model {
    pub(crate) fn new(rows: impl Iterator<Item = u8>) -> Model {
        Model { rows: rows.collect(), ..Model::default() }
    }

    pub(crate) fn successor(&self, key: u8) -> u8 {
        self.rows.range(key + 1..).next().copied().unwrap_or(SUPREMUM)
    }

    fn holds(&self, session: usize, key: u8, mode: RecordMode) -> bool {
        let own = |lock: &&Lock| lock.session == session && lock.key == key && !lock.waiting;
        self.locks.iter().filter(own).any(|old| covers(old.mode, mode))
    }

    fn has_waiter(&self, key: u8) -> bool {
        self.locks.iter().any(|lock| lock.key == key && lock.waiting)
    }

    /// The position of the first of the locks before `end` that a request must wait for.
    fn blocker(&self, end: usize, session: usize, key: u8, mode: RecordMode) -> Option<usize> {
        let blocks = |old: &Lock| old.key == key && old.session != session && must_wait(mode, old.mode);
        self.locks[..end].iter().position(blocks)
    }

    /// A request for a lock.
    pub(crate) fn request(&mut self, session: usize, key: u8, requested: RecordMode, nowait: bool) -> Reply {
        // M6
        let requested = match (effective(key, requested), requested.as_gap()) {
            (RecordMode::S, Some(gap)) if self.holds(session, key, RecordMode::SRec) => gap,
            (RecordMode::X, Some(gap)) if self.holds(session, key, RecordMode::XRec) => gap,
            _ => requested,
        };
        let mode = effective(key, requested);
        if self.holds(session, key, mode) {
            return Reply::Granted { fresh: false };
        }
        if self.blocker(self.locks.len(), session, key, mode).is_some() {
            if nowait {
                return Reply::Busy;
            }
            self.trxs[session].waiting = Some((leaf(key), structure(key, requested)));
            self.next_number += 1;
            self.locks.push(Lock { session, key, mode, waiting: true, number: self.next_number });
            return Reply::Queued;
        }
        if mode != RecordMode::Insert {
            self.grant(session, key, requested);
        }
        Reply::Granted { fresh: mode != RecordMode::Insert }
    }

    fn grant(&mut self, session: usize, key: u8, requested: RecordMode) {
        let requested = structure(key, requested);
        let same = |(of, mode, _): &&(u64, RecordMode, u64)| (*of, *mode) == (leaf(key), requested);
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
        if !self.holds(session, key, RecordMode::XRec) {
            self.grant(session, key, RecordMode::XRec);
        }
    }

    /// Grants every waiter that no earlier lock blocks.
    pub(crate) fn grant_waiters(&mut self) {
        for at in 0..self.locks.len() {
            let Lock { session, key, mode, waiting, number } = self.locks[at].clone();
            if waiting && self.blocker(at, session, key, mode).is_none() {
                self.locks[at].waiting = false;
                let trx = &mut self.trxs[session];
                trx.structures.extend(trx.waiting.take().map(|(leaf, mode)| (leaf, mode, number)));
                trx.outcome = Some(WaitOutcome::Granted);
            }
        }
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
        let covers_gap = |lock: &&Lock| lock.key == successor && lock.mode.covers_gap();
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
            if self.trxs[lock.session].inherit.allows(lock.mode) {
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
        let Some(mode) = lock.mode.as_gap() else { return };
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

    /// Releases the session's first granted lock on `key` that is as exclusive as `mode`.
    pub(crate) fn unlock(&mut self, session: usize, key: u8, mode: RecordMode) {
        let same =
            |lock: &Lock| lock.session == session && lock.key == key && lock.mode.is_shared() == mode.is_shared();
        if let Some(first) = self.locks.iter().position(same) {
            self.locks.remove(first);
            self.grant_waiters();
        }
    }

    /// A transaction ends, and the session begins another one.
    pub(crate) fn end(&mut self, session: usize) {
        self.locks.retain(|lock| lock.session != session);
        self.written.retain(|_, writer| *writer != session);
        self.trxs[session] = Trx::default();
        self.grant_waiters();
    }

    /// The session that each waiter waits for (Q2).
    pub(crate) fn edges(&self) -> BTreeMap<usize, usize> {
        let waiting = self.locks.iter().enumerate().filter(|(_, lock)| lock.waiting);
        let edge = |(at, lock): (usize, &Lock)| {
            let blocker = self.blocker(at, lock.session, lock.key, lock.mode)?;
            Some((lock.session, self.locks[blocker].session))
        };
        waiting.filter_map(edge).collect()
    }

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

    /// Q4
    pub(crate) fn weight(&self, session: usize) -> u64 {
        let trx = &self.trxs[session];
        trx.structures.len() as u64 + u64::from(trx.waiting.is_some()) + trx.undo_records
    }

    /// The points of the key space that no other session may change or fill.
    pub(crate) fn protected(&self, session: usize) -> BTreeSet<u8> {
        let own = self.locks.iter().filter(|lock| lock.session == session && !lock.waiting);
        own.flat_map(|lock| {
            let before = self.rows.range(..lock.key.min(KEYS)).next_back().map_or(0, |key| key + 1);
            let gap = if lock.mode.covers_gap() { before..lock.key.min(KEYS) } else { 0..0 };
            gap.chain(lock.mode.covers_record().then_some(lock.key))
        })
        .collect()
    }
}
