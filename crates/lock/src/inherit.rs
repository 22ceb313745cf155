//! What becomes of locks when a record comes or goes (I9: no lock is lost).
//!
//! ```text
//!   insert 12:   ──(10)────────(15)──      T1 holds the gap before 15
//!                      xxxxxxxx            it was one gap, now two
//!                ──(10)──(12)──(15)──      so T1's lock is copied, as a gap lock, to 12
//!                      xx    xx
//!
//!   remove 12:   ──(10)──(12)──(15)──      T1 holds 12, or the gap before it, or waits for it
//!                           X
//!                ──(10)────────(15)──      a lock cannot stand on nothing: its heir is the gap before 15
//!                      xxxxxxxx
//! ```
//!
//! RULES
//!
//! - **H1** Insert: each lock of the successor that covers its gap, but no insert intention, is copied to the new
//!   record as a gap lock.
//! - **H2** Remove: each lock of the removed record, waiting ones too, but no insert intention, is turned into a gap
//!   lock of its mode on the successor, unless its owner's [`Inherit`] says no. Who waits is told [`Waited::Gone`]:
//!   it looks for its record again.
//! - **H3** An heir that has the very same lock there gets no second one, unless somebody waits there. A stronger one
//!   does not count: the real server's lists show both.
//!
//! H2 gives the owner of a mere record lock the whole gap. That is more than it had; less could let a phantom in: who
//! read the record under REPEATABLE READ must not see another one appear at its key.
//!
//! InnoDB: `lock_rec_inherit_to_gap_if_gap_lock`, `lock_rec_inherit_to_gap`, `lock_rec_reset_and_release_wait`.

use crate::mode::{Mode, RecordMode};
use crate::place::{At, Name};
use crate::queue::Lock;
use crate::state::{After, State};
use crate::table::{Inherit, Owner, Waited};

impl State {
    /// H1. Returns the number of locks copied.
    pub(crate) fn inherit_on_insert(&mut self, new: &At<'_>, successor: &At<'_>) -> usize {
        let Some(place) = self.places.find(&Name::record(successor.index, successor.key)) else { return 0 };
        let gaps: Vec<(Owner, RecordMode)> =
            self.record_locks(place).filter(|(_, mode)| mode.covers_gap()).filter_map(as_gap).collect();
        self.give(new, &gaps)
    }

    /// H2. Returns the number of heirs' locks.
    pub(crate) fn inherit_on_remove(&mut self, removed: &At<'_>, successor: &At<'_>, after: &mut After) -> usize {
        let Some(place) = self.places.find(&Name::record(removed.index, removed.key)) else { return 0 };
        let left: Vec<(Owner, RecordMode)> = self
            .record_locks(place)
            .filter(|(owner, mode)| self.owners[owner.0].inherit.allows(*mode))
            .filter_map(as_gap)
            .collect();
        let count = self.give(successor, &left);
        self.clear(place, after);
        count
    }

    fn record_locks(&self, place: u32) -> impl Iterator<Item = (Owner, RecordMode)> {
        self.queue(place).filter_map(|(_, lock)| match lock.mode {
            Mode::Record(mode) => Some((lock.owner, mode)),
            Mode::Table(_) => None,
        })
    }

    /// Gap locks wait for nobody (M3), so each is granted at once.
    fn give(&mut self, at: &At<'_>, gaps: &[(Owner, RecordMode)]) -> usize {
        let mut given = |(owner, mode): &&(Owner, RecordMode)| {
            let request = State::record_request(*owner, at, *mode, 0);
            let place = self.places.find(&request.name);
            let same = |lock: &Lock| lock.owner == *owner && lock.mode == request.mode;
            let needless = place.is_some_and(|place| {
                let (mut had, mut waits) = (false, false);
                self.queue(place).for_each(|(_, lock)| {
                    had |= same(lock);
                    waits |= lock.waiting;
                });
                had && !waits
            });
            if !needless {
                self.hold_anyway(&request);
            }
            !needless
        };
        gaps.iter().filter(|gap| given(gap)).count()
    }

    /// Everything leaves the queue of a removed record.
    fn clear(&mut self, place: u32, after: &mut After) {
        let all: Vec<(u32, Owner, bool)> = self.queue(place).map(|(at, lock)| (at, lock.owner, lock.waiting)).collect();
        for (lock, owner, waiting) in all {
            if waiting {
                self.end_wait(owner, Waited::Gone, after);
            }
            self.dequeue(lock);
        }
    }
}

fn as_gap((owner, mode): (Owner, RecordMode)) -> Option<(Owner, RecordMode)> {
    mode.as_gap().map(|gap| (owner, gap))
}

impl Inherit {
    /// Whether a lock of `mode` goes on to the successor when its record is removed.
    pub fn allows(self, mode: RecordMode) -> bool {
        match self {
            Inherit::All => true,
            Inherit::SharedOnly => mode.is_shared(),
            Inherit::ExclusiveOnly => !mode.is_shared(),
        }
    }
}
