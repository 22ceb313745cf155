//! Rows whose keys have no room in memory, set aside in files until the keys that have room are done.
//!
//! ```text
//! row ─► its key is in memory, or there is room ─► handled at once
//!    └─► else ─► the file of its key's hash: 0 … 15 ─► each file later, as the rows of a scan of its own
//! ```
//!
//! RULES
//!
//! - **R1** Rows with equal keys go to the same file, in the order in which they were pushed.
//! - **R2** A pass that sets rows aside has handled at least one key, so passes end. The files of a file use another hash.
//!
//! The server's counterpart: a temporary table that moves from memory to a file (`create_internal_tmp_table_from_heap`).

use super::record_file::{BLOCK_BYTES, RecordFile, RecordReader};
use crate::answer::SqlError;
use crate::engine::TemporaryFiles;
use std::hash::{DefaultHasher, Hash, Hasher};

const PARTS: usize = 16;

/// A key, as values are shown.
pub(super) type Key = Vec<Option<Vec<u8>>>;

/// About how many bytes a key has in memory.
pub(super) fn key_bytes(key: &Key) -> usize {
    size_of::<Key>()
        + key.iter().map(|part| size_of::<Option<Vec<u8>>>() + part.as_ref().map_or(0, Vec::len)).sum::<usize>()
}

/// The memory for the keys of a statement, and where it sets rows aside.
#[derive(Clone)]
pub(super) struct KeyMemory {
    pub(super) limit_bytes: usize,
    pub(super) files: TemporaryFiles,
}

/// Rows that are set aside.
pub(super) struct Overflow {
    files: TemporaryFiles,
    /// Number of passes before this one.
    pass: u64,
    parts: [Option<RecordFile>; PARTS],
}

impl Overflow {
    pub(super) fn new(files: &TemporaryFiles, pass: u64) -> Overflow {
        Overflow { files: files.clone(), pass, parts: Default::default() }
    }

    /// Sets a row aside, as `write` writes it. ERRORS: 1114, the disk is full.
    pub(super) fn push(&mut self, key: &Key, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), SqlError> {
        let mut hasher = DefaultHasher::new();
        (self.pass, key).hash(&mut hasher);
        let part = &mut self.parts[(hasher.finish() % PARTS as u64) as usize];
        let file = match part {
            Some(file) => file,
            None => part.insert(RecordFile::create(&self.files)?),
        };
        file.append(write)
    }

    /// Returns the rows of each file.
    pub(super) fn finish(self) -> Result<Vec<RecordReader>, SqlError> {
        let read = |mut file: RecordFile| {
            let end = file.end()?;
            Ok(file.reader(0..end, BLOCK_BYTES))
        };
        self.parts.into_iter().flatten().map(read).collect()
    }
}
