//! The answer to a client: an error with MySQL's number, rows or a count, and the messages of SHOW WARNINGS. All floors
//! above return these types.

mod error;
mod outcome;
mod result_type;
mod rows_info;
mod warnings;

pub use error::SqlError;
pub(crate) use error::shown_string;
pub use outcome::Outcome;
pub use result_type::{ResultKind, ResultType};
pub use rows_info::RowsInfo;
pub(crate) use warnings::{Level, Warnings};
