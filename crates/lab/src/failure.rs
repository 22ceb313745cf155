//! The error of a command, as its user reads it: file or place first, then the reason.

use std::io;

/// A command's error. Its text is complete: `main` prints it behind `innolab: ` and adds nothing.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// True if the process that reads our output has closed the pipe (`innolab … | head`): not an error of the command.
pub(crate) fn is_broken_pipe(failure: &Failure) -> bool {
    failure.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
