//! The errors of undo, named by what the caller must do.

use innolab_page::undo::{MAX_PAYLOAD, RollPtr};

/// The result of an operation on undo.
pub type Result<T> = std::result::Result<T, Error>;

/// Why undo could not be written or read. Nothing was changed, unless the error is the store's `Poisoned`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A record does not fit on a page.
    #[error("an undo record of {bytes} bytes, a page takes {MAX_PAYLOAD}")]
    TooLarge {
        /// Bytes of the payload.
        bytes: usize,
    },
    /// All slots are taken: MySQL's error 1637. A slot becomes free when a transaction ends.
    #[doc(alias = "DB_TOO_MANY_CONCURRENT_TRXS")]
    #[error("there are {limit} transactions that write, and no more slots for undo logs")]
    TooManyTransactions {
        /// Number of slots.
        limit: usize,
    },
    /// No record is at this address: purge has freed it, or the pointer is wrong.
    #[doc(alias = "DB_MISSING_HISTORY")]
    #[error("there is no undo record at {0}")]
    Gone(RollPtr),
    /// Pages could not be read, allocated or changed. The inner error names a corrupt page; a full file is MySQL's
    /// error 1114.
    #[error(transparent)]
    Store(#[from] innolab_store::Error),
}
