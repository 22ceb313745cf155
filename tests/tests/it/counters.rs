//! What statements cost, compared with the real server: `Handler_*`, `Sort_*`, `Select_*`, `Created_tmp_*`, `Rows_sent`.
//!
//! `tests/counters/statements.txt` has tables and statements on them, which run in one session, one after the other.
//! Under each statement stand the counters that it moved on the server and, where ours differ, ours with the reason:
//!
//! ```text
//! == a name
//! create table …;
//!
//! select * from t where a = 3
//!     Handler_commit 1, Handler_read_key 1, Handler_read_next 8
//!     here  …
//!     why   …
//! ```
//!
//! RULES
//!
//! - **R1** Counters are compared exactly. SHOW STATUS before and after a statement gives them.
//! - **R2** Statements made at random are compared on a live server if both plan them alike: EXPLAIN gives the same type,
//!   key, key_len and Extra. What a plan costs depends on nothing else; only `Select_*` are of the plan that an index for the
//!   order may have replaced.
//! - **R3** Of these, a statement that a LIMIT cuts short may have other `Handler_icp_*`: the server reads rows ahead.
//!   Loose scans are not compared: at a LIMIT the server's ends one group earlier.

use innolab_base::Counter;
use innolab_base::counters::Scope;
use innolab_base::rng::Rng;
use innolab_testing::seeds;
use innolab_tests::lab;
use innolab_tests::server::Referee;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Default)]
struct Statement {
    text: String,
    server: String,
    here: Option<String>,
    why: Option<String>,
}

#[derive(Debug, Default)]
struct Shape {
    name: String,
    tables: Vec<String>,
    statements: Vec<Statement>,
}

/// Counters that a statement's text does not decide: the time it takes, and where its sorts are.
const NOT_COMPARED: [Counter; 5] = [
    Counter::CreatedTmpDiskTables,
    Counter::CreatedTmpFiles,
    Counter::Questions,
    Counter::SlowQueries,
    Counter::SortMergePasses,
];

fn file() -> PathBuf {
    lab::root().join("tests/counters/statements.txt")
}

fn shapes() -> Vec<Shape> {
    let mut shapes: Vec<Shape> = vec![];
    for line in std::fs::read_to_string(file()).expect("the file exists").lines() {
        if let Some(name) = line.strip_prefix("== ") {
            shapes.push(Shape { name: name.to_owned(), ..Shape::default() });
            continue;
        }
        let shape = shapes.last_mut().expect("a shape comes first");
        match (line.strip_prefix("    "), shape.statements.last_mut()) {
            (Some(moved), Some(statement)) => match (moved.strip_prefix("here  "), moved.strip_prefix("why   ")) {
                (Some(here), _) => statement.here = Some(here.to_owned()),
                (_, Some(why)) => statement.why = Some(why.to_owned()),
                _ => statement.server = moved.to_owned(),
            },
            (Some(_), None) => panic!("counters without a statement: {line}"),
            (None, _) if line.is_empty() => {}
            (None, _) if line.ends_with(';') => shape.tables.push(line.to_owned()),
            (None, _) => shape.statements.push(Statement { text: line.to_owned(), ..Statement::default() }),
        }
    }
    shapes
}

fn written(shapes: &[Shape]) -> String {
    let mut text = String::new();
    for Shape { name, tables, statements } in shapes {
        let _ = writeln!(text, "{}== {name}", if text.is_empty() { "" } else { "\n" });
        tables.iter().for_each(|line| text += &format!("{line}\n"));
        for Statement { text: statement, server, here, why } in statements {
            let _ = writeln!(text, "\n{statement}\n    {server}");
            let _ = here.iter().try_for_each(|here| writeln!(text, "    here  {here}"));
            let _ = why.iter().try_for_each(|why| writeln!(text, "    why   {why}"));
        }
    }
    text
}

/// SHOW STATUS of the counters that are compared.
fn show_status() -> String {
    let compared = |counter: &&Counter| counter.scope() == Scope::Session && !NOT_COMPARED.contains(counter);
    let names = Counter::ALL.iter().filter(compared).map(|counter| format!("'{}'", counter.name()));
    format!("show session status where variable_name in ({}); -- T1\n", names.collect::<Vec<_>>().join(", "))
}

