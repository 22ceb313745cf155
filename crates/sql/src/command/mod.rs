//! Statements that are about the session: transactions, settings, SHOW, EXPLAIN. The `sqlparser` crate knows few of
//! MariaDB's words for them, so they are read here, word by word, from the same tokens; everything else is the crate's.
//!
//! ```text
//! tokens ─► begins with BEGIN, START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, SET, SHOW, EXPLAIN …  ─► Command
//!      └──► anything else ─► `Parser::parse_statement`                                                        ─► Statement
//! ```
//!
//! RULES
//!
//! - **R1** A word is a word whatever its case, unless it is in quotes.
//! - **R2** What cannot be read is the parser's error at the token where reading stopped: 1064 near it.
//!
//! InnoDB's counterpart: `sql/sql_yacc.yy`.

mod log;
mod setting;
mod show;
mod transaction;
mod words;

use crate::variables::Scope;
use innolab_engine::Isolation;
use setting::{do_expressions, rename, set};
use show::{explain, show};
use sqlparser::ast::{Expr, ObjectName, Query, Statement};
use sqlparser::parser::{Parser, ParserError};
use transaction::{rollback, start_transaction, then};
use words::{name, word, words};

type Parsed<T> = Result<T, ParserError>;

/// A statement about the session.
#[derive(Debug)]
pub(crate) enum Command {
    /// BEGIN, START TRANSACTION.
    Begin {
        snapshot: bool,
        read_only: Option<bool>,
    },
    /// COMMIT.
    Commit(Then),
    /// ROLLBACK.
    Rollback(Then),
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
        only: Only,
    },
    /// SHOW STATUS.
    ShowStatus {
        only: Only,
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
    ShowBinlogEvents(Events),
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
pub(crate) struct Then {
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
pub(crate) struct Events {
    /// Of which file; the first unless it is said.
    pub(crate) file: Option<String>,
    /// From this byte on.
    pub(crate) from: Option<u64>,
    /// How many are passed over, and how many shown.
    pub(crate) limit: Option<(u64, u64)>,
}

/// Which rows SHOW shows.
#[derive(Debug)]
pub(crate) enum Only {
    All,
    Like(String),
    /// `WHERE variable_name = '…'` or `IN (…)`, the forms that are understood.
    Where(Box<Expr>),
}

/// The command that the parser's tokens are, if they are one (R2).
pub(crate) fn parse_command(p: &mut Parser<'_>) -> Option<Parsed<Command>> {
    if word(p, "BEGIN") {
        word(p, "WORK");
        return Some(Ok(Command::Begin { snapshot: false, read_only: None }));
    }
    if words(p, &["START", "TRANSACTION"]) {
        return Some(start_transaction(p));
    }
    if word(p, "COMMIT") {
        word(p, "WORK");
        return Some(then(p).map(Command::Commit));
    }
    if word(p, "ROLLBACK") {
        return Some(rollback(p));
    }
    if word(p, "SAVEPOINT") {
        return Some(name(p).map(Command::Savepoint));
    }
    if words(p, &["RELEASE", "SAVEPOINT"]) {
        return Some(name(p).map(Command::Release));
    }
    if word(p, "SET") {
        return Some(set(p));
    }
    if word(p, "SHOW") {
        return show(p);
    }
    if word(p, "DO") {
        return Some(do_expressions(p));
    }
    if words(p, &["RENAME", "TABLE"]) {
        return Some(rename(p));
    }
    if word(p, "FLUSH") {
        return Some(log::flush(p));
    }
    if word(p, "PURGE") {
        return Some(log::purge(p));
    }
    explain(p)
}
