//! Tools from outside read what is written here, and what a real server writes is read here.
//!
//! `mysql_common` always; `mariadb-binlog`, `mariadbd` and `mariadb` where they are installed (else a test says that it was skipped).

use expect_test::expect;
use innolab_base::Xid;
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Date, DateTime, Entry, Event, Kind, Options, Reader, Result, Row,
    RowChange, TableMap, Value, collation, flashback,
};
use innolab_disk::OsDisk;
use mysql_common::binlog::consts::{BinlogChecksumAlg, BinlogVersion};
use mysql_common::binlog::events::{EventData, OptionalMetaExtractor};
use mysql_common::binlog::{BinlogFile, value::BinlogValue};
use mysql_common::value::Value as MyValue;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn table() -> Arc<TableMap> {
    let columns = vec![
        Column::new("id", ColumnType::INT),
        Column::new("big", ColumnType::Int { bytes: 8, unsigned: true }).null(),
        Column::new("name", ColumnType::Varchar { max_bytes: 80 }).null(),
        Column::new("code", ColumnType::Char { max_bytes: 16 }).null(),
        Column::new("raw", ColumnType::Varchar { max_bytes: 300 }).null().collate(collation::BINARY),
        Column::new("price", ColumnType::Decimal { precision: 10, scale: 2 }).null(),
        Column::new("at", ColumnType::DateTime { fsp: 3 }).null(),
    ];
    Arc::new(TableMap { id: 42, db: "lab".into(), table: "t".into(), columns, primary_key: vec![0] })
}

const DDL: &str = "create table t (id int primary key, big bigint unsigned, name varchar(20) character set utf8mb4 collate utf8mb4_bin, \
                   code char(4) character set utf8mb4 collate utf8mb4_bin, raw varbinary(300), price decimal(10,2), at datetime(3))";

fn row(id: i64, name: Option<&str>) -> Row {
    let bytes = |b: &[u8]| Value::Bytes(b.to_vec());
    let date = Date { year: 2024, month: 2, day: 29 };
    vec![
        Value::Int(id),
        Value::UInt(u64::MAX - id as u64),
        name.map_or(Value::Null, |n| bytes(n.as_bytes())),
        bytes(b"ab"),
        bytes(&[0, 1, 255]),
        Value::Decimal(format!("-{id}.50")),
        Value::DateTime(DateTime { date, hour: 23, minute: 5, second: id as u8, micros: 120_000, fsp: 3 }),
    ]
}

/// The log of a small history: DDL, 3 inserts, an update, a delete, a statement.
fn write_log(dir: &Path) -> Vec<PathBuf> {
    let disk = Arc::new(OsDisk::create(dir).expect("the directory is new"));
    let (log, _) =
        Coordinator::open(disk, Options::default(), Vec::new(), 1_700_000_000, Default::default()).expect("a new log");
    let us = |s: u64| 1_700_000_000_000_000 + s * 1_000_000;
    let change = |change| RowChange { table: table(), change };
    for (n, sql) in ["create database lab", DDL].into_iter().enumerate() {
        let mut ddl = log.transaction(5, Xid(n as u64 + 1), us(0));
        ddl.ddl(if n == 0 { "" } else { "lab" }, sql);
        log.commit(ddl).expect("there is room");
    }
    let mut rows = log.transaction(5, Xid(3), us(1));
    rows.rows(&[1, 2, 3].map(|id| change(Change::Insert(row(id, Some("ann ö"))))));
    log.commit(rows).expect("there is room");
    let mut rows = log.transaction(5, Xid(4), us(2));
    rows.rows_query("update t set name = null where id = 1");
    rows.rows(&[change(Change::Update { before: row(1, Some("ann ö")), after: row(1, None) })]);
    rows.rows(&[change(Change::Delete(row(2, Some("ann ö"))))]);
    log.commit(rows).expect("there is room");
    log.rotate().expect("there is room");
    let mut text = log.transaction(5, Xid(5), us(3));
    text.statement("lab", "insert into t (id, name) values (9, 'text')");
    log.commit(text).expect("there is room");
    log.close().expect("there is room");
    ["binlog.000001", "binlog.000002"].map(|name| dir.join(name)).to_vec()
}

