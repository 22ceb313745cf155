//! The database that a command works on: the one in the user's directory, or a temporary one that is removed at the
//! end.
//!
//! | opened by                        | sessions                         | time       | background threads |
//! |----------------------------------|----------------------------------|------------|--------------------|
//! | [`Database::open`]               | run freely                       | the system's | yes              |
//! | [`Database::open_deterministic`] | take turns, by the [`Baton`]     | logical    | no                 |
//! | [`Database::on_disk`]            | take turns, on a simulated disk  | logical    | as the options say |

use crate::baton::Baton;
use crate::binlog::{Follower, MixedRules};
use crate::failure::Failure;
use crate::index_builds::IndexBuilds;
use crate::inspect::live;
use crate::progress::Progress;
use crate::sessions::{Executor, Sessions};
use crate::transcript::{Answer, Ended, StatementResult};
use innolab_base::{CondvarPark, Events, SystemClock, Waiter};
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::Session;
use innolab_store::Doublewrite;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The calendar time at which logical time starts, in seconds since 1970: always the same, so that runs repeat.
const EPOCH_S: u32 = 1_700_000_000;

/// The database's name, its binary log and settings of its store: options of every command.
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub(crate) struct DatabaseArguments {
    /// Name of the one database, as it appears in error messages and in the binary log.
    #[arg(long, global = true, default_value = "test", value_name = "NAME")]
    database: String,
    /// Write no binary log.
    #[arg(long, global = true)]
    skip_log_bin: bool,
    /// Find rows by the adaptive hash index where searches repeat.
    #[arg(long, global = true)]
    innodb_adaptive_hash_index: bool,
    /// What is written before a page is written to its place: ON, DETECT_ONLY or OFF.
    #[arg(long, global = true, value_name = "SETTING", default_value_t)]
    innodb_doublewrite: Doublewrite,
}

impl Default for DatabaseArguments {
    fn default() -> DatabaseArguments {
        DatabaseArguments {
            database: "test".to_owned(),
            skip_log_bin: false,
            innodb_adaptive_hash_index: false,
            innodb_doublewrite: Doublewrite::On,
        }
    }
}

impl DatabaseArguments {
    /// The database's name.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// Puts the settings of the store among its options.
    pub(crate) fn set(&self, options: &mut innolab_store::Options) {
        options.innodb_adaptive_hash_index = self.innodb_adaptive_hash_index;
        options.innodb_doublewrite = self.innodb_doublewrite;
    }

    /// The binary log's settings; `None`: it writes none.
    pub(crate) fn log_bin(&self) -> Option<LogBin> {
        (!self.skip_log_bin).then(|| LogBin { database: self.database.clone(), ..LogBin::default() })
    }
}

/// Returns `dir` if it has a database. ERRORS: it has none; commands that only read a database never create one.
pub(crate) fn require_database(dir: &Path) -> Result<&Path, Failure> {
    let missing = |what| Err(format!("{}: {what}", dir.display()).into());
    match (dir.is_dir(), dir.join(innolab_redo::FILE_NAME).is_file()) {
        (false, _) => missing("no such directory"),
        (true, false) => missing("no database in this directory"),
        (true, true) => Ok(dir),
    }
}

/// Watches the statements of sessions that take turns, on the thread of the session.
pub(crate) trait Watcher: Send + Sync {
    /// A statement of the session with this number begins.
    fn begins(&self, session: u64, sql: &str);
    /// The transaction that the statement commits before it does anything else is committed.
    fn committed(&self, engine: &Arc<Engine>);
    /// The statement has ended; its client has the answer.
    fn ended(&self, engine: &Arc<Engine>);
}

/// An open database.
pub(crate) struct Database {
    engine: Arc<Engine>,
    /// Passed between its sessions if they take turns; else unused.
    baton: Arc<Baton>,
    name: String,
    dir: PathBuf,
    /// Filled only if sessions take turns.
    mixed_rules: Arc<MixedRules>,
    index_builds: Arc<IndexBuilds>,
    watcher: Option<Arc<dyn Watcher>>,
    /// The directory of a temporary database; removed after the engine is closed.
    temporary: Option<TempDir>,
}

