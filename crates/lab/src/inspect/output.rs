//! The output of a mode: each fact as a line of text or as a line of JSON.

use crate::failure::Failure;
use crate::progress::Progress;
use serde_json::Value;
use std::io::Write;

/// Where a mode writes its facts (R3 of [`inspect`](super)), and where it shows its progress.
pub(crate) struct Output<W> {
    out: W,
    as_json: bool,
    progress: Progress,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(out: W, as_json: bool, progress: Progress) -> Output<W> {
        Output { out, as_json, progress }
    }

    /// Writes a fact, as text or as an object. Only the form that is written is built.
    pub(crate) fn item(&mut self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Result<(), Failure> {
        let line = if self.as_json { json().to_string() } else { text() };
        Ok(writeln!(self.out, "{}", line.trim_end())?)
    }

    /// Writes an object that text leaves out.
    pub(crate) fn json(&mut self, json: impl FnOnce() -> Value) -> Result<(), Failure> {
        if self.as_json { Ok(writeln!(self.out, "{}", json())?) } else { Ok(()) }
    }

    /// Writes a line that JSON does not have, such as a heading.
    pub(crate) fn heading(&mut self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.as_json { Ok(()) } else { Ok(writeln!(self.out, "{}", text().trim_end())?) }
    }

    /// Writes out everything that is buffered.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }
}
