//! The table with another order of granting, to try the suite's `Order::Any`: the waiter that came last goes first, if no
//! granted lock is in its way.

use crate::list::{Lock, State};
use crate::table::LockTable;
use innolab_base::{Events, Park};
use innolab_conformance::lock_table::{Level, Order, check};
use innolab_lock::WaitOutcome;
use std::ops::Deref;
use std::sync::Arc;

impl State {
    pub(crate) fn grant_newest_first(&mut self) {
        let is_free = |lock: &Lock| lock.waiting && self.blockers(lock).iter().all(|old| old.waiting);
        let Some(at) = self.list.iter().rposition(is_free) else { return };
        // It is before all that waits, and so in the way of these requests.
        let lock = Lock { waiting: false, structure_no: 0, ..self.list.remove(at) };
        self.list.insert(0, lock.clone());
        self.end_wait(&lock, WaitOutcome::Granted);
        self.grant_newest_first();
    }
}

struct NewestFirst(LockTable);

impl NewestFirst {
    fn new(park: Arc<dyn Park>, events: Events) -> NewestFirst {
        let table = LockTable::new(park, events);
        table.state.lock().newest_first = true;
        NewestFirst(table)
    }
}

impl Deref for NewestFirst {
    type Target = LockTable;

    fn deref(&self) -> &LockTable {
        &self.0
    }
}

mod in_any_order {
    use super::NewestFirst;

    innolab_conformance::lock_table!(NewestFirst, any order);
}

mod of_arrival_in_any_order {
    innolab_conformance::lock_table!(crate::LockTable, any order);
}

innolab_conformance::lock_table_calls!(Tested, NewestFirst);

#[test]
fn the_order_of_arrival_is_another_one() {
    let make = || Tested(NewestFirst::new(Arc::new(innolab_base::CondvarPark), Events::none()));
    let broken = check(Level::Modes, Order::OfArrival, make).expect_err("the newest goes first");
    assert!(broken.0.contains("Q1"), "{broken}");
}
