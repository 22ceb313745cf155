//! Deadlocks: searched for when an edge of the wait-for graph is made, broken by rolling back a victim, and reported
//! ([`DeadlockReport`]).
//!
//! ```text
//!   T1 ──waits for──► T2 ──► T3 ──┐         one edge leaves each waiter (Q2), so the walk from a new edge either ends
//!            ▲────────────────────┘         at a transaction that runs, or goes around a cycle
//! ```
//!
//! RULES
//!
//! - **D1** A search starts at the transaction that began to wait. If a waiter got another blocker whose owner waits
//!   too, the search starts at the older of these two transactions. Age goes by session: a session takes the lowest
//!   free slot at its first transaction, and a lower slot is older. Of several pending searches, the one from the
//!   oldest transaction runs first.
//! - **D2** The victim is the lightest transaction of the cycle (Q4).
//! - **D3** Of several lightest ones, it is the one where the search started; else the first of them in the order of
//!   the walk, which begins after the member at which Brent's algorithm notices the cycle. (Arbitrary, but the real
//!   server's order.)
//! - **D4** The victim's *request* is removed; its locks stay until it has rolled back, and the others wait until then.
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
//! The price of one edge per waiter: a waiter that two transactions block points at the first. A cycle through the
//! second is found only when the first has released its lock. The real server does the same.
//!
//! InnoDB: `Deadlock::find_cycle`, `Deadlock::report`; `DeadlockChecker` of older servers followed all edges, up to a
//! limit.

use crate::answer::{Owner, WaitOutcome};
use crate::deadlock_report::{DeadlockReport, Member};
use crate::state::{Deferred, State};
use std::sync::Arc;

impl State {
    /// Runs the pending searches, and those that breaking a cycle adds. Each cycle found loses its victim's request.
    pub(crate) fn break_cycles(&mut self, deferred: &mut Deferred) {
        while let Some((_, start)) = deferred.searches.pop_first() {
            if let Some((victim, report)) = self.deadlock_from(start) {
                let report = Arc::new(report);
                deferred.deadlocks.push(report.clone());
                self.latest_deadlock = Some(report.clone());
                // One edge leaves `start`, so no other cycle goes through it. Cancelling may add searches.
                self.cancel(victim, WaitOutcome::Deadlock(report), deferred);
            }
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

    /// Returns the transaction that `owner` waits for; `None` if it runs.
    fn blocking_owner(&self, owner: Owner) -> Option<Owner> {
        self.owners[owner.0].wait.map(|wait| wait.blocking_owner)
    }

    /// Returns the victim and the report of a cycle that is reached from `start`.
    fn deadlock_from(&self, start: Owner) -> Option<(Owner, DeadlockReport)> {
        let noticed = self.find_cycle(start)?;
        let mut members: Vec<Owner> = Vec::new();
        let mut at = self.blocking_owner(noticed)?;
        loop {
            members.push(at);
            if at == noticed {
                break;
            }
            at = self.blocking_owner(at)?;
        }
        let victim = self.victim_of(&members, start)?;
        if let Some(first) = members.iter().position(|owner| *owner == start) {
            members.rotate_left(first);
        }
        let position = members.iter().position(|owner| *owner == victim)?;
        let cycle = members.iter().filter_map(|owner| self.member(*owner)).collect();
        Some((victim, DeadlockReport { cycle, victim: position }))
    }

    /// Returns the lightest of the cycle's members, given in the order of the walk (D2, D3).
    fn victim_of(&self, members: &[Owner], start: Owner) -> Option<Owner> {
        // `min_by_key` returns the first of equals.
        members.iter().copied().min_by_key(|owner| (self.owners[owner.0].weight(), *owner != start))
    }

    fn member(&self, owner: Owner) -> Option<Member> {
        let owner = &self.owners[owner.0];
        let wait = owner.wait?;
        Some(Member {
            session: owner.session_no(),
            trx_id: owner.trx_id,
            waits_for: self.data_lock(wait.lock),
            blocked_by: self.data_lock(wait.blocker),
            structures: owner.n_structures,
            undo_records: owner.undo_records,
        })
    }
}
