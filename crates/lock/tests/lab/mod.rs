//! A few sessions on one index of small numbers, and what happened to them as text. Shared by the golden tests and the examples.

use innolab_base::{CondvarPark, Events, IndexId, TrxId, Waiter};
use innolab_lock::{
    Answer, Inherit, LockTable, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Ticket, WaitOutcome,
    WaitPolicy,
};
use std::sync::Arc;

/// The only index.
pub(crate) const INDEX: IndexId = IndexId(7);

/// A key beyond all keys.
pub(crate) const END: u8 = u8::MAX;

struct Session {
    seat: Arc<Waiter>,
    owner: Owner,
    ticket: Option<Ticket>,
    writer: TrxId,
    rows_written: u64,
}

/// Sessions T1, T2, … and the text so far.
pub(crate) struct Lab {
    /// The organ itself.
    pub(crate) table: LockTable,
    sessions: Vec<Session>,
    /// What happened.
    pub(crate) out: String,
}

fn at(key: &[u8; 1]) -> RecordId<'_> {
    RecordId { index: INDEX, leaf: 1, key: if key[0] == END { RecordKey::Supremum } else { RecordKey::Key(key) } }
}

/// Keys are shown as numbers.
pub(crate) fn show(key: &[u8]) -> String {
    key.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

impl Lab {
    /// With `sessions` sessions, whose transactions have begun.
    pub(crate) fn new(sessions: u64, events: Events) -> Lab {
        let table = LockTable::new(Arc::new(CondvarPark), events);
        let sessions = (1..=sessions)
            .map(|number| {
                let seat = Arc::new(Waiter::new(number));
                let (owner, writer) = (table.begin(seat.clone()), TrxId(100 + number));
                table.set_trx_id(owner, writer);
                Session { seat, owner, ticket: None, writer, rows_written: 0 }
            })
            .collect();
        Lab { table, sessions, out: String::new() }
    }

    fn say(&mut self, text: &str) {
        self.out += text;
        self.out += "\n";
    }

    /// `who` asks for `mode` on `key`. For [`RecordMode::Insert`], `key` is the successor.
    pub(crate) fn ask(&mut self, who: usize, mode: RecordMode, key: u8) -> bool {
        self.ask_with(who, mode, key, WaitPolicy::Wait)
    }

    /// With NOWAIT, perhaps.
    pub(crate) fn ask_with(&mut self, who: usize, mode: RecordMode, key: u8, wait_policy: WaitPolicy) -> bool {
        let session = &self.sessions[who - 1];
        let answer = self.table.lock_record(session.owner, &at(&[key]), mode, session.rows_written, wait_policy);
        let text = match &answer {
            Answer::Granted { fresh: true } => "granted".to_owned(),
            Answer::Granted { fresh: false } => "granted, no new lock".to_owned(),
            Answer::Busy => "busy".to_owned(),
            Answer::Wait(_) => "waits".to_owned(),
            Answer::Deadlock(report) => format!("error 1213\n{}", report.render(&show)),
        };
        let place = if key == END { "+∞".to_owned() } else { key.to_string() };
        self.say(&format!("T{who} asks {} of {place}: {text}", mode.name(key == END)));
        if let Answer::Wait(ticket) = answer {
            self.sessions[who - 1].ticket = Some(ticket);
        }
        self.late();
        matches!(answer, Answer::Granted { .. })
    }

    /// `who` asks for the table.
    pub(crate) fn ask_table(&mut self, who: usize, mode: TableMode) {
        let session = &mut self.sessions[who - 1];
        match self.table.lock_table(session.owner, Table::Data(1), mode, session.rows_written, WaitPolicy::Wait) {
            Answer::Wait(ticket) => {
                session.ticket = Some(ticket);
                self.say(&format!("T{who} asks {mode} of the table: waits"));
            }
            answer => self.say(&format!("T{who} asks {mode} of the table: {answer:?}")),
        }
    }

    /// `who` lets go of the table.
    pub(crate) fn unlock_table(&mut self, who: usize, mode: TableMode) {
        self.say(&format!("T{who} lets go of {mode}"));
        self.table.unlock_table(self.sessions[who - 1].owner, Table::Data(1), mode);
        self.late();
    }

    /// `who` is killed.
    pub(crate) fn kill(&mut self, who: usize) {
        self.say(&format!("T{who} is killed"));
        self.table.cancel(self.sessions[who - 1].owner);
        self.late();
    }

    /// `who` has written a row.
    pub(crate) fn wrote(&mut self, who: usize) {
        self.sessions[who - 1].rows_written += 1;
    }

    /// `who` inserts `key` before `successor`: asks, and has its gaps inherited.
    pub(crate) fn insert(&mut self, who: usize, key: u8, successor: u8) -> bool {
        let granted = self.ask(who, RecordMode::Insert, successor);
        if granted {
            self.wrote(who);
            self.table.inherit_on_insert(&at(&[key]), &at(&[successor]));
            self.say(&format!("T{who} inserts {key}"));
        }
        granted
    }

    /// The row `key` carries `who`'s id: somebody has met it.
    pub(crate) fn explicit(&mut self, who: usize, key: u8) {
        assert!(self.table.make_explicit(self.sessions[who - 1].writer, &at(&[key])));
    }

    /// `key` is removed; `successor` comes after it.
    pub(crate) fn remove(&mut self, key: u8, successor: u8) {
        self.say(&format!("{key} is removed"));
        self.table.inherit_on_remove(&at(&[key]), &at(&[successor]));
        self.late();
    }

    /// `key` gets another size.
    pub(crate) fn rewrite(&mut self, key: u8) {
        self.say(&format!("{key} is written anew"));
        self.table.rewritten(&at(&[key]));
    }

    /// As under READ COMMITTED.
    pub(crate) fn read_committed(&mut self, who: usize) {
        self.table.set_inherit(self.sessions[who - 1].owner, Inherit::SharedOnly);
    }

    /// `who` lets go of one lock.
    pub(crate) fn unlock(&mut self, who: usize, mode: RecordMode, key: u8) {
        self.say(&format!("T{who} lets go of {key}"));
        self.table.unlock_record(self.sessions[who - 1].owner, INDEX, at(&[key]).key, mode);
        self.late();
    }

    /// `who` waits no longer.
    pub(crate) fn times_out(&mut self, who: usize) {
        if let Some(ticket) = self.sessions[who - 1].ticket.take() {
            let how = self.table.wait(ticket, Some(0));
            self.say(&format!("T{who} waited too long: {how:?}"));
            self.late();
        }
    }

    /// `who` commits or rolls back, and begins anew.
    pub(crate) fn end(&mut self, who: usize) {
        let session = &mut self.sessions[who - 1];
        self.table.release_all(session.owner);
        session.owner = self.table.begin(session.seat.clone());
        self.table.set_trx_id(session.owner, session.writer);
        session.rows_written = 0;
        self.say(&format!("T{who} ends"));
        self.late();
    }

    /// These leave, all of them, and come back in this order.
    pub(crate) fn reconnect(&mut self, whos: &[usize]) {
        for who in whos {
            let session = &mut self.sessions[who - 1];
            self.table.release_all(session.owner);
            session.seat = Arc::new(Waiter::new(*who as u64));
        }
        for who in whos {
            let session = &mut self.sessions[who - 1];
            session.owner = self.table.begin(session.seat.clone());
            self.table.set_trx_id(session.owner, session.writer);
        }
    }

    /// What waits have come to.
    fn late(&mut self) {
        for who in 1..=self.sessions.len() {
            let session = &mut self.sessions[who - 1];
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                let text = match self.table.wait(ticket, None) {
                    WaitOutcome::Deadlock(report) => format!("error 1213\n{}", report.render(&show)),
                    other => format!("{other:?}"),
                };
                self.say(&format!("   T{who}, late: {text}"));
            }
        }
    }

    /// All locks, a line each.
    pub(crate) fn locks(&mut self) {
        for held in self.table.data_locks() {
            let waiting = if held.waiting { "  WAITING" } else { "" };
            self.out += &format!("     T{} {:24} {}{waiting}\n", held.session, held.mode_name(), held.target(&show));
        }
    }

    /// What each weighs.
    pub(crate) fn weights(&mut self) {
        for standing in self.table.transactions() {
            self.out += &format!("     T{} has {} structures\n", standing.session, standing.structures);
        }
    }

    /// The number line, with all `keys`.
    pub(crate) fn draw(&mut self, keys: &[u8]) {
        let keys: Vec<[u8; 1]> = keys.iter().map(|key| [*key]).collect();
        let keys: Vec<&[u8]> = keys.iter().map(<[u8; 1]>::as_slice).collect();
        self.out += &self.table.draw(INDEX, &keys, &show);
    }
}
