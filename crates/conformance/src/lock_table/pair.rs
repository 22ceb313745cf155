//! A table and the model side by side: a step is carried out on both.

use crate::lock_table::face::LockTable;
use crate::lock_table::level::Level;
use crate::lock_table::model::{KEYS, Lock, Model, Order, Reply, SESSIONS, SUPREMUM, TABLE, leaf};
use crate::lock_table::steps::Step;
use innolab_base::{IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, Inherit, Mode, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Ticket, WaitOutcome, WaitPolicy,
};
use innolab_testing::{Broken, Script};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

const INDEX: IndexId = IndexId(7);
const OF: Table = Table(3);

pub(super) type Result = std::result::Result<(), Broken>;

/// A session of the table.
pub(super) struct Session {
    waiter: Arc<Waiter>,
    owner: Owner,
    pub(super) ticket: Option<Ticket>,
}

/// The outcomes of waits that have ended, by session.
pub(super) type Ended = BTreeMap<usize, WaitOutcome>;

/// The table, the model, and the steps so far.
pub(crate) struct Pair<'s, T> {
    pub(super) level: Level,
    pub(super) order: Order,
    pub(super) table: T,
    pub(super) sessions: Vec<Session>,
    pub(super) model: Model,
    next_trx_id: u64,
    pub(super) script: &'s mut Script,
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

    pub(super) fn runs(&self, session: usize) -> bool {
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
        self.compare_all(ended)
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
}

fn as_strong(lock: &Lock, mode: RecordMode) -> bool {
    lock.record_mode().is_some_and(|other| other.is_shared() == mode.is_shared())
}

fn id(key: &[u8; 1]) -> RecordId<'_> {
    let name = if key[0] == SUPREMUM { RecordKey::Supremum } else { RecordKey::Key(key) };
    RecordId { index: INDEX, leaf: leaf(key[0]), key: name }
}

/// A record's key, as the script shows it.
pub(super) struct Name(pub(super) u8);

impl Name {
    fn is_of(&self, lock: &Lock) -> bool {
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
