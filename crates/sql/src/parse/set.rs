//! Reads SET, DO, KILL and RENAME TABLE.

use super::command::{Assignment, Command};
use super::dialect::MariaDb;
use super::scope::Scope;
use super::transaction::set_transaction;
use super::words::{ParseResult, accept, name, unexpected};
use sqlparser::ast::{Expr, Ident};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// After SET.
pub(super) fn set(p: &mut Parser<'_>) -> ParseResult<Command> {
    let mut assignments = Vec::new();
    loop {
        let scope = scope_word(p);
        if assignments.is_empty() && accept(p, "TRANSACTION") {
            return set_transaction(p, scope);
        }
        assignments.push(if accept(p, "NAMES") { names(p)? } else { assignment(p, scope)? });
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::Set(assignments));
        }
    }
}

/// After NAMES.
fn names(p: &mut Parser<'_>) -> ParseResult<Assignment> {
    match p.next_token().token {
        Token::Word(word) => Ok(Assignment::Names(word.value)),
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Ok(Assignment::Names(text)),
        _ => {
            p.prev_token();
            unexpected(p)
        }
    }
}

/// GLOBAL, SESSION or LOCAL, if it comes next.
pub(super) fn scope_word(p: &mut Parser<'_>) -> Scope {
    if accept(p, "GLOBAL") {
        Scope::Global
    } else if accept(p, "SESSION") || accept(p, "LOCAL") {
        Scope::Session
    } else {
        Scope::Unsaid
    }
}

fn assignment(p: &mut Parser<'_>, scope: Scope) -> ParseResult<Assignment> {
    let mut parts = vec![name(p)?];
    while p.consume_token(&Token::Period) {
        parts.push(name(p)?);
    }
    if !p.consume_token(&Token::Eq) && !p.consume_token(&Token::Assignment) {
        return unexpected(p);
    }
    let value = setting(p)?;
    let written = parts.join(".");
    if let Some(system) = written.strip_prefix("@@") {
        let (scope, name) = Scope::of_name(system);
        return Ok(Assignment::System { scope, name: name.to_ascii_lowercase(), value });
    }
    Ok(match written.strip_prefix('@') {
        Some(user) => Assignment::User { name: user.to_ascii_lowercase(), value },
        None => Assignment::System { scope, name: written.to_ascii_lowercase(), value },
    })
}

/// The value of an assignment: an expression, or the reserved word `ON`, which is read as an identifier.
fn setting(p: &mut Parser<'_>) -> ParseResult<Expr> {
    if accept(p, "ON") {
        return Ok(Expr::Identifier(Ident::new("ON")));
    }
    p.parse_expr()
}

/// After DO: the expressions are read as those of a SELECT.
pub(super) fn do_expressions(p: &mut Parser<'_>) -> ParseResult<Command> {
    let items = p.parse_comma_separated(Parser::parse_expr)?;
    let list: Vec<_> = items.iter().map(ToString::to_string).collect();
    let mut select = Parser::new(&MariaDb).try_with_sql(&format!("SELECT {}", list.join(", ")))?;
    select.parse_query().map(Command::Do)
}

/// After KILL.
pub(super) fn kill(p: &mut Parser<'_>) -> ParseResult<Command> {
    // Both mean the same here (`session::kill`).
    if !accept(p, "HARD") {
        accept(p, "SOFT");
    }
    let is_query = accept(p, "QUERY");
    if !is_query {
        accept(p, "CONNECTION");
    }
    let id = Box::new(p.parse_expr()?);
    Ok(Command::Kill { is_query, id })
}

/// After RENAME TABLE.
pub(super) fn rename(p: &mut Parser<'_>) -> ParseResult<Command> {
    let mut renamed = Vec::new();
    loop {
        let from = p.parse_object_name(false)?;
        if !accept(p, "TO") {
            return unexpected(p);
        }
        renamed.push((from, p.parse_object_name(false)?));
        if !p.consume_token(&Token::Comma) {
            return Ok(Command::Rename(renamed));
        }
    }
}
