//! A table and the model side by side: steps, and what is compared after each.

use crate::lock_table::face::LockTable;
use crate::lock_table::level::Level;
use crate::lock_table::model::{KEYS, Model, Order, Reply, SESSIONS, SUPREMUM, TABLE, leaf};
use crate::suite::one_of;
use innolab_base::{IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, DataLock, DeadlockReport, Inherit, Key, Mode, Owner, RecordId, RecordKey, RecordMode, Table, TableMode,
    Target, Ticket, WaitOutcome, WaitPolicy,
};
use innolab_testing::{Broken, Script};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

const INDEX: IndexId = IndexId(7);
const OF: Table = Table(3);

type Result = std::result::Result<(), Broken>;

/// A step. `nth` counts modulo the rows (and the supremum, for `Lock`) or locks that exist when the step runs.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Lock { session: usize, nth: usize, mode: usize, nowait: bool, undo_records: u64 },
    LockTable { session: usize, mode: usize, nowait: bool },
    Insert { session: usize, key: u8 },
    Remove { nth: usize },
    Rewrite { nth: usize },
    Unlock { session: usize, nth: usize },
    Timeout { session: usize },
    Cancel { session: usize },
    End { session: usize },
    SetInherit { session: usize, inherit: usize },
}

/// Returns the scripts of a level.
pub(crate) fn steps(level: Level) -> impl Strategy<Value = Vec<Step>> {
    let session = 0..SESSIONS;
    let lock = (session.clone(), 0..20usize, 0..6usize, any::<bool>(), 0..3u64);
    let records = if level == Level::Modes { 0 } else { 1 };
    let step = one_of([
        (
            12,
            lock.prop_map(|(session, nth, mode, nowait, undo_records)| Step::Lock {
                session,
                nth,
                mode,
                nowait: nowait && undo_records == 0,
                undo_records,
            })
            .boxed(),
        ),
        (
            2,
            (session.clone(), 0..5usize, any::<bool>())
                .prop_map(|(session, mode, nowait)| Step::LockTable { session, mode, nowait })
                .boxed(),
        ),
        (6 * records, (session.clone(), 0..KEYS).prop_map(|(session, key)| Step::Insert { session, key }).boxed()),
        (2 * records, (0..20usize).prop_map(|nth| Step::Remove { nth }).boxed()),
        (2 * records, (0..20usize).prop_map(|nth| Step::Rewrite { nth }).boxed()),
        (1, (session.clone(), 0..8usize).prop_map(|(session, nth)| Step::Unlock { session, nth }).boxed()),
        (1, session.clone().prop_map(|session| Step::Timeout { session }).boxed()),
        (1, session.clone().prop_map(|session| Step::Cancel { session }).boxed()),
        (3, session.clone().prop_map(|session| Step::End { session }).boxed()),
        (records, (session, 0..3usize).prop_map(|(session, inherit)| Step::SetInherit { session, inherit }).boxed()),
    ]);
    proptest::collection::vec(step, 1..150)
}

/// A session of the table.
struct Session {
    waiter: Arc<Waiter>,
    owner: Owner,
    ticket: Option<Ticket>,
}

/// The outcomes of waits that have ended, by session.
type Ended = BTreeMap<usize, WaitOutcome>;

/// The table, the model, and the steps so far.
pub(crate) struct Pair<'s, T> {
    level: Level,
    order: Order,
    table: T,
    sessions: Vec<Session>,
    model: Model,
    next_trx_id: u64,
    script: &'s mut Script,
}

