//! The log is enough: replayed into an empty database it gives the same tables, whatever the source went through; and
//! flashback goes back.

#![allow(clippy::unwrap_used)]

#[path = "../../sql/tests/workload/mod.rs"]
mod workload;

use innolab_base::rng::Rng;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use workload::{Draw, TABLES};

fn innolab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_innolab")).args(["--database", "lab"]).args(arguments).output().unwrap()
}

/// What it prints; it must end well.
fn told(arguments: &[&str]) -> String {
    let out = innolab(arguments);
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs statements in the database of `dir`, in one session; some may fail. With `kill_ms` the process is killed after
/// so long, if it still runs.
fn run(dir: &Path, statements: &[String], kill_ms: Option<u64>) {
    let file = dir.with_extension("run.sql");
    std::fs::write(&file, statements.iter().map(|s| format!("{s}; -- T1\n")).collect::<String>()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_innolab"));
    command.args(["--database", "lab", "run", text(&file), "--data", text(dir), "--json"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(ms) = kill_ms {
        std::thread::sleep(Duration::from_millis(ms));
        child.kill().unwrap();
        child.wait().unwrap();
        return;
    }
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

/// All that is in a database, as text.
fn contents(dir: &Path) -> String {
    let file = dir.with_file_name("contents.sql");
    let mut sql = "show tables; -- T1\n".to_owned();
    for table in ["a", "b", "c"] {
        sql += &format!("show create table {table}; -- T1\nselect * from {table}; -- T1\n");
    }
    std::fs::write(&file, sql).unwrap();
    // Rows without a primary key come in the order in which they were inserted, rolled back ones in between or not: as
    // a set they are the same.
    let lines = told(&["run", text(&file), "--data", text(dir), "--json"]);
    lines.lines().map(|line| sorted_rows(line) + "\n").collect()
}

fn sorted_rows(line: &str) -> String {
    let mut step: serde_json::Value = serde_json::from_str(line).unwrap();
    if let Some(rows) = step["rows"].as_array_mut() {
        rows.sort_by_key(|row| row.to_string());
    }
    step.to_string()
}

#[test]
fn a_replay_gives_the_same_tables() {
    for (seed, format) in [(1, "row"), (2, "row"), (3, "mixed"), (4, "row"), (5, "statement")] {
        let dir = tempfile::tempdir().unwrap();
        let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
        let mut draw = Draw(Rng(seed));
        let format = format!("set binlog_format = {format}");
        let first: Vec<String> = TABLES.iter().map(|s| s.to_string()).chain([format.clone()]).collect();
        run(&source, &first, None);
        for round in 0..3 {
            let statements = [vec![format.clone()], draw.workload(25)].concat();
            run(&source, &statements, (round < 2).then_some(30 + 17 * seed));
        }
        told(&["binlog", "verify", "--data", text(&source)]);
        told(&["binlog", "replay", "--data", text(&source), "--into", text(&copy)]);
        // What was rolled back has moved the source's counters, and is in no log.
        assert_eq!(without_counters(&contents(&copy)), without_counters(&contents(&source)), "seed {seed}");
    }
}

#[test]
fn flashback_of_the_last_transactions_restores_what_was_before() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source");
    let mut draw = Draw(Rng(77));
    let changes = |draw: &mut Draw| (0..20).map(|_| draw.change()).collect::<Vec<_>>();
    run(&source, &TABLES.map(str::to_owned), None);
    run(&source, &changes(&mut draw), None);
    let before = contents(&source);
    // Each process begins a file: those of the changes that are to be undone are the last ones.
    let old = files(&source);
    run(&source, &changes(&mut draw), None);
    assert_ne!(contents(&source), before);
    let new: Vec<String> = files(&source).into_iter().filter(|file| !old.contains(file)).collect();
    let mut arguments = vec!["binlog", "flashback", "--apply", text(&source)];
    arguments.extend(new.iter().map(String::as_str));
    let undone = told(&arguments);
    assert!(undone.ends_with(" rows undone\n") && !undone.starts_with("0 "), "{undone}");
    assert_eq!(without_counters(&contents(&source)), without_counters(&before));
}

/// AUTO_INCREMENT counters stay where they are: a flashback undoes rows.
fn without_counters(contents: &str) -> String {
    contents.split(" AUTO_INCREMENT=").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect()
}

fn files(dir: &Path) -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.contains("binlog.0"))
        .collect();
    files.sort();
    files
}

#[test]
fn a_point_in_time_before_the_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
    let sql = |statements: &[&str]| statements.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    run(&source, &sql(&[TABLES[0], TABLES[1], "insert into a values (1, 1, 'one'), (2, 2, 'two')"]), None);
    let wanted = contents(&source);
    run(&source, &sql(&["delete from a where id > 0"]), None);
    let log = files(&source);
    let dump = told(&["binlog", "dump", log.last().unwrap(), "--json"]);
    let begins = dump.lines().find(|line| line.contains("ANONYMOUS_GTID")).unwrap();
    let begins: serde_json::Value = serde_json::from_str(begins).unwrap();
    let position = begins["position"].to_string();
    told(&["binlog", "replay", "--data", text(&source), "--into", text(&copy), "--stop-position", &position]);
    assert_eq!(contents(&copy), wanted);
}

/// What cannot be replayed is refused before a database is made; what could be, up to an error or the stretch's end,
/// stays and is told.
#[test]
fn a_replay_refuses_before_it_begins_and_tells_how_far_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
    let statements =
        ["create table a (id int primary key)", "insert into a values (1), (2)", "insert into a values (3)"];
    run(&source, &statements.map(str::to_owned), None);
    let log = files(&source).remove(0);
    let fails = |arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_innolab")).args(arguments).output().unwrap();
        assert!(!out.status.success(), "{arguments:?}");
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let into = text(&copy);
    // Of another database, the own one, not there, damaged.
    let (_, why) = fails(&["binlog", "replay", &log, "--into", into]);
    assert!(
        why.ends_with("byte 236: a statement of the database `lab`; this one is called `test` (--database)\n"),
        "{why}"
    );
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &log, "--into", text(&source)]);
    assert!(why.contains("cannot be replayed into the same one"), "{why}");
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &log, &(log.clone() + "x"), "--into", into]);
    assert!(why.ends_with("binlog.000001x: no such file\n"), "{why}");
    let damaged = text(dir.path()).to_owned() + "/damaged";
    let mut bytes = std::fs::read(&log).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &damaged, "--into", into]);
    assert!(why.ends_with("the checksum does not match\n"), "{why}");
    assert!(!copy.exists(), "nothing was begun");

    // A transaction that is cut by the stretch is left out and named.
    let dump = told(&["binlog", "dump", &log, "--json"]);
    let events: Vec<serde_json::Value> = dump.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| {
        events.iter().filter(|e| e["kind"] == *kind).map(|e| e["position"].to_string()).collect::<Vec<_>>()
    };
    let (xids, gtids) = (of("XID"), of("ANONYMOUS_GTID"));
    let cut = told(&["binlog", "replay", &log, "--into", into, "--stop-position", &xids[1]]);
    let expected = format!(
        "binlog.000001: byte {0}: a transaction without its end is left out\n2 transactions, 2 rows, 1 statement replayed, to binlog.000001:{0}\n",
        gtids[2]
    );
    assert_eq!(cut, expected);
    // Once more from the start: what is there is not done twice.
    let (done, why) = fails(&["--database", "lab", "binlog", "replay", &log, "--into", into]);
    assert_eq!(
        (done.as_str(), why.ends_with("ERROR 1050 (42S01): Table 'a' already exists\n")),
        ("0 transactions, 0 rows, 0 statements replayed\n", true),
        "{why}"
    );
    // From the wrong place: rows that are there are found out, and what came before them stays.
    let (done, why) =
        fails(&["--database", "lab", "binlog", "replay", &log, "--into", into, "--start-position", &gtids[1]]);
    assert!(done.starts_with("0 transactions") && why.contains("Duplicate entry '1'"), "{done}{why}");
    // From the right one.
    told(&["binlog", "replay", &log, "--into", into, "--start-position", &gtids[2]]);
    assert_eq!(contents(&copy), contents(&source));
}

