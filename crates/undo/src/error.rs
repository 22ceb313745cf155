//! What can go wrong with undo, named by what the caller must do.

use innolab_page::undo::{MAX_PAYLOAD, RollPtr};

/// The result of an operation on undo.
pub type Result<T> = std::result::Result<T, Error>;

/// Why undo could not be written or read. Nothing was changed, unless the store says that it is poisoned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A record is longer than a page takes.
    #[error("an undo record of {bytes} bytes, a page takes {MAX_PAYLOAD}")]
    TooLarge {
        /// Bytes of its payload.
        bytes: usize,
    },
    /// All slots are taken: MySQL's error 1637. It works again when a transaction has ended.
    #[doc(alias = "DB_TOO_MANY_CONCURRENT_TRXS")]
    #[error("there are {limit} transactions that write, and no more slots for undo logs")]
    TooManyTransactions {
        /// How many slots there are.
        limit: usize,
    },
    /// There is no record at this place (any more): purge has taken it, or the pointer is not one.
    #[doc(alias = "DB_MISSING_HISTORY")]
    #[error("there is no undo record at {0}")]
    Gone(RollPtr),
    /// Pages could not be read, taken or changed. Corrupt pages are named there; a full file is MySQL's error 1114.
    #[error(transparent)]
    Store(#[from] innolab_store::Error),
}