impl<'s, T: LockTable> Pair<'s, T> {
    pub(crate) fn new(
        level: Level,
        order: Order,
        table: T,
        script: &'s mut Script,
    ) -> std::result::Result<Pair<'s, T>, Broken> {
        let begin = |session| {
            let waiter = Arc::new(Waiter::new(session as u64));
            Session { owner: table.begin(waiter.clone()), waiter, ticket: None }
        };
        let sessions = (0..SESSIONS).map(begin).collect();
        let model = Model::new((0..KEYS).filter(|key| key % 3 == 1), order);
        let mut pair = Pair { level, order, table, sessions, model, next_trx_id: 1, script };
        (0..SESSIONS).for_each(|session| pair.set_trx_id(session));
        Ok(pair)
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
    pub(crate) fn run(&mut self, step: &Step) -> Result {
        let mut ended = BTreeMap::new();
        let has_rows = !self.model.rows.is_empty();
        match *step {
            Step::Lock { session, nth, mode, nowait, undo_records } if self.runs(session) => {
                let nth = nth % (self.model.rows.len() + usize::from(self.level > Level::Modes)).max(1);
                let key = if nth == self.model.rows.len() { SUPREMUM } else { self.row(nth) };
                let undo = &mut self.model.trxs[session].undo_records;
                *undo = undo_records.max(*undo);
                self.lock(session, key, Mode::Record(RecordMode::ALL[mode]), nowait, &mut ended)?;
            }
            Step::LockTable { session, mode, nowait } if self.runs(session) => {
                self.lock(session, TABLE, Mode::Table(TableMode::ALL[mode]), nowait, &mut ended)?;
            }
            Step::Insert { session, key } if self.runs(session) && !self.model.rows.contains(&key) => {
                let successor = self.model.successor(key);
                if !self.may_request(session, successor, Mode::Record(RecordMode::Insert)) {
                    return Ok(());
                }
                self.script.step(format!("T{session} inserts {key}"));
                if self.request(session, successor, Mode::Record(RecordMode::Insert), false, &mut ended)? {
                    self.insert(session, key, successor)?;
                }
            }
            Step::Remove { nth } if has_rows => self.remove(self.row(nth))?,
            Step::Rewrite { nth } if has_rows && self.level >= Level::Weights => {
                let key = self.row(nth);
                self.script.step(format!("{key} is rewritten"));
                self.table.rewritten(&id(&[key]));
                self.model.rewrite(key);
            }
            Step::Unlock { session, nth } if self.runs(session) => self.unlock(session, nth),
            Step::Timeout { session } => self.time_out(session)?,
            Step::Cancel { session } if !self.runs(session) => {
                self.script.step(format!("T{session} is killed"));
                self.table.cancel(self.sessions[session].owner);
                self.model.cancel(session, WaitOutcome::Cancelled);
            }
            Step::End { session } if self.runs(session) => self.end(session)?,
            Step::SetInherit { session, inherit } => {
                let inherit = [Inherit::All, Inherit::SharedOnly, Inherit::ExclusiveOnly][inherit];
                self.script.step(format!("of T{session}'s locks {inherit:?} are inherited"));
                self.model.trxs[session].inherit = inherit;
                self.table.set_inherit(self.sessions[session].owner, inherit);
            }
            _ => return Ok(()),
        }
        self.collect(&mut ended);
        self.break_cycles(&ended)?;
        self.follow_grants(&ended)?;
        self.compare_outcomes(&ended)?;
        self.compare()
    }

    /// No transaction waits for ever (the FACT of `deadlock`): ending all that run, again and again, ends all.
    pub(crate) fn drain(mut self) -> Result {
        for _ in 0..SESSIONS {
            for session in 0..SESSIONS {
                self.run(&Step::End { session })?;
            }
        }
        self.script.check_same(
            "FACT (deadlock): no lock is left when all have ended",
            &0,
            &self.table.data_locks().len(),
        )
    }

    /// False if the request would close a cycle, on a level without cycles.
    fn may_request(&self, session: usize, key: u8, mode: Mode) -> bool {
        let mut after = self.model.clone();
        if let Some(writer) = self.other_writer(session, key, mode) {
            after.make_explicit(writer, key);
        }
        after.request(session, key, mode, false);
        self.level >= Level::Victims || !after.is_in_a_cycle(session)
    }

    /// The other session that locks the record implicitly, if the mode covers the record.
    fn other_writer(&self, session: usize, key: u8, mode: Mode) -> Option<usize> {
        let covers_record = matches!(mode, Mode::Record(mode) if mode.covers_record());
        self.model.written.get(&key).copied().filter(|writer| *writer != session && covers_record)
    }

    fn lock(&mut self, session: usize, key: u8, mode: Mode, nowait: bool, ended: &mut Ended) -> Result {
        if !nowait && !self.may_request(session, key, mode) {
            return Ok(());
        }
        let (policy, undo) = (if nowait { " nowait" } else { "" }, self.model.trxs[session].undo_records);
        self.script.step(format!("T{session} requests {mode} of {}{policy}, {undo} to undo", Name(key)));
        self.request(session, key, mode, nowait, ended).map(|_| ())
    }

