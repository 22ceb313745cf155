//! `binlog replay` and `binlog flashback --apply`: a log replayed in an empty database gives the same tables, also
//! after the source was killed; a flashback gives the tables as they were before.

#[path = "../../../sql/tests/workload/mod.rs"]
mod workload;

use crate::program::{command, innolab, stdout};
use innolab_base::rng::Rng;
use innolab_testing::size;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use workload::{Draw, TABLES};

/// Standard output. REQUIRES: it succeeds.
fn printed(arguments: &[&str]) -> String {
    stdout(innolab(&[&["--database", "lab"], arguments].concat()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs statements in one session of the database in `dir`; some may fail. After `kill_ms` the process is killed, if it
/// still runs.
fn run(dir: &Path, statements: &[String], kill_ms: Option<u64>) {
    let file = dir.with_extension("run.sql");
    std::fs::write(&file, statements.iter().map(|s| format!("{s}; -- T1\n")).collect::<String>()).unwrap();
    let mut command = command(&["--database", "lab", "run", text(&file), "--data", text(dir), "--json"]);
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

/// The contents of a database, as text.
fn contents(dir: &Path) -> String {
    let file = dir.with_file_name("contents.sql");
    let mut sql = "show tables; -- T1\n".to_owned();
    for table in ["a", "b", "c"] {
        sql += &format!("show create table {table}; -- T1\nselect * from {table}; -- T1\n");
    }
    std::fs::write(&file, sql).unwrap();
    // Rows without a primary key are in the order of their hidden ids, which may differ: they are compared as a set.
    let lines = printed(&["run", text(&file), "--data", text(dir), "--json"]);
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
    let runs = [(1, "row"), (3, "mixed"), (5, "statement"), (2, "row"), (4, "row")];
    for (seed, format) in runs.into_iter().take(size(3, 5)) {
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
        printed(&["binlog", "verify", "--data", text(&source)]);
        printed(&["binlog", "replay", "--data", text(&source), "--into", text(&copy)]);
        // Rolled-back inserts have advanced the source's AUTO_INCREMENT counters; they are in no log.
        assert_eq!(without_counters(&contents(&copy)), without_counters(&contents(&source)), "seed {seed}");
    }
}

#[test]
fn flashback_of_the_last_transactions_restores_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source");
    let mut draw = Draw(Rng(77));
    let changes = |draw: &mut Draw| (0..20).map(|_| draw.change()).collect::<Vec<_>>();
    run(&source, &TABLES.map(str::to_owned), None);
    run(&source, &changes(&mut draw), None);
    let before = contents(&source);
    // Each process starts a new file: the changes to undo are in the last ones.
    let old = files(&source);
    run(&source, &changes(&mut draw), None);
    assert_ne!(contents(&source), before);
    let new: Vec<String> = files(&source).into_iter().filter(|file| !old.contains(file)).collect();
    let mut arguments = vec!["binlog", "flashback", "--apply", text(&source)];
    arguments.extend(new.iter().map(String::as_str));
    let undone = printed(&arguments);
    assert!(undone.starts_with("undone: ") && !undone.starts_with("undone: 0 "), "{undone}");
    assert_eq!(without_counters(&contents(&source)), without_counters(&before));
}

/// Leaves out AUTO_INCREMENT counters: a flashback undoes rows only.
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
    let dump = printed(&["binlog", "dump", log.last().unwrap(), "--json"]);
    let begins = dump.lines().find(|line| line.contains("ANONYMOUS_GTID")).unwrap();
    let begins: serde_json::Value = serde_json::from_str(begins).unwrap();
    let position = begins["position"].to_string();
    printed(&["binlog", "replay", "--data", text(&source), "--into", text(&copy), "--stop-position", &position]);
    assert_eq!(contents(&copy), wanted);
}

/// A log that cannot be replayed is refused before a database is created. An error leaves the target as it was.
/// Transactions replayed before the range's end stay, and their position is printed.
#[test]
fn a_replay_checks_first_and_prints_its_position() {
    let dir = tempfile::tempdir().unwrap();
    let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
    let statements =
        ["create table a (id int primary key)", "insert into a values (1), (2)", "insert into a values (3)"];
    run(&source, &statements.map(str::to_owned), None);
    let log = files(&source).remove(0);
    let fails = |arguments: &[&str]| {
        let out = innolab(arguments);
        assert!(!out.status.success(), "{arguments:?}");
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let into = text(&copy);
    // The log of another database, the target's own log, a missing file, a damaged one.
    let (_, why) = fails(&["binlog", "replay", &log, "--into", into]);
    assert!(
        why.ends_with("byte 236: a statement of database `lab`, but this one is `test` (see --database)\n"),
        "{why}"
    );
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &log, "--into", text(&source)]);
    assert!(why.contains("own log cannot be replayed in it"), "{why}");
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &log, &(log.clone() + "x"), "--into", into]);
    assert!(why.ends_with("binlog.000001x: no such file\n"), "{why}");
    let damaged = text(dir.path()).to_owned() + "/damaged";
    let mut bytes = std::fs::read(&log).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let (_, why) = fails(&["--database", "lab", "binlog", "replay", &damaged, "--into", into]);
    assert!(why.ends_with("the checksum does not match\n"), "{why}");
    assert!(!copy.exists(), "no database is created");

    // A transaction that is cut by the range's end is skipped and named.
    let dump = printed(&["binlog", "dump", &log, "--json"]);
    let events: Vec<serde_json::Value> = dump.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| {
        events.iter().filter(|e| e["kind"] == *kind).map(|e| e["position"].to_string()).collect::<Vec<_>>()
    };
    let (xids, gtids) = (of("XID"), of("ANONYMOUS_GTID"));
    let cut = printed(&["binlog", "replay", &log, "--into", into, "--stop-position", &xids[1]]);
    let expected = format!(
        "binlog.000001: byte {0}: skipped an incomplete transaction\nreplayed 2 transactions, 2 rows, 1 statement, up to binlog.000001:{0}\n",
        gtids[2]
    );
    assert_eq!(cut, expected);
    // Again from the start: the first statement fails.
    let (done, why) = fails(&["--database", "lab", "binlog", "replay", &log, "--into", into]);
    let expected = format!("ERROR 1050 (42S01): Table 'a' already exists; {into} is as it was\n");
    assert_eq!((done.as_str(), why.ends_with(&expected)), ("", true), "{why}");
    // From a wrong position: the first row is a duplicate.
    let (done, why) =
        fails(&["--database", "lab", "binlog", "replay", &log, "--into", into, "--start-position", &gtids[1]]);
    assert!(done.is_empty() && why.contains("Duplicate entry '1'"), "{done}{why}");
    // From the right position.
    printed(&["binlog", "replay", &log, "--into", into, "--start-position", &gtids[2]]);
    assert_eq!(contents(&copy), contents(&source));
}

/// A file whose writer died in the middle of a transaction, and a file after it: the incomplete transaction is not in
/// the copy, and its rows do not become part of the next one.
#[test]
fn an_incomplete_transaction_at_a_files_end_is_skipped() {
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
    let dump = printed(&["binlog", "dump", first, "--json"]);
    let last = dump.lines().rfind(|line| line.contains(r#""kind":"XID""#)).unwrap();
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    let mut bytes = std::fs::read(first).unwrap();
    bytes.truncate(last["position"].as_u64().unwrap() as usize);
    bytes[4 + 17] |= 1; // in use: its writer died
    std::fs::write(first, bytes).unwrap();
    let output = printed(&["binlog", "replay", first, second, "--into", text(&copy)]);
    let (skipped, done) = output.split_once('\n').unwrap();
    assert!(skipped.ends_with("skipped an incomplete transaction"), "{output}");
    assert!(done.starts_with("replayed 3 transactions, 2 rows, 1 statement, up to binlog.000002:"), "{output}");
    let rows = contents(&copy);
    assert!(rows.contains(r#"[["1"],["4"]]"#), "{rows}");
}
