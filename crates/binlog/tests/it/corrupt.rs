//! I11: corrupt bytes are errors. Random bytes are changed, with and without a checksum that fits them.

use innolab_base::Xid;
use innolab_base::rng::Rng;
use innolab_binlog::{
    CHECKSUM_LEN, Change, Column, ColumnType, Coordinator, Date, DateTime, Error, HEADER_LEN, Options, Reader, Result,
    RowChange, StatementContext, TableMap, Time, Timestamp, Value, checksum, collation, flashback,
};
use innolab_disk::{Disk, SimDisk};
use innolab_testing::{Script, seeds, size};
use std::panic::catch_unwind;
use std::sync::Arc;

fn table() -> Arc<TableMap> {
    let columns = vec![
        Column::new("id", ColumnType::Int { bytes: 8, unsigned: true }),
        Column::new("n", ColumnType::INT).null(),
        Column::new("v", ColumnType::Varchar { max_bytes: 400 }).null(),
        Column::new("c", ColumnType::Char { max_bytes: 40 }),
        Column::new("b", ColumnType::Blob { length_bytes: 2 }).collate(collation::BINARY),
        Column::new("d", ColumnType::Decimal { precision: 12, scale: 3, unsigned: false }),
        Column::new("dt", ColumnType::DateTime { fsp: 3 }),
        Column::new("ts", ColumnType::Timestamp { fsp: 0 }),
        Column::new("t", ColumnType::Time { fsp: 6 }),
        Column::new("y", ColumnType::Year),
        Column::new("e", ColumnType::Enum { bytes: 1 }),
        Column::new("f", ColumnType::Double),
    ];
    Arc::new(TableMap { id: 7, db: "lab".into(), table: "all".into(), columns, primary_key: vec![0], has_signs: true })
}

fn row(n: u64) -> Vec<Value> {
    let date = Date { year: 2024, month: 2, day: 29 };
    vec![
        Value::UInt(n),
        if n.is_multiple_of(3) { Value::Null } else { Value::Int(-(n as i64)) },
        Value::Bytes(vec![b'v'; n as usize % 50]),
        Value::Bytes("über".into()),
        Value::Bytes(vec![0, 255, 1]),
        Value::Decimal(format!("-{n}.125")),
        Value::DateTime(DateTime { date, hour: 1, minute: 2, second: 3, micros: 4000, fsp: 3 }),
        Value::Timestamp(Timestamp { seconds: 1_700_000_000, micros: 0, fsp: 0 }),
        Value::Time(Time { negative: true, hour: 800, minute: 1, second: 2, micros: 3, fsp: 6 }),
        Value::UInt(2024),
        Value::UInt(2),
        Value::Double(0.5),
    ]
}

/// A closed log with every kind of event that this crate writes.
fn sample() -> Vec<u8> {
    let disk = SimDisk::new(1);
    let options = Options { server_uuid: Some([7; 16]), ..Options::default() };
    let (log, _) = Coordinator::open(Arc::new(disk.clone()), options, Vec::new(), 1_700_000_000, Default::default())
        .expect("a new log");
    let change = |change| RowChange { table: table(), change };
    let mut ddl = log.transaction(1, Xid(1), 1_700_000_000_000_000);
    ddl.ddl("lab", "create table `all` (id bigint unsigned primary key)");
    log.commit(ddl).expect("the disk is well");
    let mut rows = log.transaction(1, Xid(2), 1_700_000_001_000_000);
    rows.rows_query("insert into `all` select …");
    rows.rows(&(1..9).map(|n| change(Change::Insert(row(n)))).collect::<Vec<_>>());
    rows.rows(&[change(Change::Update { before: row(1), after: row(9) }), change(Change::Delete(row(2)))]);
    log.commit(rows).expect("the disk is well");
    let mut text = log.transaction(2, Xid(3), 1_700_000_002_000_000);
    text.statement_context(&StatementContext::InsertId(10));
    let value = Value::Decimal("1.50".into());
    text.statement_context(&StatementContext::UserVariable { name: "v".into(), value, binary: false });
    text.statement("lab", "insert into t values (null)");
    log.commit(text).expect("the disk is well");
    log.rotate().expect("the disk is well");
    log.close().expect("the disk is well");
    let file = disk.open("binlog.000001").expect("it is there");
    let mut bytes = vec![0; file.len().expect("a length") as usize];
    file.read_at(0, &mut bytes).expect("it can be read");
    bytes
}

/// Reads, prints and reverses a log; returns the number of events.
fn use_all(bytes: Vec<u8>) -> Result<usize> {
    let entries = Reader::over("some.log", bytes)?.collect::<Result<Vec<_>>>()?;
    let _ = flashback::reverse("some.log", &entries, &flashback::Scope::ALL);
    assert!(entries.iter().map(|entry| entry.to_string().len()).sum::<usize>() > 0);
    Ok(entries.len())
}

fn events(bytes: &[u8]) -> Vec<(usize, usize)> {
    let reader = Reader::over("some.log", bytes.to_vec()).expect("it is whole");
    reader.map(|entry| entry.expect("it is whole")).map(|e| (e.offset as usize, e.end as usize)).collect()
}

