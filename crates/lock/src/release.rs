//! Locks leave their queues, and waiters behind them are granted or get another blocker.
//!
//! ```text
//!   a lock leaves ─► grant_waiters: for each waiter of the queue, in order
//!                       blocker_of ─┬ none ───► the waiter holds its lock; its session is woken
//!                                   └ a lock ─► set_blocker: the waiter points at the lock's owner; if the owner waits
//!                                               too, a cycle may have closed: search later (D1)
//! ```
//!
//! Nothing is woken here and no cycle is searched: both are noted in [`Deferred`].
//!
//! InnoDB: `lock_rec_dequeue_from_page`, `lock_grant`, `lock_cancel_waiting_and_release`, `lock_trx_release_locks`.

use crate::acquire::Request;
use crate::answer::{Owner, WaitOutcome};
use crate::slab::NONE;
use crate::state::{Deferred, Lock, State};

impl State {
    /// Grants what can be granted in a queue that a lock has left, and gives the other waiters their blockers (Q1, Q2).
    // Not inlined: most queues have one lock, and releasing that one should not pay for this function's registers.
    #[inline(never)]
    pub(crate) fn grant_waiters(&mut self, resource: u32, deferred: &mut Deferred) {
        let waiters: Vec<u32> = self.queue(resource).filter(|(_, lock)| lock.waiting).map(|(at, _)| at).collect();
        for waiter in waiters {
            let owner = self.locks[waiter].owner;
            match self.blocker_of(waiter) {
                None => {
                    self.locks[waiter].waiting = false;
                    self.end_wait(owner, WaitOutcome::Granted, deferred);
                    deferred.granted.push(owner);
                }
                Some(blocker) => self.set_blocker(owner, blocker, deferred),
            }
        }
    }

    /// Returns the first earlier lock that a waiting lock must wait for.
    fn blocker_of(&self, waiter: u32) -> Option<u32> {
        let Lock { resource, owner, mode, .. } = self.locks[waiter];
        let mut earlier = self.queue(resource).take_while(|(at, _)| *at != waiter);
        earlier.find(|(_, lock)| lock.owner != owner && mode.waits_for(lock.mode)).map(|(at, _)| at)
    }

    /// Makes `blocker` the lock that `owner` waits for. A new edge to a transaction that waits too may close a cycle:
    /// then a search is noted (D1).
    fn set_blocker(&mut self, owner: Owner, blocker: u32, deferred: &mut Deferred) {
        let blocking_owner = self.locks[blocker].owner;
        if let Some(wait) = &mut self.owners[owner.0].wait {
            let moved = std::mem::replace(&mut wait.blocking_owner, blocking_owner) != blocking_owner;
            wait.blocker = blocker;
            if moved && self.owners[blocking_owner.0].wait.is_some() {
                let aged = |owner: Owner| (self.owners[owner.0].seniority, owner);
                deferred.searches.insert(aged(owner).min(aged(blocking_owner)));
            }
        }
    }

    /// Ends the wait of `owner`, if it waits. Its lock stays in the queue; the caller keeps or removes it.
    pub(crate) fn end_wait(&mut self, owner: Owner, outcome: WaitOutcome, deferred: &mut Deferred) {
        let owner = &mut self.owners[owner.0];
        if let Some(wait) = owner.wait.take() {
            if let Some(structure) = wait.structure {
                if matches!(outcome, WaitOutcome::Granted | WaitOutcome::Gone) {
                    owner.remember_structure(structure, self.locks[wait.lock].structure_no);
                } else {
                    owner.n_structures -= 1;
                }
            }
            owner.outcome = Some(outcome);
            deferred.woken.push((wait.wait_no, owner.session().clone()));
        }
    }

    /// Removes the request that `owner` waits with, if it waits.
    pub(crate) fn cancel(&mut self, owner: Owner, outcome: WaitOutcome, deferred: &mut Deferred) {
        let Some(wait) = self.owners[owner.0].wait else { return };
        self.end_wait(owner, outcome, deferred);
        debug_assert!(self.locks[wait.lock].waiting, "Q3: a wait is for a lock that waits");
        self.release(wait.lock, deferred);
    }

    /// Removes a lock whose owner does not wait for it.
    pub(crate) fn release(&mut self, lock: u32, deferred: &mut Deferred) {
        let resource = self.locks[lock].resource;
        if self.dequeue(lock) {
            self.grant_waiters(resource, deferred);
        }
    }

    /// Gives back the structure of a table lock that was released before the transaction's end (Q4): no other lock is
    /// in it.
    pub(crate) fn give_back_structure(&mut self, request: &Request<'_>) {
        let owner = self.owner(request.owner);
        if request.structure.is_some_and(|structure| owner.forget_structure(structure)) {
            owner.n_structures -= 1;
        }
    }

    /// Removes all locks of `owner`, newest first, and `owner` itself. REQUIRES: it does not wait (Q3).
    pub(crate) fn end(&mut self, owner: Owner, deferred: &mut Deferred) {
        assert!(self.owner(owner).wait.is_none(), "Q3: {owner:?} still waits");
        loop {
            let newest = self.owners[owner.0].newest;
            if newest == NONE {
                break;
            }
            self.release(newest, deferred);
        }
        if let Some(trx_id) = self.owners.remove(owner.0).and_then(|state| state.trx_id) {
            self.by_trx_id.remove(&trx_id);
        }
    }
}
