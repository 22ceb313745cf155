//! `innolab crash`: the matrix as it is printed, and the timeline of a cell.

#![allow(clippy::unwrap_used)]

use expect_test::{expect, expect_file};
use std::process::{Command, Output};

fn crash(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_innolab")).arg("crash").args(arguments).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_matrix_is_the_same_for_people_and_for_programs() {
    let people = crash(&[]);
    assert!(people.status.success(), "{}", text(people.stderr));
    expect_file!["crash.txt"].assert_eq(&text(people.stdout));
    let programs = crash(&["--json"]);
    assert!(programs.status.success(), "{}", text(programs.stderr));
    let programs = text(programs.stdout);
    assert_eq!(programs.lines().count(), 414);
    assert!(programs.lines().all(|line| line.ends_with(r#""as_modelled":true}"#)), "{programs}");
}

/// A timeline without LSNs and pages, which change whenever a page's bytes do.
fn kinds(timeline: Vec<u8>) -> String {
    let timed = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let kind = |line: &str| {
        if timed(line) { format!("LSN {}", line[10..].split("trx").next().unwrap().trim_end()) } else { line.into() }
    };
    text(timeline).lines().map(|line| kind(line) + "\n").collect()
}

#[test]
fn a_cell_is_explained() {
    let explained = crash(&["--explain", "right/binlog-partly/1/1/power"]);
    expect![[r#"
        right/binlog-partly/1/1/power

             LSN  replicas read to    what
        LSN binlog.000002:157   undo.begin
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.prepare
        LSN binlog.000002:157   binlog.prepared         innodb prepared 257
        LSN binlog.000002:157   disk                    write
        LSN binlog.000002:157   disk                    sync
        LSN binlog.000002:157   binlog.prepared-synced  engines synced (1)
        LSN binlog.000002:157   disk                    write
                                      the power is lost: half of this write has come through

        by then, says the model:
          prepare         Synced
          binlog          Nothing
          commit          Nothing
        after the recovery: - - -: gone
    "#]]
    .assert_eq(&kinds(explained.stdout));
    let explained = crash(&["--explain", "engine-first/commit-synced/1/1/kill"]);
    expect![[r#"
        engine-first/commit-synced/1/1/kill

             LSN  replicas read to    what
        LSN binlog.000002:157   undo.begin
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.commit
        LSN binlog.000002:157   binlog.committed        innodb committed 257
        LSN binlog.000002:157   disk                    write
        LSN binlog.000002:157   disk                    sync
        LSN binlog.000002:157   binlog.prepared-synced  engines synced (1)
                                      the process is killed

        by then, says the model:
          prepare         Nothing
          binlog          Nothing
          commit          Synced
        after the recovery: engine - -: TWO TRUTHS
    "#]]
    .assert_eq(&kinds(explained.stdout));
    // A name that is wrong is told how it can go on.
    let unknown = |name: &str| {
        let out = crash(&["--explain", name]);
        assert!(!out.status.success(), "{name}");
        text(out.stderr)
    };
    let names = [
        "left",
        "right/commit-synced/3/1/kill",
        "engine-first/prepare-synced/1/1/kill",
        "right/acknowledged/1/1/kill/now",
    ];
    expect![[r#"
        innolab: left: there is no such cell; one begins with one of right, engine-first, binlog-first
        innolab: right/commit-synced/3/1/kill: there is no such cell; behind right/commit-synced/ stands one of 0, 1, 2
        innolab: engine-first/prepare-synced/1/1/kill: there is no such cell; behind engine-first/ stands one of before-prepare, commit-written, commit-synced, binlog-partly, binlog-written, binlog-synced, acknowledged
        innolab: right/acknowledged/1/1/kill/now: there is no such cell, only right/acknowledged/1/1/kill
    "#]]
    .assert_eq(&names.map(unknown).concat());
}
