//! A copy of a database's directory, for work that must not change the database: a rehearsal, or reading definitions,
//! which needs recovery.
//!
//! RULES
//!
//! - **R1** The directory is locked while it is copied, so no process changes it meanwhile; nothing in it is changed but
//!   the lock file.
//! - **R2** The copy is removed when it is dropped.

use crate::failure::Failure;
use innolab_disk::OsDisk;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A copy of a directory (R2).
pub(crate) struct Copy(TempDir);

impl Copy {
    /// Copies the files of `dir` (R1). ERRORS: a process uses it; the disk's.
    pub(crate) fn of(dir: &Path) -> Result<Copy, Failure> {
        let locked = OsDisk::open(dir)?;
        let copy = TempDir::with_prefix("innolab-")?;
        for file in std::fs::read_dir(dir)? {
            let file = file?;
            if file.file_type()?.is_file() {
                std::fs::copy(file.path(), copy.path().join(file.file_name()))?;
            }
        }
        drop(locked);
        Ok(Copy(copy))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// What was in a directory before a database is created in it.
pub(crate) struct Before {
    dir: PathBuf,
    existed: bool,
    names: BTreeSet<OsString>,
}

impl Before {
    /// The names in `dir`, which need not exist.
    pub(crate) fn of(dir: &Path) -> Before {
        let names = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|file| file.file_name());
        Before { dir: dir.to_owned(), existed: dir.exists(), names: names.collect() }
    }

    /// Removes what has come since.
    pub(crate) fn restore(&self) -> Result<(), Failure> {
        for file in std::fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            if !self.names.contains(&file.file_name()) {
                std::fs::remove_file(file.path())?;
            }
        }
        if !self.existed && self.dir.exists() {
            std::fs::remove_dir(&self.dir)?;
        }
        Ok(())
    }
}
