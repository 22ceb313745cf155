//! Reads SHOW and EXPLAIN.

use super::command::{Command, ShowFilter};
use super::set::scope_word;
use super::words::{ParseResult, accept, accept_all, peek_word, text, unexpected};
use sqlparser::parser::Parser;

/// After SHOW; `None`, with SHOW given back to the parser, if `sqlparser` reads the statement.
pub(super) fn show(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if let Some(of_log) = super::binlog::show(p) {
        return Some(of_log);
    }
    let scope = scope_word(p);
    if accept(p, "VARIABLES") {
        return Some(only(p).map(|only| Command::ShowVariables { scope, only }));
    }
    if accept(p, "STATUS") {
        return Some(only(p).map(|only| Command::ShowStatus { scope, only }));
    }
    let count = accept_all(p, &["COUNT", "(", "*", ")"]);
    if accept(p, "WARNINGS") {
        return Some(Ok(Command::ShowWarnings { errors: false, count }));
    }
    if accept(p, "ERRORS") {
        return Some(Ok(Command::ShowWarnings { errors: true, count }));
    }
    if count {
        return Some(unexpected(p));
    }
    if accept(p, "INDEX") || accept(p, "INDEXES") || accept(p, "KEYS") {
        if !accept(p, "FROM") && !accept(p, "IN") {
            return Some(unexpected(p));
        }
        return Some(p.parse_object_name(false).map(Command::ShowIndex));
    }
    if accept_all(p, &["ENGINE", "INNODB", "STATUS"]) {
        return Some(Ok(Command::ShowEngineStatus));
    }
    let full = accept(p, "FULL");
    if accept(p, "PROCESSLIST") {
        return Some(Ok(Command::ShowProcessList { full }));
    }
    if full {
        p.prev_token();
    }
    p.prev_token();
    None
}

fn only(p: &mut Parser<'_>) -> ParseResult<ShowFilter> {
    if accept(p, "LIKE") {
        return text(p).map(ShowFilter::Like);
    }
    if accept(p, "WHERE") { p.parse_expr().map(|e| ShowFilter::Where(Box::new(e))) } else { Ok(ShowFilter::All) }
}

/// EXPLAIN of a statement; `None`, with no token consumed, for anything else. `sqlparser` reads `EXPLAIN t`.
pub(crate) fn explain(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if !["EXPLAIN", "DESCRIBE", "DESC"].iter().any(|word| accept(p, word)) {
        return None;
    }
    let extended = accept(p, "EXTENDED");
    let begins_statement = ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE"]
        .iter()
        .any(|w| peek_word(p).is_some_and(|is| is.eq_ignore_ascii_case(w)));
    if !begins_statement {
        if extended {
            return Some(unexpected(p));
        }
        p.prev_token();
        return None;
    }
    Some(p.parse_statement().map(|of| Command::Explain { extended, of: Box::new(of) }))
}