/// Files that a real server's data directory has, and none of ours.
const SERVER_FILES: [&str; 3] = ["ibdata1", "mysql.ibd", "aria_log_control"];

impl Database {
    /// Opens the database in `dir`, which is created if it does not exist, or a temporary one, for sessions that run
    /// freely.
    pub(crate) fn open(
        dir: Option<&Path>,
        arguments: &DatabaseArguments,
        progress: &Progress,
    ) -> Result<Database, Failure> {
        let (baton, rules): (Arc<Baton>, _) = (Arc::default(), Arc::default());
        let builds = IndexBuilds::new(progress.clone(), Events::none());
        Database::open_with(dir, arguments, progress, (baton, rules, builds.clone()), |disk, options| {
            let (clock, park) = (Arc::new(SystemClock::default()), Arc::new(CondvarPark));
            Engine::open_with(disk, options, clock, builds.events(), park)
        })
    }

    /// As [`Database::open`], for sessions that take turns ([`Database::sessions`]). No background thread runs, and
    /// time is logical. Transactions that a crash left are rolled back before this returns.
    pub(crate) fn open_deterministic(
        dir: Option<&Path>,
        arguments: &DatabaseArguments,
        progress: &Progress,
    ) -> Result<Database, Failure> {
        let (baton, rules): (Arc<Baton>, Arc<MixedRules>) = (Arc::default(), Arc::default());
        let builds = IndexBuilds::new(progress.clone(), Events::to(rules.clone()));
        Database::open_with(dir, arguments, progress, (baton.clone(), rules, builds.clone()), |disk, mut options| {
            options.store.background = false;
            options.time = TimeSource::From(EPOCH_S);
            Engine::open_with(disk, options, baton.clock(), builds.events(), baton)
        })
    }

    /// As [`Database::open_deterministic`], on the caller's disk, with the engine's events sent to `events`. It counts
    /// as kept, so a run never drops its tables.
    pub(crate) fn on_disk(
        disk: Arc<dyn Disk>,
        mut options: Options,
        name: &str,
        events: Events,
    ) -> Result<Database, Failure> {
        options.time = TimeSource::From(EPOCH_S);
        let baton = Arc::new(Baton::default());
        let engine = Engine::open_with(disk, options, baton.clock(), events, baton.clone())?;
        Ok(Database {
            engine,
            baton,
            name: name.to_owned(),
            dir: PathBuf::new(),
            mixed_rules: Arc::default(),
            index_builds: IndexBuilds::new(Progress::hidden(), Events::none()),
            watcher: None,
            temporary: None,
        })
    }

    fn open_with(
        dir: Option<&Path>,
        arguments: &DatabaseArguments,
        progress: &Progress,
        (baton, mixed_rules, index_builds): (Arc<Baton>, Arc<MixedRules>, Arc<IndexBuilds>),
        open: impl FnOnce(Arc<dyn Disk>, Options) -> innolab_engine::Result<Arc<Engine>>,
    ) -> Result<Database, Failure> {
        let (path, temporary): (PathBuf, _) = match dir {
            Some(dir) => (dir.to_path_buf(), None),
            None => {
                let temporary = TempDir::with_prefix("innolab-")?;
                (temporary.path().to_path_buf(), Some(temporary))
            }
        };
        if let Some(file) = SERVER_FILES.iter().find(|file| path.join(file).exists()) {
            let path = path.display();
            return Err(format!("{path}: the data directory of a real server ({file}); nothing was changed").into());
        }
        let disk = OsDisk::create(&path)?;
        let datadir = dir.map(|dir| dir.display().to_string());
        let mut options = Options { log_bin: arguments.log_bin(), datadir, ..Options::default() };
        arguments.set(&mut options.store);
        if temporary.is_some() {
            // A temporary database need not survive a power loss.
            options.innodb_flush_log_at_trx_commit = 0;
            options.log_bin.iter_mut().for_each(|log_bin| log_bin.log.sync_binlog = 0);
        }
        let recovering = dir.map(|dir| progress.spinner(format!("opening {}", dir.display())));
        let engine = open(Arc::new(disk), options).map_err(|e| format!("{}: {e}", path.display()))?;
        drop(recovering);
        if let Some(found) = engine.binlog_recovery().filter(|found| found.has_changed_something()) {
            eprintln!("innolab: {}: {found}", path.display());
        }
        let name = arguments.database.clone();
        Ok(Database { engine, baton, name, dir: path, mixed_rules, index_builds, watcher: None, temporary })
    }

