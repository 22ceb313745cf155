//! How fast are the tree and the engine, compared with the stores that a user would pick instead?
//!
//! One interleaved run: each round does a work on all stores, one after the other, before the next work, so that noise
//! of the machine hits all of them. It prints medians over the rounds, and medians of the rounds' ratios: in the column
//! `: PEER`, our rates, in the order of the first four columns, divided by the peer's. Rows have an 8-byte key and a 100-byte value;
//! each store has 256 MiB of cache and inserts 1000 rows per transaction, without syncs. Then come single-row commits,
//! which are on disk before they are acknowledged.
//!
//! ```text
//! cargo run --release -p innolab-benches --bin side_by_side [-- --rows 1000000 --rounds 5 --only get --dir /tmp]
//! ```
//!
//! | peer     | what                                                                          |
//! |----------|-------------------------------------------------------------------------------|
//! | `btree`  | one index over the store: redo, no transactions                               |
//! | `engine` | a table: redo, undo, versions, locks; values decoded; no SQL                  |
//! | `btree, hash`, `engine, hash` | the same with `innodb_adaptive_hash_index` = ON          |
//! | LMDB     | a memory-mapped B+ tree, the fastest reader                                   |
//! | fjall    | a log-structured merge tree, the fastest at random inserts                    |
//! | redb     | a copy-on-write B tree in Rust                                                |
//! | SQLite   | prepared statements, with its write-ahead log                                 |
//!
//! `--alone PEER` does the works on one peer and prints its rates, for `perf stat -e instructions:u` or `perf record`;
//! with `--only durable`, single-row commits by 1 to 16 threads.
//!
//! Every answer is checked: a work that finds a wrong number of rows panics.
#![allow(clippy::unwrap_used)] // a bench that cannot go on must stop

mod ours;
mod peers;

use innolab_disk::{Disk, OsDisk};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

pub(crate) const VALUE: usize = 100;
pub(crate) const CACHE: usize = 256 << 20;
/// Rows of one transaction.
pub(crate) const BATCH: usize = 1000;
pub(crate) const SCAN: usize = 100;

/// A store under measurement.
trait Peer: Sync {
    /// Inserts rows with these keys, [`BATCH`] in a transaction.
    fn insert(&self, keys: &[u64]);
    /// Reads the rows of these keys; returns the number found.
    fn get(&self, keys: &[u64]) -> usize;
    /// Reads at most `SCAN` rows from each key on; returns the number of rows.
    fn scans(&self, keys: &[u64]) -> usize;
    /// Reads all rows in key order; returns their number.
    fn full(&self) -> usize;
    /// Loads the keys `0..rows` in order into an empty store, by the fastest means that it has.
    fn load(&self, rows: u64);
    /// Inserts a row in a transaction of its own; durable if the peer was opened so.
    fn commit_one(&self, _key: u64) {
        unreachable!("only for stores with transactions");
    }
}

/// Opens a peer in an empty directory.
type Open = fn(&Path) -> Box<dyn Peer>;

/// Number of our peers.
const OURS: usize = 4;

/// The peers of the works without syncs. The first [`OURS`] are ours; each is compared with all others.
const PEERS: [(&str, Open); 8] = [
    ("btree", |dir| Box::new(ours::Tree::open(dir, false))),
    ("engine", |dir| Box::new(ours::Rows::open(dir, 0, false, false))),
    ("btree, hash", |dir| Box::new(ours::Tree::open(dir, true))),
    ("engine, hash", |dir| Box::new(ours::Rows::open(dir, 0, false, true))),
    ("LMDB", |dir| Box::new(peers::Lmdb::open(dir, false))),
    ("fjall", |dir| Box::new(peers::Fjall::open(dir, false))),
    ("redb", |dir| Box::new(peers::Redb::open(dir, false))),
    ("SQLite", |dir| Box::new(peers::Sqlite::open(dir, false))),
];

/// The peers of the durable commits.
const DURABLE: [(&str, Open); 6] = [
    ("engine", |dir| Box::new(ours::Rows::open(dir, 1, false, false))),
    ("engine, binary log", |dir| Box::new(ours::Rows::open(dir, 1, true, false))),
    ("LMDB", |dir| Box::new(peers::Lmdb::open(dir, true))),
    ("fjall", |dir| Box::new(peers::Fjall::open(dir, true))),
    ("redb", |dir| Box::new(peers::Redb::open(dir, true))),
    ("SQLite", |dir| Box::new(peers::Sqlite::open(dir, true))),
];

fn value(key: u64) -> [u8; VALUE] {
    let mut v = [7; VALUE];
    v[..8].copy_from_slice(&key.to_le_bytes());
    v
}

