//! The SQL layer: the part of a MySQL server that stands above the storage engine.
//!
//! InnoDB knows nothing of SQL. Its caller names an index; InnoDB finds, locks and changes one row at a time in that
//! index, and answers with errors of its own. This crate is the caller. A [`Session`] takes the text of a statement,
//! finds out which tables and columns it names, chooses an index to read, runs the statement row by row within the
//! session's transaction, and answers as a MySQL client expects: rows or a count ([`Outcome`]), or an error with
//! MySQL's number and MariaDB's text ([`SqlError`]).
//!
//! Which index is read, and in which order, matters for more than speed: InnoDB locks what it reads. So a lab that
//! shows the locks of a real server needs the plans of a real server.
//!
//! ```text
//! session.execute("update t set a = a + 1 where id in (3, 5)")                       errors
//!   │
//!   ├─ parse      the text becomes a command, or the syntax tree of `sqlparser`      1064 1235
//!   ├─ session    finds the open transaction, or begins one for this statement       1792
//!   ├─ query      binds names to a table (and its metadata lock) and to columns      1146 1054 1176 1235
//!   ├─ optimize   chooses an access path: `range` on PRIMARY, [3] [5]
//!   ├─ execute    locks a row, checks WHERE, changes the row, goes on to the next    1062 1264 1048 1205 1213
//!   ▼
//! Outcome::Ok { affected: 2 }
//! ```
//!
//! The folders are floors: a file imports from its own folder and from floors below it, never from a floor above, nor
//! from another folder on its own floor. To read the crate along the path of a statement, begin with
//! `session/client.rs`, then `query/select.rs`, `optimize/mod.rs`, `execute/scan.rs` and `execute/update_delete.rs`.
//!
//! | floor                       | what                                                                          |
//! |-----------------------------|-------------------------------------------------------------------------------|
//! | `session`                   | [`Session`]: statements one by one, the transaction, settings                 |
//! | `tables`, `admin`           | CREATE, ALTER, DROP, SHOW; the binary log's statements, SHOW STATUS           |
//! | `execute`                   | statements run: scan, filter, group, sort, insert, update and delete; EXPLAIN |
//! | `optimize`                  | which index, which ranges of it, in which direction, at which cost            |
//! | `query`                     | bound statements: names resolved to tables and columns                        |
//! | `expr`                      | expressions: the tree, binding, simplification, evaluation, printing          |
//! | `context`, `function`       | a session's variables as statements see them; SQL functions on values         |
//! | `parse`, `types`, `catalog` | MySQL's dialect; values and what columns store of them; names of tables       |
//! | `answer`                    | [`SqlError`], [`Outcome`], warnings                                           |
//! | `engine.rs`                 | the one file that names the storage engine                                    |
//!
//! RULES
//!
//! - **R1** A statement does all of its work or none of it. Its locks stay until the transaction ends.
//! - **R2** Errors, conversions, the default `sql_mode`, the locks and the order in which they are taken are those of
//!   MariaDB 10.11: the tests compare them with a real server. Plans decide which rows are locked, so they are the
//!   server's too, wherever a hint or a small table leaves the server one choice.
//! - **R3** What is not supported is error 1235 with the construct named. A statement is accepted without effect only
//!   if having no effect is what it means.
//!
//! InnoDB's counterpart: the server's directory `sql/`, above the handler interface. Left out: joins, subqueries,
//! views, prepared statements, users. All differences from the server: `docs/differences.md`.

mod admin;
mod answer;
mod catalog;
mod context;
mod engine;
mod execute;
mod expr;
mod function;
mod optimize;
mod parse;
mod query;
mod session;
mod tables;
mod types;

/// Exact decimal numbers: the values of DECIMAL columns and of literals with a decimal point.
pub mod decimal {
    pub use crate::types::{DIVISION_DIGITS, Decimal};
}

/// SQL values, and how they compare.
pub mod value {
    pub use crate::types::{Value, compare, order};
}

pub use crate::answer::{Outcome, ResultKind, ResultType, RowsInfo, SqlError};
pub use crate::session::{Connections, Kill, Session, SessionStatus};