    /// The same, with a watcher of the sessions that [`Database::sessions`] opens.
    pub(crate) fn watched_by(self, watcher: Arc<dyn Watcher>) -> Database {
        Database { watcher: Some(watcher), ..self }
    }

    /// True if the database stays after the command: it is the user's.
    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Sessions that take turns. REQUIRES: opened deterministically; they are closed before [`Database::close`].
    pub(crate) fn sessions(&self) -> Sessions<Ended> {
        let (engine, name, builds) = (self.engine.clone(), self.name.clone(), self.index_builds.clone());
        let watcher = self.watcher.clone();
        let open = move |waiter: Arc<Waiter>| -> Executor<Ended> {
            let number = waiter.session;
            let mut session = Session::with_waiter(engine.clone(), &name, waiter);
            let (builds, watcher, engine) = (builds.clone(), watcher.clone(), engine.clone());
            Box::new(move |sql| {
                let result = match &watcher {
                    Some(watcher) => watched(&mut session, sql, &**watcher, (number, &engine)),
                    None => answer(&engine, &mut session, sql),
                };
                builds.end();
                Ended { result, cost: *session.last_cost() }
            })
        };
        Sessions::new(self.baton.clone(), Arc::new(open))
    }

    /// Executes a statement of one of its sessions, in SQL or `inspect`.
    pub(crate) fn execute(&self, session: &mut Session, sql: &str) -> StatementResult {
        answer(&self.engine, session, sql)
    }

    /// A single session. REQUIRES: it is dropped before [`Database::close`].
    pub(crate) fn session(&self) -> Session {
        self.session_with(Arc::default())
    }

    /// As [`Database::session`], for a session that waits with this waiter.
    pub(crate) fn session_with(&self, waiter: Arc<Waiter>) -> Session {
        Session::with_waiter(self.engine.clone(), &self.name, waiter)
    }

    /// The progress of index builds; [`IndexBuilds::end`] is called after each statement of [`Database::session`].
    pub(crate) fn index_builds(&self) -> &IndexBuilds {
        &self.index_builds
    }

    /// A follower of its binary log, from the log's end on; `None` without a log.
    pub(crate) fn follow(&self) -> Result<Option<Follower>, Failure> {
        self.engine.binlog().map(|log| Follower::new(&self.dir, self.mixed_rules.clone(), log)).transpose()
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Purges all that open read views allow.
    pub(crate) fn purge(&self) -> Result<(), Failure> {
        self.engine.purge()?;
        Ok(())
    }

    /// Drops all tables.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        for table in self.engine.tables() {
            self.engine.drop_table(&mut self.engine.ddl(&Arc::default()), &table)?;
        }
        Ok(())
    }

    /// Closes the engine: all pages are written to their files. Removes a temporary database.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.engine.close()?;
        if let Some(temporary) = self.temporary {
            temporary.close()?;
        }
        Ok(())
    }
}

/// The answer to a statement: `inspect` is about the engine's pages, all else is SQL.
fn answer(engine: &Engine, session: &mut Session, sql: &str) -> StatementResult {
    match live::statement(sql, engine.store()) {
        Some(shown) => shown.map(Answer::Text),
        None => session.execute(sql).map(Answer::Sql),
    }
}

/// Executes a statement and shows it to the watcher. A commit that it would begin with is executed as a statement of its
/// own, which is the same, but lets the watcher see what it committed.
fn watched(
    session: &mut Session,
    sql: &str,
    watcher: &dyn Watcher,
    (number, engine): (u64, &Arc<Engine>),
) -> StatementResult {
    watcher.begins(number, sql);
    let committed = match session.commits_first(sql) {
        true => session.execute("commit").map(|_| watcher.committed(engine)),
        false => Ok(()),
    };
    let result = committed.and_then(|()| answer(engine, session, sql));
    watcher.ended(engine);
    result
}
