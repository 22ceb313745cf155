//! On a tree that fits in memory: how long do a point get, a scan, an insert, a removal and a sorted load take? How
//! much faster are two threads than one?
//!
//! Rows of an 8-byte key and a 100-byte value; 1 000 000 of them, 20 000 with `INNOLAB_SMOKE`. The disk is a real
//! directory; nothing is synced. The bin `side_by_side` has the comparison with LMDB.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_benches::size;
use innolab_btree::{FillFactor, Seek, Tree};
use innolab_disk::OsDisk;
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use std::hint::black_box;
use std::sync::Arc;
use tempfile::TempDir;

const VALUE: [u8; 100] = [7; 100];
/// Operations of one measured batch.
const BATCH: u64 = 1000;

fn rows() -> u64 {
    size(20_000, 1_000_000)
}

/// Returns the `i`-th key of a fixed random order: a bijection of 64-bit numbers, so keys are distinct.
fn random_key(i: u64) -> [u8; 8] {
    let mut x = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    x.to_be_bytes()
}

/// A tree, and the directory that it is in, which is removed with it.
struct Subject {
    tree: Tree,
    _dir: TempDir,
}

fn empty() -> Subject {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = Arc::new(OsDisk::open(dir.path()).expect("opens"));
    let options = Options { innodb_buffer_pool_size: 512 << 20, innodb_log_file_size: 512 << 20, ..Options::default() };
    let (store, _) = Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("opens");
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
    let tree = Tree::create(&store, &space, IndexId(1), Layout::new([Column::fixed(8), Column::fixed(100)], 1))
        .expect("a new tree");
    Subject { tree, _dir: dir }
}

fn insert(tree: &Tree, key: &[u8; 8]) {
    tree.insert(&[Some(key), Some(&VALUE)]).expect("inserts");
}

fn get(tree: &Tree, key: &[u8; 8]) -> usize {
    tree.get(&[Some(key)], |r| r.field(1).map_or(0, <[u8]>::len)).expect("reads").expect("is there")
}

fn scan(tree: &Tree, from: &[u8; 8], n: usize) -> usize {
    let mut cursor = tree.cursor();
    let mut there = cursor.seek(&[Some(from)], Seek::AtLeast).expect("seeks");
    let mut seen = 0;
    while there && seen < n {
        seen += usize::from(black_box(cursor.record().field(1)).is_some());
        there = cursor.next().expect("steps");
    }
    seen
}

fn reads(c: &mut Criterion) {
    let (n, subject) = (rows(), empty());
    let tree = &subject.tree;
    (0..n).for_each(|i| insert(tree, &random_key(i)));
    assert_eq!(tree.validate().expect("sound").records(), n);
    let mut group = c.benchmark_group("btree");
    group.throughput(Throughput::Elements(BATCH));
    let mut at = 0;
    let mut keys = move || {
        at = (at + 7919) % n;
        (at..at + BATCH).map(move |i| random_key(i * 31 % n))
    };
    group.bench_function("get/one thread", |b| b.iter(|| keys().map(|k| get(tree, &k)).sum::<usize>()));
    let mut at = 0;
    group.bench_function("get/two threads", |b| {
        b.iter(|| {
            at = (at + 7919) % n;
            let half = |from: u64| (from..from + BATCH / 2).map(|i| get(tree, &random_key(i * 31 % n))).sum::<usize>();
            std::thread::scope(|s| {
                let other = s.spawn(|| half(at));
                half(at + BATCH / 2) + other.join().expect("no panic")
            })
        })
    });
    group.throughput(Throughput::Elements(100));
    group.bench_function("scan of 100", |b| b.iter(|| scan(tree, &random_key(black_box(at)), 100)));
    group.throughput(Throughput::Elements(n));
    group.sample_size(10);
    group.bench_function("full scan", |b| b.iter(|| assert_eq!(scan(tree, &[0; 8], usize::MAX) as u64, n)));
    group.finish();
}

fn writes(c: &mut Criterion) {
    let n = rows();
    let mut group = c.benchmark_group("btree");
    group.sample_size(10);
    group.throughput(Throughput::Elements(BATCH));
    for (name, key) in [("random", random_key as fn(u64) -> [u8; 8]), ("ascending", u64::to_be_bytes)] {
        let subject = empty();
        let mut next = 0;
        (0..n / 2).for_each(|_| (insert(&subject.tree, &key(next)), next += 1).1);
        group.bench_function(format!("insert/{name}"), |b| {
            b.iter(|| {
                (next..next + BATCH).for_each(|i| insert(&subject.tree, &key(i)));
                next += BATCH;
            })
        });
        assert_eq!(subject.tree.validate().expect("sound").records(), next);
        group.bench_function(format!("remove and insert/{name}"), |b| {
            b.iter(|| {
                (0..BATCH).for_each(|i| assert!(subject.tree.remove(&[Some(&key(i))]).expect("removes")));
                (0..BATCH).for_each(|i| insert(&subject.tree, &key(i)));
            })
        });
        assert_eq!(subject.tree.validate().expect("sound").records(), next);
    }
    group.throughput(Throughput::Elements(n));
    group.bench_function("bulk load", |b| {
        b.iter_batched(empty, |subject| (load(&subject.tree, n), subject).1, BatchSize::PerIteration)
    });
    group.finish();
}

fn load(tree: &Tree, n: u64) {
    let mut i = 0u64;
    let added = tree.bulk_load(FillFactor::default(), 0, |record| {
        record.leaf(tree.layout(), &[Some(&i.to_be_bytes()[..]), Some(&VALUE)])?;
        i += 1;
        Ok(i <= n)
    });
    assert_eq!(added.expect("loads"), n);
}

criterion_group!(benches, reads, writes);
criterion_main!(benches);
