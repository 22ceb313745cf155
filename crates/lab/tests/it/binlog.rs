//! `innolab binlog`: its output, its errors, and the same log read by `mariadb-binlog`.

use crate::program::{innolab, stderr, stdout};
use expect_test::{Expect, expect};
use innolab_base::{Events, Xid};
use innolab_binlog::{Change, Column, ColumnType, Coordinator, Options, RowChange, TableMap, Value};
use innolab_disk::OsDisk;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

/// A bank's log of two files: CREATE TABLE and one transaction of rows in the first, one more of rows in the second.
fn bank(dir: &Path) {
    let options = Options { max_binlog_size: 700, ..Options::default() };
    let disk = Arc::new(OsDisk::create(dir).unwrap());
    let (log, _) = Coordinator::open(disk, options, Vec::new(), 1_700_000_000, Events::none()).unwrap();
    let accounts = Arc::new(TableMap {
        id: 7,
        db: "bank".into(),
        table: "accounts".into(),
        columns: vec![
            Column::new("id", ColumnType::INT),
            Column::new("owner", ColumnType::Varchar { max_bytes: 80 }),
            Column::new("balance", ColumnType::BIGINT).null(),
        ],
        primary_key: vec![0],
        has_signs: true,
    });
    let notes = Arc::new(TableMap {
        id: 8,
        db: "bank".into(),
        table: "notes".into(),
        columns: vec![Column::new("text", ColumnType::Varchar { max_bytes: 80 }).null()],
        primary_key: vec![],
        has_signs: true,
    });
    let row = |id, owner: &str, balance| vec![Value::Int(id), Value::Bytes(owner.into()), balance];
    let account = |change| RowChange { table: accounts.clone(), change };
    let second = |s: u64| (1_700_000_000 + s) * 1_000_000;
    let mut ddl = log.transaction(1, Xid(1), second(0));
    ddl.ddl("bank", "create table accounts (id int primary key, owner varchar(20), balance bigint)");
    log.commit(ddl).unwrap();
    let mut open = log.transaction(1, Xid(2), second(1));
    open.rows_query("insert into accounts values (1, 'Ann', 100), (2, 'O''Neil', null)");
    open.rows(&[
        account(Change::Insert(row(1, "Ann", Value::Int(100)))),
        account(Change::Insert(row(2, "O'Neil", Value::Null))),
    ]);
    log.commit(open).unwrap();
    let mut pay = log.transaction(2, Xid(3), second(2));
    pay.rows(&[account(Change::Update {
        before: row(1, "Ann", Value::Int(100)),
        after: row(1, "Ann", Value::Int(70)),
    })]);
    pay.rows(&[account(Change::Delete(row(2, "O'Neil", Value::Null)))]);
    pay.rows(&[RowChange { table: notes, change: Change::Insert(vec![Value::Bytes(b"paid\n".to_vec())]) }]);
    log.commit(pay).unwrap();
    log.close().unwrap();
}

fn binlog(arguments: &[&str]) -> Output {
    innolab(&[&["binlog"], arguments].concat())
}

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

/// Standard output of `innolab binlog`, or its error.
fn printed(arguments: &[&str]) -> String {
    let out = binlog(arguments);
    let bytes = if out.status.success() { out.stdout } else { out.stderr };
    String::from_utf8(bytes).unwrap()
}

fn check(arguments: &[&str], expect: &Expect) {
    expect.assert_eq(&printed(arguments));
}

