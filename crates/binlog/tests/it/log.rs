//! What is written is read again, event by event: files, sizes, statements.

use expect_test::expect;
use innolab_base::Xid;
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Entry, Event, Kind, Options, Reader, Result, Row, RowChange,
    STATEMENT_END, StatementContext, TableMap, Value, checksum, flashback,
};
use innolab_disk::{Disk, SimDisk};
use innolab_testing::size;
use proptest::prelude::*;
use std::sync::Arc;

fn open(disk: &SimDisk, options: Options) -> Coordinator {
    Coordinator::open(Arc::new(disk.clone()), options, Vec::new(), 1_700_000_000, Default::default())
        .expect("it opens")
        .0
}

fn read(disk: &SimDisk, name: &str) -> Vec<Entry> {
    Reader::open(disk, name).and_then(|reader| reader.collect::<Result<Vec<_>>>()).expect("it is whole")
}

fn table(id: u64, name: &str) -> Arc<TableMap> {
    let columns =
        vec![Column::new("id", ColumnType::INT), Column::new("s", ColumnType::Varchar { max_bytes: 1000 }).null()];
    Arc::new(TableMap { id, db: "lab".into(), table: name.into(), columns, primary_key: vec![0], has_signs: true })
}

fn row(id: i64, len: usize) -> Row {
    vec![Value::Int(id), Value::Bytes(vec![b's'; len])]
}

fn insert(table: &Arc<TableMap>, id: i64, len: usize) -> RowChange {
    RowChange { table: table.clone(), change: Change::Insert(row(id, len)) }
}

#[test]
fn files_as_they_are_shown() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options { server_uuid: Some([0xab; 16]), ..Options::default() });
    let (a, b) = (table(1, "a"), table(2, "b"));
    let mut trx = log.transaction(3, Xid(10), 1_700_000_000_000_000);
    trx.statement_context(&StatementContext::InsertId(5));
    trx.statement("lab", "insert into a (s) values ('x')");
    let mark = trx.mark();
    trx.statement("lab", "a statement that failed");
    trx.cut_back(mark);
    trx.rows(&[insert(&a, 1, 2), insert(&b, 1, 0), RowChange { table: a.clone(), change: Change::Delete(row(1, 2)) }]);
    trx.rows(&[]);
    log.commit(trx).expect("the disk is well");
    log.rotate().expect("the disk is well");
    log.commit(log.transaction(3, Xid(11), 1_700_000_001_000_000)).expect("the disk is well");
    let shown = log.files().iter().fold(String::new(), |shown, name| {
        read(&disk, name).iter().fold(shown + name + "\n", |shown, entry| shown + entry.to_string().trim_end() + "\n")
    });
    expect![[r#"
        binlog.000001
               4  FORMAT_DESCRIPTION   8.0.36-innolab, CRC32, closed
             126  PREVIOUS_GTIDS       none
             157  GTID                 abababab-abab-abab-abab-abababababab:1, transaction 1 after 0, 560 bytes
             236  QUERY                BEGIN
             304  INTVAR               INSERT_ID = 5
             336  QUERY                insert into a (s) values ('x')   in lab
             432  TABLE_MAP            #1 is lab.a (id INT, s VARCHAR(1000) NULL)
             494  TABLE_MAP            #2 is lab.b (id INT, s VARCHAR(1000) NULL)
             556  WRITE_ROWS           lab.a
                                        + id=1, s='ss'
             600  WRITE_ROWS           lab.b
                                        + id=1, s=''
             642  DELETE_ROWS          lab.a
                                        - id=1, s='ss'
             686  XID                  10
             717  ROTATE               to binlog.000002:4
        binlog.000002
               4  FORMAT_DESCRIPTION   8.0.36-innolab, CRC32, in use
             126  PREVIOUS_GTIDS       abababab-abab-abab-abab-abababababab:1-1
             197  GTID                 abababab-abab-abab-abab-abababababab:2, transaction 1 after 0, 176 bytes
             274  QUERY                BEGIN
             342  XID                  11
    "#]]
    .assert_eq(&shown);
    log.close().expect("the disk is well");
    let late = log.commit(log.transaction(3, Xid(12), 0)).expect_err("it is closed");
    assert!(late.to_string().ends_with("because it was closed"), "{late}");
    let last = read(&disk, "binlog.000002");
    assert_eq!(last.last().map(|e| e.header.kind), Some(Kind::STOP));
    assert!(last[0].header.flags & 1 == 0, "closed");
    let mut index = [0; 32];
    disk.open("binlog.index").and_then(|f| f.read_at(0, &mut index)).expect("it is there");
    assert_eq!(&index, b"./binlog.000001\n./binlog.000002\n");
}

/// The GTID has the transaction's length, however many bytes the encoded number takes.
#[test]
fn gtids_have_length_and_order_of_transactions_of_all_sizes() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options::default());
    let t = table(1, "t");
    let sizes =
        [0, 1, 20, 28, 29, 30, 31, 32, 64_000, 65_000, 65_100, 65_200, 65_300, 65_400, 65_500, 65_600, 17_000_000];
    for (n, size) in sizes.into_iter().enumerate() {
        let mut trx = log.transaction(1, Xid(n as u64), 0);
        if size < 100 {
            trx.ddl("", &"d".repeat(size));
        } else {
            let rows: Vec<RowChange> = (0..size / 1000).map(|i| insert(&t, i as i64, 993)).collect();
            trx.rows(&rows);
            trx.rows_query(&"q".repeat(size % 1000));
        }
        log.commit(trx).expect("the disk is well");
    }
    let entries = read(&disk, "binlog.000001");
    let starts: Vec<usize> = (0..entries.len()).filter(|i| entries[*i].header.kind == Kind::ANONYMOUS_GTID).collect();
    assert_eq!(starts.len(), sizes.len());
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(entries.len());
        let bytes = entries[end - 1].end - entries[*start].offset;
        let Event::AnonymousGtid(gtid) = &entries[*start].event else { unreachable!("filtered above") };
        assert_eq!((gtid.transaction_len, gtid.sequence_number, gtid.last_committed), (bytes, n as u64 + 1, n as u64));
    }
    let rows = entries.iter().filter_map(|e| if let Event::Rows(rows) = &e.event { Some(rows) } else { None });
    assert!(rows.clone().all(|rows| rows.data_len() < 8192 + 1100), "R2: rows events stay small");
    assert_eq!(rows.filter(|rows| rows.flags == STATEMENT_END).count(), 9, "one statement end for each statement");
}

