//! What can go wrong with a log, named by what the caller must do.

use std::sync::Arc;

/// The result of an operation on a log.
pub type Result<T> = std::result::Result<T, Error>;

/// What a [`Participant`](crate::Participant) says when it fails.
pub type Failure = Arc<dyn std::error::Error + Send + Sync>;

/// The result of taking bytes apart: the rule that they break. Whoever knows the file and the offset makes an
/// [`Error::Corrupt`] of it.
pub type Parsed<T> = std::result::Result<T, &'static str>;

/// What went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Bytes that no writer wrote: give up on this file.
    #[error("{file}: byte {offset}: {rule}")]
    Corrupt {
        /// The file.
        file: String,
        /// Where the event starts that is wrong.
        offset: u64,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// The index and the directory do not belong together: a person must look.
    #[error("{file}: {rule}")]
    Index {
        /// The file that is missing, or that should not be there.
        file: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// The event cannot be turned back (flashback).
    #[error("{file}: byte {offset}: {what} cannot be reversed")]
    NotReversible {
        /// The file.
        file: String,
        /// Where the event starts.
        offset: u64,
        /// The event, by name.
        what: String,
    },
    /// A participant refused. From [`prepare`](crate::Participant::prepare): the transaction was rolled back, nothing
    /// else happened.
    #[error("{who}: cannot {step}: {source}")]
    Participant {
        /// The participant.
        who: String,
        /// What it was asked for.
        step: &'static str,
        /// Its words.
        source: Failure,
    },
    /// An earlier failure left the log in a state that only a reopening can judge: close everything and open again (I10).
    #[error("the binlog refuses to go on until it is reopened, because {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] innolab_disk::Error),
}