#[test]
fn dump_as_text_and_as_json() {
    let dir = tempfile::tempdir().unwrap();
    bank(dir.path());
    let data = dir.path().to_str().unwrap();
    check(
        &["dump", "--data", data],
        &expect![[r#"
            binlog.000001
                   4  FORMAT_DESCRIPTION   8.0.36-innolab, CRC32, closed
                 126  PREVIOUS_GTIDS       none
                 157  ANONYMOUS_GTID       transaction 1 after 0, 230 bytes
                 234  QUERY                create table accounts (id int primary key, owner varchar(20), balance bigint)   in bank   as XID 1
                 387  ANONYMOUS_GTID       transaction 2 after 1, 414 bytes
                 466  QUERY                BEGIN
                 534  ROWS_QUERY           insert into accounts values (1, 'Ann', 100), (2, 'O''Neil', null)
                 623  TABLE_MAP            #7 is bank.accounts (id INT, owner VARCHAR(80), balance BIGINT NULL)
                 706  WRITE_ROWS           bank.accounts
                                            + id=1, owner='Ann', balance=100
                                            + id=2, owner='O\'Neil', balance=NULL
                 770  XID                  2
                 801  ROTATE               to binlog.000002:4

            binlog.000002
                   4  FORMAT_DESCRIPTION   8.0.36-innolab, CRC32, closed
                 126  PREVIOUS_GTIDS       none
                 157  ANONYMOUS_GTID       transaction 1 after 0, 563 bytes
                 236  QUERY                BEGIN
                 304  TABLE_MAP            #7 is bank.accounts (id INT, owner VARCHAR(80), balance BIGINT NULL)
                 387  UPDATE_ROWS          bank.accounts
                                            ~ id=1, owner='Ann', balance=100 → 70
                 457  TABLE_MAP            #7 is bank.accounts (id INT, owner VARCHAR(80), balance BIGINT NULL)
                 540  DELETE_ROWS          bank.accounts
                                            - id=2, owner='O\'Neil', balance=NULL
                 587  TABLE_MAP            #8 is bank.notes (text VARCHAR(80) NULL)
                 647  WRITE_ROWS           bank.notes
                                            + text='paid\n'
                 689  XID                  3
                 720  ROTATE               to binlog.000003:4

            binlog.000003
                   4  FORMAT_DESCRIPTION   8.0.36-innolab, CRC32, closed
                 126  PREVIOUS_GTIDS       none
                 157  STOP
        "#]],
    );
    check(
        &["dump", &path(dir.path(), "binlog.000002"), "--json"],
        &expect![[r#"
            {"file":"binlog.000002","position":4,"end":126,"kind":"FORMAT_DESCRIPTION","time":1700000001,"server":1,"version":"8.0.36-innolab","checksum":true}
            {"file":"binlog.000002","position":126,"end":157,"kind":"PREVIOUS_GTIDS","time":1700000001,"server":1}
            {"file":"binlog.000002","position":157,"end":236,"kind":"ANONYMOUS_GTID","time":1700000002,"server":1,"sequence":1,"after":0}
            {"file":"binlog.000002","position":236,"end":304,"kind":"QUERY","time":1700000002,"server":1,"db":"","sql":"BEGIN"}
            {"file":"binlog.000002","position":304,"end":387,"kind":"TABLE_MAP","time":1700000002,"server":1,"id":7,"table":"bank.accounts","columns":[{"name":"id","type":"INT","nullable":false},{"name":"owner","type":"VARCHAR(80)","nullable":false},{"name":"balance","type":"BIGINT","nullable":true}]}
            {"file":"binlog.000002","position":387,"end":457,"kind":"UPDATE_ROWS","time":1700000002,"server":1,"table":"bank.accounts","rows":[{"before":{"id":"1","owner":"Ann","balance":"100"},"after":{"id":"1","owner":"Ann","balance":"70"}}]}
            {"file":"binlog.000002","position":457,"end":540,"kind":"TABLE_MAP","time":1700000002,"server":1,"id":7,"table":"bank.accounts","columns":[{"name":"id","type":"INT","nullable":false},{"name":"owner","type":"VARCHAR(80)","nullable":false},{"name":"balance","type":"BIGINT","nullable":true}]}
            {"file":"binlog.000002","position":540,"end":587,"kind":"DELETE_ROWS","time":1700000002,"server":1,"table":"bank.accounts","rows":[{"before":{"id":"2","owner":"O'Neil","balance":null}}]}
            {"file":"binlog.000002","position":587,"end":647,"kind":"TABLE_MAP","time":1700000002,"server":1,"id":8,"table":"bank.notes","columns":[{"name":"text","type":"VARCHAR(80)","nullable":true}]}
            {"file":"binlog.000002","position":647,"end":689,"kind":"WRITE_ROWS","time":1700000002,"server":1,"table":"bank.notes","rows":[{"after":{"text":"paid\n"}}]}
            {"file":"binlog.000002","position":689,"end":720,"kind":"XID","time":1700000002,"server":1,"xid":3}
            {"file":"binlog.000002","position":720,"end":764,"kind":"ROTATE","time":1700000002,"server":1,"next":"binlog.000003","at":4}
        "#]],
    );
}

#[test]
fn a_range_starts_and_stops_where_an_event_starts() {
    let dir = tempfile::tempdir().unwrap();
    bank(dir.path());
    let data = dir.path().to_str().unwrap();
    // The whole dump from there on, without the last event.
    let whole = printed(&["dump", "--data", data]);
    let from = whole.find("     387  ANONYMOUS_GTID").unwrap();
    let to = whole.find("     157  STOP").unwrap();
    let range = printed(&["dump", "--data", data, "--start-position", "387", "--stop-position", "157"]);
    assert_eq!(range, format!("binlog.000001\n{}", &whole[from..to]));
    // Any other position is an error that names the nearest event.
    let file = path(dir.path(), "binlog.000001");
    let refused = |arguments: &[&str]| {
        let out = binlog(&[&["dump", &file][..], arguments].concat());
        assert!(!out.status.success(), "{arguments:?}");
        String::from_utf8(out.stderr).unwrap().replace(&file, "FILE")
    };
    let all = [
        &["--start-position", "390"][..],
        &["--start-position", "3"],
        &["--start-position", "9999"],
        &["--stop-position", "160"],
        &["--stop-position", "846"],
        &["--start-position", "466", "--stop-position", "387"],
        &["--stop-datetime", "2023-02-29 00:00:00"],
    ];
    expect![[r#"
        innolab: FILE: no event starts at byte 390: an event covers bytes 387 to 466
        error: invalid value '3' for '--start-position <BYTE>': 3 is not in 4..18446744073709551615

        For more information, try '--help'.
        innolab: FILE: no event starts at byte 9999: the log ends at byte 845
        innolab: FILE: no event starts at byte 160: an event covers bytes 157 to 234
        innolab: FILE: no event starts at byte 846: the log ends at byte 845
        innolab: stop position 387 is before start position 466
        error: invalid value '2023-02-29 00:00:00' for '--stop-datetime <TIME>': '2023-02-29 00:00:00' is not a time such as 2024-02-29 23:59:58

        For more information, try '--help'.
    "#]]
    .assert_eq(&all.map(refused).concat());
    check(
        &["dump", "--data", data, "--stop-position", "160"],
        &expect![[r#"
        innolab: binlog.000003: no event starts at byte 160: an event covers bytes 157 to 180
    "#]],
    );
    let until = printed(&["dump", "--data", data, "--stop-datetime", "2023-11-14 22:13:22"]);
    assert!(until.contains("XID                  2") && !until.contains("XID                  3"), "{until}");
    let nowhere = path(dir.path(), "nowhere");
    assert_eq!(
        printed(&["dump", "--data", &nowhere]),
        format!(
            "innolab: {nowhere}: no such file
"
        )
    );
}

#[test]
fn verify_names_file_and_byte() {
    let dir = tempfile::tempdir().unwrap();
    bank(dir.path());
    let data = dir.path().to_str().unwrap();
    check(
        &["verify", "--data", data],
        &expect![[r#"
        binlog.000001: 845 bytes, 11 events, 2 transactions, 2 rows: continued in binlog.000002
        binlog.000002: 764 bytes, 12 events, 1 transaction, 3 rows: continued in binlog.000003
        binlog.000003: 180 bytes, 3 events, 0 transactions, 0 rows: ended by a shutdown
    "#]],
    );
    let file = dir.path().join("binlog.000001");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[640] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    check(
        &["verify", "--data", data],
        &expect![[r#"
        innolab: binlog.000001: byte 623: the checksum does not match
    "#]],
    );
    let (first, second) = (path(dir.path(), "binlog.000001"), path(dir.path(), "binlog.000002"));
    let reversed = printed(&["verify", &second, &first]);
    assert_eq!(reversed, format!("innolab: {first}: byte 0: the file before it names another next file\n"));
    assert_eq!(
        printed(&["verify", &second, &path(dir.path(), "no")]),
        format!("innolab: {}: no such file\n", path(dir.path(), "no"))
    );
}

/// A log that is being written, or whose writer died, has reserved bytes after its end, and perhaps half a transaction.
#[test]
fn verify_reports_the_end_of_a_log_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(OsDisk::create(dir.path()).unwrap());
    let (log, _) = Coordinator::open(disk, Options::default(), Vec::new(), 1_700_000_000, Events::none()).unwrap();
    let mut ddl = log.transaction(1, Xid(1), 0);
    ddl.ddl("bank", "create table t (id int)");
    log.commit(ddl).unwrap();
    let data = dir.path().to_str().unwrap();
    check(
        &["verify", "--data", data],
        &expect![[r#"
            binlog.000001: 333 bytes, 4 events, 1 transaction, 0 rows: in use, 131072 zero bytes reserved after it
        "#]],
    );
    let file = dir.path().join("binlog.000001");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(234);
    std::fs::write(&file, bytes).unwrap();
    check(
        &["verify", "--data", data],
        &expect![[r#"
        binlog.000001: 234 bytes, 3 events, 0 transactions, 0 rows: in use; last whole transaction ends at 157
    "#]],
    );
}

#[test]
fn flashback_as_sql_and_its_errors() {
    let dir = tempfile::tempdir().unwrap();
    bank(dir.path());
    let data = dir.path().to_str().unwrap();
    check(
        &["flashback", "--data", data, "--start-position", "387"],
        &expect![[r#"
            SET @innolab_sql_mode = @@SESSION.sql_mode, @innolab_time_zone = @@SESSION.time_zone;
            SET NAMES utf8mb4;
            SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', SESSION time_zone = '+00:00';
            -- undoes the transaction at binlog.000002:157
            BEGIN;
            DELETE FROM `bank`.`notes` WHERE `text` = x'706169640a' LIMIT 1;
            INSERT INTO `bank`.`accounts` (`id`, `owner`, `balance`) VALUES (2, 'O''Neil', NULL);
            UPDATE `bank`.`accounts` SET `balance` = 100 WHERE `id` = 1 AND `owner` = 'Ann' AND `balance` = 70;
            COMMIT;
            -- undoes the transaction at binlog.000001:387
            BEGIN;
            DELETE FROM `bank`.`accounts` WHERE `id` = 2 AND `owner` = 'O''Neil' AND `balance` IS NULL;
            DELETE FROM `bank`.`accounts` WHERE `id` = 1 AND `owner` = 'Ann' AND `balance` = 100;
            COMMIT;
            SET SESSION sql_mode = @innolab_sql_mode, SESSION time_zone = @innolab_time_zone;
        "#]],
    );
    check(
        &["flashback", "--data", data, "--start-position", "387", "--table", "notes"],
        &expect![[r#"
            SET @innolab_sql_mode = @@SESSION.sql_mode, @innolab_time_zone = @@SESSION.time_zone;
            SET NAMES utf8mb4;
            SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', SESSION time_zone = '+00:00';
            -- undoes the transaction at binlog.000002:157
            BEGIN;
            DELETE FROM `bank`.`notes` WHERE `text` = x'706169640a' LIMIT 1;
            COMMIT;
            SET SESSION sql_mode = @innolab_sql_mode, SESSION time_zone = @innolab_time_zone;
        "#]],
    );
    check(
        &["flashback", "--data", data],
        &expect![[r#"
            innolab: binlog.000001: byte 234: `create table accounts (id int primary key, owner varchar(20), balance bigint)` cannot be reversed; to undo the rows after it, add --start-position 387; of a table that it does not name, add --table bank.notes
        "#]],
    );
    check(
        &["flashback", "--data", data, "--start-position", "387", "--table", "note"],
        &expect![[r#"
        innolab: note: no rows of this table in this range
    "#]],
    );
    check(
        &["flashback", &path(dir.path(), "binlog.000001"), "--start-position", "801"],
        &expect![[r#"
            -- no rows in this range: nothing to undo
        "#]],
    );
    let nowhere = path(dir.path(), "nowhere");
    assert_eq!(
        printed(&["flashback", "--data", data, "--start-position", "387", "--apply", &nowhere]),
        format!("innolab: {nowhere}: no such directory\n")
    );
    // A range may start at BEGIN, after the GTID.
    let from = |position: &str| printed(&["flashback", "--data", data, "--start-position", position]);
    assert_eq!(from("466"), from("387").replace("binlog.000001:387", "binlog.000001:466"));
}

fn mariadb_binlog(options: &[&str]) -> Option<String> {
    let mut command = Command::new("mariadb-binlog");
    command.args(["--no-defaults", "--base64-output=decode-rows", "-v"]).args(options);
    let Ok(out) = command.output() else {
        eprintln!("SKIPPED: mariadb-binlog is not installed");
        return None;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    Some(text.lines().filter(|line| line.starts_with("###")).collect::<Vec<_>>().join("\n"))
}

/// The rows of our flashback's log are those of `mariadb-binlog --flashback`, in the same order.
#[test]
fn flashback_agrees_with_mariadb_binlog() {
    let dir = tempfile::tempdir().unwrap();
    bank(dir.path());
    let second = path(dir.path(), "binlog.000002");
    let back = path(dir.path(), "back");
    check(&["flashback", &second, "--output", &back], &expect![[r#""#]]);
    check(
        &["verify", &back],
        &expect![[r#"
        back: 660 bytes, 11 events, 1 transaction, 3 rows: ended by a shutdown
    "#]],
    );
    if let Some(theirs) = mariadb_binlog(&["--flashback", &second]) {
        assert!(theirs.contains("### INSERT INTO `bank`.`accounts`"), "{theirs}");
        assert_eq!(mariadb_binlog(&[&back]), Some(theirs));
    }
}

/// `run --binlog`: the events of each step, and the rule by which MIXED logs rows.
#[test]
fn the_log_events_of_each_step() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mixed.sql");
    let sql = "create table t (id int primary key auto_increment, v varchar(10));
set binlog_format = mixed; -- T1
begin; -- T1
insert into t (v) values ('a'); -- T1
savepoint s; -- T1
insert into t (v) values ('gone'); -- T1
rollback to s; -- T1
commit; -- T1
delete from t limit 1; -- T1
";
    std::fs::write(&file, sql).unwrap();
    let run = |arguments: &[&str]| stdout(innolab(&[&["run", file.to_str().unwrap()], arguments].concat()));
    expect![[r#"
        mixed
          1  T1  set binlog_format = mixed
                 ok, 0 rows
                      157  ANONYMOUS_GTID       transaction 1 after 0, 332 bytes
                      236  QUERY                CREATE TABLE `t` (
                   `id` int(11) NOT NULL AUTO_INCREMENT,
                   `v` varchar(10) DEFAULT NULL,
                   PRIMARY KEY (`id`)
                 ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin   in test   as XID 2
          2  T1  begin
                 ok, 0 rows
          3  T1  insert into t (v) values ('a')
                 ok, 1 row
          4  T1  savepoint s
                 ok, 0 rows
          5  T1  insert into t (v) values ('gone')
                 ok, 1 row
          6  T1  rollback to s
                 ok, 0 rows
          7  T1  commit
                 ok, 0 rows
                      489  ANONYMOUS_GTID       transaction 2 after 1, 307 bytes
                      568  QUERY                BEGIN
                      636  INTVAR               INSERT_ID = 1
                      668  QUERY                insert into t (v) values ('a')   in test
                      765  XID                  3
          8  T1  delete from t limit 1
                 ok, 1 row
                 rows are logged: LIMIT takes rows in whatever order they come
                      796  ANONYMOUS_GTID       transaction 3 after 2, 283 bytes
                      875  QUERY                BEGIN
                      943  TABLE_MAP            #16 is test.t (id INT, v VARCHAR(40) NULL)
                     1006  DELETE_ROWS          test.t
                                                 - id=1, v='a'
                     1048  XID                  4
    "#]]
    .assert_eq(&run(&["--binlog"]));
    let json = run(&["--binlog", "--json"]);
    let because =
        json.lines().filter(|line| line.contains(r#""rows_because":["LIMIT takes rows in whatever order they come"]"#));
    assert_eq!(because.count(), 1, "{json}");
    assert!(!run(&["--skip-log-bin"]).contains("XID"));
}

/// Recovery cuts an incomplete transaction off the log's end. The command that opened the database reports it.
#[test]
fn an_opening_that_cuts_the_log_reports_it() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("some.sql"));
    std::fs::write(&file, "create table t (id int primary key);\ninsert into t values (1); -- T1\n").unwrap();
    let error_of = |arguments: &[&str]| {
        let ran = innolab(&[arguments, &["--data", data.to_str().unwrap()]].concat());
        assert!(ran.status.success());
        stderr(&ran)
    };
    assert_eq!(error_of(&["run", file.to_str().unwrap()]), "");
    let log = data.join("binlog.000001");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[4 + 17] |= 1; // in use: its writer died
    bytes.truncate(bytes.len() - 40); // in the middle of the XID
    std::fs::write(&log, bytes).unwrap();
    let shown = error_of(&["check"]).replace(data.to_str().unwrap(), "DATA");
    assert_eq!(shown, "innolab: DATA: binlog.000001: not closed, 1 transaction, 256 bytes cut off at 442\n");
    assert_eq!(error_of(&["check"]), "");
}