/// Reader R5: the window moves on while the caller keeps events that share its buffer; and its buffer is used again
/// when the caller keeps none.
#[test]
fn r5_kept_events_keep_their_bytes_when_the_window_moves() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options::default());
    let t = table(1, "t");
    let rows: Vec<RowChange> = (0..2500).map(|id| insert(&t, id, 300)).collect();
    let mut trx = log.transaction(1, Xid(1), 0);
    trx.rows(&rows);
    log.commit(trx).expect("the disk is well");
    log.close().expect("the disk is well");
    let changes = |entry: &Entry| match &entry.event {
        Event::Rows(rows) => rows.changes().map(|change| change.expect("it was checked")).collect(),
        _ => Vec::new(),
    };
    let expected: Vec<Change> = rows.into_iter().map(|row| row.change).collect();
    let kept = read(&disk, "binlog.000001");
    assert!(kept.last().expect("events").end > 2 * 256 * 1024, "three windows");
    assert_eq!(kept.iter().flat_map(changes).collect::<Vec<_>>(), expected, "kept");
    let reader = Reader::open(&disk, "binlog.000001").expect("it opens");
    let streamed = reader.flat_map(|entry| changes(&entry.expect("it is whole")));
    assert_eq!(streamed.collect::<Vec<_>>(), expected, "streamed");
}

#[test]
fn a_file_ends_after_the_transaction_that_fills_it() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options { max_binlog_size: 4096, ..Options::default() });
    let t = table(1, "t");
    for n in 0..120 {
        let mut trx = log.transaction(1, Xid(n), 0);
        trx.rows(&[insert(&t, n as i64, 40 + n as usize * 97 % 400)]);
        let position = log.commit(trx).expect("the disk is well");
        assert!(position.offset < 4096 + 700);
    }
    let files = log.files();
    assert!(files.len() > 10, "{files:?}");
    for (n, name) in files.iter().enumerate() {
        let entries = read(&disk, name);
        let Some(next) = files.get(n + 1) else { break };
        let last = &entries[entries.len() - 1];
        assert_eq!(last.event, Event::Rotate { next_file: next.clone(), position: 4 });
        assert!(last.offset >= 4096, "not before it is full");
        assert_eq!(entries[entries.len() - 2].header.kind, Kind::XID, "not inside a transaction");
        assert_eq!(entries[0].header.flags & 1, 0, "closed");
    }
}