/// Makes the checksum of an event fit its bytes.
fn mend(bytes: &mut [u8], (from, to): (usize, usize)) {
    let sum = checksum(&bytes[from..to - CHECKSUM_LEN]);
    bytes[to - CHECKSUM_LEN..to].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn every_flipped_bit_is_reported_at_its_event() {
    let good = sample();
    let spans = events(&good);
    assert_eq!(use_all(good.clone()).expect("it is whole"), spans.len());
    for at in (0..good.len()).step_by(size(5, 1)) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        let start = spans.iter().rev().find(|(from, _)| *from <= at).map_or(0, |(from, _)| *from);
        match use_all(bad) {
            Err(Error::Corrupt { file, offset, rule }) => {
                assert!(file == "some.log" && !rule.to_string().is_empty());
                assert_eq!(offset as usize, start, "byte {at}: {rule}");
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn random_corruptions_never_panic() {
    let good = sample();
    let spans = events(&good);
    let cases = seeds(2000, 20_000);
    let tried = cases.end - cases.start;
    let mut readable = 0;
    for seed in cases {
        let (mut rng, mut script) = (Rng(seed), Script::new());
        let mut bad = good.clone();
        let span = spans[rng.index(spans.len())];
        for _ in 0..1 + rng.index(3) {
            let at = span.0 + rng.index(span.1 - span.0);
            bad[at] = match rng.index(4) {
                0 => 0xff,
                1 => 0,
                2 => bad[at] ^ (1 << rng.index(8)),
                _ => rng.index(256) as u8,
            };
            script.step(format!("seed {seed}: byte {at} = {}", bad[at]));
        }
        if !seed.is_multiple_of(4) {
            script.step(format!("mend the checksum of {span:?}"));
            mend(&mut bad, span);
        }
        match catch_unwind(|| use_all(bad)) {
            Ok(Ok(_)) => readable += 1,
            Ok(Err(Error::Corrupt { offset, .. })) => {
                script.holds("R4: the offset is inside the file", offset as usize <= good.len(), good.len(), offset);
            }
            other => script.holds(
                "I11: bad bytes are errors",
                false,
                "events or Error::Corrupt",
                other.map_err(|_| "a panic"),
            ),
        }
    }
    assert!(readable > tried / 10, "corruptions under a good checksum must reach the decoders: {readable} of {tried}");
}

#[test]
fn random_bodies_in_good_frames_never_panic() {
    let good = sample();
    let spans = events(&good);
    for seed in seeds(1000, 5000) {
        let mut rng = Rng(seed);
        let mut bad = good.clone();
        let (from, to) = spans[1 + rng.index(spans.len() - 1)];
        bad[from + 4] = rng.index(170) as u8;
        let keep = from + HEADER_LEN + rng.index(to - from - HEADER_LEN - CHECKSUM_LEN + 1);
        for byte in &mut bad[keep..to - CHECKSUM_LEN] {
            *byte = rng.index(256) as u8;
        }
        mend(&mut bad, (from, to));
        assert!(catch_unwind(|| use_all(bad)).is_ok(), "I11: seed {seed}: a panic on the event at {from}");
    }
}

#[test]
fn a_cut_is_an_error_in_a_closed_file_and_a_torn_tail_in_a_file_in_use() {
    let good = sample();
    let spans = events(&good);
    let first_end = spans[0].1;
    for len in 0..good.len() {
        let closed = Reader::over("some.log", good[..len].to_vec()).and_then(|r| r.collect::<Result<Vec<_>>>());
        let mut in_use = good[..len].to_vec();
        if len > 21 {
            in_use[21] |= 1;
        }
        let boundary = spans.iter().any(|(_, end)| *end == len);
        assert_eq!(closed.is_ok(), boundary, "cut to {len}");
        if len < first_end {
            assert!(Reader::over("some.log", in_use).is_err(), "R3: cut to {len}");
            continue;
        }
        let mut reader = Reader::over("some.log", in_use).expect("its first event is whole");
        let whole = reader.by_ref().collect::<Result<Vec<_>>>().expect("a torn tail is no error");
        let end = whole.last().expect("one at least").end;
        assert_eq!(spans.iter().map(|s| s.1).filter(|e| *e <= len).max(), Some(end as usize));
        let torn = reader.torn().map(|t| (t.offset, t.bytes));
        // Zeros behind the last event count as preallocated space, also if an event had them.
        let written = good[..len].iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
        assert_eq!(torn, (written > end).then(|| (end, written - end)), "cut to {len}");
    }
}

#[test]
fn foreign_files_are_refused() {
    for bytes in [&b""[..], b"\xfebi", b"\xfebin", b"SQLite format 3\0", b"\xfebin\0\0\0\0", &[0; 200]] {
        let error = Reader::over("x", bytes.to_vec()).map(|_| ()).expect_err("it is no log");
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    }
}

/// Errors that show only across events, with good checksums.
#[test]
fn valid_events_that_contradict_each_other_are_refused() {
    let good = sample();
    let spans = events(&good);
    let wrong = |span: (usize, usize), change: &dyn Fn(&mut [u8])| {
        let mut bad = good.clone();
        change(&mut bad[span.0..span.1]);
        mend(&mut bad, span);
        match use_all(bad) {
            Err(Error::Corrupt { offset, rule, .. }) => (offset as usize, rule.to_string()),
            other => panic!("{other:?}"),
        }
    };
    let of_kind = |kind: u8| *spans.iter().find(|(from, _)| good[from + 4] == kind).expect("the sample has all kinds");
    let xid = of_kind(16);
    let rule = "an event does not end where it says that the next one starts";
    assert_eq!(wrong(xid, &|event| event[13] ^= 1), (xid.0, rule.into()));
    let rule = "a FORMAT_DESCRIPTION stands in the middle of the file";
    assert_eq!(wrong(xid, &|event| event[4] = 15), (xid.0, rule.into()));
    let (map, rows) = (of_kind(19), of_kind(30));
    let rule = "rows of a table that no TABLE_MAP before them describes";
    assert_eq!(wrong(map, &|event| event[19] ^= 1), (rows.0, rule.into()));
    let rule = "the first event is no FORMAT_DESCRIPTION";
    assert_eq!(wrong(spans[0], &|event| event[4] = 3), (4, rule.into()));
}
