//! The errors of the log, named by what the caller must do.

use innolab_disk as disk;

/// The result of an operation on the log.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation on the log failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, created or read. Nothing is lost; once the cause is mended, the call can be repeated.
    #[error(transparent)]
    Disk(#[from] disk::Error),
    /// The file is damaged or is not a log: nothing can be recovered from it.
    #[error("{file}: byte {at}: {rule}")]
    Corrupt {
        /// The file's name.
        file: String,
        /// Byte offset in the file.
        at: u64,
        /// The rule that the bytes break.
        rule: String,
    },
    /// A write or sync failed: the log promises nothing until it is opened again (R6).
    #[error("the redo log stopped after an error: {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The group is larger than this log can ever hold: give up.
    #[error("a redo group of {want} bytes is larger than the {limit} bytes that the log allows (innodb_log_file_size)")]
    TooLarge {
        /// Payload bytes of the group.
        want: u64,
        /// Largest payload that the log accepts, in bytes.
        limit: u64,
    },
    /// The options describe a log that is too small.
    #[error(
        "a redo log of {capacity_bytes} bytes is smaller than {} (innodb_log_file_size)",
        crate::MIN_CAPACITY_BYTES
    )]
    Options {
        /// Bytes asked for.
        capacity_bytes: u64,
    },
}
