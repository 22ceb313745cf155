//! What can go wrong with the log, named by what the caller must do.

use innolab_disk as disk;

/// The result of an operation on the log.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, made or read. Nothing is lost; a missing or locked file may be mended.
    #[error(transparent)]
    Disk(#[from] disk::Error),
    /// The file is damaged or not a log: recovery is impossible from it.
    #[error("{file}: byte {at}: {rule}")]
    Corrupt {
        /// The file.
        file: String,
        /// Where in the file, in bytes.
        at: u64,
        /// What should hold there, and does not.
        rule: String,
    },
    /// A write or sync failed; nothing is promised any more until the log is opened again (R6).
    #[error("the redo log stopped after an error: {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The group can never fit into this log: give up.
    #[error("a redo group of {want} bytes is larger than the {limit} bytes that the log allows (innodb_log_file_size)")]
    TooLarge {
        /// Payload bytes wanted.
        want: u64,
        /// Payload bytes allowed.
        limit: u64,
    },
    /// The options make no log.
    #[error(
        "a redo log of {capacity_bytes} bytes is smaller than {} (innodb_log_file_size)",
        crate::MIN_CAPACITY_BYTES
    )]
    Options {
        /// Bytes asked for.
        capacity_bytes: u64,
    },
}
