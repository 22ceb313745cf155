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
//!   ends) is skipped, and named. One in a relay log may go on in the next file.
//! - **R2** Everything that can be checked beforehand is: a damaged log, a chain with a gap, events that cannot be
//!   replayed ([`super::replayable`]), a log of a database with another name (`--database`), and the target's own log
//!   are refused before the target is opened.
//! - **R3** An error leaves the target as it was. So a replay into a database is rehearsed in a copy of it: the
//!   first error ends the rehearsal, with file, position and reason. A replay into a new database removes it then.
//!   Only what the rehearsal did not meet, a full disk perhaps, can stop the replay after it; transactions replayed
//!   before it stay, and the position that they reach is printed.
//! - **R4** A statement runs with the timestamp of its event.
//!
//! A replay that is killed leaves whole transactions in the target, as any crash does. They are in the target's own
//! log, so `binlog verify` on that log counts them.

use super::range::{LogFile, LogItem, LogRange, total_bytes};
use super::replayable::refusal;
use super::xa::{XaStep, XaTransactions};
use crate::copy::{Before, Copy};
use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::{Progress, Task};
use innolab_binlog::flashback::Undo;
use innolab_binlog::{Entry, Event, EventPosition, Grammar, RowChange};
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
    let kept = require_database(into).is_ok();
    carefully((into, arguments), progress, |database, doing, last| {
        let bar = progress.bar(if last { "replaying" } else { doing }, "transactions", total);
        let (done, lines) = run(files, range, database, &|n| bar.set(n));
        drop(bar);
        // After an error nothing is left of a new database.
        if last && (kept || done.is_ok()) {
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        done
    })
}

/// Works on the database in a directory so that an error leaves the directory as it was (R3). `work` gets the database,
/// what is being done, and true if it is the user's database: the last time that it is called.
fn carefully(
    (dir, arguments): (&Path, &DatabaseArguments),
    progress: &Progress,
    mut work: impl FnMut(&Database, &'static str, bool) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut on = |dir: &Path, last: bool| {
        let database = Database::open(Some(dir), arguments, progress)?;
        let worked = work(&database, "rehearsing", last);
        let closed = database.close();
        worked.and(closed)
    };
    if require_database(dir).is_ok() {
        let copy = Copy::of(dir)?;
        on(copy.path(), false).map_err(|e| format!("{e}; {} is as it was", dir.display()))?;
        return on(dir, true);
    }
    let before = Before::of(dir);
    on(dir, true).or_else(|e| {
        before.restore()?;
        Err(e)
    })
}

/// Replays the range in a database. Returns also the lines to print: what was skipped, and what was replayed.
fn run(
    files: &[LogFile],
    range: &LogRange,
    database: &Database,
    progress: &dyn Fn(u64),
) -> (Result<(), Failure>, Vec<String>) {
    let mut replayer = Replayer::new(database);
    let mut lines = Vec::new();
    let replayed = range.walk(files, &Task::hidden(), |file, item| {
        match item {
            LogItem::Event(entry) => {
                lines.extend(replayer.event(file, &entry)?.map(|skipped| skipped.to_string()));
                progress(replayer.replayed.transactions);
            }
            LogItem::Torn(torn) => lines.push(format!("{file}: torn at byte {}: {}", torn.offset, torn.rule)),
        }
        Ok(())
    });
    let replayed = replayed.and_then(|()| {
        lines.extend(replayer.skip_open()?.map(|skipped| skipped.to_string()));
        Ok(())
    });
    lines.push(replayer.replayed.to_string());
    (replayed, lines)
}

/// The number of transactions in the range. ERRORS: an event that cannot be replayed (R2).
fn transactions(files: &[LogFile], range: &LogRange, database: &str, task: &Task) -> Result<u64, Failure> {
    let (mut positions, mut xa, mut transactions) = (Positions::default(), XaTransactions::default(), 0);
    range.walk(files, task, |file, item| {
        let LogItem::Event(entry) = item else { return Ok(()) };
        if let Some(why) = refusal(&entry, database) {
            return Err(format!("{file}: byte {}: {why}", entry.offset).into());
        }
        let (position, cut) = positions.step(file, &entry)?;
        if cut {
            xa.skip_open();
        }
        xa.step(&entry).map_err(|why| format!("{file}: byte {}: {why}", entry.offset))?;
        transactions += u64::from(matches!(position, EventPosition::Last | EventPosition::Only));
        Ok(())
    })?;
    match xa.not_ended().as_slice() {
        [] => Ok(transactions),
        ids => Err(format!("the range prepares and does not end: XA {}", ids.join(", XA ")).into()),
    }
}

