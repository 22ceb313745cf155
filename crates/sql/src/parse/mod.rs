//! From a statement's text to a tree: `sqlparser`'s tree for statements on tables, our [`Command`] for all others. The
//! [`grammar`] says first what MariaDB takes (else 1064), and what of that is not supported (1235).

mod binlog;
mod command;
mod command_reader;
mod depth;
mod dialect;
mod grammar;
mod item_texts;
mod scope;
mod set;
mod show;
mod statement;
mod transaction;
mod words;

pub(crate) use command::{Assignment, Command, Completion, EventRange, ShowFilter};
pub(crate) use depth::run_with_depth;
pub(crate) use dialect::balanced;
pub(crate) use item_texts::item_texts;
pub(crate) use scope::Scope;
#[cfg(test)]
pub(crate) use statement::parse_statement;
pub(crate) use statement::{Parsed, Tokens, WAIT_PREFIX, syntax_error};
