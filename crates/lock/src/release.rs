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
use crate::owner::OwnerState;
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
        self.blockers_of(waiter).next()
    }

    /// Iterates over the earlier locks that a waiting lock must wait for.
    pub(crate) fn blockers_of(&self, waiter: u32) -> impl Iterator<Item = u32> {
        let Lock { resource, owner, mode, .. } = self.locks[waiter];
        let earlier = self.queue(resource).take_while(move |(at, _)| *at != waiter);
        earlier.filter(move |(_, lock)| lock.owner != owner && mode.waits_for(lock.mode)).map(|(at, _)| at)
    }

    /// Makes `blocker` the lock that `owner` waits for. A new edge to a transaction that waits too may close a cycle:
    /// then a search is noted (D1).
    fn set_blocker(&mut self, owner: Owner, blocker: u32, deferred: &mut Deferred) {
        let blocking_owner = self.locks[blocker].owner;
        if let Some(wait) = &mut self.owners[owner.0].wait {
            let moved = std::mem::replace(&mut wait.blocking_owner, blocking_owner) != blocking_owner;
            wait.blocker = blocker;
            if moved && self.owners[blocking_owner.0].waits() {
                let aged = |owner: Owner| (self.owners[owner.0].seniority, owner);
                deferred.searches.insert(aged(owner).min(aged(blocking_owner)));
            }
        }
    }

    /// Ends the wait of `owner`, if it waits. Its lock stays in the queue; the caller keeps or removes it.
    pub(crate) fn end_wait(&mut self, owner: Owner, outcome: WaitOutcome, deferred: &mut Deferred) {
        let owner = &mut self.owners[owner.0];
        match (owner.wait.take(), owner.name_wait.take()) {
            (Some(wait), _) if matches!(outcome, WaitOutcome::Granted | WaitOutcome::Gone) => {
                owner.remember_structure(wait.structure, self.locks[wait.lock].structure_no);
            }
            (Some(_), _) => owner.n_structures -= 1,
            (None, Some(_)) => {}
            (None, None) => return,
        }
        owner.outcome = Some(outcome);
        deferred.woken.push((owner.wait_no, owner.session().clone()));
    }

    /// Removes the request that `owner` waits with, if it waits.
    pub(crate) fn cancel(&mut self, owner: Owner, outcome: WaitOutcome, deferred: &mut Deferred) {
        let OwnerState { wait, name_wait, .. } = &self.owners[owner.0];
        let (wait, name_wait) = (*wait, name_wait.clone());
        self.end_wait(owner, outcome, deferred);
        if let Some(wait) = wait {
            debug_assert!(self.locks[wait.lock].waiting, "Q3: a wait is for a lock that waits");
            self.release(wait.lock, deferred);
        }
        if let Some(request) = name_wait {
            self.withdraw_name(owner, &request, deferred);
        }
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
        if owner.forget_structure(request.structure) {
            owner.n_structures -= 1;
        }
    }

    /// Removes all locks of `owner`, newest first, and `owner` itself. REQUIRES: it does not wait (Q3).
    pub(crate) fn end(&mut self, owner: Owner, deferred: &mut Deferred) {
        self.restart(owner, deferred);
        self.release_names(owner, 0, deferred);
        self.owners.remove(owner.0);
    }

    /// Removes all locks of `owner` but those on names, newest first, and its id: as if it began now. REQUIRES: it does
    /// not wait (Q3).
    pub(crate) fn restart(&mut self, owner: Owner, deferred: &mut Deferred) {
        assert!(!self.owner(owner).waits(), "Q3: {owner:?} still waits");
        loop {
            let newest = self.owners[owner.0].newest;
            if newest == NONE {
                break;
            }
            self.release(newest, deferred);
        }
        let state = self.owner(owner);
        let trx_id = state.trx_id;
        state.restart();
        if let Some(trx_id) = trx_id {
            self.by_trx_id.remove(&trx_id);
        }
    }
}