/// Applies the changes of a flashback in their order, one transaction for each of its transactions. ERRORS: R3.
pub(super) fn apply(
    undos: &[Undo],
    target: (&Path, &DatabaseArguments),
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut rows = 0;
    carefully(target, progress, |database, doing, last| {
        let mut session = database.session();
        let undoing = progress.bar(if last { "undoing" } else { doing }, "transactions", undos.len() as u64);
        rows = 0;
        for (n, undo) in (1..).zip(undos) {
            let failed = |e: SqlError| format!("{}: byte {}: {e}", undo.file, undo.offset);
            session.execute("begin").map_err(failed)?;
            undo.changes.iter().try_for_each(|change| session.apply(change)).map_err(failed)?;
            session.execute("commit").map_err(failed)?;
            rows += undo.changes.len() as u64;
            undoing.set(n);
        }
        Ok(())
    })?;
    writeln!(out, "undone: {}, {}", counted(undos.len() as u64, "transaction"), counted(rows, "row"))?;
    Ok(())
}

/// The position of events within transactions, in all files.
#[derive(Default)]
struct Positions {
    grammar: Grammar,
    /// True if a transaction has begun and not ended.
    open: bool,
}

impl Positions {
    /// The position of the next event, and true if the transaction before it was cut off.
    fn step(&mut self, file: &str, entry: &Entry) -> Result<(EventPosition, bool), Failure> {
        let position = self.grammar.step(entry).map_err(|rule| format!("{file}: byte {}: {rule}", entry.offset))?;
        let is_open = self.grammar.in_transaction();
        let cut = match position {
            EventPosition::First | EventPosition::Only => self.open,
            EventPosition::Outside => self.open && !is_open,
            EventPosition::Inside | EventPosition::Last => false,
        };
        self.open = is_open;
        Ok((position, cut))
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
pub(crate) struct Skipped {
    file: String,
    offset: u64,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: byte {}: skipped an incomplete transaction", self.file, self.offset)
    }
}

/// Executes the events of a log, one after the other, in a database.
pub(crate) struct Replayer<'a> {
    database: &'a Database,
    session: Session,
    positions: Positions,
    open: Option<OpenTransaction>,
    xa: XaTransactions,
    replayed: Replayed,
}

impl Replayer<'_> {
    /// Nothing is replayed yet.
    pub(crate) fn new(database: &Database) -> Replayer<'_> {
        let session = database.session();
        Replayer {
            database,
            session,
            positions: Positions::default(),
            open: None,
            xa: XaTransactions::default(),
            replayed: Replayed::default(),
        }
    }

    /// The number of whole transactions that were replayed.
    pub(crate) fn n_transactions(&self) -> u64 {
        self.replayed.transactions
    }

    /// Executes an event. Returns the transaction before it, if that was cut off.
    pub(crate) fn event(&mut self, file: &str, entry: &Entry) -> Result<Option<Skipped>, Failure> {
        let (position, cut) = self.positions.step(file, entry)?;
        let skipped = if cut { self.skip_open()? } else { None };
        if matches!(position, EventPosition::First | EventPosition::Only) {
            self.open = Some(OpenTransaction { file: file.to_owned(), offset: entry.offset, rows: 0, statements: 0 });
        }
        let step = self.xa.step(entry).map_err(|why| format!("{file}: byte {}: {why}", entry.offset))?;
        let executed = match step {
            XaStep::Other => self.execute(entry, position),
            XaStep::Held => Ok(()),
            XaStep::Commit(held) => self.commit_held(&held),
        };
        self.database.index_builds().end();
        executed.map_err(|e| format!("{file}: byte {}: {e}", entry.offset))?;
        let ended = matches!(position, EventPosition::Last | EventPosition::Only);
        if let Some(ended) = self.open.take_if(|_| ended) {
            self.replayed.transactions += 1;
            self.replayed.rows += ended.rows;
            self.replayed.statements += ended.statements;
            self.replayed.to = Some((ended.file, entry.end));
        }
        Ok(skipped)
    }

    /// Executes the events of an XA transaction that is committed.
    fn commit_held(&mut self, held: &[Entry]) -> Result<(), SqlError> {
        self.session.execute("begin")?;
        held.iter().try_for_each(|entry| self.execute(entry, EventPosition::Inside))?;
        self.session.execute("commit").map(drop)
    }

    /// Rolls an incomplete transaction back (R1).
    fn skip_open(&mut self) -> Result<Option<Skipped>, Failure> {
        self.xa.skip_open();
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
