//! How a step is printed: as a line of JSON for programs, or as text for people.
//!
//! ```text
//! {"case":"…","step":3,"session":"T2","sql":"…","outcome":"rows","rows":[["2",null]]}
//! {"case":"…","step":4,"session":"T1","sql":"…","outcome":"ok","affected":1}
//! {"case":"…","step":5,"session":"T1","sql":"…","outcome":"error","errno":1062,"message":"…"}
//! {"case":"…","step":6,"session":"T2","sql":"…","outcome":"blocked"}
//! {"case":"…","step":7,"session":"T1","sql":"commit","outcome":"ok","affected":0}
//! {"case":"…","step":6,"session":"T2","sql":"…","outcome":"ok","affected":1,"late":true}
//! {"case":"…","step":8,"session":"T1","sql":"inspect …","outcome":"text","lines":["…","…"]}
//! ```
//!
//! RULES
//!
//! - **R1** One object per line, with its members in this order. Values are strings, NULL is null; bytes that are not
//!   UTF-8 are shown as `\xNN`.
//! - **R2** A step that was blocked is printed twice: as blocked, and when it ends, after the line of the step that
//!   unblocked it, with `"late":true`.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use innolab_base::Counters;
use innolab_sql::{Outcome, SqlError};
use serde_json::json;

/// What a statement answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Sql(Outcome),
    /// The lines of `inspect`.
    Text(String),
}

/// The result of a statement that has ended.
pub(crate) type StatementResult = Result<Answer, SqlError>;

/// A statement that has ended: its result, and what it cost.
pub(crate) struct Ended {
    pub(crate) result: StatementResult,
    pub(crate) cost: Counters,
}

