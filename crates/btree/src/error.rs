//! What can go wrong in a tree, named by what the caller must do.

use innolab_page::record::TooLarge;

/// The result of an operation on a tree.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a tree could not be read or changed. Nothing was changed, unless the store says that it is poisoned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The record is larger than a page can take twice: MySQL's error 1118.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A bulk load got a key that is not above the one before.
    #[error("the records of a bulk load are not in ascending order")]
    Order,
    /// Pages could not be read, taken or changed. Corrupt pages are named there.
    #[error(transparent)]
    Store(#[from] innolab_store::Error),
}

impl From<innolab_disk::Error> for Error {
    fn from(e: innolab_disk::Error) -> Error {
        Error::Store(e.into())
    }
}
