//! What happens to locks when a record is inserted, removed or rewritten (I9: no lock is lost).
//!
//! ```text
//!   insert 12:   ──(10)────────(15)──      T1 holds the gap before 15
//!                      xxxxxxxx            the insert splits the gap in two
//!                ──(10)──(12)──(15)──      so T1's lock is copied to 12, as a gap lock
//!                      xx    xx
//!
//!   remove 12:   ──(10)──(12)──(15)──      T1 holds 12, or the gap before it, or waits for it
//!                           X
//!                ──(10)────────(15)──      12 is gone: its successor's gap inherits the lock
//!                      xxxxxxxx
//! ```
//!
//! RULES
//!
//! - **H1** Insert: each lock on the successor that covers its gap, an insert intention excepted, is copied to the new
//!   record as a gap lock.
//! - **H2** Remove: each lock on the removed record, waiting ones included and insert intentions excepted, becomes a
//!   gap lock of its strength on the successor, unless its owner's [`Inherit`] excludes it. A waiter's wait ends with
//!   [`WaitOutcome::Gone`]; the waiter then finds its position again.
//! - **H3** An owner that has the very same lock there gets no second one, unless a request waits there. A stronger
//!   lock does not count: the real server's lists show both.
//!
//! H2 turns a lock on the record alone into a lock on the whole gap. That is more than the owner had, but less could
//! let a phantom in: a transaction that read the record under REPEATABLE READ must not see another one appear at its
//! key.
//!
//! InnoDB: `lock_rec_inherit_to_gap_if_gap_lock`, `lock_rec_inherit_to_gap`, `lock_rec_reset_and_release_wait`.
//!
//! [`Inherit`]: crate::Inherit

use crate::acquire::Request;
use crate::answer::{Owner, WaitOutcome};
use crate::mode::{Mode, RecordMode};
use crate::owner::Wait;
use crate::resource::{Name, RecordId};
use crate::state::{Deferred, Lock, State};

impl State {
    /// Copies the successor's gap locks to a new record (H1). Returns the number of locks added.
    pub(crate) fn inherit_on_insert(&mut self, new: &RecordId<'_>, successor: &RecordId<'_>) -> usize {
        let Some(resource) = self.resources.find(&Name::record(successor.index, successor.key)) else { return 0 };
        let gaps: Vec<(Owner, RecordMode)> =
            self.record_locks(resource).filter(|(_, mode)| mode.covers_gap()).filter_map(as_gap).collect();
        self.add_gaps(new, &gaps)
    }

    /// Turns a removed record's locks into gap locks on its successor (H2). Returns the number of locks added.
    pub(crate) fn inherit_on_remove(
        &mut self,
        removed: &RecordId<'_>,
        successor: &RecordId<'_>,
        deferred: &mut Deferred,
    ) -> usize {
        let Some(resource) = self.resources.find(&Name::record(removed.index, removed.key)) else { return 0 };
        let gaps: Vec<(Owner, RecordMode)> = self
            .record_locks(resource)
            .filter(|(owner, mode)| self.owners[owner.0].inherit.allows(*mode))
            .filter_map(as_gap)
            .collect();
        let count = self.add_gaps(successor, &gaps);
        self.clear(resource, deferred);
        count
    }

    fn record_locks(&self, resource: u32) -> impl Iterator<Item = (Owner, RecordMode)> {
        self.queue(resource).filter_map(|(_, lock)| match lock.mode {
            Mode::Record(mode) => Some((lock.owner, mode)),
            Mode::Table(_) | Mode::Metadata(_) => None,
        })
    }

    /// Adds gap locks on a record, except those that are there already (H3). A gap lock never waits (M4), so each is
    /// granted. Returns the number of locks added.
    fn add_gaps(&mut self, at: &RecordId<'_>, gaps: &[(Owner, RecordMode)]) -> usize {
        let mut add = |(owner, mode): &&(Owner, RecordMode)| {
            let request = Request::record(*owner, at, *mode, 0);
            let resource = self.resources.find(&request.name);
            let same = |lock: &Lock| lock.owner == *owner && lock.mode == request.mode;
            let is_there = resource.is_some_and(|resource| {
                let (mut found, mut has_waiter) = (false, false);
                self.queue(resource).for_each(|(_, lock)| {
                    found |= same(lock);
                    has_waiter |= lock.waiting;
                });
                found && !has_waiter
            });
            if !is_there {
                self.grant_unchecked(&request);
            }
            !is_there
        };
        gaps.iter().filter(|gap| add(gap)).count()
    }

    /// Empties the queue of a removed record.
    fn clear(&mut self, resource: u32, deferred: &mut Deferred) {
        let all: Vec<(u32, Owner, bool)> =
            self.queue(resource).map(|(at, lock)| (at, lock.owner, lock.waiting)).collect();
        for (lock, owner, waiting) in all {
            if waiting {
                self.end_wait(owner, WaitOutcome::Gone, deferred);
            }
            self.dequeue(lock);
        }
    }

    /// A record is rewritten in its page. InnoDB then removes the record's locks and adds them again, twice, so each
    /// lock from the first waiter on starts two new structures (Q4).
    pub(crate) fn rewrite(&mut self, resource: u32) {
        let queue = self.queue(resource).skip_while(|(_, lock)| !lock.waiting);
        for lock in queue.map(|(at, _)| at).collect::<Vec<_>>() {
            let new = self.next_structure_no + 1;
            self.next_structure_no += 2;
            let Lock { owner, waiting, .. } = self.locks[lock];
            let old = std::mem::replace(&mut self.locks[lock].structure_no, new);
            let owner = &mut self.owners[owner.0];
            owner.n_structures += 2;
            if let (true, Some(Wait { structure, .. })) = (waiting, owner.wait) {
                owner.remember_structure(structure, old);
            }
        }
    }
}

fn as_gap((owner, mode): (Owner, RecordMode)) -> Option<(Owner, RecordMode)> {
    mode.as_gap().map(|gap| (owner, gap))
}
