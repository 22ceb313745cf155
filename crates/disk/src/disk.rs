//! The two traits: a directory of files, and an open file. The rules are those of the [crate](crate).

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use std::sync::Arc;

/// Bytes that a device writes atomically.
#[doc(alias = "OS_FILE_LOG_BLOCK_SIZE")]
pub const SECTOR: usize = 512;

/// A directory of files.
pub trait Disk: Send + Sync {
    /// Opens an existing file for reading and writing. ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn open(&self, name: &str) -> Result<Arc<dyn File>>;
    /// Creates an empty file. ERRORS: [`Error::Exists`], [`Error::Full`], [`Error::Io`].
    fn create(&self, name: &str) -> Result<Arc<dyn File>>;
    /// Removes a file; open handles stay usable. ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn remove(&self, name: &str) -> Result<()>;
    /// Renames a file atomically, replacing `to` if it exists. ERRORS: [`Error::NotFound`], [`Error::Io`].
    fn rename(&self, from: &str, to: &str) -> Result<()>;
    /// Returns the names of all files, sorted.
    fn list(&self) -> Result<Vec<String>>;
    /// Makes all creates, renames and removes so far survive a power loss (R1).
    fn sync_dir(&self) -> Result<()>;
    /// True if a file of this name exists.
    fn exists(&self, name: &str) -> Result<bool> {
        Ok(self.list()?.iter().any(|n| n == name))
    }
}

/// An open file. Several threads may call it at once, at different offsets.
pub trait File: Send + Sync {
    /// Fills `buf` with the bytes from `at` on. ERRORS: [`Error::PastEnd`] if the file is too short, [`Error::Io`].
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()>;
    /// Writes all of `bytes` at byte `at`, extending the file if necessary. ERRORS: [`Error::Full`], [`Error::Io`].
    fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()>;
    /// Returns the length in bytes.
    fn len(&self) -> Result<u64>;
    /// True if the file has no bytes.
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Truncates the file, or extends it with zeros and reserves their space, so that a later write into them does not
    /// find the disk full. ERRORS: [`Error::Full`], [`Error::Io`].
    fn set_len(&self, len: u64) -> Result<()>;
    /// Hints that the `len` bytes from `at` on, just written, will be synced soon: the device may begin to write them.
    /// It promises nothing.
    fn begin_sync(&self, _at: u64, _len: u64) {}
    /// Makes all earlier writes, and the length, survive a power loss (fdatasync). ERRORS: [`Error::Io`]; see R3.
    fn sync(&self) -> Result<()>;
}
