//! The log is enough: replayed into an empty database it gives the same tables, whatever the source went through; and flashback goes back.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

/// Runs statements in the database of `dir`, in one session; some may fail. With `kill_ms` the process is killed after so long, if it still runs.
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
    // Rows without a primary key come in the order in which they were inserted, rolled back ones in between or not: as a set they are the same.
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

/// Draws numbers; the same from the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn change(&mut self) -> String {
        let (id, n) = (self.below(30), self.below(10));
        match self.below(10) {
            0 => format!("insert into a (n, v) values ({n}, 'v{n}'), ({n}, null)"),
            1 => format!("insert into a values ({id}, {n}, 'é''{n}')"),
            2 => format!("replace into a values ({id}, {n}, null)"),
            3 => format!("insert into a values ({id}, {n}, 'x') on duplicate key update n = n + 1"),
            4 => format!("update a set n = n + 1, v = 'u' where id < {id}"),
            5 => format!("update a set id = id + 100 where id = {id}"),
            6 => format!("delete from a where n = {n}"),
            7 => {
                let row = format!("({n}, 'y', {n} - 5.25, '2024-01-02 03:04:05.{n}', '2024-02-29')");
                format!("insert into b values {row}, {row}, (null, null, null, null, null)")
            }
            8 => format!("update b set p = p * -1.5, t = d, d = t where x = {n}"),
            _ => format!("delete from b where x = {n}"),
        }
    }

    fn ddl(&mut self) -> String {
        let n = self.below(100);
        match self.below(5) {
            0 => "create table if not exists c (k varchar(9) primary key, w bigint unsigned)".into(),
            1 => "drop table if exists c".into(),
            2 => format!("insert into c values ('k{n}', {n})"),
            3 => "truncate table b".into(),
            _ => format!("update c set w = w + {n}"),
        }
    }

    /// A workload of transactions with savepoints, single statements and DDL.
    fn workload(&mut self, steps: u64) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..steps {
            match self.below(6) {
                0 => all.push(self.ddl()),
                1..=3 => all.push(self.change()),
                _ => {
                    all.push("begin".into());
                    (0..self.below(3)).for_each(|_| all.push(self.change()));
                    all.push("savepoint s".into());
                    (0..self.below(3)).for_each(|_| all.push(self.change()));
                    if self.below(2) == 0 {
                        all.push("rollback to s".into());
                    }
                    all.push(if self.below(3) == 0 { "rollback" } else { "commit" }.into());
                }
            }
        }
        all
    }
}

const TABLES: [&str; 2] = [
    "create table a (id int primary key auto_increment, n int, v varchar(20), key (n))",
    "create table b (x int, y varchar(10), p decimal(7,2), t datetime(2), d date)",
];

#[test]
fn a_replay_gives_the_same_tables() {
    for (seed, format) in [(1, "row"), (2, "row"), (3, "mixed"), (4, "row"), (5, "statement")] {
        let dir = tempfile::tempdir().unwrap();
        let (source, copy) = (dir.path().join("source"), dir.path().join("copy"));
        let mut draw = Draw(seed);
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
    let mut draw = Draw(77);
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
