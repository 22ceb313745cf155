//! The order at the end of a transaction (`commit` R3): its id ends, then its locks are released.

use super::several::lock_row;
use super::*;
use crate::Core;
use crate::DuplicateLock;
use innolab_base::{CondvarPark, Events, Park, SystemClock, TrxId, Wake};
use std::sync::{Mutex, OnceLock, Weak};
use std::thread;

/// Notes the active transactions whenever a waiter is woken.
#[derive(Default)]
struct Watch {
    core: OnceLock<Weak<Core>>,
    active_at_wakes: Mutex<Vec<Vec<TrxId>>>,
}

impl Park for Watch {
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake {
        CondvarPark.park(waiter, timeout_ms)
    }

    fn unpark(&self, waiter: &Waiter) {
        let core = self.core.get().and_then(Weak::upgrade).unwrap();
        self.active_at_wakes.lock().unwrap().push(core.mvcc.active());
        CondvarPark.unpark(waiter);
    }
}

#[test]
fn r3_a_waiter_is_woken_after_the_id_has_ended() {
    let watch = Arc::new(Watch::default());
    let disk = Arc::new(SimDisk::new(1));
    let core = Core::open(disk, options(), Arc::new(SystemClock::default()), Events::none(), watch.clone()).unwrap();
    watch.core.set(Arc::downgrade(&core)).unwrap();
    core.create_table(def("t")).unwrap();
    let table = core.table("t").unwrap();
    let begin = |session| core.begin(&Arc::new(Waiter::new(session)), Isolation::RepeatableRead);
    let row = |c| vec![int(1), int(c), int(1), text("x")];
    let mut trx = begin(1);
    trx.insert(&table, &row(1), DuplicateLock::Shared).unwrap();
    trx.commit().unwrap();
    for (old, new, commits) in [(1, 2, true), (2, 3, false)] {
        let mut writer = begin(1);
        writer.update(&table, &row(old), &row(new)).unwrap();
        let reader = thread::spawn({
            let (mut reader, table) = (begin(2), table.clone());
            move || lock_row(&mut reader, &table, &int(1)).unwrap()
        });
        while core.lock_waits().is_empty() {
            assert!(!reader.is_finished(), "the reader waits");
            thread::yield_now();
        }
        if commits {
            writer.commit().unwrap()
        } else {
            writer.rollback().unwrap()
        }
        assert_eq!(reader.join().unwrap(), Some(row(if commits { new } else { old })));
    }
    let seen = watch.active_at_wakes.lock().unwrap();
    assert_eq!(*seen, [vec![], vec![]], "one wake for each writer, after it has ended");
}
