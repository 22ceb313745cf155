//! Logs of real servers are read to their last byte: files of a MySQL 9.7, what a live MariaDB writes, and files from
//! elsewhere. What is unknown is bytes, what is damaged is an error, and only an unfinished end of a file in use is torn.

use expect_test::{expect, expect_file};
use innolab_binlog::flashback::{self, Scope};
use innolab_binlog::verify::{Ending, Verified, verify};
use innolab_binlog::{
    CHECKSUM_LEN, Change, Entry, Error, Event, HEADER_LEN, Kind, MAGIC, Query, Reader, Result, Row, Stamp, TableMap,
    Value, checksum, frame,
};
use innolab_testing::{Server, kept_files};
use std::fs;
use std::path::{Path, PathBuf};

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs")
}

pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Vec<Entry>> {
    Reader::over(name, bytes.to_vec())?.collect()
}

fn shown(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("{}\n", entry.to_string().trim_end())).collect()
}

pub(crate) fn verified(name: &str, bytes: &[u8]) -> Result<Verified> {
    verify(Reader::over(name, bytes.to_vec())?, None)
}

#[test]
fn files_of_a_mysql_9_are_read() {
    let dir = logs().join("mysql-9.7");
    for number in [1, 2, 4, 5, 6] {
        let name = format!("bin.{number:06}");
        let bytes = fs::read(dir.join(&name)).expect("it is there");
        let entries = read(&name, &bytes).expect("it is whole");
        expect_file![dir.join(format!("{name}.txt"))].assert_eq(&shown(&entries));
        let seen = verified(&name, &bytes).expect("it is whole");
        assert_eq!((seen.bytes, seen.ending), (bytes.len() as u64, Ending::Rotated(format!("bin.{:06}", number + 1))));
    }
}

/// Small logs of many servers, beside the project; none of them is in it.
#[test]
fn logs_from_elsewhere_are_read_to_their_last_byte() {
    let Some(dir) = kept_files() else { return };
    for path in fs::read_dir(&dir).expect("INNOLAB_FILES names a directory").map(|file| file.expect("a file").path()) {
        let bytes = fs::read(&path).expect("it can be read");
        if bytes.starts_with(&MAGIC) {
            let name = path.display().to_string();
            let entries = read(&name, &bytes).unwrap_or_else(|e| panic!("{e}"));
            assert!(!shown(&entries).is_empty());
            let seen = verified(&name, &bytes).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!((seen.bytes, seen.unread), (bytes.len() as u64, 0), "{name}");
        }
    }
}

/// Starts a MariaDB that writes `bin.000001`, …
fn mariadb(options: &[&str]) -> Option<Server> {
    let always = ["--log-bin=bin", "--server-id=1", "--binlog-format=ROW", "--binlog-checksum=CRC32"];
    let server = Server::start(always.iter().chain(options).copied())?;
    server.sql("create database d");
    Some(server)
}

/// The events of the server's log, from file `first` on; each file is verified.
fn entries(server: &Server, first: u32) -> Vec<Entry> {
    let mut all = Vec::new();
    for number in first.. {
        let name = format!("bin.{number:06}");
        let Ok(bytes) = fs::read(server.data().join(&name)) else { break };
        all.extend(read(&name, &bytes).unwrap_or_else(|e| panic!("{e}")));
        verified(&name, &bytes).unwrap_or_else(|e| panic!("{e}"));
    }
    all
}

/// The lines that show rows, and the kinds of the other events.
fn rows(entries: &[Entry]) -> String {
    let is_row = |line: &&str| line.starts_with("    ");
    let of = |entry: &Entry| match &entry.event {
        Event::Rows(_) | Event::OpaqueRows(_) => {
            let text = entry.to_string();
            let first = text.lines().next().unwrap_or_default()[10..].trim_end().to_owned();
            let rows: Vec<&str> = text.lines().skip(1).filter(is_row).map(str::trim).collect();
            format!("{first}\n{}\n", rows.join("\n"))
        }
        _ => String::new(),
    };
    entries.iter().map(of).collect()
}

