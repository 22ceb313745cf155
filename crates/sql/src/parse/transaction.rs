//! BEGIN, COMMIT, ROLLBACK, and what a transaction is to be like.

use super::command::{Command, Then};
use super::scope::Scope;
use super::words::{ParseResult, ends, name, stopped, word, words};
use crate::engine::Isolation;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

pub(super) fn start_transaction(p: &mut Parser<'_>) -> ParseResult<Command> {
    let (mut snapshot, mut read_only) = (false, None);
    if !ends(p) {
        loop {
            if !snapshot && words(p, &["WITH", "CONSISTENT", "SNAPSHOT"]) {
                snapshot = true;
            } else if word(p, "READ") {
                let written = access(p)?;
                if *read_only.get_or_insert(written) != written {
                    // The server reads on to the end before it says so.
                    return Err(ParserError::ParserError("READ ONLY and READ WRITE, found: EOF".to_string()));
                }
            } else {
                return stopped(p);
            }
            if !p.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    Ok(Command::Begin { snapshot, read_only })
}

/// Behind READ: whether ONLY.
fn access(p: &mut Parser<'_>) -> ParseResult<bool> {
    if word(p, "ONLY") {
        return Ok(true);
    }
    if word(p, "WRITE") { Ok(false) } else { stopped(p) }
}

/// `[AND [NO] CHAIN] [[NO] RELEASE]`.
pub(super) fn then(p: &mut Parser<'_>) -> ParseResult<Then> {
    let mut then = Then::default();
    if word(p, "AND") {
        then.chain = !word(p, "NO");
        if !word(p, "CHAIN") {
            return stopped(p);
        }
    }
    if word(p, "NO") {
        if !word(p, "RELEASE") {
            return stopped(p);
        }
    } else {
        word(p, "RELEASE");
    }
    Ok(then)
}

pub(super) fn rollback(p: &mut Parser<'_>) -> ParseResult<Command> {
    word(p, "WORK");
    if word(p, "TO") {
        word(p, "SAVEPOINT");
        return name(p).map(Command::RollbackTo);
    }
    then(p).map(Command::Rollback)
}

pub(super) fn set_transaction(p: &mut Parser<'_>, scope: Scope) -> ParseResult<Command> {
    let (mut level, mut read_only) = (None, None);
    loop {
        if level.is_none() && words(p, &["ISOLATION", "LEVEL"]) {
            level = Some(isolation(p)?);
        } else if read_only.is_none() && word(p, "READ") {
            read_only = Some(access(p)?);
        } else {
            return stopped(p);
        }
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::SetTransaction { scope, level, read_only });
        }
    }
}

fn isolation(p: &mut Parser<'_>) -> ParseResult<Isolation> {
    if word(p, "SERIALIZABLE") {
        return Ok(Isolation::Serializable);
    }
    if words(p, &["REPEATABLE", "READ"]) {
        return Ok(Isolation::RepeatableRead);
    }
    if words(p, &["READ", "COMMITTED"]) {
        return Ok(Isolation::ReadCommitted);
    }
    if words(p, &["READ", "UNCOMMITTED"]) { Ok(Isolation::ReadUncommitted) } else { stopped(p) }
}
