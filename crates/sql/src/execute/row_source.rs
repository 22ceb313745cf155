//! Where the rows of a SELECT come from, and the memory that there is for them.

use super::overflow::KeyMemory;
use crate::engine::{TemporaryFiles, Transaction};
use crate::optimize::AccessPath;
use crate::query::{ReadMode, Select};

/// Where a SELECT's rows come from, and how they are read.
pub(crate) struct RowSource<'a> {
    pub(super) trx: Option<&'a mut Transaction>,
    pub(super) reading: &'a ReadMode,
    /// `None`: it reads no stored table.
    pub(super) access: Option<AccessPath>,
}

impl RowSource<'_> {
    /// The memory of a sort; `None`: all that there is, for a SELECT without a transaction.
    pub(super) fn sort_memory(&self, select: &Select) -> Option<(usize, TemporaryFiles)> {
        self.trx.as_ref().map(|trx| (bytes(select.memory.sort_buffer_size), trx.temporary_files()))
    }

    /// The memory of groups, or of distinct rows; `None`: as [`RowSource::sort_memory`].
    pub(super) fn key_memory(&self, select: &Select) -> Option<KeyMemory> {
        let limit_bytes = bytes(select.memory.tmp_table_size);
        self.trx.as_ref().map(|trx| KeyMemory { limit_bytes, files: trx.temporary_files() })
    }
}

/// A number of bytes in memory.
pub(super) fn bytes(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
