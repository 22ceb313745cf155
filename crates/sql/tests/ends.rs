//! Groups' ends and the beginnings of texts, where a table has many rows of a value, so that the planner skips from
//! group to group: the same rows as by reading all.

use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

/// `a`, `b` few values; `c` NULL in each fifth row, and in all of group (3, 2); texts with characters below the space.
fn filled() -> Session {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = Session::with_waiter(engine, "test", Arc::new(Waiter::new(1)));
    told(
        &mut session,
        "create table t (id int primary key, a int, b int, c int, s char(4), key abc (a, b, c), key s (s))",
    );
    let row = |id: u32| {
        let (a, b) = (id % 4, id / 4 % 3);
        let c = if id.is_multiple_of(5) || (a, b) == (3, 2) { "null".to_owned() } else { (id * 7 % 50).to_string() };
        let s = ["ab", "ab\t", "ab\u{1}x", "abc", "ac", "aa"][id as usize % 6];
        format!("({id}, {a}, {b}, {c}, '{s}')")
    };
    let rows: Vec<String> = (0..1200).map(row).collect();
    told(&mut session, &format!("insert into t values {}", rows.join(", ")));
    // A group of deleted rows.
    told(&mut session, "delete from t where a = 2");
    session
}

fn told(session: &mut Session, sql: &str) -> Vec<Vec<Option<Vec<u8>>>> {
    match session.execute(sql) {
        Ok(Outcome::Rows { rows, .. }) => rows,
        Ok(Outcome::Ok { .. }) => Vec::new(),
        Err(e) => panic!("{sql}: {e}"),
    }
}

#[test]
fn skipping_finds_what_reading_all_finds() {
    let mut session = filled();
    let skipped = [
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
    let mut skips = 0;
    for (items, rest) in skipped {
        let mut ask = |way: &str| told(&mut session, &format!("{way} from t force index (abc) where {rest}"));
        let plan = ask(&format!("explain select {items}"));
        let extra = plan[0].last().cloned().flatten().unwrap_or_default();
        skips += usize::from(String::from_utf8_lossy(&extra).contains("for group-by"));
        let found = ask(&format!("select {items}"));
        let all = told(&mut session, &format!("select {items} from t ignore index (abc) where {rest}"));
        assert!(!all.is_empty() && found == all, "select {items} where {rest}: {found:?}, not {all:?}");
    }
    assert!(skips >= 6, "{skips} of {} skip", skipped.len());
}

#[test]
fn a_text_that_begins_so_may_go_on_below_the_space() {
    let mut session = filled();
    for pattern in ["ab%", "ab_", "a%c", "ab"] {
        let mut ask = |hint: &str| {
            told(&mut session, &format!("select id from t {hint} (s) where s like '{pattern}' order by id"))
        };
        let (by, without) = (ask("force index"), ask("ignore index"));
        assert!(!without.is_empty() && by == without, "{pattern}: {} rows, not {}", by.len(), without.len());
    }
}
