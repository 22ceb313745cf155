//! How many groups a second can be appended, and how close do synced commits come to the disk's own sync rate, with one
//! committer and with sixteen?
//!
//! Appends are timed without the writes to the file, which happen between the timed stretches, and with them. A commit
//! is one 100-byte group, made durable. It is compared with the raw rate of "write 4 KiB, fdatasync" on a file of the
//! same size, interleaved in one run; medians of the rounds. Syncs are counted: sixteen committers must share them.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{Criterion, Throughput};
use innolab_base::Lsn;
use innolab_benches::size;
use innolab_disk::{Disk, File, OsDisk};
use innolab_redo::{Options, Redo};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PAYLOAD: [u8; 100] = [7; 100];

fn options() -> Options {
    let bytes = size(1 << 20, 64 << 20);
    Options { capacity_bytes: bytes, buffer_bytes: bytes as usize / 2 }
}

struct Bench {
    disk: Arc<dyn Disk>,
    redo: Redo,
    _dir: tempfile::TempDir,
}

fn new_log() -> Bench {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::open(dir.path()).expect("it can be locked"));
    let redo = Redo::create(&disk, &options()).expect("there is space");
    Bench { disk, redo, _dir: dir }
}

fn append(redo: &Redo) -> Lsn {
    let mut reservation = redo.reserve(PAYLOAD.len() as u64).expect("there is room");
    redo.append(&mut reservation, black_box(&PAYLOAD), |_, _| ()).1
}

fn make_room(redo: &Redo) {
    redo.flush_to(redo.current()).expect("it can be written");
    redo.checkpoint(redo.current()).expect("it can be written");
}

/// Appends `n` groups, with a checkpoint after each `batch` of them; returns the time of the appends alone.
fn append_many(redo: &Redo, n: u64, batch: u64) -> Duration {
    let mut time = Duration::ZERO;
    let mut left = n;
    while left > 0 {
        let now = left.min(batch);
        let start = Instant::now();
        for _ in 0..now {
            append(redo);
        }
        time += start.elapsed();
        make_room(redo);
        left -= now;
    }
    time
}

fn appends(c: &mut Criterion) {
    let bench = new_log();
    let group_bytes = (PAYLOAD.len() + innolab_redo::GROUP_HEAD_BYTES) as u64;
    let fits_buffer = options().buffer_bytes as u64 / 2 / group_bytes - 100;
    let fits_log = bench.redo.usable_bytes() / group_bytes - 100;
    let mut group = c.benchmark_group("redo/append 100 bytes");
    group.throughput(Throughput::Elements(1));
    group.bench_function("to the buffer", |b| b.iter_custom(|n| append_many(&bench.redo, n, fits_buffer)));
    group.bench_function("with writes to the file", |b| b.iter_custom(|n| append_many(&bench.redo, n, fits_log)));
    group.finish();
    let before = bench.redo.stats();
    assert_eq!(before.bytes, before.groups * group_bytes);
}

/// Returns how many times a second a block can be written and synced.
fn raw_rate(file: &dyn File, n: u64) -> f64 {
    let start = Instant::now();
    for i in 0..n {
        file.write_at(i / 32 * 4096, &[i as u8; 4096]).expect("there is space");
        file.sync().expect("it can be synced");
    }
    n as f64 / start.elapsed().as_secs_f64()
}

/// Returns durable commits a second by `threads` threads, and commits per sync.
fn commit_rate(redo: &Redo, threads: u64, n: u64) -> (f64, f64) {
    let syncs = redo.stats().syncs;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..n / threads).for_each(|_| redo.flush_to(append(redo)).expect("it can be synced")));
        }
    });
    let rate = n as f64 / start.elapsed().as_secs_f64();
    let per_sync = n as f64 / (redo.stats().syncs - syncs) as f64;
    make_room(redo);
    (rate, per_sync)
}

fn commits() {
    let (rounds, n) = size((1, 64), (7, 4096));
    let bench = new_log();
    let raw = bench.disk.create("raw").expect("there is space");
    raw.set_len(options().capacity_bytes).expect("there is space");
    raw.sync().expect("it can be synced");
    let mut rows: Vec<[f64; 5]> = (0..rounds)
        .map(|_| {
            // The device may still be busy with the previous measurement: each one begins with a few calls that do not
            // count.
            raw_rate(&*raw, n / 16);
            let raw = raw_rate(&*raw, n);
            commit_rate(&bench.redo, 1, n / 16);
            let (one, one_per_sync) = commit_rate(&bench.redo, 1, n);
            commit_rate(&bench.redo, 16, n / 4);
            let (many, many_per_sync) = commit_rate(&bench.redo, 16, n * 4);
            assert!(one_per_sync <= 1.0, "a commit that was acknowledged without a sync");
            [raw, one, one / raw, many / one, many_per_sync]
        })
        .collect();
    let mut median = |column: usize| {
        rows.sort_by(|a, b| a[column].total_cmp(&b[column]));
        rows[rows.len() / 2][column]
    };
    println!("redo/commit: raw write + fdatasync        {:>8.0} /s", median(0));
    println!("redo/commit: 1 committer                  {:>8.0} /s   {:.2} × raw", median(1), median(2));
    println!("redo/commit: 16 committers                {:>8.2} × one   {:.1} commits per sync", median(3), median(4));
    let groups = bench.redo.stats().groups;
    let current = bench.redo.current();
    drop(bench.redo);
    let (_, scan) = Redo::open(&bench.disk, &options()).expect("a log");
    assert_eq!((groups, scan.end), (rounds as u64 * (n * 5 + n / 16 + n / 4), current), "all commits are there");
}

/// Prints how many bytes of log a second a recovery reads and checks, which it does twice: to find the end of the log,
/// and to hand out its groups.
fn recovery() {
    let bench = new_log();
    let groups = bench.redo.usable_bytes() / 120 - 100;
    for _ in 0..groups {
        append(&bench.redo);
    }
    bench.redo.flush_to(bench.redo.current()).expect("it can be written");
    let bytes = bench.redo.stats().bytes;
    drop(bench.redo);
    let start = Instant::now();
    let (_, scan) = Redo::open(&bench.disk, &options()).expect("a log");
    let mut found = 0;
    let mut scanned = scan.groups();
    while let Some(group) = scanned.next().expect("whole") {
        found += u64::from(black_box(group.payload).len() == PAYLOAD.len());
    }
    let rate = bytes as f64 / start.elapsed().as_secs_f64() / 1e6;
    assert_eq!(found, groups);
    println!("redo/recovery: find the end, read all     {rate:>8.0} MB/s");
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    appends(&mut criterion);
    commits();
    recovery();
    criterion.final_summary();
}
