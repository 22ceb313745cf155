//! `innolab`, the command line of the lab.
//!
//! | command                            | what                                                                          |
//! |------------------------------------|-------------------------------------------------------------------------------|
//! | `run FILE [--json] [--locks] [--binlog] [--data DIR]` | runs a scenario file, step by step                         |
//! | `shell [--sessions] [--data DIR]`  | runs statements as they are typed, of several sessions                        |
//! | `export --data DIR TABLE FILE.ibd` | writes a table's file for a server, and prints the CREATE TABLE it needs      |
//! | `binlog dump`, `verify`, `flashback`, `replay` | looks at a log, goes back and forth along it                       |
//! | `crash [--explain CELL] [--json]`  | the crash matrix of the two-phase commit                                      |
//! | `tour` (or nothing)                | the engine shows itself, in half a minute                                     |
//! | `check --data DIR`                 | whether every entry of every index has its row, and the other way round       |
//! | `inspect MODE FILE [--json]`       | shows what is in a file, of ours or of a real server                          |
//!
//! Exit status: 0 done; 1 the command could not do its work, said why on standard error; 2 wrong usage.

mod baton;
mod binlog;
mod check;
mod crash;
mod crew;
mod database;
mod export;
mod failure;
mod inspect;
mod locks;
mod progress;
mod run;
mod scenario;
mod shell;
mod steps;
mod tour;
mod transcript;

use clap::{Parser, Subcommand};
use database::{Database, Naming};
use failure::{Failure, is_broken_pipe};
use run::Telling;
use std::io::{BufWriter, IsTerminal, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// A storage-engine lab: SQL scenarios on InnoDB taken apart.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    naming: Naming,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// See what the engine is, in half a minute (the default).
    Tour,
    /// Run a scenario file (SQL with `-- T1` behind the statements of a session, or Markdown) and print every step.
    Run {
        /// The file.
        file: PathBuf,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
        /// Show the locks after each step that changed them.
        #[arg(long)]
        locks: bool,
        /// Show what each step has put into the binary log.
        #[arg(long, conflicts_with = "skip_log_bin")]
        binlog: bool,
        /// Keep the database in this directory; what is in it stays, nothing is dropped between cases.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Type statements, each ended by `;`.
    Shell {
        /// Several sessions: `T1: begin;`, `T2: …`. What waits is shown, and goes on when it can.
        #[arg(long)]
        sessions: bool,
        /// With several sessions: show the locks after each step that changed them.
        #[arg(long, requires = "sessions")]
        locks: bool,
        /// Keep the database in this directory.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Crash one commit at every step, under every pair of knobs, and say who keeps it.
    Crash(crash::Arguments),
    /// Look at a binary log.
    #[command(subcommand)]
    Binlog(binlog::Command),
    /// Write a table's tablespace file, and print the statements with which a server takes it.
    Export {
        /// The directory of the database.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The table.
        table: String,
        /// The file to write.
        file: PathBuf,
    },
    /// Check a whole database: every page, every row and its entries, the undo logs. Exit status 1 if something does not hold.
    Check {
        /// The directory of the database.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Look into files, of ours or of a real server, also while somebody works with them.
    Inspect {
        #[command(subcommand)]
        mode: inspect::Mode,
        /// Print one JSON object a line.
        #[arg(long, global = true)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("innolab: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let name = arguments.naming;
    match arguments.command.unwrap_or(Command::Tour) {
        Command::Tour => tour::tour(&mut BufWriter::new(stdout().lock())),
        Command::Run { file, json, locks, binlog, data } => {
            let database = Database::open_to_share(data.as_deref(), &name)?;
            run::run(
                &file,
                database,
                Telling { as_json: json, with_locks: locks, with_binlog: binlog },
                stdout().lock(),
            )
        }
        Command::Shell { sessions: true, locks, data } => {
            let database = Database::open_to_share(data.as_deref(), &name)?;
            shell::sessions(database, locks, stdin().lock(), stdout().lock(), stdin().is_terminal())
        }
        Command::Shell { data, .. } => {
            let database = Database::open(data.as_deref(), &name)?;
            shell::shell(database, stdin().lock(), stdout().lock(), stdin().is_terminal())
        }
        Command::Crash(arguments) => crash::crash(&arguments, stdout().lock()),
        Command::Binlog(command) => binlog::execute(command, &name, stdout().lock()),
        Command::Inspect { mode, json } => inspect::inspect(&mode, json, BufWriter::new(stdout().lock())),
        Command::Check { data } => check::check(&data, &name, stdout().lock()),
        Command::Export { data, table, file } => export::export(&data, &table, &file, &name, stdout().lock()),
    }
}
