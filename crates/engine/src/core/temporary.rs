//! Temporary files of statements, for what does not fit into the memory that a sort or a grouping may use.
//!
//! RULES
//!
//! - **R1** A file is removed when its handle is dropped: at the statement's end, and at an error. Opening the database
//!   removes what a crash left. No other file's name begins like theirs.
//! - **R2** A file is never synced, and no page of the buffer pool has a part in it.
//!
//! The server's counterpart: `open_cached_file`, `IO_CACHE`.

use super::engine::Engine;
use crate::codec::Result;
use innolab_base::sync::atomic::Ordering;
use innolab_disk::{Disk, File};
use std::sync::Arc;

const PREFIX: &str = "statement.";
const SUFFIX: &str = ".tmp";

/// Makes temporary files.
#[derive(Clone)]
pub struct TemporaryFiles(pub(crate) Arc<Engine>);

/// A temporary file. Dropping this removes it (R1).
pub struct TemporaryFile {
    disk: Arc<dyn Disk>,
    name: String,
    file: Arc<dyn File>,
}

impl TemporaryFiles {
    /// Creates an empty file. Takes no latch, so that it may be called with a page latched. ERRORS: the disk is full.
    pub fn create(&self) -> Result<TemporaryFile> {
        let number = self.0.temporary_files.fetch_add(1, Ordering::Relaxed);
        let (disk, name) = (self.0.store.disk().clone(), format!("{PREFIX}{number}{SUFFIX}"));
        let file = disk.create(&name)?;
        Ok(TemporaryFile { disk, name, file })
    }
}

impl TemporaryFile {
    /// Writes bytes at an offset. ERRORS: the disk is full.
    pub fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()> {
        Ok(self.file.write_at(at, bytes)?)
    }

    /// Fills `bytes` from an offset on. REQUIRES: they were written.
    pub fn read_at(&self, at: u64, bytes: &mut [u8]) -> Result<()> {
        Ok(self.file.read_at(at, bytes)?)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // If that fails, the next open removes the file (R1).
        let _ = self.disk.remove(&self.name);
    }
}

/// Removes the files that a crash left (R1).
pub(crate) fn remove_temporary_files(disk: &dyn Disk) -> Result<()> {
    let ours = |name: &String| name.starts_with(PREFIX) && name.ends_with(SUFFIX);
    disk.list()?.iter().filter(|name| ours(name)).try_for_each(|name| Ok(disk.remove(name)?))
}
