//! A temporary file of records: they are appended one by one, and read again from any record on.
//!
//! ```text
//! record    length (4) · bytes
//! ```

use crate::answer::SqlError;
use crate::engine::{Error, TemporaryFile, TemporaryFiles};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are written, and read, at a time.
pub(super) const BLOCK_BYTES: usize = 16 << 10;
/// What errors call the file.
const NAME: &str = "(temporary)";
/// Bytes of a record's length.
const LENGTH: usize = 4;

/// A file that records are appended to. The file is removed with its last reader.
pub(super) struct RecordFile {
    file: Arc<TemporaryFile>,
    /// Bytes in the file, without `buffer`.
    len: u64,
    buffer: Vec<u8>,
}

impl RecordFile {
    /// Creates an empty file.
    pub(super) fn create(files: &TemporaryFiles) -> Result<RecordFile, SqlError> {
        let file = Arc::new(files.create().map_err(failed)?);
        Ok(RecordFile { file, len: 0, buffer: Vec::new() })
    }

    /// Appends the record that `write` writes. ERRORS: 1114, the disk is full.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), SqlError> {
        let at = self.buffer.len();
        self.buffer.extend([0; LENGTH]);
        write(&mut self.buffer);
        // A row is shorter than 4 GiB.
        let length = (self.buffer.len() - at - LENGTH) as u32;
        self.buffer[at..at + LENGTH].copy_from_slice(&length.to_le_bytes());
        if self.buffer.len() >= BLOCK_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SqlError> {
        self.file.write_at(self.len, &self.buffer).map_err(failed)?;
        self.len += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Writes what has been appended, and returns the file's length: the position of the next record.
    pub(super) fn end(&mut self) -> Result<u64, SqlError> {
        self.flush()?;
        Ok(self.len)
    }

    /// Reads the records of a part of the file, `block_bytes` at a time. REQUIRES: [`RecordFile::end`] returned both ends.
    pub(super) fn reader(&self, part: Range<u64>, block_bytes: usize) -> RecordReader {
        RecordReader { file: self.file.clone(), left: part, block_bytes, bytes: Vec::new(), at: 0 }
    }
}

/// Reads records in the order in which they were appended.
pub(super) struct RecordReader {
    file: Arc<TemporaryFile>,
    /// The part of the file that has not been read.
    left: Range<u64>,
    block_bytes: usize,
    bytes: Vec<u8>,
    at: usize,
}

impl RecordReader {
    /// Returns the next record; `None` at the end. ERRORS: the file cannot be read, or does not hold records.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, SqlError> {
        if self.at == self.bytes.len() && self.left.is_empty() {
            return Ok(None);
        }
        let length: [u8; LENGTH] = self.take(LENGTH)?.try_into().map_err(|_| damaged())?;
        self.take(u32::from_le_bytes(length) as usize).map(Some)
    }

    /// Takes the next `n` bytes.
    fn take(&mut self, n: usize) -> Result<&[u8], SqlError> {
        let lacking = n.saturating_sub(self.bytes.len() - self.at) as u64;
        if lacking > 0 {
            let left = self.left.end - self.left.start;
            if lacking > left {
                return Err(damaged());
            }
            self.bytes.drain(..self.at);
            self.at = 0;
            let have = self.bytes.len();
            // No more than the file has: a damaged length cannot ask for memory that is not there.
            let more = left.min(lacking.max(self.block_bytes as u64));
            self.bytes.resize(have + more as usize, 0);
            self.file.read_at(self.left.start, &mut self.bytes[have..]).map_err(failed)?;
            self.left.start += more;
        }
        self.at += n;
        Ok(&self.bytes[self.at - n..self.at])
    }
}

fn failed(error: Error) -> SqlError {
    SqlError::from_engine(error, NAME)
}

/// The error of a temporary file that does not hold what was written to it.
pub(super) fn damaged() -> SqlError {
    failed(Error::Corrupt { file: NAME.to_owned(), rule: "records are read as they were written".to_owned() })
}
