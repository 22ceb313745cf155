//! Reads statements about the binary log, and FLUSH.

use super::command::{Command, EventRange};
use super::words::{ParseResult, accept, accept_all, at_end, text, unexpected};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// After SHOW; `None`, with no token consumed, if it is another SHOW.
pub(super) fn show(p: &mut Parser<'_>) -> Option<ParseResult<Command>> {
    if accept_all(p, &["MASTER", "STATUS"])
        || accept_all(p, &["BINARY", "LOG", "STATUS"])
        || accept_all(p, &["BINLOG", "STATUS"])
    {
        return Some(Ok(Command::ShowMasterStatus));
    }
    if accept_all(p, &["BINARY", "LOGS"]) || accept_all(p, &["MASTER", "LOGS"]) {
        return Some(Ok(Command::ShowBinaryLogs));
    }
    accept_all(p, &["BINLOG", "EVENTS"]).then(|| events(p).map(Command::ShowBinlogEvents))
}

/// `[IN 'file'] [FROM byte] [LIMIT [offset,] count]`.
fn events(p: &mut Parser<'_>) -> ParseResult<EventRange> {
    let mut events = EventRange::default();
    if accept(p, "IN") {
        events.file = Some(text(p)?);
    }
    if accept(p, "FROM") {
        events.from = Some(p.parse_literal_uint()?);
    }
    if accept(p, "LIMIT") {
        let first = p.parse_literal_uint()?;
        events.limit = Some(if p.consume_token(&Token::Comma) {
            (first, p.parse_literal_uint()?)
        } else if accept(p, "OFFSET") {
            (p.parse_literal_uint()?, first)
        } else {
            (0, first)
        });
    }
    Ok(events)
}

/// After FLUSH, also of tables and of the counters. FLUSH LOGS is the same as FLUSH BINARY LOGS: there are no other logs.
pub(super) fn flush(p: &mut Parser<'_>) -> ParseResult<Command> {
    let local = accept(p, "LOCAL") || accept(p, "NO_WRITE_TO_BINLOG");
    if accept(p, "TABLES") || accept(p, "TABLE") {
        return flush_tables(p, local);
    }
    if accept(p, "STATUS") {
        return if at_end(p) { Ok(Command::FlushStatus) } else { unexpected(p) };
    }
    accept(p, "BINARY");
    if accept(p, "LOGS") && at_end(p) { Ok(Command::FlushBinaryLogs) } else { unexpected(p) }
}

fn flush_tables(p: &mut Parser<'_>, local: bool) -> ParseResult<Command> {
    let mut tables = Vec::new();
    while !at_end(p) && (tables.is_empty() || p.consume_token(&Token::Comma)) {
        tables.push(p.parse_object_name(false)?);
    }
    if accept_all(p, &["FOR", "EXPORT"]) {
        return Ok(Command::FlushForExport(tables));
    }
    Ok(Command::FlushTables { tables, local })
}

/// After PURGE.
pub(super) fn purge(p: &mut Parser<'_>) -> ParseResult<Command> {
    if !(accept_all(p, &["BINARY", "LOGS"]) || accept_all(p, &["MASTER", "LOGS"])) {
        return unexpected(p);
    }
    match () {
        () if accept(p, "TO") => text(p).map(Command::PurgeBinaryLogs),
        () if accept(p, "BEFORE") => Ok(Command::PurgeBinaryLogsBefore(Box::new(p.parse_expr()?))),
        () => unexpected(p),
    }
}
