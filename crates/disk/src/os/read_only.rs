//! A read-only view of a directory in which another process may be working.
//!
//! RULES
//!
//! - **R1** Takes no lock and opens no file for writing, so it neither hinders the other process nor is hindered by its
//!   lock.
//! - **R2** A read may return bytes of a write that is under way. Its reader has checksums to detect that.

use super::dir::list;
use super::file::{OsFile, error};
use crate::{Disk, Error, File, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A directory of the operating system, opened for reading. Every call that would change it is [`Error::Io`].
#[derive(Debug)]
pub struct ReadOnlyDir {
    dir: PathBuf,
}

impl ReadOnlyDir {
    /// Opens the directory `dir` for reading. ERRORS: it does not exist, or is not a directory.
    pub fn open(dir: impl AsRef<Path>) -> Result<ReadOnlyDir> {
        let dir = dir.as_ref();
        fs::read_dir(dir).map_err(|e| error("open", &dir.display().to_string(), e))?;
        Ok(ReadOnlyDir { dir: dir.to_owned() })
    }
}

fn refuse<T>(op: &'static str, name: &str) -> Result<T> {
    Err(Error::Io { op, name: name.to_owned(), why: "the directory was opened to be looked at only".to_owned() })
}

impl Disk for ReadOnlyDir {
    fn open(&self, name: &str) -> Result<Arc<dyn File>> {
        assert!(!name.contains('/') && !name.is_empty(), "R4 of the crate: {name:?} is not a plain file name");
        let file = fs::File::open(self.dir.join(name)).map_err(|e| error("open", name, e))?;
        Ok(Arc::new(OsFile { name: name.into(), file }))
    }

    fn create(&self, name: &str) -> Result<Arc<dyn File>> {
        refuse("create", name)
    }

    fn remove(&self, name: &str) -> Result<()> {
        refuse("remove", name)
    }

    fn rename(&self, from: &str, _: &str) -> Result<()> {
        refuse("rename", from)
    }

    fn list(&self) -> Result<Vec<String>> {
        list(&self.dir)
    }

    fn sync_dir(&self) -> Result<()> {
        refuse("sync", &self.dir.display().to_string())
    }
}
