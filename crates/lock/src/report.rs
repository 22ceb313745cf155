//! What is held and waited for: as rows of `data_locks`, and as a drawing of one index.
//!
//! ```text
//!       ──────────5──────10──────15──────+∞
//!  T1                xxxxX                          next-key X on 10: the gap before it, and it
//!  T2            sssss      i?                      gap S before 5; waits to insert before 15
//! ```
//!
//! A drawing's small letters fill the gap before a key, its capitals stand under the key: `s`/`S`, `x`/`X`; `i` is an
//! insert intention; `?` follows what is waited for.
//!
//! Everything is sorted: session, tables first, index, key (the supremum last), mode, granted before waiting. No hash
//! order shows.

use crate::deadlock::Story;
use crate::mode::{Mode, RecordMode};
use crate::owner::OwnerState;
use crate::place::{At, RecordKey, Spot, Table};
use crate::state::{Request, State};
use crate::table::{LockTable, Owner};
use innolab_base::{IndexId, TrxId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What a lock is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A table.
    Table(Table),
    /// A record of an index, or its gap.
    Record {
        /// The index.
        index: IndexId,
        /// The key; `None` is the supremum.
        key: Key,
    },
}

/// A record's key, or the end of the index, which comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The bytes.
    Bytes(Vec<u8>),
    /// `supremum pseudo-record`.
    Supremum,
}

/// A lock that is held or waited for: a row of `performance_schema.data_locks`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The session, as its seat is numbered.
    pub session: u64,
    /// On what.
    pub target: Target,
    mode: Mode,
    /// `LOCK_STATUS`: `WAITING` or `GRANTED`.
    pub waiting: bool,
    /// The transaction's id, if it writes.
    pub writer: Option<TrxId>,
}

impl Held {
    /// `LOCK_MODE`: `X`, `X,GAP`, `X,REC_NOT_GAP`, `X,GAP,INSERT_INTENTION`, `IX`, `AUTO_INC`, …
    pub fn words(&self) -> &'static str {
        match self.mode {
            Mode::Table(mode) => mode.word(),
            Mode::Record(mode) => mode.words(matches!(self.target, Target::Record { key: Key::Supremum, .. })),
        }
    }

    /// The mode, of a lock on a record.
    pub fn record_mode(&self) -> Option<RecordMode> {
        match self.mode {
            Mode::Record(mode) => Some(mode),
            Mode::Table(_) => None,
        }
    }

    /// `index 7 key 10`, with the key shown by `show`.
    pub fn target(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        match &self.target {
            Target::Table(Table::Data(id)) => format!("table {id}"),
            Target::Table(Table::Metadata(id)) => format!("the definition of table {id}"),
            Target::Record { index, key: Key::Bytes(key) } => format!("index {index} key {}", show(key)),
            Target::Record { index, key: Key::Supremum } => format!("index {index} supremum"),
        }
    }

    pub(crate) fn describe(at: &At<'_>) -> String {
        match at.key {
            RecordKey::Key(key) => format!("index {} key {}", at.index, Held::plain_key(key)),
            RecordKey::Supremum => format!("index {} supremum", at.index),
        }
    }

    /// A key when nobody has said how to show it: in hexadecimal.
    pub(crate) fn plain_key(key: &[u8]) -> String {
        key.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `T1 X,GAP on index 7 key 0a, waiting`
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = if self.waiting { ", waiting" } else { "" };
        write!(f, "T{} {} on {}{waiting}", self.session, self.words(), self.target(&|key| Held::plain_key(key)))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mode::Table(mode) => write!(f, "{mode}"),
            Mode::Record(mode) => write!(f, "{mode}"),
        }
    }
}

impl Target {
    fn of(id: u64, spot: &Spot) -> Target {
        let index = IndexId(id);
        match spot {
            Spot::Table => Target::Table(Table::Data(id)),
            Spot::Metadata => Target::Table(Table::Metadata(id)),
            Spot::Supremum => Target::Record { index, key: Key::Supremum },
            _ => Target::Record { index, key: Key::Bytes(spot.key().to_vec()) },
        }
    }
}

impl State {
    pub(crate) fn held(&self, lock: u32) -> Held {
        let lock = &self.locks[lock];
        let (place, owner) = (&self.places[lock.place], &self.owners[lock.owner.0]);
        let target = Target::of(place.id, &place.spot);
        Held { session: owner.seat.session, target, mode: lock.mode, waiting: lock.waiting, writer: owner.writer }
    }

    /// A request as if it were held, for events.
    pub(crate) fn as_held(&self, request: &Request<'_>) -> Held {
        let owner = &self.owners[request.owner.0];
        let target = Target::of(request.name.id(), &request.name.spot());
        Held { session: owner.seat.session, target, mode: request.mode, waiting: false, writer: owner.writer }
    }
}

/// A transaction that the table knows: a row of `information_schema.innodb_trx`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// The session, as its seat is numbered.
    pub session: u64,
    /// The transaction's id, if it writes.
    pub writer: Option<TrxId>,
    /// The lock that it waits for.
    pub waits: Option<Held>,
    /// `trx_lock_structs` (Q4).
    pub structures: u64,
    /// `trx_rows_modified`: rows to undo, as it said last.
    pub undo_records: u64,
}

impl Standing {
    /// `trx_weight`: what a victim is chosen by (Q4).
    pub fn weight(&self) -> u64 {
        self.structures + self.undo_records
    }
}

/// Sizes, for benches and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Locks held and waited for.
    pub locks: usize,
    /// Transactions that waits are for or that may lock.
    pub owners: usize,
    /// Bytes of memory for locks and their names, free room included.
    pub bytes: usize,
}

