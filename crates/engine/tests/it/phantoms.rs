//! On real threads: a transaction that reads a range twice, by locking reads or by its view, reads the same rows, while
//! other transactions insert, move and delete rows and purge runs.

use crate::common::{Rng, column, int, open, table_def};
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{
    ColumnType, Columns, Datum, DuplicateLock, Engine, Error, Fetched, IndexDef, IndexNo, Isolation, KeyRange,
    LockRead, Result, Strength, Table, TableDef, Transaction,
};
use innolab_testing::size;
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

const KEYS: u64 = 300;
const VALUES: u64 = 12;
/// Characters of padding: enough that the rows need several leaves.
const PAD: usize = 400;

fn def() -> TableDef {
    let columns = vec![
        column("id", int(4), false),
        column("a", int(4), false),
        column("pad", ColumnType::VarChar { chars: 500 }, false),
    ];
    let key = IndexDef { name: "a".into(), columns: vec![1], unique: false };
    TableDef { indexes: vec![key], ..table_def("t", columns, &[0]) }
}

fn row(rng: &mut Rng, id: u64) -> Vec<Datum> {
    let pad = "p".repeat(PAD + rng.below(60) as usize);
    vec![Datum::Int(id as i64), Datum::Int(rng.below(VALUES) as i64), Datum::Bytes(pad.into_bytes())]
}

struct World {
    engine: Arc<Engine>,
    table: Arc<Table>,
    stop: AtomicBool,
    changes: AtomicUsize,
}

