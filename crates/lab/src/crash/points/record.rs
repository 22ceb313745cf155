//! The run that is not crashed: its statements, its moments, and a copy of the disk at each crash point (P1, P2).

use super::log::Log;
use super::tables::Tables;
use crate::database::{Database, Watcher};
use crate::failure::Failure;
use crate::run::{RunFormat, Runner};
use crate::scenario::{Case, Statement as Source};
use innolab_base::Events;
use innolab_base::sync::Mutex;
use innolab_disk::{Access, Call, SimDisk};
use innolab_engine::{Engine, Isolation, Options};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::io::sink;
use std::path::Path;
use std::sync::Arc;
use std::thread::{ThreadId, current};

/// Letters of a statement that are shown.
const SHOWN_LETTERS: usize = 34;

/// A statement of the scenario.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// Its line in the file.
    pub(super) line: usize,
    /// The session's tag; empty for set-up.
    pub(super) session: String,
    pub(super) sql: String,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sql = self.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = sql.chars().take(SHOWN_LETTERS).collect();
        let dots = if short.len() < sql.len() { "…" } else { "" };
        let session = if self.session.is_empty() { "" } else { " " };
        write!(f, "line {}{session}{}: {short}{dots}", self.line, self.session)
    }
}

/// The settings that decide what a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Settings {
    /// `innodb_flush_log_at_trx_commit`.
    pub(super) flush: u8,
    /// `sync_binlog`; `None` without a binary log.
    pub(super) sync: Option<u32>,
}

impl Settings {
    /// True if a commit survives a power loss, in the engine and in the log.
    pub(super) fn are_strict(&self) -> bool {
        self.flush == 1 && self.sync.is_none_or(|groups| groups == 1)
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "innodb_flush_log_at_trx_commit = {}", self.flush)?;
        self.sync.map_or(Ok(()), |groups| write!(f, " and sync_binlog = {groups}"))
    }
}

/// What all tables hold after an answer (P2).
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// The statement that was answered, as an index; `None`: the beginning.
    pub(super) statement: Option<usize>,
    pub(super) tables: Arc<Tables>,
    /// Transactions in the binary log.
    pub(super) n_logged: u64,
    /// True if the tables or the log are not those of the moment before.
    pub(super) has_committed: bool,
    /// The settings from here on.
    pub(super) settings: Settings,
    /// Sessions whose open transactions have changed rows.
    pub(super) open: Vec<u64>,
}

/// A crash point (P1).
pub(super) struct Point {
    pub(super) number: u64,
    /// The disk before the call, as a kill leaves it; it keeps unsynced changes apart.
    pub(super) disk: SimDisk,
    /// The call.
    pub(super) call: String,
    /// The last moment before it, as an index.
    pub(super) last: usize,
    /// The statement that made the call, as an index; `None`: purge between statements, or the end of the run.
    pub(super) running: Option<usize>,
}

/// The run of a case.
pub(super) struct Recording {
    pub(super) statements: Vec<Statement>,
    pub(super) moments: Vec<Moment>,
    pub(super) points: Vec<Point>,
    /// All calls, from the first point on.
    pub(super) calls: Vec<String>,
    /// The number of the first point.
    pub(super) first: u64,
    /// The log at the end; `None` without one.
    pub(super) log: Option<Log>,
    /// The disk at the end.
    pub(super) disk: SimDisk,
    /// The steps that failed without any crash, and those that waited to the end.
    pub(super) not_done: Vec<String>,
}

/// What a recording needs to know.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    /// The scenario's file, for errors.
    pub(super) file: &'a Path,
    /// The database's name.
    pub(super) database: &'a str,
    pub(super) options: &'a Options,
    /// The only point that is wanted; `None`: all.
    pub(super) only: Option<u64>,
}

/// Runs a case; its first crash point has the number `first`. ERRORS: those of [`Runner::case`]: a scenario that fails
/// without a crash is not crashed.
pub(super) fn record(plan: Plan<'_>, case: &Case, first: u64) -> Result<Recording, Failure> {
    let disk = SimDisk::new(1);
    let open = || Database::on_disk(Arc::new(disk.clone()), plan.options.clone(), plan.database, Events::none());
    open()?.close()?;
    let recorder = Arc::new(Recorder::new(plan.only, case, first, &disk));
    let database = open()?.watched_by(recorder.clone());
    recorder.note(database.engine(), None);
    disk.on_access({
        let recorder = recorder.clone();
        move |access| recorder.call(access)
    });
    let out = &mut sink();
    let mut runner = Runner::new(plan.file, RunFormat::default(), &database, out);
    let ran = runner.case(case, true);
    let not_done = runner.not_done(case);
    ran.and(runner.close())?;
    database.close()?;
    disk.clear_hook();
    let mut run = recorder.run.lock();
    if let Some(error) = run.error.take() {
        return Err(error.into());
    }
    let log = plan.options.log_bin.as_ref().map(|_| Log::read(&disk)).transpose()?;
    let Run { statements, moments, points, calls, .. } = std::mem::take(&mut *run);
    Ok(Recording { statements, moments, points, calls, first, log, disk: disk.clone(), not_done })
}