impl LockTable {
    /// Every lock, sorted.
    #[doc(alias = "performance_schema.data_locks")]
    pub fn report(&self) -> Vec<Held> {
        let state = self.state();
        let mut all: Vec<Held> = state.locks.iter().map(|(number, _)| state.held(number)).collect();
        all.sort_unstable();
        all
    }

    /// Who waits for whom, in the order in which the waits began: sessions.
    #[doc(alias = "performance_schema.data_lock_waits")]
    pub fn waits(&self) -> Vec<(u64, u64)> {
        let state = self.state();
        let session = |owner: Owner| state.owners[owner.0].seat.session;
        let waiting = state.owners.iter().filter_map(|(_, owner)| Some((owner.wait?, owner.seat.session)));
        let mut waits: Vec<(u64, u64, u64)> =
            waiting.map(|(wait, waiter)| (wait.seq, waiter, session(wait.on))).collect();
        waits.sort_unstable();
        waits.into_iter().map(|(_, waiter, on)| (waiter, on)).collect()
    }

    /// Every transaction that may lock, by session.
    #[doc(alias = "information_schema.innodb_trx")]
    pub fn standings(&self) -> Vec<Standing> {
        let state = self.state();
        let standing = |(_, owner): (u32, &OwnerState)| Standing {
            session: owner.seat.session,
            writer: owner.writer,
            waits: owner.wait.map(|wait| state.held(wait.lock)),
            structures: owner.weight,
            undo_records: owner.undo_records,
        };
        let mut all: Vec<Standing> = state.owners.iter().map(standing).collect();
        all.sort_unstable();
        all
    }

    /// The deadlock that was found last.
    #[doc(alias = "lock_latest_err_file")]
    pub fn latest_deadlock(&self) -> Option<Arc<Story>> {
        self.state().latest.clone()
    }

    /// How much there is.
    pub fn size(&self) -> Size {
        let state = self.state();
        Size { locks: state.locks.len(), owners: state.owners.len(), bytes: state.locks.bytes() + state.places.bytes() }
    }

    /// The index as a number line, a line for each transaction with locks there. `keys`: records to draw although
    /// nobody locks them; `show` makes text of a key.
    pub fn draw(&self, index: IndexId, keys: &[&[u8]], show: &dyn Fn(&[u8]) -> String) -> String {
        let report = self.report();
        let mut columns: BTreeSet<Key> = keys.iter().map(|key| Key::Bytes(key.to_vec())).collect();
        columns.insert(Key::Supremum);
        let mut lines: BTreeMap<u64, BTreeMap<Key, Cell>> = BTreeMap::new();
        for held in &report {
            if let (Target::Record { index: of, key }, Some(mode)) = (&held.target, held.record_mode())
                && *of == index
            {
                columns.insert(key.clone());
                let cell = lines.entry(held.session).or_default().entry(key.clone()).or_default();
                cell.add(mode, held.waiting);
            }
        }
        let columns: Vec<(Key, String)> = columns.into_iter().map(|key| (key.clone(), key.shown(show))).collect();
        let axis: String = columns.iter().map(|(_, label)| format!("{}{label}", "─".repeat(GAP))).collect();
        let mut out = format!("     {axis}\n");
        for (session, cells) in &lines {
            let text: String = columns
                .iter()
                .map(|(key, label)| cells.get(key).map_or_else(|| blank(label), |c| c.text(label)))
                .collect();
            out += format!("{:5}{text}", format!("T{session}")).trim_end();
            out += "\n";
        }
        out
    }
}

/// Columns of a gap in a drawing.
const GAP: usize = 6;

impl Key {
    fn shown(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        match self {
            Key::Bytes(key) => show(key),
            Key::Supremum => "+∞".to_owned(),
        }
    }
}

/// One transaction's locks at one key.
#[derive(Default)]
struct Cell {
    gap: Option<(char, bool)>,
    record: Option<(char, bool)>,
    insert: Option<bool>,
}

impl Cell {
    fn add(&mut self, mode: RecordMode, waiting: bool) {
        let letter = if mode.is_shared() { 's' } else { 'x' };
        // The stronger and the granted one shows.
        let better = |old: Option<(char, bool)>| old.is_none_or(|(had, was)| (!was, had) < (!waiting, letter));
        if mode.covers_gap() && better(self.gap) {
            self.gap = Some((letter, waiting));
        }
        if mode.covers_record() && better(self.record) {
            self.record = Some((letter.to_ascii_uppercase(), waiting));
        }
        if mode == RecordMode::Insert {
            self.insert = Some(waiting || self.insert.unwrap_or(false));
        }
    }

    fn text(&self, label: &str) -> String {
        let fill = |letter: char| letter.to_string().repeat(GAP);
        let mut gap: Vec<char> = self.gap.map_or_else(|| " ".repeat(GAP), |(letter, _)| fill(letter)).chars().collect();
        if let (Some((_, true)), None) = (self.gap, self.record) {
            gap[GAP - 1] = '?';
        }
        if let Some(waiting) = self.insert {
            gap[GAP / 2] = 'i';
            gap[GAP / 2 + 1] = if waiting { '?' } else { gap[GAP / 2 + 1] };
        }
        let record = self.record.map_or(String::new(), |(letter, w)| format!("{letter}{}", if w { "?" } else { "" }));
        let width = label.chars().count();
        format!("{}{record:width$}", gap.iter().collect::<String>())
    }
}

fn blank(label: &str) -> String {
    " ".repeat(GAP + label.chars().count())
}
