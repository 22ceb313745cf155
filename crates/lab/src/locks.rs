//! The locks after a step: a line of JSON, or for people a list and each locked index drawn as a number line.
//!
//! ```text
//! {"case":"…","step":3,"locks":[{"session":"T1","table":"t","index":"PRIMARY","type":"RECORD","mode":"X,GAP",
//!                                "status":"GRANTED","data":"10"}]}                              (on one line)
//!
//!          T1  t           IX
//!          T1  t.PRIMARY   X,GAP    10
//!          T2  t.PRIMARY   X,GAP,INSERT_INTENTION  10  waits
//!              t.PRIMARY  ──────10──────+∞
//!              T1         xxxxxx
//!              T2            i?
//! ```
//!
//! RULES
//!
//! - **R1** Locks are printed after a step if they differ from those printed last in this case; a case begins with
//!   none.
//! - **R2** Only locks of the case's sessions are printed, not those of the set-up session.

use innolab_engine::{Engine, IndexNo, LockRow};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A lock, and the name of the session that holds it or waits for it.
pub(crate) type Named = (String, LockRow);

/// The locks as a line of JSON. `index` and `data` of a table lock are null.
pub(crate) fn json_line(case: &str, step: usize, locks: &[Named]) -> String {
    let one = |(session, lock): &Named| {
        let kind = if lock.index.is_some() { "RECORD" } else { "TABLE" };
        let (table, index, data) = (json!(lock.table), json!(lock.index), json!(lock.data));
        format!(
            r#"{{"session":"{session}","table":{table},"index":{index},"type":"{kind}","mode":"{}","status":"{}","data":{data}}}"#,
            lock.mode,
            status(lock)
        )
    };
    let locks = locks.iter().map(one).collect::<Vec<_>>().join(",");
    format!(r#"{{"case":{},"step":{step},"locks":[{locks}]}}"#, json!(case))
}

fn status(lock: &LockRow) -> &'static str {
    if lock.waiting { "WAITING" } else { "GRANTED" }
}

/// The locks as a list, then the drawings of [`drawings`], all indented by `margin`.
pub(crate) fn pretty(locks: &[Named], drawings: &[(String, String)], margin: &str) -> String {
    if locks.is_empty() {
        return format!("{margin}no locks\n");
    }
    let cells = |(session, lock): &Named| {
        let locked = lock.index.as_ref().map_or(lock.table.clone(), |index| format!("{}.{index}", lock.table));
        let data = lock.data.clone().unwrap_or_default();
        [
            session.clone(),
            locked,
            lock.mode.to_owned(),
            data,
            if lock.waiting { "waits".to_owned() } else { String::new() },
        ]
    };
    let rows: Vec<[String; 5]> = locks.iter().map(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let line: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  ")).collect();
        let _ = writeln!(out, "{margin}{}", line.trim_end());
    }
    for (name, drawing) in drawings {
        let _ = writeln!(out, "{margin}{name}");
        for line in drawing.lines() {
            let _ = writeln!(out, "{margin}{line}");
        }
    }
    out
}

/// Name and number line of each index that has a lock in `locks`.
pub(crate) fn drawings(engine: &Engine, locks: &[Named]) -> Vec<(String, String)> {
    let indexes: BTreeSet<(&str, &str)> =
        locks.iter().filter_map(|(_, lock)| Some((lock.table.as_str(), lock.index.as_deref()?))).collect();
    let draw = |(table_name, index_name): (&str, &str)| {
        let table = engine.table(table_name)?;
        let no = (0..table.indexes().len()).map(IndexNo).find(|no| table.index_name(*no) == index_name)?;
        Some((format!("{table_name}.{index_name}"), engine.draw_locks(&table, no)))
    };
    indexes.into_iter().filter_map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn locks_in_json_and_for_people() {
        let row = |session: &str, index: Option<&str>, mode, data: Option<&str>, waiting| {
            let (index, data) = (index.map(str::to_owned), data.map(str::to_owned));
            (session.to_owned(), LockRow { session: 1, trx_id: 0, table: "t".into(), index, mode, waiting, data })
        };
        let locks = [
            row("T1", None, "IX", None, false),
            row("T1", Some("PRIMARY"), "X,GAP", Some("10"), false),
            row("T12", Some("c"), "X,INSERT_INTENTION", Some("supremum pseudo-record"), true),
        ];
        let drawings = [("t.PRIMARY".to_owned(), "     ──10\nT1   xx\n".to_owned())];
        expect![[r#"
            {"case":"c","step":3,"locks":[{"session":"T1","table":"t","index":null,"type":"TABLE","mode":"IX","status":"GRANTED","data":null},{"session":"T1","table":"t","index":"PRIMARY","type":"RECORD","mode":"X,GAP","status":"GRANTED","data":"10"},{"session":"T12","table":"t","index":"c","type":"RECORD","mode":"X,INSERT_INTENTION","status":"WAITING","data":"supremum pseudo-record"}]}
              T1   t          IX
              T1   t.PRIMARY  X,GAP               10
              T12  t.c        X,INSERT_INTENTION  supremum pseudo-record  waits
              t.PRIMARY
                   ──10
              T1   xx
              no locks
        "#]]
        .assert_eq(&(json_line("c", 3, &locks) + "\n" + &pretty(&locks, &drawings, "  ") + &pretty(&[], &[], "  ")));
    }
}
