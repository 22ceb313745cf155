//! What does a row lock cost, without contention and with a thousand waiters?
//!
//! - `one/…`: a transaction that locks one record and ends; the same with a table lock and a second record (goal: lock
//!   and release ≤ 250 ns).
//! - `insert/…`: the check of an insert into a gap that is not locked, and into a gap that the inserter itself has
//!   locked, where the new record inherits the gap lock.
//! - `scan/1M`: next-key locks on a million records, 100 to a leaf, and their release; printed: bytes per lock (goal:
//!   a million ≤ 100 MB).
//! - `crowd/1000`: a thousand waiters on one record; then the holder releases it, and each waiter in its turn.
//! - `deadlock/1000`: a request that begins to wait at the end of a chain of a thousand waiting transactions: the
//!   check walks it all.
//!
//! `INNOLAB_SMOKE=1` runs small sizes.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use innolab_base::{CondvarPark, Events, IndexId, Waiter};
use innolab_benches::size;
use innolab_lock::{
    Answer, LockTable, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, WaitOutcome, WaitPolicy,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn table() -> LockTable {
    LockTable::new(Arc::new(CondvarPark), Events::none())
}

const GRANTED: Answer = Answer::Granted { fresh: true };

fn lock(table: &LockTable, owner: Owner, number: u64, mode: RecordMode) -> Answer {
    let key = number.to_be_bytes();
    let at = RecordId { index: IndexId(7), leaf: number / 100, key: RecordKey::Key(&key) };
    table.lock_record(owner, &at, mode, 0, WaitPolicy::Wait)
}

fn seat(session: u64) -> Arc<Waiter> {
    Arc::new(Waiter::new(session))
}

fn one(c: &mut Criterion) {
    let mut group = c.benchmark_group("one");
    let (table, seat) = (table(), seat(1));
    let mut number = 0u64;
    group.bench_function("record lock + release", |b| {
        b.iter(|| {
            number += 1;
            let owner = table.begin(seat.clone());
            assert_eq!(lock(&table, owner, number, RecordMode::XRec), GRANTED);
            table.release_all(owner);
        });
    });
    group.bench_function("table lock, two records, release", |b| {
        b.iter(|| {
            number += 1;
            let owner = table.begin(seat.clone());
            assert_eq!(table.lock_table(owner, Table(1), TableMode::Ix, 0, WaitPolicy::Wait), GRANTED);
            assert_eq!(lock(&table, owner, number, RecordMode::XRec), GRANTED);
            assert_eq!(lock(&table, owner, number + (1 << 40), RecordMode::XRec), GRANTED);
            table.release_all(owner);
        });
    });
    let owner = table.begin(seat.clone());
    group.bench_function("record lock + unlock, transaction goes on", |b| {
        b.iter(|| {
            number = (number + 1) % 4096;
            assert_eq!(lock(&table, owner, number, RecordMode::XRec), GRANTED);
            table.unlock_record(owner, IndexId(7), RecordKey::Key(&number.to_be_bytes()), RecordMode::XRec);
        });
    });
    assert_eq!(lock(&table, owner, 5, RecordMode::X), GRANTED);
    group.bench_function("record lock held already", |b| {
        b.iter(|| assert_eq!(lock(&table, owner, 5, RecordMode::SRec), Answer::Granted { fresh: false }));
    });
    assert_eq!(table.size().locks, 1);
    group.finish();
}

fn insert(c: &mut Criterion) {
    let mut group = c.benchmark_group("insert");
    let table = table();
    let owner = table.begin(seat(1));
    group.bench_function("into a free gap", |b| {
        b.iter(|| black_box(lock(&table, owner, 9, RecordMode::Insert)));
    });
    assert_eq!(table.size().locks, 0, "an insert that need not wait leaves no lock");
    let end = RecordId { index: IndexId(7), leaf: 0, key: RecordKey::Supremum };
    assert_eq!(table.lock_record(owner, &end, RecordMode::X, 0, WaitPolicy::Wait), GRANTED);
    let mut number = 0u64;
    group.bench_function("into an own gap, inherited, unlocked", |b| {
        b.iter(|| {
            number += 1;
            let key = number.to_be_bytes();
            assert_eq!(
                table.lock_record(owner, &end, RecordMode::Insert, 0, WaitPolicy::Wait),
                Answer::Granted { fresh: false }
            );
            table.inherit_on_insert(&RecordId { index: IndexId(7), leaf: 0, key: RecordKey::Key(&key) }, &end);
            table.unlock_record(owner, IndexId(7), RecordKey::Key(&key), RecordMode::XGap);
        });
    });
    assert_eq!(table.size().locks, 1);
    group.finish();
}

fn scan(c: &mut Criterion) {
    let rows: u64 = size(10_000, 1_000_000);
    let table = table();
    let run = |table: &LockTable| {
        let owner = table.begin(seat(1));
        let started = Instant::now();
        for number in 0..rows {
            assert_eq!(lock(table, owner, number, RecordMode::X), GRANTED);
        }
        let locked = started.elapsed();
        let memory = table.size();
        let weight = table.weight(owner);
        table.release_all(owner);
        (locked, started.elapsed() - locked, memory, weight)
    };
    let (locked, released, memory, weight) = run(&table);
    let per = |time: Duration| time.as_nanos() as f64 / rows as f64;
    println!(
        "scan: {rows} locks in {} bytes = {:.1} bytes per lock; {:.0} ns to lock, {:.0} ns to release each; weight {weight}",
        memory.bytes,
        memory.bytes as f64 / rows as f64,
        per(locked),
        per(released)
    );
    assert_eq!((memory.locks as u64, weight), (rows, rows.div_ceil(100)));
    assert!(memory.bytes as u64 <= 100 * rows.max(100_000), "a million held locks fit in 100 MB");
    let mut group = c.benchmark_group("scan");
    group.sample_size(10).bench_function(size("10k", "1M"), |b| b.iter(|| run(&table)));
    group.finish();
    assert!(table.size().bytes < 1 << 20, "the memory has been given back");
}

/// Returns a table of `n` transactions: the first holds a record and the others wait for it.
fn crowd(n: u64) -> (LockTable, Vec<(Owner, Option<innolab_lock::Ticket>)>) {
    let table = table();
    let owners: Vec<_> = (0..n)
        .map(|session| {
            let owner = table.begin(seat(session));
            match lock(&table, owner, 5, RecordMode::XRec) {
                Answer::Wait(ticket) => (owner, Some(ticket)),
                answer => {
                    assert_eq!((session, answer), (0, GRANTED));
                    (owner, None)
                }
            }
        })
        .collect();
    (table, owners)
}

fn waiters(c: &mut Criterion) {
    let n = size(50, 1000);
    let mut group = c.benchmark_group("crowd");
    group.sample_size(10);
    group.bench_function(format!("{n} queue"), |b| b.iter_with_large_drop(|| crowd(n)));
    group.bench_function(format!("{n} are granted one by one"), |b| {
        b.iter_batched(
            || crowd(n),
            |(table, owners)| {
                for (owner, ticket) in owners {
                    if let Some(ticket) = ticket {
                        assert_eq!(table.wait(ticket, Some(0)), WaitOutcome::Granted);
                    }
                    table.release_all(owner);
                }
                assert_eq!(table.size().locks, 0);
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Transaction k holds record k and waits for record k + 1; the last holds its record only.
fn deadlock(c: &mut Criterion) {
    let n: u64 = size(50, 1000);
    let table = table();
    let owners: Vec<Owner> = (0..n).map(|session| table.begin(seat(session))).collect();
    for (number, owner) in owners.iter().enumerate() {
        assert_eq!(lock(&table, *owner, number as u64, RecordMode::XRec), GRANTED);
    }
    for (number, owner) in owners.iter().enumerate().take(n as usize - 1) {
        assert!(matches!(lock(&table, *owner, number as u64 + 1, RecordMode::XRec), Answer::Wait(_)));
    }
    let mut group = c.benchmark_group("deadlock");
    let free = table.begin(seat(n));
    group.bench_function(format!("no circle, chain of {n}"), |b| {
        b.iter(|| {
            assert!(matches!(lock(&table, free, 0, RecordMode::XRec), Answer::Wait(_)));
            table.cancel(free);
        });
    });
    let last = owners[n as usize - 1];
    group.bench_function(format!("circle of {n}, found, reported, the victim is the requester"), |b| {
        b.iter(|| match lock(&table, last, 0, RecordMode::XRec) {
            // All weigh two structures: the one that closes the circle is the victim.
            Answer::Deadlock(report) => {
                assert_eq!((report.cycle.len() as u64, report.start), (n, Some(report.victim)));
            }
            other => panic!("{other:?}"),
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(size(10, 200)))
        .measurement_time(Duration::from_millis(size(50, 1000)))
        .sample_size(size(10, 30));
    targets = one, insert, scan, waiters, deadlock
}
criterion_main!(benches);
