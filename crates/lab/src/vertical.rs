//! Rows one column a line, for statements that end with `\G`, as the server's client prints them.
//!
//! ```text
//! *************************** 1. row ***************************
//!   id: 1
//! name: x
//! ```

use crate::transcript::{Answer, StatementResult, pretty as in_a_table, text};
use innolab_sql::Outcome;
use std::fmt::Write;

/// A result as text. Only rows are printed differently.
pub(crate) fn pretty(result: &StatementResult) -> String {
    let Ok(Answer::Sql(Outcome::Rows { columns, rows })) = result else { return in_a_table(result) };
    if rows.is_empty() {
        return in_a_table(result);
    }
    let width = columns.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let stars = "*".repeat(27);
    let mut out = String::new();
    for (number, row) in (1..).zip(rows) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{stars} {number}. row {stars}");
        for (name, value) in columns.iter().zip(row) {
            let _ = writeln!(out, "{name:>width$}: {}", value.as_deref().map_or("NULL".to_string(), text));
        }
    }
    out.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn one_column_a_line() {
        let rows = vec![vec![Some(b"1".to_vec()), Some(b"a\nb".to_vec())], vec![Some(b"22".to_vec()), None]];
        let result = Ok(Answer::Sql(Outcome::Rows { columns: vec!["id".into(), "name".into()], rows }));
        expect![[r#"
            *************************** 1. row ***************************
              id: 1
            name: a
            b
            *************************** 2. row ***************************
              id: 22
            name: NULL"#]]
        .assert_eq(&pretty(&result));
        assert_eq!(pretty(&Ok(Answer::Sql(Outcome::Ok { affected: 1 }))), "ok, 1 row");
    }
}
