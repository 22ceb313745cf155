//! Other tools read our logs, and we read a real server's.
//!
//! `mysql_common` always; `mariadb-binlog`, `mariadbd` and `mariadb` where they are installed (else a test prints that
//! it was skipped).

mod server;

use expect_test::expect;
use innolab_base::Xid;
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Date, DateTime, Options, Row, RowChange, TableMap, Value, collation,
};
use innolab_disk::OsDisk;
use innolab_testing::installed;
use mysql_common::binlog::consts::{BinlogChecksumAlg, BinlogVersion};
use mysql_common::binlog::events::{EventData, OptionalMetaExtractor};
use mysql_common::binlog::{BinlogFile, value::BinlogValue};
use mysql_common::value::Value as MyValue;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn table() -> Arc<TableMap> {
    let columns = vec![
        Column::new("id", ColumnType::INT),
        Column::new("big", ColumnType::Int { bytes: 8, unsigned: true }).null(),
        Column::new("name", ColumnType::Varchar { max_bytes: 80 }).null(),
        Column::new("code", ColumnType::Char { max_bytes: 16 }).null(),
        Column::new("raw", ColumnType::Varchar { max_bytes: 300 }).null().collate(collation::BINARY),
        Column::new("price", ColumnType::Decimal { precision: 10, scale: 2, unsigned: false }).null(),
        Column::new("at", ColumnType::DateTime { fsp: 3 }).null(),
    ];
    Arc::new(TableMap { id: 42, db: "lab".into(), table: "t".into(), columns, primary_key: vec![0], has_signs: true })
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

/// Writes the log of a small history: DDL, 3 inserts, an update, a delete, a statement.
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
fn mariadb_binlog_decodes_our_log() {
    if !installed(&["mariadb-binlog"]) {
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

    // A flipped bit is detected.
    let mut bytes = fs::read(&files[0]).expect("it is there");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&files[0], bytes).expect("it can be written");
    let out =
        Command::new("mariadb-binlog").arg("--verify-binlog-checksum").arg(&files[0]).output().expect("it starts");
    assert!(!out.status.success() || String::from_utf8_lossy(&out.stderr).contains("ERROR"));
}

#[test]
fn mysql_common_reads_our_log() {
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
        previous 0 sids
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
        previous 0 sids
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
        EventData::PreviousGtidsEvent(e) => format!("previous {} sids\n", e.sids().len()),
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
