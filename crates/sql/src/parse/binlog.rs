//! Statements about the binary log.

use super::command::{Command, Events};
use super::words::{ParseResult, ends, stopped, text, word, words};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// Behind SHOW; `None`, with nothing consumed, if it is about something else.
pub(super) fn show(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if words(p, &["MASTER", "STATUS"]) || words(p, &["BINARY", "LOG", "STATUS"]) || words(p, &["BINLOG", "STATUS"]) {
        return Some(Ok(Command::ShowMasterStatus));
    }
    if words(p, &["BINARY", "LOGS"]) || words(p, &["MASTER", "LOGS"]) {
        return Some(Ok(Command::ShowBinaryLogs));
    }
    words(p, &["BINLOG", "EVENTS"]).then(|| events(p).map(Command::ShowBinlogEvents))
}

/// `[IN 'file'] [FROM byte] [LIMIT [offset,] count]`.
fn events(p: &mut Parser<'_>) -> ParseResult<Events> {
    let mut events = Events::default();
    if word(p, "IN") {
        events.file = Some(text(p)?);
    }
    if word(p, "FROM") {
        events.from = Some(p.parse_literal_uint()?);
    }
    if word(p, "LIMIT") {
        let first = p.parse_literal_uint()?;
        events.limit = Some(if p.consume_token(&Token::Comma) {
            (first, p.parse_literal_uint()?)
        } else if word(p, "OFFSET") {
            (p.parse_literal_uint()?, first)
        } else {
            (0, first)
        });
    }
    Ok(events)
}

/// Behind FLUSH; LOGS are these here, since there are no others.
pub(super) fn flush(p: &mut Parser<'_>) -> ParseResult<Command> {
    let _ = word(p, "LOCAL") || word(p, "NO_WRITE_TO_BINLOG");
    word(p, "BINARY");
    if word(p, "LOGS") && ends(p) { Ok(Command::FlushBinaryLogs) } else { stopped(p) }
}

/// Behind PURGE.
pub(super) fn purge(p: &mut Parser<'_>) -> ParseResult<Command> {
    if !(words(p, &["BINARY", "LOGS"]) || words(p, &["MASTER", "LOGS"])) {
        return stopped(p);
    }
    match () {
        () if word(p, "TO") => text(p).map(Command::PurgeBinaryLogs),
        () if word(p, "BEFORE") => Ok(Command::PurgeBinaryLogsBefore(Box::new(p.parse_expr()?))),
        () => stopped(p),
    }
}
