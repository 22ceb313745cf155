//! The model test: random requests, inserts, removals, rewrites, unlocks, timeouts and ends, on the table and on a
//! model.
//!
//! The model ([`expected`]) is one list of locks in order of arrival, and definitions: two locks meet where the points
//! that they cover meet. After each step every lock, outcome, edge of the wait-for graph and weight must be the
//! model's, and no cycle of waits may be left. I9 is checked as it is meant: each point of the key space that a
//! transaction protects before a record is inserted or removed, it protects after.

mod expected;

use expected::{KEYS, Model, Reply, SESSIONS, SUPREMUM, leaf};
use innolab_base::{CondvarPark, Events, IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, DataLock, DeadlockReport, Inherit, Key, LockTable, Owner, RecordId, RecordKey, RecordMode, Target, Ticket,
    WaitOutcome, WaitPolicy,
};
use innolab_testing::{Script, size};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

const INDEX: IndexId = IndexId(7);

/// A step. `nth` counts modulo the rows (and the supremum, for `Lock`) or locks that exist when the step runs.
#[derive(Debug, Clone)]
enum Step {
    Lock { session: usize, nth: usize, mode: usize, nowait: bool, undo_records: u64 },
    Insert { session: usize, key: u8 },
    Remove { nth: usize },
    Rewrite { nth: usize },
    Unlock { session: usize, nth: usize },
    Timeout { session: usize },
    Cancel { session: usize },
    End { session: usize },
    SetInherit { session: usize, inherit: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let session = 0..SESSIONS;
    let lock = (session.clone(), 0..20usize, 0..6usize, any::<bool>(), 0..3u64);
    prop_oneof![
        12 => lock.prop_map(|(session, nth, mode, nowait, undo_records)| {
            Step::Lock { session, nth, mode, nowait: nowait && undo_records == 0, undo_records }
        }),
        6 => (session.clone(), 0..KEYS).prop_map(|(session, key)| Step::Insert { session, key }),
        2 => (0..20usize).prop_map(|nth| Step::Remove { nth }),
        2 => (0..20usize).prop_map(|nth| Step::Rewrite { nth }),
        1 => (session.clone(), 0..8usize).prop_map(|(session, nth)| Step::Unlock { session, nth }),
        1 => session.clone().prop_map(|session| Step::Timeout { session }),
        1 => session.clone().prop_map(|session| Step::Cancel { session }),
        3 => session.clone().prop_map(|session| Step::End { session }),
        1 => (session, 0..3usize).prop_map(|(session, inherit)| Step::SetInherit { session, inherit }),
    ]
}

/// A session of the table.
struct Session {
    waiter: Arc<Waiter>,
    owner: Owner,
    ticket: Option<Ticket>,
}

/// The table, the model, and the steps so far.
struct Pair {
    table: LockTable,
    sessions: Vec<Session>,
    model: Model,
    next_trx_id: u64,
    script: Script,
}

impl Pair {
    fn new() -> Pair {
        let table = LockTable::new(Arc::new(CondvarPark), Events::none());
        let begin = |session| {
            let waiter = Arc::new(Waiter::new(session as u64));
            Session { owner: table.begin(waiter.clone()), waiter, ticket: None }
        };
        let sessions = (0..SESSIONS).map(begin).collect();
        let model = Model::new((0..KEYS).filter(|key| key % 3 == 1));
        let mut pair = Pair { table, sessions, model, next_trx_id: 1, script: Script::new() };
        (0..SESSIONS).for_each(|session| pair.set_trx_id(session));
        pair
    }

    fn set_trx_id(&mut self, session: usize) {
        let trx_id = TrxId(self.next_trx_id);
        self.next_trx_id += 1;
        self.table.set_trx_id(self.sessions[session].owner, trx_id);
        self.model.trxs[session].trx_id = trx_id;
    }

    /// The key of the `nth` row.
    fn row(&self, nth: usize) -> u8 {
        self.model.rows.iter().copied().nth(nth % self.model.rows.len()).unwrap_or(SUPREMUM)
    }

    fn runs(&self, session: usize) -> bool {
        self.sessions[session].ticket.is_none()
    }

