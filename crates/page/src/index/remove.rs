//! The mutator, continued: removing records from an INDEX page.
//!
//! ```text
//! remove(r)           p.next · r.next (into the free list) · header counts · n_owned
//!                     a group of 3 takes a record from the next group, or joins it
//! remove_from(r)      p.next · last.next · header counts · the supremum's n_owned and slot          however many records go
//! remove_before(r)    infimum.next · last.next · header counts · the removed slots · n_owned        likewise
//! ```
//!
//! The rules are those of `mutate`.
//!
//! InnoDB's counterpart: `page_cur_delete_rec`, `page_dir_balance_slot`, `page_delete_rec_list_end`,
//! `page_delete_rec_list_start`.

use super::directory::{MIN_OWNED, Origin, slot_at};
use super::header::Counts;
use super::mutate::IndexMut;
use super::page::IndexPage;
use crate::write::Write;

impl<W: Write + ?Sized> IndexMut<'_, W> {
    /// Removes the record at `origin` and links it to the free list. REQUIRES a record of the chain.
    #[doc(alias = "page_cur_delete_rec")]
    pub fn remove(&mut self, origin: Origin) {
        assert!(origin.is_user(), "infimum and supremum cannot be removed");
        let page = self.page();
        let mut counts = page.counts();
        if counts.n_recs == 1 {
            return self.clear();
        }
        let (owner, slot) = page.owner(origin);
        let prev = page.prev_in_group(slot, origin);
        let next = page.next(origin);
        let n_owned = page.n_owned(owner) - 1;
        let (extra, data) = page.record(origin).sizes();

        self.set_next(prev, next);
        self.link_free(origin, counts.free);
        counts.free = origin.0;
        counts.garbage += (extra + data) as u16;
        counts.n_recs -= 1;
        counts.last_insert = 0;
        if owner == origin {
            self.w.write_u16(slot_at(slot), prev.0);
        }
        let owner = if owner == origin { prev } else { owner };
        if n_owned < MIN_OWNED && slot < usize::from(counts.n_slots) - 1 {
            self.balance(slot, owner, n_owned, &mut counts);
        } else {
            self.set_n_owned(owner, n_owned);
        }
        self.set_counts(&counts);
    }

    /// Repairs the group of `slot`, which is too small with `n_owned` records up to `owner`: it takes records from the
    /// next group or joins it. REQUIRES a slot other than the last.
    #[doc(alias = "page_dir_balance_slot")]
    fn balance(&mut self, slot: usize, owner: Origin, n_owned: usize, counts: &mut Counts) {
        let page = self.page();
        let above = page.slot(slot + 1);
        let n_above = page.n_owned(above);
        let missing = MIN_OWNED - n_owned;
        if n_above >= MIN_OWNED + missing {
            let mut new_owner = owner;
            for _ in 0..missing {
                new_owner = page.next(new_owner);
            }
            self.w.write_u16(slot_at(slot), new_owner.0);
            self.clear_n_owned(owner);
            self.set_n_owned(new_owner, MIN_OWNED);
            self.set_n_owned(above, n_above - missing);
        } else {
            self.drop_slots(slot, 1, counts);
            self.clear_n_owned(owner);
            self.set_n_owned(above, n_above + n_owned);
        }
    }

    /// Removes the `n` slots from `slot` on from the directory.
    fn drop_slots(&mut self, slot: usize, n: usize, counts: &mut Counts) {
        let n_slots = usize::from(counts.n_slots);
        if n > 0 {
            self.w.copy_within(slot_at(n_slots - 1)..slot_at(slot + n) + 2, slot_at(n_slots - 1 - n));
        }
        counts.n_slots -= n as u16;
    }

    /// Removes the records from `origin` to the last one and moves them to the free list as they are linked. The number
    /// of writes does not depend on the number of records.
    #[doc(alias = "page_delete_rec_list_end")]
    pub fn remove_from(&mut self, origin: Origin) {
        let page = self.page();
        let mut counts = page.counts();
        if origin == Origin::SUPREMUM {
            return;
        }
        if page.first() == origin {
            return self.clear();
        }
        let (_, slot) = page.owner(origin);
        let prev = page.prev_in_group(slot, origin);
        let (n, len, last) = page.measure(origin, Origin::SUPREMUM);
        // The records before `origin` in its group become the supremum's group: the group's slot gets the supremum, and
        // the slots after it are dropped.
        let mut left = 1;
        let mut at = page.slot(slot - 1);
        while at != prev {
            at = page.next(at);
            left += 1;
        }
        self.set_next(prev, Origin::SUPREMUM);
        self.link_free(last, counts.free);
        counts.free = origin.0;
        counts.garbage += len as u16;
        counts.n_recs -= n as u16;
        counts.last_insert = 0;
        counts.n_slots = slot as u16 + 1;
        self.w.write_u16(slot_at(slot), Origin::SUPREMUM.0);
        self.set_n_owned(Origin::SUPREMUM, left);
        self.set_counts(&counts);
    }

    /// Removes the records before `origin` and moves them to the free list as they are linked. REQUIRES a record of the
    /// chain, or the supremum.
    #[doc(alias = "page_delete_rec_list_start")]
    pub fn remove_before(&mut self, origin: Origin) {
        let page = self.page();
        let mut counts = page.counts();
        let first = page.first();
        if origin == first {
            return;
        }
        if origin == Origin::SUPREMUM {
            return self.clear();
        }
        let (owner, slot) = page.owner(origin);
        let (n, len, last) = page.measure(first, origin);
        let mut left = 1;
        let mut at = origin;
        while at != owner {
            at = page.next(at);
            left += 1;
        }
        self.set_next(Origin::INFIMUM, origin);
        self.link_free(last, counts.free);
        counts.free = first.0;
        counts.garbage += len as u16;
        counts.n_recs -= n as u16;
        counts.last_insert = 0;
        self.drop_slots(1, slot - 1, &mut counts);
        if left < MIN_OWNED && owner != Origin::SUPREMUM {
            self.balance(1, owner, left, &mut counts);
        } else {
            self.set_n_owned(owner, left);
        }
        self.set_counts(&counts);
    }
}

impl IndexPage<'_> {
    /// Returns the record before `origin`. REQUIRES `origin` in the group of `slot`.
    fn prev_in_group(&self, slot: usize, origin: Origin) -> Origin {
        let mut before = self.slot(slot - 1);
        while self.next(before) != origin {
            before = self.next(before);
        }
        before
    }

    /// Returns, of the records from `from` to before `to`: their number, their length in bytes, and the last one.
    fn measure(&self, from: Origin, to: Origin) -> (usize, usize, Origin) {
        let (mut n, mut len, mut last, mut at) = (0, 0, from, from);
        while at != to {
            let (extra, data) = self.record(at).sizes();
            (n, len, last) = (n + 1, len + extra + data, at);
            at = self.next(at);
        }
        (n, len, last)
    }
}
