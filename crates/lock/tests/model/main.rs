//! The property test: random requests, inserts, removals, unlocks, timeouts and ends against a table by brute force.
//!
//! The model is one list of locks in order of arrival, and definitions: two locks meet where the points that they
//! cover meet. After each step the whole report, every outcome, every edge of the wait-for graph and every weight
//! must be the model's; no cycle of waits may be left; and I9 is checked as it is meant: whatever point of the key
//! space a transaction had protected before a record came or went, it protects after.
#![cfg(not(shuttle))]

mod force;

use force::stronger;
use innolab_base::{CondvarPark, Events, IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, Inherit, Key, LockTable, Owner, RecordId, RecordKey, RecordMode, Target, Ticket, WaitOutcome, WaitPolicy,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SESSIONS: usize = 5;
const KEYS: u8 = 12;
const SUPREMUM: u8 = 255;
const INDEX: IndexId = IndexId(7);

#[derive(Debug, Clone)]
enum Step {
    Lock { who: usize, at: usize, mode: usize, nowait: bool, undo: u64 },
    Insert { who: usize, key: u8 },
    Remove { at: usize },
    Rewrite { at: usize },
    Unlock { who: usize, nth: usize },
    Timeout { who: usize },
    Cancel { who: usize },
    End { who: usize },
    SetInherit { who: usize, what: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..SESSIONS;
    prop_oneof![
        12 => (who.clone(), 0..20usize, 0..6usize, any::<bool>(), 0..3u64)
            .prop_map(|(who, at, mode, nowait, undo)| Step::Lock { who, at, mode, nowait: nowait && undo == 0, undo }),
        6 => (who.clone(), 0..KEYS).prop_map(|(who, key)| Step::Insert { who, key }),
        2 => (0..20usize).prop_map(|at| Step::Remove { at }),
        2 => (0..20usize).prop_map(|at| Step::Rewrite { at }),
        1 => (who.clone(), 0..8usize).prop_map(|(who, nth)| Step::Unlock { who, nth }),
        1 => who.clone().prop_map(|who| Step::Timeout { who }),
        1 => who.clone().prop_map(|who| Step::Cancel { who }),
        3 => who.clone().prop_map(|who| Step::End { who }),
        1 => (who, 0..3usize).prop_map(|(who, what)| Step::SetInherit { who, what }),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Lock {
    who: usize,
    key: u8,
    mode: RecordMode,
    waiting: bool,
    /// Of its structure: the list of all locks is in this order.
    number: u64,
}

fn leaf(key: u8) -> u64 {
    u64::from(key / 4)
}

struct Session {
    seat: Arc<Waiter>,
    owner: Owner,
    ticket: Option<Ticket>,
    /// How the wait ended by the model, until the table was asked.
    outcome: Option<WaitOutcome>,
    inherit: Inherit,
    structures: Vec<(u64, RecordMode, u64)>,
    /// That of the lock it waits for, which no other lock shares until it is granted.
    waiting: Option<(u64, RecordMode)>,
    undo: u64,
    writer: TrxId,
}

struct World {
    table: LockTable,
    sessions: Vec<Session>,
    next_trx: u64,
    rows: BTreeSet<u8>,
    /// Implicit locks.
    written: BTreeMap<u8, usize>,
    locks: Vec<Lock>,
    next_number: u64,
    deadlocks: usize,
}

impl World {
    fn new() -> World {
        let table = LockTable::new(Arc::new(CondvarPark), Events::none());
        let rows = (0..KEYS).filter(|key| key % 3 == 1).collect();
        let (sessions, written, locks) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut world = World { table, sessions, next_trx: 1, rows, written, locks, next_number: 0, deadlocks: 0 };
        for who in 0..SESSIONS {
            let session = world.session(Arc::new(Waiter::new(who as u64)));
            world.sessions.push(session);
        }
        world
    }

    fn session(&mut self, seat: Arc<Waiter>) -> Session {
        let owner = self.table.begin(seat.clone());
        let writer = TrxId(self.next_trx);
        self.next_trx += 1;
        self.table.set_trx_id(owner, writer);
        let structures = Vec::new();
        Session {
            seat,
            owner,
            ticket: None,
            outcome: None,
            inherit: Inherit::All,
            structures,
            waiting: None,
            undo: 0,
            writer,
        }
    }

    /// Circles are broken as the table broke them; the choice must have been right.
    fn break_circles(&mut self, mut victims: BTreeMap<usize, WaitOutcome>) {
        while let Some(cycle) = self.cycle() {
            let told_of = |who: &&usize| match victims.get(who) {
                Some(WaitOutcome::Deadlock(report)) => report.cycle.iter().map(|m| m.session as usize).collect(),
                _ => BTreeSet::new(),
            };
            let victim = *cycle.iter().find(|who| told_of(who) == cycle).expect("a cycle was missed");
            let Some(WaitOutcome::Deadlock(report)) = victims.remove(&victim) else { unreachable!() };
            assert_eq!(report.cycle[report.victim].session as usize, victim);
            for (at, member) in report.cycle.iter().enumerate() {
                let next = &report.cycle[(at + 1) % report.cycle.len()];
                assert_eq!(self.edges()[&(member.session as usize)], next.session as usize, "{report}");
                assert_eq!(member.weight(), self.weight(member.session as usize), "{report}");
                assert_eq!(member.blocked_by.session, next.session, "{report}");
            }
            let least = cycle.iter().map(|who| self.weight(*who)).min();
            assert_eq!(Some(self.weight(victim)), least, "D2: {report}");
            let first_is_light = Some(self.weight(report.cycle[0].session as usize)) == least;
            assert!(report.victim == 0 || !first_is_light, "D3: {report}");
            self.end_wait(victim, WaitOutcome::Deadlock(report));
            self.deadlocks += 1;
        }
        victims.retain(|_, outcome| matches!(outcome, WaitOutcome::Deadlock(_)));
        assert!(victims.is_empty(), "victims without a cycle: {victims:?}");
    }

    /// The points of the key space that nobody else may write or fill.
    fn protected(&self, who: usize) -> BTreeSet<u8> {
        let mine = self.locks.iter().filter(|lock| lock.who == who && !lock.waiting);
        mine.flat_map(|lock| {
            let before = self.rows.range(..lock.key.min(KEYS)).next_back().map_or(0, |key| key + 1);
            let gap = if lock.mode.covers_gap() { before..lock.key.min(KEYS) } else { 0..0 };
            gap.chain(lock.mode.covers_record().then_some(lock.key))
        })
        .collect()
    }

    fn run(&mut self, step: &Step) {
        let mut victims = BTreeMap::new();
        match *step {
            Step::Lock { who, at, mode, nowait, undo } => {
                let keys: Vec<u8> = self.rows.iter().copied().chain([SUPREMUM]).collect();
                let key = keys[at % keys.len()];
                self.sessions[who].undo = self.sessions[who].undo.max(if self.free(who) { undo } else { 0 });
                self.request(who, key, RecordMode::ALL[mode], nowait, &mut victims);
            }
            Step::Insert { who, key } if !self.rows.contains(&key) => self.insert(who, key, &mut victims),
            Step::Remove { at } if !self.rows.is_empty() => {
                let keys: Vec<u8> = self.rows.iter().copied().collect();
                self.remove(keys[at % keys.len()]);
            }
            Step::Rewrite { at } if !self.rows.is_empty() => {
                let keys: Vec<u8> = self.rows.iter().copied().collect();
                self.rewrite(keys[at % keys.len()]);
            }
            Step::Unlock { who, nth } if self.free(who) => self.unlock(who, nth),
            Step::Timeout { who } | Step::Cancel { who } => self.stop(who, matches!(step, Step::Cancel { .. })),
            Step::End { who } if self.free(who) => self.end(who),
            Step::SetInherit { who, what } => {
                let inherit = [Inherit::All, Inherit::SharedOnly, Inherit::ExclusiveOnly][what];
                self.sessions[who].inherit = inherit;
                self.table.set_inherit(self.sessions[who].owner, inherit);
            }
            _ => {}
        }
        let mut told = victims;
        self.collect(&mut told);
        self.break_circles(told.clone());
        self.compare_outcomes(&told);
        self.compare();
    }

    fn free(&self, who: usize) -> bool {
        self.sessions[who].ticket.is_none()
    }

    /// As the engine does: the implicit owner first, then the request. True: granted.
    fn request(
        &mut self,
        who: usize,
        key: u8,
        mode: RecordMode,
        nowait: bool,
        victims: &mut BTreeMap<usize, WaitOutcome>,
    ) -> bool {
        if !self.free(who) {
            return false;
        }
        self.make_explicit(who, key, mode);
        let bytes = [key];
        let at = at(&bytes);
        let session = &self.sessions[who];
        let wait_policy = if nowait { WaitPolicy::NoWait } else { WaitPolicy::Wait };
        let answer = self.table.lock_record(session.owner, &at, mode, session.undo, wait_policy);
        match (self.ask(who, key, mode, nowait), answer) {
            (Some(Ok(fresh)), Answer::Granted { fresh: told }) => assert_eq!(fresh, told),
            (None, Answer::Busy) => return false,
            (Some(Err(())), Answer::Wait(ticket)) => {
                self.sessions[who].ticket = Some(ticket);
                return false;
            }
            (Some(Err(())), Answer::Deadlock(report)) => {
                victims.insert(who, WaitOutcome::Deadlock(report));
                return false;
            }
            (model, table) => panic!("{who} asks {mode} of {key}: the model says {model:?}, the table {table:?}"),
        }
        true
    }

    fn make_explicit(&mut self, who: usize, key: u8, mode: RecordMode) {
        let Some(writer) = self.written.get(&key).copied().filter(|writer| *writer != who) else { return };
        if !mode.covers_record() {
            return;
        }
        assert!(self.table.make_explicit(self.sessions[writer].writer, &at(&[key])));
        let own = |lock: &&Lock| lock.who == writer && lock.key == key && !lock.waiting;
        if !self.locks.iter().filter(own).any(|old| stronger(old, RecordMode::XRec)) {
            self.grant(writer, key, RecordMode::XRec);
        }
    }

    fn insert(&mut self, who: usize, key: u8, victims: &mut BTreeMap<usize, WaitOutcome>) {
        if self.request(who, self.successor(key), RecordMode::Insert, false, victims) {
            self.inserted(who, key);
        }
    }

    fn inserted(&mut self, who: usize, key: u8) {
        let successor = self.successor(key);
        for other in (0..SESSIONS).filter(|other| *other != who) {
            assert!(!self.protected(other).contains(&key), "{who} inserted {key} into what {other} protects");
        }
        let before: Vec<_> = (0..SESSIONS).map(|who| self.protected(who)).collect();
        let gaps: Vec<Lock> =
            self.locks.iter().filter(|lock| lock.key == successor && lock.mode.covers_gap()).cloned().collect();
        for gap in gaps {
            self.give(gap, key);
        }
        self.rows.insert(key);
        self.written.insert(key, who);
        self.table.inherit_on_insert(&at(&[key]), &at(&[successor]));
        for (who, mut before) in before.into_iter().enumerate() {
            before.remove(&key);
            assert!(self.protected(who).is_superset(&before), "I9: {who} lost by an insert of {key}");
        }
    }

    fn give(&mut self, of: Lock, key: u8) {
        let Some(mode) = of.mode.as_gap() else { return };
        let same = |lock: &Lock| lock.who == of.who && lock.key == key && lock.mode == mode;
        if !self.locks.iter().any(same) || self.waits_at(key) {
            self.grant(of.who, key, mode);
        }
    }

    fn remove(&mut self, key: u8) {
        let successor = self.successor(key);
        let before: Vec<_> = (0..SESSIONS).map(|who| self.protected(who)).collect();
        let left: Vec<Lock> = self.locks.iter().filter(|lock| lock.key == key).cloned().collect();
        for lock in &left {
            if self.sessions[lock.who].inherit.allows(lock.mode) {
                self.give(lock.clone(), successor);
            }
        }
        self.locks.retain(|lock| lock.key != key);
        for lock in left.iter().filter(|lock| lock.waiting) {
            // Its structure stays, empty.
            let session = &mut self.sessions[lock.who];
            session.structures.extend(session.waiting.take().map(|(leaf, mode)| (leaf, mode, lock.number)));
            session.outcome = Some(WaitOutcome::Gone);
        }
        self.rows.remove(&key);
        self.written.remove(&key);
        self.table.inherit_on_remove(&at(&[key]), &at(&[successor]));
        for (who, before) in before.into_iter().enumerate() {
            let all = self.sessions[who].inherit == Inherit::All;
            assert!(!all || self.protected(who).is_superset(&before), "I9: {who} lost by the removal of {key}");
        }
    }

    /// The record is written anew: off and on again goes each lock from the first that waits (Q4).
    fn rewrite(&mut self, key: u8) {
        self.table.rewritten(&at(&[key]));
        for lock in self.locks.iter_mut().filter(|lock| lock.key == key).skip_while(|lock| !lock.waiting) {
            let Lock { who, mode, number, .. } = *lock;
            self.next_number += 2;
            lock.number = self.next_number;
            let left = [number, self.next_number - 1].map(|number| (leaf(key), mode, number));
            self.sessions[who].structures.extend(left);
        }
        self.locks.sort_by_key(|lock| lock.number);
    }

    fn unlock(&mut self, who: usize, nth: usize) {
        let mine: Vec<usize> = (0..self.locks.len()).filter(|at| self.locks[*at].who == who).collect();
        if mine.is_empty() {
            return;
        }
        let Lock { key, mode, .. } = self.locks[mine[nth % mine.len()]];
        let first = self
            .locks
            .iter()
            .position(|lock| lock.who == who && lock.key == key && lock.mode.is_shared() == mode.is_shared());
        self.locks.remove(first.expect("it is one of these"));
        self.table.unlock_record(self.sessions[who].owner, INDEX, at(&[key]).key, mode);
        self.settle();
    }

    fn stop(&mut self, who: usize, cancel: bool) {
        let Some(ticket) = self.sessions[who].ticket else { return };
        if cancel {
            self.table.cancel(self.sessions[who].owner);
            self.end_wait(who, WaitOutcome::Cancelled);
        } else {
            assert_eq!(self.table.wait(ticket, Some(0)), WaitOutcome::TimedOut);
            self.end_wait(who, WaitOutcome::TimedOut);
            self.sessions[who].ticket = None;
            self.sessions[who].outcome = None;
        }
    }

    fn end(&mut self, who: usize) {
        self.locks.retain(|lock| lock.who != who);
        self.written.retain(|_, writer| *writer != who);
        self.table.release_all(self.sessions[who].owner);
        let gone = self.sessions[who].writer;
        assert!(!self.table.make_explicit(gone, &at(&[1])), "T4: {gone} has ended");
        let session = self.session(self.sessions[who].seat.clone());
        self.sessions[who] = session;
        self.settle();
    }

    /// How the waits ended that are over by the table.
    fn collect(&mut self, told: &mut BTreeMap<usize, WaitOutcome>) {
        for (who, session) in self.sessions.iter_mut().enumerate() {
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                told.insert(who, self.table.wait(ticket, None));
            }
        }
    }

    fn compare_outcomes(&mut self, told: &BTreeMap<usize, WaitOutcome>) {
        for who in 0..SESSIONS {
            assert_eq!(self.sessions[who].outcome.take().as_ref(), told.get(&who), "{who}");
            let waits = self.locks.iter().any(|lock| lock.who == who && lock.waiting);
            assert_eq!(waits, self.sessions[who].ticket.is_some(), "{who} waits in one of the two");
        }
    }

    fn compare(&self) {
        let mut model: Vec<(usize, u8, RecordMode, bool)> =
            self.locks.iter().map(|lock| (lock.who, lock.key, lock.mode, lock.waiting)).collect();
        model.sort_unstable();
        let mut table: Vec<(usize, u8, RecordMode, bool)> = (self.table.data_locks().into_iter())
            .map(|held| {
                let key = match &held.target {
                    Target::Record { key: Key::Bytes(bytes), .. } => bytes[0],
                    _ => SUPREMUM,
                };
                (held.session as usize, key, held.record_mode().expect("no table is locked"), held.waiting)
            })
            .collect();
        table.sort_unstable();
        assert_eq!(table, model);
        let edges: BTreeMap<usize, usize> =
            self.table.lock_waits().into_iter().map(|(a, b)| (a as usize, b as usize)).collect();
        assert_eq!(edges, self.edges());
        for (who, session) in self.sessions.iter().enumerate() {
            assert!(session.ticket.is_none() || self.table.weight(session.owner) == self.weight(who), "Q4: {who}");
        }
    }
}

fn at(key: &[u8; 1]) -> RecordId<'_> {
    let name = if key[0] == SUPREMUM { RecordKey::Supremum } else { RecordKey::Key(key) };
    RecordId { index: INDEX, leaf: leaf(key[0]), key: name }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_table_does_what_the_definitions_say(steps in proptest::collection::vec(step(), 1..150)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
        }
        // Nobody waits for ever (the FACT of `deadlock`): when all that run have ended, again and again, all have.
        for _ in 0..SESSIONS {
            for who in 0..SESSIONS {
                world.run(&Step::End { who });
            }
        }
        prop_assert_eq!(world.table.size().locks, 0);
    }
}
