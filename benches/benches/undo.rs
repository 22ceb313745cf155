//! What does undo cost: appending a record, a small transaction with its purge, reading a record by its roll pointer, a
//! rollback? Do two threads append without waiting for each other?
//!
//! Records have 60 bytes, about what an update of one row keeps. All pages are in memory; nothing is synced. A check
//! asserts that small transactions allocate no pages: they reuse those of the transactions before them.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use innolab_base::{Events, SpaceId, SystemClock, TrxId, TrxNo};
use innolab_benches::size;
use innolab_disk::OsDisk;
use innolab_store::{Options, Store};
use innolab_undo::{Kind, Log, RollPtr, Undo};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PAYLOAD: [u8; 60] = [7; 60];

/// Number of records in one log before it is discarded.
fn records() -> u64 {
    size(2_000, 100_000)
}

struct Subject {
    store: Arc<Store>,
    undo: Undo,
    next: AtomicU64,
    _dir: TempDir,
}

impl Subject {
    fn new() -> Subject {
        let dir = tempfile::tempdir().expect("a directory");
        let disk = Arc::new(OsDisk::open(dir.path()).expect("opens"));
        let options =
            Options { innodb_buffer_pool_size: 256 << 20, innodb_log_file_size: 512 << 20, ..Options::default() };
        let (store, _) = Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("opens");
        let space = store.create_space(SpaceId(1), "undo.ibd").expect("a new file");
        let root = Undo::create(&store, &space).expect("made");
        let (undo, _) = Undo::open(&store, &space, root, Events::none()).expect("opens");
        Subject { store, undo, next: AtomicU64::new(1), _dir: dir }
    }

    fn draw(&self) -> u64 {
        self.next.fetch_add(1, Relaxed)
    }

    fn begin(&self) -> Log {
        self.undo.begin(TrxId(self.draw())).expect("begins")
    }

    /// One update and its commit.
    fn small(&self) {
        let mut log = self.begin();
        append(&mut log);
        log.commit(&mut || TrxNo(self.draw())).expect("commits");
    }

    fn purge(&self) -> u64 {
        let (mut n, mut into) = (0, vec![]);
        while let Some(mut history) = self.undo.next_purgeable(TrxNo(u64::MAX)).expect("reads") {
            while history.next(&mut into).expect("reads").is_some() {
                black_box(&into);
            }
            history.free().expect("freed");
            n += 1;
        }
        n
    }
}

fn append(log: &mut Log) -> RollPtr {
    log.append(Kind::Modify, black_box(&PAYLOAD)).expect("appended")
}

/// Appends `n` records, in logs whose discarding is not timed; returns the time of the appends.
fn append_many(subject: &Subject, n: u64) -> Duration {
    let (mut time, mut left) = (Duration::ZERO, n);
    while left > 0 {
        let now = left.min(records());
        let mut log = subject.begin();
        let start = Instant::now();
        for _ in 0..now {
            append(&mut log);
        }
        time += start.elapsed();
        assert_eq!(log.len(), now);
        log.discard().expect("discarded");
        left -= now;
    }
    time
}

fn appends(c: &mut Criterion) {
    let subject = Subject::new();
    let mut group = c.benchmark_group("undo/append");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one thread", |b| b.iter_custom(|n| append_many(&subject, n)));
    group.bench_function("two threads, each as many", |b| {
        b.iter_custom(|n| {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| append_many(&subject, n));
                append_many(&subject, n).max(other.join().expect("no panic"))
            })
        })
    });
    group.finish();
    assert!(subject.undo.validate().expect("sound").open.is_empty());
}

fn transactions(c: &mut Criterion) {
    let subject = Subject::new();
    subject.small();
    let created = subject.store.counts().pages_created;
    let mut group = c.benchmark_group("undo/transaction");
    group.throughput(Throughput::Elements(1));
    group.bench_function("begin, append, commit, purge", |b| {
        b.iter(|| {
            subject.small();
            subject.purge();
        })
    });
    assert_eq!((subject.store.counts().pages_created, subject.undo.history_length()), (created, 0));
    group.bench_function("begin, append, commit; purged every 1000", |b| {
        let mut n = 0;
        b.iter(|| {
            subject.small();
            n += 1;
            if n % 1000 == 0 {
                assert_eq!(subject.purge(), 1000);
            }
        });
        subject.purge();
    });
    group.bench_function("rolled back", |b| {
        let mut into = vec![];
        b.iter(|| {
            let mut log = subject.begin();
            append(&mut log);
            assert!(log.top(&mut into).expect("reads").is_some());
            log.discard().expect("discarded");
        })
    });
    group.finish();
    assert!(subject.undo.validate().expect("sound").open.is_empty());
}

fn reads(c: &mut Criterion) {
    let subject = Subject::new();
    let mut log = subject.begin();
    let roll_ptrs: Vec<_> = (0..records()).map(|_| append(&mut log)).collect();
    let (mut i, mut into) = (0, vec![]);
    let mut group = c.benchmark_group("undo/read");
    group.throughput(Throughput::Elements(1));
    group.bench_function("by roll pointer, in random order", |b| {
        b.iter(|| {
            i = (i + 61_681) % roll_ptrs.len();
            subject.undo.read(roll_ptrs[i], &mut into).expect("reads");
            assert_eq!(into.len(), PAYLOAD.len());
        })
    });
    group.finish();
    log.discard().expect("discarded");
}

criterion_group!(benches, appends, transactions, reads);
criterion_main!(benches);
