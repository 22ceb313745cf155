//! SQL over the engine's tables, as a MySQL client knows it: parse, resolve names, plan, run, within the session's transaction.
//!
//! ```text
//! Session::execute("update t set a = a + 1 where id in (3, 5)")
//!
//!   rewrite       tokens of MySQL's dialect ─► commands, or `sqlparser`'s tree, or 1064 near '…'
//!   transaction   the open one, or one around this statement                       1792
//!   names, bind   names ─► tables (kept by the transaction), columns, functions    1146 1054 1235
//!   plan          WHERE ─► ranges of an index: const, ref, range, index, ALL       1176
//!   change        read a row and lock it, look, change it, go on                   1062 1264 1048 … 1205 1213
//!   Outcome       affected 2
//! ```
//!
//! | module                                         | what                                                                     |
//! |------------------------------------------------|--------------------------------------------------------------------------|
//! | `rewrite`, `dialect`, `command`                | MySQL's words and precedences that the parser lacks; 1064                |
//! | [`Session`], `transaction`, `variables`, `warning` | what a session keeps: its transaction, its settings, its messages    |
//! | [`value`], [`decimal`], `moment`, `store`      | values, their comparison, what a column makes of them                    |
//! | `bind`, `literal`, `expr`, `eval`, `print`, `known`, `function`, `form`, `now`, `like`, `aggregate` | expressions                                    |
//! | `names`, `virtual_table`                       | what a table's name means; what the engine shows of itself               |
//! | `hint`, `sargable`, `interval`, `ranges`, `cost`, `plan`, `order` | which index, which parts of it, in which direction |
//! | `loose`, `ends`                                | groups, and whole tables, by their ends                                  |
//! | `explain`                                      | the plan, shown                                                          |
//! | `fetch`, `select`, `run`                       | reading: by a view or with locks                                         |
//! | `change`, `insert`, `make_row`, `numbers`, `duplicate`, `safe` | changing rows                                            |
//! | `draft`, `create`, `dictionary`, `keys`, `show`, `status` | tables as such                                                |
//! | `binlog`                                       | the binary log, shown, flushed and purged                                |
//! | [`SqlError`]                                   | numbers and texts                                                        |
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
