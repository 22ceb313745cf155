//! Deadlocks: a transaction begins to wait, the lock table looks whether transactions now wait for each other in a
//! circle, and if so chooses one of them, the victim, which must roll back.
//!
//! Each waiter points at the one transaction that it waits for (Q2). The search starts at a waiter and follows these
//! pointers. It ends at a transaction that runs, or comes around:
//!
//! ```text
//!   T3 requests a lock of T1:       T3 ──► T1 ──► T2 ──┐      T3 has just begun to wait: the search starts there
//!                                    ▲─────────────────┘      and comes back: T1, T2 and T3 are in a deadlock
//!
//!   the members in the walk's       T1          T2          T3
//!   order, each with its weight     3           3           3     all are equal: T3, where the search started (D3)
//!   (lock structures + rows         3           3           5     T3 is heavier:  T1, the first of the lightest (D3)
//!   to undo, Q4); the victim:       3           2           5     T2 is the lightest (D2)
//! ```
//!
//! RULES
//!
//! - **D1** A request that has to wait starts a search at its transaction. Another search is due when a waiter points
//!   at another transaction than before, and that one waits too: it starts at the older of these two. Age goes by
//!   session: a session takes the lowest free slot at its first transaction, and a lower slot is older. Of several
//!   searches that are due, the one from the oldest transaction runs first.
//! - **D2** The victim is the lightest member of the circle (Q4).
//! - **D3** If several members are the lightest, the victim is the one where the search started. If that one is
//!   heavier, the victim is the first of the lightest in the walk's order: the order of the pointers, from the
//!   transaction behind the one at which the search notices the circle (in the picture T3, so the order begins with
//!   T1). Reports list the members in this order, and so does the server. The order has no meaning: it follows from
//!   Brent's algorithm for finding a circle, which the server uses too.
//! - **D4** The victim's *request* is removed. Its locks stay until it has rolled back, and the other members wait until
//!   then.
//!
//! **FACT** No transaction waits for ever: once every running transaction has ended, either none waits or a deadlock
//! has been reported.
//!
//! **PROOF** Suppose that some transactions wait and that none of them was made a victim. A transaction that has ended
//! has no locks, and when a lock leaves a queue each of its waiters is granted or gets another blocker
//! (`grant_waiters`). So every waiter points at another waiter, and because there are finitely many, the edges contain
//! a cycle. Take the edge of the cycle that was made last. It completed the cycle, and a search started at one end of
//! that edge (D1), found the cycle and broke it: a contradiction. ∎
//!
//! A wait for a name has several edges and takes part in the same graph; N4 and N5 (`metadata`) say how cycles through
//! names are found and which transaction is the victim. All of its edges are walked, so there the FACT needs no second
//! search.
//!
//! The price of one edge per waiter: a waiter that two transactions block points at the first. A cycle through the
//! second is found only when the first has released its lock. The real server does the same.
//!
//! InnoDB: `Deadlock::find_cycle`, `Deadlock::report`; `DeadlockChecker` of older servers followed all edges, up to a
//! limit.

use crate::answer::{Owner, WaitOutcome};
use crate::data_lock::DataLock;
use crate::deadlock_report::{DeadlockReport, Member};
use crate::state::{Deferred, State};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A deadlock that was found: the transaction that has to roll back, and the report.
struct Found {
    victim: Owner,
    report: DeadlockReport,
}

/// A transaction on a walk through names and rows: its edges that are left to follow, and the lock of the next
/// transaction that is in its way.
struct Visit {
    owner: Owner,
    edges: std::vec::IntoIter<(Owner, DataLock)>,
    blocked_by: Option<DataLock>,
}

impl State {
    /// Runs the pending searches, and those that breaking a cycle adds. Each cycle found loses its victim's request.
    pub(crate) fn break_cycles(&mut self, deferred: &mut Deferred) {
        while let Some((seniority, start)) = deferred.searches.pop_first() {
            let Some(Found { victim, report }) = self.deadlock_from(start) else { continue };
            let report = Arc::new(report);
            deferred.deadlocks.push(report.clone());
            self.owners[victim.0].deadlock = Some(report.clone());
            // Cancelling may add searches.
            self.cancel(victim, WaitOutcome::Deadlock(report), deferred);
            // One edge leaves a wait in a queue, but several leave one for a name: another cycle may go through `start`.
            if self.owners[start.0].name_wait.is_some() {
                deferred.searches.insert((seniority, start));
            }
        }
    }

