//! What can go wrong below a tree, named by what the caller must do.

use innolab_base::{PageNo, SpaceId};

/// The result of a storage operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why pages could not be read or changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Bytes of a file are not what they must be. Nothing was changed.
    #[error("{file}, page {page}: {rule}")]
    Corrupt {
        /// The file's name.
        file: String,
        /// The page within the file.
        page: PageNo,
        /// What does not hold.
        rule: String,
    },
    /// The file cannot grow: MySQL's error 1114. Nothing was changed; it may work later.
    #[error("the file {file} is full: {why}")]
    Full {
        /// The file's name.
        file: String,
        /// What stands in the way.
        why: String,
    },
    /// Every frame of the buffer pool is latched or cannot be written: the pool is too small for what runs at once.
    #[error("no free frame in a buffer pool of {frames} pages")]
    PoolExhausted {
        /// Size of the pool in pages.
        frames: usize,
    },
    /// There is no such tablespace (any more).
    #[error("tablespace {0} is not there")]
    NoSpace(SpaceId),
    /// Two files say that they are the same tablespace.
    #[error("{a} and {b} both say that they are tablespace {space}")]
    SpaceTwice {
        /// The id both carry.
        space: SpaceId,
        /// One file.
        a: String,
        /// The other file.
        b: String,
    },
    /// An earlier failure left it unknown what is on disk: nothing works until the store is opened again (I10).
    #[error("the store refuses to go on after an earlier failure: {0}")]
    Poisoned(String),
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
    /// The redo log.
    #[error(transparent)]
    Redo(#[from] innolab_redo::Error),
    /// A file.
    #[error(transparent)]
    Disk(#[from] innolab_disk::Error),
}
