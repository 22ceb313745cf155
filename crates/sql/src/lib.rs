//! SQL over the engine's tables, as a MySQL client knows it: parse, resolve names, plan, run, within the session's transaction.
//!
//! ```text
//! Session::execute("update t set a = a + 1 where id in (3, 5)")
//!
//!   parse         tokens of MySQL's dialect ─► commands, or `sqlparser`'s tree, or 1064 near '…'
//!   session       the open transaction, or one around this statement                1792
//!   query, expr   names ─► tables (kept by the transaction), columns, functions     1146 1054 1235
//!   optimize      WHERE ─► ranges of an index: const, ref, range, index, ALL        1176
//!   execute       read a row and lock it, look, change it, go on                    1062 1264 1048 … 1205 1213
//!   Outcome       affected 2
//! ```
//!
//! Its folders are floors: a file imports from its own folder and from floors below it, never upward, nor from a folder
//! on the same floor.
//!
//! | floor                          | what                                                                                     |
//! |--------------------------------|------------------------------------------------------------------------------------------|
//! | `session`                      | [`Session`]: statements one by one, its transaction, its settings                        |
//! | `tables`, `admin`              | tables as such; the binary log, SHOW STATUS                                              |
//! | `execute`                      | statements on tables run: scan, group, sort, insert, update and delete; EXPLAIN          |
//! | `optimize`                     | which index, which parts of it, in which direction, at which cost; reads no row          |
//! | `query`                        | statements on tables with their names resolved                                           |
//! | `expr`                         | expressions: tree, names resolved, simplified, evaluated, printed                        |
//! | `context`, `function`          | what a session tells a statement; functions on values                                    |
//! | `parse`, `types`, `catalog`    | MySQL's words, 1064; values, [`decimal`], moments, what a column makes of them; names of tables and indexes |
//! | `answer`                       | [`SqlError`], [`Outcome`], warnings                                                      |
//! | `engine.rs`                    | the one file that names the storage engine                                               |
//!
//! RULES
//!
//! - **R1** A statement does all of its work or none of it; what it has locked stays locked.
//! - **R2** Numbers, texts, conversions and the default `sql_mode` are MariaDB 10.11's, because a real one can be
//!   asked. So is what is locked, and in which order: the plan decides it, hence plans are the server's wherever a hint
//!   or a small table leaves it one.
//! - **R3** What is not there yet is error 1235 with the construct named. A statement is accepted without effect only
//!   where having no effect is what it means.
//!
//! InnoDB's counterpart: the server's `sql/` above the handler interface. Left out so far: joins, subqueries, views, prepared
//! statements. Where we differ: `docs/differences.md`.

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

/// Exact numbers.
pub mod decimal {
    pub use crate::types::{DIVISION_DIGITS, Decimal};
}

/// Values, and how they compare.
pub mod value {
    pub use crate::types::{Value, compare, order};
}

pub use crate::answer::{Outcome, SqlError};
pub use crate::session::Session;