    /// Runs a step that is possible now, and compares everything.
    fn run(&mut self, step: &Step) {
        let mut ended = BTreeMap::new();
        let has_rows = !self.model.rows.is_empty();
        match *step {
            Step::Lock { session, nth, mode, nowait, undo_records } if self.runs(session) => {
                let nth = nth % (self.model.rows.len() + 1);
                let key = if nth == self.model.rows.len() { SUPREMUM } else { self.row(nth) };
                let undo = &mut self.model.trxs[session].undo_records;
                *undo = undo_records.max(*undo);
                let (mode, policy) = (RecordMode::ALL[mode], if nowait { " nowait" } else { "" });
                self.script.step(format!("T{session} requests {mode} of {}{policy}, {undo} to undo", Name(key)));
                self.request(session, key, mode, nowait, &mut ended);
            }
            Step::Insert { session, key } if self.runs(session) && !self.model.rows.contains(&key) => {
                self.script.step(format!("T{session} inserts {key}"));
                let successor = self.model.successor(key);
                if self.request(session, successor, RecordMode::Insert, false, &mut ended) {
                    self.insert(session, key, successor);
                }
            }
            Step::Remove { nth } if has_rows => self.remove(self.row(nth)),
            Step::Rewrite { nth } if has_rows => {
                let key = self.row(nth);
                self.script.step(format!("{key} is rewritten"));
                self.table.rewritten(&id(&[key]));
                self.model.rewrite(key);
            }
            Step::Unlock { session, nth } if self.runs(session) => self.unlock(session, nth),
            Step::Timeout { session } => self.time_out(session),
            Step::Cancel { session } if !self.runs(session) => {
                self.script.step(format!("T{session} is killed"));
                self.table.cancel(self.sessions[session].owner);
                self.model.cancel(session, WaitOutcome::Cancelled);
            }
            Step::End { session } if self.runs(session) => self.end(session),
            Step::SetInherit { session, inherit } => {
                let inherit = [Inherit::All, Inherit::SharedOnly, Inherit::ExclusiveOnly][inherit];
                self.script.step(format!("of T{session}'s locks {inherit:?} are inherited"));
                self.model.trxs[session].inherit = inherit;
                self.table.set_inherit(self.sessions[session].owner, inherit);
            }
            _ => return,
        }
        self.collect(&mut ended);
        self.break_cycles(&ended);
        self.compare_outcomes(&ended);
        self.compare();
    }

    /// Requests a lock as the engine does: an implicit lock of another transaction is made explicit first. True:
    /// granted.
    fn request(
        &mut self,
        session: usize,
        key: u8,
        mode: RecordMode,
        nowait: bool,
        ended: &mut BTreeMap<usize, WaitOutcome>,
    ) -> bool {
        let writer = self.model.written.get(&key).copied().filter(|writer| *writer != session);
        if let Some(writer) = writer.filter(|_| mode.covers_record()) {
            let known = self.table.make_explicit(self.model.trxs[writer].trx_id, &id(&[key]));
            self.script.holds("T4", known, format!("T{writer}, which wrote {key}, is active"), known);
            self.model.make_explicit(writer, key);
        }
        let policy = if nowait { WaitPolicy::NoWait } else { WaitPolicy::Wait };
        let undo_records = self.model.trxs[session].undo_records;
        let answer = self.table.lock_record(self.sessions[session].owner, &id(&[key]), mode, undo_records, policy);
        let got = match answer {
            Answer::Granted { fresh } => Reply::Granted { fresh },
            Answer::Busy => Reply::Busy,
            Answer::Wait(ticket) => {
                self.sessions[session].ticket = Some(ticket);
                Reply::Queued
            }
            Answer::Deadlock(report) => {
                ended.insert(session, WaitOutcome::Deadlock(report));
                Reply::Queued
            }
        };
        let expected = self.model.request(session, key, mode, nowait);
        self.script.same("M1–M6, Q1 (the answer)", &expected, &got);
        matches!(got, Reply::Granted { .. })
    }

    fn insert(&mut self, session: usize, key: u8, successor: u8) {
        for other in (0..SESSIONS).filter(|other| *other != session) {
            let protected = self.model.protected(other);
            self.script.holds("M3", !protected.contains(&key), format!("T{other} does not protect {key}"), protected);
        }
        let before = self.protected();
        self.model.insert(session, key);
        self.table.inherit_on_insert(&id(&[key]), &id(&[successor]));
        for (session, mut before) in before.into_iter().enumerate() {
            before.remove(&key);
            self.protects(session, &before);
        }
    }