/// Reads a byte of the value and returns 1, so that every store must fetch the row from memory.
fn look(value: &[u8]) -> usize {
    assert!(value.len() == VALUE);
    usize::from(value[50] == 7)
}

/// The works and their units, in the order in which a round does them.
const WORKS: [(&str, &str); 7] = [
    ("random insert", "rows/s"),
    ("point get", "gets/s"),
    ("point get, two threads", "gets/s"),
    ("scan of 100", "scans/s"),
    ("full scan", "rows/s"),
    ("sequential insert", "rows/s"),
    ("sorted bulk load", "rows/s"),
];

struct Load {
    rows: u64,
    /// All keys, in random order.
    keys: Vec<u64>,
    /// The keys in another random order, for point gets.
    gets: Vec<u64>,
    /// Keys at which scans start.
    starts: Vec<u64>,
}

impl Load {
    fn new(rows: u64) -> Load {
        // Multiplication by an odd number is a permutation of the 64-bit numbers.
        let key = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let keys: Vec<u64> = (0..rows).map(key).collect();
        let some = |n: u64, step: u64| (0..n).map(|i| keys[(i.wrapping_mul(step) % rows) as usize]).collect::<Vec<_>>();
        let gets = some(rows, 7_919 * 31);
        let mut starts = some(rows / 50, 104_729);
        // At least `SCAN` rows must follow each start.
        let last = {
            let mut k = keys.clone();
            k.sort();
            k[k.len() - SCAN]
        };
        starts.retain(|k| *k <= last);
        Load { rows, keys, gets, starts }
    }

    /// Returns the seconds per operation of a work on a peer. `empty` opens another, empty one.
    fn run(&self, work: usize, peer: &dyn Peer, empty: &dyn Fn() -> Box<dyn Peer>) -> f64 {
        let fresh = (work >= 5).then(empty);
        let start = Instant::now();
        let n = match work {
            0 => {
                peer.insert(&self.keys);
                self.keys.len()
            }
            1 => check(peer.get(&self.gets), self.gets.len()),
            2 => {
                let (one, other) = self.gets.split_at(self.gets.len() / 2);
                let found = std::thread::scope(|scope| {
                    let other = scope.spawn(|| peer.get(other));
                    peer.get(one) + other.join().unwrap()
                });
                check(found, self.gets.len())
            }
            3 => check(peer.scans(&self.starts), self.starts.len() * SCAN) / SCAN,
            4 => check(peer.full(), self.keys.len()),
            5 => {
                fresh.as_ref().unwrap().insert(&(0..self.rows).collect::<Vec<_>>());
                self.rows as usize
            }
            _ => {
                fresh.as_ref().unwrap().load(self.rows);
                self.rows as usize
            }
        };
        let seconds = start.elapsed().as_secs_f64() / n as f64;
        if let Some(fresh) = fresh {
            assert_eq!(fresh.full(), self.rows as usize);
        }
        seconds
    }
}

fn check(found: usize, want: usize) -> usize {
    assert_eq!(found, want, "rows are missing");
    found
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}

fn argument(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|a| a != name);
    args.nth(1)
}

/// Returns single-row commits per second by this number of threads.
fn commits(peer: &dyn Peer, threads: u64, commits: u64) -> f64 {
    let start = Instant::now();
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let key = next.fetch_add(1, Ordering::Relaxed);
                    if key >= commits {
                        break;
                    }
                    peer.commit_one(key.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                }
            });
        }
    });
    let rate = commits as f64 / start.elapsed().as_secs_f64();
    check(peer.full(), commits as usize);
    rate
}

/// Returns how many times per second the machine can write and sync a 4 KiB block.
fn syncs(dir: &Path, n: u64) -> f64 {
    let disk = OsDisk::create(dir).unwrap();
    let file = disk.create("syncs").unwrap();
    file.set_len(1 << 20).unwrap();
    file.sync().unwrap();
    let start = Instant::now();
    for i in 0..n {
        file.write_at(i % 256 * 4096, &[i as u8; 4096]).unwrap();
        file.sync().unwrap();
    }
    n as f64 / start.elapsed().as_secs_f64()
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir_in(argument("--dir").unwrap_or("/tmp".to_owned())).unwrap()
}

/// Returns the median of the ratios `a / b`, round by round.
fn ratio(a: &[f64], b: &[f64]) -> f64 {
    median(a.iter().zip(b).map(|(a, b)| a / b).collect())
}