/// The run so far.
#[derive(Default)]
struct Run {
    /// Statements that each session has yet to begin.
    to_begin: BTreeMap<u64, VecDeque<Statement>>,
    statements: Vec<Statement>,
    moments: Vec<Moment>,
    points: Vec<Point>,
    calls: Vec<String>,
    /// The statement of each session's thread.
    running: HashMap<ThreadId, usize>,
    /// Why the tables could not be read.
    error: Option<String>,
}

/// Records a run: it watches the sessions, and is called before each call of the disk.
struct Recorder {
    only: Option<u64>,
    first: u64,
    disk: SimDisk,
    run: Mutex<Run>,
}

impl Recorder {
    fn new(only: Option<u64>, case: &Case, first: u64, disk: &SimDisk) -> Recorder {
        let mut to_begin: BTreeMap<u64, VecDeque<Statement>> = BTreeMap::new();
        for Source { sql, line, session } in case.common.iter().chain(&case.body) {
            let session = session.clone().unwrap_or_default();
            let statement = Statement { line: *line, session: session.clone(), sql: sql.clone() };
            to_begin.entry(number_of(&session)).or_default().push_back(statement);
        }
        Recorder { only, first, disk: disk.clone(), run: Mutex::new(Run { to_begin, ..Run::default() }) }
    }

    /// Adds a moment.
    fn note(&self, engine: &Arc<Engine>, statement: Option<usize>) {
        let tables = Tables::read(engine, Isolation::RepeatableRead);
        let globals = engine.globals();
        let log = engine.binlog();
        let changed = engine.transactions().into_iter().filter(|trx| trx.trx_id.is_some());
        let mut run = self.run.lock();
        let tables = match tables {
            Ok(tables) => tables,
            Err(e) => {
                run.error.get_or_insert(e.to_string());
                return;
            }
        };
        let n_logged = log.map_or(0, |log| log.counts().transactions);
        let before = run.moments.last();
        let has_committed = before.is_some_and(|before| (&*before.tables, before.n_logged) != (&tables, n_logged));
        // Equal moments share their tables.
        let shared = before.filter(|before| *before.tables == tables).map(|before| before.tables.clone());
        run.moments.push(Moment {
            statement,
            tables: shared.unwrap_or_else(|| Arc::new(tables)),
            n_logged,
            has_committed,
            settings: Settings {
                flush: globals.innodb_flush_log_at_trx_commit,
                sync: log.map(|_| globals.sync_binlog),
            },
            open: changed.map(|trx| trx.session).collect(),
        });
    }

    /// Before a call of the disk.
    fn call(&self, access: Access<'_>) {
        let mut run = self.run.lock();
        let number = self.first + run.calls.len() as u64;
        run.calls.push(shown(access));
        if self.only.is_some_and(|only| only != number) {
            return;
        }
        let (disk, call) = (self.disk.killed(), shown(access));
        let (last, running) = (run.moments.len() - 1, run.running.get(&current().id()).copied());
        run.points.push(Point { number, disk, call, last, running });
    }
}

impl Watcher for Recorder {
    fn begins(&self, session: u64, sql: &str) {
        let run = &mut *self.run.lock();
        // Two tags such as T1 and T01 share a number here, and one of them loses its line.
        let next = run.to_begin.get_mut(&session).and_then(VecDeque::pop_front);
        let unknown = || Statement { line: 0, session: format!("T{session}"), sql: sql.to_owned() };
        run.running.insert(current().id(), run.statements.len());
        run.statements.push(next.unwrap_or_else(unknown));
    }

    fn committed(&self, engine: &Arc<Engine>) {
        let running = self.run.lock().running.get(&current().id()).copied();
        self.note(engine, running);
    }

    fn ended(&self, engine: &Arc<Engine>) {
        self.committed(engine);
        self.run.lock().running.remove(&current().id());
    }
}

/// The number of the session with this tag, as `sessions` numbers them.
fn number_of(session: &str) -> u64 {
    session.trim_start_matches('T').parse().unwrap_or(0)
}

/// A call as text: `write binlog.000002 157+312`.
fn shown(access: Access<'_>) -> String {
    let Access { call, file, range: (from, n) } = access;
    match call {
        Call::Write => format!("write {file} {from}+{n}"),
        Call::SetLen => format!("set the length of {file} to {n}"),
        Call::SyncDir => "sync the directory".to_owned(),
        _ => format!("{call:?} {file}").to_lowercase(),
    }
}
