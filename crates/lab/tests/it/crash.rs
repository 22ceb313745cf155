//! `innolab crash`: the matrix, and the timeline of a cell; `crash FILE`: the table, a point, what is refused.

use crate::program::{innolab, stderr, stdout};
use expect_test::{expect, expect_file};
use std::io::Write;
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

/// A scenario with an open transaction, a transfer, DDL that commits first, and rows that nobody commits.
const BANK: &str = "
create table account (id int primary key, balance int not null, key (balance));
insert into account values (1, 100), (2, 100);
begin; -- T2
insert into account values (3, 7); -- T2
begin; -- T1
update account set balance = balance - 30 where id = 1; -- T1
update account set balance = balance + 30 where id = 2; -- T1
commit; -- T1
alter table account add column note varchar(20), algorithm = copy; -- T1
rollback; -- T2
begin; -- T1
delete from account where id = 1; -- T1
drop table account; -- T1
";

/// Crashes a scenario.
fn crash_scenario(sql: &str, arguments: &[&str]) -> Output {
    let mut file = tempfile::Builder::new().suffix(".sql").tempfile().expect("a temporary file");
    file.write_all(sql.as_bytes()).expect("there is room");
    let path = file.path().to_str().expect("a temporary name is text").to_owned();
    crash(&[&[path.as_str()], arguments].concat())
}

/// The table without the numbers of points, which change with any write, and without the case's name.
fn without_points(table: &str) -> String {
    let line = |line: &str| match line.split_once(' ') {
        Some((first, rest)) if first.starts_with(|c: char| c.is_ascii_digit()) => format!("# {}\n", rest.trim_start()),
        _ => format!("{line}\n"),
    };
    table.lines().skip(1).map(line).collect()
}

