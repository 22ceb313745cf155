//! The options of `binlog`, and what each of its commands calls.

use super::source::{Log, Stretch};
use super::{dump, flashback, replay, verify};
use crate::database::{Database, Naming, require_database};
use crate::failure::Failure;
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
        /// Undo the rows in the database of this directory instead.
        #[arg(long, value_name = "DIR", conflicts_with = "output")]
        apply: Option<PathBuf>,
    },
    /// Do again what the log says: into an empty database, or into a backup from where it was taken on.
    Replay {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        stretch: Stretch,
        /// The directory of the database.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
}

/// Does it; `name` is what the database is called.
pub(crate) fn execute(command: Command, name: &Naming, out: impl Write) -> Result<(), Failure> {
    match command {
        Command::Dump { log, stretch, json } => dump::dump(&log.files()?, &stretch, json, out),
        Command::Verify { log } => verify::verify(&log.files()?, out),
        Command::Flashback { log, stretch, table, output, apply: None } => {
            flashback::flashback(&log.files()?, &stretch, table.as_deref(), output.as_deref(), out)
        }
        Command::Flashback { log, stretch, table, apply: Some(dir), .. } => {
            let undos = flashback::undo(&log.files()?, &stretch, table.as_deref())?;
            replay::apply(&undos, Database::open(Some(require_database(&dir)?), name)?, out)
        }
        Command::Replay { log, stretch, into } => replay::replay(&log.files()?, &stretch, &into, name, out),
    }
}
