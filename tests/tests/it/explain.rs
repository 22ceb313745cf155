//! EXPLAIN, compared with the real server's: access type, key, rows to read, and the Extra column.
//!
//! `tests/explain/plans.txt` has tables of several shapes and statements on them, written by hand.
//! `tests/explain/generated.txt` has those of [`plans::shape`]. Under each statement stands the server's plan, as
//! recorded, and where ours differs, ours with the reason:
//!
//! ```text
//! == a shape
//! create table …;
//!
//! select count(*) from e
//!     index | - | PRIMARY | 4 | - | 1 | 100.00 | Using index
//!     here  index | - | a | 5 | - | 1 | 100.00 | Using index
//!     why   …
//! ```
//!
//! The columns of a plan are type, possible_keys, key, key_len, ref, rows, filtered and Extra.
//!
//! RULES
//!
//! - **R1** Two plans are the same if all columns are equal but `rows` and `filtered`. In `plans.txt` these two must be
//!   within a factor of two: they are estimates, on the server and here.
//! - **R2** An installed server is asked for its plans again; `UPDATE_EXPECT=1` records them. The server recounts its
//!   statistics at times of its own choice. So `rows` and `filtered` are not compared with the record, and a plan
//!   counts as changed only if the recorded one never comes in several runs. Where ours differs for [`CLOSE_COSTS`],
//!   the server's next statistics may choose ours: then it is not a change either.
//! - **R3** A reason in `generated.txt` is a class of reasons, by the name that it has in `docs/differences.md`.

use innolab_testing::size;
use innolab_tests::generate::plans;
use innolab_tests::lab;
use innolab_tests::server::Referee;
use serde_json::Value;
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

/// The reason of two plans of which the server's statistics of the moment choose one (R2).
const CLOSE_COSTS: &str = "close costs";

/// Largest number of runs on the server (R2).
const TIMES: usize = 5;

/// A file of plans.
struct Record {
    file: &'static str,
    /// Fewest statements in it.
    statements: usize,
    /// Largest share of statements whose plan differs.
    percent: usize,
    /// True if two plans are the same (R1).
    same: fn(&str, &str) -> bool,
}

const WRITTEN: Record = Record { file: "tests/explain/plans.txt", statements: 400, percent: 5, same: are_same };

const GENERATED: Record =
    Record { file: "tests/explain/generated.txt", statements: 1500, percent: 3, same: are_same_but_for_estimates };

/// Numbers of generated shapes, and of statements on each.
const SHAPES: (u64, usize) = (60, 26);

impl Record {
    fn path(&self) -> PathBuf {
        lab::root().join(self.file)
    }

    fn shapes(&self) -> Vec<Shape> {
        shapes(&std::fs::read_to_string(self.path()).expect("the file exists"))
    }
}

fn shapes(text: &str) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = vec![];
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            shapes.push(Shape { name: name.to_owned(), ..Shape::default() });
            continue;
        }
        let shape = shapes.last_mut().expect("a shape comes first");
        let statement = shape.statements.last_mut();
        match (line.strip_prefix("    "), statement) {
            (Some(plan), Some(statement)) => match (plan.strip_prefix("here  "), plan.strip_prefix("why   ")) {
                (Some(here), _) => statement.here = Some(here.to_owned()),
                (_, Some(why)) => statement.why = Some(why.to_owned()),
                _ => statement.server = plan.to_owned(),
            },
            (Some(_), None) => panic!("a plan without a statement: {line}"),
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

/// Writes a scenario: a case for each shape, with EXPLAIN of each statement as a step.
fn scenario(dir: &Path, shapes: &[Shape]) -> PathBuf {
    let mut text = String::new();
    for Shape { name, tables, statements } in shapes {
        let _ = writeln!(text, "-- case: {name}\n{}", tables.join("\n"));
        for statement in statements {
            let _ = writeln!(text, "explain extended {}; -- T1", statement.text);
        }
    }
    let path = dir.join("explain.sql");
    std::fs::write(&path, text).expect("a writable directory");
    path
}

/// Returns the plan in a step, from the column `type` on.
fn plan(step: &Value) -> String {
    match step["rows"][0].as_array() {
        Some(row) => {
            row[3..].iter().map(|v| v.as_str().filter(|v| !v.is_empty()).unwrap_or("-")).collect::<Vec<_>>().join(" | ")
        }
        None => format!("error {}", step["errno"]),
    }
}

/// True if two plans are the same, with estimates within a factor of two (R1).
fn are_same(a: &str, b: &str) -> bool {
    let near = |a: &str, b: &str| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a <= 2.0 * b && b <= 2.0 * a,
        _ => a == b,
    };
    are_alike(a, b, near)
}

/// True if two plans are the same in all but estimates (R2).
fn are_same_but_for_estimates(a: &str, b: &str) -> bool {
    are_alike(a, b, |_, _| true)
}

/// True if all columns are equal, where for `rows` and `filtered` `near` decides.
fn are_alike(a: &str, b: &str, near: impl Fn(&str, &str) -> bool) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (a.split(" | ").collect(), b.split(" | ").collect());
    let is_estimate = |column: usize| column == 5 || column == 6;
    let same = |(column, (a, b)): (usize, (&&str, &&str))| if is_estimate(column) { near(a, b) } else { a == b };
    a.len() == b.len() && a.iter().zip(&b).enumerate().all(same)
}

/// Returns our plans of all statements, in their order.
fn ours(shapes: &[Shape]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    lab::transcript(&scenario(dir.path(), shapes)).iter().map(plan).collect()
}