#[test]
fn a_scenario_is_crashed_at_every_point() {
    let crashed = crash_scenario(BANK, &[]);
    assert_eq!(stderr(&crashed), "", "no progress, since this is no terminal");
    expect![[r#"
        points     crash  running                                          acknowledged  left  of the running one
        # both   line 2: create table account (id int prima…      0             0     nothing
        # kill   line 2: create table account (id int prima…      0             0     all
        # power  line 2: create table account (id int prima…      0             0     nothing
        # both   line 2: create table account (id int prima…      0             0     all
        # both   line 3: insert into account values (1, 100…      1             1     nothing
        # kill   line 3: insert into account values (1, 100…      1             1     all
        # power  line 3: insert into account values (1, 100…      1             1     all or nothing
        # both   line 7 T1: update account set balance = balan…   2             2
        # both   line 9 T1: commit                                2             2     nothing
        # kill   line 9 T1: commit                                2             2     all
        # power  line 9 T1: commit                                2             2     all or nothing
        # both   line 10 T1: alter table account add column not…  3             3     nothing
        # kill   line 10 T1: alter table account add column not…  3             3     all
        # power  line 10 T1: alter table account add column not…  3             3     all or nothing
        # both   line 10 T1: alter table account add column not…  3             3     all
        # both   line 14 T1: drop table account                   4             4     nothing
        # kill   line 14 T1: drop table account                   4             4     all
        # power  line 14 T1: drop table account                   4             4     all or nothing
        # both   line 14 T1: drop table account                   5             5     nothing
        # kill   line 14 T1: drop table account                   5             5     all
        # power  line 14 T1: drop table account                   5             5     all or nothing
        # both   line 14 T1: drop table account                   5             5     all
        # both   (between statements, or the end)                 6             6

        # crash points, 490 crashes
        each acknowledged commit is left (I3), each other one whole or not at all (I4); tables and binary log agree (I5)
    "#]]
    .assert_eq(&without_points(&stdout(crashed)));
}

#[test]
fn one_point_in_json_and_in_detail() {
    let all = stdout(crash_scenario(BANK, &["--json", "--every"]));
    let line = all.lines().find(|line| line.contains("sync binlog.0") && line.contains(r#""sql":"commit""#));
    let point =
        line.and_then(|line| line.split(r#""point":"#).nth(1)?.split(',').next()).expect("the commit is synced");
    let at = stdout(crash_scenario(BANK, &["--json", "--at", point, "--kill"]));
    let expected = format!(
        r#""call":"sync binlog.000002","case":"X","crash":"kill","log_parts_at":null,"lost":[],"of_running":"all","point":{point},"running":{{"line":9,"session":"T1","sql":"commit"}}}}"#
    );
    assert!(at.contains(r#"{"acknowledged":2,"broken":null,"#) && at.lines().count() == 1, "{at}");
    let name = |text: &str| text.split(r#""case":""#).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    assert!(at.replace(&name(&at).expect("a case"), "X").contains(&expected), "{at}");
    let explained = stdout(crash_scenario(BANK, &["--explain", point, "--power"]));
    let (_, after) = explained.split_once("\nacknowledged commits:\n").expect("a list");
    let events = |line: &&str| !line.trim_start().starts_with("store.recovered");
    expect![[r#"
          line 2: create table account (id int prima…, 1 in the binary log
          line 3: insert into account values (1, 100…, 2 in the binary log
        running: line 9 T1: commit
        open transactions with changes: T1, T2

        power loss, nothing unsynced is left; power loss, drawn by 6
          engine.recovered: trx 4 with 1 records is to be rolled back
          engine.recovered: trx 5 with 2 records is in doubt, as 5
          engine.rollback: 2 changes taken back
          engine.rollback: 1 changes taken back
          binlog.recovered: binlog.000002: not closed, 2 transactions; innodb rolls back 5
          left of 2 acknowledged commits: 2
          left of the running statement: nothing
          transactions in the binary log: 2
            account
            ┌────┬─────────┐
            │ id ┆ balance │
            ╞════╪═════════╡
            │  1 ┆     100 │
            │  2 ┆     100 │
            └────┴─────────┘

        power loss, drawn by 2; power loss, drawn by 3
          engine.recovered: trx 4 with 1 records is to be rolled back
          engine.recovered: trx 5 with 2 records is in doubt, as 5
          engine.rollback: 2 changes taken back
          engine.rollback: 1 changes taken back
          binlog.recovered: binlog.000002: not closed, 2 transactions, 216 bytes cut off at 808; innodb rolls back 5
          left of 2 acknowledged commits: 2
          left of the running statement: nothing
          transactions in the binary log: 2
            account
            ┌────┬─────────┐
            │ id ┆ balance │
            ╞════╪═════════╡
            │  1 ┆     100 │
            │  2 ┆     100 │
            └────┴─────────┘

        power loss, drawn by 4; power loss, drawn by 5
          engine.recovered: trx 4 with 1 records is to be rolled back
          engine.recovered: trx 5 with 2 records is in doubt, as 5
          engine.rollback: 1 changes taken back
          binlog.recovered: binlog.000002: not closed, 3 transactions; innodb commits 5
          left of 2 acknowledged commits: 2
          left of the running statement: all
          transactions in the binary log: 3
            account
            ┌────┬─────────┐
            │ id ┆ balance │
            ╞════╪═════════╡
            │  1 ┆      70 │
            │  2 ┆     130 │
            └────┴─────────┘
    "#]]
    .assert_eq(&after.lines().filter(events).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn relaxed_settings_show_what_is_lost() {
    let sql = "
        create table t (id int primary key);
        set global innodb_flush_log_at_trx_commit = 0;
        insert into t values (1);
        insert into t values (2);
        set global sync_binlog = 0;
        insert into t values (3);
        set global innodb_flush_log_at_trx_commit = 1;
        insert into t values (4);
    ";
    for arguments in [&["--kill"][..], &["--skip-log-bin", "--power"]] {
        let table = stdout(crash_scenario(sql, arguments));
        let expected = match arguments[0] {
            "--kill" => expect![[r#"
                points     crash  running                                         acknowledged  left                           of the running one
                # kill   line 2 T1: create table t (id int primary key…  0             0                              nothing
                # kill   line 2 T1: create table t (id int primary key…  0             0                              all
                # kill   line 4 T1: insert into t values (1)             1             1                              nothing
                # kill   line 4 T1: insert into t values (1)             1             1; log 2                       nothing
                # kill   line 5 T1: insert into t values (2)             2             1 (lost: line 4); log 2        nothing
                # kill   line 5 T1: insert into t values (2)             2             1 (lost: line 4); log 3        nothing
                # kill   line 7 T1: insert into t values (3)             3             1 (lost: line 4, 5); log 3     nothing
                # kill   line 9 T1: insert into t values (4)             4             1 (lost: line 4, 5, 7); log 4  nothing
                # kill   line 9 T1: insert into t values (4)             4             4                              nothing
                # kill   (between statements, or the end)                5             5

                # crash points, 44 crashes
                commits were made under innodb_flush_log_at_trx_commit = 0 and sync_binlog = 0; innodb_flush_log_at_trx_commit = 0 and sync_binlog = 1; innodb_flush_log_at_trx_commit = 1 and sync_binlog = 0: I3 is not promised
                one crash loses up to 3 acknowledged commits, always the last ones (I4)
                after 5 crashes tables and binary log part: I5 is not promised
            "#]],
            _ => expect![[r#"
                points     crash  running                                         acknowledged  left                         of the running one
                # power  line 2 T1: create table t (id int primary key…  0             0                            nothing
                # power  line 2 T1: create table t (id int primary key…  0             0                            all or nothing
                # power  line 4 T1: insert into t values (1)             1             1                            nothing
                # power  line 9 T1: insert into t values (4)             4             1 (lost: line 4, 5, 7)       nothing
                # power  line 9 T1: insert into t values (4)             4             1 (lost: line 4, 5, 7) or 4  all or nothing
                # power  (between statements, or the end)                5             5

                # crash points, 174 crashes
                commits were made under innodb_flush_log_at_trx_commit = 0: I3 is not promised
                one crash loses up to 3 acknowledged commits, always the last ones (I4)
            "#]],
        };
        expected.assert_eq(&without_points(&table));
    }
}

#[test]
fn steps_that_fail_or_wait_without_a_crash_are_named() {
    let sql = "create table t (id int primary key);
        insert into t values (1);
        insert into t values (1); -- T1
        begin; -- T1
        select * from t; -- T1
        drop table t; -- T2";
    let table = stdout(crash_scenario(sql, &["--at", "1", "--kill"]));
    let (_, after) = table.split_once("\nnot done, though nothing crashed:\n").expect("two steps");
    // Without the file's name, which is the case's, too.
    let line = |line: &str| {
        let (_, rest) = line.split_once(".sql:").unwrap_or(("", line));
        rest.split(' ').filter(|word| !word.contains("tmp")).collect::<Vec<_>>().join(" ") + "\n"
    };
    expect![[r#"
        3: step 1 of case T1: ERROR 1062 (23000): Duplicate entry '1' for key 'PRIMARY'
        6: case ends while T2 waits: step 4 is dropped

        1 crash point, 1 crash
        each acknowledged commit is left (I3), each other one whole or not at all (I4); tables and binary log agree (I5)
    "#]]
    .assert_eq(&after.lines().map(line).collect::<String>());
}

#[test]
fn what_cannot_be_crashed_is_refused() {
    let refused = |sql: &str, arguments: &[&str]| {
        let out = crash_scenario(sql, arguments);
        assert!(!out.status.success(), "{sql}");
        let text = stderr(&out);
        text.split_once(".sql").map_or(text.clone(), |(_, rest)| rest.lines().next().unwrap_or_default().to_owned())
    };
    let ok = "create table t (id int);";
    assert_eq!(
        refused("create table t (id int);\ninsert into t values ('x');\nselect 1; -- T1", &[]),
        ":2: set-up statement failed: insert into t values ('x'): ERROR 1366 (22007): Incorrect integer value: 'x' for \
         column `test`.`t`.`id` at row 1"
    );
    assert!(refused(ok, &["--at", "100000"]).starts_with(": no crash point 100000: the last is "));
    assert!(refused(ok, &["--explain", "x"]).contains("--explain x: with FILE it takes the number of a crash point"));
    for wrong in [&["--at", "3"][..], &["--kill"], &["--every"]] {
        assert_eq!(crash(wrong).status.code(), Some(2), "{wrong:?} needs a file");
    }
}
