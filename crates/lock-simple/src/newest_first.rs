//! The table with another order of granting, to try the suite's `Order::Any`: the waiter that came last goes first, if no
//! granted lock is in its way.

use crate::list::State;
use crate::table::LockTable;
use innolab_base::{Events, Park};
use innolab_conformance::lock_table::{Level, Order, check};
use innolab_lock::WaitOutcome;
use std::ops::Deref;
use std::sync::Arc;

impl State {
    pub(crate) fn grant_newest_first(&mut self) {
        let is_free = |at: &usize| {
            let lock = &self.list[*at];
            lock.waiting && self.blockers(lock, *at).into_iter().all(|at| self.list[at].waiting)
        };
        let Some(at) = (0..self.list.len()).rev().find(is_free) else { return };
        let mut lock = self.list.remove(at);
        let before = |other: &crate::list::Lock| other.waiting && other.target == lock.target;
        let place = self.list.iter().take(at).position(before).unwrap_or(at);
        lock.waiting = false;
        self.list.insert(place, lock.clone());
        self.end_wait(&lock, WaitOutcome::Granted);
        self.granted.push(lock.owner);
        self.grant_newest_first();
    }
}

struct NewestFirst(LockTable);

impl NewestFirst {
    fn new(park: Arc<dyn Park>, events: Events) -> NewestFirst {
        let table = LockTable::new(park, events);
        table.state().newest_first = true;
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
