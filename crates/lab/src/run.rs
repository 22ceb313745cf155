//! `run`: runs a scenario file step by step, with as many sessions as its tags name.
//!
//! RULES
//!
//! - **R1** A case starts from an empty database, with new sessions. A database that is kept (`--data`) is never
//!   emptied: each case runs on what the cases before left, and the set-up that they share runs once, before the first.
//! - **R2** A set-up statement must succeed without waiting, and is printed if `--setup` asks for it. A step may fail: its
//!   error is its result. With `--fail-on-error` the run then fails, after its last step.
//! - **R3** The same file gives the same transcript.
//! - **R4** [`crate::steps`] says which statement runs next, and how a step is reported.
//! - **R5** After each step, purge removes all that open read views allow. Then the locks are shown, if `--locks` asks
//!   for them and they have changed.
//! - **R6** At the end of a case, statements that still wait fail and open transactions are rolled back. Standard error
//!   names the steps that are dropped; the transcript does not.
//! - **R7** With `--locks`, the error of a deadlock's victim is followed by the circle ([`crate::waits`]).
//! - **R8** With `--counters`, each step is followed by what it cost ([`crate::counters`]).

use crate::binlog::Follower;
use crate::counters;
use crate::database::Database;
use crate::failure::Failure;
use crate::locks::{self, Named};
use crate::origins::Origins;
use crate::scenario::{Case, ScenarioFile, Statement};
use crate::sessions::StepOutcome;
use crate::setup;
use crate::steps::{Line, Steps};
use crate::transcript::pretty;
use crate::vertical;
use crate::waits;
use innolab_base::Counters;
use innolab_engine::LockRow;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The set-up session; no tag has this name.
const SETUP: &str = "";
/// Indents locks and log events below their step.
const MARGIN: &str = "         ";

/// The format of a run's transcript.
#[derive(Clone, Copy, Default)]
pub(crate) struct RunFormat {
    /// JSON lines instead of text.
    pub(crate) as_json: bool,
    /// The set-up statements, too.
    pub(crate) with_setup: bool,
    /// The locks, after each step that changed them.
    pub(crate) with_locks: bool,
    /// The events that each step added to the binary log.
    pub(crate) with_binlog: bool,
    /// What each step cost.
    pub(crate) with_counters: bool,
}

/// Runs the file and writes its transcript to `out`. ERRORS: a failed set-up statement, with file and line; with
/// `fail_on_error` the steps that failed; a panic in a session; the disk's.
pub(crate) fn run(
    file: &ScenarioFile,
    database: Database,
    format: RunFormat,
    fail_on_error: bool,
    out: impl Write,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(out);
    let mut failed = Vec::new();
    let ran = file.scenario.cases.iter().enumerate().try_for_each(|(n, case)| {
        let mut runner = Runner::new(&file.path, format, &database, &mut out);
        let ran = runner.case(case, n == 0).and_then(|()| runner.report_waiting(case));
        failed.append(&mut runner.failed);
        ran.and(runner.close())
    });
    // The steps before a failure are printed, too.
    out.flush()?;
    ran.and(database.close())?;
    if fail_on_error && !failed.is_empty() { Err(failed.join("\n").into()) } else { Ok(()) }
}

/// Runs one case and prints its steps. REQUIRES: [`Runner::close`] at the end.
pub(crate) struct Runner<'a, W: Write> {
    /// Named in error messages.
    file: &'a Path,
    format: RunFormat,
    database: &'a Database,
    pub(crate) out: &'a mut W,
    pub(crate) steps: Steps,
    /// The source line of each step, from step 1 on.
    lines: Vec<usize>,
    /// The steps that failed, each with file and line.
    failed: Vec<String>,
    /// Steps whose rows are printed one column a line.
    pub(crate) vertical: BTreeSet<usize>,
    /// What the whole had cost when the last step ended; kept if costs are shown.
    cost: Counters,
    /// The locks that were shown last.
    locks: Vec<Named>,
    /// Which statement took each lock; kept if the locks are shown.
    origins: Origins,
    /// The number of the deadlock that was shown last, or that was found before this case.
    last_deadlock: u64,
    /// Set if the binary log is shown.
    log: Option<Follower>,
}

