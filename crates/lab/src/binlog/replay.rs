//! `binlog replay`: executes a log in another database, as a replica would, up to a position or time if one is given
//! (point-in-time recovery). `binlog flashback --apply` applies its changes by this module, too.
//!
//! ```text
//! GTID  BEGIN  rows ─► Session::apply      statement ─► Session::execute   XID        one transaction there, one here
//! GTID         DDL  ─► Session::execute
//! ```
//!
//! RULES
//!
//! - **R1** A transaction is replayed iff all of it is in the range. An incomplete one (torn, or cut by the range's
//!   ends) is skipped, and named.
//! - **R2** Everything that can be checked beforehand is: a damaged log, events that cannot be replayed, a log of a
//!   database with another name (`--database`), and the target's own log are refused before the target is opened.
//! - **R3** The first error ends the replay, with file, position and reason. Transactions replayed before it stay, and
//!   the position that they reach is printed in any case.
//! - **R4** A statement runs with the timestamp of its event.
//!
//! A replay that is killed leaves whole transactions in the target, as any crash does. They are in the target's own
//! log, so `binlog verify` on that log counts them.

use super::range::{LogFile, LogItem, LogRange, total_bytes};
use crate::database::{Database, DatabaseArguments};
use crate::failure::Failure;
use crate::progress::{Progress, Task};
use innolab_binlog::flashback::Undo;
use innolab_binlog::{Entry, Event, EventPosition, Grammar, RowChange, flags};
use innolab_sql::{Session, SqlError};
use std::fmt;
use std::io::Write;
use std::path::Path;

/// Counts of whole transactions that were replayed.
#[derive(Default)]
struct Replayed {
    transactions: u64,
    rows: u64,
    statements: u64,
    /// File and byte at which the last transaction ends.
    to: Option<(String, u64)>,
}

fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (transactions, rows) = (counted(self.transactions, "transaction"), counted(self.rows, "row"));
        write!(f, "replayed {transactions}, {rows}, {}", counted(self.statements, "statement"))?;
        self.to.as_ref().map_or(Ok(()), |(file, offset)| write!(f, ", up to {file}:{offset}"))
    }
}

/// Replays the range in the database in the directory `into`, which is created if it does not exist, and prints what
/// was replayed. ERRORS: R2, R3.
pub(super) fn replay(
    files: &[LogFile],
    range: &LogRange,
    (into, arguments): (&Path, &DatabaseArguments),
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    if let Some(own) = files.iter().find(|file| file.is_in(into)) {
        return Err(own.failed("a database's own log cannot be replayed in it: its changes are already there"));
    }
    let reading = progress.bytes("checking the log", total_bytes(files));
    let total = transactions(files, range, arguments.database(), &reading)?;
    drop(reading);
    let database = Database::open(Some(into), arguments, progress)?;
    let mut replayer = Replayer::new(&database);
    let replaying = progress.bar("replaying", "transactions", total);
    let replayed = range.walk(files, &Task::hidden(), |file, item| match item {
        LogItem::Event(entry) => {
            let skipped = replayer.event(file, &entry)?;
            replaying.set(replayer.replayed.transactions);
            skipped.map_or(Ok(()), |skipped| progress.suspend(|| print_skipped(&skipped, &mut out)))
        }
        LogItem::Torn(torn) => {
            let torn = format!("{file}: torn at byte {}: {}", torn.offset, torn.rule);
            progress.suspend(|| Ok(writeln!(out, "{torn}")?))
        }
    });
    drop(replaying);
    let replayed = replayed.and_then(|()| {
        let skipped = replayer.skip_open()?;
        skipped.map_or(Ok(()), |skipped| print_skipped(&skipped, &mut out))
    });
    let Replayer { session, replayed: done, .. } = replayer;
    // Dropping the session rolls a failed transaction back.
    drop(session);
    writeln!(out, "{done}")?;
    replayed.and(database.close())
}

fn print_skipped(Skipped { file, offset }: &Skipped, out: &mut impl Write) -> Result<(), Failure> {
    Ok(writeln!(out, "{file}: byte {offset}: skipped an incomplete transaction")?)
}

/// The number of transactions in the range. ERRORS: an event that cannot be replayed (R2).
fn transactions(files: &[LogFile], range: &LogRange, database: &str, task: &Task) -> Result<u64, Failure> {
    let (mut positions, mut transactions) = (Positions::default(), 0);
    range.walk(files, task, |file, item| {
        let LogItem::Event(entry) = item else { return Ok(()) };
        if let Some(why) = refusal(&entry, database) {
            return Err(format!("{file}: byte {}: {why}", entry.offset).into());
        }
        transactions += u64::from(matches!(positions.step(file, &entry)?, EventPosition::Last | EventPosition::Only));
        Ok(())
    })?;
    Ok(transactions)
}

/// Returns why an event cannot be replayed in a database with this name; `None` if it can.
fn refusal(entry: &Entry, database: &str) -> Option<String> {
    let other =
        |what: &str, db: &str| format!("{what} of database `{db}`, but this one is `{database}` (see --database)");
    match &entry.event {
        Event::Query(query) if matches!(query.sql.as_str(), "BEGIN" | "COMMIT" | "ROLLBACK") => None,
        Event::Query(query) if !query.db.is_empty() && query.db != database => Some(other("a statement", &query.db)),
        Event::TableMap(map) if map.db != database => Some(other("rows", &map.db)),
        Event::Rows(rows) if !rows.is_full() => Some("rows without full images cannot be replayed".to_owned()),
        Event::Other(_) if entry.header.flags & flags::IGNORABLE == 0 => {
            Some(format!("an event of type {} cannot be replayed", entry.header.kind))
        }
        _ => None,
    }
}

