//! How fast are events written to the binary log and read back, and what does a durable commit cost as the number of
//! committers grows?
//!
//! - `write/…`: transactions of one row, and of 1000 rows, into a log that is not synced: encoding, checksums, one
//!   write a transaction.
//! - `read/…`: the same files read back: every event decoded and its checksum verified (`events`), and every row
//!   decoded to values (`values`).
//! - `durable/…`: `sync_binlog = 1` and one engine that syncs its prepares, with 1, 2, 4, 16 committers; beside them
//!   the machine's own write + sync of 400 bytes (goal: one committer ≥ 0.45 × that; 16 committers ≥ 6 × one).
//!   Printed and checked: syncs of the log per commit.
//!
//! Last come the two goals as ratios, from one interleaved run.
//!
//! `INNOLAB_SMOKE=1` runs small sizes.
#![allow(missing_docs)] // criterion's macros make functions without docs

#[path = "../../crates/binlog/examples/toy/mod.rs"]
mod toy;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use innolab_base::{Events, Xid};
use innolab_benches::size;
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Event, Options, Participant, Reader, RowChange, TableMap, Transaction,
    Value,
};
use innolab_disk::{Disk, OsDisk};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use toy::Toy;

fn table() -> Arc<TableMap> {
    let columns = vec![Column::new("id", ColumnType::BIGINT), Column::new("v", ColumnType::Varchar { max_bytes: 200 })];
    Arc::new(TableMap { id: 1, db: "lab".into(), table: "t".into(), columns, primary_key: vec![0], has_signs: true })
}

fn inserts(table: &Arc<TableMap>, n: u64) -> Vec<RowChange> {
    let row = |i: u64| vec![Value::Int(i as i64), Value::Bytes(vec![b'v'; 100])];
    (0..n).map(|i| RowChange { table: table.clone(), change: Change::Insert(row(i)) }).collect()
}

fn open(disk: &Arc<OsDisk>, sync_binlog: u32, engines: Vec<Arc<dyn Participant>>) -> Coordinator {
    let options = Options { sync_binlog, ..Options::default() };
    Coordinator::open(disk.clone(), options, engines, 1_700_000_000, Events::none()).expect("a new log").0
}

fn fresh() -> (TempDir, Arc<OsDisk>) {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = Arc::new(OsDisk::open(dir.path()).expect("it is new"));
    (dir, disk)
}

fn transaction(log: &Coordinator, xid: u64, changes: &[RowChange]) -> Transaction {
    let mut transaction = log.transaction(1, Xid(xid), 1_700_000_000_000_000);
    transaction.rows(changes);
    transaction
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    for (name, rows) in [("one row", 1), ("1000 rows", 1000)] {
        let changes = inserts(&table(), rows);
        let (_dir, disk) = fresh();
        let log = open(&disk, 0, Vec::new());
        let mut xid = 0;
        group.throughput(Throughput::Elements(rows));
        group.bench_function(name, |b| {
            b.iter(|| {
                xid += 1;
                log.commit(transaction(&log, xid, &changes)).expect("there is room")
            });
        });
        assert_eq!(log.counts().transactions, xid);
    }
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for (name, rows, transactions) in [("one row", 1, 20_000u64), ("1000 rows", 1000, 100)] {
        let transactions = size(10, transactions);
        let (_dir, disk) = fresh();
        let log = open(&disk, 0, Vec::new());
        let changes = inserts(&table(), rows);
        (0..transactions).for_each(|xid| drop(log.commit(transaction(&log, xid, &changes)).expect("there is room")));
        log.close().expect("there is room");
        let entries =
            || Reader::open(&*disk, "binlog.000001").expect("it is a log").map(|entry| entry.expect("it is whole"));
        let count = entries().count() as u64;
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("events, {name}"), |b| b.iter(|| assert_eq!(entries().count() as u64, count)));
        group.throughput(Throughput::Elements(rows * transactions));
        group.bench_function(format!("values, {name}"), |b| {
            b.iter(|| {
                let changes = entries().map(|entry| match &entry.event {
                    Event::Rows(rows) => {
                        rows.changes().inspect(|change| assert!(black_box(change).is_ok(), "it was walked")).count()
                            as u64
                    }
                    _ => 0,
                });
                assert_eq!(changes.sum::<u64>(), rows * transactions);
            });
        });
    }
}

