//! `innolab`, the command line of the lab: run SQL on the engine session by session, look into its files, crash it.
//!
//! | command                   | what it does                                                                       |
//! |---------------------------|------------------------------------------------------------------------------------|
//! | `tour` (the default)      | shows a page, a split, versions, a deadlock and a crash, in half a minute          |
//! | `run FILE`                | runs a scenario of several sessions, step by step; `--locks`, `--binlog`, `--json` |
//! | `shell`                   | runs statements as they are typed; `--sessions` for several sessions               |
//! | `inspect MODE FILE`       | shows what is in a file, ours or a real server's; `--json`                         |
//! | `crash`                   | crashes one commit at every step: a matrix of two-phase commit; `--explain`        |
//! | `binlog COMMAND`          | dumps a binary log, verifies it, undoes its rows, replays it                       |
//! | `check --data DIR`        | checks that every row has its index entries, and every entry its row               |
//! | `export … TABLE FILE.ibd` | writes a table's file for a server, and prints the CREATE TABLE it needs           |
//!
//! # The book
//!
//! `cargo doc --open` shows the crates' essays. Each builds on those before it:
//!
//! | chapter                                | what it explains                                  |
//! |----------------------------------------|---------------------------------------------------|
//! | [base](../innolab_base/index.html)     | ids, byte codecs, clocks, events                  |
//! | [disk](../innolab_disk/index.html)     | a directory, or a disk that loses power           |
//! | [page](../innolab_page/index.html)     | the bytes of InnoDB's pages                       |
//! | [redo](../innolab_redo/index.html)     | the write-ahead log                               |
//! | [store](../innolab_store/index.html)   | buffer pool, mini-transactions, physical recovery |
//! | [btree](../innolab_btree/index.html)   | one index                                         |
//! | [undo](../innolab_undo/index.html)     | what changes replaced: rollback, versions, purge  |
//! | [lock](../innolab_lock/index.html)     | record, gap and table locks, waits, deadlocks     |
//! | [mvcc](../innolab_mvcc/index.html)     | which version a reader sees                       |
//! | [binlog](../innolab_binlog/index.html) | the binary log and two-phase commit               |
//! | [engine](../innolab_engine/index.html) | tables, transactions, DDL, recovery               |
//! | [sql](../innolab_sql/index.html)       | statements: parse, plan, execute                  |
//!
//! # This program
//!
//! Read the sources in this order; a file uses only files of its own line and of earlier lines:
//!
//! ```text
//! failure · progress · index_builds     errors, bars
//! scenario · transcript · locks         a scenario file; how a step and its locks are printed
//! baton ─► sessions ─► steps            threads that take turns; statements of waiting sessions queue
//! binlog/follow ─► database             the engine that a command opens; its logged events, by event_json and sql
//! run · shell · check · export          commands on a database
//! inspect/ · crash/ · tour/ · binlog/   commands with parts of their own
//! main                                  options, and which command they call
//! ```
//!
//! Exit status: 0 success; 1 the command failed, with the reason on standard error; 2 wrong usage.

mod baton;
mod binlog;
mod check;
mod crash;
mod database;
mod export;
mod failure;
mod index_builds;
mod inspect;
mod locks;
mod progress;
mod run;
mod scenario;
mod sessions;
mod shell;
mod steps;
mod tour;
mod transcript;

use clap::{Parser, Subcommand};
use database::{Database, DatabaseArguments};
use failure::{Failure, is_broken_pipe};
use progress::Progress;
use run::RunFormat;
use std::io::{BufWriter, IsTerminal, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// A storage-engine lab: run SQL on InnoDB's parts, and see what they do.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// See a page, a split, row versions, a deadlock and a crash, in half a minute (the default).
    Tour,
    /// Run a scenario: SQL with the session behind each statement (`-- T1`), or Markdown with such SQL. Prints every
    /// step.
    Run {
        /// The scenario.
        file: PathBuf,
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
        /// After each step that changed them, show the locks.
        #[arg(long)]
        locks: bool,
        /// After each step, show the events that it added to the binary log.
        #[arg(long, conflicts_with = "skip_log_bin")]
        binlog: bool,
        /// Keep the database in this directory. Tables stay, and are not dropped between cases.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Type statements, each ended by `;`.
    Shell {
        /// Use several sessions: `T1: begin;`, `T2: …`. A statement that waits is shown as blocked, and again when it
        /// ends.
        #[arg(long)]
        sessions: bool,
        /// With several sessions: after each step that changed them, show the locks.
        #[arg(long, requires = "sessions")]
        locks: bool,
        /// Keep the database in this directory.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Crash one commit at every step, under every pair of flush settings, and show which logs keep it.
    Crash(crash::Arguments),
    /// Read a binary log: dump, verify, flashback, replay.
    #[command(subcommand)]
    Binlog(binlog::Command),
    /// Write a table's tablespace file, and print the statements with which a server imports it.
    Export {
        /// The database's directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The table.
        table: String,
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Check a whole database: every page, every row and its index entries, the undo logs. Exit status 1 on a fault.
    Check {
        /// The database's directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Look into files, ours or a real server's, even while an engine uses them.
    Inspect {
        #[command(subcommand)]
        mode: inspect::Mode,
        /// Print JSON, one object per line.
        #[arg(long, global = true)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match execute(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("innolab: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let (name, progress) = (arguments.database, Progress::stderr());
    match arguments.command.unwrap_or(Command::Tour) {
        Command::Tour => tour::tour(&mut BufWriter::new(stdout().lock())),
        Command::Run { file, json, locks, binlog, data } => {
            let database = Database::open_deterministic(data.as_deref(), &name, &progress)?;
            let format = RunFormat { as_json: json, with_locks: locks, with_binlog: binlog };
            run::run(&file, database, format, stdout().lock())
        }
        Command::Shell { sessions: true, locks, data } => {
            let database = Database::open_deterministic(data.as_deref(), &name, &progress)?;
            shell::sessions(database, locks, stdin().lock(), stdout().lock(), stdin().is_terminal())
        }
        Command::Shell { data, .. } => {
            let database = Database::open(data.as_deref(), &name, &progress)?;
            shell::shell(database, stdin().lock(), stdout().lock(), stdin().is_terminal())
        }
        Command::Crash(arguments) => crash::crash(&arguments, &progress, stdout().lock()),
        Command::Binlog(command) => binlog::execute(command, &name, &progress, stdout().lock()),
        Command::Inspect { mode, json } => inspect::inspect(&mode, json, &progress, BufWriter::new(stdout().lock())),
        Command::Check { data } => check::check(&data, &name, &progress, stdout().lock()),
        Command::Export { data, table, file } => {
            export::export((&data, &table, &file), &name, &progress, stdout().lock())
        }
    }
}
