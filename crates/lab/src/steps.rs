//! The steps of several sessions: which statement runs next, and how a step is reported.
//!
//! RULES
//!
//! - **R1** Statements of a session that waits are queued without a report. When the session no longer waits, queued
//!   statements run, the lowest step first, each as a step of its own.
//! - **R2** Each step is reported by one line: its result, or that it is blocked. Lines of other sessions' statements
//!   that ended in this step follow, marked late, in the order in which they ended ([`crate::sessions`]).

use crate::sessions::{SessionPanicked, Sessions, StepOutcome};
use crate::transcript::{Ended, StatementResult, Step, StepStatus};
use innolab_base::Counters;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// A statement and its step.
pub(crate) type Numbered = (usize, String);

/// Sessions and the statements that they have yet to execute.
pub(crate) struct Steps {
    pub(crate) sessions: Sessions<Ended>,
    /// Statements not yet begun (R1).
    queues: BTreeMap<String, VecDeque<Numbered>>,
    /// The last statement that each session began.
    current: BTreeMap<String, Numbered>,
    /// All statements that were begun, by step.
    begun: BTreeMap<usize, String>,
}

/// The report of a statement.
pub(crate) struct Line {
    pub(crate) session: String,
    pub(crate) number: usize,
    sql: String,
    /// `None` if it is blocked.
    pub(crate) result: Option<StatementResult>,
    /// What it cost, once it has ended.
    pub(crate) cost: Counters,
    is_late: bool,
}

impl Line {
    /// The line as a step of a case. `blocked`: what is printed for people if it is blocked.
    pub(crate) fn of<'a>(&'a self, case: &'a str, blocked: &'a str) -> Step<'a> {
        let status = match &self.result {
            None => StepStatus::Blocked(blocked),
            Some(result) if self.is_late => StepStatus::Late(result),
            Some(result) => StepStatus::Ended(result),
        };
        Step { case, number: self.number, session: &self.session, sql: &self.sql, status }
    }
}

/// A statement that waits, and what is queued behind it (R1).
pub(crate) struct Waiting<'a> {
    pub(crate) session: &'a str,
    /// The statement's step.
    pub(crate) number: usize,
    queued: Vec<usize>,
}

/// What happens to the steps if no other statement follows.
impl fmt::Display for Waiting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} is dropped", self.number)?;
        self.queued.iter().try_for_each(|number| write!(f, ", and step {number} queued behind it"))
    }
}

impl Steps {
    /// No statements yet.
    pub(crate) fn new(sessions: Sessions<Ended>) -> Steps {
        Steps { sessions, queues: BTreeMap::new(), current: BTreeMap::new(), begun: BTreeMap::new() }
    }

    /// The last statement that a session began, with its step.
    pub(crate) fn current(&self, session: &str) -> Option<&Numbered> {
        self.current.get(session)
    }

    /// The statement of a step.
    pub(crate) fn sql_of(&self, step: usize) -> Option<&str> {
        self.begun.get(&step).map(String::as_str)
    }

    /// For each session that ran in the step of these lines, or waits, its statement's step.
    pub(crate) fn ran(&self, lines: &[Line]) -> BTreeMap<u64, usize> {
        let ran = |session: &String| self.sessions.waits(session) || lines.iter().any(|line| line.session == *session);
        let current = self.current.iter().filter(|(session, _)| ran(session));
        current.filter_map(|(session, (step, _))| Some((self.sessions.number_of(session)?, *step))).collect()
    }

    /// Queues a statement of a session. REQUIRES: `number` is above all numbers before.
    pub(crate) fn push(&mut self, session: &str, number: usize, sql: &str) {
        self.queues.entry(session.to_owned()).or_default().push_back((number, sql.to_owned()));
    }

    /// Interrupts the statement of a session that waits. Returns the lines of the statements that ended, all late.
    pub(crate) fn interrupt(&mut self, session: &str) -> Result<Vec<Line>, SessionPanicked> {
        let StepOutcome { own, mut late } = self.sessions.interrupt(session)?;
        if let Some(result) = own {
            late.insert(0, (session.to_owned(), result));
        }
        Ok(self.late_lines(late))
    }

    /// The statements that wait, by session.
    pub(crate) fn waiting(&self) -> Vec<Waiting<'_>> {
        let waiting = self.current.iter().filter(|(session, _)| self.sessions.waits(session));
        let queued = |session| self.queues.get(session).into_iter().flatten().map(|(number, _)| *number).collect();
        waiting.map(|(session, (number, _))| Waiting { session, number: *number, queued: queued(session) }).collect()
    }

    /// Runs the next step and returns its lines, its own first (R2); `None` if every queued statement belongs to a
    /// session that waits, or none is left.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Line>>, SessionPanicked> {
        let ready = self.queues.iter().filter(|(session, _)| !self.sessions.waits(session));
        let first = ready.filter_map(|(session, queue)| Some((queue.front()?.0, session.clone()))).min();
        let Some((number, session)) = first else { return Ok(None) };
        let Some(step) = self.queues.get_mut(&session).and_then(VecDeque::pop_front) else { return Ok(None) };
        let StepOutcome { own, late } = self.sessions.run(&session, &step.1)?;
        let cost = own.as_ref().map_or_else(Counters::default, |ended| ended.cost);
        let result = own.map(|ended| ended.result);
        let mut lines =
            vec![Line { session: session.clone(), number, sql: step.1.clone(), result, cost, is_late: false }];
        self.begun.insert(number, step.1.clone());
        self.current.insert(session, step);
        lines.extend(self.late_lines(late));
        Ok(Some(lines))
    }

    fn late_lines(&self, late: Vec<(String, Ended)>) -> Vec<Line> {
        let line = |(session, Ended { result, cost })| {
            let (number, sql) = self.current.get(&session).cloned()?;
            Some(Line { session, number, sql, result: Some(result), cost, is_late: true })
        };
        late.into_iter().filter_map(line).collect()
    }
}