/// Commits `each` transactions on each of `committers` threads; returns the time for all.
fn race(log: &Coordinator, toy: &Toy, next: &AtomicU64, changes: &[RowChange], committers: u64, each: u64) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..committers {
            scope.spawn(|| {
                for _ in 0..each {
                    let xid = next.fetch_add(1, Ordering::Relaxed);
                    toy.put(Xid(xid), b"key", xid);
                    log.commit(transaction(log, xid, changes)).expect("there is room");
                }
            });
        }
    });
    start.elapsed()
}

fn durable(c: &mut Criterion) {
    let mut group = c.benchmark_group("durable");
    let changes = inserts(&table(), 1);
    let each = size(2, 16);
    for committers in size(&[1, 4][..], &[1, 2, 4, 16]) {
        let (_dir, disk) = fresh();
        let toy = Toy::open(&*disk, "toy").expect("there is room");
        let log = open(&disk, 1, vec![toy.clone()]);
        let next = AtomicU64::new(1);
        group.throughput(Throughput::Elements(each * committers));
        group.bench_function(format!("{committers} committers"), |b| {
            b.iter_custom(|n| race(&log, &toy, &next, &changes, *committers, n * each));
        });
        let counts = log.counts();
        assert_eq!(counts.transactions, toy.committed().len() as u64, "every commit is in the engine");
        if counts.transactions == 0 {
            continue; // filtered out
        }
        let ratio = counts.syncs as f64 / counts.transactions as f64;
        println!("{committers} committers: {ratio:.3} syncs of the log per commit ({} commits)", counts.transactions);
        match committers {
            1 => assert_eq!(ratio, 1.0, "alone, a commit is a group"),
            16 => assert!(ratio < 0.5, "groups grow with the committers: {ratio}"),
            _ => {}
        }
    }

    group.throughput(Throughput::Elements(1));
    let (_dir, disk) = fresh();
    let file = disk.create("plain").expect("it is new");
    let mut at = 0;
    group.bench_function("machine: write + sync", |b| {
        b.iter(|| {
            file.write_at(at, &[1; 400]).expect("there is room");
            file.sync().expect("the disk is sound");
            at += 400;
        });
    });
}

/// Prints the goals as ratios: medians over rounds in which all three measurements take turns, so that noise of the
/// machine hits all alike.
fn ratios(_: &mut Criterion) {
    let (rounds, each) = size((1, 4), (9, 150));
    let (_dir, disk) = fresh();
    let toy = Toy::open(&*disk, "toy").expect("there is room");
    let log = open(&disk, 1, vec![toy.clone()]);
    let file = disk.create("plain").expect("it is new");
    let (changes, next) = (inserts(&table(), 1), AtomicU64::new(1));
    let mut ratios: Vec<[f64; 3]> = Vec::new();
    for round in 0..rounds {
        let start = Instant::now();
        for i in 0..each {
            file.write_at((round * each + i) * 400, &[1; 400]).expect("there is room");
            file.sync().expect("the disk is sound");
        }
        let per_second = |commits: u64, time: Duration| commits as f64 / time.as_secs_f64();
        let machine = per_second(each, start.elapsed());
        let one = per_second(each, race(&log, &toy, &next, &changes, 1, each));
        let crowd = per_second(16 * each, race(&log, &toy, &next, &changes, 16, each));
        ratios.push([machine, one / machine, crowd / one]);
    }
    let median = |i: usize| {
        let mut column: Vec<f64> = ratios.iter().map(|row| row[i]).collect();
        column.sort_by(f64::total_cmp);
        column[column.len() / 2]
    };
    println!(
        "machine: {:.0} write + sync a second; one committer {:.2} × that; 16 committers {:.1} × one",
        median(0),
        median(1),
        median(2)
    );
    assert_eq!(log.counts().transactions, rounds * each * 17);
}

fn config() -> Criterion {
    let (measure, warm) = size((50, 10), (2000, 300));
    Criterion::default()
        .sample_size(size(10, 20))
        .measurement_time(Duration::from_millis(measure))
        .warm_up_time(Duration::from_millis(warm))
}

criterion_group! { name = benches; config = config(); targets = write, read, durable, ratios }
criterion_main!(benches);
