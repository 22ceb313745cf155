//! A few sessions on one index of small numbers, and what happens to them as text. Shared by the golden tests and the
//! examples.

use innolab_base::{CondvarPark, Events, IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, Inherit, LockTable, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Ticket, WaitOutcome,
    WaitPolicy,
};
use std::sync::Arc;

/// The only index.
pub(crate) const INDEX: IndexId = IndexId(7);

/// The supremum, as a key of the methods below.
pub(crate) const END: u8 = u8::MAX;

struct Session {
    waiter: Arc<Waiter>,
    owner: Owner,
    ticket: Option<Ticket>,
    trx_id: TrxId,
    undo_records: u64,
}

/// Sessions T1, T2, … and the transcript so far.
pub(crate) struct Lab {
    /// The lock table.
    pub(crate) table: LockTable,
    sessions: Vec<Session>,
    /// The transcript.
    pub(crate) out: String,
}

fn id(key: &[u8; 1]) -> RecordId<'_> {
    let name = if key[0] == END { RecordKey::Supremum } else { RecordKey::Key(key) };
    RecordId { index: INDEX, leaf: 1, key: name }
}

/// Formats a key as a number.
pub(crate) fn show(key: &[u8]) -> String {
    key.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

impl Lab {
    /// Returns a lab of `sessions` sessions, each with a transaction.
    pub(crate) fn new(sessions: u64, events: Events) -> Lab {
        let table = LockTable::new(Arc::new(CondvarPark), events);
        let begin = |number| {
            let waiter = Arc::new(Waiter::new(number));
            let (owner, trx_id) = (table.begin(waiter.clone()), TrxId(100 + number));
            table.set_trx_id(owner, trx_id);
            Session { waiter, owner, ticket: None, trx_id, undo_records: 0 }
        };
        let sessions = (1..=sessions).map(begin).collect();
        Lab { table, sessions, out: String::new() }
    }

    fn say(&mut self, text: &str) {
        self.out += text;
        self.out += "\n";
    }

    /// Session `t` requests `mode` on `key`; for [`RecordMode::Insert`], `key` is the successor. True if granted.
    pub(crate) fn lock(&mut self, t: usize, mode: RecordMode, key: u8) -> bool {
        self.lock_with(t, mode, key, WaitPolicy::Wait)
    }

    /// As [`Lab::lock`], with a wait policy.
    pub(crate) fn lock_with(&mut self, t: usize, mode: RecordMode, key: u8, wait_policy: WaitPolicy) -> bool {
        let session = &self.sessions[t - 1];
        let answer = self.table.lock_record(session.owner, &id(&[key]), mode, session.undo_records, wait_policy);
        let text = match &answer {
            Answer::Granted { fresh: true } => "granted".to_owned(),
            Answer::Granted { fresh: false } => "granted, no new lock".to_owned(),
            Answer::Busy => "busy".to_owned(),
            Answer::Wait(_) => "waits".to_owned(),
            Answer::Deadlock(report) => format!("error 1213\n{}", report.render(&show)),
        };
        let record = if key == END { "+∞".to_owned() } else { key.to_string() };
        self.say(&format!("T{t} requests {} of {record}: {text}", mode.name(key == END)));
        if let Answer::Wait(ticket) = answer {
            self.sessions[t - 1].ticket = Some(ticket);
        }
        self.ended_waits();
        matches!(answer, Answer::Granted { .. })
    }

    /// Session `t` requests a lock on the table.
    pub(crate) fn lock_table(&mut self, t: usize, mode: TableMode) {
        let session = &mut self.sessions[t - 1];
        match self.table.lock_table(session.owner, Table(1), mode, session.undo_records, WaitPolicy::Wait) {
            Answer::Wait(ticket) => {
                session.ticket = Some(ticket);
                self.say(&format!("T{t} requests {mode} of the table: waits"));
            }
            answer => self.say(&format!("T{t} requests {mode} of the table: {answer:?}")),
        }
    }

    /// Session `t` releases a lock on the table.
    pub(crate) fn unlock_table(&mut self, t: usize, mode: TableMode) {
        self.say(&format!("T{t} releases {mode}"));
        self.table.unlock_table(self.sessions[t - 1].owner, Table(1), mode);
        self.ended_waits();
    }

    /// Session `t` is killed.
    pub(crate) fn kill(&mut self, t: usize) {
        self.say(&format!("T{t} is killed"));
        self.table.cancel(self.sessions[t - 1].owner);
        self.ended_waits();
    }

    /// Session `t` has written a row, which a rollback would undo.
    pub(crate) fn wrote(&mut self, t: usize) {
        self.sessions[t - 1].undo_records += 1;
    }

    /// Session `t` inserts `key` before `successor`, if it is granted the gap; `key` inherits the gap's locks.
    pub(crate) fn insert(&mut self, t: usize, key: u8, successor: u8) -> bool {
        let granted = self.lock(t, RecordMode::Insert, successor);
        if granted {
            self.wrote(t);
            self.table.inherit_on_insert(&id(&[key]), &id(&[successor]));
            self.say(&format!("T{t} inserts {key}"));
        }
        granted
    }

    /// Another session meets the row `key` with the id of session `t`: its implicit lock becomes explicit.
    pub(crate) fn make_explicit(&mut self, t: usize, key: u8) {
        assert!(self.table.make_explicit(self.sessions[t - 1].trx_id, &id(&[key])));
    }

    /// `key` is removed; `successor` comes after it.
    pub(crate) fn remove(&mut self, key: u8, successor: u8) {
        self.say(&format!("{key} is removed"));
        self.table.inherit_on_remove(&id(&[key]), &id(&[successor]));
        self.ended_waits();
    }

    /// `key` is rewritten with another size.
    pub(crate) fn rewrite(&mut self, key: u8) {
        self.say(&format!("{key} is rewritten"));
        self.table.rewritten(&id(&[key]));
    }

    /// Session `t` is at READ COMMITTED.
    pub(crate) fn read_committed(&mut self, t: usize) {
        self.say(&format!("of T{t}'s locks only shared ones are inherited (READ COMMITTED)"));
        self.table.set_inherit(self.sessions[t - 1].owner, Inherit::SharedOnly);
    }

    /// Session `t` releases one lock.
    pub(crate) fn unlock(&mut self, t: usize, mode: RecordMode, key: u8) {
        self.say(&format!("T{t} releases {key}"));
        self.table.unlock_record(self.sessions[t - 1].owner, INDEX, id(&[key]).key, mode);
        self.ended_waits();
    }

    /// The wait of session `t` times out.
    pub(crate) fn time_out(&mut self, t: usize) {
        if let Some(ticket) = self.sessions[t - 1].ticket.take() {
            let outcome = self.table.wait(ticket, Some(0));
            self.say(&format!("T{t}'s wait ends: {outcome:?}"));
            self.ended_waits();
        }
    }

    /// Session `t` commits or rolls back, and begins another transaction.
    pub(crate) fn end(&mut self, t: usize) {
        let session = &mut self.sessions[t - 1];
        self.table.release_all(session.owner);
        session.owner = self.table.begin(session.waiter.clone());
        self.table.set_trx_id(session.owner, session.trx_id);
        session.undo_records = 0;
        self.say(&format!("T{t} ends"));
        self.ended_waits();
    }

    /// All of these sessions disconnect; then they connect again, in this order.
    pub(crate) fn reconnect(&mut self, sessions: &[usize]) {
        for t in sessions {
            let session = &mut self.sessions[t - 1];
            self.table.release_all(session.owner);
            session.waiter = Arc::new(Waiter::new(*t as u64));
        }
        for t in sessions {
            let session = &mut self.sessions[t - 1];
            session.owner = self.table.begin(session.waiter.clone());
            self.table.set_trx_id(session.owner, session.trx_id);
        }
    }

    /// Writes the outcome of each wait that has ended.
    fn ended_waits(&mut self) {
        for t in 1..=self.sessions.len() {
            let session = &mut self.sessions[t - 1];
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                let text = match self.table.wait(ticket, None) {
                    WaitOutcome::Deadlock(report) => format!("error 1213\n{}", report.render(&show)),
                    outcome => format!("{outcome:?}"),
                };
                self.say(&format!("   T{t}'s wait ends: {text}"));
            }
        }
    }

    /// Writes all locks, a line each.
    pub(crate) fn show_locks(&mut self) {
        for lock in self.table.data_locks() {
            let waiting = if lock.waiting { "  WAITING" } else { "" };
            self.out += &format!("     T{} {:24} {}{waiting}\n", lock.session, lock.mode_name(), lock.target(&show));
        }
    }

    /// Writes the number of each session's lock structures.
    pub(crate) fn show_structures(&mut self) {
        for trx in self.table.transactions() {
            self.out += &format!("     T{}: structures {}\n", trx.session, trx.structures);
        }
    }

    /// Writes for each waiter the sessions that block it, and the one at which it points (Q2).
    pub(crate) fn show_waits(&mut self) {
        let edges = self.table.lock_waits();
        for trx in self.table.transactions() {
            let Some(wait) = trx.wait else { continue };
            let blockers: Vec<String> = wait.blockers.iter().map(|lock| format!("T{}", lock.session)).collect();
            let edge = edges.iter().find(|(waiter, _)| *waiter == trx.session).map_or(0, |(_, blocker)| *blocker);
            self.out += &format!("     T{} is blocked by {}; it points at T{edge}\n", trx.session, blockers.join(", "));
        }
    }

    /// Draws the index, with all `keys`.
    pub(crate) fn draw(&mut self, keys: &[u8]) {
        let keys: Vec<[u8; 1]> = keys.iter().map(|key| [*key]).collect();
        let keys: Vec<&[u8]> = keys.iter().map(<[u8; 1]>::as_slice).collect();
        self.out += &self.table.draw(INDEX, &keys, &show);
    }
}
