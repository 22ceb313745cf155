//! Statements that are about the session: transactions, settings, SHOW, EXPLAIN, as [`super::command_reader`] reads
//! them.

use super::scope::Scope;
use crate::engine::Isolation;
use sqlparser::ast::{Expr, ObjectName, Query, Statement};

/// A statement about the session.
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
    /// DO: a SELECT whose rows nobody wants.
    Do(Box<Query>),
    /// SHOW VARIABLES.
    ShowVariables {
        scope: Scope,
        only: ShowFilter,
    },
    /// SHOW STATUS.
    ShowStatus {
        only: ShowFilter,
    },
    /// SHOW WARNINGS; `errors`: SHOW ERRORS. `count`: only how many.
    ShowWarnings {
        errors: bool,
        count: bool,
    },
    /// SHOW INDEX.
    ShowIndex(ObjectName),
    /// SHOW ENGINE INNODB STATUS.
    ShowEngineStatus,
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
    /// FLUSH BINARY LOGS.
    FlushBinaryLogs,
    /// PURGE BINARY LOGS TO a file.
    PurgeBinaryLogs(String),
    /// PURGE BINARY LOGS BEFORE a time.
    PurgeBinaryLogsBefore(Box<Expr>),
    /// RENAME TABLE.
    Rename(Vec<(ObjectName, ObjectName)>),
}

/// What comes after the end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Completion {
    /// Another one begins, with the same level and access.
    pub(crate) chain: bool,
}

/// One assignment of SET.
#[derive(Debug)]
pub(crate) enum Assignment {
    /// `@name = expression`.
    User { name: String, value: Expr },
    /// `[GLOBAL | SESSION] name = expression`; a lone word (`ON`, `DEFAULT`) is an identifier.
    System { scope: Scope, name: String, value: Expr },
    /// SET NAMES.
    Names(String),
}

/// Which events SHOW BINLOG EVENTS shows.
#[derive(Debug, Default)]
pub(crate) struct EventRange {
    /// Of which file; the first unless it is said.
    pub(crate) file: Option<String>,
    /// From this byte on.
    pub(crate) from: Option<u64>,
    /// How many are passed over, and how many shown.
    pub(crate) limit: Option<(u64, u64)>,
}

/// Which rows SHOW shows.
#[derive(Debug)]
pub(crate) enum ShowFilter {
    All,
    Like(String),
    /// `WHERE variable_name = '…'` or `IN (…)`, the forms that are understood.
    Where(Box<Expr>),
}
