//! What MariaDB refuses as a syntax error, what it runs, and what of that we do not support.
//!
//! `tests/statements/answers.txt` has hundreds of statements, each with the real server's answer and ours:
//!
//! ```text
//! create table …;                              each statement runs on these tables, made anew for it
//!
//! == a group
//! 1064 | =    | select a::int from t           both refuse it
//! ok   | XA   | xa start 'x'                   the server runs it; here it is error 1235, which names XA
//! 1054 | =    | select nope from t
//! ```
//!
//! RULES
//!
//! - **R1** An answer is `ok` or the number of an error; `=` is the server's.
//! - **R2** Where ours differs it is 1235, and never if the server's is 1064: what the server does not take is not run
//!   here, and what it takes is not called a syntax error. The exceptions are in the group `differences`, and each is in
//!   `docs/differences.md`.
//! - **R3** An installed server is asked again whether a statement is a syntax error: for all in the full size, else for
//!   some. Other errors depend on the server's users and options.

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::{Server, size};
use innolab_tests::lab;
use std::sync::Arc;

/// The group of statements that may break R2.
const DIFFERENCES: &str = "differences";

struct Statement<'t> {
    group: &'t str,
    server: &'t str,
    here: &'t str,
    sql: &'t str,
}

fn file() -> String {
    std::fs::read_to_string(lab::root().join("tests/statements/answers.txt")).expect("the file exists")
}

/// The statements that make the tables, and those of the test.
fn parsed(text: &str) -> (Vec<&str>, Vec<Statement<'_>>) {
    let (mut tables, mut statements, mut group) = (vec![], vec![], "");
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix("== "), line.splitn(3, " | ").collect::<Vec<_>>().as_slice()) {
            (Some(name), _) => group = name,
            (None, [server, here, sql]) => {
                statements.push(Statement { group, server: server.trim(), here: here.trim(), sql });
            }
            _ => tables.push(line.trim_end_matches(';')),
        }
    }
    (tables, statements)
}

/// Our answer to a statement: `ok`, an error's number, or the construct that error 1235 names.
fn answer(tables: &[&str], sql: &str) -> String {
    let mut options = Options::default();
    options.store.background = false;
    let engine = Engine::open(Arc::new(SimDisk::new(1)), options).expect("an empty disk");
    let mut session = Session::new(engine, "test");
    tables.iter().for_each(|table| assert!(session.execute(table).is_ok(), "{table}"));
    match session.execute(sql) {
        Ok(_) => "ok".to_owned(),
        Err(e) if e.errno == 1235 => {
            let (_, construct) = e.message.split_once("support '").expect("the construct is in quotes");
            construct.strip_suffix('\'').unwrap_or(construct).to_owned()
        }
        Err(e) => e.errno.to_string(),
    }
}

#[test]
fn what_is_not_supported_is_named_and_what_is_no_syntax_is_refused() {
    let text = file();
    let (tables, statements) = parsed(&text);
    assert!(statements.len() > 1000, "the statements are missing");
    let mut wrong = String::new();
    for Statement { group, server, here, sql } in &statements {
        let expected = if *here == "=" { server } else { here };
        let got = answer(&tables, sql);
        if got != *expected {
            wrong += &format!("R1 {sql}\n  expected: {expected}\n       got: {got}\n");
        }
        let is_number = here.parse::<u16>().is_ok() || *here == "ok";
        if *group != DIFFERENCES && *here != "=" && (is_number || *server == "1064") {
            wrong += &format!("R2 {sql}\n  the server's answer: {server}\n  ours: {here}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_servers_syntax_errors_are_as_recorded() {
    let Some(server) = Server::start(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_nopad_bin"]) else {
        return;
    };
    let text = file();
    let (tables, statements) = parsed(&text);
    for Statement { server: recorded, sql, .. } in statements.iter().step_by(size(60, 1)) {
        let setup = ["drop database if exists test", "create database test", "use test"];
        let script: Vec<&str> = setup.iter().chain(&tables).copied().chain([*sql]).collect();
        let got = match server.query(&script.join(";\n")) {
            Ok(_) => "ok".to_owned(),
            Err(text) => text.split("ERROR ").nth(1).unwrap_or_default().chars().take(4).collect(),
        };
        assert_eq!(got == "1064", *recorded == "1064", "R3 {sql}\n  recorded: {recorded}\n       got: {got}");
    }
}
