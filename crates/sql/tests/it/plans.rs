//! A SELECT returns the same rows by every access path: by each index, by none, and by the one that the optimizer
//! chooses.
//!
//! Tables, their history and the statements are random. Each statement is run by a session whose read view is older
//! than some changes, by a session that sees all of them, and by a locking read.

use crate::answers::{Rows, rows, text};
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::size;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const TABLE: &str = "create table t (id int primary key, a int, b int not null, s varchar(4), c char(3) not null, u int, \
    key ab (a, b), key bs (b, s), key s (s), key cb (c, b), key sa (s, a), unique key u (u))";
const INDEXES: [&str; 7] = ["primary", "ab", "bs", "s", "cb", "sa", "u"];

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(values)
}

/// The values of a row, without its id and `u`.
fn row() -> impl Strategy<Value = String> {
    let number = one_of(&["null", "0", "1", "1", "2", "3", "7"]);
    let text = one_of(&["null", "''", "'a'", "'a'", "'ab'", "'abc'", "'a_'", "'a%'", "'b'", "'ba'", "'é'"]);
    (number, 0..4, text, one_of(&["''", "'a'", "'ab'", "'b'"])).prop_map(|(a, b, s, c)| format!("{a}, {b}, {s}, {c}"))
}

fn condition() -> impl Strategy<Value = String> {
    let number = || one_of(&["-1", "0", "1", "1.5", "'2'", "2", "3", "7", "9", "null"]);
    let text = || one_of(&["''", "'a'", "'ab'", "'abc'", "'abcde'", "'b'", "'zz'", "null"]);
    let op = || one_of(&["=", "=", "<", "<=", ">", ">=", "<>", "<=>"]);
    let column = || one_of(&["a", "b", "u", "id"]);
    let string = || one_of(&["s", "c"]);
    let pattern = one_of(&["a%", "ab%", "a_", "_b%", "%", "%b", "abc", "a\\\\_", "a|%", "abcd%", "", "a", "b%a", "é%"]);
    let leaf = prop_oneof![
        4 => (column(), op(), number()).prop_map(|(c, op, v)| format!("{c} {op} {v}")),
        3 => (string(), op(), text()).prop_map(|(c, op, v)| format!("{c} {op} {v}")),
        3 => (string(), one_of(&["like", "like", "not like"]), pattern).prop_map(|(c, op, p)| format!("{c} {op} '{p}'")),
        2 => (column(), one_of(&["in", "not in"]), prop::collection::vec(number(), 1..4))
            .prop_map(|(c, op, list)| format!("{c} {op} ({})", list.join(", "))),
        1 => (string(), prop::collection::vec(text(), 1..4)).prop_map(|(c, list)| format!("{c} in ({})", list.join(", "))),
        2 => (column(), one_of(&["between", "not between"]), number(), number())
            .prop_map(|(c, op, low, high)| format!("{c} {op} {low} and {high}")),
        1 => (string(), text(), text()).prop_map(|(c, low, high)| format!("{c} between {low} and {high}")),
        2 => (one_of(&["a", "s", "u", "b"]), one_of(&["is null", "is not null"])).prop_map(|(c, is)| format!("{c} {is}")),
        1 => Just("a = b".to_owned()),
        1 => Just("a + 1 = 2".to_owned()),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            4 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            1 => inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

/// What a statement selects, and what follows its condition. If LIMIT cuts the answer, ORDER BY decides between any two
/// rows.
fn shape() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("*", ""),
        ("id", ""),
        ("a, b, id", ""),
        ("*", "order by id limit 3"),
        ("*", "order by id desc limit 2"),
        ("*", "order by a, id limit 4"),
        ("*", "order by a desc, b desc, id desc limit 4"),
        ("b, s, id", "order by b, s, id limit 5"),
        ("*", "order by s desc, id limit 3"),
        ("id", "order by c, b, id limit 1, 2"),
        ("u, id", "order by u, id limit 3"),
        ("count(*), min(a), max(s)", ""),
        ("min(a)", ""),
        ("max(a)", ""),
        ("min(b), max(b)", ""),
        ("min(s), max(s)", ""),
        ("min(c), max(u), min(id)", ""),
        ("max(id) + 1, min(u)", "having max(id) > 2"),
        ("a, count(*), sum(b)", "group by a"),
        ("a, min(b)", "group by a"),
        ("a, max(b), min(b)", "group by a"),
        ("b, min(s)", "group by b"),
        ("b, max(s)", "group by b having max(s) is not null"),
        ("s, min(a), max(a)", "group by s order by s desc"),
        ("s, max(a)", "group by s order by s limit 2"),
        ("c, b", "group by c, b"),
        ("a, count(distinct b)", "group by a"),
        ("count(distinct s), sum(distinct b)", ""),
        ("count(distinct b)", ""),
        ("distinct a", ""),
        ("distinct b, a", ""),
        ("distinct s", "order by s desc"),
        ("distinct b, s", "order by b, s limit 2"),
        ("distinct c", "order by c limit 1, 1"),
        ("distinct u", ""),
        ("distinct a, id", ""),
    ])
}

