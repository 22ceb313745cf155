//! What does an old read view cost, and does any file grow that should not? Many updates of a few rows, first without a
//! view, then under a view that needs every old version.
//!
//! ```text
//! free     updates, while purge runs                         history and sys.ibd stay small
//! view     a view opens · the same updates                   history and sys.ibd grow: every undo log is kept
//!          the view reads rows as they were when it opened
//! closed   the view closes · purge                           history: 0
//! again    view and closed a second time                     sys.ibd: no larger than after the first time
//! ```
//!
//! ```text
//! cargo run --release -p innolab-benches --bin volume [-- --updates 10000000 --rows 1000 --batch 500 --dir /tmp]
//! ```
//!
//! There is one table with an 8-byte key, a counter and 40 bytes. A transaction locks, reads and updates the next
//! `batch` rows in key order, and starts again at the first row after the last. Redo is written but not synced. The
//! bench fails if a read is wrong, if purge leaves history, or if the file grows the second time.
#![allow(clippy::unwrap_used)] // a bench that cannot go on must stop

use innolab_base::Waiter;
use innolab_disk::OsDisk;
use innolab_engine::{
    ColumnDef, ColumnType, Columns, Datum, DuplicateLock, Engine, Fetched, IndexNo, Isolation, KeyRange, LockRead,
    Options, Strength, Table, TableDef, Transaction,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Lines that a phase prints.
const LINES: u64 = 5;
/// Rows that the old view reads before each line.
const SAMPLE: u64 = 4;

struct Bench {
    engine: Arc<Engine>,
    table: Arc<Table>,
    /// The row to update next.
    next: u64,
    /// The counter of each row.
    counters: Vec<u64>,
    batch: u64,
    log: Vec<String>,
}

fn row(id: u64, counter: u64) -> [Datum; 3] {
    [Datum::UInt(id), Datum::UInt(counter), Datum::Bytes(counter.to_le_bytes().repeat(5))]
}

fn key(id: u64) -> KeyRange {
    KeyRange::equal(vec![Datum::UInt(id)])
}

/// Resident memory, MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(0u64) >> 10
}

impl Bench {
    fn open(dir: &std::path::Path, rows: u64, batch: u64) -> Bench {
        let store = innolab_store::Options {
            innodb_buffer_pool_size: 256 << 20,
            innodb_log_file_size: 512 << 20,
            ..innolab_store::Options::default()
        };
        let options = Options { store, innodb_flush_log_at_trx_commit: 0, log_bin: None, ..Options::default() };
        let engine = Engine::open(Arc::new(OsDisk::create(dir).unwrap()), options).unwrap();
        let column = |name: &str, ty| ColumnDef::new(name, ty, false);
        let number = ColumnType::Int { bytes: 8, unsigned: true };
        let columns = vec![column("id", number), column("n", number), column("v", ColumnType::VarBinary { bytes: 40 })];
        let def = TableDef { name: "t".into(), columns, primary_key: vec![0], ..TableDef::default() };
        engine.create_table(def).unwrap();
        let table = engine.table("t").unwrap();
        let mut bench = Bench { engine, table, next: 0, counters: vec![0; rows as usize], batch, log: vec![] };
        let mut trx = bench.begin();
        (0..rows).for_each(|id| trx.insert(&bench.table, &row(id, 0), DuplicateLock::Shared).unwrap());
        trx.commit().unwrap();
        bench.log.clear();
        bench
    }

