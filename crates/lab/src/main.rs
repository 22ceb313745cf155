//! `innolab`, the command line of the lab: run SQL on the engine session by session, look into its files, crash it.
//!
//! | command                   | what it does                                                                       |
//! |---------------------------|------------------------------------------------------------------------------------|
//! | `tour` (the default)      | shows a page, a split, versions, a deadlock and a crash, in half a minute          |
//! | `run FILE`                | runs a scenario of several sessions, step by step; `--locks`, `--counters`, `--json` |
//! | `shell`                   | runs statements as they are typed; `--sessions` for several sessions               |
//! | `serve --data DIR`        | serves clients of MySQL on a socket file, or TCP                                   |
//! | `inspect MODE FILE`       | shows what is in a file, ours or a real server's; `--json`                         |
//! | `crash [FILE]`            | crashes a scenario at every write and sync, or one commit at every step            |
//! | `torn`                    | tears pages at each sector, under each setting of `innodb_doublewrite`              |
//! | `binlog COMMAND`          | dumps a binary log, verifies it, undoes its rows, replays it                       |
//! | `checkpoint --data DIR`   | writes all pages to their files and empties the redo log                           |
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
//! | [server](../innolab_server/index.html) | the socket: login, commands, answers              |
//!
//! # This program
//!
//! Read the sources in this order; a file uses only files of its own line and of earlier lines:
//!
//! ```text
//! failure · progress · index_builds     errors, bars
//! scenario/                             a scenario file
//! transcript · counters · vertical · setup · locks how a step, its rows, a set-up statement and locks are printed
//! baton ─► sessions ─► steps            threads that take turns; statements of waiting sessions queue
//! origins ─► waits                      which statement took a lock; who waits for whom
//! inspect/                              what is in files, or in the pool of an open database
//! binlog/follow ─► database             the engine that a command opens; its logged events, by event_json and sql
//! run · check · checkpoint · export · serve  commands on a database
//! shell/ · crash/ · torn/ · tour/ · binlog/  commands with parts of their own
//! main                                  options, and which command they call
//! ```
//!
//! Exit status: 0 success; 1 the command failed, with the reason on standard error; 2 wrong usage.