/// A file that its writer left in the middle of a transaction, and one behind it: what has no end is not in the copy,
/// and does not become part of what follows.
#[test]
fn what_has_no_end_in_its_file_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
    let sql = |statements: &[&str]| statements.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    run(
        &source,
        &sql(&["create table a (id int primary key)", "insert into a values (1)", "insert into a values (3)"]),
        None,
    );
    run(&source, &sql(&["insert into a values (4)"]), None);
    let [first, second] = &files(&source)[..] else { panic!("a file for each process") };
    let dump = told(&["binlog", "dump", first, "--json"]);
    let last = dump.lines().rfind(|line| line.contains(r#""kind":"XID""#)).unwrap();
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    let mut bytes = std::fs::read(first).unwrap();
    bytes.truncate(last["position"].as_u64().unwrap() as usize);
    bytes[4 + 17] |= 1; // in use: its writer died
    std::fs::write(first, bytes).unwrap();
    let said = told(&["binlog", "replay", first, second, "--into", text(&copy)]);
    let (left_out, done) = said.split_once('\n').unwrap();
    assert!(left_out.ends_with("a transaction without its end is left out"), "{said}");
    assert!(done.starts_with("3 transactions, 2 rows, 1 statement replayed, to binlog.000002:"), "{said}");
    let rows = contents(&copy);
    assert!(rows.contains(r#"[["1"],["4"]]"#), "{rows}");
}
