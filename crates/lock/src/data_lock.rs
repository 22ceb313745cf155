//! A lock as it is shown: a row of `performance_schema.data_locks`.
//!
//! ```text
//! T1 X,GAP on index 7 key 0a, waiting          session, LOCK_MODE, what it is on, LOCK_STATUS
//! ```
//!
//! This is a copy of a lock, made for reports, events and deadlock reports. It sorts by session, then tables, names,
//! records, index, key (the supremum last), mode, granted before waiting: so no hash order reaches an output.

use crate::metadata_mode::MetadataMode;
use crate::mode::{Mode, RecordMode};
use crate::resource::{Name, RecordId, RecordKey, StoredName, Table};
use innolab_base::{IndexId, TrxId};
use std::fmt;
use std::sync::Arc;

/// What a lock is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A table.
    Table(Table),
    /// The name of a table: a metadata lock.
    Name(Arc<str>),
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
    /// The mode; [`DataLock::mode_name`] writes it.
    pub mode: Mode,
    /// `LOCK_STATUS`: true for `WAITING`, false for `GRANTED`.
    pub waiting: bool,
    /// The transaction's id; `None` if it has written nothing.
    pub trx_id: Option<TrxId>,
    /// `ENGINE_TRANSACTION_ID`: the transaction's id, or while it has written nothing a number of at least 2^48 that no
    /// other transaction has at that time.
    pub shown_trx_id: u64,
    /// The number of the lock's structure (Q4); 0 in events and for locks on names.
    pub structure_no: u64,
}

/// The least number that stands for a transaction without an id; ids are 48 bits long.
const FIRST_WITHOUT_ID: u64 = 1 << 48;

/// Returns the number by which reports name a transaction: its id, or while it has written nothing a number that no
/// other transaction has at that time. `slot`: its session's (D1 in `deadlock`).
#[doc(alias = "trx_immutable_id")]
pub fn shown_trx_id(id: Option<TrxId>, slot: usize) -> u64 {
    id.map_or(FIRST_WITHOUT_ID + slot as u64, |id| id.0)
}

impl DataLock {
    /// Returns `LOCK_MODE`: `X`, `X,GAP`, `X,REC_NOT_GAP`, `X,GAP,INSERT_INTENTION`, `IX`, `AUTO_INC`, …
    pub fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Table(mode) => mode.name(),
            Mode::Metadata(mode) => mode.name(),
            Mode::Record(mode) => mode.name(matches!(self.target, Target::Record { key: Key::Supremum, .. })),
        }
    }

    /// Returns the mode of a lock on a record; `None` for a lock on a table or a name.
    pub fn record_mode(&self) -> Option<RecordMode> {
        self.mode.record()
    }

    /// Returns the mode of a lock on a name; `None` for other locks.
    pub fn metadata_mode(&self) -> Option<MetadataMode> {
        match self.mode {
            Mode::Metadata(mode) => Some(mode),
            Mode::Table(_) | Mode::Record(_) => None,
        }
    }

    /// Returns what the lock is on, as `index 7 key 10`, with the key formatted by `show`.
    pub fn target(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        self.target.shown(show)
    }
}

/// `T1 X,GAP on index 7 key 0a, waiting`
impl fmt::Display for DataLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = if self.waiting { ", waiting" } else { "" };
        write!(f, "T{} {} on {}{waiting}", self.session, self.mode_name(), self.target(&hex))
    }
}

impl From<&RecordId<'_>> for Target {
    fn from(at: &RecordId<'_>) -> Target {
        let key = match at.key {
            RecordKey::Key(key) => Key::Bytes(key.to_vec()),
            RecordKey::Supremum => Key::Supremum,
        };
        Target::Record { index: at.index, key }
    }
}

/// As events name it, with its key in hexadecimal.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown(&hex))
    }
}

impl Target {
    fn shown(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        match self {
            Target::Table(Table(id)) => format!("table {id}"),
            Target::Name(name) => format!("the name {name}"),
            Target::Record { index, key: Key::Bytes(key) } => format!("index {index} key {}", show(key)),
            Target::Record { index, key: Key::Supremum } => format!("index {index} supremum"),
        }
    }

    /// Returns the name in the hash table, the inverse of [`Target::of`]; `None`: metadata locks are not in it.
    pub(crate) fn name(&self) -> Option<Name<'_>> {
        match self {
            Target::Table(table) => Some(Name::table(*table)),
            Target::Name(_) => None,
            Target::Record { index, key: Key::Bytes(key) } => Some(Name::record(*index, RecordKey::Key(key))),
            Target::Record { index, key: Key::Supremum } => Some(Name::record(*index, RecordKey::Supremum)),
        }
    }

    /// The target that a resource is: `id` is the number of its index or table.
    pub(crate) fn of(id: u64, name: &StoredName) -> Target {
        let index = IndexId(id);
        match name {
            StoredName::Table => Target::Table(Table(id)),
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

/// Formats a key in hexadecimal: used where the caller gave no format of its own.
pub(crate) fn hex(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
