//! The database that a command works on: in a directory of the user's, or in one of its own that is removed afterwards.

use innolab_disk::OsDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Why a command could not do its work, for its user.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// An open database.
pub(crate) struct Database {
    engine: Arc<Engine>,
    /// What error messages call it.
    name: String,
    /// Removed when dropped, after the engine.
    temporary: Option<TempDir>,
}

impl Database {
    /// Opens the database in `dir` (made if it is not there), or a temporary one.
    pub(crate) fn open(dir: Option<&Path>, name: &str) -> Result<Database, Failure> {
        let (path, temporary): (PathBuf, _) = match dir {
            Some(dir) => (dir.to_path_buf(), None),
            None => {
                let temporary = TempDir::with_prefix("innolab-")?;
                (temporary.path().to_path_buf(), Some(temporary))
            }
        };
        let disk = OsDisk::create(&path)?;
        let mut options = Options::default();
        if temporary.is_some() {
            // What is removed at the end need not survive a power loss before it.
            options.innodb_flush_log_at_trx_commit = 0;
        }
        let engine = Engine::open(Arc::new(disk), options).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Database { engine, name: name.to_string(), temporary })
    }

    /// Whether it is the user's.
    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// A new session. REQUIRES: it is dropped before [`Database::close`].
    pub(crate) fn session(&self) -> Session {
        Session::new(self.engine.clone(), &self.name)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Drops all tables.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        for table in self.engine.tables() {
            self.engine.drop_table(&table)?;
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