impl<'a, W: Write> Runner<'a, W> {
    /// A runner with no steps yet.
    pub(crate) fn new(file: &'a Path, format: RunFormat, database: &'a Database, out: &'a mut W) -> Self {
        let steps = Steps::new(database.sessions());
        let last_deadlock = database.engine().deadlocks().last().map_or(0, |last| last.number);
        Runner {
            file,
            format,
            database,
            out,
            steps,
            lines: Vec::new(),
            failed: Vec::new(),
            vertical: BTreeSet::new(),
            cost: Counters::default(),
            locks: Vec::new(),
            origins: Origins::default(),
            last_deadlock,
            log: None,
        }
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
            case.common.iter().try_for_each(|statement| self.setup(&case.name, statement))?;
        }
        if self.format.with_binlog {
            self.log = self.database.follow()?;
        }
        self.lines.clear();
        for statement in &case.body {
            let Some(session) = &statement.session else {
                self.setup(&case.name, statement)?;
                continue;
            };
            self.lines.push(statement.line);
            self.submit(&case.name, session, self.lines.len(), &statement.sql)?;
        }
        Ok(())
    }

    /// Says on standard error which steps the end of the case drops (R6).
    fn report_waiting(&mut self, case: &Case) -> Result<(), Failure> {
        self.out.flush()?;
        self.waiting(case).iter().for_each(|waiting| eprintln!("innolab: {waiting}"));
        Ok(())
    }

    /// The steps that the end of the case drops, each with file and line (R6).
    fn waiting(&self, case: &Case) -> Vec<String> {
        let line = |number: usize| format!("{}:{}", self.file.display(), self.lines[number - 1]);
        let waiting = self.steps.waiting().into_iter();
        let shown = waiting.map(|step| (line(step.number), format!("ends while {} waits: {step}", step.session)));
        shown.map(|(line, why)| format!("{line}: case {} {why}", case.name)).collect()
    }

    /// The steps that failed, and those that the end of the case drops, each with file and line.
    pub(crate) fn not_done(&self, case: &Case) -> Vec<String> {
        [self.failed.clone(), self.waiting(case)].concat()
    }

    /// Queues a session's next statement and runs steps until every session is idle or waits (R4, R5). Returns the
    /// number of steps that ran: 0 if the session waits.
    pub(crate) fn submit(&mut self, case: &str, session: &str, number: usize, sql: &str) -> Result<usize, Failure> {
        self.steps.push(session, number, sql);
        self.run_queued(case)
    }

    fn run_queued(&mut self, case: &str) -> Result<usize, Failure> {
        let mut ran = 0;
        while let Some(lines) = self.steps.next()? {
            ran += 1;
            self.end_step(case, &lines)?;
        }
        Ok(ran)
    }

    /// Interrupts the statement of a session that waits, then runs the statements queued behind it.
    pub(crate) fn interrupt(&mut self, session: &str) -> Result<(), Failure> {
        let lines = self.steps.interrupt(session)?;
        self.end_step("", &lines)?;
        self.run_queued("").map(|_| ())
    }

    /// Prints the lines of a step, purges, and prints what has changed (R5).
    fn end_step(&mut self, case: &str, lines: &[Line]) -> Result<(), Failure> {
        for line in lines {
            self.print(case, line)?;
        }
        let Some(number) = lines.first().map(|line| line.number) else { return Ok(()) };
        self.print_cost_of_whole(case, number)?;
        self.print_log(case, number)?;
        self.database.purge()?;
        self.note_cost();
        if self.format.with_locks {
            self.origins.update(self.database.engine(), number, &self.steps.ran(lines));
            self.print_locks(case, number)?;
        }
        Ok(())
    }

    /// Executes a set-up statement, which must succeed without waiting (R2).
    fn setup(&mut self, case: &str, statement: &Statement) -> Result<(), Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            format!("{}:{}: set-up statement failed: {}: {why}", self.file.display(), statement.line, statement.sql)
        };
        let StepOutcome { own, .. } = self.steps.sessions.run(SETUP, &statement.sql)?;
        let ended = own.ok_or_else(|| failed(&"it waits for a lock"))?;
        let outcome = ended.result.map_err(|e| failed(&e))?;
        match (self.format.with_setup, self.format.as_json) {
            (false, _) => {}
            (true, true) => writeln!(self.out, "{}", setup::json_line(case, statement, &Ok(outcome)))?,
            (true, false) => write!(self.out, "{}", setup::pretty(statement, &Ok(outcome)))?,
        }
        self.database.purge()?;
        self.note_cost();
        Ok(())
    }

    fn print(&mut self, case: &str, line: &Line) -> Result<(), Failure> {
        if let (Some(Err(e)), Some(at)) = (&line.result, self.lines.get(line.number - 1)) {
            let at = format!("{}:{at}", self.file.display());
            self.failed.push(format!("{at}: step {} of case {case}, {}: {e}", line.number, line.session));
        }
        if self.format.as_json {
            writeln!(self.out, "{}", line.of(case, "").json())?;
            return self.print_cost(case, line);
        }
        let (engine, with_locks) = (self.database.engine(), self.format.with_locks);
        let blocked = match line.result {
            None => waits::blocked(engine, &self.steps, &line.session, with_locks),
            Some(_) => String::new(),
        };
        let shown = if self.vertical.contains(&line.number) { vertical::pretty } else { pretty };
        write!(self.out, "{}", line.of(case, &blocked).pretty(shown))?;
        if with_locks && matches!(line.result, Some(Err(_))) {
            self.print_deadlocks(&line.session)?;
        }
        self.print_cost(case, line)
    }

    /// Prints what a statement that has ended cost ([`counters`]).
    fn print_cost(&mut self, case: &str, line: &Line) -> Result<(), Failure> {
        if !self.format.with_counters || line.result.is_none() {
            return Ok(());
        }
        let moved = counters::of_statement(&line.cost);
        match self.format.as_json {
            true => writeln!(self.out, "{}", counters::json_line(case, line.number, Some(&line.session), &moved))?,
            false => write!(self.out, "{}", counters::pretty("cost", &moved, MARGIN))?,
        }
        Ok(())
    }

    /// Prints what the step has moved of the whole's counters.
    fn print_cost_of_whole(&mut self, case: &str, number: usize) -> Result<(), Failure> {
        if !self.format.with_counters {
            return Ok(());
        }
        let moved = counters::of_whole(&self.cost, &self.database.engine().counters());
        match self.format.as_json {
            _ if moved.is_empty() => {}
            true => writeln!(self.out, "{}", counters::json_line(case, number, None, &moved))?,
            false => write!(self.out, "{}", counters::pretty("whole", &moved, MARGIN))?,
        }
        Ok(())
    }

    /// Remembers what the whole has cost so far.
    fn note_cost(&mut self) {
        if self.format.with_counters {
            self.cost = self.database.engine().counters();
        }
    }

    /// Prints the deadlock of which a session has been the victim in this step (R7).
    fn print_deadlocks(&mut self, victim: &str) -> Result<(), Failure> {
        for deadlock in self.database.engine().deadlocks() {
            let session = deadlock.members[deadlock.victim].trx.session;
            if deadlock.number <= self.last_deadlock || self.steps.sessions.name_of(session) != Some(victim) {
                continue;
            }
            self.last_deadlock = deadlock.number;
            for line in waits::circle(&deadlock, &self.origins, &self.steps).lines() {
                writeln!(self.out, "{MARGIN}{line}")?;
            }
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
        // A transaction's number changes at its first change of a row; that is no other lock.
        let of_cases = named.filter(|(session, _)| session != SETUP);
        let now: Vec<Named> = of_cases.map(|(session, lock)| (session, LockRow { trx_id: 0, ..lock })).collect();
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
