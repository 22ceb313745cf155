//! The options of `binlog`, and what each of its commands calls.

use super::range::{Log, LogRange};
use super::{dump, flashback, replay, verify};
use crate::database::{DatabaseArguments, require_database};
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
    /// Print SQL that undoes the row changes of the log, newest transaction first. A log with statements, DDL included,
    /// is refused; with --table, DDL passes that does not name the table. If the log has no column names
    /// (binlog_row_metadata is not FULL), they are taken from --schema, or from --data beside the files.
    Flashback {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        range: LogRange,
        /// Undo only the rows of this table (`NAME` or `DATABASE.NAME`).
        #[arg(long, value_name = "TABLE")]
        table: Option<String>,
        /// A file with CREATE TABLE statements, for a log without column names.
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
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
    mut out: impl Write,
) -> Result<(), Failure> {
    match command {
        Command::Dump { log, range, json } => dump::dump(&log.files()?, &range, json, out),
        Command::Verify { log } => verify::verify(&log.files()?, progress, out),
        Command::Flashback { log, range, table, schema, output, apply } => {
            let undone = flashback::undo(&log.files_beside_data()?, &range, table.as_deref(), progress)?;
            match (output, apply) {
                (Some(path), _) => flashback::write_log(&undone, &path, out),
                (None, Some(dir)) => {
                    undone.print_notes(&mut out)?;
                    replay::apply(&undone.undos, (require_database(&dir)?, database), progress, out)
                }
                (None, None) => {
                    let declared = flashback::declarations(schema.as_deref(), log.definitions(), database, progress)?;
                    flashback::print(&undone, &declared, out)
                }
            }
        }
        Command::Replay { log, range, into } => replay::replay(&log.files()?, &range, (&into, database), progress, out),
    }
}