    fn remove(&mut self, key: u8) {
        self.script.step(format!("{key} is removed"));
        let (before, successor) = (self.protected(), self.model.successor(key));
        self.model.remove(key);
        self.table.inherit_on_remove(&id(&[key]), &id(&[successor]));
        for (session, before) in before.iter().enumerate() {
            if self.model.trxs[session].inherit == Inherit::All {
                self.protects(session, before);
            }
        }
    }

    fn protected(&self) -> Vec<BTreeSet<u8>> {
        (0..SESSIONS).map(|session| self.model.protected(session)).collect()
    }

    fn protects(&self, session: usize, before: &BTreeSet<u8>) {
        let after = self.model.protected(session);
        self.script.holds("I9", after.is_superset(before), format!("T{session} protects {before:?}"), after);
    }

    /// Releases the `nth` of a session's locks.
    fn unlock(&mut self, session: usize, nth: usize) {
        let own: Vec<_> = self.model.locks.iter().filter(|lock| lock.session == session).cloned().collect();
        if own.is_empty() {
            return;
        }
        let lock = &own[nth % own.len()];
        self.script.step(format!("T{session} unlocks {} of {}", lock.mode, Name(lock.key)));
        self.table.unlock_record(self.sessions[session].owner, INDEX, id(&[lock.key]).key, lock.mode);
        self.model.unlock(session, lock.key, lock.mode);
    }

    fn time_out(&mut self, session: usize) {
        let Some(ticket) = self.sessions[session].ticket.take() else { return };
        self.script.step(format!("the wait of T{session} times out"));
        let got = self.table.wait(ticket, Some(0));
        self.script.same("wait", &WaitOutcome::TimedOut, &got);
        self.model.cancel(session, WaitOutcome::TimedOut);
        self.model.trxs[session].outcome = None;
    }

    fn end(&mut self, session: usize) {
        self.script.step(format!("T{session} ends"));
        self.table.release_all(self.sessions[session].owner);
        let known = self.table.make_explicit(self.model.trxs[session].trx_id, &id(&[1]));
        self.script.holds("T4", !known, "a transaction that has ended is unknown", known);
        let waiter = self.sessions[session].waiter.clone();
        self.sessions[session].owner = self.table.begin(waiter);
        self.model.end(session);
        self.set_trx_id(session);
    }

    /// Collects the outcomes of the waits that the table has ended.
    fn collect(&mut self, ended: &mut BTreeMap<usize, WaitOutcome>) {
        for (number, session) in self.sessions.iter_mut().enumerate() {
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                ended.insert(number, self.table.wait(ticket, None));
            }
        }
    }

    /// Breaks the model's cycles as the table reports to have broken them, and checks the reports (D1–D3).
    fn break_cycles(&mut self, ended: &BTreeMap<usize, WaitOutcome>) {
        let mut reports: BTreeMap<usize, &Arc<DeadlockReport>> = BTreeMap::new();
        reports.extend(ended.iter().filter_map(|(session, outcome)| match outcome {
            WaitOutcome::Deadlock(report) => Some((*session, report)),
            _ => None,
        }));
        while let Some(cycle) = self.model.cycle() {
            let members = |report: &DeadlockReport| report.cycle.iter().map(|m| m.session as usize).collect();
            let victim =
                cycle.iter().find(|session| reports.get(session).is_some_and(|report| cycle == members(report)));
            let left: Vec<_> = reports.keys().collect();
            self.script.holds("FACT (deadlock)", victim.is_some(), format!("a victim in {cycle:?}"), left);
            let Some((victim, report)) = victim.and_then(|victim| reports.remove_entry(victim)) else { return };
            self.check_report(victim, &cycle, report);
            self.model.cancel(victim, WaitOutcome::Deadlock(report.clone()));
        }
        let left: Vec<_> = reports.keys().collect();
        self.script.holds("D1", left.is_empty(), "no victim without a cycle", left);
    }

