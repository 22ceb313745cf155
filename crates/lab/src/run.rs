//! `run`: runs a scenario file step by step, with as many sessions as its tags name.
//!
//! RULES
//!
//! - **R1** A case starts from an empty database, with new sessions. A database that is kept (`--data`) is never
//!   emptied: each case runs on what the cases before left, and the set-up that they share runs once, before the first.
//! - **R2** A set-up statement must succeed without waiting. A step may fail: its error is its result.
//! - **R3** The same file gives the same transcript.
//! - **R4** [`crate::steps`] says which statement runs next, and how a step is reported.
//! - **R5** After each step, purge removes all that open read views allow. Then the locks are shown, if `--locks` asks
//!   for them and they have changed.
//! - **R6** At the end of a case, statements that still wait fail and open transactions are rolled back, unreported.

use crate::binlog::Follower;
use crate::database::Database;
use crate::failure::Failure;
use crate::locks::{self, Named};
use crate::scenario::{Case, Statement, load};
use crate::sessions::StepOutcome;
use crate::steps::Steps;
use crate::transcript::Step;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The set-up session; no tag has this name.
const SETUP: &str = "";
/// Indents locks and log events below their step.
const MARGIN: &str = "         ";

/// The format of a run's transcript.
#[derive(Clone, Copy)]
pub(crate) struct RunFormat {
    /// JSON lines instead of text.
    pub(crate) as_json: bool,
    /// The locks, after each step that changed them.
    pub(crate) with_locks: bool,
    /// The events that each step added to the binary log.
    pub(crate) with_binlog: bool,
}

/// Runs the file and writes its transcript to `out`. ERRORS: a bad file or a failed set-up statement, with file and
/// line; a panic in a session; the disk's.
pub(crate) fn run(file: &Path, database: Database, format: RunFormat, out: impl Write) -> Result<(), Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{name}: {e}"))?;
    let cases = load(file, &text).map_err(|bad| format!("{name}:{bad}"))?;
    let mut out = BufWriter::new(out);
    let ran = cases.iter().enumerate().try_for_each(|(n, case)| {
        let mut runner = Runner::new(file, format, &database, &mut out);
        let ran = runner.case(case, n == 0);
        ran.and(runner.close())
    });
    // The steps before a failure are printed, too.
    out.flush()?;
    ran.and(database.close())
}

/// Runs one case and prints its steps. REQUIRES: [`Runner::close`] at the end.
pub(crate) struct Runner<'a, W: Write> {
    /// Named in error messages.
    file: &'a Path,
    format: RunFormat,
    database: &'a Database,
    pub(crate) out: &'a mut W,
    steps: Steps,
    /// The locks that were shown last.
    locks: Vec<Named>,
    /// Set if the binary log is shown.
    log: Option<Follower>,
}

impl<'a, W: Write> Runner<'a, W> {
    /// A runner with no steps yet.
    pub(crate) fn new(file: &'a Path, format: RunFormat, database: &'a Database, out: &'a mut W) -> Self {
        let steps = Steps::new(database.sessions());
        Runner { file, format, database, out, steps, locks: Vec::new(), log: None }
    }

    /// Ends the sessions (R6).
    pub(crate) fn close(self) -> Result<(), Failure> {
        Ok(self.steps.sessions.close()?)
    }

    /// Runs a case (R1).
    pub(crate) fn case(&mut self, case: &'a Case, is_first: bool) -> Result<(), Failure> {
        if !self.database.is_kept() {
            self.database.clear()?;
        }
        if !self.format.as_json {
            writeln!(self.out, "{}{}", if is_first { "" } else { "\n" }, case.name)?;
        }
        if is_first || !self.database.is_kept() {
            case.common.iter().try_for_each(|statement| self.setup(statement))?;
        }
        if self.format.with_binlog {
            self.log = self.database.follow()?;
        }
        let mut number = 0;
        for statement in &case.body {
            let Some(session) = &statement.session else {
                self.setup(statement)?;
                continue;
            };
            number += 1;
            self.submit(&case.name, session, number, &statement.sql)?;
        }
        Ok(())
    }

    /// Queues a session's next statement and runs steps until every session is idle or waits (R4, R5). Returns the
    /// number of steps that ran: 0 if the session waits.
    pub(crate) fn submit(&mut self, case: &str, session: &str, number: usize, sql: &str) -> Result<usize, Failure> {
        self.steps.push(session, number, sql);
        let mut ran = 0;
        while let Some(lines) = self.steps.next()? {
            ran += 1;
            for line in &lines {
                self.print(&line.of(case))?;
            }
            let Some(number) = lines.first().map(|line| line.number) else { continue };
            self.print_log(case, number)?;
            self.database.purge()?;
            if self.format.with_locks {
                self.print_locks(case, number)?;
            }
        }
        Ok(ran)
    }

    /// Executes a set-up statement, which must succeed without waiting (R2).
    fn setup(&mut self, statement: &Statement) -> Result<(), Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            format!("{}:{}: set-up statement failed: {}: {why}", self.file.display(), statement.line, statement.sql)
        };
        let StepOutcome { own, .. } = self.steps.sessions.run(SETUP, &statement.sql)?;
        own.ok_or_else(|| failed(&"it waits for a lock"))?.map_err(|e| failed(&e))?;
        self.database.purge()
    }

    fn print(&mut self, step: &Step<'_>) -> Result<(), Failure> {
        if self.format.as_json {
            writeln!(self.out, "{}", step.json())?;
        } else {
            write!(self.out, "{}", step.pretty())?;
        }
        Ok(())
    }

    fn print_log(&mut self, case: &str, number: usize) -> Result<(), Failure> {
        let (Some(follower), Some(log)) = (&mut self.log, self.database.engine().binlog()) else { return Ok(()) };
        let events = follower.read_new(log)?;
        match events.is_empty() {
            true => {}
            false if self.format.as_json => writeln!(self.out, "{}", events.json_line(case, number))?,
            false => write!(self.out, "{}", events.pretty(MARGIN))?,
        }
        Ok(())
    }

    fn print_locks(&mut self, case: &str, number: usize) -> Result<(), Failure> {
        let locks = self.database.engine().locks().into_iter();
        let named = locks.filter_map(|lock| Some((self.steps.sessions.name_of(lock.session)?.to_owned(), lock)));
        let now: Vec<Named> = named.filter(|(session, _)| session != SETUP).collect();
        if now == self.locks {
            return Ok(());
        }
        if self.format.as_json {
            writeln!(self.out, "{}", locks::json_line(case, number, &now))?;
        } else {
            let drawings = locks::drawings(self.database.engine(), &now);
            write!(self.out, "{}", locks::pretty(&now, &drawings, MARGIN))?;
        }
        self.locks = now;
        Ok(())
    }
}
