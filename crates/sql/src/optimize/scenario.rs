//! The tables of the planner's scenarios, and EXPLAIN on them, for the tests of this floor.

use crate::answer::Outcome;
use crate::engine::{Engine, Options};
use crate::session::Session;
use innolab_disk::SimDisk;
use std::sync::Arc;

/// The table of the scenarios that name no other.
const USUAL: &str = "create table t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))";

/// A session on a table of a thousand rows; `row` returns the values of the n-th.
pub(super) fn filled(table: &str, row: impl Fn(usize) -> String) -> Session {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = Session::new(engine, "d");
    session.execute(table).expect("the table is new");
    let rows: Vec<String> = (0..1000).map(|n| format!("({})", row(n))).collect();
    session.execute(&format!("insert into t values {}", rows.join(", "))).expect("the rows are new");
    session
}

/// [`filled`] with the usual table: `a` and `s` have a hundred values, ten rows each.
pub(super) fn filled_usual() -> Session {
    filled(USUAL, |n| format!("{n}, {a}, {n}, 'x{a}'", a = n % 100))
}

/// The cells of EXPLAIN's line for a statement; NULL is `-`.
pub(super) fn explained(session: &mut Session, sql: &str) -> Vec<String> {
    let explained = session.execute(&format!("explain {sql}"));
    let Ok(Outcome::Rows { rows, .. }) = explained else { panic!("explain {sql}: {explained:?}") };
    rows[0].iter().map(|cell| cell.as_deref().map_or("-".into(), |c| String::from_utf8_lossy(c).into_owned())).collect()
}

/// Checks type, key and Extra of EXPLAIN for each statement on a [`filled`] table.
pub(super) fn check(table: &str, row: impl Fn(usize) -> String, plans: &[(&str, &str)]) {
    check_plans(&mut filled(table, row), plans);
}

/// [`check`] on the usual table.
pub(super) fn check_usual(plans: &[(&str, &str)]) {
    check_plans(&mut filled_usual(), plans);
}

fn check_plans(session: &mut Session, plans: &[(&str, &str)]) {
    for (sql, expected) in plans {
        let cells = explained(session, sql);
        let got = format!("{} {} {}", cells[3], cells[5], cells[9]);
        assert_eq!(got.trim_end(), *expected, "explain {sql}: type, key, Extra");
    }
}