fn world() -> Arc<World> {
    let engine = open(&SimDisk::new(7));
    engine.create_table(def()).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = engine.begin(&Arc::new(Waiter::new(0)), Isolation::RepeatableRead);
    let mut rng = Rng(1);
    for id in (0..KEYS).step_by(2) {
        trx.insert(&table, &row(&mut rng, id), DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    Arc::new(World { engine, table, stop: AtomicBool::new(false), changes: AtomicUsize::new(0) })
}

/// True if the error is what conflicting transactions must expect: they roll back.
fn is_conflict(e: &Error) -> bool {
    matches!(e, Error::Deadlock(_) | Error::LockWaitTimeout | Error::Duplicate { .. })
}

impl World {
    fn begin(&self, session: &Arc<Waiter>, level: Isolation) -> Transaction {
        let mut trx = self.engine.begin(session, level);
        trx.set_lock_wait_timeout(Some(50));
        trx
    }

    fn change(&self, trx: &mut Transaction, rng: &mut Rng) -> Result<()> {
        let id = rng.below(KEYS);
        let new = row(rng, id);
        trx.begin_statement();
        let range = KeyRange::equal(vec![Datum::Int(id as i64)]);
        let mut scan = trx.scan(&self.table, IndexNo::CLUSTERED, &range, false, LockRead::new(Strength::Exclusive))?;
        let mut old = Vec::new();
        match (scan.next(trx, &mut old)?, rng.below(2)) {
            (Fetched::Row, 0) => trx.delete(&self.table, &old)?,
            (Fetched::Row, _) => drop(trx.update(&self.table, &old, &new)?),
            _ => trx.insert(&self.table, &new, DuplicateLock::Shared)?,
        }
        trx.end_statement()
    }

    fn write(&self, number: u64) {
        let (session, mut rng) = (Arc::new(Waiter::new(number)), Rng(number));
        while !self.stop.load(Relaxed) {
            let level = if rng.below(2) == 0 { Isolation::ReadCommitted } else { Isolation::RepeatableRead };
            let mut trx = self.begin(&session, level);
            let changed = (0..1 + rng.below(4)).try_for_each(|_| self.change(&mut trx, &mut rng));
            match changed {
                Ok(()) if rng.below(5) > 0 => {
                    trx.commit().unwrap();
                    self.changes.fetch_add(1, Relaxed);
                }
                Ok(()) => trx.rollback().unwrap(),
                Err(e) if is_conflict(&e) => trx.rollback().unwrap(),
                Err(e) => panic!("{e}"),
            }
        }
    }

    fn purge(&self) {
        while !self.stop.load(Relaxed) {
            self.engine.purge().unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn locked(
        &self,
        trx: &mut Transaction,
        index: IndexNo,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<Vec<Vec<Datum>>> {
        let mut scan = trx.scan(&self.table, index, range, reverse, LockRead::new(Strength::Shared))?;
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        while scan.next(trx, &mut row)? != Fetched::End {
            rows.push(row.clone());
        }
        if reverse {
            rows.reverse();
        }
        Ok(rows)
    }

    fn seen(&self, trx: &mut Transaction, index: IndexNo, range: &KeyRange, reverse: bool) -> Vec<Vec<Datum>> {
        let mut rows = Vec::new();
        trx.read(&self.table, index, range, reverse, Columns::All, &mut |row| {
            rows.push(row.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
        if reverse {
            rows.reverse();
        }
        rows
    }

    /// Runs `check` repeatedly beside three writers and purge. Returns how often it returned true: at least 20 times.
    fn run(self: &Arc<Self>, check: impl Fn(&World, &Arc<Waiter>, &mut Rng) -> bool) -> usize {
        let (mut checks, end) = (0, Instant::now() + Duration::from_millis(size(300, 1500)));
        std::thread::scope(|scope| {
            for session in 1..=3 {
                scope.spawn(move || self.write(session));
            }
            scope.spawn(|| self.purge());
            let (session, mut rng) = (Arc::new(Waiter::new(9)), Rng(99));
            // The writers end even if a check panics.
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                while Instant::now() < end || self.changes.load(Relaxed) < 100 || checks <= 20 {
                    checks += usize::from(check(self, &session, &mut rng));
                }
            }));
            self.stop.store(true, Relaxed);
            checked.unwrap();
        });
        self.engine.purge().unwrap();
        self.table.validate().unwrap();
        checks
    }
}

fn range(rng: &mut Rng, index: IndexNo) -> KeyRange {
    let values = if index == IndexNo::CLUSTERED { KEYS + 20 } else { VALUES + 2 };
    let (a, b) = (rng.below(values), rng.below(values));
    let bound = |value: u64, n| match n {
        0 => Bound::Unbounded,
        1 => Bound::Included(vec![Datum::Int(value as i64)]),
        _ => Bound::Excluded(vec![Datum::Int(value as i64)]),
    };
    let width = if rng.below(4) == 0 { values } else { values / 10 + 1 };
    KeyRange { low: bound(a, rng.below(3)), high: bound((a + b % width).min(values), rng.below(3)) }
}

/// I9: between two locking reads of a range no row appears in it, disappears or changes.
#[test]
fn a_locked_range_stays_as_it_is() {
    let world = world();
    let rows = AtomicUsize::new(0);
    let checks = world.run(|world, session, rng| {
        let (index, reverse) = (IndexNo(rng.below(2) as usize), rng.below(2) == 0);
        let range = range(rng, index);
        let mut trx = world.begin(session, Isolation::RepeatableRead);
        let Ok(first) = world.locked(&mut trx, index, &range, reverse).inspect_err(|e| assert!(is_conflict(e), "{e}"))
        else {
            return false;
        };
        std::thread::sleep(Duration::from_micros(rng.below(1500)));
        for again in [reverse, !reverse] {
            let second = world.locked(&mut trx, index, &range, again);
            match second {
                Ok(second) => assert_eq!(first, second, "index {index:?}, {range:?}, reverse {reverse} then {again}"),
                // In the other direction the scan locks one record more.
                Err(e) => assert!(is_conflict(&e), "{e}"),
            }
        }
        rows.fetch_add(first.len(), Relaxed);
        true
    });
    assert!(rows.load(Relaxed) > 100, "{checks} checks of {rows:?} rows");
}

/// I8: a view shows the same rows by every index, in both directions, until it is closed.
#[test]
fn a_view_shows_the_same_by_every_index() {
    let world = world();
    world.run(|world, session, rng| {
        let mut trx = world.begin(session, Isolation::RepeatableRead);
        let first = world.seen(&mut trx, IndexNo(0), &KeyRange::all(), false);
        for _ in 0..4 {
            std::thread::sleep(Duration::from_micros(rng.below(2000)));
            let (index, reverse) = (IndexNo(rng.below(2) as usize), rng.below(2) == 0);
            let mut again = world.seen(&mut trx, index, &KeyRange::all(), reverse);
            again.sort();
            assert_eq!(first, again, "by index {index:?}, reverse {reverse}");
        }
        true
    });
}
