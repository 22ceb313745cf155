//! What ends each step: waiters that nothing blocks are granted, and cycles of waits lose a victim.
//!
//! A waiter in a queue points at the owner of its first blocker (Q2), a waiter for a name at all its blockers (N4). From
//! each waiter, in the order in which the waits began, all paths are walked; one that comes back is a cycle.

use crate::list::State;
use innolab_lock::{DataLock, DeadlockReport, Member, Owner, WaitOutcome};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

impl State {
    /// Grants and breaks cycles until there is nothing left to do.
    pub(crate) fn settle(&mut self) {
        self.grant_waiters();
        let found = self.waiters().into_iter().find_map(|start| self.path(start, start, &mut BTreeSet::new()));
        if let Some(cycle) = found {
            let (victim, report) = self.victim(cycle);
            self.trx(victim).deadlock = Some(report.clone());
            self.cancel(victim, WaitOutcome::Deadlock(report));
            self.settle();
        }
    }

    /// The transactions that wait, in the order in which their waits began.
    pub(crate) fn waiters(&self) -> Vec<Owner> {
        let mut all: Vec<Owner> = self.list.iter().filter(|lock| lock.waiting).map(|lock| lock.owner).collect();
        all.sort_by_key(|owner| self.trxs[owner].wait_no);
        all
    }

    fn grant_waiters(&mut self) {
        #[cfg(test)]
        if self.newest_first {
            return self.grant_newest_first();
        }
        for at in 0..self.list.len() {
            if self.list[at].waiting && self.blockers(&self.list[at]).is_empty() {
                self.list[at].waiting = false;
                self.end_wait(&self.list[at].clone(), WaitOutcome::Granted);
            }
        }
    }

    /// A path from `at` back to `start`: each transaction, and what the report says about it.
    fn path(&self, at: Owner, start: Owner, seen: &mut BTreeSet<Owner>) -> Option<Vec<(Owner, Member)>> {
        let wait = self.wait_of(at)?;
        let edges = if wait.kind.is_some() { 1 } else { usize::MAX };
        self.blockers(wait).into_iter().take(edges).find_map(|lock| {
            let rest = match lock.owner == start {
                true => vec![],
                false => seen.insert(lock.owner).then(|| self.path(lock.owner, start, seen))??,
            };
            let (trx, waits_for, blocked_by) = (&self.trxs[&at], self.data_lock(wait), self.data_lock(lock));
            let DataLock { session, trx_id, shown_trx_id, .. } = waits_for;
            let (structures, undo_records) = (trx.structures.len() as u64, trx.undo_records);
            let member = Member { session, trx_id, shown_trx_id, waits_for, blocked_by, structures, undo_records };
            Some([vec![(at, member)], rest].concat())
        })
    }

    /// The lightest member of the cycle (D2, N4, N5); of several, the one that began last.
    fn victim(&self, cycle: Vec<(Owner, Member)>) -> (Owner, Arc<DeadlockReport>) {
        let (owners, cycle): (Vec<Owner>, Vec<Member>) = cycle.into_iter().unzip();
        let mut report = DeadlockReport { cycle, start: None, victim: 0 };
        let weight = |at: &usize| (report.weight_of(&report.cycle[*at]), Reverse(owners[*at]));
        report.victim = (0..owners.len()).min_by_key(weight).unwrap_or_default();
        (owners[report.victim], Arc::new(report))
    }
}
