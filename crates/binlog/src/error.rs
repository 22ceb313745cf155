//! What can go wrong with a log, named by what the caller must do.

use bytes::TryGetError;
use std::fmt;
use std::sync::Arc;

/// The result of an operation on a log.
pub type Result<T> = std::result::Result<T, Error>;

/// The error of a [`Participant`](crate::Participant).
pub type Failure = Arc<dyn std::error::Error + Send + Sync>;

/// The result of decoding bytes. A caller that knows the file and the offset turns the error into [`Error::Corrupt`].
pub type Decoded<T> = std::result::Result<T, Malformed>;

/// Why bytes are not events, or events are not a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// They break this rule.
    Rule(&'static str),
    /// They end in the middle of a field.
    Short {
        /// The part of the event that ends too early: its kind's name, or a section of its body. Empty until known.
        part: &'static str,
        /// Bytes that the field needs.
        needed: u32,
        /// Bytes that the part still has.
        left: u32,
    },
}

impl Malformed {
    /// The error for a field of `needed` bytes where only `left` bytes are left.
    #[cold]
    pub(crate) fn short(needed: usize, left: usize) -> Malformed {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Malformed::Short { part: "", needed: clip(needed), left: clip(left) }
    }

    /// The same error, in `part` of an event unless a smaller part was named before.
    pub(crate) fn in_part(mut self, name: &'static str) -> Malformed {
        if let Malformed::Short { part, .. } = &mut self
            && part.is_empty()
        {
            *part = name;
        }
        self
    }
}

impl From<TryGetError> for Malformed {
    #[cold]
    fn from(e: TryGetError) -> Malformed {
        Malformed::short(e.requested, e.available)
    }
}

impl From<&'static str> for Malformed {
    fn from(rule: &'static str) -> Malformed {
        Malformed::Rule(rule)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Rule(rule) => f.write_str(rule),
            Malformed::Short { part, needed, left } => {
                let part = if part.is_empty() { "an event" } else { part };
                write!(f, "{part} ends in the middle of a field ({needed} bytes needed, {left} left)")
            }
        }
    }
}

/// Why an operation failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Bytes that no writer wrote: give up on this file.
    #[error("{file}: byte {offset}: {rule}")]
    Corrupt {
        /// The file.
        file: String,
        /// Offset of the event that is wrong.
        offset: u64,
        /// The rule that it breaks.
        rule: Malformed,
    },
    /// An encrypted log: only its server, which has the key, can read it.
    #[error("{file}: byte {offset}: the log is encrypted from here on ({how}); its server can decrypt it")]
    Encrypted {
        /// The file.
        file: String,
        /// Offset of the first byte that is encrypted.
        offset: u64,
        /// The server's feature.
        how: &'static str,
    },
    /// The index and the directory contradict each other: an operator must decide.
    #[error("{file}: {rule}")]
    Index {
        /// The file that is missing, or that should not be there.
        file: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// Flashback cannot reverse the event.
    #[error("{file}: byte {offset}: {what} cannot be reversed")]
    NotReversible {
        /// The file.
        file: String,
        /// Offset of the event.
        offset: u64,
        /// The event, by name.
        what: String,
    },
    /// A participant failed. In [`prepare`](crate::Participant::prepare): the transaction was rolled back, nothing else
    /// happened.
    #[error("{participant}: cannot {step}: {source}")]
    Participant {
        /// The participant's name.
        participant: String,
        /// The call that failed, as a verb.
        step: &'static str,
        /// The participant's error.
        source: Failure,
    },
    /// An earlier failure left the log's contents unknown: close everything and open it again (I10).
    #[error("the binlog refuses to go on until it is reopened, because {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] innolab_disk::Error),
}
