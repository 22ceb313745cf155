//! The answers of a session, as rows or as text.

use innolab_sql::{Outcome, Session};

/// Rows as a client is sent them; `None` is NULL.
pub(crate) type Rows = Vec<Vec<Option<Vec<u8>>>>;

/// The rows of a statement; none if it returns no rows.
///
/// # Panics
/// If the statement fails: with the statement and the error.
#[track_caller]
pub(crate) fn rows(session: &mut Session, sql: &str) -> Rows {
    match session.execute(sql) {
        Ok(Outcome::Rows { rows, .. }) => rows,
        Ok(Outcome::Ok { .. }) => Vec::new(),
        Err(e) => panic!("{sql}\n  expected: success\n       got: {e}"),
    }
}

/// Rows as text: a line each, with ` | ` between values.
pub(crate) fn text(rows: &Rows) -> String {
    let value = |v: &Option<Vec<u8>>| match v {
        Some(v) => String::from_utf8_lossy(v).into_owned(),
        None => "NULL".to_owned(),
    };
    let line = |row: &Vec<Option<Vec<u8>>>| row.iter().map(value).collect::<Vec<_>>().join(" | ");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A statement's answer as text: `ok` and the number of rows affected, the rows, or the error.
pub(crate) fn answer(session: &mut Session, sql: &str) -> String {
    match session.execute(sql) {
        Ok(Outcome::Ok { affected }) => format!("ok {affected}"),
        Ok(Outcome::Rows { rows, .. }) => text(&rows),
        Err(e) => e.to_string(),
    }
}
