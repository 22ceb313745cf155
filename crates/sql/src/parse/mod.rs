//! From a statement's text to a tree: `sqlparser`'s tree for statements on tables, our [`Command`] for all others.

mod binlog;
mod command;
mod command_reader;
mod dialect;
mod scope;
mod set;
mod show;
mod statement;
mod transaction;
mod words;

pub(crate) use command::{Assignment, Command, Completion, EventRange, ShowFilter};
pub(crate) use scope::Scope;
#[cfg(test)]
pub(crate) use statement::parse_statement;
pub(crate) use statement::{Parsed, WAIT_PREFIX, parse, syntax_error};