    fn check_report(&self, victim: usize, cycle: &BTreeSet<usize>, report: &DeadlockReport) {
        let script = &self.script;
        script.same("D2 (the victim)", &victim, &(report.cycle[report.victim].session as usize));
        let edges = self.model.edges();
        for (at, member) in report.cycle.iter().enumerate() {
            let (session, next) = (member.session as usize, &report.cycle[(at + 1) % report.cycle.len()]);
            script.same("Q2 (the cycle)", &edges.get(&session), &Some(&(next.session as usize)));
            script.same("Q4 (a member's weight)", &self.model.weight(session), &member.weight());
            script.same("Q2 (the blocker's owner)", &next.session, &member.blocked_by.session);
        }
        let weights: Vec<u64> = cycle.iter().map(|session| self.model.weight(*session)).collect();
        let least = weights.into_iter().min();
        script.same("D2 (the least weight)", &least, &Some(self.model.weight(victim)));
        let first_is_light = Some(self.model.weight(report.cycle[0].session as usize)) == least;
        let first_of_equals = report.victim == 0 || !first_is_light;
        script.holds("D3", first_of_equals, "of the lightest, the one where the search started", report.to_string());
    }

    fn compare_outcomes(&mut self, ended: &BTreeMap<usize, WaitOutcome>) {
        for session in 0..SESSIONS {
            let expected = self.model.trxs[session].outcome.take();
            let rule = format!("Q1, H2, D4 (the outcome of T{session}'s wait)");
            self.script.same(&rule, &expected.as_ref(), &ended.get(&session));
            let waits = self.model.locks.iter().any(|lock| lock.session == session && lock.waiting);
            self.script.same(&format!("Q1 (T{session} waits)"), &waits, &!self.runs(session));
        }
    }

    /// Compares locks, edges and weights.
    fn compare(&self) {
        let expected = self.model.locks.iter().map(|lock| Shown(lock.session, lock.key, lock.mode, lock.waiting));
        let got = self.table.data_locks();
        let (expected, got) = (sorted(expected), sorted(got.iter().filter_map(Shown::of)));
        self.script.same("M1–M6, Q1, H1–H3 (the locks)", &expected, &got);
        let waits = self.table.lock_waits();
        let got: BTreeMap<usize, usize> = waits.into_iter().map(|(a, b)| (a as usize, b as usize)).collect();
        self.script.same("Q2 (the edges)", &self.model.edges(), &got);
        for (number, session) in self.sessions.iter().enumerate().filter(|(_, session)| session.ticket.is_some()) {
            let rule = format!("Q4 (T{number}'s weight)");
            self.script.same(&rule, &self.model.weight(number), &self.table.weight(session.owner));
        }
    }
}

fn id(key: &[u8; 1]) -> RecordId<'_> {
    let name = if key[0] == SUPREMUM { RecordKey::Supremum } else { RecordKey::Key(key) };
    RecordId { index: INDEX, leaf: leaf(key[0]), key: name }
}

/// A record's key, as the script shows it.
struct Name(u8);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == SUPREMUM { f.write_str("+∞") } else { self.0.fmt(f) }
    }
}

/// Session, key, mode, and true if the lock waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shown(usize, u8, RecordMode, bool);

impl Shown {
    fn of(lock: &DataLock) -> Option<Shown> {
        let key = match &lock.target {
            Target::Record { key: Key::Bytes(bytes), .. } => bytes[0],
            _ => SUPREMUM,
        };
        Some(Shown(lock.session as usize, key, lock.record_mode()?, lock.waiting))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{} {} of {}{}", self.0, self.2, Name(self.1), if self.3 { " waits" } else { "" })
    }
}

fn sorted(locks: impl Iterator<Item = Shown>) -> Vec<Shown> {
    let mut locks: Vec<Shown> = locks.collect();
    locks.sort_unstable();
    locks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(150, 400), failure_persistence: None, ..Default::default() })]
    #[test]
    fn the_table_does_what_the_model_says(steps in proptest::collection::vec(step(), 1..150)) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.run(step);
        }
        // No transaction waits for ever (the FACT of `deadlock`): ending all that run, again and again, ends all.
        for _ in 0..SESSIONS {
            for session in 0..SESSIONS {
                pair.run(&Step::End { session });
            }
        }
        pair.script.same("FACT (deadlock)", &0, &pair.table.size().locks);
    }
}
