//! Runs the program. Its standard error is a pipe, not a terminal.

use std::process::{Command, Output};

/// The program with these arguments, to be run.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innolab"));
    command.args(arguments);
    command
}

/// Runs the program.
pub(crate) fn innolab(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Standard output. REQUIRES: the program succeeded.
pub(crate) fn stdout(ran: Output) -> String {
    assert!(ran.status.success(), "{}", stderr(&ran));
    String::from_utf8(ran.stdout).unwrap()
}

/// Standard error.
pub(crate) fn stderr(ran: &Output) -> String {
    String::from_utf8(ran.stderr.clone()).unwrap()
}
