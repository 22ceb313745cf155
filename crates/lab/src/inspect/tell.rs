//! Telling: each fact as a line of text or as a line of JSON.

use crate::failure::Failure;
use serde_json::Value;
use std::io::Write;

/// Where a mode tells what it found (R3 of [`inspect`](super)).
pub(crate) struct Teller<W> {
    out: W,
    as_json: bool,
}

impl<W: Write> Teller<W> {
    pub(crate) fn new(out: W, as_json: bool) -> Teller<W> {
        Teller { out, as_json }
    }

    /// A fact: some lines of text, or one object. Only the one that is wanted is made.
    pub(crate) fn tell(&mut self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Result<(), Failure> {
        let line = if self.as_json { json().to_string() } else { text() };
        Ok(writeln!(self.out, "{}", line.trim_end())?)
    }

    /// A line that only people need, a heading.
    pub(crate) fn heading(&mut self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.as_json { Ok(()) } else { Ok(writeln!(self.out, "{}", text().trim_end())?) }
    }

    /// Everything that was told goes out.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}
