//! What the shell talks to: one session ([`super::one`]) or several ([`super::several`]).

use super::interrupts::Interrupts;
use crate::failure::Failure;
use std::io::Write;

/// A statement with what its line says about it.
pub(super) struct Request<'a> {
    pub(super) sql: &'a str,
    /// Print rows one column a line.
    pub(super) vertical: bool,
    /// The comment at the end of its line.
    pub(super) comment: &'a str,
}

/// The sessions behind the prompt.
pub(super) trait Dialogue {
    /// The prompt before a statement.
    fn prompt(&self) -> String;

    /// Executes a statement and prints its result. Returns an error of the statement that was not printed; the caller
    /// decides what follows. ERRORS: those after which no statement can run.
    fn execute(
        &mut self,
        request: &Request<'_>,
        interrupts: &Interrupts,
        out: &mut dyn Write,
    ) -> Result<Option<String>, Failure>;

    /// Takes note of a comment on a line of its own.
    fn comment(&mut self, _: &str) {}

    /// Interrupts the statement of the prompt's session that waits, and prints what ended. False: it does not wait.
    fn interrupt(&mut self, out: &mut dyn Write) -> Result<bool, Failure>;

    /// What leaving drops: statements that wait, and open transactions; a line each.
    fn dropped(&self) -> Vec<String>;

    /// Ends the sessions: what waits fails, and open transactions are rolled back.
    fn close(self) -> Result<(), Failure>;
}

/// An open transaction with changes, in words.
pub(super) fn rolled_back(changed: u64) -> String {
    match changed {
        0 => "an open transaction is rolled back".to_owned(),
        1 => "an open transaction is rolled back: 1 row changed".to_owned(),
        n => format!("an open transaction is rolled back: {n} rows changed"),
    }
}
