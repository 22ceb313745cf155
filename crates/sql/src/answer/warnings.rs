//! The messages of a statement, which SHOW WARNINGS and SHOW ERRORS show.
//!
//! RULES
//!
//! - **R1** A warning is an error that did not fail the statement: it has the error's number and text.
//! - **R2** At most [`MAX_KEPT`] messages are kept, like the server's `max_error_count`; later ones are only counted.
//! - **R3** Messages stay until a later statement has one, or clears them.
//!
//! InnoDB's counterpart: `sql/sql_error.cc` (`Diagnostics_area`). Left out: warnings of conversions in statements other
//! than INSERT IGNORE.

use super::error::SqlError;
use super::outcome::Outcome;

/// The most messages that are kept (R2).
#[doc(alias = "max_error_count")]
const MAX_KEPT: usize = 64;

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

/// The messages of one statement.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<(Level, u16, String)>,
    count: usize,
    errors: usize,
    /// They are those of an earlier statement (R3).
    is_old: bool,
}

impl Warnings {
    /// Notes that a statement begins (R3).
    pub(crate) fn begin_statement(&mut self) {
        self.is_old = true;
    }

    pub(crate) fn push(&mut self, level: Level, error: &SqlError) {
        if self.is_old {
            self.clear();
        }
        self.count += 1;
        self.errors += usize::from(level == Level::Error);
        if self.kept.len() < MAX_KEPT {
            self.kept.push((level, error.errno, error.message.clone()));
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Warnings::default();
    }

    /// Number of messages of the statement itself.
    pub(crate) fn of_statement(&self) -> usize {
        if self.is_old { 0 } else { self.count }
    }

    /// Number of messages, and how many of them are errors.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.count, self.errors)
    }

    /// The rows of SHOW WARNINGS or, with `errors`, of SHOW ERRORS. `count`: SHOW COUNT(*), their number only.
    pub(crate) fn shown(&self, errors: bool, count: bool) -> Outcome {
        if count {
            let (title, number) =
                if errors { ("@@session.error_count", self.errors) } else { ("@@session.warning_count", self.count) };
            return Outcome::text_rows([title], [[Some(number.to_string())]]);
        }
        let level = |level| match level {
            Level::Note => "Note",
            Level::Warning => "Warning",
            Level::Error => "Error",
        };
        let rows = self.kept.iter().filter(|(l, ..)| !errors || *l == Level::Error);
        let rows =
            rows.map(|(l, errno, text)| [Some(level(*l).to_string()), Some(errno.to_string()), Some(text.clone())]);
        Outcome::text_rows(["Level", "Code", "Message"], rows)
    }
}