/// Writes a scenario: a case for each shape, with SHOW STATUS before and after each statement. `explained`: also with
/// EXPLAIN before it.
fn scenario(dir: &Path, shapes: &[Shape], explained: bool) -> PathBuf {
    let mut text = String::new();
    for Shape { name, tables, statements } in shapes {
        let _ = writeln!(text, "-- case: {name}\n{}", tables.join("\n"));
        for statement in statements {
            if explained {
                let _ = writeln!(text, "explain extended {}; -- T1", statement.text);
            }
            let _ = write!(text, "{}{}; -- T1\n{}", show_status(), statement.text, show_status());
        }
    }
    let path = dir.join("counters.sql");
    std::fs::write(&path, text).expect("a writable directory");
    path
}

fn values(step: &Value) -> BTreeMap<String, u64> {
    let rows = step["rows"].as_array().unwrap_or_else(|| panic!("SHOW STATUS has rows: {step}"));
    let value = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_str()?.parse().ok()?));
    rows.iter().filter_map(value).collect()
}

/// The counters that moved from one SHOW STATUS to another; SHOW STATUS itself moves none.
fn moved(before: &Value, after: &Value) -> String {
    let (before, after) = (values(before), values(after));
    let moved = after.iter().map(|(name, value)| (name, value - before[name]));
    let moved: Vec<_> = moved.filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {n}")).collect();
    if moved.is_empty() { "-".to_owned() } else { moved.join(", ") }
}

/// Our counters of all statements, in their order.
fn ours(shapes: &[Shape]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    costs(&lab::transcript(&scenario(dir.path(), shapes, false)))
}

fn costs(steps: &[Value]) -> Vec<String> {
    steps.chunks(3).map(|step| moved(&step[0], &step[2])).collect()
}

#[test]
fn statements_cost_what_they_cost_on_the_server() {
    let shapes = shapes();
    let statements: Vec<_> = shapes.iter().flat_map(|shape| &shape.statements).collect();
    assert!(statements.len() >= 300, "{}", statements.len());
    for statement in &statements {
        assert_eq!(statement.here.is_some(), statement.why.is_some(), "a reason is needed: {}", statement.text);
        assert_ne!(statement.here.as_ref(), Some(&statement.server), "ours is the server's again: {}", statement.text);
    }
    let differ = statements.iter().zip(ours(&shapes)).filter_map(|(statement, found)| {
        let want = statement.here.as_ref().unwrap_or(&statement.server);
        (found != *want).then(|| format!("{}\n    want   {want}\n    found  {found}", statement.text))
    });
    let differ: Vec<_> = differ.collect();
    assert!(differ.is_empty(), "{} statements differ\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn the_server_still_counts_what_is_recorded() {
    let Some(server) = Referee::start() else { return };
    let mut shapes = shapes();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let found = costs(&server.transcript(&scenario(dir.path(), &shapes, false), false));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let ours = ours(&shapes);
        let statements = shapes.iter_mut().flat_map(|shape| &mut shape.statements);
        for (statement, (server, ours)) in statements.zip(found.into_iter().zip(ours)) {
            let differs = server != ours;
            statement.server = server;
            statement.here = differs.then_some(ours);
            statement.why = statement.why.take().filter(|_| differs);
        }
        std::fs::write(file(), written(&shapes)).expect("the file can be written");
        return;
    }
    let statements = shapes.iter().flat_map(|shape| &shape.statements);
    let differ: Vec<_> = statements.zip(&found).filter(|(statement, found)| statement.server != **found).collect();
    assert!(differ.is_empty(), "the server counts otherwise: {differ:#?}");
}