/// The state of a step.
pub(crate) enum StepStatus<'a> {
    /// It ended within its own step.
    Ended(&'a StatementResult),
    /// It waits; with what is printed for people.
    Blocked(&'a str),
    /// It was blocked, and ended in a step of another session.
    Late(&'a StatementResult),
}

/// A step of a case, as it is printed.
pub(crate) struct Step<'a> {
    pub(crate) case: &'a str,
    pub(crate) number: usize,
    pub(crate) session: &'a str,
    pub(crate) sql: &'a str,
    pub(crate) status: StepStatus<'a>,
}

impl Step<'_> {
    /// The step as a line of JSON (R1, R2).
    pub(crate) fn json(&self) -> String {
        let outcome = match self.status {
            StepStatus::Ended(ended) => outcome(ended),
            StepStatus::Blocked(_) => r#""outcome":"blocked""#.to_owned(),
            StepStatus::Late(ended) => outcome(ended) + r#","late":true"#,
        };
        let (case, session, sql) = (json!(self.case), json!(self.session), json!(self.sql));
        format!(r#"{{"case":{case},"step":{},"session":{session},"sql":{sql},{outcome}}}"#, self.number)
    }

    /// The step as text: the statement, and its result indented below it. `shown`: a result as text.
    pub(crate) fn pretty(&self, shown: impl Fn(&StatementResult) -> String) -> String {
        let head = format!("{:>3}  {:<3} ", self.number, self.session);
        let margin = " ".repeat(head.len());
        let sql = self.sql.lines().map(str::trim_end).collect::<Vec<_>>().join(&format!("\n{margin}"));
        let (sql, outcome) = match self.status {
            StepStatus::Ended(ended) => (sql, shown(ended)),
            StepStatus::Blocked(why) => (sql, why.to_owned()),
            // The statement was printed when it blocked.
            StepStatus::Late(ended) => ("(resumed)".to_owned(), shown(ended)),
        };
        let outcome: String = outcome.lines().map(|line| format!("{margin}{line}\n")).collect();
        format!("{head}{sql}\n{outcome}")
    }
}

/// The JSON members of a result.
pub(crate) fn outcome(result: &StatementResult) -> String {
    match result {
        Ok(Answer::Text(text)) => format!(r#""outcome":"text","lines":{}"#, json!(text.lines().collect::<Vec<_>>())),
        Ok(Answer::Sql(Outcome::Ok { affected })) => format!(r#""outcome":"ok","affected":{affected}"#),
        Ok(Answer::Sql(Outcome::Rows { rows, .. })) => {
            let rows: Vec<Vec<Option<String>>> =
                rows.iter().map(|row| row.iter().map(|v| v.as_deref().map(text)).collect()).collect();
            format!(r#""outcome":"rows","rows":{}"#, json!(rows))
        }
        Err(e) => format!(r#""outcome":"error","errno":{},"message":{}"#, e.errno, json!(e.message)),
    }
}

/// A result as text, of one or several lines.
pub(crate) fn pretty(result: &StatementResult) -> String {
    match result {
        Ok(Answer::Text(text)) => text.trim_end_matches('\n').to_owned(),
        Ok(Answer::Sql(Outcome::Ok { affected: 1 })) => "ok, 1 row".to_string(),
        Ok(Answer::Sql(Outcome::Ok { affected })) => format!("ok, {affected} rows"),
        Ok(Answer::Sql(Outcome::Rows { rows, .. })) if rows.is_empty() => "no rows".to_string(),
        Ok(Answer::Sql(Outcome::Rows { columns, rows })) => table(columns, rows),
        Err(e) => e.to_string(),
    }
}

fn table(columns: &[String], rows: &[Vec<Option<Vec<u8>>>]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(columns);
    for row in rows {
        table.add_row(row.iter().map(|v| v.as_deref().map_or("NULL".to_string(), text)));
    }
    let is_number = |n: usize| rows.iter().filter_map(|r| r[n].as_deref()).all(|v| text(v).parse::<f64>().is_ok());
    for (n, column) in table.column_iter_mut().enumerate() {
        if is_number(n) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Bytes as text, with `\xNN` for those that are not UTF-8 (R1).
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_step_in_json_and_for_people() {
        let rows = vec![vec![Some(b"2".to_vec()), None], vec![Some(b"10".to_vec()), Some(b"\"\xff\"".to_vec())]];
        let endings = [
            Ok(Answer::Sql(Outcome::Rows { columns: vec!["id".into(), "v".into()], rows })),
            Ok(Answer::Sql(Outcome::Rows { columns: vec!["id".into()], rows: vec![] })),
            Ok(Answer::Sql(Outcome::Ok { affected: 1 })),
            Err(SqlError::duplicate(1, "PRIMARY")),
            Ok(Answer::Sql(Outcome::Ok { affected: 2 })),
            Ok(Answer::Text("page 3\n  free\n".into())),
        ];
        let step = |(n, ended): (usize, _)| {
            let step = |status| Step { case: "c", number: n + 1, session: "T1", sql: "select *\n  from `é`", status };
            let step = if n == 4 { step(StepStatus::Late(ended)) } else { step(StepStatus::Ended(ended)) };
            step.json() + "\n" + &step.pretty(pretty)
        };
        expect![[r#"
            {"case":"c","step":1,"session":"T1","sql":"select *\n  from `é`","outcome":"rows","rows":[["2",null],["10","\"\\xff\""]]}
              1  T1  select *
                       from `é`
                     ┌────┬────────┐
                     │ id ┆ v      │
                     ╞════╪════════╡
                     │  2 ┆ NULL   │
                     │ 10 ┆ "\xff" │
                     └────┴────────┘
            {"case":"c","step":2,"session":"T1","sql":"select *\n  from `é`","outcome":"rows","rows":[]}
              2  T1  select *
                       from `é`
                     no rows
            {"case":"c","step":3,"session":"T1","sql":"select *\n  from `é`","outcome":"ok","affected":1}
              3  T1  select *
                       from `é`
                     ok, 1 row
            {"case":"c","step":4,"session":"T1","sql":"select *\n  from `é`","outcome":"error","errno":1062,"message":"Duplicate entry '1' for key 'PRIMARY'"}
              4  T1  select *
                       from `é`
                     ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'
            {"case":"c","step":5,"session":"T1","sql":"select *\n  from `é`","outcome":"ok","affected":2,"late":true}
              5  T1  (resumed)
                     ok, 2 rows
            {"case":"c","step":6,"session":"T1","sql":"select *\n  from `é`","outcome":"text","lines":["page 3","  free"]}
              6  T1  select *
                       from `é`
                     page 3
                       free
        "#]].assert_eq(&endings.iter().enumerate().map(step).collect::<String>());
        let blocked = Step {
            case: "c",
            number: 12,
            session: "T10",
            sql: "commit",
            status: StepStatus::Blocked("(blocked by T1)"),
        };
        expect![[r#"
            {"case":"c","step":12,"session":"T10","sql":"commit","outcome":"blocked"}
             12  T10 commit
                     (blocked by T1)
        "#]]
        .assert_eq(&(blocked.json() + "\n" + &blocked.pretty(pretty)));
    }
}