fn differences<'s, 'w>(
    found: &[String],
    want: impl Iterator<Item = (&'s Statement, &'w String)>,
    same: fn(&str, &str) -> bool,
) -> Vec<String> {
    let want: Vec<_> = want.collect();
    assert_eq!(found.len(), want.len(), "one step per statement");
    let differ = |(found, (statement, want)): (&String, &(&Statement, &String))| {
        (!same(found, want)).then(|| format!("{}\n    want   {want}\n    found  {found}", statement.text))
    };
    found.iter().zip(&want).filter_map(differ).collect()
}

fn assert_ours_are_recorded(record: &Record) {
    let shapes = record.shapes();
    let statements = || shapes.iter().flat_map(|shape| &shape.statements);
    let (count, others) = (statements().count(), statements().filter(|s| s.here.is_some()).count());
    assert!(count >= record.statements && others * 100 <= count * record.percent, "{others} of {count} differ");
    for statement in statements() {
        assert_eq!(
            statement.here.is_some(),
            statement.why.is_some(),
            "a plan that differs needs a reason: {}",
            statement.text
        );
        let same = statement.here.as_ref().is_some_and(|here| (record.same)(here, &statement.server));
        assert!(!same, "our plan is the server's again: {}", statement.text);
    }
    let want = statements().map(|s| (s, s.here.as_ref().unwrap_or(&s.server)));
    let differ = differences(&ours(&shapes), want, record.same);
    assert!(differ.is_empty(), "{} plans differ\n{}", differ.len(), differ.join("\n"));
}

fn assert_the_server_has(record: &Record, shapes: &[Shape]) {
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a temporary directory");
    let scenario = scenario(dir.path(), shapes);
    let ask = || -> Vec<String> { server.transcript(&scenario, false).iter().map(plan).collect() };
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        update(record, &ask());
        return;
    }
    let statements = || shapes.iter().flat_map(|shape| &shape.statements);
    let want = |statement: &Statement, plan: &str| {
        let other = statement.here.as_deref().filter(|_| statement.why.as_deref() == Some(CLOSE_COSTS));
        let is_ours = other.is_some_and(|here| are_same_but_for_estimates(plan, here));
        if is_ours { plan.to_owned() } else { statement.server.clone() }
    };
    let mut gone = Vec::new();
    for time in 0..TIMES {
        let found = ask();
        let want: Vec<String> = statements().zip(&found).map(|(statement, plan)| want(statement, plan)).collect();
        let differ = differences(&found, statements().zip(&want), are_same_but_for_estimates);
        let statement = |difference: &String| difference.lines().next().map(str::to_owned);
        let now: Vec<_> = differ.iter().filter_map(statement).collect();
        gone = if time == 0 { differ } else { gone };
        gone.retain(|difference| statement(difference).is_some_and(|s| now.contains(&s)));
        if gone.is_empty() {
            return;
        }
    }
    panic!("the server's plans have changed\n{}", gone.join("\n"));
}

/// Records the server's plans of the statements in a file, and ours where they differ.
fn update(record: &Record, server: &[String]) {
    let mut shapes = record.shapes();
    let ours = ours(&shapes);
    let statements = shapes.iter_mut().flat_map(|shape| &mut shape.statements);
    for (statement, (server, ours)) in statements.zip(server.iter().zip(ours)) {
        let differs = !(record.same)(server, &ours);
        statement.server.clone_from(server);
        statement.here = differs.then_some(ours);
        statement.why = statement.why.take().filter(|_| differs);
    }
    std::fs::write(record.path(), written(&shapes)).expect("the file can be written");
}

/// The shapes of the generator, without plans.
fn generated() -> Vec<Shape> {
    let shape = |seed| {
        let plans::Shape { name, tables, statements } = plans::shape(seed, SHAPES.1);
        let statement = |text| Statement { text, ..Statement::default() };
        Shape { name, tables, statements: statements.into_iter().map(statement).collect() }
    };
    (1..=SHAPES.0).map(shape).collect()
}

#[test]
fn our_plans_are_the_servers_or_differ_for_a_recorded_reason() {
    assert_ours_are_recorded(&WRITTEN);
}

#[test]
fn our_generated_plans_are_the_servers_or_differ_for_a_documented_reason() {
    assert_ours_are_recorded(&GENERATED);
    let documented = std::fs::read_to_string(lab::root().join("docs/differences.md")).expect("the file exists");
    let statements = || GENERATED.shapes().into_iter().flat_map(|shape| shape.statements);
    for why in statements().filter_map(|statement| statement.why) {
        assert!(documented.contains(&why), "docs/differences.md does not have the reason: {why}");
    }
    let texts = |shapes: Vec<Shape>| shapes.into_iter().flat_map(|s| s.statements).map(|s| s.text).collect::<Vec<_>>();
    assert_eq!(texts(GENERATED.shapes()), texts(generated()), "the file has the generator's statements");
}

#[test]
fn the_server_still_has_the_recorded_plans() {
    assert_the_server_has(&WRITTEN, &WRITTEN.shapes());
}

#[test]
fn the_server_still_has_the_generated_plans() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        // Reasons stay with their statements.
        let old: Vec<Statement> = GENERATED.shapes().into_iter().flat_map(|shape| shape.statements).collect();
        let mut new = generated();
        for statement in new.iter_mut().flat_map(|shape| &mut shape.statements) {
            let found = old.iter().find(|old| old.text == statement.text && old.why.is_some());
            statement.why = found.and_then(|old| old.why.clone());
        }
        std::fs::write(GENERATED.path(), written(&new)).expect("the file can be written");
    }
    let mut shapes = GENERATED.shapes();
    if std::env::var_os("UPDATE_EXPECT").is_none() {
        shapes.truncate(size(12, shapes.len()));
    }
    assert_the_server_has(&GENERATED, &shapes);
}