/// A table, and statements on it made at random.
fn random_shape(seed: u64) -> Shape {
    let mut rng = Rng::of(&[seed]);
    let mut pick = |all: &[&str]| rng.pick(all).to_owned();
    let mut rows = Vec::new();
    for id in 1..=60 {
        let (a, b) = (pick(&["1", "2", "3", "null"]), pick(&["4", "5", "6", "7"]));
        rows.push(format!("({id}, {a}, {b}, {}, '{}')", id * 3, pick(&["u", "v", "w"])));
    }
    let create = "create table t (id int primary key, a int, b int not null, k int, s varchar(9), key (a, b), key (b), unique key (k));";
    let tables = vec![create.to_owned(), format!("insert into t values {};", rows.join(", "))];
    let conditions = [
        "",
        "where a = 2",
        "where a is null",
        "where a = 2 and b > 5",
        "where b = 5",
        "where id > 50",
        "where id < 9",
        "where k between 30 and 60",
        "where k = 33",
        "where id = 7",
        "where s = 'v'",
        "where a > 2",
        "where k in (3, 6, 7)",
        "where id in (5, 60, 61)",
        "where b > 6 and s = 'u'",
        "where k > 170 and k % 2 = 0",
        "where a = 1 and b = 4",
    ];
    let mut statements = Vec::new();
    for _ in 0..60 {
        let condition = pick(&conditions);
        let order = pick(&[
            "",
            "",
            "order by id",
            "order by id desc",
            "order by s",
            "order by a, b",
            "order by k desc",
            "order by b",
        ]);
        let limit = pick(&["", "", "limit 1", "limit 4"]);
        let text = match pick(&["read", "read", "group", "distinct", "update", "delete"]).as_str() {
            "read" => format!("select {} from t {condition} {order} {limit}", pick(&["*", "id", "a, b", "k", "b"])),
            "group" => {
                let by = pick(&["a", "b", "s", "a, b", "s, b"]);
                let what = pick(&["count(*)", "sum(k)", "max(id)"]);
                format!(
                    "select {by}, {what} from t {condition} group by {by} {}",
                    pick(&["", "", "order by null", "limit 2"])
                )
            }
            "distinct" => format!("select distinct {} from t {condition} {limit}", pick(&["a", "b", "s", "k"])),
            "update" => {
                let set = pick(&["s = concat(s, '1')", "a = 3", "b = b + 1", "s = 'u'"]);
                let rows = if order.contains("by id") { format!("{order} {limit}") } else { String::new() };
                format!("update t set {set} {condition} {rows}")
            }
            _ => format!("delete from t {condition} order by id {} limit 1", pick(&["", "desc"])),
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        statements.push(Statement { text, ..Statement::default() });
    }
    Shape { name: format!("random-{seed}"), tables, statements }
}

/// The columns of a plan that R2 compares.
fn plan(step: &Value) -> Value {
    let row = &step["rows"][0];
    Value::Array([3, 5, 6, 10].iter().map(|column| row[*column].clone()).collect())
}

/// What R3 leaves of counters.
fn compared_part(text: &str, moved: &str) -> String {
    let is_ahead = |counter: &&str| text.contains("limit") && counter.starts_with("Handler_icp");
    let parts: Vec<_> = moved.split(", ").filter(|counter| !is_ahead(counter)).collect();
    parts.join(", ")
}

#[test]
fn statements_made_at_random_cost_the_same_if_they_are_planned_alike() {
    let Some(server) = Referee::start() else { return };
    let shapes: Vec<Shape> = seeds(4, 40).map(random_shape).collect();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let scenario = scenario(dir.path(), &shapes, true);
    let (theirs, ours) = (server.transcript(&scenario, false), lab::transcript(&scenario));
    let texts = shapes.iter().flat_map(|shape| shape.statements.iter().map(|s| (&shape.name, &s.text)));
    let (mut compared, mut differ) = (0, Vec::new());
    for ((shape, text), (theirs, ours)) in texts.zip(theirs.chunks(4).zip(ours.chunks(4))) {
        let is_loose = plan(&ours[0]).to_string().contains("for group-by");
        if plan(&theirs[0]) != plan(&ours[0]) || is_loose {
            continue;
        }
        compared += 1;
        let (want, found) = (moved(&theirs[1], &theirs[3]), moved(&ours[1], &ours[3]));
        if compared_part(text, &want) != compared_part(text, &found) {
            differ.push(format!("{shape}: {text}\n    {}\n    want   {want}\n    found  {found}", plan(&ours[0])));
        }
    }
    let all = shapes.len() * 60;
    assert!(compared * 3 > all * 2, "only {compared} of {all} statements are planned alike");
    assert!(differ.is_empty(), "{} of {compared} statements differ\n{}", differ.len(), differ.join("\n"));
}
