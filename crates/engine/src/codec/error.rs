//! What can go wrong in the engine, named by what the caller must do; each with MySQL's number.

use super::def::IndexNo;
use super::value::Datum;
use innolab_lock::DeadlockReport;
use std::sync::Arc;

/// The name of the system's own tablespace (`sys`).
pub(crate) const SYS_FILE: &str = "sys.ibd";

/// The result of an operation of the engine.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the engine did not do what it was asked for. Nothing was changed, unless the store says that it is poisoned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A row with the same values of a unique key is there (1062).
    #[error("a row with this key is there: {key:?}")]
    Duplicate {
        /// Which key.
        index: IndexNo,
        /// The key's values.
        key: Vec<Datum>,
    },
    /// The transaction was chosen as the victim of a deadlock (1213): roll all of it back.
    #[error("a deadlock was found; the transaction must be rolled back")]
    Deadlock(Arc<DeadlockReport>),
    /// A lock was waited for longer than `innodb_lock_wait_timeout` says (1205): roll the statement back.
    #[error("the wait for a lock took too long")]
    LockWaitTimeout,
    /// A lock could not be had at once, and nobody was to wait for it (NOWAIT, 1205).
    #[error("the lock is not free")]
    NoWait,
    /// The wait for a lock was broken off from outside (KILL, 1317): roll the statement back.
    #[error("the statement was interrupted")]
    Interrupted,
    /// What the change would replace does not fit into an undo record (1713).
    #[doc(alias = "DB_UNDO_RECORD_TOO_BIG")]
    #[error("undo log record is too big")]
    UndoTooLarge,
    /// As many transactions write as there can be undo logs (1637). It may work later.
    #[doc(alias = "DB_TOO_MANY_CONCURRENT_TRXS")]
    #[error("too many active concurrent transactions")]
    TooManyTransactions,
    /// The transaction's view is older than the index that it would read by (1412): it may try again from the start.
    #[error("the table's definition has changed, please retry the transaction")]
    TableDefChanged,
    /// The row to be changed is not there (any more) (1032).
    #[error("the row is not there")]
    NoRow,
    /// There is such a table (1050).
    #[error("table {name} exists already")]
    TableExists {
        /// Its name.
        name: String,
    },
    /// There is no such table (1146 or 1051).
    #[error("table {name} does not exist")]
    NoSuchTable {
        /// Its name.
        name: String,
    },
    /// The row is too large (1118): as defined, or as it is with its values, since a row lies on its page as a whole here.
    #[error("the row is too large, it must stay below {limit} bytes")]
    RowTooLarge {
        /// The limit in bytes that the message of the server names: 8126 (of a page) or 65535 (of the SQL layer).
        limit: usize,
    },
    /// The key is too long (1071).
    #[error("the key is too long, it must not have more than {limit} bytes")]
    KeyTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The disk or the file is full (1114). It may work later.
    #[error("{why}")]
    DiskFull {
        /// The file, and what stands in the way.
        why: String,
    },
    /// A value that the column cannot have: `sql` converts values before.
    #[error("column {column} cannot have the value {value:?}")]
    Value {
        /// The column.
        column: String,
        /// The value.
        value: Datum,
    },
    /// Rows of a load that are not in the order of the primary key, or two with the same key.
    #[error("the rows are not in the order of the primary key")]
    OutOfOrder,
    /// What this engine does not do (1235).
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The directory is not one that this engine can go on with; says what to do.
    #[error("{0}")]
    Directory(String),
    /// The dictionary's or a table's bytes are not what they must be.
    #[error("{file}: {rule}")]
    Corrupt {
        /// The file.
        file: String,
        /// What does not hold.
        rule: String,
    },
    /// `binlog_format = STATEMENT`, and the isolation level leaves gaps open: the same statements in the log's order
    /// may give other rows (1665).
    #[error("the statement's text is not enough for the binary log at this isolation level")]
    TextIsNotEnough,
    /// The binary log. Unless it is poisoned, the transaction was rolled back.
    #[error(transparent)]
    Binlog(#[from] innolab_binlog::Error),
    /// Files and pages.
    #[error(transparent)]
    Store(innolab_store::Error),
    /// A file outside of the data directory.
    #[error("{path}: {why}")]
    Export {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
        /// Whether the file was made before: it is removed again.
        made: bool,
    },
}

impl Error {
    /// What must hold in the system's tablespace does not.
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
