//! The model's half of the property test: one list of locks in order of their structures, searched by brute force.

use super::{Lock, SUPREMUM, World, leaf};
use innolab_lock::{RecordMode, WaitOutcome};
use std::collections::{BTreeMap, BTreeSet};

/// What the words mean (M1–M4), by points covered.
pub(crate) fn must_wait(new: RecordMode, old: RecordMode) -> bool {
    let meet = (new.covers_record() && old.covers_record()) || (new == RecordMode::Insert && old.covers_gap());
    meet && !(new.is_shared() && old.is_shared())
}

pub(crate) fn stronger(old: &Lock, new: RecordMode) -> bool {
    let record = old.mode.covers_record() || !new.covers_record();
    let gap = old.mode.covers_gap() || !new.covers_gap();
    ![old.mode, new].contains(&RecordMode::Insert) && record && gap && (!old.mode.is_shared() || new.is_shared())
}

impl World {
    pub(crate) fn successor(&self, key: u8) -> u8 {
        self.rows.range(key + 1..).next().copied().unwrap_or(SUPREMUM)
    }

    pub(crate) fn conflict(&self, upto: usize, who: usize, key: u8, mode: RecordMode) -> Option<usize> {
        self.locks[..upto].iter().position(|old| old.key == key && old.who != who && must_wait(mode, old.mode))
    }

    /// A lock on the supremum is a gap lock.
    pub(crate) fn normal(key: u8, mode: RecordMode) -> RecordMode {
        if key == SUPREMUM { mode.as_gap().unwrap_or(mode) } else { mode }
    }

    pub(crate) fn waits_at(&self, key: u8) -> bool {
        self.locks.iter().any(|lock| lock.key == key && lock.waiting)
    }

    /// How the structure is called.
    pub(crate) fn structure(key: u8, asked: RecordMode) -> RecordMode {
        match asked {
            RecordMode::SGap | RecordMode::SRec if key == SUPREMUM => RecordMode::S,
            RecordMode::XGap | RecordMode::XRec if key == SUPREMUM => RecordMode::X,
            _ => asked,
        }
    }

    pub(crate) fn grant(&mut self, who: usize, key: u8, asked: RecordMode) {
        let asked = World::structure(key, asked);
        let older = self.sessions[who].structures.iter().filter(|(of, mode, _)| (*of, *mode) == (leaf(key), asked));
        let older = older.map(|(_, _, number)| *number).min().filter(|_| !self.waits_at(key));
        let number = older.unwrap_or_else(|| {
            self.next_number += 1;
            self.sessions[who].structures.push((leaf(key), asked, self.next_number));
            self.next_number
        });
        let at = self.locks.partition_point(|lock| lock.number <= number);
        self.locks.insert(at, Lock { who, key, mode: World::normal(key, asked), waiting: false, number });
    }

    /// What the model answers to a request: granted (fresh or not), busy (`None`) or queued.
    pub(crate) fn ask(&mut self, who: usize, key: u8, asked: RecordMode, nowait: bool) -> Option<Result<bool, ()>> {
        let own = |lock: &&Lock| lock.who == who && lock.key == key && !lock.waiting;
        // M6
        let record_held = |part| self.locks.iter().filter(own).any(|old| stronger(old, part));
        let asked = match (World::normal(key, asked), asked.as_gap()) {
            (RecordMode::S, Some(gap)) if record_held(RecordMode::SRec) => gap,
            (RecordMode::X, Some(gap)) if record_held(RecordMode::XRec) => gap,
            _ => asked,
        };
        let mode = World::normal(key, asked);
        if self.locks.iter().filter(own).any(|old| stronger(old, mode)) {
            return Some(Ok(false));
        }
        if self.conflict(self.locks.len(), who, key, mode).is_some() {
            if nowait {
                return None;
            }
            self.sessions[who].waiting = Some((leaf(key), World::structure(key, asked)));
            self.next_number += 1;
            self.locks.push(Lock { who, key, mode, waiting: true, number: self.next_number });
            return Some(Err(()));
        }
        if mode != RecordMode::Insert {
            self.grant(who, key, asked);
        }
        Some(Ok(mode != RecordMode::Insert))
    }

    pub(crate) fn settle(&mut self) {
        for at in 0..self.locks.len() {
            let Lock { who, key, mode, waiting, number } = self.locks[at].clone();
            if waiting && self.conflict(at, who, key, mode).is_none() {
                self.locks[at].waiting = false;
                let session = &mut self.sessions[who];
                session.structures.extend(session.waiting.take().map(|(leaf, mode)| (leaf, mode, number)));
                session.outcome = Some(WaitOutcome::Granted);
            }
        }
    }

    pub(crate) fn end_wait(&mut self, who: usize, outcome: WaitOutcome) {
        let at = self.locks.iter().position(|lock| lock.who == who && lock.waiting);
        if let Some(at) = at {
            self.locks.remove(at);
            self.sessions[who].waiting = None;
            self.sessions[who].outcome = Some(outcome);
            self.settle();
        }
    }

    /// Who each waiter waits for (Q2).
    pub(crate) fn edges(&self) -> BTreeMap<usize, usize> {
        let waiting = self.locks.iter().enumerate().filter(|(_, lock)| lock.waiting);
        waiting
            .map(|(at, lock)| {
                let blocker = self.conflict(at, lock.who, lock.key, lock.mode).expect("a waiter waits for something");
                (lock.who, self.locks[blocker].who)
            })
            .collect()
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

    pub(crate) fn weight(&self, who: usize) -> u64 {
        let session = &self.sessions[who];
        session.structures.len() as u64 + u64::from(session.waiting.is_some()) + session.undo
    }
}