/// Runs the works without syncs on all peers, and prints the table.
fn bulk(rows: u64, rounds: usize, only: &str) {
    let load = Load::new(rows);
    let mut costs = vec![vec![Vec::<f64>::new(); PEERS.len()]; WORKS.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        let dirs: Vec<_> = PEERS.iter().map(|_| temporary()).collect();
        let open: Vec<_> = PEERS.iter().zip(&dirs).map(|((_, open), dir)| open(dir.path())).collect();
        for (work, (name, _)) in WORKS.iter().enumerate() {
            // The reads need the rows of the first work.
            let needed = work == 0 && WORKS[1..5].iter().any(|(read, _)| read.contains(only));
            if !name.contains(only) && !needed {
                continue;
            }
            for (i, peer) in open.iter().enumerate() {
                let dir = temporary();
                costs[work][i].push(load.run(work, &**peer, &|| PEERS[i].1(dir.path())));
            }
        }
    }
    let names = PEERS.map(|(name, _)| name);
    println!("| work, {rows} rows | | {} | : {} |", names.join(" | "), names[OURS..].join(" | : "));
    println!("|---|---|{}", "---|".repeat(2 * PEERS.len() - OURS));
    for ((name, unit), costs) in WORKS.iter().zip(costs).filter(|(_, costs)| !costs[0].is_empty()) {
        let rates: Vec<Vec<f64>> = costs.iter().map(|of| of.iter().map(|seconds| 1.0 / seconds).collect()).collect();
        let rate = rates.iter().map(|of| format!("{:.0}", median(of.clone())));
        let ratios = |of: &Vec<f64>| {
            rates[..OURS].iter().map(|ours| format!("{:.2}", ratio(ours, of))).collect::<Vec<_>>().join(", ")
        };
        let cells: Vec<String> = rate.chain(rates[OURS..].iter().map(ratios)).collect();
        println!("| {name} | {unit} | {} |", cells.join(" | "));
    }
}

/// Runs the works once on one peer, for a profiler, and prints its rates; durable commits only with `--only durable`.
fn alone(name: &str, rows: u64, only: &str) {
    if only.starts_with("durable") {
        let (_, open) = DURABLE.iter().find(|(peer, _)| *peer == name).expect("a peer of the second table");
        for threads in [1, 2, 4, 8, 16] {
            let dir = temporary();
            println!("{threads} committing: {:.0} commits/s", commits(&*open(dir.path()), threads, rows));
        }
        return;
    }
    let (_, open) = PEERS.iter().find(|(peer, _)| *peer == name).expect("a peer of the table");
    let (load, dir) = (Load::new(rows), temporary());
    let peer = open(dir.path());
    for (work, (name, unit)) in WORKS.iter().enumerate() {
        let dir = temporary();
        if name.contains(only) || (work == 0 && WORKS[1..5].iter().any(|(read, _)| read.contains(only))) {
            println!("{name}: {:.0} {unit}", 1.0 / load.run(work, &*peer, &|| open(dir.path())));
        }
    }
}

/// Runs durable commits by one thread and by sixteen, and prints them beside the machine's rate of syncs.
fn durable(commits_of_one: u64, rounds: usize) {
    const THREADS: [u64; 2] = [1, 16];
    let mut rates = vec![vec![Vec::<f64>::new(); THREADS.len()]; DURABLE.len()];
    let mut machine = Vec::new();
    for _ in 0..rounds {
        machine.push(syncs(temporary().path(), commits_of_one));
        for (i, (_, open)) in DURABLE.iter().enumerate() {
            for (j, threads) in THREADS.iter().enumerate() {
                let dir = temporary();
                rates[i][j].push(commits(&*open(dir.path()), *threads, commits_of_one * if j == 0 { 1 } else { 4 }));
            }
        }
    }
    println!(
        "\n| durable commits of one row | 1 thread | : the machine's syncs ({:.0}/s) | 16 threads | : 1 thread |\n|---|---|---|---|---|",
        median(machine.clone())
    );
    for ((name, _), rates) in DURABLE.iter().zip(&rates) {
        let [one, sixteen] = [&rates[0], &rates[1]].map(|of| median(of.clone()));
        println!(
            "| {name} | {one:.0} | {:.2} | {sixteen:.0} | {:.2} |",
            ratio(&rates[0], &machine),
            ratio(&rates[1], &rates[0])
        );
    }
}

fn main() {
    let number = |name: &str, otherwise: u64| argument(name).map_or(otherwise, |n| n.parse().expect("a number"));
    let (rows, rounds) = (number("--rows", 1_000_000), number("--rounds", 5) as usize);
    let only = argument("--only").unwrap_or_default();
    if let Some(peer) = argument("--alone") {
        return alone(&peer, rows, &only);
    }
    if !"durable commits".contains(&only) || only.is_empty() {
        bulk(rows, rounds, &only);
    }
    if "durable commits".contains(&only) {
        durable((rows / 50).max(100), rounds);
    }
}
