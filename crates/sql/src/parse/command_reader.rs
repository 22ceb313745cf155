//! Reads statements about the session and the server: transactions, settings, SHOW, EXPLAIN. The `sqlparser` crate
//! knows few of MariaDB's words for them, so they are read here, word by word, from the same tokens. `sqlparser` reads
//! all other statements.
//!
//! ```text
//! tokens ─► begin with BEGIN, START TRANSACTION, COMMIT, SET, SHOW, EXPLAIN …  ─► Command
//!      └──► anything else ─► `Parser::parse_statement`                         ─► Statement
//! ```
//!
//! RULES
//!
//! - **R1** Keywords are compared without case; a quoted word is not a keyword.
//! - **R2** If a statement cannot be read, the error is the parser's, at the token where reading stopped: 1064 near it.
//!
//! InnoDB's counterpart: `sql/sql_yacc.yy`.

use super::binlog::{flush, purge};
use super::command::Command;
use super::set::{do_expressions, kill, rename, set};
use super::show::{explain, show};
use super::transaction::{completion, rollback, start_transaction};
use super::words::{ParseResult, accept, accept_all, name};
use sqlparser::parser::Parser;

/// Reads a command; `None`, with no token consumed, if the tokens are another statement. ERRORS: R2.
pub(crate) fn parse_command(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if accept(p, "BEGIN") {
        accept(p, "WORK");
        return Some(Ok(Command::Begin { snapshot: false, read_only: None }));
    }
    if accept_all(p, &["START", "TRANSACTION"]) {
        return Some(start_transaction(p));
    }
    if accept(p, "COMMIT") {
        accept(p, "WORK");
        return Some(completion(p).map(Command::Commit));
    }
    if accept(p, "ROLLBACK") {
        return Some(rollback(p));
    }
    if accept(p, "SAVEPOINT") {
        return Some(name(p).map(Command::Savepoint));
    }
    if accept_all(p, &["RELEASE", "SAVEPOINT"]) {
        return Some(name(p).map(Command::Release));
    }
    if accept(p, "SET") {
        return Some(set(p));
    }
    if accept(p, "SHOW") {
        return show(p);
    }
    if accept(p, "DO") {
        return Some(do_expressions(p));
    }
    if accept_all(p, &["RENAME", "TABLE"]) {
        return Some(rename(p));
    }
    if accept(p, "FLUSH") {
        return Some(flush(p));
    }
    if accept_all(p, &["UNLOCK", "TABLES"]) || accept_all(p, &["UNLOCK", "TABLE"]) {
        return Some(Ok(Command::UnlockTables));
    }
    if accept(p, "KILL") {
        return Some(kill(p));
    }
    if accept(p, "PURGE") {
        return Some(purge(p));
    }
    explain(p)
}
