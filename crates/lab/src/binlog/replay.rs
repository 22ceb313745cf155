//! The log again: from a file into a database, as a replica would do it, up to a moment if one is given (point-in-time recovery).
//!
//! ```text
//! GTID BEGIN  rows ─► Session::apply     statement ─► Session::execute  XID        one transaction there as here
//! GTID        DDL  ─► Session::execute
//! ```
//!
//! RULES
//!
//! - **R1** A transaction is replayed if all of it is in the stretch; one that the file does not have to its end (torn) is not.
//! - **R2** The first error ends the replay; it names the file, the position and what was to be done. What was replayed until then stays.
//! - **R3** The log's database must be the one that is opened (`--database`).

use super::source::{LogFile, Met, Stretch};
use crate::database::{Database, Failure};
use innolab_binlog::{Entry, Event, Grammar, Place, RowChange};
use innolab_sql::{Session, SqlError};
use std::io::Write;

/// What was done.
#[derive(Default)]
struct Done {
    transactions: u64,
    rows: u64,
    statements: u64,
}

/// Replays the stretch into `database` and says what was done. ERRORS: R2.
pub(super) fn replay(
    files: &[LogFile],
    stretch: &Stretch,
    database: Database,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut player =
        Player { session: database.session(), grammar: Grammar::new(), file: String::new(), done: Done::default() };
    let played = stretch.walk(files, |file, met| match met {
        Met::Event(entry) => player.event(file, &entry),
        Met::Torn(torn) => Ok(writeln!(out, "{file}: torn at byte {}: {}", torn.offset, torn.rule)?),
    });
    let Player { session, done, .. } = player;
    // A transaction that is not whole is rolled back here (R1).
    drop(session);
    played.and(database.close())?;
    let Done { transactions, rows, statements } = done;
    writeln!(out, "{transactions} transactions, {rows} rows, {statements} statements replayed")?;
    Ok(())
}

/// Makes the changes of a list, each group in a transaction of its own, newest first as they come (a flashback). ERRORS: R2.
pub(super) fn apply<'a>(
    groups: impl Iterator<Item = (&'a str, u64, &'a [RowChange])>,
    database: Database,
) -> Result<(u64, u64), Failure> {
    let mut session = database.session();
    let (mut transactions, mut rows) = (0, 0);
    for (file, offset, changes) in groups {
        let failed = |e: SqlError| format!("{file}: byte {offset}: {e}");
        session.execute("begin").map_err(failed)?;
        changes.iter().try_for_each(|change| session.apply(change)).map_err(failed)?;
        session.execute("commit").map_err(failed)?;
        (transactions, rows) = (transactions + 1, rows + changes.len() as u64);
    }
    drop(session);
    database.close()?;
    Ok((transactions, rows))
}

struct Player {
    session: Session,
    grammar: Grammar,
    /// The file that the grammar walks.
    file: String,
    done: Done,
}

impl Player {
    fn event(&mut self, file: &str, entry: &Entry) -> Result<(), Failure> {
        if self.file != file {
            (self.grammar, self.file) = (Grammar::new(), file.to_owned());
        }
        let failed = |why: &dyn std::fmt::Display| format!("{file}: byte {}: {why}", entry.offset);
        let place = self.grammar.step(entry).map_err(|rule| failed(&rule))?;
        self.play(&entry.event, place).map_err(|e| failed(&e))?;
        self.done.transactions += u64::from(matches!(place, Place::Ends | Place::Alone));
        Ok(())
    }

    fn play(&mut self, event: &Event, place: Place) -> Result<(), SqlError> {
        let mut run = |sql: &str| self.session.execute(sql).map(drop);
        match event {
            Event::Query(query) if place == Place::Ends && query.sql == "COMMIT" => run("commit"),
            Event::Query(query) if place == Place::Ends && query.sql == "ROLLBACK" => run("rollback"),
            Event::Query(query) if query.sql == "BEGIN" => run("begin"),
            // MariaDB has no BEGIN.
            Event::MariadbGtid(gtid) if !gtid.standalone() => run("begin"),
            Event::Query(query) => {
                self.done.statements += 1;
                run(&query.sql)
            }
            Event::Intvar { what: 2, value } => run(&format!("set insert_id = {value}")),
            Event::Rows(rows) => {
                for change in rows.changes().map_while(Result::ok) {
                    self.done.rows += 1;
                    self.session.apply(&RowChange { table: rows.table.clone(), change })?;
                }
                Ok(())
            }
            Event::Xid(_) => run("commit"),
            _ => Ok(()),
        }
    }
}
