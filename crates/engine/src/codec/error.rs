//! The engine's errors, named by what the caller must do; each with MySQL's error number.

use super::def::IndexNo;
use super::value::Datum;
use innolab_lock::DeadlockReport;
use std::sync::Arc;

/// The file of the system tablespace (`dict::sys`).
pub(crate) const SYS_FILE: &str = "sys.ibd";

/// The result of an operation of the engine.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed. The call changed nothing, unless the store answers that it is poisoned: then nothing works until
/// the database is opened again (I10).
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Another row has the same values in a unique key (1062).
    #[error("a row with this key is there: {key:?}")]
    Duplicate {
        /// The unique index.
        index: IndexNo,
        /// The key's values.
        key: Vec<Datum>,
    },
    /// The transaction was chosen as the victim of a deadlock (1213): roll all of it back.
    #[error("a deadlock was found; the transaction must be rolled back")]
    Deadlock(Arc<DeadlockReport>),
    /// A lock was waited for longer than `innodb_lock_wait_timeout`, WAIT or NOWAIT says (1205): roll the statement back.
    #[error("the wait for a lock took too long")]
    LockWaitTimeout,
    /// Another session ended the wait for a lock (KILL, 1317): roll the statement back.
    #[error("the statement was interrupted")]
    Interrupted,
    /// The old values of the change do not fit into an undo record (1713).
    #[doc(alias = "DB_UNDO_RECORD_TOO_BIG")]
    #[error("undo log record is too big")]
    UndoTooLarge,
    /// All undo slots are in use, each by a transaction that writes (1637). A retry may work.
    #[doc(alias = "DB_TOO_MANY_CONCURRENT_TRXS")]
    #[error("too many active concurrent transactions")]
    TooManyTransactions,
    /// The index, or the table's definition, is newer than the transaction's view (1412): a new transaction can read
    /// it.
    #[error("the table's definition has changed, please retry the transaction")]
    TableDefChanged,
    /// The row to be changed does not exist (1032).
    #[error("the row is not there")]
    NoRow,
    /// A table of this name exists (1050).
    #[error("table {name} exists already")]
    TableExists {
        /// Its name.
        name: String,
    },
    /// No table has this name (1146 or 1051).
    #[error("table {name} does not exist")]
    NoSuchTable {
        /// Its name.
        name: String,
    },
    /// The row is too large (1118): by its definition, or with its values, since a row is stored whole on its page.
    #[error("the row is too large, it must stay below {limit} bytes")]
    RowTooLarge {
        /// The limit in bytes, as the server's message names it: 8126 (of a page) or 65535 (of the SQL layer).
        limit: usize,
    },
    /// The key is too long (1071).
    #[error("the key is too long, it must not have more than {limit} bytes")]
    KeyTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The disk or the file is full (1114). A retry may work once there is room.
    #[error("{why}")]
    DiskFull {
        /// The file and the cause.
        why: String,
    },
    /// The column cannot hold the value. `sql` converts values before it calls the engine.
    #[error("column {column} cannot have the value {value:?}")]
    Value {
        /// The column.
        column: String,
        /// The value.
        value: Datum,
    },
    /// The rows of a load are not in the order of the primary key, or two have the same key.
    #[error("the rows are not in the order of the primary key")]
    OutOfOrder,
    /// The engine does not implement this (1235).
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The engine cannot work with this directory or these settings: a file is missing or belongs to no table, the
    /// layout has another version, the binary log is needed. The text names the cause.
    #[error("{0}")]
    Directory(String),
    /// Bytes of the dictionary or of a table break a rule (I11).
    #[error("{file}: {rule}")]
    Corrupt {
        /// The file.
        file: String,
        /// The rule that does not hold.
        rule: String,
    },
    /// `binlog_format = STATEMENT` at an isolation level without gap locks: the statements, replayed in the log's
    /// order, could give other rows (1665).
    #[error("the statement's text is not enough for the binary log at this isolation level")]
    TextIsNotEnough,
    /// The binary log failed. Unless it is poisoned, the transaction was rolled back.
    #[error(transparent)]
    Binlog(#[from] innolab_binlog::Error),
    /// The store failed: files, pages, the redo log.
    #[error(transparent)]
    Store(innolab_store::Error),
    /// A file outside of the data directory could not be written.
    #[error("{path}: {why}")]
    Export {
        /// The file.
        path: String,
        /// The operating system's error.
        why: String,
        /// True if the export had created the file; the export removes it again.
        made: bool,
    },
}

impl Error {
    /// Returns [`Error::Corrupt`] for the system tablespace.
    pub(crate) fn corrupt_system(rule: impl Into<String>) -> Error {
        Error::Corrupt { file: SYS_FILE.to_owned(), rule: rule.into() }
    }
}

impl From<innolab_store::Error> for Error {
    fn from(e: innolab_store::Error) -> Error {
        match e {
            innolab_store::Error::Full { .. } => Error::DiskFull { why: e.to_string() },
            e => Error::Store(e),
        }
    }
}

impl From<innolab_btree::Error> for Error {
    fn from(e: innolab_btree::Error) -> Error {
        match e {
            innolab_btree::Error::TooLarge(e) => e.into(),
            innolab_btree::Error::Store(e) => e.into(),
            innolab_btree::Error::Order => Error::OutOfOrder,
        }
    }
}

impl From<innolab_page::TooLarge> for Error {
    fn from(_: innolab_page::TooLarge) -> Error {
        Error::RowTooLarge { limit: innolab_page::layout::MAX_RECORD + 1 }
    }
}

impl From<innolab_undo::Error> for Error {
    fn from(e: innolab_undo::Error) -> Error {
        match e {
            innolab_undo::Error::Store(e) => e.into(),
            innolab_undo::Error::TooLarge { .. } => Error::UndoTooLarge,
            innolab_undo::Error::TooManyTransactions { .. } => Error::TooManyTransactions,
            e => Error::corrupt_system(e.to_string()),
        }
    }
}

impl From<innolab_disk::Error> for Error {
    fn from(e: innolab_disk::Error) -> Error {
        match e {
            innolab_disk::Error::Full { .. } => Error::DiskFull { why: e.to_string() },
            e => innolab_store::Error::from(e).into(),
        }
    }
}
