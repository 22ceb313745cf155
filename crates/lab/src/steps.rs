//! Steps of several sessions: whose statement is next, and what is told of it.
//!
//! RULES
//!
//! - **R1** Statements of a session that waits queue and say nothing. Once it is free they run, the lowest step first,
//!   each as a step of its own.
//! - **R2** Each step is told by a line of its own: how it ended, or that it is blocked. Then come those of others that
//!   ended because of it, marked as late, in the order in which they did ([`crate::crew`]).

use crate::crew::{Crew, Panicked, Settled};
use crate::transcript::{Ended, Step, Told};
use std::collections::{BTreeMap, VecDeque};

/// A statement and its number.
type Numbered = (usize, String);

/// What sessions have to do.
pub(crate) struct Steps {
    pub(crate) crew: Crew<Ended>,
    /// Those that wait for their turn (R1).
    queues: BTreeMap<String, VecDeque<Numbered>>,
    /// The one that each session is at.
    under_way: BTreeMap<String, Numbered>,
}

/// What is told of a step.
pub(crate) struct Line {
    pub(crate) session: String,
    pub(crate) number: usize,
    sql: String,
    /// `None`: it is blocked.
    ended: Option<Ended>,
    is_late: bool,
}

impl Line {
    /// As a step of a case.
    pub(crate) fn of<'a>(&'a self, case: &'a str) -> Step<'a> {
        let told = match &self.ended {
            None => Told::Blocked,
            Some(ended) if self.is_late => Told::Late(ended),
            Some(ended) => Told::Ended(ended),
        };
        Step { case, number: self.number, session: &self.session, sql: &self.sql, told }
    }
}

impl Steps {
    /// Of these sessions.
    pub(crate) fn new(crew: Crew<Ended>) -> Steps {
        Steps { crew, queues: BTreeMap::new(), under_way: BTreeMap::new() }
    }

    /// Gives a session a statement. REQUIRES: a number above all before.
    pub(crate) fn push(&mut self, session: &str, number: usize, sql: &str) {
        self.queues.entry(session.to_owned()).or_default().push_back((number, sql.to_owned()));
    }

    /// Runs the next step; `None`: all that are left wait. The first line is the step's own (R2).
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Line>>, Panicked> {
        let ready = self.queues.iter().filter(|(session, _)| !self.crew.waits(session));
        let first = ready.filter_map(|(session, queue)| Some((queue.front()?.0, session.clone()))).min();
        let Some((number, session)) = first else { return Ok(None) };
        let Some(step) = self.queues.get_mut(&session).and_then(VecDeque::pop_front) else { return Ok(None) };
        let Settled { own, late } = self.crew.run(&session, &step.1)?;
        let mut lines =
            vec![Line { session: session.clone(), number, sql: step.1.clone(), ended: own, is_late: false }];
        self.under_way.insert(session, step);
        for (session, ended) in late {
            let Some((number, sql)) = self.under_way.get(&session).cloned() else { continue };
            lines.push(Line { session, number, sql, ended: Some(ended), is_late: true });
        }
        Ok(Some(lines))
    }
}