    /// Requests a lock as the engine does: an implicit lock of another transaction is made explicit first. True:
    /// granted.
    fn request(
        &mut self,
        session: usize,
        key: u8,
        mode: Mode,
        nowait: bool,
        ended: &mut Ended,
    ) -> std::result::Result<bool, Broken> {
        if let Some(writer) = self.other_writer(session, key, mode) {
            let known = self.table.make_explicit(self.model.trxs[writer].trx_id, &id(&[key]));
            self.script.check("T4", known, format!("T{writer}, which wrote {key}, is active"), known)?;
            self.model.make_explicit(writer, key);
        }
        let policy = if nowait { WaitPolicy::NoWait } else { WaitPolicy::Wait };
        let (owner, undo) = (self.sessions[session].owner, self.model.trxs[session].undo_records);
        let answer = match mode {
            Mode::Table(mode) => self.table.lock_table(owner, OF, mode, undo, policy),
            Mode::Record(mode) => self.table.lock_record(owner, &id(&[key]), mode, undo, policy),
            Mode::Metadata(_) => Answer::Busy,
        };
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
        self.script.check_same("M1–M6, Q1 (the answer)", &expected, &got)?;
        Ok(matches!(got, Reply::Granted { .. }))
    }

    fn insert(&mut self, session: usize, key: u8, successor: u8) -> Result {
        for other in (0..SESSIONS).filter(|other| *other != session) {
            let protected = self.model.protected(other);
            let expected = format!("T{other} does not protect {key}");
            self.script.check("M3", !protected.contains(&key), expected, protected)?;
        }
        self.model.insert(session, key);
        self.table.inherit_on_insert(&id(&[key]), &id(&[successor]));
        Ok(())
    }

    /// Removes a row. I9 is checked as it is meant: each point of the key space that a transaction protects before it
    /// protects after.
    fn remove(&mut self, key: u8) -> Result {
        self.script.step(format!("{key} is removed"));
        let before: Vec<BTreeSet<u8>> = (0..SESSIONS).map(|session| self.model.protected(session)).collect();
        let successor = self.model.successor(key);
        self.model.remove(key);
        self.table.inherit_on_remove(&id(&[key]), &id(&[successor]));
        for (session, before) in before.iter().enumerate() {
            let after = self.model.protected(session);
            let keeps = self.model.trxs[session].inherit != Inherit::All || after.is_superset(before);
            self.script.check("I9", keeps, format!("T{session} protects {before:?}"), after)?;
        }
        Ok(())
    }

    /// Releases the `nth` of a session's locks. Which lock a call releases, if there are several, is known exactly only on
    /// the level of the order of structures.
    fn unlock(&mut self, session: usize, nth: usize) {
        let own: Vec<_> = self.model.locks.iter().filter(|lock| lock.session == session).cloned().collect();
        let Some(lock) = own.get(nth % own.len().max(1)) else { return };
        if let Mode::Table(mode) = lock.mode {
            self.script.step(format!("T{session} unlocks {mode} of the table"));
            self.table.unlock_table(self.sessions[session].owner, OF, mode);
        } else if let Some(mode) = lock.record_mode() {
            let alike = |other: &&_| Name(lock.key).is_of(other) && as_strong(other, mode);
            let is_the_only_one = own.iter().filter(alike).count() == 1;
            if self.level < Level::Weights && !(is_the_only_one && !mode.covers_gap() && lock.key != SUPREMUM) {
                return;
            }
            self.script.step(format!("T{session} unlocks {mode} of {}", Name(lock.key)));
            self.table.unlock_record(self.sessions[session].owner, INDEX, id(&[lock.key]).key, mode);
        }
        self.model.unlock(session, lock.key, lock.mode);
    }

    fn time_out(&mut self, session: usize) -> Result {
        let Some(ticket) = self.sessions[session].ticket.take() else { return Ok(()) };
        self.script.step(format!("the wait of T{session} times out"));
        let got = self.table.wait(ticket, Some(0));
        self.script.check_same("T2 (wait)", &WaitOutcome::TimedOut, &got)?;
        self.model.cancel(session, WaitOutcome::TimedOut);
        self.model.trxs[session].outcome = None;
        Ok(())
    }