/// Applies the changes of a flashback in their order, one transaction for each of its transactions. ERRORS: R3.
pub(super) fn apply(
    undos: &[(String, Undo)],
    database: Database,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut session = database.session();
    let (mut transactions, mut rows) = (0, 0);
    let undoing = progress.bar("undoing", "transactions", undos.len() as u64);
    let undone = undos.iter().try_for_each(|(file, undo)| {
        let failed = |e: SqlError| format!("{file}: byte {}: {e}", undo.offset);
        session.execute("begin").map_err(failed)?;
        undo.changes.iter().try_for_each(|change| session.apply(change)).map_err(failed)?;
        session.execute("commit").map_err(failed)?;
        (transactions, rows) = (transactions + 1, rows + undo.changes.len() as u64);
        undoing.set(transactions);
        Ok(())
    });
    drop(undoing);
    drop(session);
    writeln!(out, "undone: {}, {}", counted(transactions, "transaction"), counted(rows, "row"))?;
    undone.and(database.close())
}

/// The position of events within transactions. Each file starts outside a transaction.
#[derive(Default)]
struct Positions {
    grammar: Grammar,
    file: String,
}

impl Positions {
    fn step(&mut self, file: &str, entry: &Entry) -> Result<EventPosition, Failure> {
        if self.file != file {
            (self.grammar, self.file) = (Grammar::new(), file.to_owned());
        }
        self.grammar.step(entry).map_err(|rule| format!("{file}: byte {}: {rule}", entry.offset).into())
    }
}

/// A transaction whose end has not been read yet.
struct OpenTransaction {
    file: String,
    offset: u64,
    rows: u64,
    statements: u64,
}

/// Where an incomplete transaction begins (R1).
struct Skipped {
    file: String,
    offset: u64,
}

struct Replayer<'a> {
    database: &'a Database,
    session: Session,
    positions: Positions,
    open: Option<OpenTransaction>,
    replayed: Replayed,
}

impl Replayer<'_> {
    fn new(database: &Database) -> Replayer<'_> {
        let session = database.session();
        Replayer { database, session, positions: Positions::default(), open: None, replayed: Replayed::default() }
    }

    /// Executes an event. Returns the transaction that the file before left incomplete.
    fn event(&mut self, file: &str, entry: &Entry) -> Result<Option<Skipped>, Failure> {
        let skipped = if self.positions.file == file { None } else { self.skip_open()? };
        let position = self.positions.step(file, entry)?;
        if matches!(position, EventPosition::First | EventPosition::Only) {
            self.open = Some(OpenTransaction { file: file.to_owned(), offset: entry.offset, rows: 0, statements: 0 });
        }
        let executed = self.execute(entry, position);
        self.database.index_builds().end();
        executed.map_err(|e| format!("{file}: byte {}: {e}", entry.offset))?;
        let ended = matches!(position, EventPosition::Last | EventPosition::Only);
        if let Some(ended) = self.open.take_if(|_| ended) {
            self.replayed.transactions += 1;
            self.replayed.rows += ended.rows;
            self.replayed.statements += ended.statements;
            self.replayed.to = Some((ended.file, entry.end()));
        }
        Ok(skipped)
    }

    /// Rolls an incomplete transaction back (R1).
    fn skip_open(&mut self) -> Result<Option<Skipped>, Failure> {
        let Some(OpenTransaction { file, offset, .. }) = self.open.take() else { return Ok(None) };
        self.session.execute("rollback").map_err(|e| format!("{file}: byte {offset}: {e}"))?;
        Ok(Some(Skipped { file, offset }))
    }

    fn execute(&mut self, entry: &Entry, position: EventPosition) -> Result<(), SqlError> {
        let mut run = |sql: &str| self.session.execute(sql).map(drop);
        match &entry.event {
            Event::Query(query) if position == EventPosition::Last && query.sql == "COMMIT" => run("commit"),
            Event::Query(query) if position == EventPosition::Last && query.sql == "ROLLBACK" => run("rollback"),
            Event::Query(query) if query.sql == "BEGIN" => run("begin"),
            // MariaDB logs no BEGIN.
            Event::MariadbGtid(gtid) if !gtid.standalone() => run("begin"),
            Event::Query(query) => {
                self.open.iter_mut().for_each(|open| open.statements += 1);
                run(&format!("set timestamp = {}.{:06}", entry.header.timestamp, query.micros()))?;
                run(&query.sql)
            }
            Event::StatementContext(given) => {
                self.session.apply_context(given);
                Ok(())
            }
            Event::Rows(rows) => {
                // The reader has checked the rows: `Ok` holds for all of them.
                for change in rows.changes().map_while(Result::ok) {
                    self.session.apply(&RowChange { table: rows.table.clone(), change })?;
                    self.open.iter_mut().for_each(|open| open.rows += 1);
                }
                Ok(())
            }
            Event::Xid(_) => run("commit"),
            _ => Ok(()),
        }
    }
}
