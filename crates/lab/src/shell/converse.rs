//! The shell's loop: a line, its statements and commands, their results.
//!
//! RULES
//!
//! - **R1** At a terminal an error is printed and the shell continues. From a pipe the first error ends the shell, as
//!   in the server's client.
//! - **R2** Ctrl-C drops the statement that is being typed. If there is none, it interrupts the statement that the
//!   prompt's session waits with; while a statement runs, that one. It never ends the shell.
//! - **R3** An entry of the history is what was typed from one moment without an open statement to the next; comments
//!   alone are none.
//! - **R4** A file (`source`) is read as if its lines were typed; files may source others, to a depth of [`MAX_DEPTH`].
//!   Ctrl-C while a statement of a file or of pasted lines runs also drops the statements behind it.

use super::command::{Command, help};
use super::dialogue::{Dialogue, Request};
use super::editor::Event;
use super::input::Input;
use super::interrupts::Interrupts;
use super::reader::{Line, Open, Reader, Typed};
use crate::failure::Failure;
use std::io::Write;
use std::time::Instant;

/// Indents the time of a step as its result.
const MARGIN: &str = "         ";
/// How deep files may source files.
const MAX_DEPTH: usize = 16;

/// What the shell does after a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Continue,
    /// Drop what was pasted, or is left of a file, behind an interrupted statement (R4).
    Stop,
    Quit,
}

/// A conversation.
pub(super) struct Shell<'a, D> {
    pub(super) dialogue: D,
    pub(super) interrupts: Interrupts,
    pub(super) out: &'a mut dyn Write,
    pub(super) is_terminal: bool,
    /// True if there are several sessions.
    pub(super) sessions: bool,
}

impl<D: Dialogue> Shell<'_, D> {
    /// Talks until the user leaves or the input ends, and ends the sessions. ERRORS: R1; the disk's.
    pub(super) fn run(mut self, input: &mut Input<'_>) -> Result<(), Failure> {
        let ran = self.talk(input);
        if self.is_terminal && ran.is_ok() {
            for line in self.dialogue.dropped() {
                writeln!(self.out, "{line}")?;
            }
        }
        ran.and(self.dialogue.close())
    }

    fn talk(&mut self, input: &mut Input<'_>) -> Result<(), Failure> {
        let (mut reader, mut entry) = (Reader::new(self.sessions), String::new());
        loop {
            match input.next(&prompt(&self.dialogue.prompt(), reader.open()))? {
                Event::End if reader.open() == Open::Nothing || self.is_terminal => return Ok(()),
                Event::End => return Err("the last statement has no ';'".into()),
                Event::Interrupt { on_text } => {
                    let typed = on_text || reader.open() != Open::Nothing;
                    reader.clear();
                    entry.clear();
                    self.interrupt(typed)?;
                }
                Event::Text(text) => {
                    self.interrupts.take();
                    match self.text(&text, &mut reader, &mut entry, input)? {
                        Next::Continue => {}
                        Next::Stop => {
                            reader.clear();
                            entry.clear();
                        }
                        Next::Quit => return Ok(()),
                    }
                }
            }
        }
    }

    /// Runs what was typed or pasted, line by line. `entry`: what was typed of the history's next entry (R3).
    fn text(
        &mut self,
        text: &str,
        reader: &mut Reader,
        entry: &mut String,
        input: &mut Input<'_>,
    ) -> Result<Next, Failure> {
        for line in text.split('\n') {
            let line = line.trim_end_matches('\r');
            if !entry.is_empty() {
                entry.push('\n');
            }
            *entry += line;
            let read = reader.line(line);
            if reader.open() == Open::Nothing {
                if !read.typed.is_empty() {
                    input.remember(entry.trim_end());
                }
                entry.clear();
            }
            match self.line(&read, 0)? {
                Next::Continue => {}
                ended => return Ok(ended),
            }
        }
        Ok(Next::Continue)
    }

    /// Ctrl-C at the prompt (R2). `typed`: on a statement, which is dropped.
    fn interrupt(&mut self, typed: bool) -> Result<(), Failure> {
        if !typed && !self.dialogue.interrupt(self.out)? {
            writeln!(self.out, "nothing waits here; leave with Ctrl-D")?;
        }
        Ok(self.out.flush()?)
    }

    /// Runs a line's statements and commands. `depth`: of the file that it stands in.
    fn line(&mut self, line: &Line, depth: usize) -> Result<Next, Failure> {
        if line.typed.is_empty() {
            self.dialogue.comment(&line.comment);
        }
        for typed in &line.typed {
            match typed {
                Typed::Statement { sql, vertical } => {
                    self.execute(&Request { sql, vertical: *vertical, comment: &line.comment })?;
                }
                Typed::Command(Command::Quit) => return Ok(Next::Quit),
                Typed::Command(Command::Help) => write!(self.out, "{}", help(self.sessions))?,
                Typed::Command(Command::Clear) => {}
                Typed::Command(Command::Unknown(letter)) => {
                    self.refuse(format!("unknown command '\\{letter}'; `help` lists those that are known"))?;
                }
                Typed::Command(Command::Source(file)) => match self.source(file, depth + 1)? {
                    Next::Continue => {}
                    ended => return Ok(ended),
                },
            }
            if self.interrupts.take() {
                return Ok(Next::Stop);
            }
        }
        self.out.flush()?;
        Ok(Next::Continue)
    }

    fn execute(&mut self, request: &Request<'_>) -> Result<(), Failure> {
        let began = Instant::now();
        if let Some(error) = self.dialogue.execute(request, &self.interrupts, self.out)? {
            self.refuse(error)?;
        } else if self.is_terminal {
            let margin = if self.sessions { MARGIN } else { "" };
            writeln!(self.out, "{margin}({:.3} s)", began.elapsed().as_secs_f64())?;
        }
        Ok(self.out.flush()?)
    }

    /// Runs the statements of a file (R4).
    fn source(&mut self, file: &str, depth: usize) -> Result<Next, Failure> {
        if depth > MAX_DEPTH {
            self.refuse(format!("{file}: files source files more than {MAX_DEPTH} deep"))?;
            return Ok(Next::Continue);
        }
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(_) if file.is_empty() => return self.refuse("source needs a file".to_owned()).map(|()| Next::Continue),
            Err(e) => return self.refuse(format!("{file}: {e}")).map(|()| Next::Continue),
        };
        let mut reader = Reader::new(self.sessions);
        for line in text.lines() {
            match self.line(&reader.line(line), depth)? {
                Next::Continue => {}
                ended => return Ok(ended),
            }
        }
        if reader.open() != Open::Nothing {
            self.refuse(format!("{file}: the last statement has no ';'"))?;
        }
        Ok(Next::Continue)
    }

    /// An error: printed at a terminal, and the end of the shell elsewhere (R1).
    fn refuse(&mut self, error: String) -> Result<(), Failure> {
        if !self.is_terminal {
            return Err(error.into());
        }
        writeln!(self.out, "{error}")?;
        Ok(())
    }
}

/// The prompt of a line: the session's, or what is open, aligned to it.
fn prompt(first: &str, open: Open) -> String {
    let sign = match open {
        Open::Nothing => return first.to_owned(),
        Open::Statement => "-> ".to_owned(),
        Open::Quote(quote) => format!("{quote}> "),
        Open::Comment => "/*> ".to_owned(),
    };
    format!("{sign:>width$}", width = first.len().max("  -> ".len()))
}
