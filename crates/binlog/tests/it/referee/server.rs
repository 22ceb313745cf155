//! A real server: we read its log, and it applies ours.

use super::{mariadb_binlog, write_log};
use expect_test::expect;
use innolab_base::Xid;
use innolab_binlog::{Coordinator, Entry, Event, Kind, Options, Reader, Result, flashback};
use innolab_disk::OsDisk;
use innolab_testing::installed;
use std::fs;
use std::sync::Arc;

/// The real server with a binary log.
struct Server(innolab_testing::Server);

impl Server {
    fn start() -> Option<Server> {
        if !installed(&["mariadb-binlog"]) {
            return None;
        }
        let options = ["--server-id=1", "--binlog-format=ROW", "--log-bin=bin", "--binlog-checksum=CRC32"];
        innolab_testing::Server::start(options).map(Server)
    }

    /// Runs statements; returns the rows as lines, each ended.
    fn sql(&self, sql: &str) -> String {
        self.0.sql(sql).iter().map(|row| format!("{row}\n")).collect()
    }

    fn log(&self, number: u32) -> Vec<Entry> {
        let name = format!("bin.{number:06}");
        let bytes = fs::read(self.0.data().join(&name)).expect("it is there");
        Reader::over(&name, bytes).expect("it is a log").collect::<Result<Vec<_>>>().expect("it is whole")
    }
}

