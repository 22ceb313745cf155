//! A lock as it is shown: a row of `performance_schema.data_locks`.
//!
//! ```text
//! T1 X,GAP on index 7 key 0a, waiting          session, LOCK_MODE, what it is on, LOCK_STATUS
//! ```
//!
//! This is a copy of a lock, made for reports, events and deadlock reports. It sorts by session, then tables before
//! records, index, key (the supremum last), mode, granted before waiting: so no hash order reaches an output.

use crate::mode::{Mode, RecordMode};
use crate::resource::{RecordId, RecordKey, StoredName, Table};
use innolab_base::{IndexId, TrxId};
use std::fmt;

/// What a lock is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A table.
    Table(Table),
    /// A record of an index, or its gap.
    Record {
        /// The index.
        index: IndexId,
        /// The record's key.
        key: Key,
    },
}

/// A record's key, or the end of the index, which sorts last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The key's bytes.
    Bytes(Vec<u8>),
    /// `supremum pseudo-record`.
    Supremum,
}

/// A lock that is held or waited for: a row of `performance_schema.data_locks`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataLock {
    /// The session's number ([`innolab_base::Waiter::session`]).
    pub session: u64,
    /// What the lock is on.
    pub target: Target,
    pub(crate) mode: Mode,
    /// `LOCK_STATUS`: true for `WAITING`, false for `GRANTED`.
    pub waiting: bool,
    /// The transaction's id; `None` if it has written nothing.
    pub trx_id: Option<TrxId>,
}

impl DataLock {
    /// Returns `LOCK_MODE`: `X`, `X,GAP`, `X,REC_NOT_GAP`, `X,GAP,INSERT_INTENTION`, `IX`, `AUTO_INC`, …
    pub fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Table(mode) => mode.name(),
            Mode::Record(mode) => mode.name(matches!(self.target, Target::Record { key: Key::Supremum, .. })),
        }
    }

    /// Returns the mode of a lock on a record; `None` for a lock on a table.
    pub fn record_mode(&self) -> Option<RecordMode> {
        match self.mode {
            Mode::Record(mode) => Some(mode),
            Mode::Table(_) => None,
        }
    }

    /// Returns what the lock is on, as `index 7 key 10`, with the key formatted by `show`.
    pub fn target(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        match &self.target {
            Target::Table(Table::Data(id)) => format!("table {id}"),
            Target::Table(Table::Metadata(id)) => format!("the definition of table {id}"),
            Target::Record { index, key: Key::Bytes(key) } => format!("index {index} key {}", show(key)),
            Target::Record { index, key: Key::Supremum } => format!("index {index} supremum"),
        }
    }
}

/// `T1 X,GAP on index 7 key 0a, waiting`
impl fmt::Display for DataLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = if self.waiting { ", waiting" } else { "" };
        write!(f, "T{} {} on {}{waiting}", self.session, self.mode_name(), self.target(&hex))
    }
}

impl Target {
    /// The target that a resource is: `id` is the number of its index or table.
    pub(crate) fn of(id: u64, name: &StoredName) -> Target {
        let index = IndexId(id);
        match name {
            StoredName::Table => Target::Table(Table::Data(id)),
            StoredName::Metadata => Target::Table(Table::Metadata(id)),
            StoredName::Supremum => Target::Record { index, key: Key::Supremum },
            _ => Target::Record { index, key: Key::Bytes(name.key().to_vec()) },
        }
    }
}

impl Key {
    /// Returns the key formatted by `show`, or `+∞`.
    pub(crate) fn shown(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        match self {
            Key::Bytes(key) => show(key),
            Key::Supremum => "+∞".to_owned(),
        }
    }
}

/// Returns `at` as events name it, with its key in hexadecimal.
pub(crate) fn describe(at: &RecordId<'_>) -> String {
    match at.key {
        RecordKey::Key(key) => format!("index {} key {}", at.index, hex(key)),
        RecordKey::Supremum => format!("index {} supremum", at.index),
    }
}

/// Formats a key in hexadecimal: used where the caller gave no format of its own.
pub(crate) fn hex(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
