//! What does the engine cost above the bare tree, in a point read, an insert and a scan, with values encoded and
//! decoded? How close does a durable one-row statement come to the disk's own sync rate?
//!
//! Tree and engine do the same work in one run. Each bench checks what it read or wrote. `INNOLAB_SMOKE=1` runs
//! small sizes.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{BatchSize, Criterion, Throughput};
use innolab_base::Waiter;
use innolab_benches::size;
use innolab_disk::{Disk, OsDisk, SimDisk};
use innolab_engine::{
    ColumnDef, ColumnType, Columns, Datum, DuplicateLock, Engine, IndexNo, Isolation, KeyRange, Options, Table,
    TableDef, Transaction,
};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;

fn rows() -> i64 {
    size(2_000, 200_000)
}

fn table_def() -> TableDef {
    let column = |name: &str, ty| ColumnDef::new(name, ty, false);
    let id = column("id", ColumnType::Int { bytes: 8, unsigned: false });
    let columns = vec![id, column("v", ColumnType::VarBinary { bytes: 100 })];
    TableDef { name: "t".to_owned(), columns, primary_key: vec![0], ..TableDef::default() }
}

fn open(disk: Arc<dyn Disk>) -> (Arc<Engine>, Arc<Table>) {
    let engine = Engine::open(disk, Options::default()).expect("an empty directory");
    engine.create_table(table_def()).expect("there is space");
    let table = engine.table("t").expect("it was made");
    (engine, table)
}

/// Returns the `i`-th of the keys 0 … n − 1 in a scattered order.
fn mixed(i: i64, n: i64) -> i64 {
    (i * 7_919) % n
}

fn row(id: i64) -> [Datum; 2] {
    [Datum::Int(id), Datum::Bytes(vec![id as u8; 100])]
}

fn begin(engine: &Arc<Engine>) -> Transaction {
    engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead)
}

fn fill(engine: &Arc<Engine>, table: &Arc<Table>, n: i64) {
    let mut statement = begin(engine);
    for i in 0..n {
        statement.insert(table, &row(mixed(i, n)), DuplicateLock::Shared).expect("a new key");
    }
    statement.commit().expect("the log can be written");
}

fn count(engine: &Arc<Engine>, table: &Arc<Table>, range: &KeyRange) -> u64 {
    let mut n = 0;
    let mut statement = begin(engine);
    let mut visit = |row: &[Datum]| {
        black_box(row);
        n += 1;
        ControlFlow::Continue(())
    };
    statement.read(table, IndexNo::CLUSTERED, range, false, Columns::All, &mut visit).expect("it can be read");
    n
}

fn reads(c: &mut Criterion) {
    let n = rows();
    let (engine, table) = open(Arc::new(SimDisk::new(1)));
    fill(&engine, &table, n);
    let mut group = c.benchmark_group("engine read");
    group.throughput(Throughput::Elements(1));
    let mut i = 0;
    group.bench_function("point, tree", |b| {
        b.iter(|| {
            i += 1;
            let key = ((mixed(i, n) as u64) ^ (1 << 63)).to_be_bytes();
            let len =
                table.tree().get(&[Some(&key)], |record| record.field(3).map(<[u8]>::len)).expect("it can be read");
            assert_eq!(len, Some(Some(100)));
        })
    });
    group.bench_function("point, statement", |b| {
        b.iter(|| {
            i += 1;
            assert_eq!(count(&engine, &table, &KeyRange::equal(vec![Datum::Int(mixed(i, n))])), 1);
        })
    });
    group.throughput(Throughput::Elements(n as u64));
    group.sample_size(10);
    group.bench_function("all rows", |b| b.iter(|| assert_eq!(count(&engine, &table, &KeyRange::all()), n as u64)));
    group.finish();
}

fn inserts(c: &mut Criterion) {
    let n = rows() / 10;
    let mut group = c.benchmark_group("engine insert");
    group.throughput(Throughput::Elements(n as u64));
    group.sample_size(10);
    let fresh = || open(Arc::new(SimDisk::new(1)));
    group.bench_function("random, tree", |b| {
        b.iter_batched(
            fresh,
            |(_engine, table)| {
                for i in 0..n {
                    let key = ((mixed(i, n) as u64) ^ (1 << 63)).to_be_bytes();
                    let fields = [Some(&key[..]), Some(&[0; 6]), Some(&[0; 7]), Some(&[7; 100])];
                    table.tree().insert(&fields).expect("a new key");
                }
            },
            BatchSize::PerIteration,
        )
    });
    group.bench_function("random, one statement", |b| {
        b.iter_batched(fresh, |(engine, table)| fill(&engine, &table, n), BatchSize::PerIteration)
    });
    group.finish();
}

fn commits(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let beside = tempfile::tempdir().expect("a temporary directory");
    let (engine, table) = open(Arc::new(OsDisk::open(dir.path()).expect("it can be locked")));
    let raw = OsDisk::open(beside.path()).expect("it can be locked").create("raw").expect("there is space");
    raw.set_len(64 << 20).expect("there is space");
    let mut group = c.benchmark_group("engine durable");
    group.throughput(Throughput::Elements(1));
    let mut at = 0;
    group.bench_function("write 4 KiB, fdatasync", |b| {
        b.iter(|| {
            at = (at + 4096) % (64 << 20);
            raw.write_at(at, &[1; 4096]).and_then(|()| raw.sync()).expect("the disk is sound");
        })
    });
    let mut id = 0;
    group.bench_function("one-row statement", |b| {
        b.iter(|| {
            id += 1;
            let mut statement = begin(&engine);
            statement.insert(&table, &row(id), DuplicateLock::Shared).expect("a new key");
            statement.commit().expect("the log can be written");
        })
    });
    group.finish();
    assert_eq!(count(&engine, &table, &KeyRange::all()), id as u64);
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    reads(&mut c);
    inserts(&mut c);
    commits(&mut c);
    c.final_summary();
}
