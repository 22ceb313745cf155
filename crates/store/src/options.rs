//! Settings, under MySQL's names, and counts.

use crate::arena::FRAME_BYTES;
use crate::doublewrite::Doublewrite;
use crate::error::{Error, Result};
use crate::replacer::Policy;

/// The smallest pool that works, in bytes: a structure change may have some dozens of pages latched.
pub(crate) const LEAST_POOL_BYTES: u64 = 1 << 20;

/// Settings of a store.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the names are MySQL's; units are said here
pub struct Options {
    /// Bytes of memory for pages, their headers and key hints (about 17 KiB a page); at least 1 MiB.
    pub innodb_buffer_pool_size: u64,
    /// Bytes of the redo log.
    pub innodb_log_file_size: u64,
    /// Bytes of redo kept in memory before it is written.
    pub innodb_log_buffer_size: u64,
    /// Milliseconds after its first use in which further uses leave a page in the old part of the LRU list.
    pub innodb_old_blocks_time: u64,
    /// What is written before a page is written to its place.
    pub innodb_doublewrite: Doublewrite,
    /// Percent of the pool that may be dirty before the cleaner writes pages back.
    pub innodb_max_dirty_pages_pct: u8,
    /// The policy by which pages leave the pool; InnoDB's is [`Policy::Midpoint`].
    pub replacer: Policy,
    /// True if the hash index is on from the beginning.
    pub innodb_adaptive_hash_index: bool,
    /// True if a thread of the store writes pages back ahead of need. Without it the callers that need room make it,
    /// and every run repeats exactly.
    pub background: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            innodb_buffer_pool_size: 128 << 20,
            innodb_log_file_size: 96 << 20,
            innodb_log_buffer_size: 16 << 20,
            innodb_old_blocks_time: 1000,
            innodb_doublewrite: Doublewrite::On,
            innodb_max_dirty_pages_pct: 90,
            replacer: Policy::default(),
            innodb_adaptive_hash_index: false,
            background: true,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<()> {
        if self.innodb_buffer_pool_size < LEAST_POOL_BYTES {
            let (have, least) = (self.innodb_buffer_pool_size, LEAST_POOL_BYTES);
            return Err(Error::Setting(format!("innodb_buffer_pool_size is {have}, it must be at least {least}")));
        }
        Ok(())
    }

    pub(crate) fn frames(&self) -> usize {
        (self.innodb_buffer_pool_size / FRAME_BYTES as u64) as usize
    }
}

/// Counts since the store was opened, and its present state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages read from files.
    pub pages_read: u64,
    /// Pages written to their places in files.
    pub pages_written: u64,
    /// Pages created.
    pub pages_created: u64,
    /// Pages pushed out of memory.
    pub pages_evicted: u64,
    /// Syncs of data files and of the doublewrite file.
    pub syncs: u64,
    /// Pages copied to the doublewrite file.
    pub dblwr_pages_written: u64,
    /// Batches of such pages: each was a write and a sync.
    pub dblwr_writes: u64,
    /// Pages that are newer in memory than in their file.
    pub dirty_pages: u64,
    /// Frames without a page.
    pub free_frames: u64,
    /// Frames.
    pub frames: u64,
    /// End of the redo log, in bytes since it began.
    pub log_bytes: u64,
    /// Bytes of redo that a recovery would read at this moment.
    pub checkpoint_age: u64,
}