#[test]
fn a_real_servers_log_is_read() {
    let Some(server) = Server::start() else { return };
    server.sql(
        "set time_zone = '+00:00'; create database lab; use lab;
         create table t (id int primary key, i1 tinyint, i2 smallint unsigned, i3 mediumint, i8 bigint unsigned, f float, d double, n decimal(20,6),
           v varchar(10), w varchar(300), c char(5), vb varbinary(9), bl blob, tx longtext, e enum('a','b'), s set('x','y','z'), b bit(10),
           y year, da date, ti time(2), dt datetime(6), ts timestamp(3) null);
         insert into t (id) values (1);
         flush binary logs;
         set global binlog_row_metadata = FULL;
         begin;
         insert into t values (2,-1,65535,-8388608,18446744073709551615,1.5,-2.25,-1234567.5,'ö','w','c',x'00ff','blob','text','b','x,z',b'1000000001',
           2024,'2024-02-29','-12:34:56.78','2024-02-29 23:59:58.123456','2024-01-01 00:00:00.250');
         update t set v = 'neu', i1 = null where id = 2;
         delete from t where id = 1;
         commit;
         flush binary logs;",
    );
    let plain = server.log(1);
    let kinds: Vec<String> = plain.iter().map(|entry| entry.header.kind.to_string()).collect();
    for kind in [
        "FORMAT_DESCRIPTION",
        "GTID_LIST",
        "BINLOG_CHECKPOINT",
        "MARIADB_GTID",
        "QUERY",
        "ANNOTATE_ROWS",
        "TABLE_MAP",
        "WRITE_ROWS_V1",
        "XID",
        "ROTATE",
    ] {
        assert!(kinds.iter().any(|k| k == kind), "no {kind} in {kinds:?}");
    }
    assert!(!plain.iter().any(|entry| matches!(entry.event, Event::Other(_))), "{kinds:?}");
    let live = server.log(3);
    assert_ne!(live[0].header.flags & 1, 0, "the server has it in use");
    assert!(live.iter().any(|entry| entry.header.kind == Kind::GTID_LIST));
    let full = server.log(2);
    let shown: Vec<String> = full
        .iter()
        .filter(|e| matches!(e.event, Event::TableMap(_) | Event::Rows(_) | Event::RowsQuery(_)))
        .map(|e| format!("{e}")[10..].to_owned())
        .collect();
    expect![[r#"
        ANNOTATE_ROWS        insert into t values (2,-1,65535,-8388608,18446744073709551615,1.5,-2.25,-1234567.5,'ö','w','c',x'00ff','blob','text','b','x,z',b'1000000001',
                   2024,'2024-02-29','-12:34:56.78','2024-02-29 23:59:58.123456','2024-01-01 00:00:00.250')
        TABLE_MAP            #3 is lab.t (id INT, i1 TINYINT NULL, i2 SMALLINT UNSIGNED NULL, i3 MEDIUMINT NULL, i8 BIGINT UNSIGNED NULL, f FLOAT NULL, d DOUBLE NULL, n DECIMAL(20,6) NULL, v VARCHAR(10) NULL, w VARCHAR(300) NULL, c CHAR(5) NULL, vb VARBINARY(9) NULL, bl BLOB NULL, tx LONGTEXT NULL, e ENUM NULL, s SET NULL, b BIT(10) NULL, y YEAR NULL, da DATE NULL, ti TIME(2) NULL, dt DATETIME(6) NULL, ts TIMESTAMP(3) NULL)
        WRITE_ROWS_V1        lab.t
                                        + id=2, i1=-1, i2=65535, i3=-8388608, i8=18446744073709551615, f=1.5, d=-2.25, n=-1234567.500000, v=x'f6', w='w', c='c', vb=x'00ff', bl='blob', tx='text', e=2, s=5, b=513, y=2024, da='2024-02-29', ti='-12:34:56.78', dt='2024-02-29 23:59:58.123456', ts=1704067200.250
        ANNOTATE_ROWS        update t set v = 'neu', i1 = null where id = 2
        TABLE_MAP            #3 is lab.t (id INT, i1 TINYINT NULL, i2 SMALLINT UNSIGNED NULL, i3 MEDIUMINT NULL, i8 BIGINT UNSIGNED NULL, f FLOAT NULL, d DOUBLE NULL, n DECIMAL(20,6) NULL, v VARCHAR(10) NULL, w VARCHAR(300) NULL, c CHAR(5) NULL, vb VARBINARY(9) NULL, bl BLOB NULL, tx LONGTEXT NULL, e ENUM NULL, s SET NULL, b BIT(10) NULL, y YEAR NULL, da DATE NULL, ti TIME(2) NULL, dt DATETIME(6) NULL, ts TIMESTAMP(3) NULL)
        UPDATE_ROWS_V1       lab.t
                                        ~ id=2, i1=-1 → NULL, i2=65535, i3=-8388608, i8=18446744073709551615, f=1.5, d=-2.25, n=-1234567.500000, v=x'f6' → 'neu', w='w', c='c', vb=x'00ff', bl='blob', tx='text', e=2, s=5, b=513, y=2024, da='2024-02-29', ti='-12:34:56.78', dt='2024-02-29 23:59:58.123456', ts=1704067200.250
        ANNOTATE_ROWS        delete from t where id = 1
        TABLE_MAP            #3 is lab.t (id INT, i1 TINYINT NULL, i2 SMALLINT UNSIGNED NULL, i3 MEDIUMINT NULL, i8 BIGINT UNSIGNED NULL, f FLOAT NULL, d DOUBLE NULL, n DECIMAL(20,6) NULL, v VARCHAR(10) NULL, w VARCHAR(300) NULL, c CHAR(5) NULL, vb VARBINARY(9) NULL, bl BLOB NULL, tx LONGTEXT NULL, e ENUM NULL, s SET NULL, b BIT(10) NULL, y YEAR NULL, da DATE NULL, ti TIME(2) NULL, dt DATETIME(6) NULL, ts TIMESTAMP(3) NULL)
        DELETE_ROWS_V1       lab.t
                                        - id=1, i1=NULL, i2=NULL, i3=NULL, i8=NULL, f=NULL, d=NULL, n=NULL, v=NULL, w=NULL, c=NULL, vb=NULL, bl=NULL, tx=NULL, e=NULL, s=NULL, b=NULL, y=NULL, da=NULL, ti=NULL, dt=NULL, ts=NULL
    "#]]
    .assert_eq(&(shown.join("\n") + "\n"));
}

#[test]
fn a_real_server_applies_our_log_and_our_flashback() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let files = write_log(&dir.path().join("forth"));
    let select = "select id, big, name, code, hex(raw), price, at from lab.t order by id";
    server.sql(&mariadb_binlog(&[], &files));
    expect![[r#"
        1	18446744073709551614	NULL	ab	0001FF	-1.50	2024-02-29 23:05:01.120
        3	18446744073709551612	ann ö	ab	0001FF	-3.50	2024-02-29 23:05:03.120
        9	NULL	text	NULL	NULL	NULL	NULL
    "#]]
    .assert_eq(&server.sql(select));
    let whole = server.sql(select);

    // A log of the reversed rows undoes the two transactions of rows.
    let entries = Reader::over("1", fs::read(&files[0]).expect("it is there"))
        .and_then(|r| r.collect::<Result<Vec<_>>>())
        .expect("it is whole");
    let ddl = flashback::reverse("binlog.000001", &entries, &flashback::Scope::ALL).expect_err("there is DDL in it");
    assert!(ddl.to_string().contains("`create database lab` cannot be reversed"), "{ddl}");
    let is_ddl = |e: &Entry| matches!(&e.event, Event::Query(q) if q.ddl_xid().is_some());
    let after_ddl = entries.iter().rposition(is_ddl).expect("it is there") + 1;
    let undos = flashback::reverse("binlog.000001", &entries[after_ddl..], &flashback::Scope::ALL).expect("only rows");
    let back = dir.path().join("back");
    let disk = Arc::new(OsDisk::create(&back).expect("the directory is new"));
    let (log, _) =
        Coordinator::open(disk, Options::default(), Vec::new(), 1_700_000_100, Default::default()).expect("a new log");
    for (n, undo) in undos.iter().enumerate() {
        let mut transaction = log.transaction(5, Xid(n as u64), 1_700_000_100_000_000);
        transaction.rows(&undo.changes);
        log.commit(transaction).expect("there is room");
    }
    log.close().expect("there is room");
    server.sql(&mariadb_binlog(&[], &[back.join("binlog.000001")]));
    assert_eq!(server.sql("select id, name from lab.t"), "9\ttext\n", "only the change of the second file is left");

    // mariadb-binlog's own flashback of our log agrees: apply the log again, then undo it.
    let start = format!("--start-position={}", entries[after_ddl].offset);
    server.sql(&mariadb_binlog(&[&start], &files[..1]));
    assert_eq!(server.sql(select), whole);
    server.sql(&mariadb_binlog(&["--flashback", &start], &files[..1]));
    assert_eq!(server.sql("select id, name from lab.t"), "9\ttext\n");
}