    fn end(&mut self, session: usize) -> Result {
        self.script.step(format!("T{session} ends"));
        self.table.release_all(self.sessions[session].owner);
        let known = self.table.make_explicit(self.model.trxs[session].trx_id, &id(&[1]));
        self.script.check("T4", !known, "a transaction that has ended is unknown", known)?;
        let waiter = self.sessions[session].waiter.clone();
        self.sessions[session].owner = self.table.begin(waiter);
        self.model.end(session);
        self.set_trx_id(session);
        Ok(())
    }

    /// Collects the outcomes of the waits that the table has ended.
    fn collect(&mut self, ended: &mut Ended) {
        for (number, session) in self.sessions.iter_mut().enumerate() {
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                ended.insert(number, self.table.wait(ticket, None));
            }
        }
    }

    /// Grants in the model what the table has granted, if the order is the table's choice.
    fn follow_grants(&mut self, ended: &Ended) -> Result {
        if self.order == Order::OfArrival {
            return Ok(());
        }
        let granted: BTreeSet<usize> = ended
            .iter()
            .filter(|(_, outcome)| **outcome == WaitOutcome::Granted)
            .map(|(session, _)| *session)
            .collect();
        let after = self.model.follow(&granted);
        self.script.check(
            "M1–M4",
            after.is_some(),
            "no granted lock is in the way of a waiter that is granted",
            granted,
        )?;
        self.model = after.unwrap_or_default();
        self.no_cycle_is_left()?;
        let idle = self.model.idle_queue();
        self.script.check(
            "Q1",
            idle.is_none(),
            "a granted lock is in the way of one waiter of a queue",
            idle.map(|key| Name(key).to_string()),
        )
    }

    /// Breaks the model's cycles as the table reports to have broken them (D1–D4).
    fn break_cycles(&mut self, ended: &Ended) -> Result {
        let mut reports: BTreeMap<usize, &Arc<DeadlockReport>> = BTreeMap::new();
        reports.extend(ended.iter().filter_map(|(session, outcome)| match outcome {
            WaitOutcome::Deadlock(report) => Some((*session, report)),
            _ => None,
        }));
        if self.level >= Level::Weights {
            return self.break_first_edges(reports);
        }
        let victims: Vec<usize> = reports.keys().copied().collect();
        let broken = in_some_order(&self.model, &reports);
        self.script.check("D4", broken.is_some(), "each victim is a member of a cycle when it is chosen", victims)?;
        self.model = broken.unwrap_or_default();
        if self.order == Order::OfArrival { self.no_cycle_is_left() } else { Ok(()) }
    }

    fn no_cycle_is_left(&self) -> Result {
        let stuck = self.model.stuck();
        self.script.check("FACT (deadlock)", stuck.is_empty(), "no cycle of waits is left", stuck)
    }

    /// The cycles of the waiters' pointers (Q2), each with its lightest member as the victim (D2).
    fn break_first_edges(&mut self, mut reports: BTreeMap<usize, &Arc<DeadlockReport>>) -> Result {
        while let Some(cycle) = self.model.cycle() {
            let members = |report: &DeadlockReport| report.cycle.iter().map(|m| m.session as usize).collect();
            let victim =
                cycle.iter().find(|session| reports.get(session).is_some_and(|report| cycle == members(report)));
            let left: Vec<_> = reports.keys().collect();
            self.script.check("FACT (deadlock)", victim.is_some(), format!("a victim in {cycle:?}"), left)?;
            let Some((victim, report)) = victim.and_then(|victim| reports.remove_entry(victim)) else { return Ok(()) };
            self.check_report(victim, &cycle, report)?;
            self.model.cancel(victim, WaitOutcome::Deadlock(report.clone()));
        }
        let left: Vec<_> = reports.keys().collect();
        self.script.check("D1", left.is_empty(), "no victim without a cycle", left)
    }

    fn check_report(&self, victim: usize, cycle: &BTreeSet<usize>, report: &DeadlockReport) -> Result {
        let script = &self.script;
        script.check_same("D2 (the victim)", &victim, &(report.cycle[report.victim].session as usize))?;
        let edges = self.model.edges();
        for (at, member) in report.cycle.iter().enumerate() {
            let (session, next) = (member.session as usize, &report.cycle[(at + 1) % report.cycle.len()]);
            script.check_same("Q2 (the cycle)", &edges.get(&session), &Some(&(next.session as usize)))?;
            script.check_same("Q4 (a member's weight)", &self.model.weight(session), &member.weight())?;
            script.check_same("Q2 (the blocker's owner)", &next.session, &member.blocked_by.session)?;
        }
        let weights: Vec<u64> = cycle.iter().map(|session| self.model.weight(*session)).collect();
        let least = weights.into_iter().min();
        script.check_same("D2 (the least weight)", &least, &Some(self.model.weight(victim)))?;
        let weight_at = |at: usize| self.model.weight(report.cycle[at].session as usize);
        let expected = match report.start {
            Some(start) if Some(weight_at(start)) == least => start,
            _ => (0..report.cycle.len()).min_by_key(|at| weight_at(*at)).unwrap_or(0),
        };
        let expected = if self.level == Level::Ties { expected } else { report.victim };
        script.check_same("D3 (of the lightest)", &expected, &report.victim)
    }

    fn compare_outcomes(&mut self, ended: &Ended) -> Result {
        for session in 0..SESSIONS {
            let expected = self.model.trxs[session].outcome.take();
            let rule = format!("Q1, H2, D4 (the outcome of T{session}'s wait)");
            self.script.check_same(&rule, &expected.as_ref(), &ended.get(&session))?;
            let waits = self.model.locks.iter().any(|lock| lock.session == session && lock.waiting);
            self.script.check_same(&format!("Q1 (T{session} waits)"), &waits, &!self.runs(session))?;
        }
        Ok(())
    }

    /// Compares locks; on the level of weights also edges, weights, and how often a lock is there (H3).
    fn compare(&self) -> Result {
        let expected = self.model.locks.iter().map(|lock| Shown(lock.session, lock.key, lock.mode, lock.waiting));
        let (mut expected, mut got) = (sorted(expected), sorted(self.table.data_locks().iter().map(Shown::of)));
        if self.level < Level::Weights {
            expected.dedup();
            got.dedup();
        }
        self.script.check_same("M1–M6, Q1, H1–H3 (the locks)", &expected, &got)?;
        if self.level < Level::Weights {
            return Ok(());
        }
        let waits = self.table.lock_waits();
        let got: BTreeMap<usize, usize> = waits.into_iter().map(|(a, b)| (a as usize, b as usize)).collect();
        self.script.check_same("Q2 (the edges)", &self.model.edges(), &got)?;
        for trx in self.table.transactions().iter().filter(|trx| trx.wait.is_some()) {
            let rule = format!("Q4 (T{}'s weight)", trx.session);
            self.script.check_same(&rule, &self.model.weight(trx.session as usize), &trx.weight())?;
        }
        Ok(())
    }
}

