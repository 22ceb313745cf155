//! What can go wrong with a file, named by what the caller must do.

/// The result of an operation on a disk.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, and with which file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such file.
    #[error("{name}: no such file")]
    NotFound {
        /// The file.
        name: String,
    },
    /// There is such a file already.
    #[error("{name}: the file exists already")]
    Exists {
        /// The file.
        name: String,
    },
    /// The file ends before the bytes that were asked for.
    #[error("{name}: the file has {len} bytes, {want} wanted at byte {at}")]
    PastEnd {
        /// The file.
        name: String,
        /// First byte asked for.
        at: u64,
        /// How many bytes were asked for.
        want: usize,
        /// The file's length in bytes.
        len: u64,
    },
    /// No space left (ENOSPC, EDQUOT, EFBIG): the operation had no effect that matters; it may be tried again later.
    #[error("{name}: cannot {op}: the disk is full")]
    Full {
        /// What was tried: "write", "extend", …
        op: &'static str,
        /// The file.
        name: String,
    },
    /// Another process works in this directory.
    #[error("{name}: the directory is in use by another process{}", pid.map(|p| format!(" (pid {p})")).unwrap_or_default())]
    InUse {
        /// The directory.
        name: String,
        /// The process, if it said so.
        pid: Option<u32>,
    },
    /// The system refused.
    #[error("{name}: cannot {op}: {why}")]
    Io {
        /// What was tried: "open", "write", "sync", …
        op: &'static str,
        /// The file.
        name: String,
        /// The system's words.
        why: String,
    },
}
