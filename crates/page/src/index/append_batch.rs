//! Appending a batch of records after the last one, in as many writes as one record takes.
//!
//! ```text
//! one by one   record · prev.next · n_owned or directory · counts      n times
//! a batch      records, linked already · prev.next · directory · supremum's n_owned · counts      once
//! ```
//!
//! RULES
//!
//! - **R1** The page becomes what [`IndexMut::insert_after`] of one record after the other makes it, to the byte.
//! - **R2** Only the gap above the heap is used: on a page with a free list, or without room for all, nothing is done.
//!
//! FACT: inserts one by one leave the same groups as this: add all records to the supremum's group, then cut groups of
//! [`MIN_OWNED`] off its front until at most [`MAX_OWNED`] records are left, the supremum included.
//! PROOF: one by one, a group that reaches nine records loses its first four. The newest record is the eighth and the
//! supremum the ninth, so both stay together, and the next record is again inserted right before the supremum.
//!
//! InnoDB's counterpart: none for inserts; `page_copy_rec_list_end` is similar. Left out: batches in the middle of a
//! page, where a cut may put the next record into another group.

use super::directory::{MAX_OWNED, MIN_OWNED, Origin, fits, slot_at};
use super::header::HEAP;
use super::mutate::{IndexMut, note_direction, place_at};
use crate::record_batch::RecordBatch;
use crate::write::Write;
use innolab_base::codec::put_u16;
use std::ops::Range;

impl<W: Write + ?Sized> IndexMut<'_, W> {
    /// Appends the records of `range`, at least one, after the last record of the page; returns whether it did (R2).
    /// The records in `batch` get the headers of their places.
    /// REQUIRES ascending keys, greater than all on the page, and this page's layout.
    pub fn append_batch(&mut self, batch: &mut RecordBatch, range: Range<usize>) -> bool {
        let n_new = range.len();
        let (records, origins) = batch.part(range);
        let page = self.page();
        let mut counts = page.counts();
        let top = usize::from(counts.heap_top);
        let before = page.n_owned(Origin::SUPREMUM) - 1;
        let n_cuts = (before + n_new + 1).saturating_sub(MAX_OWNED).div_ceil(MIN_OWNED);
        let mut cuts = Cuts::new(n_cuts);
        let n_slots = usize::from(counts.n_slots) + n_cuts;
        let in_heap = usize::from(counts.n_heap) - 2 + n_new;
        let heap = top + records.len() - HEAP;
        if counts.free != 0 || top + records.len() > slot_at(n_slots - 1) || !fits(in_heap, heap) {
            return false;
        }

        let (mut prev, mut old_owner) = (page.slot(usize::from(counts.n_slots) - 2), None);
        for _ in 0..before {
            prev = page.next(prev);
            if cuts.pass(prev) {
                // At most one cut ends at an old record: the supremum's group has at most seven of them.
                old_owner = Some(prev);
            }
        }
        let place = |origin: usize| Origin((top + origin) as u16);
        let (mut last, mut first) = (prev, None);
        let mut origins = origins.peekable();
        while let Some(origin) = origins.next() {
            let here = place(origin);
            let next = origins.peek().map_or(Origin::SUPREMUM, |next| place(*next));
            place_at(records, origin, counts.n_heap, next.0.wrapping_sub(here.0));
            if cuts.pass(here) {
                records[origin - 5] |= MIN_OWNED as u8;
            }
            note_direction(&mut counts, last, Origin::SUPREMUM, here);
            counts.n_heap += 1;
            first.get_or_insert(here);
            last = here;
        }
        counts.heap_top += records.len() as u16;
        counts.n_recs += n_new as u16;
        counts.n_slots = n_slots as u16;

        self.w.write(top, records);
        self.set_next(prev, first.unwrap_or(Origin::SUPREMUM));
        if n_cuts > 0 {
            self.w.write(slot_at(n_slots - 1), &cuts.slots);
        }
        if let Some(owner) = old_owner {
            self.set_n_owned(owner, MIN_OWNED);
        }
        self.set_n_owned(Origin::SUPREMUM, before + n_new + 1 - n_cuts * MIN_OWNED);
        self.set_counts(&counts);
        true
    }
}

/// The groups to cut off, and the directory bytes that result, by address: the supremum's slot at its new place, then
/// the new slots from the last group to the first.
struct Cuts {
    slots: Vec<u8>,
    /// Number of records passed since the last cut.
    passed: usize,
    /// Number of cuts to come.
    left: usize,
}

impl Cuts {
    fn new(n: usize) -> Cuts {
        let mut slots = vec![0; 2 * (n + 1)];
        put_u16(&mut slots, 0, Origin::SUPREMUM.0);
        Cuts { slots, passed: 0, left: n }
    }

    /// Passes a record; returns whether it ends a group that is cut off.
    fn pass(&mut self, origin: Origin) -> bool {
        self.passed += 1;
        let ends = self.passed == MIN_OWNED && self.left > 0;
        if ends {
            put_u16(&mut self.slots, 2 * self.left, origin.0);
            (self.passed, self.left) = (0, self.left - 1);
        }
        ends
    }
}
