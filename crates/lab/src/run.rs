//! `run`: a scenario file, step by step, with as many sessions as its tags name.
//!
//! RULES
//!
//! - **R1** A case starts from an empty database, with sessions of its own. In a database that is kept (`--data`) nothing is ever dropped:
//!   the file runs once as it stands, the set-up that its cases share before the first case only.
//! - **R2** A set-up statement must succeed, without waiting; a step may fail, and its error is its outcome.
//! - **R3** The same file gives the same transcript.
//! - **R4** Each step is told by a line of its own: how it ended, or that it is blocked. Then come those of others that ended because of it,
//!   marked as late ([`crate::crew`] has their order).
//! - **R5** Statements of a session that waits queue and say nothing. Once it is free they run, the lowest step first, each as a step of its own.
//! - **R6** After each step purge does all that open views allow; then locks are shown, if they were asked for and have changed.
//! - **R7** At the end of a case what still waits is dropped and everything is rolled back, without a word.

use crate::binlog::follow::Follower;
use crate::crew::{Crew, Settled};
use crate::database::{Database, Failure};
use crate::locks::{self, Named};
use crate::scenario::{Case, Statement, load};
use crate::transcript::{Ended, Step, Told};
use std::collections::{BTreeMap, VecDeque};
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

/// Runs the file and writes its transcript to `out`. ERRORS: a bad file, a failed set-up statement (with file and line), the disk.
pub(crate) fn run(file: &Path, database: Database, how: Telling, out: impl Write) -> Result<(), Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{shown}: {e}"))?;
    let cases = load(file, &text).map_err(|bad| format!("{shown}:{bad}"))?;
    let mut out = BufWriter::new(out);
    let told = cases.iter().enumerate().try_for_each(|(n, case)| {
        let mut runner = Runner::new(file, how, &database, &mut out);
        let told = runner.case(case, n == 0);
        let ended = runner.crew.dismiss();
        told.and(Ok(ended?))
    });
    // What happened is told even if it did not go to the end.
    out.flush()?;
    told.and(database.close())
}

/// A case being run.
pub(crate) struct Runner<'a, W: Write> {
    file: &'a Path,
    how: Telling,
    database: &'a Database,
    pub(crate) out: &'a mut W,
    pub(crate) crew: Crew<Ended>,
    /// The steps of each session that wait for their turn (R5), with their numbers.
    queues: BTreeMap<&'a str, VecDeque<(usize, &'a Statement)>>,
    /// The step that each session is at.
    under_way: BTreeMap<&'a str, (usize, &'a str)>,
    /// What was told of locks last.
    locks: Vec<Named>,
    /// The binary log, if it is to be shown.
    log: Option<Follower>,
}

impl<'a, W: Write> Runner<'a, W> {
    /// Nobody has said anything yet. REQUIRES: the crew is dismissed at the end.
    pub(crate) fn new(file: &'a Path, how: Telling, database: &'a Database, out: &'a mut W) -> Self {
        let crew = database.crew();
        Runner {
            file,
            how,
            database,
            out,
            crew,
            queues: BTreeMap::new(),
            under_way: BTreeMap::new(),
            locks: Vec::new(),
            log: None,
        }
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
            self.queues.entry(session).or_default().push_back((number, statement));
            while let Some(session) = self.first_ready() {
                self.step(&case.name, session)?;
            }
        }
        Ok(())
    }

    /// R2.
    fn setup(&mut self, statement: &Statement) -> Result<(), Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            format!("{}:{}: set-up statement failed: {}: {why}", self.file.display(), statement.line, statement.sql)
        };
        let Settled { own, .. } = self.crew.run(SETUP, &statement.sql)?;
        own.ok_or_else(|| failed(&"it waits for a lock"))?.map_err(|e| failed(&e))?;
        self.database.purge()
    }

    /// Of the sessions that are free the one with the lowest step in its queue (R5).
    fn first_ready(&self) -> Option<&'a str> {
        let ready = self.queues.iter().filter(|(session, _)| !self.crew.waits(session));
        let first = ready.filter_map(|(session, queue)| Some((queue.front()?.0, *session))).min();
        first.map(|(_, session)| session)
    }

    /// The session's next statement, and all that it sets going (R4).
    fn step(&mut self, case: &str, session: &'a str) -> Result<(), Failure> {
        let Some((number, statement)) = self.queues.get_mut(session).and_then(VecDeque::pop_front) else {
            return Ok(());
        };
        self.under_way.insert(session, (number, &statement.sql));
        let Settled { own, late } = self.crew.run(session, &statement.sql)?;
        let told = own.as_ref().map_or(Told::Blocked, Told::Ended);
        self.tell(&Step { case, number, session, sql: &statement.sql, told })?;
        for (session, ended) in &late {
            let Some(&(number, sql)) = self.under_way.get(session.as_str()) else { continue };
            self.tell(&Step { case, number, session, sql, told: Told::Late(ended) })?;
        }
        self.tell_log(case, number)?;
        // R6.
        self.database.purge()?;
        if self.how.with_locks {
            self.tell_locks(case, number)?;
        }
        Ok(())
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
        let named = locks.filter_map(|lock| Some((self.crew.name_of(lock.session)?.to_owned(), lock)));
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
