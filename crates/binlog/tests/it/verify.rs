//! `verify` accepts a whole log, and reports each kind of damage by file, offset and rule.

use innolab_base::{Events, Xid};
use innolab_binlog::verify::{Ending, Verified, verify};
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Error, Event, Gtid, Kind, MAGIC, Options, Reader, Result, RowChange,
    Stamp, TableMap, Value, frame, seal,
};
use innolab_disk::{Disk, SimDisk};
use innolab_testing::size;
use std::sync::Arc;

/// A log of three files: two closed, one in use.
fn log() -> (SimDisk, Vec<String>) {
    let disk = SimDisk::new(1);
    let options = Options { max_binlog_size: 600, server_uuid: Some([7; 16]), ..Options::default() };
    let (log, _) = Coordinator::open(Arc::new(disk.clone()), options, Vec::new(), 1_700_000_000, Events::none())
        .expect("the disk is well");
    let columns = vec![Column::new("id", ColumnType::INT), Column::new("n", ColumnType::INT)];
    let table = Arc::new(TableMap {
        id: 1,
        db: "lab".into(),
        table: "t".into(),
        columns,
        primary_key: vec![0],
        has_signs: true,
    });
    for n in 1..=5 {
        let mut transaction = log.transaction(1, Xid(n), n * 1_000_000);
        let row = vec![Value::Int(n as i64), Value::Int(0)];
        transaction.rows(&[RowChange { table: table.clone(), change: Change::Insert(row) }]);
        log.commit(transaction).expect("the disk is well");
    }
    let files = log.files();
    (disk, files)
}

fn chain(disk: &SimDisk, files: &[String]) -> Result<Vec<Verified>> {
    let mut chain: Vec<Verified> = Vec::new();
    for name in files {
        chain.push(verify(Reader::open(disk, name)?, chain.last())?);
    }
    Ok(chain)
}

fn refused(disk: &SimDisk, files: &[String]) -> String {
    chain(disk, files).expect_err("it is not whole").to_string()
}

#[test]
fn a_whole_log_is_accepted_and_counted() {
    let (disk, files) = log();
    let chain = chain(&disk, &files).expect("it is whole");
    let counted: Vec<_> = chain.iter().map(|v| (v.transactions, v.rows, &v.ending)).collect();
    let rotated = |name: &str| Ending::Rotated(name.into());
    let want = [(2, 2, &rotated("binlog.000002")), (2, 2, &rotated("binlog.000003")), (1, 1, &Ending::InUse)];
    assert_eq!(counted, want);
}

#[test]
fn every_flipped_bit_is_an_error_or_a_torn_tail() {
    let (disk, files) = log();
    for (name, torn_allowed) in [(&files[0], false), (&files[2], true)] {
        let len = disk.open(name).and_then(|f| f.len()).expect("it is there");
        for at in (0..len).step_by(size(7, 1)) {
            let copy = disk.killed();
            let file = copy.open(name).expect("it is there");
            let mut byte = [0];
            file.read_at(at, &mut byte).expect("it is inside");
            file.write_at(at, &[byte[0] ^ 0x10]).expect("there is room");
            match chain(&copy, &files) {
                Err(Error::Corrupt { file, .. }) => assert_eq!(&file, name, "byte {at}"),
                Err(e) => panic!("byte {at}: {e}"),
                Ok(chain) => {
                    let torn = chain.iter().any(|v| matches!(v.ending, Ending::Torn(_)));
                    assert!(torn && torn_allowed, "byte {at} of {name}: not detected");
                }
            }
        }
    }
}

#[test]
fn r3_r4_the_chain_has_all_its_files_in_their_order() {
    let (disk, files) = log();
    let gap = [files[0].clone(), files[2].clone()];
    assert_eq!(refused(&disk, &gap), "binlog.000003: byte 0: the file before it names another next file");
    let swapped = [files[2].clone(), files[0].clone()];
    assert_eq!(
        refused(&disk, &swapped),
        "binlog.000001: byte 0: it does not have the number after the file before it: one is missing, or the order is wrong"
    );
    // A file of another log, with the right name and the wrong PREVIOUS_GTIDS.
    let copy = disk.killed();
    let (empty, names) = {
        let disk = SimDisk::new(2);
        let options = Options { server_uuid: Some([7; 16]), ..Options::default() };
        let (log, _) = Coordinator::open(Arc::new(disk.clone()), options, Vec::new(), 1, Events::none())
            .expect("the disk is well");
        (disk, log.files())
    };
    let source = empty.open(&names[0]).expect("it is there");
    let mut bytes = vec![0; source.len().expect("it is there") as usize];
    source.read_at(0, &mut bytes).expect("it is inside");
    let file = copy.open(&files[1]).expect("it is there");
    file.set_len(0).and_then(|()| file.write_at(0, &bytes)).expect("there is room");
    assert_eq!(
        refused(&copy, &files[..2]),
        "binlog.000002: byte 126: PREVIOUS_GTIDS is not what the files before it had"
    );
}

