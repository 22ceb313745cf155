//! Statements about the binary log: SHOW MASTER STATUS, SHOW BINARY LOGS, SHOW BINLOG EVENTS, FLUSH and PURGE.
//!
//! RULES
//!
//! - **R1** Events are shown in the words of MySQL's SHOW BINLOG EVENTS, up to the position to which a replica may
//!   read.
//! - **R2** PURGE … BEFORE takes the first event of the *next* file as a file's age and removes the file if that event
//!   is older than the given time. (The server takes the file's modification time, which is new for a copied file.)
//!
//! MySQL's counterpart: `sql/rpl_source.cc`, `mysql_show_binlog_events`, `Log_event::pack_info`.

use crate::answer::{Outcome, SqlError};
use crate::engine::Engine;
use crate::parse::EventRange;
use innolab_binlog::{
    Coordinator, Entry, Error, Event, Kind, Position, Reader, STATEMENT_END, StatementContext, TableMap,
};

/// Offset of a file's first event, in bytes, after the magic number.
const FIRST: u64 = 4;

/// SHOW MASTER STATUS; no row if the binary log is off.
pub(crate) fn master_status(engine: &Engine) -> Outcome {
    let row = engine.binlog().map(|log| {
        let Position { file, offset } = log.position();
        [Some(file.to_string()), Some(offset.to_string()), Some(String::new()), Some(String::new())]
    });
    Outcome::text_rows(["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB"], row)
}

/// SHOW BINARY LOGS. ERRORS: 1381.
pub(crate) fn files(engine: &Engine) -> Result<Outcome, SqlError> {
    let log = engine.binlog().ok_or_else(SqlError::not_logging)?;
    let end = log.position();
    let size = |name: &String| {
        // The newest file is preallocated beyond its end.
        if **name == *end.file { Ok(end.offset) } else { engine.store().disk().open(name).and_then(|file| file.len()) }
    };
    let row = |name: String| Ok([size(&name).map_err(SqlError::engine)?.to_string(), name]);
    let rows = log.files().into_iter().map(row).collect::<Result<Vec<_>, SqlError>>()?;
    Ok(Outcome::text_rows(["Log_name", "File_size"], rows.into_iter().map(|[size, name]| [Some(name), Some(size)])))
}

/// SHOW BINLOG EVENTS; no row if the binary log is off. ERRORS: 1220.
pub(crate) fn events(engine: &Engine, which: &EventRange) -> Result<Outcome, SqlError> {
    let rows = engine.binlog().map_or(Ok(vec![]), |log| rows(engine, log, which))?;
    Ok(Outcome::text_rows(["Log_name", "Pos", "Event_type", "Server_id", "End_log_pos", "Info"], rows))
}

fn rows(engine: &Engine, log: &Coordinator, which: &EventRange) -> Result<Vec<[Option<String>; 6]>, SqlError> {
    let names = log.files();
    let wanted = |name: &&String| which.file.as_ref().is_none_or(|file| file == *name);
    let name = names.iter().find(wanted).ok_or_else(|| SqlError::binlog_events("Could not find target log"))?;
    let wrong_offset = |_| SqlError::binlog_events("Wrong offset or I/O error");
    let from = which.from.unwrap_or(FIRST).max(FIRST);
    let (skip, count) = which.limit.unwrap_or((0, u64::MAX));
    let end = log.readable();
    let end = if *end.file == **name { end.offset } else { u64::MAX };
    let mut reader = Reader::open(&**engine.store().disk(), name).map_err(wrong_offset)?;
    let (mut rows, mut seen, mut is_boundary) = (vec![], 0, false);
    while reader.position() < end && (rows.len() as u64) < count {
        let Some(entry) = reader.next_entry().map_err(wrong_offset)? else { break };
        is_boundary |= entry.offset == from;
        if entry.offset < from {
            continue;
        }
        if !is_boundary {
            return Err(SqlError::binlog_events("Wrong offset or I/O error"));
        }
        if seen >= skip {
            rows.push(row(name, &entry));
        }
        seen += 1;
    }
    Ok(rows)
}