#[test]
fn all_types_and_images_of_a_mariadb_are_read() {
    let Some(server) = mariadb(&["--binlog-row-metadata=FULL"]) else { return };
    server.sql(
        "use d; set time_zone = '+00:00';
         create table t (id int unsigned primary key auto_increment, js json, g geometry, y year, b bit(11), e enum('x','y'),
            s set('p','q','r'), f float, d double, de decimal(9,3), t time(3), ts timestamp(2) null, dt datetime(6), da date,
            bl blob, tx mediumtext, c char(5), bi binary(6), u uuid, i6 inet6, i4 inet4, bc blob compressed,
            vc varchar(3000) compressed, vt int as (y + 1) virtual, p int as (y + 2) stored, inv int invisible default 3);
         insert into t (id, js, g, y, b, e, s, f, d, de, t, ts, dt, da, bl, tx, c, bi, u, i6, i4, bc, vc) values (4000000000,
            '{\"a\":1}', point(1, 2), 2024, b'101', 'y', 'p,r', 0.1, 1e100, -7.125, '-12:34:56.789', '2024-01-02 03:04:05.67',
            '2024-01-02 03:04:05.678901', '2024-02-29', 'blob', 'ö', 'c', x'010200', '123e4567-e89b-12d3-a456-426614174000',
            '::1', '1.2.3.0', repeat('ab', 40), repeat('xyz', 30));
         flush binary logs; set binlog_row_image = minimal; update t set f = -2.5e-30 where y = 2024;
         set binlog_row_image = noblob; update t set f = 3; set binlog_row_image = full; delete from t;",
    );
    expect![[r#"
        WRITE_ROWS_V1        d.t
        + id=4000000000, js='{\"a\":1}', g=x'000000000101000000000000000000f03f0000000000000040', y=2024, b=5, e=2, s=5, f=0.1, d=1e100, de=-7.125, t='-12:34:56.789', ts=1704164645.67, dt='2024-01-02 03:04:05.678901', da='2024-02-29', bl='blob', tx=x'f6', c='c', bi='\u{1}\u{2}', u=x'123e4567e89b12d3a4564266141740', i6='\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{1}', i4='\u{1}\u{2}\u{3}', bc='abababababababababababababababababababababababababababababababababababababababab', vc='xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz', vt=2025, p=2026, inv=3
        UPDATE_ROWS_V1       d.t, not all columns
        ~ id=4000000000, f → -2.5e-30, p → 2026
        UPDATE_ROWS_V1       d.t, not all columns
        ~ id=4000000000, g=x'000000000101000000000000000000f03f0000000000000040', y=2024, b=5, e=2, s=5, f=-2.5e-30 → 3, d=1e100, de=-7.125, t='-12:34:56.789', ts=1704164645.67, dt='2024-01-02 03:04:05.678901', da='2024-02-29', c='c', bi='\u{1}\u{2}', u=x'123e4567e89b12d3a4564266141740', i6='\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{1}', i4='\u{1}\u{2}\u{3}', vc='xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz', vt=2025, p=2026, inv=3
        DELETE_ROWS_V1       d.t
        - id=4000000000, js='{\"a\":1}', g=x'000000000101000000000000000000f03f0000000000000040', y=2024, b=5, e=2, s=5, f=3, d=1e100, de=-7.125, t='-12:34:56.789', ts=1704164645.67, dt='2024-01-02 03:04:05.678901', da='2024-02-29', bl='blob', tx=x'f6', c='c', bi='\u{1}\u{2}', u=x'123e4567e89b12d3a4564266141740', i6='\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{1}', i4='\u{1}\u{2}\u{3}', bc='abababababababababababababababababababababababababababababababababababababababab', vc='xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz', vt=2025, p=2026, inv=3
    "#]]
    .assert_eq(&rows(&entries(&server, 1)));
    let maps = entries(&server, 1).into_iter().find_map(|e| match e.event {
        Event::TableMap(map) => Some(map),
        _ => None,
    });
    let collations: Vec<String> = maps
        .expect("one")
        .columns
        .iter()
        .filter_map(|c| Some(format!("{:?} {}", c.name.as_ref()?, c.collation?)))
        .collect();
    expect![[r#""js" 46, "g" 63, "bl" 63, "tx" 8, "c" 8, "bi" 63, "u" 63, "i6" 63, "i4" 63, "bc" 63, "vc" 8"#]]
        .assert_eq(&collations.join(", "));
}

#[test]
fn compressed_events_and_times_of_old_forms_are_read() {
    let Some(server) = mariadb(&["--log-bin-compress=ON", "--log-bin-compress-min-len=10"]) else { return };
    server.sql(
        "use d; create table t (id int primary key, v varchar(100)); insert into t values (1, repeat('a', 90)), (2, repeat('b', 90));
         update t set v = 'short' where id = 1; delete from t where id = 2;
         set global log_bin_compress = off; set global mysql56_temporal_format = off; set time_zone = '+00:00';
         create table old (id int primary key, t time, d datetime, ts timestamp null, da date);
         insert into old values (1, '-12:34:56', '2024-01-02 03:04:05', '2024-01-02 03:04:06', '2024-02-29');
         create table odd (id int primary key, t time(3)); insert into odd values (1, '01:02:03.456');",
    );
    let entries = entries(&server, 1);
    let kinds = [Kind::QUERY_COMPRESSED, Kind::WRITE_ROWS_COMPRESSED_V1, Kind::UPDATE_ROWS_COMPRESSED_V1];
    kinds.iter().for_each(|kind| assert!(entries.iter().any(|e| e.header.kind == *kind), "{kind}"));
    let created =
        entries.iter().any(|e| matches!(&e.event, Event::Query(q) if q.sql.starts_with("create table t (id")));
    assert!(created, "the text of a compressed statement");
    expect![[r#"
        WRITE_ROWS_COMPRESSED_V1 d.t
        + @1=1, @2='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
        + @1=2, @2='bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
        UPDATE_ROWS_COMPRESSED_V1 d.t
        ~ @1=1, @2='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' → 'short'
        DELETE_ROWS_COMPRESSED_V1 d.t
        - @1=2, @2='bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
        WRITE_ROWS_V1        d.old
        + @1=1, @2='-12:34:56', @3='2024-01-02 03:04:05', @4=1704164646, @5='2024-02-29'
        WRITE_ROWS_V1        d.odd, not read because of column @2 (TIME): 11 bytes 03fc0100000000b4407640

    "#]]
    .assert_eq(&rows(&entries));
}

#[test]
fn xa_transactions_of_a_mariadb_are_whole_transactions() {
    let Some(server) = mariadb(&[]) else { return };
    server.sql(
        "use d; create table t (id int primary key); flush binary logs;
         xa start 'a'; insert into t values (1); xa end 'a'; xa prepare 'a'; xa commit 'a';
         xa start 'b'; insert into t values (2); xa end 'b'; xa prepare 'b'; xa rollback 'b';
         xa start 'c'; insert into t values (3); xa end 'c'; xa commit 'c' one phase;
         create table k as select * from t; flush binary logs",
    );
    let bytes = fs::read(server.data().join("bin.000002")).expect("it is there");
    let seen = verified("bin.000002", &bytes).expect("it is whole");
    assert_eq!((seen.transactions, seen.rows, seen.unread), (6, 5, 0));
}

/// The server died in the middle of a chain: the file was never closed. GTID_LIST tells if a transaction is missing.
#[test]
fn a_file_of_a_mariadb_that_was_never_closed_may_be_followed() {
    let Some(server) = mariadb(&[]) else { return };
    server.sql(
        "use d; create table t (id int primary key); flush binary logs; insert into t values (1); insert into t values (2);
         flush binary logs; insert into t values (3); flush binary logs",
    );
    let file = |n: usize| fs::read(server.data().join(format!("bin.{n:06}"))).expect("it is there");
    let chain = |middle: &[u8]| {
        let first = verified("bin.000001", &file(1)).expect("it is whole");
        let middle = verify(Reader::over("bin.000002", middle.to_vec())?, Some(&first))?;
        verify(Reader::over("bin.000003", file(3))?, Some(&middle)).map(|_| middle.ending)
    };
    assert_eq!(chain(&file(2)).expect("it is whole"), Ending::Rotated("bin.000003".into()));
    let mut middle = file(2);
    let entries = read("x", &middle).expect("it is whole");
    middle[MAGIC.len() + 17] |= 1;
    let rotate = entries.last().expect("events").offset as usize;
    assert_eq!(chain(&middle[..rotate]).expect("it has all transactions"), Ending::InUse);
    let torn = chain(&middle[..rotate + 9]).expect("it has all transactions");
    assert!(matches!(torn, Ending::Torn(_)), "{torn:?}");
    let last = entries.iter().rfind(|entry| matches!(entry.event, Event::MariadbGtid(_))).expect("one");
    let why = "GTID_LIST is not what the files before it had";
    for end in [last.offset as usize, rotate - 1] {
        let refused = chain(&middle[..end]).expect_err("a transaction is missing").to_string();
        assert!(refused.starts_with("bin.000003: byte ") && refused.ends_with(why), "{refused}");
    }
}

#[test]
fn encrypted_logs_are_called_that() {
    // As MariaDB writes it: the first two events are plain; of the others not even the header is.
    let (mut bytes, spans) = sample(false);
    bytes.truncate(spans[0].1);
    let stamp = Stamp { timestamp: 0, server_id: 1 };
    frame(&mut bytes, stamp, Kind::START_ENCRYPTION, 0, |out| out.extend([1; 17]));
    let start = (spans[0].1, bytes.len());
    forge(&mut bytes, start, |_| ());
    bytes.extend([0xa7; 300]);
    let (plain, error): (Vec<_>, Vec<_>) =
        Reader::over("x", bytes).expect("its start is plain").partition(Result::is_ok);
    let plain: Vec<Kind> = plain.into_iter().flatten().map(|entry| entry.header.kind).collect();
    assert_eq!(plain, [Kind::FORMAT_DESCRIPTION, Kind::START_ENCRYPTION]);
    let error = error.into_iter().find_map(Result::err).expect("it is encrypted");
    assert!(matches!(error, Error::Encrypted { .. }), "{error}");
    assert!(error.to_string().contains("encrypted from here on (MariaDB's encrypt_binlog)"), "{error}");
    let error = Reader::over("x", &b"\xfdbin\x01 and a header"[..]).map(drop).expect_err("it is encrypted");
    assert!(error.to_string().contains("MySQL's binlog_encryption"), "{error}");
}

/// Two tables' rows from a MySQL 9.7, as a file that is in use or closed, and the spans of its events.
pub(crate) fn sample(in_use: bool) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut bytes = fs::read(logs().join("mysql-9.7/bin.000006")).expect("it is there");
    let entries = read("bin.000006", &bytes).expect("it is whole");
    bytes[MAGIC.len() + 17] |= u8::from(in_use);
    // In use, it has no ROTATE yet.
    let end = entries[entries.len() - usize::from(in_use) - 1].end as usize;
    bytes.truncate(end);
    (bytes, entries.iter().map(|e| (e.offset as usize, e.end as usize)).filter(|span| span.1 <= end).collect())
}

/// Changes an event and makes its checksum fit.
pub(crate) fn forge(bytes: &mut [u8], (from, to): (usize, usize), change: impl FnOnce(&mut [u8])) {
    change(&mut bytes[from..to]);
    let sum = checksum(&bytes[from..to - CHECKSUM_LEN]);
    bytes[to - CHECKSUM_LEN..to].copy_from_slice(&sum.to_le_bytes());
}

fn kind_at(bytes: &[u8], at: usize) -> Kind {
    Kind(bytes[at + 4])
}

#[test]
fn a_type_or_kind_that_is_unknown_is_bytes_and_nothing_after_it_is_lost() {
    for in_use in [false, true] {
        let (mut bytes, spans) = sample(in_use);
        let whole = verified("x", &bytes).expect("it is whole");
        let map = *spans.iter().find(|span| kind_at(&bytes, span.0) == Kind::TABLE_MAP).expect("one");
        // The second column's type: JSON becomes 200.
        forge(&mut bytes, map, |event| *event.iter_mut().find(|b| **b == 245).expect("JSON") = 200);
        let odd = *spans.iter().find(|span| kind_at(&bytes, span.0) == Kind::RAND).expect("one");
        forge(&mut bytes, odd, |event| event[4] = 77);
        let seen = verified("x", &bytes).expect("it is whole");
        assert_eq!((seen.events, seen.transactions, seen.bytes), (whole.events, whole.transactions, whole.bytes));
        let rows = spans[spans.iter().position(|span| *span == map).expect("it is there") + 1].0 as u64;
        let first = Some((rows, "rows of d.j, column js (type 200)".to_owned()));
        assert_eq!((seen.unread, seen.first_unread, seen.ending), (2, first, whole.ending), "in use: {in_use}");
        let text = shown(&read("x", &bytes).expect("it is whole"));
        assert!(text.contains("d.j, not read because of column js (type 200): "), "{text}");
        assert!(text.contains("kind 77              16 bytes "), "{text}");
    }
}

/// Rows of an unknown type, XA and DDL stop a flashback of all tables, and not one of a table that they do not concern.
#[test]
fn a_flashback_stops_only_at_what_concerns_its_table() {
    let (mut bytes, spans) = sample(false);
    let map = *spans.iter().find(|span| kind_at(&bytes, span.0) == Kind::TABLE_MAP).expect("one");
    forge(&mut bytes, map, |event| *event.iter_mut().find(|b| **b == 245).expect("JSON") = 200);
    let entries = read("x", &bytes).expect("it is whole");
    let why = |scope: &Scope| flashback::reverse("x", &entries, scope).expect_err("it is refused").to_string();
    assert_eq!(why(&Scope::ALL), "x: byte 556: rows of d.j, column js (type 200) cannot be reversed");
    let (of_j, passes) = (|map: &TableMap| map.table == "j", |_: &Query| true);
    let later: Vec<Entry> = entries.iter().filter(|entry| entry.offset >= 629).cloned().collect();
    let later =
        flashback::reverse("x", &later, &Scope { table: &of_j, passes: &passes }).expect_err("MINIMAL").to_string();
    assert!(later.starts_with("x: byte 2789: a row of d.j, column f, "), "{later}");
    let outcome: Vec<Entry> = entries.iter().filter(|entry| (1129..1298).contains(&entry.offset)).cloned().collect();
    let xa = flashback::reverse("x", &outcome, &Scope::ALL).expect_err("XA").to_string();
    assert_eq!(xa, "x: byte 1206: `XA COMMIT X'616263',X'',1` cannot be reversed");
    let of_k = |map: &TableMap| map.table == "k";
    let whole: Vec<Entry> = entries.iter().filter(|e| e.header.kind != Kind::RAND).cloned().collect();
    let undos = flashback::reverse("x", &whole, &Scope { table: &of_k, passes: &passes }).expect("k has plain rows");
    assert_eq!(undos.iter().map(|undo| (undo.offset, undo.changes.len())).collect::<Vec<_>>(), [(4044, 7)]);
}

/// Images that are not full: what the log has of a row is reversed, and a value that it had and that is not there is named.
#[test]
fn a_flashback_of_partial_images_needs_the_values_before() {
    let of = |file: &str, from: u64, to: u64| {
        let bytes = fs::read(logs().join("mysql-9.7").join(file)).expect("it is there");
        let mut entries = read(file, &bytes).expect("it is whole");
        entries.retain(|entry| (from..to).contains(&entry.offset));
        flashback::reverse("x", &entries, &Scope::ALL).map_err(|e| e.to_string())
    };
    let why = "whose value before the change is not in the log (binlog_row_image is not FULL), cannot be reversed";
    assert_eq!(of("bin.000006", 2469, 2868), Err(format!("x: byte 2789: a row of d.j, column f, {why}")), "MINIMAL");
    assert_eq!(of("bin.000006", 2868, 3251), Err(format!("x: byte 3179: a row of d.j, column js, {why}")), "MINIMAL");
    let change = |file, from, to| of(file, from, to).expect("the values are there").remove(0).changes.remove(0).change;
    let logged = |row: &Row| row.iter().filter(|value| **value != Value::Missing).count();
    match change("bin.000006", 3251, 3635) {
        Change::Delete(row) => assert_eq!((logged(&row), &row[0]), (2, &Value::Int(30)), "MINIMAL"),
        other => panic!("{other:?}"),
    }
    match change("bin.000006", 3635, 4044) {
        Change::Update { before, after } => {
            assert_eq!((logged(&before), logged(&after)), (15, 15), "NOBLOB");
            assert_eq!((&before[8], &after[8]), (&Value::Float(3.0), &Value::Float(2.0)));
        }
        other => panic!("{other:?}"),
    }
    match change("bin.000002", 724, 1366) {
        // The document after the change is not in the log: it is not compared.
        Change::Update { before, after } => assert_eq!(
            (&before[1], logged(&before), after[1].to_string()),
            (
                &Value::Missing,
                after.len() - 1,
                r#"{"a": 1, "b": [1, 2.5, "x", null, true], "c": {"d": "long string long string long string"}}"#.into()
            )
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_an_unfinished_end_of_a_file_in_use_is_torn() {
    let (good, spans) = sample(true);
    let last = *spans.last().expect("events");
    let outcome = |bytes: &[u8]| verified("x", bytes).map(|v| v.ending).map_err(|e| e.to_string());
    let torn = |bytes: &[u8]| match outcome(bytes) {
        Ok(Ending::Torn(torn)) => torn.offset as usize,
        other => panic!("{other:?}"),
    };
    for span in &spans[1..] {
        let mut bad = good.clone();
        bad[span.0 + HEADER_LEN] ^= 1;
        match *span == last {
            true => assert_eq!(torn(&bad), last.0, "the last event"),
            false => assert!(outcome(&bad).is_err_and(|e| e.contains(&format!("byte {}: ", span.0))), "{span:?}"),
        }
        // Its length is damaged: no event starts where it says, but there is one behind it.
        let mut bad = good.clone();
        bad[span.0 + 9..span.0 + 13].fill(0);
        assert_eq!(outcome(&bad).is_err(), *span != last, "{span:?}");
        // A malformed body with a good checksum is no torn write, wherever it is.
        let mut bad = good.clone();
        if kind_at(&bad, span.0) == Kind::XID {
            forge(&mut bad, *span, |event| event[4] = Kind::GTID.0);
            assert!(outcome(&bad).is_err_and(|e| e.contains("GTID ends in the middle of a field")), "{span:?}");
        }
    }
    for len in last.0 + 1..last.1 {
        assert_eq!(torn(&good[..len]), last.0, "cut to {len}");
    }
}
