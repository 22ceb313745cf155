//! Real threads, real waits and purge in the background: transfers between accounts keep the sum, whichever
//! transactions are deadlock victims.

use super::several::lock_row;
use super::*;
use crate::{DuplicateLock, Error, Result};
use innolab_testing::size;
use std::sync::atomic::{AtomicU64, Ordering};

const ACCOUNTS: u64 = 12;
const AMOUNT: i64 = 1000;

fn account(id: u64, money: i64) -> Vec<Datum> {
    // `c` is the balance: its index changes with every transfer; `u` is unique and stays.
    vec![int(id as i64), int(money), int(id as i64), text("account")]
}

fn money(row: &[Datum]) -> i64 {
    match row[1] {
        Datum::Int(v) => v,
        _ => panic!("{row:?}"),
    }
}

/// Moves an amount from one account to another; now and then an account's row is deleted and inserted again.
fn transfer(trx: &mut Transaction, table: &Arc<Table>, rng: &mut Rng) -> Result<()> {
    let (from, to) = (rng.below(ACCOUNTS), rng.below(ACCOUNTS));
    if from == to {
        return Ok(());
    }
    let amount = rng.below(50) as i64;
    for (id, change) in [(from, -amount), (to, amount)] {
        let old = lock_row(trx, table, &int(id as i64))?.expect("no transaction leaves an account deleted");
        let new = account(id, money(&old) + change);
        if rng.below(4) == 0 {
            trx.delete(table, &old)?;
            trx.insert(table, &new, DuplicateLock::Shared)?;
        } else {
            trx.update(table, &old, &new)?;
        }
    }
    // Inserts and deletes at the end of the table, so that transactions meet in gaps.
    let extra = (100 + rng.below(20)) as i64;
    match trx.insert(table, &[int(extra), int(0), int(extra), text("x")], DuplicateLock::Shared) {
        Ok(()) | Err(Error::Duplicate { .. }) => {}
        Err(e) => return Err(e),
    }
    if let Some(row) = lock_row(trx, table, &int((100 + rng.below(20)) as i64))? {
        trx.delete(table, &row)?;
    }
    Ok(())
}

#[test]
fn transfers_keep_the_sum() {
    let mut options = options();
    options.store.background = true;
    let disk = SimDisk::new(1);
    let engine = Engine::open(Arc::new(disk.clone()), options.clone()).unwrap();
    engine.create_table(def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    (0..ACCOUNTS).for_each(|id| trx.insert(&table, &account(id, AMOUNT), DuplicateLock::Shared).unwrap());
    trx.commit().unwrap();
    let (done, deadlocks) = (AtomicU64::new(0), AtomicU64::new(0));
    // Each thread goes on until there has been a deadlock, which on a busy machine may take a while.
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (engine, table, done, deadlocks) = (&engine, &table, &done, &deadlocks);
            scope.spawn(move || {
                let mut rng = Rng(thread);
                let waiter = Arc::new(Waiter::new(thread + 1));
                for n in 0..size(5_000, 20_000) {
                    if n >= size(100, 250) && deadlocks.load(Ordering::Relaxed) > 0 {
                        break;
                    }
                    let mut trx = engine.begin(&waiter, Isolation::RepeatableRead);
                    match transfer(&mut trx, table, &mut rng) {
                        Ok(()) if rng.below(5) == 0 => trx.rollback().unwrap(),
                        Ok(()) => {
                            trx.commit().unwrap();
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(Error::Deadlock(_)) => {
                            trx.rollback().unwrap();
                            deadlocks.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(e) => panic!("{e}"),
                    }
                }
            });
        }
    });
    let (done, deadlocks) = (done.into_inner(), deadlocks.into_inner());
    assert!(done > size(40, 100) && deadlocks > 0, "{done} committed, {deadlocks} deadlocks");
    engine.purge().unwrap();
    assert_eq!((engine.history_length(), engine.lock.size().locks), (0, 0));
    let total = |table: &Table| live(table).values().map(|row| money(row)).sum::<i64>();
    assert_eq!(total(&table), ACCOUNTS as i64 * AMOUNT);
    check_purged(&table);
    engine.undo.validate().unwrap();
    engine.close().unwrap();
    let engine = Engine::open(Arc::new(disk), options).unwrap();
    assert_eq!(total(&engine.table("t").unwrap()), ACCOUNTS as i64 * AMOUNT);
}