fn installed(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

fn mariadb_binlog(options: &[&str], files: &[PathBuf]) -> String {
    let out = Command::new("mariadb-binlog")
        .arg("--verify-binlog-checksum")
        .args(options)
        .args(files)
        .output()
        .expect("it starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn mariadb_binlog_decodes_ours() {
    if !installed("mariadb-binlog") {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let files = write_log(dir.path());
    let text = mariadb_binlog(&["-v", "--base64-output=decode-rows"], &files);
    let said = |line: &&str| line.starts_with("###") || line.starts_with("insert") || line.starts_with("create");
    let said: Vec<&str> = text.lines().filter(said).map(str::trim_end).collect();
    expect![[r#"
        create database lab
        create table t (id int primary key, big bigint unsigned, name varchar(20) character set utf8mb4 collate utf8mb4_bin, code char(4) character set utf8mb4 collate utf8mb4_bin, raw varbinary(300), price decimal(10,2), at datetime(3))
        ### INSERT INTO `lab`.`t`
        ### SET
        ###   @1=1
        ###   @2=-2 (18446744073709551614)
        ###   @3='ann ö'
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-1.50
        ###   @7='2024-02-29 23:05:01.120'
        ### INSERT INTO `lab`.`t`
        ### SET
        ###   @1=2
        ###   @2=-3 (18446744073709551613)
        ###   @3='ann ö'
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-2.50
        ###   @7='2024-02-29 23:05:02.120'
        ### INSERT INTO `lab`.`t`
        ### SET
        ###   @1=3
        ###   @2=-4 (18446744073709551612)
        ###   @3='ann ö'
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-3.50
        ###   @7='2024-02-29 23:05:03.120'
        ### UPDATE `lab`.`t`
        ### WHERE
        ###   @1=1
        ###   @2=-2 (18446744073709551614)
        ###   @3='ann ö'
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-1.50
        ###   @7='2024-02-29 23:05:01.120'
        ### SET
        ###   @1=1
        ###   @2=-2 (18446744073709551614)
        ###   @3=NULL
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-1.50
        ###   @7='2024-02-29 23:05:01.120'
        ### DELETE FROM `lab`.`t`
        ### WHERE
        ###   @1=2
        ###   @2=-3 (18446744073709551613)
        ###   @3='ann ö'
        ###   @4='ab'
        ###   @5='\x00\x01�'
        ###   @6=-2.50
        ###   @7='2024-02-29 23:05:02.120'
        insert into t (id, name) values (9, 'text')
    "#]]
    .assert_eq(&(said.join("\n") + "\n"));

    // A flipped bit is seen.
    let mut bytes = fs::read(&files[0]).expect("it is there");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&files[0], bytes).expect("it can be written");
    let out =
        Command::new("mariadb-binlog").arg("--verify-binlog-checksum").arg(&files[0]).output().expect("it starts");
    assert!(!out.status.success() || String::from_utf8_lossy(&out.stderr).contains("ERROR"));
}

#[test]
fn mysql_common_reads_ours() {
    let dir = tempfile::tempdir().expect("a directory");
    let files = write_log(dir.path());
    let mut said = String::new();
    for file in &files {
        let bytes = fs::read(file).expect("it is there");
        let mut log = BinlogFile::new(BinlogVersion::Version4, &bytes[..]).expect("the magic is right");
        while let Some(event) = log.next() {
            let event = event.expect("it is well formed");
            let sum = event.calc_checksum(BinlogChecksumAlg::BINLOG_CHECKSUM_ALG_CRC32);
            assert_eq!(event.checksum().map(u32::from_le_bytes), Some(sum), "the checksum of {event:?}");
            let data = event.read_data().expect("it is well formed").expect("its kind is known");
            said += &describe(&log, data);
        }
    }
    expect![[r#"
        format 8.0.36-innolab
        previous 8
        gtid 1 after 0, 168 bytes, 80036
        query create database lab [5 status entries]
        gtid 2 after 1, 383 bytes, 80036
        query create table t (id int primary key, big bigint unsigned, name varchar(20) character set utf8mb4 collate utf8mb4_bin, code char(4) character set utf8mb4 collate utf8mb4_bin, raw varbinary(300), price decimal(10,2), at datetime(3)) [5 status entries]
        gtid 3 after 2, 434 bytes, 80036
        query BEGIN [4 status entries]
        table lab.t id,big,name,code,raw,price,at unsigned [false, true, false] charsets [46, 46, 63] key [0]
        rows None -> Some("1 18446744073709551614 'ann ö' 'ab' [0, 1, 255] '-1.50' '2024-02-29 23:05:01.120000'")
        rows None -> Some("2 18446744073709551613 'ann ö' 'ab' [0, 1, 255] '-2.50' '2024-02-29 23:05:02.120000'")
        rows None -> Some("3 18446744073709551612 'ann ö' 'ab' [0, 1, 255] '-3.50' '2024-02-29 23:05:03.120000'")
        xid 3
        gtid 4 after 3, 625 bytes, 80036
        query BEGIN [4 status entries]
        rows query update t set name = null where id = 1
        table lab.t id,big,name,code,raw,price,at unsigned [false, true, false] charsets [46, 46, 63] key [0]
        rows Some("1 18446744073709551614 'ann ö' 'ab' [0, 1, 255] '-1.50' '2024-02-29 23:05:01.120000'") -> Some("1 18446744073709551614 NULL 'ab' [0, 1, 255] '-1.50' '2024-02-29 23:05:01.120000'")
        table lab.t id,big,name,code,raw,price,at unsigned [false, true, false] charsets [46, 46, 63] key [0]
        rows Some("2 18446744073709551613 'ann ö' 'ab' [0, 1, 255] '-2.50' '2024-02-29 23:05:02.120000'") -> None
        xid 4
        rotate binlog.000002
        format 8.0.36-innolab
        previous 8
        gtid 1 after 0, 287 bytes, 80036
        query BEGIN [4 status entries]
        query insert into t (id, name) values (9, 'text') [4 status entries]
        xid 5
        stop
    "#]]
    .assert_eq(&said);
}

fn describe(log: &BinlogFile<&[u8]>, data: EventData<'_>) -> String {
    match data {
        EventData::FormatDescriptionEvent(e) => format!("format {}\n", e.server_version().trim_end_matches('\0')),
        EventData::PreviousGtidsEvent(e) => format!("previous {}\n", e.len()),
        EventData::AnonymousGtidEvent(e) => {
            let e = e.0;
            format!(
                "gtid {} after {}, {} bytes, {}\n",
                e.sequence_number(),
                e.last_committed(),
                e.tx_length(),
                e.immediate_server_version()
            )
        }
        EventData::QueryEvent(e) => {
            let vars = e.status_vars().iter().map(|v| format!("{:?}", v.get_value().expect("it is known"))).count();
            format!("query {} [{vars} status entries]\n", e.query())
        }
        EventData::XidEvent(e) => format!("xid {}\n", e.xid),
        EventData::RotateEvent(e) => format!("rotate {}\n", e.name()),
        EventData::StopEvent => "stop\n".into(),
        EventData::RowsQueryEvent(e) => format!("rows query {}\n", e.query()),
        EventData::TableMapEvent(e) => {
            let meta = OptionalMetaExtractor::new(e.iter_optional_meta()).expect("it is well formed");
            let names: Vec<String> = meta.iter_column_name().map(|n| n.expect("a name").name().into_owned()).collect();
            let unsigned: Vec<bool> = meta.iter_signedness().take(4).collect();
            let charsets: Vec<u16> = meta.iter_charset().take(3).map(|c| c.expect("a charset")).collect();
            let key: Vec<u64> = meta.iter_primary_key().map(|c| c.expect("a column")).collect();
            format!(
                "table {}.{} {} unsigned {unsigned:?} charsets {charsets:?} key {key:?}\n",
                e.database_name(),
                e.table_name(),
                names.join(",")
            )
        }
        EventData::RowsEvent(rows) => {
            let map = log.reader().get_tme(rows.table_id()).expect("it was mapped");
            let mut said = String::new();
            for row in rows.rows(map) {
                let (before, after) = row.expect("it is well formed");
                let show = |row: Option<mysql_common::binlog::row::BinlogRow>| {
                    row.map(|row| row.unwrap().iter().map(show_value).collect::<Vec<_>>().join(" "))
                };
                said += &format!("rows {:?} -> {:?}\n", show(before), show(after));
            }
            said
        }
        other => panic!("{other:?}"),
    }
}

fn show_value(value: &BinlogValue<'_>) -> String {
    match value {
        BinlogValue::Value(MyValue::Bytes(b)) if std::str::from_utf8(b).is_err() => format!("{b:?}"),
        BinlogValue::Value(value) => value.as_sql(true),
        other => format!("{other:?}"),
    }
}

/// A private server in a directory of its own.
struct Server {
    process: Child,
    dir: tempfile::TempDir,
}

impl Server {
    fn start() -> Option<Server> {
        if !["mariadbd", "mariadb", "mariadb-binlog"].iter().all(|program| installed(program)) {
            return None;
        }
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("data")).expect("it is new");
        let path = |name: &str| dir.path().join(name).display().to_string();
        let process = Command::new("mariadbd")
            .args([
                "--no-defaults",
                "--user=root",
                "--skip-networking",
                "--skip-grant-tables",
                "--server-id=1",
                "--binlog-format=ROW",
            ])
            .args([format!("--datadir={}", path("data")), format!("--socket={}", path("s.sock"))])
            .args([format!("--pid-file={}", path("m.pid")), format!("--log-bin={}", path("data/bin"))])
            .args(["--innodb-buffer-pool-size=8M", "--binlog-checksum=CRC32"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let server = Server { process, dir };
        let until = Instant::now() + Duration::from_secs(60);
        while server.try_sql("select 1").is_none() {
            assert!(Instant::now() < until, "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn try_sql(&self, sql: &str) -> Option<String> {
        let socket = format!("--socket={}", self.dir.path().join("s.sock").display());
        let mut client = Command::new("mariadb")
            .args([
                "--no-defaults",
                "--batch",
                "--skip-column-names",
                "--default-character-set=utf8mb4",
                "--binary-mode",
                &socket,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        client.stdin.take().expect("piped").write_all(sql.as_bytes()).ok();
        let out = client.wait_with_output().expect("it ends");
        if !out.status.success() && !sql.starts_with("select 1") {
            panic!("{}", String::from_utf8_lossy(&out.stderr));
        }
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
    }

    fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).expect("the server lives")
    }

    fn log(&self, number: u32) -> Vec<Entry> {
        let name = format!("bin.{number:06}");
        let bytes = fs::read(self.dir.path().join("data").join(&name)).expect("it is there");
        Reader::over(&name, bytes).expect("it is a log").collect::<Result<Vec<_>>>().expect("it is whole")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn what_a_real_server_writes_is_read() {
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
fn a_real_server_applies_ours_and_our_flashback_takes_it_back() {
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

    // The two transactions of rows, undone by a log of their reversed rows.
    let entries = Reader::over("1", fs::read(&files[0]).expect("it is there"))
        .and_then(|r| r.collect::<Result<Vec<_>>>())
        .expect("it is whole");
    let ddl = flashback::reverse("binlog.000001", &entries).expect_err("there is DDL in it");
    assert!(ddl.to_string().contains("`create database lab` cannot be reversed"), "{ddl}");
    let is_ddl = |e: &Entry| matches!(&e.event, Event::Query(q) if q.ddl_xid().is_some());
    let after_ddl = entries.iter().rposition(is_ddl).expect("it is there") + 1;
    let undos = flashback::reverse("binlog.000001", &entries[after_ddl..]).expect("only rows");
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
    assert_eq!(server.sql("select id, name from lab.t"), "9\ttext\n", "only what the second file did is left");

    // mariadb-binlog's own flashback of ours agrees: forth again, back by it.
    let start = format!("--start-position={}", entries[after_ddl].offset);
    server.sql(&mariadb_binlog(&[&start], &files[..1]));
    assert_eq!(server.sql(select), whole);
    server.sql(&mariadb_binlog(&["--flashback", &start], &files[..1]));
    assert_eq!(server.sql("select id, name from lab.t"), "9\ttext\n");
}
