//! The log again: from a file into a database, as a replica would do it, up to a moment if one is given (point-in-time recovery).
//!
//! ```text
//! GTID BEGIN  rows ─► Session::apply     statement ─► Session::execute  XID        one transaction there as here
//! GTID        DDL  ─► Session::execute
//! ```
//!
//! RULES
//!
//! - **R1** A transaction is replayed if all of it is in the stretch; one that is not (torn, or cut by a position or a
//!   time) is left out and named.
//! - **R2** What can be known before is: a log that is not whole, what cannot be replayed, another database's log
//!   (`--database`) and the database's own are refused before anything is done.
//! - **R3** The first error ends the work; it names the file, the position and what was to be done. What was done until
//!   then stays, and up to where that is, is said in any case.
//! - **R4** A statement runs at the time at which it ran: the event's.
//!
//! A replay that was killed has done whole transactions, as every crash leaves them, and the database's own log has
//! them: `binlog verify` says how many.

use super::source::{LogFile, Met, Stretch};
use crate::database::{Database, Naming};
use crate::failure::Failure;
use crate::progress::Meter;
use innolab_binlog::flashback::Undo;
use innolab_binlog::{Entry, Event, Grammar, Place, RowChange, flags};
use innolab_sql::{Session, SqlError};
use std::fmt;
use std::io::Write;
use std::path::Path;

/// What was done, by whole transactions.
#[derive(Default)]
struct Done {
    transactions: u64,
    rows: u64,
    statements: u64,
    /// Up to where.
    to: Option<(String, u64)>,
}

fn many(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (transactions, rows) = (many(self.transactions, "transaction"), many(self.rows, "row"));
        write!(f, "{transactions}, {rows}, {} replayed", many(self.statements, "statement"))?;
        self.to.as_ref().map_or(Ok(()), |(file, offset)| write!(f, ", to {file}:{offset}"))
    }
}

/// Replays the stretch into the database of the directory `into` and says what was done. ERRORS: R2, R3.
pub(super) fn replay(
    files: &[LogFile],
    stretch: &Stretch,
    into: &Path,
    name: &Naming,
    mut out: impl Write,
) -> Result<(), Failure> {
    if let Some(own) = files.iter().find(|file| file.is_in(into)) {
        return Err(own.failed("the log of a database cannot be replayed into the same one: all of it is done there"));
    }
    let of = transactions(files, stretch, name.database())?;
    let database = Database::open(Some(into), name)?;
    let mut player = Player::new(database.session());
    let mut meter = Meter::new("transactions replayed", of);
    let played = stretch.walk(files, |file, met| match met {
        Met::Event(entry) => {
            player.event(file, &entry, &mut out)?;
            meter.tell(player.done.transactions);
            Ok(())
        }
        Met::Torn(torn) => Ok(writeln!(out, "{file}: torn at byte {}: {}", torn.offset, torn.rule)?),
    });
    let played = played.and_then(|()| player.leave_out(&mut out));
    drop(meter);
    let Player { session, done, .. } = player;
    // A transaction that has failed is rolled back here.
    drop(session);
    writeln!(out, "{done}")?;
    played.and(database.close())
}

/// How many transactions the stretch has. ERRORS: something in it cannot be replayed (R2).
fn transactions(files: &[LogFile], stretch: &Stretch, database: &str) -> Result<u64, Failure> {
    let (mut places, mut transactions) = (Places::default(), 0);
    stretch.walk(files, |file, met| {
        let Met::Event(entry) = met else { return Ok(()) };
        if let Some(why) = refusal(&entry, database) {
            return Err(format!("{file}: byte {}: {why}", entry.offset).into());
        }
        transactions += u64::from(matches!(places.step(file, &entry)?, Place::Ends | Place::Alone));
        Ok(())
    })?;
    Ok(transactions)
}

/// Why an event cannot be replayed in a database of this name.
fn refusal(entry: &Entry, database: &str) -> Option<String> {
    let other =
        |what: &str, db: &str| format!("{what} of the database `{db}`; this one is called `{database}` (--database)");
    match &entry.event {
        Event::Query(query) if matches!(query.sql.as_str(), "BEGIN" | "COMMIT" | "ROLLBACK") => None,
        Event::Query(query) if !query.db.is_empty() && query.db != database => Some(other("a statement", &query.db)),
        Event::TableMap(map) if map.db != database => Some(other("rows", &map.db)),
        Event::Rows(rows) if !rows.is_full() => Some("rows without full images cannot be replayed".to_owned()),
        Event::Other(_) if entry.header.flags & flags::IGNORABLE == 0 => {
            Some(format!("an event of {} cannot be replayed", entry.header.kind))
        }
        _ => None,
    }
}