mod baton;
mod binlog;
mod check;
mod checkpoint;
mod copy;
mod counters;
mod crash;
mod database;
mod export;
mod failure;
mod index_builds;
mod inspect;
mod locks;
mod origins;
mod progress;
mod run;
mod scenario;
mod serve;
mod sessions;
mod setup;
mod shell;
mod steps;
mod torn;
mod tour;
mod transcript;
mod vertical;
mod waits;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use database::{Database, DatabaseArguments};
use failure::{Failure, is_broken_pipe};
use progress::Progress;
use run::RunFormat;
use scenario::ScenarioFile;
use std::io::{BufWriter, IsTerminal, StdinLock, stdin, stdout};
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
    #[command(after_long_help = HOW_A_RUN_REPEATS)]
    Run {
        /// The scenario; `-` is standard input.
        file: PathBuf,
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
        /// Show the set-up statements, too.
        #[arg(long)]
        setup: bool,
        /// If a step fails, name it on standard error and exit with status 1, after the last step.
        #[arg(long)]
        fail_on_error: bool,
        /// After each step that changed them, show the locks; after a deadlock, its circle and why it is broken where
        /// it is.
        #[arg(long)]
        locks: bool,
        /// After each step, show the events that it added to the binary log.
        #[arg(long, conflicts_with = "skip_log_bin")]
        binlog: bool,
        /// After each step, show what it cost: the counters that SHOW STATUS has, as far as they moved.
        #[arg(long)]
        counters: bool,
        /// Keep the database in this directory. Tables stay, and are not dropped between cases.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Type statements, each ended by `;`; `help` lists the shell's commands. Lines are edited, and kept in a history.
    ///
    /// Ctrl-C drops the line, or interrupts the statement that waits (error 1317). Ctrl-D leaves.
    #[command(after_long_help = HOW_SESSIONS_REPEAT)]
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
    /// Serve a database to clients of MySQL, on a socket file that only this user can open, and by TCP with a password.
    ///
    /// SIGTERM and Ctrl-C roll back what is open and close the database.
    Serve(serve::Arguments),
    /// Crash a scenario at every write and sync of its disk, and show what survives. Without FILE: crash one commit at
    /// every step, under every pair of flush settings, and show which logs keep it.
    #[command(after_help = HOW_TO_READ_A_CRASH)]
    Crash(crash::Arguments),
    /// Tear pages at each sector while they are written, under each setting of innodb_doublewrite, and show who notices,
    /// and who repairs.
    Torn(torn::Arguments),
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
        /// The server that imports it.
        #[arg(long = "for", value_enum, value_name = "SERVER", default_value = "mariadb")]
        server: export::For,
    },
    /// Check a whole database: every page, every row and its index entries, the undo logs. Exit status 1 on a fault.
    Check {
        /// The database's directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Write all pages of a database to their files, after recovery if it was not closed, and empty its redo log.
    Checkpoint {
        /// The database's directory; no process may be using it.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Look into files, ours or a real server's, even while an engine uses them.
    #[command(after_long_help = WHAT_INSPECT_READS)]
    Inspect {
        #[command(subcommand)]
        mode: inspect::Mode,
        /// Print JSON, one object per line.
        #[arg(long, global = true)]
        json: bool,
    },
}

/// Why the same file gives the same transcript.
const HOW_A_RUN_REPEATS: &str = "\
A run repeats to the byte. Therefore:
  time       is fixed: NOW() begins at 2023-11-14 22:13:20, and only SLEEP moves it. A wait for a lock ends by its
             timeout only while some session sleeps that long.
  purge      is a step: after each statement, all that open read views allow. No thread runs in the background.
  data       are temporary, and gone when the command ends; --data DIR keeps them. Without it nothing is synced:
             innodb_flush_log_at_trx_commit and sync_binlog are 0.
In SQL, SHOW VARIABLES LIKE 'innolab%' says so; timestamp, datadir and the two settings are variables, too.

A statement's session is a comment behind it: `insert into t values (8); -- T2`. Statements without one are set-up: they
must succeed, and are printed with --setup. What looks like a tag and is none (`-- t2`) is warned of.";

/// How `crash FILE` is called, and what it checks.
const HOW_TO_READ_A_CRASH: &str = "\
Examples:
  innolab crash transfer.sql                every point: kills, and power losses of several kinds
  innolab crash transfer.sql --explain 14   point 14: the calls before it, what recovery does, what is left
  echo 'create table t (id int); insert into t values (1); -- T1' | innolab crash - --power

Exit status 1 if a crash breaks a rule: I3, an acknowledged commit is left; I4, any other is whole or leaves nothing; I5,
tables and binary log agree. A scenario may SET GLOBAL innodb_flush_log_at_trx_commit or sync_binlog to another value than 1:
then I3 and I5 are not promised, and what is lost is shown.";

/// What `inspect` finds in the directory of an open database.
const WHAT_INSPECT_READS: &str = "\
Files are read as they are, without a lock, and nothing is changed. While a database is open, or after its process was
killed, pages are in the redo log before they are in their files: pages that are older than the log are named at the
end, each with its LSN and that of its newest record there. FLUSH TABLES writes the pages of an open database,
`innolab checkpoint` those of one that is not. A page that is torn because it is being written is read again; if it
stays so, its copy in the doublewrite file is shown, and that is said. The exit status is 1 if something was not read.

In `run` and in the shell, `inspect …;` is a statement with the same modes, and reads the pages that are in memory. The
directory is `.`: inspect index-illustrate t.ibd; inspect record-history . t 1;";

/// What differs between the shell's two forms.
const HOW_SESSIONS_REPEAT: &str = "\
One session runs freely, by the system's time, with purge in the background. With --sessions they take turns as in `run`:
NOW() is fixed and only SLEEP moves it, and purge follows each statement. Without --data DIR the data are temporary, and
gone when the shell ends. SHOW VARIABLES LIKE 'innolab%' shows which of this holds.

At a terminal the history is in $XDG_STATE_HOME/innolab/history, or ~/.local/state/innolab/history. From a pipe there are
no prompts, and the first error ends the shell with status 1.";

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
    let command = arguments.command.unwrap_or(Command::Tour);
    if matches!(command, Command::Tour | Command::Torn(_) | Command::Inspect { .. })
        && name != DatabaseArguments::default()
    {
        let unused = "this command does not open a database by these options: its name, the binary log, or innodb_…";
        Arguments::command().error(ErrorKind::ArgumentConflict, unused).exit();
    }
    match command {
        Command::Tour => tour::tour(&mut BufWriter::new(stdout().lock())),
        Command::Run { file, json, setup, fail_on_error, locks, binlog, counters, data } => {
            let file = ScenarioFile::read(&file)?;
            let database = Database::open_deterministic(data.as_deref(), &name, &progress)?;
            let (with_setup, with_locks, with_binlog, with_counters) = (setup, locks, binlog, counters);
            let format = RunFormat { as_json: json, with_setup, with_locks, with_binlog, with_counters };
            run::run(&file, database, format, fail_on_error, stdout().lock())
        }
        Command::Shell { sessions: true, locks, data } => {
            let database = Database::open_deterministic(data.as_deref(), &name, &progress)?;
            shell::sessions(database, locks, pipe(), &mut stdout())
        }
        Command::Shell { data, .. } => {
            let database = Database::open(data.as_deref(), &name, &progress)?;
            shell::shell(database, pipe(), &mut stdout())
        }
        Command::Serve(arguments) => serve::serve(arguments, &name, &progress, stdout()),
        Command::Crash(arguments) => crash::crash(&arguments, &name, &progress, BufWriter::new(stdout().lock())),
        Command::Torn(arguments) => torn::torn(&arguments, &progress, BufWriter::new(stdout().lock())),
        Command::Binlog(command) => binlog::execute(command, &name, &progress, stdout().lock()),
        Command::Inspect { mode, json } => inspect::inspect(&mode, json, &progress, BufWriter::new(stdout().lock())),
        Command::Check { data } => check::check(&data, &name, &progress, stdout().lock()),
        Command::Checkpoint { data } => checkpoint::checkpoint(&data, &name, &progress, stdout().lock()),
        Command::Export { data, table, file, server } => {
            export::export((&data, &table, &file), server, &name, &progress, stdout().lock())
        }
    }
}

/// Standard input, unless a user types there and reads the output at a terminal.
fn pipe() -> Option<StdinLock<'static>> {
    (!(stdin().is_terminal() && stdout().is_terminal())).then(|| stdin().lock())
}
