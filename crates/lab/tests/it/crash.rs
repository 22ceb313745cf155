//! `innolab crash`: the matrix, and the timeline of a cell.

use crate::program::{innolab, stderr, stdout};
use expect_test::{expect, expect_file};
use std::process::Output;

fn crash(arguments: &[&str]) -> Output {
    innolab(&[&["crash"], arguments].concat())
}

#[test]
fn the_matrix_as_text_and_as_json() {
    let as_text = crash(&[]);
    assert_eq!(stderr(&as_text), "", "no progress, since this is no terminal");
    expect_file!["crash.txt"].assert_eq(&stdout(as_text));
    let json = stdout(crash(&["--json"]));
    assert_eq!(json.lines().count(), 414);
    assert!(json.lines().all(|line| line.ends_with(r#""as_modelled":true}"#)), "{json}");
}

/// A timeline without LSNs and pages: these change with any byte of a page.
fn kinds(timeline: &str) -> String {
    let timed = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let kind = |line: &str| {
        if timed(line) { format!("LSN {}", line[10..].split("trx").next().unwrap().trim_end()) } else { line.into() }
    };
    timeline.lines().map(|line| kind(line) + "\n").collect()
}

#[test]
fn a_cell_is_explained() {
    let explained = crash(&["--explain", "right/binlog-partly/1/1/power"]);
    expect![[r#"
        right/binlog-partly/1/1/power

             LSN  replica reads to    event
        LSN binlog.000002:157   undo.begin
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.prepare
        LSN binlog.000002:157   binlog.prepared         innodb prepared 257
        LSN binlog.000002:157   disk                    write
        LSN binlog.000002:157   disk                    sync
        LSN binlog.000002:157   binlog.prepared-synced  engines synced (1)
        LSN binlog.000002:157   disk                    write
                                      the power is lost: half of this write is done

        the model, before the crash:
          prepare         Synced
          binlog          Nothing
          commit          Nothing
        after recovery: - - -: gone
    "#]]
    .assert_eq(&kinds(&stdout(explained)));
    let explained = crash(&["--explain", "engine-first/commit-synced/1/1/kill"]);
    expect![[r#"
        engine-first/commit-synced/1/1/kill

             LSN  replica reads to    event
        LSN binlog.000002:157   undo.begin
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.append
        LSN binlog.000002:157   undo.commit
        LSN binlog.000002:157   binlog.committed        innodb committed 257
        LSN binlog.000002:157   disk                    write
        LSN binlog.000002:157   disk                    sync
        LSN binlog.000002:157   binlog.prepared-synced  engines synced (1)
                                      the process is killed

        the model, before the crash:
          prepare         Nothing
          binlog          Nothing
          commit          Synced
        after recovery: engine - -: DIVERGED
    "#]]
    .assert_eq(&kinds(&stdout(explained)));
    // The error for a wrong name says which part is wrong.
    let unknown = |name: &str| {
        let out = crash(&["--explain", name]);
        assert!(!out.status.success(), "{name}");
        stderr(&out)
    };
    let names = [
        "left",
        "right/commit-synced/3/1/kill",
        "engine-first/prepare-synced/1/1/kill",
        "right/acknowledged/1/1/kill/now",
    ];
    expect![[r#"
        innolab: left: no such cell; the first part is one of right, engine-first, binlog-first
        innolab: right/commit-synced/3/1/kill: no such cell; after right/commit-synced/ comes one of 0, 1, 2
        innolab: engine-first/prepare-synced/1/1/kill: no such cell; after engine-first/ comes one of before-prepare, commit-written, commit-synced, binlog-partly, binlog-written, binlog-synced, acknowledged
        innolab: right/acknowledged/1/1/kill/now: no such cell; did you mean right/acknowledged/1/1/kill?
    "#]]
    .assert_eq(&names.map(unknown).concat());
}
