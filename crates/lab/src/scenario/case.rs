//! A scenario as it was read: cases, their statements, and what looked wrong.

use std::fmt;

/// Why a file is not a scenario.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadScenario {
    /// The line, counted from 1; 0 if the file as a whole is wrong.
    pub(crate) line: usize,
    pub(crate) why: String,
}

impl fmt::Display for BadScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 { write!(f, "{}: {}", self.line, self.why) } else { write!(f, " {}", self.why) }
    }
}

/// Words that name a session where the grammar has no tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LookAlike {
    pub(super) line: usize,
    written: String,
    /// The session that was probably meant.
    session: String,
    /// False if there is no statement that they could be for.
    has_statement: bool,
}

impl LookAlike {
    pub(super) fn new(line: usize, written: &str, session: String) -> LookAlike {
        LookAlike { line, written: written.trim().to_string(), session, has_statement: true }
    }

    /// The same, where there is no statement that it could be for.
    pub(super) fn without_statement(self) -> LookAlike {
        LookAlike { has_statement: false, ..self }
    }

    /// The warning. `is_tagged`: other statements of the file have tags.
    pub(super) fn warning(&self, is_tagged: bool) -> Warning {
        let LookAlike { line, written, session, has_statement } = self;
        let runs = if is_tagged { "is set-up" } else { "runs in T1, as all of a file without tags" };
        let text = if *has_statement {
            format!(
                "'{written}' is not a session's tag here, so the statement {runs}; write '-- {session}' at the end of its \
                 line"
            )
        } else {
            format!("'{written}' tags no statement")
        };
        Warning { line: *line, text }
    }
}

/// A place that is probably not what its author meant; the scenario runs nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    /// The line, counted from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// The line on which it begins, counted from 1.
    pub(crate) line: usize,
    /// The session's tag; `None` for the set-up session.
    pub(crate) session: Option<String>,
}

/// A case of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The set-up that all cases of the file share.
    pub(crate) common: Vec<Statement>,
    /// The set-up and the steps of this case.
    pub(crate) body: Vec<Statement>,
}

/// The cases of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) cases: Vec<Case>,
    /// By line.
    pub(crate) warnings: Vec<Warning>,
}
