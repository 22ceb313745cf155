//! Loose index scans and LIKE patterns on a table with many rows of each value: they return the same rows as a scan of
//! all rows.

use crate::answers::rows;
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use std::sync::Arc;

/// A session on 1200 rows: `a` and `b` have few values, `c` is NULL in each fifth row and in all of group (3, 2), `s`
/// has characters below the space.
fn filled() -> Session {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = Session::with_waiter(engine, "test", Arc::new(Waiter::new(1)));
    rows(
        &mut session,
        "create table t (id int primary key, a int, b int, c int, s char(4), key abc (a, b, c), key s (s))",
    );
    let row = |id: u32| {
        let (a, b) = (id % 4, id / 4 % 3);
        let c = if id.is_multiple_of(5) || (a, b) == (3, 2) { "null".to_owned() } else { (id * 7 % 50).to_string() };
        let s = ["ab", "ab\t", "ab\u{1}x", "abc", "ac", "aa"][id as usize % 6];
        format!("({id}, {a}, {b}, {c}, '{s}')")
    };
    let values: Vec<String> = (0..1200).map(row).collect();
    rows(&mut session, &format!("insert into t values {}", values.join(", ")));
    // A group whose rows are all deleted.
    rows(&mut session, "delete from t where a = 2");
    session
}

#[test]
fn a_loose_scan_finds_what_a_full_scan_finds() {
    let mut session = filled();
    let statements = [
        ("a, max(c)", "b = 1 and (c < 10 or c > 20 and c < 30) group by a"),
        ("a, max(c)", "b = 1 and c <> 20 group by a"),
        ("a, min(c), max(c)", "b = 2 group by a"),
        ("a, min(c)", "b = 2 group by a order by a desc"),
        ("a, min(b)", "a >= 1 and b > 1 group by a"),
        ("a, b, max(c)", "a > 0 group by a, b order by a desc, b desc"),
        ("a, max(c)", "b = 1 and c between 10 and 40 group by a"),
        ("distinct a", "a < 3"),
        ("distinct a", "a < 4 order by a desc"),
    ];
    let mut loose = 0;
    for (items, rest) in statements {
        let mut ask = |way: &str| rows(&mut session, &format!("{way} from t force index (abc) where {rest}"));
        let plan = ask(&format!("explain select {items}"));
        let extra = plan[0].last().cloned().flatten().unwrap_or_default();
        loose += usize::from(String::from_utf8_lossy(&extra).contains("for group-by"));
        let found = ask(&format!("select {items}"));
        let all = rows(&mut session, &format!("select {items} from t ignore index (abc) where {rest}"));
        assert!(!all.is_empty(), "select {items} where {rest}: no rows, so nothing is tested");
        assert_eq!(found, all, "select {items} where {rest}: by index abc (got), without it (expected)");
    }
    assert!(loose >= 6, "only {loose} of {} statements use a loose index scan", statements.len());
}

#[test]
fn like_finds_texts_that_continue_below_the_space() {
    let mut session = filled();
    for pattern in ["ab%", "ab_", "a%c", "ab"] {
        let mut ask = |hint: &str| {
            rows(&mut session, &format!("select id from t {hint} (s) where s like '{pattern}' order by id"))
        };
        let (by, without) = (ask("force index"), ask("ignore index"));
        assert!(!without.is_empty(), "like '{pattern}': no rows, so nothing is tested");
        assert_eq!(by, without, "like '{pattern}': by index s (got), without it (expected)");
    }
}
