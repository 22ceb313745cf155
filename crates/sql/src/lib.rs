//! SQL over the engine's tables, as a MySQL client knows it: parse, resolve names, plan, run.
//!
//! ```text
//! Session::execute("update t set a = a + 1 where id in (3, 5)")
//!
//!   rewrite   tokens of MySQL's dialect ─► those of `sqlparser` ─► its tree, or 1064 near '…'
//!   bind      names ─► columns, literals ─► values, calls ─► functions            1054 1146 1235
//!   plan      WHERE ─► ranges of the primary key: point, range or full, by cost
//!   change    find the rows, then change them, through one engine statement       1062 1264 1048 …
//!   Outcome   affected 2
//! ```
//!
//! | module                                    | what                                                        |
//! |-------------------------------------------|-------------------------------------------------------------|
//! | `rewrite`, `dialect`                      | MySQL's words and precedences that the parser lacks; 1064   |
//! | [`value`], [`decimal`], `store`           | values, their comparison, what a column makes of them       |
//! | `bind`, `expr`, `print`, `known`, `function`, `like`, `aggregate` | expressions                                  |
//! | `plan`                                    | which part of the clustered index is read                   |
//! | `select`, `insert`, `change`, `create`, `show` | one kind of statement each                             |
//! | [`SqlError`]                              | numbers and texts                                           |
//!
//! RULES
//!
//! - **R1** A statement does all of its work or none of it.
//! - **R2** Numbers, texts, conversions and the default `sql_mode` are MariaDB 10.11's, because a real one can be asked.
//! - **R3** What is not there yet is error 1235 with the construct named. A statement is accepted without effect only where having no effect
//!   is what it means here: COMMIT and ROLLBACK between statements that commit themselves, an isolation level for a session of such
//!   statements, FOR UPDATE in one of them.
//!
//! InnoDB's counterpart: the server's `sql/` above the handler interface. Left out so far: transactions of several statements, joins,
//! subqueries, GROUP BY, ALTER TABLE, other indexes than the primary key.

mod aggregate;
mod bind;
mod change;
mod command;
mod create;
pub mod decimal;
mod dialect;
mod dictionary;
mod draft;
mod duplicate;
mod error;
mod explain;
mod expr;
mod fetch;
mod function;
mod hint;
mod insert;
mod interval;
mod keys;
mod known;
mod like;
mod make_row;
mod names;
mod numbers;
mod plan;
mod print;
mod ranges;
mod rewrite;
mod run;
mod safe;
mod select;
mod session;
mod show;
mod status;
mod store;
mod transaction;
pub mod value;
mod variables;
mod virtual_table;
mod warning;

pub use error::SqlError;
pub use session::{Outcome, Session};
