//! Our binary log, replayed on the real server: after `mariadb-binlog FILES | mariadb` it has the same rows.

use innolab_testing::seeds;
use innolab_tests::generate::{Profile, scenario};
use innolab_tests::lab;
use innolab_tests::server::Referee;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every kind of change that the log can contain, as rows.
const ALL_KINDS: &str = "
create table t (id int primary key auto_increment, a int, s varchar(30), u bigint unsigned, c char(5), b varbinary(20), p decimal(40,10), m datetime(4), d date, key (a), unique key s (s), key (m, p));
insert into t (a, s, u, c, b) values (1, 'x', 18446744073709551615, 'ab', 'q'), (null, 'ü€', 0, '', null), (-5, null, 7, 'abcde', ''); -- T1
insert into t (p, m, d) values (-12345678901234567890.0987654321, '2024-02-29 23:59:59.9999', '9999-12-31'), (0, 0, '0000-00-00'), (null, null, null); -- T1
update t set p = p * 2, m = d where id > 4; -- T1
begin; -- T1
update t set a = a + 1 where a is not null; -- T1
savepoint p; -- T1
delete from t; -- T1
rollback to p; -- T1
insert into t (a, s) values (77, 'late'); -- T1
commit; -- T1
begin; -- T2
delete from t; -- T2
rollback; -- T2
create index u on t (u); -- T1
alter table t add column z int default 5; -- T1
delete from t where a = 2; -- T1
replace into t (id, s) values (3, 'late'); -- T1
create table w (k int primary key); -- T1
insert into w values (1), (2), (3); -- T1
truncate table w; -- T1
insert into w values (4); -- T1
rename table w to v; -- T1
create table gone (k int primary key); -- T1
drop table gone; -- T1
set @i = 5, @t = 'a''b', @p = -0.05, @d = 2.5e0, @u = 18446744073709551615, @x = x'00ff'; -- T1
set binlog_format = mixed; -- T1
insert into t (a, s, p, u) values (@i, @t, @p, @u), (last_insert_id(), hex(@x), @d, @none); -- T1
update t set a = @i + 1 where id = last_insert_id(); -- T1
select * from v order by k; -- T1
";

/// Statements logged as text, and values that depend on the time at which they ran.
const TEXT: &str = "
create table t (id int primary key auto_increment, n int, made datetime(6) default now(6), changed datetime(3) on update now(3));
set binlog_format = statement; -- T1
set timestamp = 1700000000.123456; -- T1
insert into t (n) values (1), (2), (3); -- T1
begin; -- T1
insert into t (n, made) values (4, now()); -- T1
set timestamp = 1700000010.5; -- T1
update t set n = n + 1 where n > 2 and made < now(); -- T1
commit; -- T1
alter table t add w datetime(6) not null default now(6); -- T1
set timestamp = 1700000020.75, binlog_format = row; -- T1
update t set n = 0 where id = 2; -- T1
set timestamp = 1700000030.25, binlog_format = mixed; -- T1
insert into t (id, n) values (1, 1) on duplicate key update n = n - 1; -- T1
insert into t (n) values (5); -- T1
";

fn rows(step: &Value) -> Vec<Vec<String>> {
    let value = |v: &Value| v.as_str().unwrap_or("NULL").to_owned();
    let row = |row: &Value| row.as_array().expect("a row is a list").iter().map(value).collect();
    step["rows"].as_array().expect("a SELECT shows rows").iter().map(row).collect()
}

/// Runs the scenario with the data directory `dir/name`. Returns the rows of its last statement, and the log's files.
fn run(dir: &Path, name: &str, scenario: &str) -> (Vec<Vec<String>>, Vec<PathBuf>) {
    let (file, data) = (dir.join(format!("{name}.sql")), dir.join(name));
    std::fs::write(&file, scenario).expect("a writable directory");
    let (file, data_dir) = (file.to_str().expect("UTF-8"), data.to_str().expect("UTF-8"));
    let done = lab::run(&["run", file, "--json", "--data", data_dir]);
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    let steps = lab::parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"));
    let entries = std::fs::read_dir(&data).expect("the run created it").map(|e| e.expect("a readable folder").path());
    let is_log = |path: &PathBuf| {
        path.extension().is_some_and(|e| e != "index") && path.file_stem().is_some_and(|s| s == "binlog")
    };
    let mut logs: Vec<PathBuf> = entries.filter(is_log).collect();
    logs.sort();
    (rows(steps.last().expect("a step")), logs)
}

/// Replays the logs on the server, in an empty database; returns the rows of `select` there.
fn replayed(server: &Referee, logs: &[PathBuf], select: &str) -> Vec<Vec<String>> {
    let server = server.server();
    server.sql("drop database if exists test; create database test");
    let read = Command::new("mariadb-binlog").arg("--no-defaults").args(logs).output().expect("mariadb-binlog runs");
    assert!(read.status.success(), "mariadb-binlog does not read {logs:?}");
    server.sql(&String::from_utf8(read.stdout).expect("statements are UTF-8"));
    let rows = server.sql(&format!("use test; {select}"));
    rows.iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn the_real_server_has_the_same_rows_after_replaying_our_log() {
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a temporary directory");
    for select in ["select * from t order by id", "select * from v order by k"] {
        let (found, logs) =
            run(dir.path(), &format!("kinds-{}", &select[14..15]), &format!("{ALL_KINDS}{select}; -- T1\n"));
        assert!(!found.is_empty(), "{select}: no rows to compare");
        assert_eq!(replayed(&server, &logs, select), found, "{select}");
    }
    let select = "select * from t order by id";
    let (found, logs) = run(dir.path(), "text", &format!("{TEXT}{select}; -- T1\n"));
    assert_eq!(replayed(&server, &logs, select), found, "text");
    for (seed, profile) in seeds(5, 25).zip(Profile::SESSIONS.into_iter().cycle()) {
        let script = scenario(profile, seed, 1);
        let (found, logs) = run(dir.path(), &format!("{profile:?}-{seed}"), &format!("{script}\n{select}; -- T9\n"));
        assert_eq!(replayed(&server, &logs, select), found, "{profile:?} {seed}\n{script}");
    }
}
