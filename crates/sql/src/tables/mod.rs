//! Statements about tables as such: CREATE, ALTER, DROP, RENAME, SHOW.

mod alter;
mod create;
mod dictionary;
mod rename;
mod show;
mod table_draft;

pub(crate) use dictionary::{Dictionary, changes_dictionary};
pub(crate) use show::indexes_of;
