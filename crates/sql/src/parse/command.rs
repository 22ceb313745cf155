//! Statements about the session and the server: transactions, settings, SHOW, EXPLAIN. [`super::command_reader`] reads
//! them.

use super::scope::Scope;
use crate::engine::Isolation;
use sqlparser::ast::{Expr, ObjectName, Query, Statement};

/// A statement about the session or the server.
#[derive(Debug)]
pub(crate) enum Command {
    /// BEGIN, START TRANSACTION.
    Begin {
        snapshot: bool,
        read_only: Option<bool>,
    },
    /// COMMIT.
    Commit(Completion),
    /// ROLLBACK.
    Rollback(Completion),
    Savepoint(String),
    RollbackTo(String),
    Release(String),
    /// SET [GLOBAL | SESSION] TRANSACTION.
    SetTransaction {
        scope: Scope,
        level: Option<Isolation>,
        read_only: Option<bool>,
    },
    Set(Vec<Assignment>),
    /// DO, as a SELECT whose rows are discarded.
    Do(Box<Query>),
    /// SHOW VARIABLES.
    ShowVariables {
        scope: Scope,
        only: ShowFilter,
    },
    /// SHOW STATUS.
    ShowStatus {
        scope: Scope,
        only: ShowFilter,
    },
    /// SHOW WARNINGS, or SHOW ERRORS if `errors`. `count`: SHOW COUNT(*), their number only.
    ShowWarnings {
        errors: bool,
        count: bool,
    },
    /// SHOW INDEX.
    ShowIndex(ObjectName),
    /// SHOW ENGINE INNODB STATUS.
    ShowEngineStatus,
    /// SHOW PROCESSLIST; `full`: with whole statements.
    ShowProcessList {
        full: bool,
    },
    /// EXPLAIN of a statement.
    Explain {
        extended: bool,
        of: Box<Statement>,
    },
    /// SHOW MASTER STATUS.
    ShowMasterStatus,
    /// SHOW BINARY LOGS.
    ShowBinaryLogs,
    /// SHOW BINLOG EVENTS.
    ShowBinlogEvents(EventRange),
    /// FLUSH STATUS.
    FlushStatus,
    /// FLUSH BINARY LOGS.
    FlushBinaryLogs,
    /// FLUSH TABLES; without tables: all. `local`: it is not logged.
    FlushTables {
        tables: Vec<ObjectName>,
        local: bool,
    },
    /// FLUSH TABLES … FOR EXPORT.
    FlushForExport(Vec<ObjectName>),
    UnlockTables,
    /// PURGE BINARY LOGS TO a file.
    PurgeBinaryLogs(String),
    /// PURGE BINARY LOGS BEFORE a time.
    PurgeBinaryLogsBefore(Box<Expr>),
    /// KILL of the connection with this number, or of its statement if `is_query`.
    Kill {
        is_query: bool,
        id: Box<Expr>,
    },
    /// RENAME TABLE.
    Rename(Vec<(ObjectName, ObjectName)>),
}

/// The options of COMMIT and ROLLBACK for the time after the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Completion {
    /// AND CHAIN: begin another transaction with the same isolation level and access mode.
    pub(crate) chain: bool,
    /// RELEASE: the connection is closed.
    pub(crate) release: bool,
}

/// One assignment of SET.
#[derive(Debug)]
pub(crate) enum Assignment {
    /// `@name = expression`.
    User { name: String, value: Expr },
    /// `[GLOBAL | SESSION] name = expression`; keywords as values (`ON`, `DEFAULT`) are identifiers.
    System { scope: Scope, name: String, value: Expr },
    /// SET NAMES.
    Names(String),
}

/// Which events SHOW BINLOG EVENTS shows.
#[derive(Debug, Default)]
pub(crate) struct EventRange {
    /// The file; `None`: the first one.
    pub(crate) file: Option<String>,
    /// Offset of the first event, in bytes.
    pub(crate) from: Option<u64>,
    /// LIMIT: how many events to skip, and how many to show.
    pub(crate) limit: Option<(u64, u64)>,
}

/// Selects the rows that SHOW returns.
#[derive(Debug)]
pub(crate) enum ShowFilter {
    All,
    Like(String),
    /// `WHERE variable_name = '…'`, `IN (…)` or `LIKE '…'`; other conditions are refused when it runs.
    Where(Box<Expr>),
}
