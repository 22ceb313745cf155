//! `run`: a scenario file, step by step, with as many sessions as its tags name.
//!
//! RULES
//!
//! - **R1** A case starts from an empty database, with sessions of its own. In a database that is kept (`--data`)
//!   nothing is ever dropped: the file runs once as it stands, the set-up that its cases share before the first case
//!   only.
//! - **R2** A set-up statement must succeed, without waiting; a step may fail, and its error is its outcome.
//! - **R3** The same file gives the same transcript.
//! - **R4** Which step is next, and what is told of it: [`crate::steps`].
//! - **R5** After each step purge does all that open views allow; then locks are shown, if they were asked for and have changed.
//! - **R6** At the end of a case what still waits is dropped and everything is rolled back, without a word.

use crate::binlog::Follower;
use crate::crew::Settled;
use crate::database::Database;
use crate::failure::Failure;
use crate::locks::{self, Named};
use crate::scenario::{Case, Statement, load};
use crate::steps::Steps;
use crate::transcript::Step;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The session that set-up statements run in; no tag has this name.
const SETUP: &str = "";
/// What stands before each line about locks.
const MARGIN: &str = "         ";

/// How a run is told.
#[derive(Clone, Copy)]
pub(crate) struct Telling {
    /// JSON lines instead of text.
    pub(crate) as_json: bool,
    /// The locks, after each step that changed them.
    pub(crate) with_locks: bool,
    /// What each step has put into the binary log.
    pub(crate) with_binlog: bool,
}

/// Runs the file and writes its transcript to `out`. ERRORS: a bad file, a failed set-up statement (with file and
/// line), the disk.
pub(crate) fn run(file: &Path, database: Database, how: Telling, out: impl Write) -> Result<(), Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{shown}: {e}"))?;
    let cases = load(file, &text).map_err(|bad| format!("{shown}:{bad}"))?;
    let mut out = BufWriter::new(out);
    let told = cases.iter().enumerate().try_for_each(|(n, case)| {
        let mut runner = Runner::new(file, how, &database, &mut out);
        let told = runner.case(case, n == 0);
        told.and(runner.dismiss())
    });
    // What happened is told even if it did not go to the end.
    out.flush()?;
    told.and(database.close())
}

/// A case being run.
pub(crate) struct Runner<'a, W: Write> {
    /// What messages name.
    file: &'a Path,
    how: Telling,
    database: &'a Database,
    pub(crate) out: &'a mut W,
    steps: Steps,
    /// What was told of locks last.
    locks: Vec<Named>,
    /// The binary log, if it is to be shown.
    log: Option<Follower>,
}

impl<'a, W: Write> Runner<'a, W> {
    /// Nobody has said anything yet. REQUIRES [`Runner::dismiss`] at the end.
    pub(crate) fn new(file: &'a Path, how: Telling, database: &'a Database, out: &'a mut W) -> Self {
        Runner { file, how, database, out, steps: Steps::new(database.crew()), locks: Vec::new(), log: None }
    }

    /// Ends its sessions (R6).
    pub(crate) fn dismiss(self) -> Result<(), Failure> {
        Ok(self.steps.crew.dismiss()?)
    }

    /// Runs a case (R1).
    pub(crate) fn case(&mut self, case: &'a Case, is_first: bool) -> Result<(), Failure> {
        if !self.database.is_kept() {
            self.database.clear()?;
        }
        if !self.how.as_json {
            writeln!(self.out, "{}{}", if is_first { "" } else { "\n" }, case.name)?;
        }
        if is_first || !self.database.is_kept() {
            case.common.iter().try_for_each(|statement| self.setup(statement))?;
        }
        if self.how.with_binlog {
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

    /// Gives a session its next statement, and goes on until nobody can (R4, R5). How many steps were run: none, if the
    /// session waits.
    pub(crate) fn submit(&mut self, case: &str, session: &str, number: usize, sql: &str) -> Result<usize, Failure> {
        self.steps.push(session, number, sql);
        let mut ran = 0;
        while let Some(lines) = self.steps.next()? {
            ran += 1;
            for line in &lines {
                self.tell(&line.of(case))?;
            }
            let Some(number) = lines.first().map(|line| line.number) else { continue };
            self.tell_log(case, number)?;
            self.database.purge()?;
            if self.how.with_locks {
                self.tell_locks(case, number)?;
            }
        }
        Ok(ran)
    }

    /// R2.
    fn setup(&mut self, statement: &Statement) -> Result<(), Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            format!("{}:{}: set-up statement failed: {}: {why}", self.file.display(), statement.line, statement.sql)
        };
        let Settled { own, .. } = self.steps.crew.run(SETUP, &statement.sql)?;
        own.ok_or_else(|| failed(&"it waits for a lock"))?.map_err(|e| failed(&e))?;
        self.database.purge()
    }

    fn tell(&mut self, step: &Step<'_>) -> Result<(), Failure> {
        if self.how.as_json {
            writeln!(self.out, "{}", step.json())?;
        } else {
            write!(self.out, "{}", step.pretty())?;
        }
        Ok(())
    }

    fn tell_log(&mut self, case: &str, number: usize) -> Result<(), Failure> {
        let (Some(follower), Some(log)) = (&mut self.log, self.database.engine().binlog()) else { return Ok(()) };
        let news = follower.news(log)?;
        match news.is_empty() {
            true => {}
            false if self.how.as_json => writeln!(self.out, "{}", news.json_line(case, number))?,
            false => write!(self.out, "{}", news.pretty(MARGIN))?,
        }
        Ok(())
    }

    fn tell_locks(&mut self, case: &str, number: usize) -> Result<(), Failure> {
        let locks = self.database.engine().locks().into_iter();
        let named = locks.filter_map(|lock| Some((self.steps.crew.name_of(lock.session)?.to_owned(), lock)));
        let now: Vec<Named> = named.filter(|(session, _)| session != SETUP).collect();
        if now == self.locks {
            return Ok(());
        }
        if self.how.as_json {
            writeln!(self.out, "{}", locks::json_line(case, number, &now))?;
        } else {
            write!(self.out, "{}", locks::pretty(&now, &self.database.draw(&now), MARGIN))?;
        }
        self.locks = now;
        Ok(())
    }
}
