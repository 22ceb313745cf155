//! I9: a lock on a gap survives inserts, purge and rollback of the records around it.

use super::several::lock_row;
use super::*;
use crate::{DuplicateLock, Error};
use innolab_lock::{RecordId, RecordKey, RecordMode, TableMode, WaitPolicy};

fn row(id: i64) -> Vec<Datum> {
    vec![int(id), int(id), int(id), text("x")]
}

fn session(engine: &Arc<Engine>, session: u64) -> Transaction {
    let mut trx = engine.begin(&Arc::new(Waiter::new(session)), Isolation::RepeatableRead);
    trx.set_lock_wait_timeout(Some(0));
    trx
}

fn insert(trx: &mut Transaction, table: &Arc<Table>, id: i64) -> crate::Result<()> {
    trx.insert(table, &row(id), DuplicateLock::Shared)
}

/// Locks a row of the clustered index in `mode`, which may include the gap before it.
fn lock(trx: &mut Transaction, table: &Table, id: i64, mode: RecordMode) {
    trx.lock_table(table, TableMode::Ix).unwrap();
    let (index, mut name, mut key) = (table.clustered(), vec![], Fields::default());
    index.codec.encode_key(&[int(id)], &mut key).unwrap();
    index.codec.lock_key_of(key.iter(), &mut name);
    let at = RecordId { index: index.id(), leaf: 0, key: RecordKey::Key(&name) };
    let _ = trx.trx.lock_record(&at, mode, WaitPolicy::NoWait).unwrap();
}

fn table_of(engine: &Arc<Engine>, ids: &[i64]) -> Arc<Table> {
    engine.create_table(def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = session(engine, 1);
    ids.iter().for_each(|id| insert(&mut trx, &table, *id).unwrap());
    trx.commit().unwrap();
    table
}

#[test]
fn a_gap_that_an_insert_splits_stays_locked_on_both_sides() {
    let engine = open(&SimDisk::new(1));
    let table = table_of(&engine, &[10, 20]);
    let (mut t1, mut t2) = (session(&engine, 1), session(&engine, 2));
    lock(&mut t1, &table, 20, RecordMode::XGap);
    assert!(matches!(insert(&mut t2, &table, 15), Err(Error::LockWaitTimeout)));
    insert(&mut t1, &table, 15).unwrap();
    for id in [12, 17] {
        assert!(matches!(insert(&mut t2, &table, id), Err(Error::LockWaitTimeout)), "{id}");
    }
    insert(&mut t2, &table, 5).unwrap();
    insert(&mut t2, &table, 25).unwrap();
}

#[test]
fn locks_on_a_row_that_is_removed_become_locks_on_the_gap() {
    let engine = open(&SimDisk::new(2));
    let table = table_of(&engine, &[10, 15, 20]);
    let (mut t1, mut t2) = (session(&engine, 1), session(&engine, 2));
    let old = lock_row(&mut t2, &table, &int(15)).unwrap().unwrap();
    t2.delete(&table, &old).unwrap();
    t2.commit().unwrap();
    lock(&mut t1, &table, 15, RecordMode::X);
    assert_eq!(engine.purge().unwrap(), 1);
    let mut t2 = session(&engine, 2);
    for id in [12, 15, 17] {
        assert!(matches!(insert(&mut t2, &table, id), Err(Error::LockWaitTimeout)), "{id}");
    }
    drop(t1);
    insert(&mut t2, &table, 15).unwrap();
    // The insert of the locked row is rolled back.
    let mut t1 = session(&engine, 1);
    lock(&mut t1, &table, 15, RecordMode::XGap);
    drop(t2);
    let mut t2 = session(&engine, 2);
    for id in [12, 15, 17] {
        assert!(matches!(insert(&mut t2, &table, id), Err(Error::LockWaitTimeout)), "{id}");
    }
    drop((t1, t2));
    assert_eq!(engine.lock.size().locks, 0);
    check(&table);
}

#[test]
fn a_duplicate_is_locked_and_so_is_the_gap_of_a_unique_key() {
    let engine = open(&SimDisk::new(3));
    let table = table_of(&engine, &[10, 20]);
    let (mut t1, mut t2) = (session(&engine, 1), session(&engine, 2));
    let mut same_u = row(15);
    same_u[2] = int(20);
    let met = t1.insert(&table, &same_u, DuplicateLock::Shared);
    assert!(matches!(&met, Err(Error::Duplicate { index: IndexNo(2), key }) if *key == [int(20)]), "{met:?}");
    // The clustered row is taken back with the error; S next-key on u = 20 stays: no other transaction can change
    // that entry or insert before it.
    assert_eq!(live(&table).len(), 2);
    let shown: Vec<String> = engine.lock.data_locks().iter().map(|held| held.mode_name().to_owned()).collect();
    assert_eq!(shown, ["IX", "S"]);
    let mut before = row(30);
    before[2] = int(17);
    assert!(matches!(t2.insert(&table, &before, DuplicateLock::Shared), Err(Error::LockWaitTimeout)));
    drop(t2);
    assert_eq!(engine.lock.data_locks().len(), 2);
}
