//! `innolab run`: what it warns of, what it shows on request, and when it fails.

use crate::program::{command, innolab, stderr, stdout};
use expect_test::expect;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

/// Runs a scenario from standard input.
fn piped(sql: &[u8], options: &[&str]) -> Output {
    let mut command = command(&[&["run", "-"], options].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(sql).unwrap();
    child.wait_with_output().unwrap()
}

const BLOCKED: &[u8] = b"create table t (id int primary key);
insert into t values (1);
begin; delete from t; -- T1
insert into t values (1), (2); -- T2
select 1; -- T2
insert into t values (1); -- T1
insert into t values (1); -- T1
";

#[test]
fn set_up_is_shown_on_request() {
    expect![[r#"
        stdin
          -      create table t (id int primary key)
                 ok, 0 rows
          -      insert into t values (1)
                 ok, 1 row
          1  T1  begin
                 ok, 0 rows
          2  T1  delete from t
                 ok, 1 row
          3  T2  insert into t values (1), (2)
                 (blocked by T1)
          5  T1  insert into t values (1)
                 ok, 1 row
          6  T1  insert into t values (1)
                 ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'
    "#]]
    .assert_eq(&stdout(piped(BLOCKED, &["--setup"])));
    let json = stdout(piped(BLOCKED, &["--setup", "--json"]));
    let first = r#"{"case":"stdin","setup":true,"line":1,"sql":"create table t (id int primary key)","outcome":"ok","affected":0}"#;
    assert_eq!(json.lines().next(), Some(first));
    assert!(!stdout(piped(BLOCKED, &["--json"])).contains("setup"));
}

#[test]
fn what_the_end_drops_and_what_failed_is_named() {
    let dropped = "innolab: stdin:4: case stdin ends while T2 waits: step 3 is dropped, and step 4 queued behind it\n";
    let ran = piped(BLOCKED, &[]);
    assert!(ran.status.success());
    assert_eq!(stderr(&ran), dropped);
    let ran = piped(BLOCKED, &["--fail-on-error"]);
    let failed =
        "innolab: stdin:7: step 6 of case stdin, T1: ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'\n";
    assert_eq!((ran.status.code(), stderr(&ran)), (Some(1), format!("{dropped}{failed}")));
    assert!(String::from_utf8(ran.stdout).unwrap().ends_with("key 'PRIMARY'\n"), "the transcript is whole");
    let ran = piped(
        b"-- case: a\nselect x; -- T1\n-- case: b\nselect 1; -- T1\nselect y; -- T2\n",
        &["--fail-on-error", "--json"],
    );
    let lines: Vec<String> =
        stderr(&ran).lines().map(|line| line[..line.find(": ERROR").unwrap()].to_owned()).collect();
    assert_eq!(lines, ["innolab: stdin:2: step 1 of case a, T1", "stdin:5: step 2 of case b, T2"]);
    assert_eq!(String::from_utf8(ran.stdout).unwrap().lines().count(), 3);
    assert!(piped(b"select 1; -- T1\n", &["--fail-on-error"]).status.success());
}

#[test]
fn look_alikes_of_tags_are_warned_of() {
    let ran = piped(b"create table t (id int);\nbegin; -- T1\ninsert into t values (1); -- t2\n", &[]);
    assert_eq!(
        stderr(&ran),
        "innolab: stdin:3: warning: '-- t2' is not a session's tag here, so the statement is set-up; write '-- T2' at the end \
         of its line\n"
    );
    assert!(ran.status.success());
    // None in what we have written ourselves.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for dir in ["tests/scenarios", "tests/scenarios/isolation", "tests/scenarios/locks", "claims"] {
        for entry in std::fs::read_dir(root.join(dir)).unwrap() {
            let path = entry.unwrap().path();
            let is_short = path.metadata().unwrap().len() < 20_000;
            if is_short && path.extension().is_some_and(|e| e == "sql" || e == "md") && !path.ends_with("README.md") {
                let ran = innolab(&["run", path.to_str().unwrap()]);
                assert!(!stderr(&ran).contains("warning"), "{}: {}", path.display(), stderr(&ran));
            }
        }
    }
}

#[test]
fn what_is_no_scenario_is_refused_with_its_line() {
    for (text, why) in [
        (&b""[..], "stdin: the file is empty"),
        (b" \n\t\n", "stdin: the file is empty"),
        (b"-- only a comment\n", "stdin: no SQL statement in this file"),
        (b"\n-- T2\n", "stdin:2: '-- T2' tags no statement, and the file has none"),
        (b"select 1; -- T1\nselect '\xff'; -- T1\n", "stdin:2: byte 0xff is not UTF-8: a scenario is text"),
        (b"select 1; -- T1\n\n\x00\x01", "stdin:3: a NUL byte: a scenario is text"),
        (b"select 1; --T1\n", "stdin:1: '--T1' is no session's tag; write '-- T1' behind the statement"),
        (b"select 1; -- T1\nselect 2\n", "stdin:2: the last statement has no ';'"),
    ] {
        let ran = piped(text, &["--json"]);
        assert_eq!((ran.status.code(), stderr(&ran)), (Some(1), format!("innolab: {why}\n")));
        assert!(ran.stdout.is_empty());
    }
    let dir = tempfile::tempdir().unwrap();
    let (path, data) = (dir.path().to_str().unwrap(), dir.path().join("data"));
    let ran = innolab(&["run", path, "--data", data.to_str().unwrap()]);
    assert_eq!(stderr(&ran), format!("innolab: {path}: this is a directory; a scenario is a file\n"));
    assert!(!data.exists(), "a run without a scenario creates no database");
}

#[test]
fn what_makes_a_run_repeat_is_told() {
    let variables = "show variables like 'innolab%'; -- T1\nselect now(), @@sync_binlog, @@datadir; -- T1\n";
    expect![[r#"
        stdin
          1  T1  show variables like 'innolab%'
                 ┌───────────────┬───────────┐
                 │ Variable_name ┆ Value     │
                 ╞═══════════════╪═══════════╡
                 │ innolab_data  ┆ TEMPORARY │
                 │ innolab_purge ┆ STEP      │
                 │ innolab_time  ┆ FIXED     │
                 └───────────────┴───────────┘
          2  T1  select now(), @@sync_binlog, @@datadir
                 ┌─────────────────────┬───────────────┬───────────┐
                 │ now()               ┆ @@sync_binlog ┆ @@datadir │
                 ╞═════════════════════╪═══════════════╪═══════════╡
                 │ 2023-11-14 22:13:20 ┆             0 ┆           │
                 └─────────────────────┴───────────────┴───────────┘
    "#]]
    .assert_eq(&stdout(piped(variables.as_bytes(), &[])));
    let help = stdout(innolab(&["run", "--help"]));
    for words in
        ["NOW() begins at 2023-11-14 22:13:20", "purge", "--data DIR", "SHOW VARIABLES LIKE 'innolab%'", "-- T2"]
    {
        assert!(help.contains(words), "{words}: {help}");
    }
}

#[test]
fn what_each_step_costs_is_shown_on_request() {
    let sql = b"create table t (id int primary key, v int, key (v));
insert into t values (1, 1), (2, 2), (3, 3);
begin; -- T1
update t set v = 9 where id = 2; -- T1
select id from t where v > 1 lock in share mode; -- T2
commit; -- T1
";
    expect![[r#"
        stdin
          1  T1  begin
                 ok, 0 rows
          2  T1  update t set v = 9 where id = 2
                 ok, 1 row
                 cost   Handler_commit 1, Handler_read_key 1, Handler_update 1, Page_requests 9, Rows_examined 1
                 whole  Innodb_log_write_requests 4
          3  T2  select id from t where v > 1 lock in share mode
                 (blocked by T1)
          4  T1  commit
                 ok, 0 rows
                 cost   Handler_commit 1
          3  T2  (resumed)
                 ┌────┐
                 │ id │
                 ╞════╡
                 │  3 │
                 │  2 │
                 └────┘
                 cost   Handler_commit 1, Handler_read_key 1, Handler_read_next 2, Rows_sent 2, Select_range 1, Lock_waits 1, Page_requests 12, Rows_examined 2
                 whole  Innodb_log_write_requests 1, Innodb_row_lock_waits 1
    "#]]
    .assert_eq(&stdout(piped(sql, &["--counters", "--skip-log-bin"])));
    let json = stdout(piped(sql, &["--counters", "--json", "--skip-log-bin"]));
    let last = r#"{"case":"stdin","step":4,"counters":{"Innodb_log_write_requests":1,"Innodb_row_lock_waits":1}}"#;
    assert_eq!(json.lines().last(), Some(last));
}
