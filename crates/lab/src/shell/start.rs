//! The shell on a database, at a terminal or reading from a pipe.

use super::completion::Completion;
use super::converse::Shell;
use super::dialogue::Dialogue;
use super::editor::Editor;
use super::input::Input;
use super::interrupts::Interrupts;
use super::one::OneSession;
use super::several::SeveralSessions;
use crate::database::Database;
use crate::failure::Failure;
use std::io::{BufRead, Write};

/// Executes the statements of a pipe, or without one those that are typed, in one session. ERRORS: those of the first
/// statement of a pipe that fails; the disk's.
pub(crate) fn shell(database: Database, pipe: Option<impl BufRead>, out: &mut dyn Write) -> Result<(), Failure> {
    let talked = talk(OneSession::new(&database), false, &database, pipe, out);
    talked.and(database.close())
}

/// As [`shell`], in several sessions. REQUIRES: the database was opened deterministically.
pub(crate) fn sessions(
    database: Database,
    with_locks: bool,
    pipe: Option<impl BufRead>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut steps = Vec::new();
    let talked = talk(SeveralSessions::new(&database, with_locks, &mut steps), true, &database, pipe, out);
    talked.and(database.close())
}

fn talk(
    dialogue: impl Dialogue,
    sessions: bool,
    database: &Database,
    pipe: Option<impl BufRead>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let (mut input, interrupts) = match pipe {
        Some(lines) => (Input::Pipe(Box::new(lines)), Interrupts::default()),
        None => {
            greet(sessions, database.is_kept(), out)?;
            let completion = Completion::new(database.engine().clone(), sessions);
            (Input::Terminal(Box::new(Editor::open(completion)?)), Interrupts::handle()?)
        }
    };
    Shell { dialogue, interrupts, out, is_terminal: input.is_terminal(), sessions }.run(&mut input)
}

/// The first lines at a terminal.
fn greet(sessions: bool, is_kept: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    writeln!(
        out,
        "innolab {version}. End each statement with ';'. `help` lists commands; leave with Ctrl-D or 'exit'."
    )?;
    if sessions {
        writeln!(out, "'T2:' before a statement names its session. NOW() is fixed, purge follows each step.")?;
    }
    if !is_kept {
        writeln!(out, "The database is temporary: it is gone when you leave. Keep one with --data DIR.")?;
    }
    Ok(())
}
