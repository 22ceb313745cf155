//! The two traits: a directory of files, and an open file.
//!
//! The rules are those of the crate; R1 to R4 are cited from here.

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use std::sync::Arc;

/// Bytes that a device writes whole or not at all.
#[doc(alias = "OS_FILE_LOG_BLOCK_SIZE")]
pub const SECTOR: usize = 512;

/// A directory with files.
pub trait Disk: Send + Sync {
    /// Opens an existing file for reading and writing. ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn open(&self, name: &str) -> Result<Arc<dyn File>>;
    /// Makes a new, empty file. ERRORS: [`Error::Exists`], [`Error::Full`], [`Error::Io`].
    fn create(&self, name: &str) -> Result<Arc<dyn File>>;
    /// Removes a file; handles that are open stay usable. ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn remove(&self, name: &str) -> Result<()>;
    /// Renames a file, replacing `to` if it is there (atomic). ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn rename(&self, from: &str, to: &str) -> Result<()>;
    /// The names of all files, sorted.
    fn list(&self) -> Result<Vec<String>>;
    /// Makes creates, renames and removes survive a power loss (R1).
    fn sync_dir(&self) -> Result<()>;
    /// Whether there is a file of this name.
    fn exists(&self, name: &str) -> Result<bool> {
        Ok(self.list()?.iter().any(|n| n == name))
    }
}

/// An open file. Calls at several offsets may run at once from several threads.
pub trait File: Send + Sync {
    /// Fills `buf` from byte `at` on. ERRORS: [`Error::PastEnd`] if the file ends before, [`Error::Io`].
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()>;
    /// Writes all of `bytes` at byte `at`; the file grows if it must. ERRORS: [`Error::Full`], [`Error::Io`].
    fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()>;
    /// Length in bytes.
    fn len(&self) -> Result<u64>;
    /// Whether the file has no bytes.
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Cuts the file, or extends it with zeros for which the space is already set aside (so that a later write does not find the
    /// disk full). ERRORS: [`Error::Full`], [`Error::Io`].
    fn set_len(&self, len: u64) -> Result<()>;
    /// Says that `len` bytes from byte `at` on were just written and will be synced: the device may begin with them. A
    /// hint, that promises nothing.
    fn begin_sync(&self, _at: u64, _len: u64) {}
    /// Makes all that was written before, and the length, survive a power loss (fdatasync). See R3.
    fn sync(&self) -> Result<()>;
}
