//! Errors of disks and files, named by what the caller must do.

/// The result of a call of a disk or file.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed call, with the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file does not exist.
    #[error("{name}: no such file")]
    NotFound {
        /// The file.
        name: String,
    },
    /// The file exists already.
    #[error("{name}: the file exists already")]
    Exists {
        /// The file.
        name: String,
    },
    /// A read past the end of the file.
    #[error("{name}: the file has {len} bytes, {want} wanted at byte {at}")]
    PastEnd {
        /// The file.
        name: String,
        /// First byte of the read.
        at: u64,
        /// Bytes of the read.
        want: usize,
        /// The file's length in bytes.
        len: u64,
    },
    /// No space left (ENOSPC, EDQUOT, EFBIG). The call had no effect that matters and may be retried later.
    #[error("{name}: cannot {op}: the disk is full")]
    Full {
        /// The operation: "write", "extend", …
        op: &'static str,
        /// The file.
        name: String,
    },
    /// Another process has locked the directory.
    #[error("{name}: the directory is in use by another process{}", pid.map(|p| format!(" (pid {p})")).unwrap_or_default())]
    InUse {
        /// The directory.
        name: String,
        /// The process, if the lock file names it.
        pid: Option<u32>,
    },
    /// A system call failed.
    #[error("{name}: cannot {op}: {why}")]
    Io {
        /// The operation: "open", "write", "sync", …
        op: &'static str,
        /// The file.
        name: String,
        /// The system's message.
        why: String,
    },
}