#[test]
fn r3_r4_a_file_that_was_never_closed_has_all_its_transactions() {
    let (disk, files) = log();
    let entries = Reader::open(&disk, &files[1]).and_then(Iterator::collect::<Result<Vec<_>>>).expect("it is whole");
    let cut = |end: u64| {
        let copy = disk.killed();
        let file = copy.open(&files[1]).expect("it is there");
        let in_use = file.write_at(4 + 17, &[1]);
        in_use.and_then(|()| file.set_len(end)).expect("there is room");
        chain(&copy, &files).map(|chain| (chain[1].transactions, chain[1].ending.clone())).map_err(|e| e.to_string())
    };
    let rotate = entries.last().expect("events").offset;
    assert_eq!(cut(rotate), Ok((2, Ending::InUse)));
    assert!(matches!(cut(rotate + 5), Ok((2, Ending::Torn(_)))));
    let why = "binlog.000003: byte 126: PREVIOUS_GTIDS is not what the files before it had";
    let last = entries.iter().rfind(|entry| matches!(entry.event, Event::Gtid(_))).expect("one");
    for end in [last.offset, last.end, rotate - 1] {
        assert_eq!(cut(end), Err(why.to_owned()), "a transaction is missing at byte {end}");
    }
}

/// Verifies a file of these events, with good checksums.
fn forged(events: &[(Kind, Vec<u8>)]) -> std::result::Result<Verified, String> {
    let (disk, files) = log();
    let mut reader = Reader::open(&disk, &files[0]).expect("it is whole");
    let first = reader.next_entry().expect("it is whole").expect("it is there");
    let mut bytes = vec![0; first.end as usize];
    disk.open(&files[0]).and_then(|f| f.read_at(0, &mut bytes)).expect("it is inside");
    let start = bytes.len();
    for (kind, body) in events {
        frame(&mut bytes, Stamp { timestamp: 1, server_id: 1 }, *kind, 0, |out| out.extend_from_slice(body));
    }
    seal(&mut bytes[start..], start as u64);
    assert_eq!(bytes[..4], MAGIC);
    verify(Reader::over("forged", bytes).expect("it begins well"), None).map_err(|e| e.to_string())
}

#[test]
fn r1_r2_misplaced_events_and_wrong_gtids_are_refused() {
    let (disk, files) = log();
    let entries = Reader::open(&disk, &files[0]).and_then(Iterator::collect::<Result<Vec<_>>>).expect("it is whole");
    let gtid = entries.iter().find_map(|e| match &e.event {
        Event::Gtid(gtid) => Some(gtid.clone()),
        _ => None,
    });
    let gtid = gtid.expect("it has one");
    let put = |gtid: Gtid| {
        let mut body = Vec::new();
        gtid.encode(&mut body);
        (Kind::GTID, body)
    };
    let query = |sql: &str| {
        let mut body = Vec::new();
        innolab_binlog::Query::new(1, "", sql).encode(&mut body);
        (Kind::QUERY, body)
    };
    let xid = || (Kind::XID, vec![0; 8]);
    let any = Gtid { transaction_len: 0, ..gtid.clone() };
    let whole = forged(&[put(any.clone()), query("BEGIN"), xid()]).expect("it is whole");
    assert_eq!((whole.transactions, whole.ending), (1, Ending::Cut));
    let wrong = |events: &[(Kind, Vec<u8>)]| {
        let error = forged(events).expect_err("it is not whole");
        error.splitn(3, ": ").nth(2).expect("file, byte, rule").to_owned()
    };
    assert_eq!(wrong(&[xid()]), "a transaction ends that has not begun");
    assert_eq!(wrong(&[put(any.clone()), query("BEGIN")]), "a closed file ends inside a transaction");
    assert_eq!(wrong(&[put(gtid.clone()), query("BEGIN"), xid()]), "a transaction is not as long as its GTID says");
    assert_eq!(
        wrong(&[put(any.clone()), query("x"), put(any.clone()), query("x")]),
        "the sequence numbers of the transactions do not ascend"
    );
    assert_eq!(
        wrong(&[put(Gtid { last_committed: gtid.sequence_number, ..any.clone() })]),
        "a transaction depends on one that is not before it"
    );
    let next = Gtid { sequence_number: gtid.sequence_number + 1, ..any.clone() };
    assert_eq!(
        wrong(&[put(any.clone()), query("x"), put(next), query("x")]),
        "the global ids of a server do not ascend"
    );
}
