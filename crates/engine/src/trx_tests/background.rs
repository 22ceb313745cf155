//! What a crash left is rolled back while new work begins.

use super::several::seen;
use super::*;
use crate::DuplicateLock;

fn row(id: i64, c: i64) -> Vec<Datum> {
    vec![int(id), int(c), int(id), text("x")]
}

#[test]
fn new_work_waits_for_what_is_rolled_back_and_never_sees_it() {
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
    // Each insert meets a row of a transaction that is being rolled back, or comes after it.
    let mut trx = begin(&engine);
    (1000..1003).for_each(|id| trx.insert(&table, &row(id, 3), DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    assert_eq!(rows(&engine).len(), 303);
    engine.close().unwrap();
    assert_eq!((engine.mvcc.active().len(), engine.lock.size().locks), (0, 0));
    check(&table);
}