/// The rows of a statement; sorted, unless ORDER BY makes their order part of the answer.
fn answer(session: &mut Session, sql: &str) -> Rows {
    let mut rows = rows(session, sql);
    if !sql.contains("order by") {
        rows.sort();
    }
    rows
}

/// Runs a statement with each index forced, with each ignored, and without hints, and compares the answers with that of
/// a scan of all rows. Returns the types and Extras of the plans.
fn check(
    session: &mut Session,
    items: &str,
    condition: &str,
    rest: &str,
    locking: &str,
) -> Result<BTreeSet<String>, TestCaseError> {
    let with = |hint: &str| format!("select {items} from t {hint} where {condition} {rest} {locking}");
    let by_all_rows = answer(session, &with(&format!("ignore index ({})", INDEXES.join(", "))));
    let mut hints: Vec<String> = INDEXES.iter().map(|index| format!("force index ({index})")).collect();
    hints.extend(INDEXES.iter().map(|index| format!("ignore index ({index})")));
    hints.push(String::new());
    let mut plans = BTreeSet::new();
    for hint in hints {
        let sql = with(&hint);
        let got = answer(session, &sql);
        prop_assert!(
            got == by_all_rows,
            "{sql}\n  expected, by a scan of all rows:\n{}\n  got:\n{}",
            text(&by_all_rows),
            text(&got)
        );
        let shown = rows(session, &format!("explain {sql}")).remove(0);
        let column = |n: usize| shown[n].as_deref().map_or("-".into(), String::from_utf8_lossy).into_owned();
        plans.insert(format!("{} {}", column(3), column(9)));
    }
    Ok(plans)
}

/// Fills a table with `rows`, makes `changes` that an older view does not see, and [`check`]s the statements.
fn run(
    values: &[String],
    changes: &[(usize, String)],
    statements: &[(String, (&str, &str))],
) -> Result<BTreeSet<String>, TestCaseError> {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let session = |n| Session::with_waiter(engine.clone(), "test", Arc::new(Waiter::new(n)));
    let (mut old, mut new) = (session(1), session(2));
    rows(&mut new, TABLE);
    for (n, row) in values.iter().enumerate() {
        let u = if n % 5 == 4 { "null".to_owned() } else { (n * 7 % 64).to_string() };
        rows(&mut new, &format!("insert into t values ({n}, {row}, {u})"));
    }
    rows(&mut old, "start transaction with consistent snapshot");
    for (n, row) in changes {
        let [a, b, s, c] = row.split(", ").collect::<Vec<_>>().try_into().expect("four columns");
        rows(&mut new, &format!("update t set a = {a}, b = {b}, s = {s}, c = {c} where id = {n}"));
        rows(&mut new, &format!("delete from t where id = {}", n * 3 + 1));
    }
    let mut plans = BTreeSet::new();
    for (condition, (items, rest)) in statements {
        plans.extend(check(&mut old, items, condition, rest, "")?);
        plans.extend(check(&mut new, items, condition, rest, "")?);
        plans.extend(check(&mut new, items, condition, rest, "lock in share mode")?);
    }
    Ok(plans)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(12, 40), ..ProptestConfig::default() })]
    #[test]
    fn every_access_path_finds_the_same_rows(
        rows in prop::collection::vec(row(), 0..40),
        changes in prop::collection::vec((0..40usize, row()), 0..12),
        statements in prop::collection::vec((condition(), shape()), 4..12),
    ) {
        run(&rows, &changes, &statements)?;
    }
}

/// The property above would be empty if all statements had one plan: statements of these shapes have all these plans.
#[test]
fn statements_like_these_have_many_plans() {
    let rows: Vec<String> = (0..40).map(|n| format!("{}, {}, 'a{}', 'b'", n % 5, n % 3, n % 7)).collect();
    let conditions = [
        "a = 99",
        "a >= 0",
        "b = 1",
        "s like 'a1%'",
        "a = 1 and b = 2",
        "id = 3",
        "u = 7 and id > 100",
        "b in (1, 2) or a = 9",
    ];
    let shapes = [
        ("*", "order by b, s, id limit 2"),
        ("a, max(b)", "group by a"),
        ("min(a)", ""),
        ("distinct b", ""),
        ("max(s)", ""),
        ("s, count(*)", "group by s"),
    ];
    let statements: Vec<_> = conditions.iter().flat_map(|c| shapes.map(|shape| ((*c).to_owned(), shape))).collect();
    let plans = run(&rows, &[(3, "1, 1, 'x', 'y'".to_owned())], &statements).expect("the same rows");
    for plan in [
        "ALL",
        "index",
        "range",
        "ref",
        "const",
        "Using index for group-by",
        "Select tables optimized away",
        "No matching min/max row",
        "Impossible WHERE noticed after reading const tables",
        "Using index condition",
        "Using temporary; Using filesort",
    ] {
        assert!(
            plans.iter().any(|seen| seen.contains(plan)),
            "no statement has the plan {plan}; the plans are {plans:#?}"
        );
    }
}
