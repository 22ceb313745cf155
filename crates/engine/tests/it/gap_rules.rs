//! What a locking scan locks, one rule at a time. The answers are those of a real MariaDB 10.11, recorded in
//! `tests/scenarios/locks/primary.jsonl`, `secondary.jsonl` and `read-committed.jsonl`.

use crate::common::{column, int, open, table_def};
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{
    Datum, DuplicateLock, Engine, Fetched, IndexDef, IndexNo, Isolation, KeyRange, LockRead, Strength, Table, TableDef,
};
use std::ops::Bound;
use std::sync::Arc;

const C: IndexNo = IndexNo(1);

/// `create table t (id int primary key, c int, key (c))` with (10, 5), (20, 5), (30, 15), (40, 20).
struct World {
    engine: Arc<Engine>,
    table: Arc<Table>,
}

/// A scan of the clustered index or of `c`.
struct Scan {
    index: IndexNo,
    range: KeyRange,
    reverse: bool,
    level: Isolation,
    strength: Strength,
}

/// Rows that a scan returns, by `id`, and its locks on the index as `KEY MODE`.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    ids: Vec<i64>,
    locks: Vec<String>,
}

fn key(n: i64) -> Vec<Datum> {
    vec![Datum::Int(n)]
}

fn range(low: Bound<i64>, high: Bound<i64>) -> KeyRange {
    KeyRange { low: low.map(key), high: high.map(key) }
}

/// A scan FOR UPDATE at REPEATABLE READ.
fn scan(index: IndexNo, range: KeyRange) -> Scan {
    Scan { index, range, reverse: false, level: Isolation::RepeatableRead, strength: Strength::Exclusive }
}

