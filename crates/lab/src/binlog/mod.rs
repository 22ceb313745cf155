//! `binlog`: what is in a log, whether it is whole, and the way back and forth along it.
//!
//! | command                                  | what                                                                              |
//! |------------------------------------------|-----------------------------------------------------------------------------------|
//! | `binlog dump FILE…`, `--data DIR`        | every event at its place, rows with the names of their columns; `--json`          |
//! | `binlog verify FILE…`, `--data DIR`      | checksums, how events stand, the chain of the files                               |
//! | `binlog flashback FILE…`, `--data DIR`   | what undoes the rows, newest transaction first: as SQL, or as a log (`--output`)  |
//!
//! Logs of MySQL and MariaDB are read too. Nothing is locked or changed: a log may be looked at while an engine writes it.

mod dump;
mod flashback;
mod source;
mod sql;
mod verify;

use crate::database::Failure;
use source::{Log, Stretch};
use std::io::Write;
use std::path::PathBuf;

/// What to do with a log.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print every event with its position.
    Dump {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        stretch: Stretch,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Check all checksums, the order of the events and the chain of the files.
    Verify {
        #[command(flatten)]
        log: Log,
    },
    /// Print what undoes the rows that the log changed, newest transaction first. Statements, DDL too, are refused.
    Flashback {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        stretch: Stretch,
        /// Only the rows of this table (`NAME` or `DATABASE.NAME`).
        #[arg(long, value_name = "TABLE")]
        table: Option<String>,
        /// Write a log file instead of SQL.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Does it.
pub(crate) fn execute(command: Command, out: impl Write) -> Result<(), Failure> {
    match command {
        Command::Dump { log, stretch, json } => dump::dump(&log.files()?, &stretch, json, out),
        Command::Verify { log } => verify::verify(&log.files()?, out),
        Command::Flashback { log, stretch, table, output } => {
            flashback::flashback(&log.files()?, &stretch, table.as_deref(), output.as_deref(), out)
        }
    }
}
