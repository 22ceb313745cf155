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
use crate::progress::Progress;
use crate::sessions::{Executor, Sessions};
use crate::transcript::StatementResult;
use innolab_base::{CondvarPark, Events, SystemClock};
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::Session;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The calendar time at which logical time starts, in seconds since 1970: always the same, so that runs repeat.
const EPOCH_S: u32 = 1_700_000_000;

/// The database's name and its binary log: options of every command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DatabaseArguments {
    /// Name of the one database, as it appears in error messages and in the binary log.
    #[arg(long, global = true, default_value = "test", value_name = "NAME")]
    database: String,
    /// Write no binary log.
    #[arg(long, global = true)]
    skip_log_bin: bool,
}

impl Default for DatabaseArguments {
    fn default() -> DatabaseArguments {
        DatabaseArguments { database: "test".to_owned(), skip_log_bin: false }
    }
}

impl DatabaseArguments {
    /// The database's name.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    fn log_bin(&self) -> Option<LogBin> {
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
    /// The directory of a temporary database; removed after the engine is closed.
    temporary: Option<TempDir>,
}

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
    pub(crate) fn on_disk(disk: Arc<dyn Disk>, mut options: Options, events: Events) -> Result<Database, Failure> {
        options.time = TimeSource::From(EPOCH_S);
        let baton = Arc::new(Baton::default());
        let engine = Engine::open_with(disk, options, baton.clock(), events, baton.clone())?;
        Ok(Database {
            engine,
            baton,
            name: "test".to_owned(),
            dir: PathBuf::new(),
            mixed_rules: Arc::default(),
            index_builds: IndexBuilds::new(Progress::hidden(), Events::none()),
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
        let disk = OsDisk::create(&path)?;
        let mut options = Options { log_bin: arguments.log_bin(), ..Options::default() };
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
        Ok(Database { engine, baton, name, dir: path, mixed_rules, index_builds, temporary })
    }

    /// True if the database stays after the command: it is the user's.
    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Sessions that take turns. REQUIRES: opened deterministically; they are closed before [`Database::close`].
    pub(crate) fn sessions(&self) -> Sessions<StatementResult> {
        let (engine, name, builds) = (self.engine.clone(), self.name.clone(), self.index_builds.clone());
        let open = move |waiter| -> Executor<StatementResult> {
            let mut session = Session::with_waiter(engine.clone(), &name, waiter);
            let builds = builds.clone();
            Box::new(move |sql| {
                let result = session.execute(sql);
                builds.end();
                result
            })
        };
        Sessions::new(self.baton.clone(), Arc::new(open))
    }

    /// A single session. REQUIRES: it is dropped before [`Database::close`].
    pub(crate) fn session(&self) -> Session {
        Session::new(self.engine.clone(), &self.name)
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
            self.engine.drop_table(&Arc::default(), &table)?;
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
