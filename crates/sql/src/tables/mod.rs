//! Statements about the definitions of tables: CREATE, ALTER, DROP, RENAME, TRUNCATE, SHOW.

mod alter;
mod create;
mod ddl;
mod names;
mod rename;
mod show;
mod table_draft;

pub(crate) use ddl::{DdlStatement, tables_changed};
pub(crate) use show::indexes_of;
