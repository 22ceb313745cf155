//! EXPLAIN beside the real server, on statements whose best way is clear: how the table is read and by which key.
//!
//! `tests/explain/choices.txt` has what the server chose, a statement a line: `type key | statement`. Ours must be the same; where the server is installed it is asked
//! again. `UPDATE_EXPECT=1` writes down what it says.

use innolab_tests::lab;
use innolab_tests::server::Server;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn choices() -> PathBuf {
    lab::root().join("tests/explain/choices.txt")
}

/// Each line's choice and statement.
fn lines() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(choices()).expect("the file is there");
    let line = |line: &str| {
        let (choice, statement) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}: type key | statement"));
        (choice.to_owned(), statement.to_owned())
    };
    text.lines().map(line).collect()
}

/// Two thousand rows: `a` has 500 values, `b` 20, `c` 50 and NULLs, `d` 97 and no index, `s` 700, `u` is unique, `sex` has two.
fn scenario(statements: &[(String, String)]) -> String {
    let mut text = "create table t (id int primary key, a int not null, b int not null, c int, d int not null, s varchar(20) not null, u int not null, \
        sex tinyint not null, key a (a), key bc (b, c), key s (s), unique key u (u), key sex (sex));\n"
        .to_owned();
    let row = |i: u64| {
        let c = if i.is_multiple_of(17) { "null".to_owned() } else { (i * 31 % 50).to_string() };
        format!("({i}, {}, {}, {c}, {}, 'k{:03}', {}, {})", i * 7919 % 500, i % 20, i % 97, i * 13 % 700, i * 3, i % 2)
    };
    for first in (1..=2000).step_by(250) {
        let rows: Vec<_> = (first..first + 250).map(row).collect();
        let _ = writeln!(text, "insert into t values {};", rows.join(", "));
    }
    for (_, statement) in statements {
        let _ = writeln!(text, "explain {statement}; -- T1");
    }
    text
}

/// `type key`, with `-` for NULL.
fn choice(step: &Value) -> String {
    let row = &step["rows"][0];
    let column = |i: usize| row[i].as_str().unwrap_or("-").to_owned();
    format!("{} {}", column(3), column(5))
}

fn differences(found: &[Value], want: &[(String, String)]) -> Vec<String> {
    assert_eq!(found.len(), want.len(), "a step a statement");
    let differ = |(step, (want, statement)): (&Value, &(String, String))| {
        let found = choice(step);
        (found != *want).then(|| format!("{statement}\n    want {want}, found {found}: {}", step["rows"][0]))
    };
    found.iter().zip(want).filter_map(differ).collect()
}

fn written(dir: &Path, want: &[(String, String)]) -> PathBuf {
    let path = dir.join("explain.sql");
    std::fs::write(&path, scenario(want)).expect("a writable directory");
    path
}

#[test]
fn we_choose_the_servers_key() {
    let (dir, want) = (tempfile::tempdir().expect("a directory"), lines());
    assert!(want.len() >= 50, "only {} statements", want.len());
    let differ = differences(&lab::transcript(&written(dir.path(), &want)), &want);
    assert!(differ.is_empty(), "{} of {} differ\n{}", differ.len(), want.len(), differ.join("\n"));
}

#[test]
fn the_server_still_chooses_so() {
    let Some(server) = Server::start() else { return };
    let (dir, want) = (tempfile::tempdir().expect("a directory"), lines());
    let real = server.transcript(&written(dir.path(), &want), false);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let line = |(step, (_, statement)): (&Value, &(String, String))| format!("{} | {statement}\n", choice(step));
        let text: String = real.iter().zip(&want).map(line).collect();
        std::fs::write(choices(), text).expect("the file can be written");
        return;
    }
    let differ = differences(&real, &want);
    assert!(differ.is_empty(), "the server's choice has changed\n{}", differ.join("\n"));
}