fn world() -> World {
    let engine = open(&SimDisk::new(3));
    let columns = vec![column("id", int(4), false), column("c", int(4), true)];
    let index = IndexDef { name: "c".into(), columns: vec![1], unique: false };
    engine.create_table(TableDef { indexes: vec![index], ..table_def("t", columns, &[0]) }).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead);
    for (id, c) in [(10, 5), (20, 5), (30, 15), (40, 20)] {
        trx.insert(&table, &[Datum::Int(id), Datum::Int(c)], DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    World { engine, table }
}

impl World {
    fn run(&self, scan: &Scan) -> Seen {
        let mut trx = self.engine.begin(&Arc::new(Waiter::new(2)), scan.level);
        trx.begin_statement();
        let how = LockRead::new(scan.strength);
        let mut rows = trx.scan(&self.table, scan.index, &scan.range, scan.reverse, how).unwrap();
        let (mut ids, mut row) = (Vec::new(), Vec::new());
        while rows.next(&mut trx, &mut row).unwrap() == Fetched::Row {
            assert!(ids.len() < 10, "the scan does not end");
            let Datum::Int(id) = row[0] else { panic!("{row:?}") };
            ids.push(id);
        }
        let name = if scan.index == C { "c" } else { "PRIMARY" };
        let locks = self.engine.locks().into_iter().filter(|lock| lock.index.as_deref() == Some(name));
        let locks = locks.map(|lock| format!("{} {}", lock.data.unwrap_or_default(), lock.mode)).collect();
        trx.rollback().unwrap();
        Seen { ids, locks }
    }

    #[track_caller]
    fn check(&self, scan: &Scan, ids: &[i64], locks: &[&str]) {
        let expected = Seen { ids: ids.to_vec(), locks: locks.iter().map(|lock| (*lock).to_owned()).collect() };
        assert_eq!(self.run(scan), expected, "index {:?}, {:?}, backward: {}", scan.index, scan.range, scan.reverse);
    }
}

use Bound::{Excluded, Included, Unbounded};

const P: IndexNo = IndexNo::CLUSTERED;
const END: &str = "supremum pseudo-record X";

#[test]
fn a_search_for_a_whole_primary_key_reaches_one_record() {
    let seen = world().run(&scan(P, KeyRange::equal(key(20))));
    assert_eq!(seen.ids, [20]);
    assert!(seen.locks.len() == 1 && seen.locks[0].starts_with("20 "), "R2 of route: {:?}", seen.locks);
}

/// R2 of `route`: a prefix of a unique key, a key with NULL, and all columns of a key that is not unique are searched for
/// as equalities.
#[test]
fn a_search_that_may_have_several_answers_goes_on() {
    let world = world();
    let entry = KeyRange::equal(vec![Datum::Int(5), Datum::Int(10)]);
    world.check(&scan(C, entry), &[10], &["5, 10 X", "5, 20 X,GAP"]);

    let engine = open(&SimDisk::new(4));
    let columns = vec![column("a", int(4), false), column("b", int(4), false), column("u", int(4), true)];
    let unique = IndexDef { name: "c".into(), columns: vec![2], unique: true };
    engine.create_table(TableDef { indexes: vec![unique], ..table_def("t", columns, &[0, 1]) }).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead);
    for (a, b) in [(1, 10), (1, 20), (2, 30)] {
        trx.insert(&table, &[Datum::Int(a), Datum::Int(b), Datum::Null], DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    let world = World { engine, table };
    assert_eq!(world.run(&scan(P, KeyRange::equal(key(1)))).ids, [1, 1]);
    assert_eq!(world.run(&scan(C, KeyRange::equal(vec![Datum::Null]))).ids, [1, 1, 2]);
}

#[test]
fn a_scan_ends_at_the_first_record_beyond_its_range() {
    let world = world();
    let keys = |range| {
        let seen = world.run(&scan(P, range));
        let keys: Vec<String> = seen.locks.iter().map(|lock| lock.split(' ').next().unwrap().to_owned()).collect();
        (seen.ids, keys.join(" "))
    };
    assert_eq!(keys(range(Included(20), Excluded(30))), (vec![20], "20 30".to_owned()));
    assert_eq!(keys(range(Included(20), Included(30))), (vec![20, 30], "20 30 40".to_owned()));
    assert_eq!(keys(range(Excluded(10), Included(25))), (vec![20], "20 30".to_owned()));
    assert_eq!(keys(range(Unbounded, Excluded(20))), (vec![10], "10 20".to_owned()));
}

#[test]
fn an_equality_locks_the_gap_before_the_first_unequal_record() {
    let world = world();
    world.check(&scan(P, KeyRange::equal(key(15))), &[], &["20 X,GAP"]);
    world.check(&scan(C, KeyRange::equal(key(5))), &[10, 20], &["5, 10 X", "5, 20 X", "15, 30 X,GAP"]);
    world.check(&scan(C, KeyRange::equal(key(10))), &[], &["15, 30 X,GAP"]);
}

#[test]
fn the_row_that_was_sought_is_locked_without_its_gap() {
    let world = world();
    world.check(&scan(P, KeyRange::equal(key(20))), &[20], &["20 X,REC_NOT_GAP"]);
    world.check(&scan(P, range(Included(20), Excluded(30))), &[20], &["20 X,REC_NOT_GAP", "30 X"]);
    world.check(&scan(P, range(Included(15), Excluded(17))), &[], &["20 X"]);
    world.check(&scan(P, range(Excluded(20), Included(35))), &[30], &["30 X", "40 X"]);
    // In a secondary index every entry is locked with its gap.
    world.check(&scan(C, range(Included(15), Excluded(20))), &[30], &["15, 30 X", "20, 40 X"]);
}

#[test]
fn a_scan_that_passes_the_last_record_locks_the_end() {
    let world = world();
    world.check(&scan(P, KeyRange::equal(key(45))), &[], &[END]);
    world.check(&scan(P, range(Excluded(30), Unbounded)), &[40], &["40 X", END]);
    world.check(&scan(C, KeyRange::equal(key(20))), &[40], &["20, 40 X", END]);
    let all = Scan { strength: Strength::Shared, ..scan(P, KeyRange::all()) };
    let end = "supremum pseudo-record S";
    world.check(&all, &[10, 20, 30, 40], &["10 S", "20 S", "30 S", "40 S", end]);
}

#[test]
fn a_backward_scan_locks_the_gap_behind_its_start() {
    let world = world();
    let backward = |range| Scan { reverse: true, ..scan(P, range) };
    world.check(&backward(range(Included(20), Excluded(30))), &[20], &["10 X", "20 X", "30 X,GAP"]);
    world.check(&backward(range(Excluded(20), Included(30))), &[30], &["20 X", "30 X", "40 X,GAP"]);
    world.check(&backward(range(Unbounded, Included(25))), &[20, 10], &["10 X", "20 X", "30 X,GAP"]);
    world.check(&backward(range(Included(25), Unbounded)), &[40, 30], &["20 X", "30 X", "40 X", END]);
}

/// At READ COMMITTED no gap is locked, and the record beyond the range is unlocked again.
#[test]
fn without_gaps_only_rows_of_the_range_are_locked() {
    let world = world();
    let committed = |range| Scan { level: Isolation::ReadCommitted, ..scan(P, range) };
    world.check(&committed(KeyRange::equal(key(20))), &[20], &["20 X,REC_NOT_GAP"]);
    world.check(&committed(KeyRange::equal(key(15))), &[], &[]);
    world.check(&committed(KeyRange::equal(key(45))), &[], &[]);
    world.check(&committed(range(Included(20), Excluded(30))), &[20], &["20 X,REC_NOT_GAP"]);
    let backward = Scan { reverse: true, ..committed(range(Unbounded, Included(25))) };
    world.check(&backward, &[20, 10], &["10 X,REC_NOT_GAP", "20 X,REC_NOT_GAP"]);
}