fn row(file: &str, entry: &Entry) -> [Option<String>; 6] {
    let Entry { offset, end, header, event } = entry;
    let cells = [
        file.to_owned(),
        offset.to_string(),
        kind(header.kind),
        header.server_id.to_string(),
        end.to_string(),
        info(event),
    ];
    cells.map(Some)
}

/// An event type's name as the server shows it: `Write_rows` for WRITE_ROWS.
fn kind(kind: Kind) -> String {
    match kind {
        Kind::FORMAT_DESCRIPTION => "Format_desc".to_owned(),
        Kind::ANONYMOUS_GTID => "Anonymous_Gtid".to_owned(),
        kind => {
            let lower = kind.to_string().to_lowercase();
            lower[..1].to_uppercase() + &lower[1..]
        }
    }
}

/// The Info column of an event (R1).
fn info(event: &Event) -> String {
    match event {
        Event::FormatDescription(format) => format!("Server ver: {}, Binlog ver: 4", format.server_version),
        Event::Rotate { next_file, position } => format!("{next_file};pos={position}"),
        Event::Gtid(gtid) => format!("SET @@SESSION.GTID_NEXT= '{}'", gtid.id_text()),
        Event::AnonymousGtid(_) => "SET @@SESSION.GTID_NEXT= 'ANONYMOUS'".to_owned(),
        Event::Query(query) => {
            let database = if query.db.is_empty() { String::new() } else { format!("use `{}`; ", query.db) };
            let xid = query.ddl_xid().map_or(String::new(), |xid| format!(" /* xid={xid} */"));
            format!("{database}{}{xid}", query.sql)
        }
        Event::StatementContext(StatementContext::LastInsertId(value)) => format!("LAST_INSERT_ID={value}"),
        Event::StatementContext(StatementContext::InsertId(value)) => format!("INSERT_ID={value}"),
        Event::StatementContext(StatementContext::UserVariable { name, value, .. }) => format!("@`{name}`={value}"),
        Event::RowsQuery(sql) => format!("# {sql}"),
        Event::TableMap(map) => format!("table_id: {} ({})", map.id, name(map)),
        Event::Rows(rows) => {
            let flags = if rows.flags & STATEMENT_END != 0 { " flags: STMT_END_F" } else { "" };
            format!("table_id: {}{flags}", rows.table.id)
        }
        Event::Xid(xid) => format!("COMMIT /* xid={} */", xid.0),
        // Written by other servers only; `innolab binlog` reads their logs.
        _ => String::new(),
    }
}

fn name(map: &TableMap) -> String {
    format!("{}.{}", map.db, map.table)
}

/// FLUSH BINARY LOGS: rotates the log to the next file. ERRORS: 1030.
pub(crate) fn flush(engine: &Engine) -> Result<(), SqlError> {
    engine.binlog().map_or(Ok(()), Coordinator::rotate).map_err(SqlError::engine)
}

/// PURGE BINARY LOGS TO `file`, which is kept. ERRORS: 1373, 1030.
pub(crate) fn purge(engine: &Engine, file: &str) -> Result<(), SqlError> {
    let there = engine.binlog().map_or(Ok::<_, Error>(true), |log| log.purge_to(file));
    if there.map_err(SqlError::engine)? { Ok(()) } else { Err(SqlError::no_log_file()) }
}

/// PURGE BINARY LOGS BEFORE a time, in seconds since 1970; the newest file is kept (R2). ERRORS: 1030.
pub(crate) fn purge_before(engine: &Engine, time_s: u64) -> Result<(), SqlError> {
    let Some(log) = engine.binlog() else { return Ok(()) };
    let began_before = |name: &String| -> Result<bool, Error> {
        let first = Reader::open(&**engine.store().disk(), name)?.next_entry()?;
        Ok(first.is_some_and(|first| u64::from(first.header.timestamp) < time_s))
    };
    let mut keep = None;
    for name in log.files().into_iter().skip(1) {
        if !began_before(&name).map_err(SqlError::engine)? {
            break;
        }
        keep = Some(name);
    }
    keep.map_or(Ok(()), |file| purge(engine, &file))
}
