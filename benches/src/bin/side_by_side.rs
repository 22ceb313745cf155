//! How fast is the tree beside LMDB, which a user would pick instead?
//!
//! One run, interleaved: each round does every work on one store and then on the other, so that what the machine does meanwhile hits
//! both. Told are medians over the rounds and their ratio. The work is that of the design's table: rows of an 8-byte key and a 100-byte
//! value, 256 MiB of cache, nothing synced but at the end.
//!
//! ```text
//! cargo run --release -p innolab-benches --bin side_by_side [-- --rows 1000000 --rounds 5 --only get]
//! ```
//!
//! Each answer is checked: a work that finds the wrong rows panics.
#![allow(clippy::unwrap_used)] // a bench that cannot go on shall stop

use heed::types::Bytes;
use heed::{Database, EnvFlags, EnvOpenOptions};
use innolab_base::{Events, IndexId, PageNo, SpaceId, SystemClock};
use innolab_btree::{FillFactor, Seek, Tree};
use innolab_disk::{Disk, OsDisk};
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const VALUE: usize = 100;
const CACHE: usize = 256 << 20;
/// Rows of one transaction.
const BATCH: usize = 1000;
const SCAN: usize = 100;

/// A store under measurement.
trait Peer {
    fn new(dir: &Path) -> Self;
    fn insert(&self, keys: &[u64]);
    fn get(&self, keys: &[u64]) -> usize;
    /// Rows seen from each key on, at most `SCAN`.
    fn scans(&self, keys: &[u64]) -> usize;
    fn full(&self) -> usize;
    /// Rows in key order into an empty store, by the means it has for that.
    fn load(&self, rows: u64);
}

fn value(key: u64) -> [u8; VALUE] {
    let mut v = [7; VALUE];
    v[..8].copy_from_slice(&key.to_le_bytes());
    v
}

/// What every read does with a row, so that both fetch it from memory.
fn look(value: &[u8]) -> usize {
    assert!(value.len() == VALUE);
    usize::from(value[50] == 7)
}

struct Lmdb {
    env: heed::Env,
    db: Database<Bytes, Bytes>,
}

impl Peer for Lmdb {
    fn new(dir: &Path) -> Lmdb {
        let mut options = EnvOpenOptions::new();
        options.map_size(4 << 30);
        // SAFETY: the directory is this run's own, and nobody else maps its file.
        #[allow(unsafe_code)]
        let env = unsafe { options.flags(EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC).open(dir) }.unwrap();
        let mut txn = env.write_txn().unwrap();
        let db = env.create_database(&mut txn, None).unwrap();
        txn.commit().unwrap();
        Lmdb { env, db }
    }

    fn insert(&self, keys: &[u64]) {
        for batch in keys.chunks(BATCH) {
            let mut txn = self.env.write_txn().unwrap();
            batch.iter().for_each(|k| self.db.put(&mut txn, &k.to_be_bytes(), &value(*k)).unwrap());
            txn.commit().unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        let txn = self.env.read_txn().unwrap();
        keys.iter().filter_map(|k| self.db.get(&txn, &k.to_be_bytes()).unwrap()).map(look).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let txn = self.env.read_txn().unwrap();
        let scan = |k: &u64| -> usize {
            let from = k.to_be_bytes();
            let range = (std::ops::Bound::Included(&from[..]), std::ops::Bound::Unbounded);
            self.db.range(&txn, &range).unwrap().take(SCAN).map(|row| look(row.unwrap().1)).sum()
        };
        keys.iter().map(scan).sum()
    }

    fn full(&self) -> usize {
        let txn = self.env.read_txn().unwrap();
        self.db.iter(&txn).unwrap().map(|row| look(row.unwrap().1)).sum()
    }

    fn load(&self, rows: u64) {
        for from in (0..rows).step_by(BATCH) {
            let mut txn = self.env.write_txn().unwrap();
            for k in from..rows.min(from + BATCH as u64) {
                self.db.put_with_flags(&mut txn, heed::PutFlags::APPEND, &k.to_be_bytes(), &value(k)).unwrap();
            }
            txn.commit().unwrap();
        }
    }
}

struct Ours {
    tree: Tree,
}

impl Peer for Ours {
    fn new(dir: &Path) -> Ours {
        let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir).unwrap());
        let options =
            Options { innodb_buffer_pool_size: CACHE as u64, innodb_log_file_size: 512 << 20, ..Options::default() };
        let (store, _) = Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).unwrap();
        let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
        let layout = Layout::new([Column::fixed(8), Column::fixed(VALUE as u16)], 1);
        let tree = Tree::create(&store, &space, IndexId(1), layout).unwrap();
        assert_eq!(tree.root(), PageNo(3));
        Ours { tree }
    }

    fn insert(&self, keys: &[u64]) {
        for k in keys {
            self.tree.insert(&[Some(&k.to_be_bytes()), Some(&value(*k))]).unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        let get = |k: &u64| {
            self.tree.get(&[Some(&k.to_be_bytes())], |r| look(r.field(1).unwrap_or_default())).unwrap().unwrap_or(0)
        };
        keys.iter().map(get).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let mut cursor = self.tree.cursor();
        let mut seen = 0;
        for k in keys {
            let mut there = cursor.seek(&[Some(&k.to_be_bytes())], Seek::AtLeast).unwrap();
            for _ in 0..SCAN {
                if !there {
                    break;
                }
                seen += look(cursor.record().field(1).unwrap_or_default());
                there = cursor.next().unwrap();
            }
        }
        seen
    }

    fn full(&self) -> usize {
        let (mut cursor, mut seen) = (self.tree.cursor(), 0);
        let mut there = cursor.first().unwrap();
        while there {
            seen += look(cursor.record().field(1).unwrap_or_default());
            there = cursor.next().unwrap();
        }
        seen
    }

    fn load(&self, rows: u64) {
        let mut k = 0;
        let layout = self.tree.layout();
        let next = |record: &mut innolab_page::Record| {
            if k == rows {
                return Ok(false);
            }
            record.leaf(layout, &[Some(&k.to_be_bytes()), Some(&value(k))])?;
            k += 1;
            Ok(true)
        };
        assert_eq!(self.tree.bulk_load(FillFactor::default(), next).unwrap(), rows);
    }
}

