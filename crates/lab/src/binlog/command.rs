//! The options of `binlog`, and what each of its commands calls.

use super::range::{Log, LogRange};
use super::{dump, flashback, replay, verify};
use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::Progress;
use std::io::Write;
use std::path::PathBuf;

/// A command on a binary log.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print every event with its position.
    Dump {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        range: LogRange,
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Check all checksums, the order of the events and the chain of the files.
    Verify {
        #[command(flatten)]
        log: Log,
    },
    /// Print SQL that undoes the row changes of the log, newest transaction first. A log with statements, DDL
    /// included, is refused.
    Flashback {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        range: LogRange,
        /// Undo only the rows of this table (`NAME` or `DATABASE.NAME`).
        #[arg(long, value_name = "TABLE")]
        table: Option<String>,
        /// Write a log file instead of SQL.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Undo the rows in the database in this directory instead.
        #[arg(long, value_name = "DIR", conflicts_with = "output")]
        apply: Option<PathBuf>,
    },
    /// Execute the log again: in an empty database, or in a backup from the backup's position on.
    Replay {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        range: LogRange,
        /// The database's directory.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
}

/// Executes a command.
pub(crate) fn execute(
    command: Command,
    database: &DatabaseArguments,
    progress: &Progress,
    out: impl Write,
) -> Result<(), Failure> {
    match command {
        Command::Dump { log, range, json } => dump::dump(&log.files()?, &range, json, out),
        Command::Verify { log } => verify::verify(&log.files()?, progress, out),
        Command::Flashback { log, range, table, output, apply: None } => {
            let undos = flashback::undo(&log.files()?, &range, table.as_deref(), progress)?;
            flashback::flashback(&undos, output.as_deref(), out)
        }
        Command::Flashback { log, range, table, apply: Some(dir), .. } => {
            let undos = flashback::undo(&log.files()?, &range, table.as_deref(), progress)?;
            let dir = require_database(&dir)?;
            replay::apply(&undos, Database::open(Some(dir), database, progress)?, progress, out)
        }
        Command::Replay { log, range, into } => replay::replay(&log.files()?, &range, (&into, database), progress, out),
    }
}
