//! Transactions that a crash left are rolled back while new ones run.

use super::several::{lock_row, seen};
use super::*;
use crate::Core;
use crate::{DuplicateLock, Error};
use innolab_base::{CondvarPark, Events, SystemClock};
use std::thread;

fn row(id: i64, c: i64) -> Vec<Datum> {
    vec![int(id), int(c), int(id), text("x")]
}

#[test]
fn new_transactions_wait_for_recovered_ones_and_never_see_them() {
    let disk = SimDisk::new(1);
    let engine = open(&disk);
    engine.create_table(def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    (0..300).for_each(|id| trx.insert(&table, &row(id, 1), DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    let mut active: Vec<Transaction> = (0..3).map(|_| begin(&engine)).collect();
    for (i, trx) in active.iter_mut().enumerate() {
        for id in (i as i64..300).step_by(3) {
            trx.update(&table, &row(id, 1), &row(id, 2)).unwrap();
        }
        trx.insert(&table, &row(1000 + i as i64, 2), DuplicateLock::Shared).unwrap();
    }
    engine.store().flush_log(engine.store().appended_lsn()).unwrap();
    let crashed = disk.killed();
    let mut options = options();
    options.store.background = true;
    let engine = Engine::open(Arc::new(crashed), options).unwrap();
    let table = engine.table("t").unwrap();
    let rows = |engine: &Arc<Engine>| seen(&mut begin(engine), &table);
    assert!(rows(&engine).values().all(|row| row[1] == int(1)) && rows(&engine).len() == 300);
    // Each insert meets a row of a transaction that is being rolled back, or is later than its rollback.
    let mut trx = begin(&engine);
    (1000..1003).for_each(|id| trx.insert(&table, &row(id, 3), DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    assert_eq!(rows(&engine).len(), 303);
    engine.close().unwrap();
    assert_eq!((engine.mvcc.active().len(), engine.lock.size().locks), (0, 0));
    check(&table);
}

fn begin_in(core: &Arc<Core>, session: u64) -> Transaction {
    core.begin(&Arc::new(Waiter::new(session)), Isolation::RepeatableRead)
}

/// A recovered transaction holds its rows, tables and id until it is rolled back; then its waiters find the rows as
/// they were before.
#[test]
fn a_recovered_transaction_holds_its_rows_until_it_is_rolled_back() {
    let disk = SimDisk::new(1);
    let engine = open(&disk);
    engine.create_table(def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    (0..5).for_each(|id| trx.insert(&table, &row(id, 1), DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    let (mut one, mut two) = (begin(&engine), begin(&engine));
    one.update(&table, &row(1, 1), &row(1, 2)).unwrap();
    one.delete(&table, &row(2, 1)).unwrap();
    two.insert(&table, &row(9, 2), DuplicateLock::Shared).unwrap();
    let ids = [one.id(), two.id()];
    engine.store().flush_log(engine.store().appended_lsn()).unwrap();
    let park = Arc::new(CondvarPark);
    let crashed = Arc::new(disk.killed());
    let core = Core::open(crashed, options(), Arc::new(SystemClock::default()), Events::none(), park).unwrap();
    let mut left: Vec<_> = core.transactions().iter().map(|standing| standing.trx_id).collect();
    left.sort();
    assert_eq!(left, ids, "the lock table knows the recovered transactions");
    let table = core.table("t").unwrap();
    let mut new = begin_in(&core, 1);
    new.set_lock_wait_timeout(Some(1));
    for id in [1, 2, 9] {
        assert!(matches!(lock_row(&mut new, &table, &int(id)), Err(Error::LockWaitTimeout)), "row {id} is locked");
    }
    let taken = new.insert(&table, &row(9, 3), DuplicateLock::Shared);
    assert!(matches!(taken, Err(Error::LockWaitTimeout)), "{taken:?}");
    assert_eq!(lock_row(&mut new, &table, &int(3)).unwrap(), Some(row(3, 1)), "row 3 is free");
    let waiter = thread::spawn({
        let (core, table) = (core.clone(), table.clone());
        move || [1, 2, 9].map(|id| lock_row(&mut begin_in(&core, 2), &table, &int(id)).unwrap())
    });
    while core.lock_waits().is_empty() {
        assert!(!waiter.is_finished(), "the reader waits");
        thread::yield_now();
    }
    while core.roll_one_back().unwrap() {}
    assert_eq!(waiter.join().unwrap(), [Some(row(1, 1)), Some(row(2, 1)), None]);
    drop((engine, one, two));
}
