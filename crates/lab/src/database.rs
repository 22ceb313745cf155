//! The database that a command works on: in a directory of the user's, or in one of its own that is removed afterwards.

use crate::baton::Baton;
use crate::binlog::{Follower, Rules};
use crate::crew::{Crew, Executor};
use crate::failure::Failure;
use crate::progress;
use crate::transcript::Ended;
use innolab_base::{CondvarPark, Events, SystemClock};
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Engine, LogBin, Options, Since1970};
use innolab_sql::Session;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// When a run begins whose time is its own: it repeats to the byte.
const EPOCH_S: u32 = 1_700_000_000;

/// What a database is called, and whether it keeps a log.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Naming {
    /// What the one database is called; error messages and the binary log name it.
    #[arg(long, global = true, default_value = "test", value_name = "NAME")]
    database: String,
    /// Keep no binary log.
    #[arg(long, global = true)]
    skip_log_bin: bool,
}

impl Default for Naming {
    fn default() -> Naming {
        Naming { database: "test".to_owned(), skip_log_bin: false }
    }
}

impl Naming {
    /// What the one database is called.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    fn log_bin(&self) -> Option<LogBin> {
        (!self.skip_log_bin).then(|| LogBin { database: self.database.clone(), ..LogBin::default() })
    }
}

/// `dir`, which has a database. ERRORS: it has none: a command that needs one does not make it.
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
    /// Who of its sessions runs, if they take turns.
    baton: Arc<Baton>,
    /// What error messages call it.
    name: String,
    /// Where it is.
    dir: PathBuf,
    /// What was heard about its binary log, if its sessions take turns.
    rules: Arc<Rules>,
    /// Removed when dropped, after the engine.
    temporary: Option<TempDir>,
}

impl Database {
    /// Opens the database in `dir` (made if it is not there), or a temporary one, for sessions that run freely.
    pub(crate) fn open(dir: Option<&Path>, name: &Naming) -> Result<Database, Failure> {
        Database::open_with(dir, name, Arc::default(), |disk, options, _| {
            let events = progress::shown(Events::none());
            Engine::open_with(disk, options, Arc::new(SystemClock::default()), events, Arc::new(CondvarPark))
        })
    }

    /// As [`Database::open`], for sessions that take turns ([`Database::crew`]): nothing happens in the background, and
    /// time is theirs.
    pub(crate) fn open_to_share(dir: Option<&Path>, name: &Naming) -> Result<Database, Failure> {
        let baton = Arc::new(Baton::default());
        Database::open_with(dir, name, baton.clone(), |disk, mut options, rules| {
            options.store.background = false;
            options.time = Since1970::From(EPOCH_S);
            Engine::open_with(disk, options, baton.clock(), progress::shown(Events::to(rules)), baton)
        })
    }

    /// As [`Database::open_to_share`], on a disk of the caller's, whose events go to `events`. Nothing of it is ever dropped.
    pub(crate) fn on_disk(disk: Arc<dyn Disk>, mut options: Options, events: Events) -> Result<Database, Failure> {
        options.time = Since1970::From(EPOCH_S);
        let baton = Arc::new(Baton::default());
        let engine = Engine::open_with(disk, options, baton.clock(), events, baton.clone())?;
        Ok(Database {
            engine,
            baton,
            name: "test".to_owned(),
            dir: PathBuf::new(),
            rules: Arc::default(),
            temporary: None,
        })
    }

    fn open_with(
        dir: Option<&Path>,
        naming: &Naming,
        baton: Arc<Baton>,
        open: impl FnOnce(Arc<dyn Disk>, Options, Arc<Rules>) -> innolab_engine::Result<Arc<Engine>>,
    ) -> Result<Database, Failure> {
        let (path, temporary): (PathBuf, _) = match dir {
            Some(dir) => (dir.to_path_buf(), None),
            None => {
                let temporary = TempDir::with_prefix("innolab-")?;
                (temporary.path().to_path_buf(), Some(temporary))
            }
        };
        let disk = OsDisk::create(&path)?;
        let mut options = Options { log_bin: naming.log_bin(), ..Options::default() };
        if temporary.is_some() {
            // What is removed at the end need not survive a power loss before it.
            options.innodb_flush_log_at_trx_commit = 0;
            options.log_bin.iter_mut().for_each(|log_bin| log_bin.log.sync_binlog = 0);
        }
        let rules: Arc<Rules> = Arc::default();
        let engine = open(Arc::new(disk), options, rules.clone()).map_err(|e| format!("{}: {e}", path.display()))?;
        if let Some(found) = engine.binlog_recovery().filter(|found| found.has_changed_something()) {
            eprintln!("innolab: {}: {found}", path.display());
        }
        Ok(Database { engine, baton, name: naming.database.clone(), dir: path, rules, temporary })
    }

    /// Whether it is the user's.
    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// The sessions of a case. REQUIRES: they are dismissed before [`Database::close`].
    pub(crate) fn crew(&self) -> Crew<Ended> {
        let (engine, name) = (self.engine.clone(), self.name.clone());
        let open = move |seat| -> Executor<Ended> {
            let mut session = Session::with_seat(engine.clone(), &name, seat);
            Box::new(move |sql| session.execute(sql))
        };
        Crew::new(self.baton.clone(), Arc::new(open))
    }

    /// A new session. REQUIRES: it is dropped before [`Database::close`].
    pub(crate) fn session(&self) -> Session {
        Session::new(self.engine.clone(), &self.name)
    }

    /// Follows its binary log, if it has one.
    pub(crate) fn follow(&self) -> Result<Option<Follower>, Failure> {
        self.engine.binlog().map(|log| Follower::new(&self.dir, self.rules.clone(), log)).transpose()
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Purges all that open views allow.
    pub(crate) fn purge(&self) -> Result<(), Failure> {
        self.engine.purge()?;
        Ok(())
    }

    /// Drops all tables.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        for table in self.engine.tables() {
            self.engine.drop_table(&std::sync::Arc::default(), &table)?;
        }
        Ok(())
    }

    /// Closes it; everything is in its files then.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.engine.close()?;
        if let Some(temporary) = self.temporary {
            temporary.close()?;
        }
        Ok(())
    }
}