/// Makes the changes of a flashback, each transaction's in one of its own, in the order in which they come. ERRORS: R3.
pub(super) fn apply(undos: &[(String, Undo)], database: Database, mut out: impl Write) -> Result<(), Failure> {
    let mut session = database.session();
    let (mut transactions, mut rows) = (0, 0);
    let mut meter = Meter::new("transactions undone", undos.len() as u64);
    let undone = undos.iter().try_for_each(|(file, undo)| {
        let failed = |e: SqlError| format!("{file}: byte {}: {e}", undo.offset);
        session.execute("begin").map_err(failed)?;
        undo.changes.iter().try_for_each(|change| session.apply(change)).map_err(failed)?;
        session.execute("commit").map_err(failed)?;
        (transactions, rows) = (transactions + 1, rows + undo.changes.len() as u64);
        meter.tell(transactions);
        Ok(())
    });
    drop(meter);
    drop(session);
    writeln!(out, "{}, {} undone", many(transactions, "transaction"), many(rows, "row"))?;
    undone.and(database.close())
}

/// Where the events of a log stand: a new file begins anew.
#[derive(Default)]
struct Places {
    grammar: Grammar,
    file: String,
}

impl Places {
    fn step(&mut self, file: &str, entry: &Entry) -> Result<Place, Failure> {
        if self.file != file {
            (self.grammar, self.file) = (Grammar::new(), file.to_owned());
        }
        self.grammar.step(entry).map_err(|rule| format!("{file}: byte {}: {rule}", entry.offset).into())
    }
}

/// A transaction that has begun.
struct Open {
    file: String,
    offset: u64,
    rows: u64,
    statements: u64,
}

struct Player {
    session: Session,
    places: Places,
    open: Option<Open>,
    done: Done,
}

impl Player {
    fn new(session: Session) -> Player {
        Player { session, places: Places::default(), open: None, done: Done::default() }
    }

    fn event(&mut self, file: &str, entry: &Entry, out: impl Write) -> Result<(), Failure> {
        if self.places.file != file {
            self.leave_out(out)?;
        }
        let place = self.places.step(file, entry)?;
        if matches!(place, Place::Begins | Place::Alone) {
            self.open = Some(Open { file: file.to_owned(), offset: entry.offset, rows: 0, statements: 0 });
        }
        self.play(entry, place).map_err(|e| format!("{file}: byte {}: {e}", entry.offset))?;
        let ended = matches!(place, Place::Ends | Place::Alone);
        if let Some(ended) = self.open.take_if(|_| ended) {
            self.done.transactions += 1;
            self.done.rows += ended.rows;
            self.done.statements += ended.statements;
            self.done.to = Some((ended.file, entry.end()));
        }
        Ok(())
    }

    /// What has begun has no end (R1).
    fn leave_out(&mut self, mut out: impl Write) -> Result<(), Failure> {
        if let Some(Open { file, offset, .. }) = self.open.take() {
            self.session.execute("rollback").map_err(|e| format!("{file}: byte {offset}: {e}"))?;
            writeln!(out, "{file}: byte {offset}: a transaction without its end is left out")?;
        }
        Ok(())
    }

    fn play(&mut self, entry: &Entry, place: Place) -> Result<(), SqlError> {
        let mut run = |sql: &str| self.session.execute(sql).map(drop);
        match &entry.event {
            Event::Query(query) if place == Place::Ends && query.sql == "COMMIT" => run("commit"),
            Event::Query(query) if place == Place::Ends && query.sql == "ROLLBACK" => run("rollback"),
            Event::Query(query) if query.sql == "BEGIN" => run("begin"),
            // MariaDB has no BEGIN.
            Event::MariadbGtid(gtid) if !gtid.standalone() => run("begin"),
            Event::Query(query) => {
                self.open.iter_mut().for_each(|open| open.statements += 1);
                run(&format!("set timestamp = {}.{:06}", entry.header.timestamp, query.micros()))?;
                run(&query.sql)
            }
            Event::Given(given) => {
                self.session.given(given);
                Ok(())
            }
            Event::Rows(rows) => {
                // The reader has walked the rows: none of them is wrong.
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