/// The works, in the order in which a round does them.
const WORKS: [(&str, &str); 6] = [
    ("random insert", "rows/s"),
    ("point get", "gets/s"),
    ("scan of 100", "scans/s"),
    ("full scan", "rows/s"),
    ("sequential insert", "rows/s"),
    ("sorted bulk load", "rows/s"),
];

struct Load {
    rows: u64,
    /// All keys, in random order.
    keys: Vec<u64>,
    /// Some of them, in another random order.
    asked: Vec<u64>,
    starts: Vec<u64>,
}

impl Load {
    fn new(rows: u64) -> Load {
        // An odd factor is a permutation of the 64-bit numbers.
        let key = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let keys: Vec<u64> = (0..rows).map(key).collect();
        let some = |n: u64, step: u64| (0..n).map(|i| keys[(i.wrapping_mul(step) % rows) as usize]).collect::<Vec<_>>();
        let asked = some(rows, 7_919 * 31);
        let mut starts = some(rows / 50, 104_729);
        // From each start on there must be a whole scan.
        let last = {
            let mut k = keys.clone();
            k.sort();
            k[k.len() - SCAN]
        };
        starts.retain(|k| *k <= last);
        Load { rows, keys, asked, starts }
    }

    /// What one operation of the work costs on a peer. `empty` makes an empty one.
    fn run<P: Peer>(&self, work: usize, peer: &P, empty: &dyn Fn() -> P) -> Cost {
        let fresh = (work >= 4).then(empty);
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let n = match work {
            0 => {
                peer.insert(&self.keys);
                self.keys.len()
            }
            1 => check(peer.get(&self.asked), self.asked.len()),
            2 => check(peer.scans(&self.starts), self.starts.len() * SCAN) / SCAN,
            3 => check(peer.full(), self.keys.len()),
            4 => {
                fresh.as_ref().unwrap().insert(&(0..self.rows).collect::<Vec<_>>());
                self.rows as usize
            }
            _ => {
                fresh.as_ref().unwrap().load(self.rows);
                self.rows as usize
            }
        };
        let seconds = Cost { wall: start.elapsed().as_secs_f64() / n as f64, cpu: (cpu_seconds() - cpu) / n as f64 };
        if let Some(fresh) = fresh {
            assert_eq!(fresh.full(), self.rows as usize);
        }
        seconds
    }
}

/// Seconds for one operation.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    /// Of the thread that works: what a busy machine does to the wall clock does not show here.
    cpu: f64,
}

/// Processor time of this thread, in seconds; 0 where Linux does not tell.
fn cpu_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
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

fn main() {
    let rows = argument("--rows").map_or(1_000_000, |n| n.parse().expect("--rows N"));
    let rounds = argument("--rounds").map_or(5, |n| n.parse().expect("--rounds N"));
    let only = argument("--only").unwrap_or_default();
    let load = Load::new(rows);
    let mut costs: Vec<(Vec<Cost>, Vec<Cost>)> = vec![(vec![], vec![]); WORKS.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        let dir = || tempfile::tempdir_in(argument("--dir").unwrap_or("/tmp".to_owned())).unwrap();
        let (a, b) = (dir(), dir());
        let (ours, lmdb) = (Ours::new(a.path()), Lmdb::new(b.path()));
        let mut more = vec![];
        for (work, (name, _)) in WORKS.iter().enumerate() {
            // The reads need the rows of the first work.
            let needed = work == 0 && ["point get", "scan of 100", "full scan"].iter().any(|w| w.contains(&only));
            if !name.contains(&only) && !needed {
                continue;
            }
            more.push((dir(), dir()));
            let (c, d) = more.last().unwrap();
            costs[work].0.push(load.run(work, &ours, &|| Ours::new(c.path())));
            costs[work].1.push(load.run(work, &lmdb, &|| Lmdb::new(d.path())));
        }
    }
    println!("| work, {rows} rows | | btree | LMDB | ratio | ratio of CPU time |\n|---|---|---|---|---|---|");
    for ((name, unit), (ours, lmdb)) in WORKS.iter().zip(costs).filter(|(_, r)| !r.0.is_empty()) {
        let rate = |of: &[Cost]| median(of.iter().map(|c| 1.0 / c.wall).collect());
        let ratio = |of: fn(&Cost) -> f64| median(ours.iter().zip(&lmdb).map(|(a, b)| of(b) / of(a)).collect());
        let (wall, cpu) = (ratio(|c| c.wall), ratio(|c| c.cpu));
        println!("| {name} | {unit} | {:.0} | {:.0} | {wall:.2} | {cpu:.2} |", rate(&ours), rate(&lmdb));
    }
}
