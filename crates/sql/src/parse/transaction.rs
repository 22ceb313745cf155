//! Reads BEGIN, COMMIT, ROLLBACK and SET TRANSACTION.

use super::command::{Command, Completion};
use super::scope::Scope;
use super::words::{ParseResult, accept, accept_all, at_end, name, unexpected};
use crate::engine::Isolation;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// After START TRANSACTION.
pub(super) fn start_transaction(p: &mut Parser<'_>) -> ParseResult<Command> {
    let (mut snapshot, mut read_only) = (false, None);
    if !at_end(p) {
        loop {
            if !snapshot && accept_all(p, &["WITH", "CONSISTENT", "SNAPSHOT"]) {
                snapshot = true;
            } else if accept(p, "READ") {
                let written = access(p)?;
                if *read_only.get_or_insert(written) != written {
                    // The server reads to the end of the statement before it reports this.
                    return Err(ParserError::ParserError("READ ONLY and READ WRITE, found: EOF".to_string()));
                }
            } else {
                return unexpected(p);
            }
            if !p.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    Ok(Command::Begin { snapshot, read_only })
}

/// After READ: true for ONLY, false for WRITE.
fn access(p: &mut Parser<'_>) -> ParseResult<bool> {
    if accept(p, "ONLY") {
        return Ok(true);
    }
    if accept(p, "WRITE") { Ok(false) } else { unexpected(p) }
}

/// `[AND [NO] CHAIN] [[NO] RELEASE]`, after COMMIT or ROLLBACK.
pub(super) fn completion(p: &mut Parser<'_>) -> ParseResult<Completion> {
    let mut then = Completion::default();
    if accept(p, "AND") {
        then.chain = !accept(p, "NO");
        if !accept(p, "CHAIN") {
            return unexpected(p);
        }
    }
    if accept(p, "NO") {
        if !accept(p, "RELEASE") {
            return unexpected(p);
        }
    } else {
        then.release = accept(p, "RELEASE");
    }
    Ok(then)
}

/// After ROLLBACK.
pub(super) fn rollback(p: &mut Parser<'_>) -> ParseResult<Command> {
    accept(p, "WORK");
    if accept(p, "TO") {
        accept(p, "SAVEPOINT");
        return name(p).map(Command::RollbackTo);
    }
    completion(p).map(Command::Rollback)
}

/// After SET TRANSACTION and its scope.
pub(super) fn set_transaction(p: &mut Parser<'_>, scope: Scope) -> ParseResult<Command> {
    let (mut level, mut read_only) = (None, None);
    loop {
        if level.is_none() && accept_all(p, &["ISOLATION", "LEVEL"]) {
            level = Some(isolation(p)?);
        } else if read_only.is_none() && accept(p, "READ") {
            read_only = Some(access(p)?);
        } else {
            return unexpected(p);
        }
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::SetTransaction { scope, level, read_only });
        }
    }
}

fn isolation(p: &mut Parser<'_>) -> ParseResult<Isolation> {
    if accept(p, "SERIALIZABLE") {
        return Ok(Isolation::Serializable);
    }
    if accept_all(p, &["REPEATABLE", "READ"]) {
        return Ok(Isolation::RepeatableRead);
    }
    if accept_all(p, &["READ", "COMMITTED"]) {
        return Ok(Isolation::ReadCommitted);
    }
    if accept_all(p, &["READ", "UNCOMMITTED"]) { Ok(Isolation::ReadUncommitted) } else { unexpected(p) }
}