    fn begin(&self) -> Transaction {
        let mut trx = self.engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead);
        trx.begin_statement();
        trx
    }

    /// Runs one transaction of `n` updates.
    fn update(&mut self, n: u64) {
        let how = LockRead::new(Strength::Exclusive);
        let mut trx = self.begin();
        let mut old = Vec::new();
        for _ in 0..n {
            let id = self.next;
            let counter = &mut self.counters[id as usize];
            let mut scan = trx.scan(&self.table, IndexNo::CLUSTERED, &key(id), false, how).unwrap();
            assert_eq!(scan.next(&mut trx, &mut old).unwrap(), Fetched::Row);
            assert_eq!(old[1], Datum::UInt(*counter), "row {id} is not what was written last");
            *counter += 1;
            assert!(trx.update(&self.table, &old, &row(id, *counter)).unwrap());
            self.next = (id + 1) % self.counters.len() as u64;
        }
        trx.commit().unwrap();
    }

    /// Asserts that the old view sees the row with this counter.
    fn assert_seen(&self, old: &mut Transaction, id: u64, counter: u64) {
        let mut seen = 0;
        let visit = &mut |found: &[Datum]| {
            assert_eq!(found, row(id, counter), "what the old view sees of row {id}");
            seen += 1;
            ControlFlow::Continue(())
        };
        old.read(&self.table, IndexNo::CLUSTERED, &key(id), false, Columns::All, visit).unwrap();
        assert_eq!(seen, 1, "row {id} under the old view");
    }

    fn file_pages(&self) -> u32 {
        self.engine.store().space_by_name("sys.ibd").unwrap().size_pages()
    }

    /// Prints a line to stderr and keeps it for the table.
    fn report(&mut self, phase: &str, updates: u64, since: Instant, reads: Option<Duration>) {
        let line = format!(
            "| {phase} | {updates} | {} | {:.0} | {} | {:.1} | {} |",
            self.engine.history_length(),
            f64::from(self.file_pages()) / 64.0,
            resident(),
            since.elapsed().as_secs_f64(),
            reads.map_or(String::new(), |time| format!("{:.2}", time.as_secs_f64() * 1e3))
        );
        eprintln!("{line}");
        self.log.push(line);
    }

    /// Runs `updates` updates; before each line, `old`, a transaction and the counters that it must see, reads a
    /// sample.
    fn run(&mut self, phase: &str, updates: u64, old: Option<(&mut Transaction, &[u64])>) {
        let (start, mut done, mut old) = (Instant::now(), 0, old);
        for line in 1..=LINES {
            while done < updates * line / LINES {
                let n = self.batch.min(updates - done);
                self.update(n);
                done += n;
            }
            let mut reads = None;
            if let Some((old, then)) = &mut old {
                let start = Instant::now();
                for i in 0..SAMPLE {
                    let id = (line + i * 7919) % then.len() as u64;
                    self.assert_seen(old, id, then[id as usize]);
                }
                reads = Some(start.elapsed() / SAMPLE as u32);
            }
            self.report(phase, done, start, reads);
        }
    }

    /// Runs updates under an old view, closes it, and purges everything. Returns the pages of the file then.
    fn old_view(&mut self, name: &str, updates: u64) -> u32 {
        let then = self.counters.clone();
        let mut old = self.begin();
        old.open_view();
        self.run(&format!("{name}: view"), updates, Some((&mut old, &then)));
        assert!(self.engine.history_length() >= updates / self.batch, "the view keeps all history");
        drop(old);
        let start = Instant::now();
        while self.engine.history_length() > 0 {
            self.engine.purge().unwrap();
        }
        self.report(&format!("{name}: closed, purged"), updates, start, None);
        self.file_pages()
    }
}

fn main() {
    let argument = |name: &str, otherwise: u64| -> u64 {
        let given = std::env::args().skip_while(|a| a != name).nth(1);
        given.map_or(otherwise, |n| n.parse().expect("a number"))
    };
    let (updates, rows) = (argument("--updates", 10_000_000), argument("--rows", 1000));
    let parent = std::env::args().skip_while(|a| a != "--dir").nth(1).unwrap_or("/tmp".to_owned());
    let dir = tempfile::tempdir_in(parent).unwrap();
    let mut bench = Bench::open(dir.path(), rows, argument("--batch", 500));
    bench.run("free", updates, None);
    let first = bench.old_view("first", updates);
    let second = bench.old_view("second", updates);
    println!(
        "| {rows} rows, transactions of {} | updates | history | sys.ibd, MiB | resident, MiB | s | ms a read by the view |\n|---|---|---|---|---|---|---|",
        bench.batch
    );
    bench.log.iter().for_each(|line| println!("{line}"));
    assert!(second <= first, "sys.ibd grew from {first} to {second} pages: purged pages were not reused");
    assert_eq!(bench.engine.history_length(), 0);
    bench.engine.close().unwrap();
}
