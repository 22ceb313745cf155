//! How a run is told: as lines of JSON for programs, or as text for people.
//!
//! ```text
//! {"case":"…","step":3,"session":"T2","sql":"…","outcome":"rows","rows":[["2",null]]}
//! {"case":"…","step":4,"session":"T1","sql":"…","outcome":"ok","affected":1}
//! {"case":"…","step":5,"session":"T1","sql":"…","outcome":"error","errno":1062,"message":"…"}
//! {"case":"…","step":6,"session":"T2","sql":"…","outcome":"blocked"}
//! {"case":"…","step":7,"session":"T1","sql":"commit","outcome":"ok","affected":0}
//! {"case":"…","step":6,"session":"T2","sql":"…","outcome":"ok","affected":1,"late":true}
//! ```
//!
//! RULES
//!
//! - **R1** One object a line, its members in this order; values are text, NULL is null. Bytes that are not UTF-8 are
//!   shown as `\xNN`.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use innolab_sql::{Outcome, SqlError};
use serde_json::json;

/// What happened to a statement.
pub(crate) type Ended = Result<Outcome, SqlError>;

/// What is told of a step.
pub(crate) enum Told<'a> {
    Ended(&'a Ended),
    /// It waits.
    Blocked,
    /// It was blocked, and has ended after a step of another session.
    Late(&'a Ended),
}

/// A step of a case, and what is told of it.
pub(crate) struct Step<'a> {
    pub(crate) case: &'a str,
    pub(crate) number: usize,
    pub(crate) session: &'a str,
    pub(crate) sql: &'a str,
    pub(crate) told: Told<'a>,
}

impl Step<'_> {
    /// The step as one line of JSON (R1).
    pub(crate) fn json(&self) -> String {
        let outcome = match self.told {
            Told::Ended(ended) => outcome(ended),
            Told::Blocked => r#""outcome":"blocked""#.to_owned(),
            Told::Late(ended) => outcome(ended) + r#","late":true"#,
        };
        let (case, session, sql) = (json!(self.case), json!(self.session), json!(self.sql));
        format!(r#"{{"case":{case},"step":{},"session":{session},"sql":{sql},{outcome}}}"#, self.number)
    }

    /// The step as text, with its lines indented below its statement.
    pub(crate) fn pretty(&self) -> String {
        let head = format!("{:>3}  {:<3} ", self.number, self.session);
        let margin = " ".repeat(head.len());
        let sql = self.sql.lines().map(str::trim_end).collect::<Vec<_>>().join(&format!("\n{margin}"));
        let (sql, outcome) = match self.told {
            Told::Ended(ended) => (sql, pretty(ended)),
            Told::Blocked => (sql, "(blocked)".to_owned()),
            // The statement stands further up already.
            Told::Late(ended) => ("(goes on)".to_owned(), pretty(ended)),
        };
        let outcome: String = outcome.lines().map(|line| format!("{margin}{line}\n")).collect();
        format!("{head}{sql}\n{outcome}")
    }
}

/// The members of JSON that say how a statement ended.
fn outcome(ended: &Ended) -> String {
    match ended {
        Ok(Outcome::Ok { affected }) => format!(r#""outcome":"ok","affected":{affected}"#),
        Ok(Outcome::Rows { rows, .. }) => {
            let rows: Vec<Vec<Option<String>>> =
                rows.iter().map(|row| row.iter().map(|v| v.as_deref().map(text)).collect()).collect();
            format!(r#""outcome":"rows","rows":{}"#, json!(rows))
        }
        Err(e) => format!(r#""outcome":"error","errno":{},"message":{}"#, e.errno, json!(e.message)),
    }
}

/// How a statement ended, as text of one or several lines.
pub(crate) fn pretty(ended: &Ended) -> String {
    match ended {
        Ok(Outcome::Ok { affected: 1 }) => "ok, 1 row".to_string(),
        Ok(Outcome::Ok { affected }) => format!("ok, {affected} rows"),
        Ok(Outcome::Rows { rows, .. }) if rows.is_empty() => "no rows".to_string(),
        Ok(Outcome::Rows { columns, rows }) => table(columns, rows),
        Err(e) => e.to_string(),
    }
}

fn table(columns: &[String], rows: &[Vec<Option<Vec<u8>>>]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(columns);
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

/// Bytes as text (R1).
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
            Ok(Outcome::Rows { columns: vec!["id".into(), "v".into()], rows }),
            Ok(Outcome::Rows { columns: vec!["id".into()], rows: vec![] }),
            Ok(Outcome::Ok { affected: 1 }),
            Err(SqlError::duplicate(1, "PRIMARY")),
            Ok(Outcome::Ok { affected: 2 }),
        ];
        let step = |(n, ended): (usize, _)| {
            let told = |told| Step { case: "c", number: n + 1, session: "T1", sql: "select *\n  from `é`", told };
            let step = if n == 4 { told(Told::Late(ended)) } else { told(Told::Ended(ended)) };
            step.json() + "\n" + &step.pretty()
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
              5  T1  (goes on)
                     ok, 2 rows
        "#]].assert_eq(&endings.iter().enumerate().map(step).collect::<String>());
        let blocked = Step { case: "c", number: 12, session: "T10", sql: "commit", told: Told::Blocked };
        expect![[r#"
            {"case":"c","step":12,"session":"T10","sql":"commit","outcome":"blocked"}
             12  T10 commit
                     (blocked)
        "#]]
        .assert_eq(&(blocked.json() + "\n" + &blocked.pretty()));
    }
}
