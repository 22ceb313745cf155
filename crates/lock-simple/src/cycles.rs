//! What ends each step: waiters that nothing blocks are granted, and cycles of waits lose a victim.
//!
//! A waiter in a queue points at the owner of its first blocker (Q2), a waiter for a name at all its blockers (N4). From
//! each waiter, in the order in which the waits began, all paths are walked; one that comes back is a cycle.

use crate::list::{Lock, State};
use innolab_lock::{DeadlockReport, Member, Mode, Owner, WaitOutcome};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

impl State {
    /// Grants and breaks cycles until there is nothing left to do. Returns the deadlocks.
    pub(crate) fn settle(&mut self) -> Vec<Arc<DeadlockReport>> {
        let mut deadlocks = vec![];
        loop {
            self.grant_waiters();
            let mut waiters: Vec<Owner> = self.list.iter().filter(|lock| lock.waiting).map(|lock| lock.owner).collect();
            waiters.sort_by_key(|owner| self.trxs[owner].wait_no);
            let found = waiters.iter().find_map(|start| self.path(*start, *start, &mut BTreeSet::new()));
            let Some(cycle) = found else { return deadlocks };
            let victim = self.victim(&cycle);
            let report = Arc::new(self.report(&cycle, victim));
            let owner = cycle[victim].0;
            self.trx(owner).deadlock = Some(report.clone());
            self.cancel(owner, WaitOutcome::Deadlock(report.clone()));
            deadlocks.push(report);
        }
    }

    fn grant_waiters(&mut self) {
        #[cfg(test)]
        if self.newest_first {
            return self.grant_newest_first();
        }
        for at in 0..self.list.len() {
            if self.list[at].waiting && self.blockers(&self.list[at], at).is_empty() {
                self.list[at].waiting = false;
                let lock = self.list[at].clone();
                self.end_wait(&lock, WaitOutcome::Granted);
                self.granted.push(lock.owner);
            }
        }
    }

    /// The positions of the locks at which `owner` points.
    pub(crate) fn edges(&self, owner: Owner) -> Vec<usize> {
        let Some(at) = self.wait_of(owner) else { return vec![] };
        let mut all = self.blockers(&self.list[at], at);
        if self.list[at].kind.is_some() {
            all.truncate(1);
        }
        all
    }

    /// A path from `at` back to `start`: each transaction with the position of the lock of the next that blocks it.
    fn path(&self, at: Owner, start: Owner, seen: &mut BTreeSet<Owner>) -> Option<Vec<(Owner, usize)>> {
        self.edges(at).into_iter().find_map(|lock| {
            let next = self.list[lock].owner;
            let rest = match next == start {
                true => Some(vec![]),
                false => seen.insert(next).then(|| self.path(next, start, seen))?,
            };
            rest.map(|rest| [vec![(at, lock)], rest].concat())
        })
    }

    /// The position in the cycle of the lightest member (D2, N4, N5); of several, the one that began last.
    fn victim(&self, cycle: &[(Owner, usize)]) -> usize {
        let names: Vec<u64> = cycle
            .iter()
            .filter_map(|(owner, _)| match self.list[self.wait_of(*owner)?].mode {
                Mode::Metadata(mode) => Some(mode.deadlock_weight()),
                _ => None,
            })
            .collect();
        let names_only = names.len() == cycle.len();
        let weight = |at: &usize| if names_only { names[*at] } else { self.weight(cycle[*at].0) };
        (0..cycle.len()).min_by_key(|at| (weight(at), Reverse(cycle[*at].0))).unwrap_or_default()
    }

    /// Lock structures, of which a wait is one, and rows to undo (Q4).
    pub(crate) fn weight(&self, owner: Owner) -> u64 {
        self.structures(owner) + self.trxs[&owner].undo_records
    }

    /// The number of lock structures.
    pub(crate) fn structures(&self, owner: Owner) -> u64 {
        let waits = |lock: &Lock| lock.owner == owner && lock.waiting && lock.kind.is_some();
        self.trxs[&owner].structures.len() as u64 + u64::from(self.list.iter().any(waits))
    }

    fn report(&self, cycle: &[(Owner, usize)], victim: usize) -> DeadlockReport {
        let member = |(owner, blocked_by): &(Owner, usize)| {
            let waits_for = self.data_lock(&self.list[self.wait_of(*owner)?]);
            Some(Member {
                session: waits_for.session,
                trx_id: waits_for.trx_id,
                shown_trx_id: waits_for.shown_trx_id,
                blocked_by: self.data_lock(&self.list[*blocked_by]),
                waits_for,
                structures: self.structures(*owner),
                undo_records: self.trxs[owner].undo_records,
            })
        };
        DeadlockReport { cycle: cycle.iter().filter_map(member).collect(), start: None, victim }
    }
}
