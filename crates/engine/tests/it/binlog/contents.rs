//! What is written to the binary log, and what is not.

use super::frame::*;
use innolab_base::Events;
use innolab_base::sync::Mutex;
use innolab_disk::SimDisk;
use innolab_engine::Datum;
use innolab_engine::DuplicateLock;
use std::sync::Arc;

/// A transaction that changed nothing, and changes that were rolled back, are not in the log.
#[test]
fn changes_that_were_rolled_back_are_not_in_the_log() {
    let disk = database();
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    let log = || engine.binlog().expect("it has one").counts();
    let mut trx = begin(&engine, 1);
    put(&mut trx, &engine, 1, 1).expect("there is room");
    trx.rollback().expect("it can be");
    begin(&engine, 1).commit().expect("there is nothing to do");
    let mut trx = begin(&engine, 1);
    let savepoint = trx.savepoint();
    put(&mut trx, &engine, 2, 2).expect("there is room");
    trx.rollback_to(&savepoint).expect("it can be");
    trx.commit().expect("the disk is well");
    assert_eq!(log().transactions, 0);
    let mut trx = begin(&engine, 1);
    put(&mut trx, &engine, 3, 3).expect("there is room");
    trx.begin_statement();
    let table = engine.table("t").expect("it was made");
    trx.insert(&table, &[Datum::Int(4), Datum::Int(4)], DuplicateLock::Shared).expect("there is room");
    trx.rollback_statement().expect("it can be");
    trx.commit().expect("the disk is well");
    assert_eq!((log().transactions, rows_of_log(&engine, &disk)), (1, Rows::from([(3, 3)])));
}

#[test]
fn transactions_in_doubt_need_the_log_to_open() {
    let disk = database();
    let mut without = options(small());
    without.log_bin = None;
    let engine = open(&disk, without.clone(), Events::none()).expect("nothing is in doubt");
    pair(&engine, 1, 1).expect("the disk is well");
    assert!(engine.binlog().is_none());
    engine.close().expect("the disk is well");
    drop(engine);

    // A power loss between the prepare and the log.
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    let left: Arc<Mutex<Option<SimDisk>>> = Arc::default();
    let syncs = Mutex::new(0);
    disk.on_call({
        let (disk, left) = (disk.clone(), left.clone());
        move |call| {
            let mut syncs = syncs.lock();
            if call == innolab_disk::Call::Sync {
                *syncs += 1;
                if *syncs == 2 {
                    *left.lock() = Some(disk.power_loss(0));
                }
            }
        }
    });
    pair(&engine, 1, 2).expect("the disk is well");
    disk.clear_hook();
    let left = left.lock().take().expect("a commit has two syncs");
    let refused = match open(&left, without, Events::none()) {
        Err(e) => e.to_string(),
        Ok(_) => panic!("it opened"),
    };
    assert!(refused.contains("in doubt"), "{refused}");
    // Row 1 is not in the log: it was inserted without one.
    let engine = open(&left, options(small()), Events::none()).expect("the log decides");
    assert_eq!(rows(&engine).keys().copied().collect::<Vec<_>>(), [-1, 1]);
    assert_eq!(engine.binlog_recovery().map(|r| r.rolled_back.len()), Some(1));
}