    /// Returns the deadlock that is reached from `start`: through queues alone (D1), or through names (N4, N5).
    fn deadlock_from(&self, start: Owner) -> Option<Found> {
        match self.find_cycle(start) {
            Some(noticed) => self.deadlock_of_rows(start, noticed),
            None if self.names.is_waited_for(None) => self.deadlock_through_names(start),
            None => None,
        }
    }

    /// Walks the edges from `start`. Returns the member of the cycle at which it was noticed. Brent's algorithm: the
    /// hare walks, and the tortoise jumps to the hare after 1, 2, 4, … steps.
    fn find_cycle(&self, start: Owner) -> Option<Owner> {
        let (mut tortoise, mut hare) = (start, self.blocking_owner(start)?);
        let (mut power, mut steps) = (1u64, 1u64);
        while hare != tortoise {
            if steps == power {
                (tortoise, power, steps) = (hare, 2 * power, 0);
            }
            hare = self.blocking_owner(hare)?;
            steps += 1;
        }
        Some(hare)
    }

    /// Returns the transaction that `owner` waits for in a queue; `None`: it runs, or waits for a name.
    fn blocking_owner(&self, owner: Owner) -> Option<Owner> {
        self.owners[owner.0].wait.map(|wait| wait.blocking_owner)
    }

    /// Returns the victim and the report of a cycle through queues that is reached from `start`.
    fn deadlock_of_rows(&self, start: Owner, noticed: Owner) -> Option<Found> {
        let mut members: Vec<Owner> = Vec::new();
        let mut at = self.blocking_owner(noticed)?;
        loop {
            members.push(at);
            if at == noticed {
                break;
            }
            at = self.blocking_owner(at)?;
        }
        // D2, D3: `min_by_key` returns the first of equals.
        let weight = |owner: &Owner| (self.owners[owner.0].weight(), *owner != start);
        let victim = members.iter().copied().min_by_key(weight)?;
        let blocked_by = |owner: Owner| Some((owner, self.blockers(owner).pop()?.1));
        self.found(start, victim, members.into_iter().filter_map(blocked_by).collect())
    }

    /// Returns the victim and the report of a cycle through names, and perhaps queues, that goes through `start`.
    fn deadlock_through_names(&self, start: Owner) -> Option<Found> {
        let cycle = self.walk_from(start)?;
        let mode = |owner: Owner| self.owners[owner.0].name_wait.as_ref().map(|request| request.mode);
        let names_only = cycle.iter().all(|(owner, _)| mode(*owner).is_some());
        let weight = |owner: Owner| match mode(owner) {
            Some(mode) if names_only => mode.deadlock_weight(),
            _ => self.owners[owner.0].weight(),
        };
        let victim = cycle.iter().map(|(owner, _)| *owner).min_by_key(|owner| weight(*owner))?;
        self.found(start, victim, cycle)
    }

    /// Walks all edges from `start`, depth first, until one leads back to `start` (N4). Returns the transactions of that
    /// cycle, each with the lock of the next one that is in its way.
    fn walk_from(&self, start: Owner) -> Option<Vec<(Owner, DataLock)>> {
        let visit = |owner| Visit { owner, edges: self.blockers(owner).into_iter(), blocked_by: None };
        let (mut seen, mut walk) = (BTreeSet::from([start]), vec![visit(start)]);
        while let Some(last) = walk.last_mut() {
            if let Some((_, closing)) = last.edges.as_slice().iter().find(|(next, _)| *next == start) {
                last.blocked_by = Some(closing.clone());
                return Some(walk.into_iter().filter_map(|visit| Some((visit.owner, visit.blocked_by?))).collect());
            }
            match last.edges.next() {
                None => drop(walk.pop()),
                Some((next, lock)) if seen.insert(next) => {
                    last.blocked_by = Some(lock);
                    walk.push(visit(next));
                }
                Some(_) => {}
            }
        }
        None
    }

    /// Returns the report of a cycle, given as `walk_from` does.
    fn found(&self, start: Owner, victim: Owner, cycle: Vec<(Owner, DataLock)>) -> Option<Found> {
        let position = |of: Owner| cycle.iter().position(|(owner, _)| *owner == of);
        let (start, victim_at) = (position(start), position(victim)?);
        let member = |(owner, blocked_by): (Owner, DataLock)| {
            let (state, waits_for) = (&self.owners[owner.0], self.waits_for(owner)?);
            Some(Member {
                session: state.session_no(),
                trx_id: state.trx_id,
                shown_trx_id: state.shown_trx_id(),
                waits_for,
                blocked_by,
                structures: state.n_structures,
                undo_records: state.undo_records,
            })
        };
        let cycle = cycle.into_iter().filter_map(member).collect();
        Some(Found { victim, report: DeadlockReport { cycle, start, victim: victim_at } })
    }
}