/// Returns the model after these victims' requests are cancelled in an order in which each is in a cycle at its turn.
fn in_some_order(model: &Model, reports: &BTreeMap<usize, &Arc<DeadlockReport>>) -> Option<Model> {
    if reports.is_empty() {
        return Some(model.clone());
    }
    reports.iter().find_map(|(victim, report)| {
        let (mut after, mut others) = (model.clone(), reports.clone());
        others.remove(victim);
        after.cancel(*victim, WaitOutcome::Deadlock((*report).clone()));
        model.is_in_a_cycle(*victim).then(|| in_some_order(&after, &others)).flatten()
    })
}

fn as_strong(lock: &crate::lock_table::model::Lock, mode: RecordMode) -> bool {
    lock.record_mode().is_some_and(|other| other.is_shared() == mode.is_shared())
}

fn id(key: &[u8; 1]) -> RecordId<'_> {
    let name = if key[0] == SUPREMUM { RecordKey::Supremum } else { RecordKey::Key(key) };
    RecordId { index: INDEX, leaf: leaf(key[0]), key: name }
}

/// A record's key, as the script shows it.
struct Name(u8);

impl Name {
    fn is_of(&self, lock: &crate::lock_table::model::Lock) -> bool {
        lock.key == self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SUPREMUM => f.write_str("+∞"),
            TABLE => f.write_str("the table"),
            key => key.fmt(f),
        }
    }
}

/// Session, key, mode, and true if the lock waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shown(usize, u8, Mode, bool);

impl Shown {
    fn of(lock: &DataLock) -> Shown {
        let key = match &lock.target {
            Target::Record { key: Key::Bytes(bytes), .. } => bytes[0],
            Target::Record { .. } => SUPREMUM,
            Target::Table(_) | Target::Name(_) => TABLE,
        };
        Shown(lock.session as usize, key, lock.mode, lock.waiting)
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