fn value(ty: ColumnType) -> BoxedStrategy<Value> {
    match ty {
        ColumnType::Int { unsigned: true, bytes } => {
            any::<u64>().prop_map(move |v| Value::UInt(v >> (64 - 8 * u32::from(bytes)))).boxed()
        }
        ColumnType::Int { bytes, .. } => {
            any::<i64>().prop_map(move |v| Value::Int(v >> (64 - 8 * u32::from(bytes)))).boxed()
        }
        ColumnType::Double => any::<i32>().prop_map(|v| Value::Double(f64::from(v) / 8.0)).boxed(),
        ColumnType::Decimal { precision, scale, .. } => {
            let (whole, part) = (precision - scale, scale);
            let pattern = format!("-?[1-9][0-9]{{0,{}}}[.][0-9]{{{part}}}", whole - 1);
            proptest::string::string_regex(&pattern).expect("a pattern").prop_map(Value::Decimal).boxed()
        }
        ColumnType::Varchar { max_bytes } | ColumnType::Char { max_bytes } => {
            prop::collection::vec(any::<u8>(), 0..=usize::from(max_bytes.min(300))).prop_map(Value::Bytes).boxed()
        }
        _ => prop::collection::vec(any::<u8>(), 0..=255).prop_map(Value::Bytes).boxed(),
    }
}

const TYPES: [ColumnType; 12] = [
    ColumnType::INT,
    ColumnType::BIGINT,
    ColumnType::Int { bytes: 1, unsigned: true },
    ColumnType::Int { bytes: 2, unsigned: false },
    ColumnType::Int { bytes: 3, unsigned: false },
    ColumnType::Int { bytes: 8, unsigned: true },
    ColumnType::Double,
    ColumnType::Decimal { precision: 23, scale: 10, unsigned: false },
    ColumnType::Varchar { max_bytes: 255 },
    ColumnType::Varchar { max_bytes: 1000 },
    ColumnType::Char { max_bytes: 700 },
    ColumnType::Blob { length_bytes: 1 },
];

/// A table of random columns and changes of its rows.
fn history() -> impl Strategy<Value = (Arc<TableMap>, Vec<Change>)> {
    prop::collection::vec((0..TYPES.len(), any::<bool>()), 1..20).prop_flat_map(|shape| {
        let columns: Vec<Column> = (shape.iter().enumerate())
            .map(|(i, (ty, nullable))| Column { nullable: *nullable, ..Column::new(&format!("c{i}"), TYPES[*ty]) })
            .collect();
        let row: Vec<BoxedStrategy<Value>> = (columns.iter())
            .map(|c| if c.nullable { prop_oneof![Just(Value::Null), value(c.ty)].boxed() } else { value(c.ty) })
            .collect();
        let change = (0..3, row.clone(), row).prop_map(|(what, before, after)| match what {
            0 => Change::Insert(after),
            1 => Change::Update { before, after },
            _ => Change::Delete(before),
        });
        let table =
            TableMap { id: 9, db: "d".into(), table: "t".into(), columns, primary_key: Vec::new(), has_signs: true };
        (Just(Arc::new(table)), prop::collection::vec(change, 1..30))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(20, 60), ..ProptestConfig::default() })]

    /// Random changes are read in order, with their table; reversing them twice gives them again.
    #[test]
    fn random_changes_round_trip((table, changes) in history()) {
        let disk = SimDisk::new(1);
        let log = open(&disk, Options::default());
        let mut trx = log.transaction(1, Xid(1), 0);
        let all: Vec<RowChange> = changes.into_iter().map(|change| RowChange { table: table.clone(), change }).collect();
        trx.rows(&all);
        log.commit(trx).expect("the disk is well");
        let entries = read(&disk, "binlog.000001");
        let mut found = Vec::new();
        for entry in &entries {
            if let Event::Rows(rows) = &entry.event {
                prop_assert_eq!(&rows.table, &table);
                found.extend(rows.changes().map(|c| RowChange { table: rows.table.clone(), change: c.expect("it was checked") }));
            }
        }
        prop_assert_eq!(&found, &all);
        let mut undo = flashback::reverse("binlog.000001", &entries, &flashback::Scope::ALL).expect("only rows").remove(0).changes;
        undo.reverse();
        let back: Vec<RowChange> = undo.into_iter().map(|c| RowChange { change: c.change.reversed(), ..c }).collect();
        prop_assert_eq!(back, all);
    }
}

