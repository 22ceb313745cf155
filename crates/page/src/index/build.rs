//! The builder: a page of records in key order, in two writes.
//!
//! ```text
//! push r1, r2, r3, …          scratch: the records one after the other, in key order, without gaps
//! write(w)                    w.write(header … heap_top)   w.write(directory)      nothing else
//! ```
//!
//! A split builds the new page with it, a reorganisation rewrites the old one, a bulk load builds every page. Records
//! that lie in key order are also read faster: a scan walks memory sequentially. Each slot but the last owns
//! [`MIN_OWNED`] records, which makes for the shortest walks that R2 of [`index`](super) allows.
//!
//! InnoDB's counterpart: `PageBulk`, `page_copy_rec_list_end`.

use super::directory::{DIR_END, MIN_OWNED, Origin, fits, slot_at};
use super::empty::EMPTY_ENDS;
use super::header::{Counts, DATA, HEADER, HEAP, INDEX_ID, LEVEL, SEG_LEAF, STAMP};
use super::page::IndexPage;
use crate::layout::Layout;
use crate::record::RecordRef;
use crate::record_batch::RecordBatch;
use crate::write::Write;
use innolab_base::codec::put_u16;
use innolab_base::{IndexId, PAGE_SIZE};
use std::cell::Cell;

thread_local! {
    /// The buffer of this thread's last builder, for reuse: allocating and clearing one costs a tenth of a split.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Builds a page. One builder can build page after page ([`restart`](Self::restart)).
pub struct IndexBuilder<'l> {
    layout: &'l Layout,
    /// Bytes outside the records are undefined.
    page: Vec<u8>,
    level: u16,
    counts: Counts,
    last: Origin,
    /// Number of records since the last slot.
    group: usize,
}

impl<'l> IndexBuilder<'l> {
    /// Starts a page of `layout` on this level.
    pub fn new(layout: &'l Layout, level: u16) -> IndexBuilder<'l> {
        let mut builder =
            IndexBuilder { layout, page: SPARE.take(), level, counts: Counts::EMPTY, last: Origin::INFIMUM, group: 0 };
        builder.page.resize(PAGE_SIZE, 0);
        builder.restart(level);
        builder
    }

    /// Drops all records and starts the next page.
    pub fn restart(&mut self, level: u16) {
        self.level = level;
        self.counts = Counts::EMPTY;
        self.last = Origin::INFIMUM;
        self.group = 0;
        self.page[DATA..HEAP].copy_from_slice(&EMPTY_ENDS);
        put_u16(&mut self.page[..], slot_at(0), Origin::INFIMUM.0);
    }

    /// Returns the number of records so far.
    pub fn n_recs(&self) -> usize {
        usize::from(self.counts.n_recs)
    }

    /// Returns the number of bytes of the records so far.
    pub fn data_len(&self) -> usize {
        self.counts.data_len()
    }

    /// Appends `record`, with its info bits, if it fits; returns whether it did.
    /// REQUIRES a key greater than all others, and a record of the page's level (leaf or node pointer).
    pub fn push(&mut self, record: RecordRef<'_>) -> bool {
        debug_assert_eq!(record.is_leaf(), self.level == 0);
        let (before, from) = record.split();
        if !fits(self.n_recs() + 1, self.data_len() + before.len() + from.len()) {
            return false;
        }
        self.put(before, from);
        true
    }

    /// Appends all records of `batch` if they fit; returns whether it did. REQUIRES as [`push`](Self::push).
    pub fn push_batch(&mut self, batch: &RecordBatch) -> bool {
        if !fits(self.n_recs() + batch.len(), self.data_len() + batch.data_len()) {
            return false;
        }
        for i in 0..batch.len() {
            let (before, from) = batch.split(i);
            self.put(before, from);
        }
        true
    }

    /// Appends a record that fits.
    #[inline]
    fn put(&mut self, before: &[u8], from: &[u8]) {
        let (extra, data) = (before.len(), from.len());
        let at = usize::from(self.counts.heap_top);
        self.page[at..at + extra].copy_from_slice(before);
        self.page[at + extra..at + extra + data].copy_from_slice(from);
        let origin = Origin((at + extra) as u16);
        self.page[origin.at() - 5] &= 0xf0;
        let heap_no_and_type = self.counts.n_heap << 3 | u16::from(self.page[origin.at() - 3] & 7);
        put_u16(&mut self.page[..], origin.at() - 4, heap_no_and_type);
        self.link(origin);
        self.counts.heap_top = (at + extra + data) as u16;
        self.counts.n_heap += 1;
        self.counts.n_recs += 1;
        self.group += 1;
        if self.group == MIN_OWNED {
            self.end_group(origin);
        }
    }

    fn link(&mut self, next: Origin) {
        put_u16(&mut self.page[..], self.last.at() - 2, next.0.wrapping_sub(self.last.0));
        self.last = next;
    }

    /// Ends the group: `owner` owns the records since the last slot.
    fn end_group(&mut self, owner: Origin) {
        self.page[owner.at() - 5] |= self.group as u8;
        put_u16(&mut self.page[..], slot_at(usize::from(self.counts.n_slots) - 1), owner.0);
        self.counts.n_slots += 1;
        self.group = 0;
    }

    /// Writes the page to `w` as a page of `index_id` with this `stamp`: header counts, level, id, records, directory.
    /// FIL header and segment headers of `w` stay. The builder keeps its records until [`restart`](Self::restart).
    pub fn write(&mut self, w: &mut (impl Write + ?Sized), index_id: IndexId, stamp: u64) {
        let (last, group, slots) = (self.last, self.group, self.counts.n_slots);
        self.link(Origin::SUPREMUM);
        self.group += 1;
        self.page[Origin::SUPREMUM.at() - 5] = self.group as u8;
        put_u16(&mut self.page[..], slot_at(usize::from(slots) - 1), Origin::SUPREMUM.0);
        let top = usize::from(self.counts.heap_top);
        self.page[HEADER..HEADER + 18].copy_from_slice(&self.counts.encode());
        self.page[STAMP..STAMP + 8].copy_from_slice(&stamp.to_be_bytes());
        put_u16(&mut self.page[..], LEVEL, self.level);
        self.page[INDEX_ID..INDEX_ID + 8].copy_from_slice(&index_id.0.to_be_bytes());
        self.page[SEG_LEAF..DATA].copy_from_slice(&w.bytes()[SEG_LEAF..DATA]);
        w.write(HEADER, &self.page[HEADER..top]);
        let dir = slot_at(usize::from(slots) - 1);
        w.write(dir, &self.page[dir..DIR_END]);
        (self.last, self.group) = (last, group);
    }

    /// Returns the page for reading. REQUIRES [`write`](Self::write) before, and no push since.
    pub fn page(&self) -> IndexPage<'_> {
        IndexPage::new(&self.page[..], self.layout)
    }
}

impl Drop for IndexBuilder<'_> {
    fn drop(&mut self) {
        SPARE.set(std::mem::take(&mut self.page));
    }
}
