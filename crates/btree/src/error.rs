//! The errors of a tree, named by what the caller must do.

use innolab_page::record::TooLarge;

/// The result of an operation on a tree.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a tree could not be read or changed. Nothing was changed, unless the error is the store's `Poisoned`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The record is larger than half a page: MySQL's error 1118.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A bulk load received a key that is not above the key before.
    #[error("the records of a bulk load are not in ascending order")]
    Order,
    /// Pages could not be read, allocated or changed. The inner error names a corrupt page.
    #[error(transparent)]
    Store(#[from] innolab_store::Error),
}

impl From<innolab_disk::Error> for Error {
    fn from(e: innolab_disk::Error) -> Error {
        Error::Store(e.into())
    }
}