#[test]
fn sync_binlog_counts_groups() {
    for (sync_binlog, syncs) in [(0, 0), (1, 9), (3, 3), (5, 1)] {
        let disk = SimDisk::new(1);
        let log = open(&disk, Options { sync_binlog, ..Options::default() });
        let before = disk.counts().syncs;
        for n in 0..9 {
            log.commit(log.transaction(1, Xid(n), 0)).expect("the disk is well");
        }
        assert_eq!((log.counts().syncs, disk.counts().syncs - before), (syncs, syncs), "sync_binlog = {sync_binlog}");
        log.close().expect("the disk is well");
        assert_eq!(
            Reader::open(&disk.power_loss(0), "binlog.000001").expect("it opens").count(),
            2 + 9 * 3 + 1,
            "closing syncs"
        );
    }
}

/// The same log as a server without checksums writes it: MySQL 5.5 (`old`), or a later one with `binlog_checksum =
/// NONE`.
fn without_checksums(bytes: &[u8], old: bool) -> Vec<u8> {
    let mut out = bytes[..4].to_vec();
    let mut rest = &bytes[4..];
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[9..13].try_into().expect("4 bytes")) as usize;
        let (event, tail) = rest.split_at(len);
        rest = tail;
        let start = out.len();
        let first = start == 4;
        out.extend_from_slice(&event[..len - if first && old { 5 } else { 4 }]);
        if first && old {
            out[start + 21..start + 27].copy_from_slice(b"5.5.62");
        } else if first {
            *out.last_mut().expect("bytes") = 0;
            out.extend([0; 4]);
        }
        let (len, next) = (out.len() - start, out.len());
        out[start + 9..start + 13].copy_from_slice(&(len as u32).to_le_bytes());
        out[start + 13..start + 17].copy_from_slice(&(next as u32).to_le_bytes());
        if first && !old {
            let sum = checksum(&out[start..next - 4]);
            out[next - 4..].copy_from_slice(&sum.to_le_bytes());
        }
    }
    out
}

#[test]
fn logs_without_checksums_are_read() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options::default());
    let mut trx = log.transaction(1, Xid(1), 0);
    trx.rows(&[insert(&table(1, "t"), 1, 10)]);
    log.commit(trx).expect("the disk is well");
    log.close().expect("the disk is well");
    let file = disk.open("binlog.000001").expect("it is there");
    let mut bytes = vec![0; file.len().expect("a length") as usize];
    file.read_at(0, &mut bytes).expect("it is there");
    let events = |bytes: Vec<u8>| -> Vec<Event> {
        Reader::over("x", bytes).expect("it opens").skip(1).map(|entry| entry.expect("it is whole").event).collect()
    };
    let summed = events(bytes.clone());
    assert_eq!(summed.len(), 7);
    assert_eq!(events(without_checksums(&bytes, false)), summed);
    assert_eq!(events(without_checksums(&bytes, true)), summed);
}

#[test]
fn flashback_undoes_the_newest_first_and_refuses_what_it_cannot_reverse() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options::default());
    let t = table(1, "t");
    let update =
        |from, to| RowChange { table: t.clone(), change: Change::Update { before: row(1, from), after: row(1, to) } };
    for (n, changes) in [vec![insert(&t, 1, 1)], vec![update(1, 2), update(2, 3)]].iter().enumerate() {
        let mut trx = log.transaction(1, Xid(n as u64), 0);
        trx.rows(changes);
        log.commit(trx).expect("the disk is well");
    }
    let entries = read(&disk, "binlog.000001");
    let undos = flashback::reverse("binlog.000001", &entries, &flashback::Scope::ALL).expect("only rows");
    let changes: Vec<RowChange> = undos.iter().flat_map(|undo| undo.changes.clone()).collect();
    let remove = RowChange { table: t.clone(), change: Change::Delete(row(1, 1)) };
    assert_eq!(changes, [update(3, 2), update(2, 1), remove]);
    assert!(undos[0].offset > undos[1].offset);

    let refused = |entries: &[Entry]| {
        flashback::reverse("binlog.000001", entries, &flashback::Scope::ALL).expect_err("it is refused").to_string()
    };
    let last = entries.len() - 1;
    assert!(refused(&entries[..last]).ends_with("a transaction without its end cannot be reversed"));
    assert!(refused(&entries[last - 1..]).ends_with("a transaction without its start cannot be reversed"));
    let mut text = log.transaction(1, Xid(3), 0);
    text.statement("lab", "delete from t");
    log.commit(text).expect("the disk is well");
    assert!(refused(&read(&disk, "binlog.000001")).ends_with("`delete from t` cannot be reversed"));
}
