//! Temporary files of statements, for what does not fit into the memory that a sort or a grouping may use.
//!
//! RULES
//!
//! - **R1** A file is removed when its handle is dropped: at the statement's end, and at an error. Opening the database
//!   removes what a crash left. No other file's name begins like theirs.
//! - **R2** A file is never synced, and no page of the buffer pool has a part in it.
//! - **R3** Reading and writing end with an error once the session's statement is interrupted. What needs a file takes
//!   long, and all of it passes here block by block: sorts, their merges, groups.
//!
//! The server's counterpart: `open_cached_file`, `IO_CACHE`.

use super::engine::Engine;
use super::interrupt::check_interrupt;
use crate::codec::Result;
use innolab_base::Waiter;
use innolab_base::sync::atomic::Ordering;
use innolab_disk::{Disk, File};
use std::sync::Arc;

const PREFIX: &str = "statement.";
const SUFFIX: &str = ".tmp";

/// Makes temporary files.
#[derive(Clone)]
pub struct TemporaryFiles {
    engine: Arc<Engine>,
    session: Arc<Waiter>,
}

/// A temporary file. Dropping this removes it (R1).
pub struct TemporaryFile {
    disk: Arc<dyn Disk>,
    name: String,
    file: Arc<dyn File>,
    session: Arc<Waiter>,
}

impl TemporaryFiles {
    /// Those of a session's statement.
    pub(crate) fn new(engine: Arc<Engine>, session: Arc<Waiter>) -> TemporaryFiles {
        TemporaryFiles { engine, session }
    }

    /// Creates an empty file. Takes no latch, so that it may be called with a page latched. ERRORS: the disk is full.
    pub fn create(&self) -> Result<TemporaryFile> {
        let number = self.engine.temporary_files.fetch_add(1, Ordering::Relaxed);
        let (disk, name) = (self.engine.store.disk().clone(), format!("{PREFIX}{number}{SUFFIX}"));
        let file = disk.create(&name)?;
        Ok(TemporaryFile { disk, name, file, session: self.session.clone() })
    }
}

impl TemporaryFile {
    /// Writes bytes at an offset. ERRORS: the disk is full; `Error::Interrupted` (R3).
    pub fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()> {
        check_interrupt(&self.session)?;
        Ok(self.file.write_at(at, bytes)?)
    }

    /// Fills `bytes` from an offset on. REQUIRES: they were written. ERRORS: `Error::Interrupted` (R3).
    pub fn read_at(&self, at: u64, bytes: &mut [u8]) -> Result<()> {
        check_interrupt(&self.session)?;
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
