//! The shell's several sessions, which take turns as in `run`: a statement that waits is printed as blocked, and again
//! when it ends.
//!
//! RULES
//!
//! - **R1** `T2:` before a statement names its session and that of the statements after it. A tag behind it (`-- T2`)
//!   names the session of this line alone, as in a scenario.
//! - **R2** Statements of a session that waits are queued. An error of a statement is a result like others; a prefix
//!   that names no session is an error of the shell.

use super::dialogue::{Dialogue, Request, rolled_back};
use super::interrupts::Interrupts;
use super::prefix::{Prefix, prefix_of};
use crate::database::Database;
use crate::failure::Failure;
use crate::run::{RunFormat, Runner};
use crate::scenario::{heading, meant, tag_of};
use std::io::Write;
use std::path::Path;

/// Several sessions, by name.
pub(super) struct SeveralSessions<'a> {
    database: &'a Database,
    /// Prints to memory: the shell's output is the caller's.
    runner: Runner<'a, Vec<u8>>,
    /// The session of statements without a name.
    session: String,
    /// The number of the last step.
    number: usize,
    /// A comment above that seems to name a session, and that session, until a statement comes.
    heading: Option<(String, String)>,
}

impl<'a> SeveralSessions<'a> {
    /// No sessions yet; statements without a name are T1's. `steps`: a buffer.
    pub(super) fn new(database: &'a Database, with_locks: bool, steps: &'a mut Vec<u8>) -> SeveralSessions<'a> {
        let format = RunFormat { with_locks, ..RunFormat::default() };
        let runner = Runner::new(Path::new("shell"), format, database, steps);
        SeveralSessions { database, runner, session: "T1".to_owned(), number: 0, heading: None }
    }

    /// Session and text of what was typed (R1); `Err`: a prefix that names no session.
    fn addressed<'s>(&mut self, request: &Request<'s>) -> Result<(String, &'s str), String> {
        let above = self.heading.take();
        let (session, sql) = match prefix_of(request.sql) {
            Prefix::Session { name, sql } => {
                self.session = name.to_owned();
                (self.session.clone(), sql)
            }
            Prefix::Unknown(word) => {
                let open = self.runner.steps.sessions.names().join(", ");
                let open = if open.is_empty() { String::new() } else { format!(" (open: {open})") };
                return Err(format!("'{word}:' names no session; sessions are T1, T2, …{open}, as in 'T2: select 1;'"));
            }
            Prefix::None => {
                if let (Some((comment, named)), None) = (above, tag_of(request.comment)) {
                    eprintln!(
                        "innolab: '{comment}' names no session here, so {} runs this; write '{named}:'",
                        self.session
                    );
                }
                (self.session.clone(), request.sql)
            }
        };
        let tag = tag_of(request.comment);
        if let (None, Some((looks_like, _))) = (&tag, meant(request.comment)) {
            let comment = request.comment.trim();
            eprintln!("innolab: '{comment}' is not a session's tag, so {session} runs this; write '-- {looks_like}'");
        }
        Ok((tag.unwrap_or(session), sql))
    }

    /// Passes on what the runner has printed.
    fn flush(&mut self, out: &mut dyn Write) -> Result<(), Failure> {
        out.write_all(self.runner.out)?;
        self.runner.out.clear();
        Ok(())
    }
}

impl Dialogue for SeveralSessions<'_> {
    fn prompt(&self) -> String {
        format!("{}> ", self.session)
    }

    fn execute(
        &mut self,
        request: &Request<'_>,
        interrupts: &Interrupts,
        out: &mut dyn Write,
    ) -> Result<Option<String>, Failure> {
        let (session, sql) = match self.addressed(request) {
            Ok((_, "")) => return Ok(None),
            Ok(addressed) => addressed,
            Err(refused) => return Ok(Some(refused)),
        };
        self.number += 1;
        let number = self.number;
        if request.vertical {
            self.runner.vertical.insert(number);
        }
        let waiter = self.runner.steps.sessions.waiter(&session);
        let run = || self.runner.submit("", &session, number, sql);
        if interrupts.around(self.database.engine(), waiter, run)? == 0 {
            writeln!(self.runner.out, "{number:>3}  {session:<3} (queued: {session} waits)")?;
        }
        self.flush(out)?;
        Ok(None)
    }

    fn comment(&mut self, comment: &str) {
        if let Some(session) = heading(comment) {
            self.heading = Some((comment.trim().to_owned(), session));
        }
    }

    fn interrupt(&mut self, out: &mut dyn Write) -> Result<bool, Failure> {
        if !self.runner.steps.sessions.waits(&self.session) {
            return Ok(false);
        }
        self.runner.interrupt(&self.session)?;
        self.flush(out)?;
        Ok(true)
    }

    fn dropped(&self) -> Vec<String> {
        let steps = &self.runner.steps;
        let waiting = steps.waiting().into_iter().map(|waiting| format!("{} waits: {waiting}", waiting.session));
        let open = self.database.engine().transactions().into_iter().filter_map(|trx| {
            let name = steps.sessions.name_of(trx.session)?;
            Some(format!("{name}: {}", rolled_back(trx.undo_records)))
        });
        waiting.chain(open).collect()
    }

    fn close(self) -> Result<(), Failure> {
        self.runner.close()
    }
}
