//! How a set-up statement is printed, if `run --setup` asks for it: like a step, but without step and session.
//!
//! ```text
//! {"case":"…","setup":true,"line":1,"sql":"create table …","outcome":"ok","affected":0}
//!
//!   -      create table t (id int primary key)
//!          ok, 0 rows
//! ```

use crate::scenario::Statement;
use crate::transcript::{StatementResult, outcome, pretty as pretty_result};
use serde_json::json;

/// Stands where a step has its number and its session.
const HEAD: &str = "  -      ";

/// The statement and its result as a line of JSON.
pub(crate) fn json_line(case: &str, statement: &Statement, result: &StatementResult) -> String {
    let (case, sql) = (json!(case), json!(statement.sql));
    format!(r#"{{"case":{case},"setup":true,"line":{},"sql":{sql},{}}}"#, statement.line, outcome(result))
}

/// The statement, and its result indented below it.
pub(crate) fn pretty(statement: &Statement, result: &StatementResult) -> String {
    let margin = " ".repeat(HEAD.len());
    let lines = statement.sql.lines().map(str::trim_end).collect::<Vec<_>>().join(&format!("\n{margin}"));
    let result: String = pretty_result(result).lines().map(|line| format!("{margin}{line}\n")).collect();
    format!("{HEAD}{lines}\n{result}")
}
