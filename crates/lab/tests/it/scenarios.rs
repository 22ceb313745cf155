//! `innolab run`. The transcript of each file in `tests/scenarios` is, line by line, the one that a real MariaDB 10.11
//! gave (`*.jsonl`; see the README there).

use crate::program::innolab;
use std::path::{Path, PathBuf};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn scenarios() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let files = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    let mut scenarios: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    scenarios.sort();
    scenarios
}

#[test]
fn transcripts_equal_those_of_the_real_server() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 5, "the scenarios are missing");
    for file in scenarios {
        let ran = innolab(&["--database", "referee", "run", file.to_str().unwrap(), "--json"]);
        assert!(ran.status.success(), "{}: {}", file.display(), text(&ran.stderr));
        let (ours, real) = (text(&ran.stdout), std::fs::read_to_string(file.with_extension("jsonl")).unwrap());
        for (number, (ours, real)) in (1..).zip(ours.lines().zip(real.lines())) {
            assert_eq!(ours, real, "{}, line {number} of the transcript", file.display());
        }
        assert_eq!(ours.lines().count(), real.lines().count(), "{}: steps", file.display());
    }
}

#[test]
fn a_kept_database_keeps_its_tables() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, sql: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, sql).unwrap();
        path.to_str().unwrap().to_string()
    };
    let data = dir.path().join("data").to_str().unwrap().to_string();
    let first = file(
        "first.sql",
        "create table t (id int primary key, v varchar(9));\ninsert into t values (1, 'a'), (2, null);\n",
    );
    // The shared set-up runs once, and the second case sees the changes of the first.
    let second = file(
        "second.sql",
        "insert into t values (3, 'c');\n-- case: a\nupdate t set v = 'b' where id = 2; -- T1\n-- case: b\nselect * from t; -- T2\n",
    );
    assert!(innolab(&["run", &first, "--data", &data]).status.success());
    let ran = innolab(&["run", &second, "--data", &data, "--json"]);
    assert_eq!(
        text(&ran.stdout),
        concat!(
            r#"{"case":"a","step":1,"session":"T1","sql":"update t set v = 'b' where id = 2","outcome":"ok","affected":1}"#,
            "\n",
            r#"{"case":"b","step":1,"session":"T2","sql":"select * from t","outcome":"rows","rows":[["1","a"],["2","b"],["3","c"]]}"#,
            "\n"
        )
    );

    let ibd = dir.path().join("t.ibd");
    let exported = innolab(&["export", "--data", &data, "t", ibd.to_str().unwrap()]);
    assert!(exported.status.success() && ibd.metadata().unwrap().len() > 0, "{}", text(&exported.stderr));
    assert!(text(&exported.stdout).starts_with("CREATE TABLE `t` ("), "{}", text(&exported.stdout));

    let again = innolab(&["run", &first, "--data", &data]);
    assert!(again.status.success(), "steps fail, the run does not");
    assert!(text(&again.stdout).contains("ERROR 1050 (42S01): Table 't' already exists"), "{}", text(&again.stdout));
}

/// Errors go to standard error with file and line, and the exit status is not 0.
#[test]
fn errors_name_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_string();
    let write = |name: &str, sql: &str| {
        std::fs::write(path(name), sql).unwrap();
        path(name)
    };
    let file = path("nowhere.sql");
    let fails = |arguments: &[&str], why: &str| {
        let ran = innolab(arguments);
        assert!(!ran.status.success(), "{arguments:?}");
        assert!(text(&ran.stderr).contains(why), "{arguments:?}: {}", text(&ran.stderr));
    };
    fails(&["run", &file], "nowhere.sql: ");
    fails(&["run", &write("open.sql", "select 1; -- T1\nselect 2")], "open.sql:2: the last statement has no ';'");
    fails(&["run", &write("empty.md", "nothing\n")], "empty.md: no SQL statement in this file");
    let setup = write("setup.sql", "create table t (id int);\ncreate table t (id int);\nselect 1; -- T1\n");
    fails(&["run", &setup], "setup.sql:2: set-up statement failed: create table t (id int): ERROR 1050");
    fails(&["run", &setup, "--data", &write("plain", "x")], "plain: ");
    fails(&["export", "--data", &path("nodir"), "t", &path("t.ibd")], "nodir: no such directory");
    fails(&["run"], "Usage:");
    fails(&["shell", "--database"], "a value is required");
}

/// `tests/scenarios/inspect`: `inspect` among the statements of a scenario reads through the buffer pool.
#[test]
fn pages_are_watched_between_statements() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios/inspect");
    for name in ["split", "versions"] {
        let file = dir.join(name).with_extension("sql");
        let run = || text(&innolab(&["run", file.to_str().unwrap()]).stdout);
        let shown = run();
        expect_test::expect_file![dir.join(name).with_extension("txt")].assert_eq(&shown);
        assert_eq!(run(), shown, "{name}: a run repeats");
    }
}

/// An `inspect` line is a statement: its words are those of the command line, its errors are a statement's.
#[test]
fn a_line_of_inspect_is_a_statement() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, sql: &str| {
        let path = dir.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(&path, sql).unwrap();
        path
    };
    let run = |sql: &str| {
        let file = write("s.sql", &format!("create table t (id int primary key, v varchar(9));\n{sql}\n"));
        text(&innolab(&["run", &file, "--json"]).stdout)
    };
    let answer = |sql: &str| run(sql).split_once("\"outcome\":").unwrap().1.trim_end().trim_end_matches('}').to_owned();
    for (line, expected) in [
        ("INSPECT rows t.ibd; -- T1", r#""text","lines":[]"#),
        (
            "inspect page-dump t.ibd 9; -- T1",
            r#""error","errno":1105,"message":"t.ibd: no page 9; the last is page 7""#,
        ),
        ("inspect page-dump u.ibd 9; -- T1", r#""error","errno":1105,"message":"u.ibd: no such file""#),
        (
            "inspect space-verify /tmp; -- T1",
            r#""error","errno":1105,"message":"/: inspect reads this database only: its directory is '.'""#,
        ),
        ("inspect; -- T1", r#""error","errno":1105,"message":"inspect: which mode? `inspect --help` lists them""#),
        ("inspect trees; -- T1", r#""error","errno":1105,"message":"inspect: unrecognized subcommand 'trees'""#),
        ("inspect page-dump t.ibd 'x\"; -- T1", r#""error","errno":1105,"message":"inspect: a quote is not closed""#),
        ("inspect record-history . u 1; -- T1", r#""error","errno":1105,"message":"no table u in the dictionary""#),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
    // `--columns` has quotes of its own; `--json` gives objects, a line each.
    let shown = answer(
        "insert into t values (7, 'x'); -- T1\ninspect rows t.ibd --json --columns 'id int primary key, v varchar(9)'; -- T1",
    );
    assert!(shown.contains(r#"\"id\":"#), "{shown}");
    // In the file of a scenario that fails on errors, such an error is one.
    let file = write("e.sql", "select 1; -- T1\ninspect page-dump t.ibd 3; -- T1\n");
    let ran = innolab(&["run", "--fail-on-error", &file]);
    assert!(!ran.status.success() && text(&ran.stderr).contains("ERROR 1105 (HY000): t.ibd"), "{}", text(&ran.stderr));
    // What begins with the same letters is SQL.
    assert!(answer("inspects; -- T1").contains("1064"));
}
