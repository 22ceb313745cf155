//! SHOW and EXPLAIN.

use super::command::{Command, Only};
use super::set::scope_word;
use super::words::{ParseResult, peeked, stopped, text, word, words};
use sqlparser::parser::Parser;

/// Behind SHOW; `None`, with nothing consumed, if it is one that the crate reads.
pub(super) fn show(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if let Some(of_log) = super::binlog::show(p) {
        return Some(of_log);
    }
    let scope = scope_word(p);
    if word(p, "VARIABLES") {
        return Some(only(p).map(|only| Command::ShowVariables { scope, only }));
    }
    if word(p, "STATUS") {
        return Some(only(p).map(|only| Command::ShowStatus { only }));
    }
    let count = words(p, &["COUNT", "(", "*", ")"]);
    if word(p, "WARNINGS") {
        return Some(Ok(Command::ShowWarnings { errors: false, count }));
    }
    if word(p, "ERRORS") {
        return Some(Ok(Command::ShowWarnings { errors: true, count }));
    }
    if count {
        return Some(stopped(p));
    }
    if word(p, "INDEX") || word(p, "INDEXES") || word(p, "KEYS") {
        if !word(p, "FROM") && !word(p, "IN") {
            return Some(stopped(p));
        }
        return Some(p.parse_object_name(false).map(Command::ShowIndex));
    }
    if words(p, &["ENGINE", "INNODB", "STATUS"]) {
        return Some(Ok(Command::ShowEngineStatus));
    }
    p.prev_token();
    None
}

fn only(p: &mut Parser<'_>) -> ParseResult<Only> {
    if word(p, "LIKE") {
        return text(p).map(Only::Like);
    }
    if word(p, "WHERE") { p.parse_expr().map(|e| Only::Where(Box::new(e))) } else { Ok(Only::All) }
}

/// EXPLAIN of a statement; `EXPLAIN t` is the crate's.
pub(crate) fn explain(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    let keyword = peeked(p)?.to_ascii_uppercase();
    if !matches!(keyword.as_str(), "EXPLAIN" | "DESCRIBE" | "DESC") {
        return None;
    }
    p.next_token();
    let extended = word(p, "EXTENDED");
    let begins_statement = ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE"]
        .iter()
        .any(|w| peeked(p).is_some_and(|is| is.eq_ignore_ascii_case(w)));
    if !begins_statement {
        if extended {
            return Some(stopped(p));
        }
        p.prev_token();
        return None;
    }
    Some(p.parse_statement().map(|of| Command::Explain { extended, of: Box::new(of) }))
}
