//! The errors of the store, named by what the caller must do.

use innolab_base::{PageNo, SpaceId};

/// The result of a storage operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why pages could not be read or changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The bytes of a file break a rule. Nothing was changed.
    #[error("{file}, page {page}: {rule}")]
    Corrupt {
        /// The file's name.
        file: String,
        /// The page within the file.
        page: PageNo,
        /// The rule.
        rule: String,
    },
    /// The file cannot grow: MySQL's error 1114. Nothing was changed; a later try may succeed.
    #[error("the file {file} is full: {why}")]
    Full {
        /// The file's name.
        file: String,
        /// The cause.
        why: String,
    },
    /// Every frame of the buffer pool is latched or cannot be written back: the pool is too small for the number of
    /// pages that are in use at the same time.
    #[error("no free frame in a buffer pool of {frames} pages")]
    PoolExhausted {
        /// Size of the pool, in pages.
        frames: usize,
    },
    /// No open tablespace has this number.
    #[error("tablespace {0} is not there")]
    NoSpace(SpaceId),
    /// Two files carry the same tablespace number.
    #[error("{a} and {b} both say that they are tablespace {space}")]
    SpaceTwice {
        /// The number.
        space: SpaceId,
        /// One file.
        a: String,
        /// The other file.
        b: String,
    },
    /// After an earlier failure the state of the disk is unknown: every call fails until the store is opened again
    /// (I10).
    #[error("the store refuses to go on after an earlier failure: {0}")]
    Poisoned(String),
    /// A setting that is out of bounds, or that the system cannot satisfy.
    #[error("{0}")]
    Setting(String),
    /// An error of the redo log.
    #[error(transparent)]
    Redo(#[from] innolab_redo::Error),
    /// An error of a file.
    #[error(transparent)]
    Disk(#[from] innolab_disk::Error),
}
