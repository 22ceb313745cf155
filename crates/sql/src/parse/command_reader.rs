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

use super::binlog::{flush, purge};
use super::command::Command;
use super::set::{do_expressions, rename, set};
use super::show::{explain, show};
use super::transaction::{rollback, start_transaction, then};
use super::words::{ParseResult, name, word, words};
use sqlparser::parser::Parser;

/// The command that the parser's tokens are, if they are one (R2).
pub(crate) fn parse_command(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
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
        return Some(flush(p));
    }
    if word(p, "PURGE") {
        return Some(purge(p));
    }
    explain(p)
}
