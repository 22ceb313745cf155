//! The steps of several sessions: which statement runs next, and how a step is reported.
//!
//! RULES
//!
//! - **R1** Statements of a session that waits are queued without a report. When the session no longer waits, queued
//!   statements run, the lowest step first, each as a step of its own.
//! - **R2** Each step is reported by one line: its result, or that it is blocked. Lines of other sessions' statements
//!   that ended in this step follow, marked late, in the order in which they ended ([`crate::sessions`]).

use crate::sessions::{SessionPanicked, Sessions, StepOutcome};
use crate::transcript::{StatementResult, Step, StepStatus};
use std::collections::{BTreeMap, VecDeque};

/// A statement and its step.
type Numbered = (usize, String);

/// Sessions and the statements that they have yet to execute.
pub(crate) struct Steps {
    pub(crate) sessions: Sessions<StatementResult>,
    /// Statements not yet begun (R1).
    queues: BTreeMap<String, VecDeque<Numbered>>,
    /// The last statement that each session began.
    current: BTreeMap<String, Numbered>,
}

/// The report of a statement.
pub(crate) struct Line {
    pub(crate) session: String,
    pub(crate) number: usize,
    sql: String,
    /// `None` if it is blocked.
    result: Option<StatementResult>,
    is_late: bool,
}

impl Line {
    /// The line as a step of a case.
    pub(crate) fn of<'a>(&'a self, case: &'a str) -> Step<'a> {
        let status = match &self.result {
            None => StepStatus::Blocked,
            Some(result) if self.is_late => StepStatus::Late(result),
            Some(result) => StepStatus::Ended(result),
        };
        Step { case, number: self.number, session: &self.session, sql: &self.sql, status }
    }
}

impl Steps {
    /// No statements yet.
    pub(crate) fn new(sessions: Sessions<StatementResult>) -> Steps {
        Steps { sessions, queues: BTreeMap::new(), current: BTreeMap::new() }
    }

    /// Queues a statement of a session. REQUIRES: `number` is above all numbers before.
    pub(crate) fn push(&mut self, session: &str, number: usize, sql: &str) {
        self.queues.entry(session.to_owned()).or_default().push_back((number, sql.to_owned()));
    }

    /// Runs the next step and returns its lines, its own first (R2); `None` if every queued statement belongs to a
    /// session that waits, or none is left.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Line>>, SessionPanicked> {
        let ready = self.queues.iter().filter(|(session, _)| !self.sessions.waits(session));
        let first = ready.filter_map(|(session, queue)| Some((queue.front()?.0, session.clone()))).min();
        let Some((number, session)) = first else { return Ok(None) };
        let Some(step) = self.queues.get_mut(&session).and_then(VecDeque::pop_front) else { return Ok(None) };
        let StepOutcome { own, late } = self.sessions.run(&session, &step.1)?;
        let mut lines =
            vec![Line { session: session.clone(), number, sql: step.1.clone(), result: own, is_late: false }];
        self.current.insert(session, step);
        for (session, result) in late {
            let Some((number, sql)) = self.current.get(&session).cloned() else { continue };
            lines.push(Line { session, number, sql, result: Some(result), is_late: true });
        }
        Ok(Some(lines))
    }
}
