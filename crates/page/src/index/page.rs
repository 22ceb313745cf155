//! The accessor: reading and searching an INDEX page.
//!
//! ```text
//! search(k):  directory   [inf] [r4] [r8] [sup]      bisect the slots: compare k with the slot's record
//!                               └──────┐             then walk the last group, at most 8 records
//!             chain        … r4 ─► r5 ─► r6 ─► r7    up to the last record that is not greater than k
//! ```
//!
//! A search allocates nothing. Of most records it reads only the slot, the first eight bytes and `next`
//! ([`SearchKey`]). The remaining bounds checks never fail on a checked page.

use super::directory::{DIR_END, Origin, fits, slot_at};
use super::header::{Counts, HEADER, INDEX_ID, LEVEL, N_SLOTS, STAMP};
use crate::fil;
use crate::layout::Layout;
use crate::record::{INFO_MIN_REC, RecordRef, SearchKey, full_head, head_at};
use innolab_base::codec::{get_u16, get_u64};
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use std::cmp::Ordering;

/// An INDEX page to read. REQUIRES bytes that have passed [`check`](super::check), or results of this crate's mutators
/// on such bytes.
#[derive(Clone, Copy)]
pub struct IndexPage<'a> {
    bytes: &'a [u8; PAGE_SIZE],
    layout: &'a Layout,
}

/// The result of [`IndexPage::search`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The last record whose key is not greater than the search key; the infimum if all are greater.
    pub origin: Origin,
    /// True if that record's key is equal to the search key.
    pub equal: bool,
}

impl<'a> IndexPage<'a> {
    /// Reads the page in `bytes` by `layout`. REQUIRES 16 KiB.
    #[inline]
    pub fn new(bytes: &'a [u8], layout: &'a Layout) -> IndexPage<'a> {
        match bytes.first_chunk() {
            Some(bytes) => IndexPage { bytes, layout },
            None => panic!("a page of {} bytes", bytes.len()),
        }
    }

    /// Returns all its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the layout by which the page is read.
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// Returns the page before this one on its level.
    pub fn prev_page(&self) -> PageNo {
        fil::prev(self.bytes)
    }

    /// Returns the page after this one on its level.
    pub fn next_page(&self) -> PageNo {
        fil::next(self.bytes)
    }

    /// Returns the counts of its header.
    pub fn counts(&self) -> Counts {
        Counts::read(self.bytes)
    }

    /// Returns the number of records in the chain, delete-marked ones included.
    #[inline]
    pub fn n_recs(&self) -> usize {
        usize::from(get_u16(self.bytes, HEADER + 16))
    }

    /// Returns the number of directory slots.
    #[inline]
    pub fn n_slots(&self) -> usize {
        usize::from(get_u16(self.bytes, N_SLOTS))
    }

    /// Returns the level: 0 for a leaf, one more for each level above.
    #[inline]
    pub fn level(&self) -> u16 {
        get_u16(self.bytes, LEVEL)
    }

    /// True for a leaf, false for a page of node pointers.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        self.level() == 0
    }

    /// Returns the index that the page belongs to.
    pub fn index_id(&self) -> IndexId {
        IndexId(get_u64(self.bytes, INDEX_ID))
    }

    /// Returns the stamp ([`STAMP`]).
    #[doc(alias = "PAGE_MAX_TRX_ID")]
    pub fn stamp(&self) -> u64 {
        get_u64(self.bytes, STAMP)
    }

    /// Returns the record at `origin`. REQUIRES an origin of this page.
    #[inline]
    pub fn record(&self, origin: Origin) -> RecordRef<'a> {
        RecordRef::new(self.bytes, origin.at(), self.layout)
    }

    /// Returns the record after `origin` in key order. REQUIRES a record other than the supremum.
    #[doc(alias = "page_rec_get_next")]
    #[inline]
    pub fn next(&self, origin: Origin) -> Origin {
        Origin(origin.0.wrapping_add(get_u16(self.bytes, origin.at() - 2)))
    }

    /// Compares the record at `origin` with the key.
    #[inline]
    pub fn compare(&self, origin: Origin, key: &SearchKey<'_>) -> Ordering {
        key.compare_at(self.bytes, origin.at(), self.layout)
    }

    /// Returns the record before `origin` in key order. REQUIRES a record other than the infimum.
    /// Walks at most two groups and scans the directory once.
    #[doc(alias = "page_rec_get_prev")]
    pub fn prev(&self, origin: Origin) -> Origin {
        let (_, slot) = self.owner(origin);
        let mut before = self.slot(slot - 1);
        loop {
            let next = self.next(before);
            if next == origin {
                return before;
            }
            before = next;
        }
    }

    /// Returns the first record in key order; the supremum if there are no records.
    #[inline]
    pub fn first(&self) -> Origin {
        self.next(Origin::INFIMUM)
    }

    /// Returns the last record in key order; the infimum if there are no records.
    pub fn last(&self) -> Origin {
        let mut last = self.slot(self.n_slots() - 2);
        loop {
            let next = self.next(last);
            if next == Origin::SUPREMUM {
                return last;
            }
            last = next;
        }
    }

    /// Returns the record that slot `i` points to. REQUIRES `i` < [`n_slots`](Self::n_slots).
    #[doc(alias = "page_dir_slot_get_rec")]
    #[inline]
    pub fn slot(&self, i: usize) -> Origin {
        Origin(get_u16(self.bytes, slot_at(i)))
    }

    /// Returns the owner of `origin`'s group, and its slot. REQUIRES a record other than the infimum.
    #[doc(alias = "page_dir_find_owner_slot")]
    pub(crate) fn owner(&self, origin: Origin) -> (Origin, usize) {
        let owner = self.owner_record(origin);
        (owner, self.slot_of(owner))
    }

    /// Returns the owner of `origin`'s group: `origin` or one of the next seven records.
    #[inline]
    pub(crate) fn owner_record(&self, mut origin: Origin) -> Origin {
        while self.n_owned(origin) == 0 {
            origin = self.next(origin);
        }
        origin
    }

    /// Returns the slot that points to `owner`; scans from the supremum's slot down.
    pub(crate) fn slot_of(&self, owner: Origin) -> usize {
        let (bytes, n) = (owner.0.to_be_bytes(), self.n_slots());
        let dir = &self.bytes[slot_at(n - 1)..DIR_END];
        match dir.as_chunks::<2>().0.iter().position(|slot| *slot == bytes) {
            Some(from_end) => n - 1 - from_end,
            None => unreachable!("R2: a slot points to every record that owns a group"),
        }
    }

    /// Returns the number of records that `origin` owns.
    #[inline]
    pub(crate) fn n_owned(&self, origin: Origin) -> usize {
        usize::from(self.bytes[origin.at() - 5] & 0x0f)
    }

    /// Returns the number of records before `origin`: 0 for the first one. Skips along the directory.
    /// REQUIRES a record of the chain, other than the infimum.
    pub fn rank(&self, origin: Origin) -> usize {
        let (_, slot) = self.owner(origin);
        let before: usize = (0..slot).map(|i| self.n_owned(self.slot(i))).sum();
        let (mut at, mut n) = (self.next(self.slot(slot - 1)), before - 1);
        while at != origin {
            at = self.next(at);
            n += 1;
        }
        n
    }

    /// Returns the record with `n` records before it; the supremum for `n` = [`n_recs`](Self::n_recs). Skips along the
    /// directory. REQUIRES `n` ≤ [`n_recs`](Self::n_recs).
    #[doc(alias = "page_rec_get_nth")]
    pub fn nth(&self, n: usize) -> Origin {
        // The groups of the slots before `slot` have `seen` records, the infimum included.
        let (mut seen, mut slot) = (1, 1);
        while seen + self.n_owned(self.slot(slot)) <= n + 1 {
            seen += self.n_owned(self.slot(slot));
            slot += 1;
            if slot == self.n_slots() {
                return Origin::SUPREMUM;
            }
        }
        let mut at = self.next(self.slot(slot - 1));
        for _ in seen..n + 1 {
            at = self.next(at);
        }
        at
    }

    /// Returns the last record that is not greater than `key`. In a node page this is the pointer to follow, except for
    /// a key below all of them ([`child_for`](Self::child_for)).
    #[doc(alias = "PAGE_CUR_LE")]
    #[inline]
    pub fn search(&self, key: &SearchKey<'_>) -> Found {
        self.bisect::<true>(key)
    }

    /// Returns the last record that is less than `key`; the infimum if no record is.
    #[doc(alias = "PAGE_CUR_L")]
    #[inline]
    pub fn last_below(&self, key: &SearchKey<'_>) -> Origin {
        self.bisect::<false>(key).origin
    }

    /// Returns the first record that is not less than `key`; the supremum if all are less.
    #[doc(alias = "PAGE_CUR_GE")]
    #[inline]
    pub fn first_not_below(&self, key: &SearchKey<'_>) -> Origin {
        self.next(self.last_below(key))
    }

    /// Returns the first record that is greater than `key`; the supremum if no record is.
    #[doc(alias = "PAGE_CUR_G")]
    #[inline]
    pub fn first_above(&self, key: &SearchKey<'_>) -> Origin {
        self.next(self.search(key).origin)
    }

    /// Returns the node pointer whose subtree `key` belongs to: the last one that is not greater, or else the first
    /// one.
    /// REQUIRES a node page with records.
    #[inline]
    pub fn child_for(&self, key: &SearchKey<'_>) -> Origin {
        match self.search(key).origin {
            Origin::INFIMUM => self.first(),
            origin => origin,
        }
    }

    /// Returns the node pointer whose subtree has the place of the first record that is not less than `key`. For a key
    /// prefix that may be an earlier subtree than [`child_for`](Self::child_for) returns.
    #[inline]
    pub fn child_before(&self, key: &SearchKey<'_>) -> Origin {
        match self.last_below(key) {
            Origin::INFIMUM => self.first(),
            origin => origin,
        }
    }

    /// Returns the first eight bytes from the record's origin on, as an integer; after a shorter key these include
    /// whatever follows it.
    #[inline]
    pub fn head(&self, origin: Origin) -> u64 {
        head_at(self.bytes, origin.at())
    }

    /// Returns the record's head in the form of a search key's; `None` if search keys of this layout have none.
    #[inline]
    pub(crate) fn full_head(&self, origin: Origin) -> Option<u64> {
        full_head(self.bytes, origin.at(), self.layout)
    }

    #[inline]
    pub(crate) fn array(&self) -> &'a [u8; PAGE_SIZE] {
        self.bytes
    }

    /// Returns the last record that is less than the key or, with `OR_EQUAL`, equal to it.
    #[inline(always)]
    fn bisect<const OR_EQUAL: bool>(&self, key: &SearchKey<'_>) -> Found {
        let above = |order: Ordering| order == Ordering::Greater || (!OR_EQUAL && order == Ordering::Equal);
        let (mut low, mut high) = (0, self.n_slots() - 1);
        let mut found = Found { origin: Origin::INFIMUM, equal: false };
        while low + 1 < high {
            let middle = (low + high) / 2;
            let origin = self.slot(middle);
            let order = key.compare_at(self.bytes, origin.at(), self.layout);
            if above(order) {
                high = middle;
            } else {
                low = middle;
                found = Found { origin, equal: order == Ordering::Equal };
            }
        }
        if low == 0 && self.first_is_min_rec() {
            // Its key is not compared (R5 of `record`). A first record is owned by the supremum's slot or none.
            found = Found { origin: self.first(), equal: false };
        }
        let end = self.slot(high);
        loop {
            let origin = self.next(found.origin);
            if origin == end {
                return found;
            }
            let order = key.compare_at(self.bytes, origin.at(), self.layout);
            if above(order) {
                return found;
            }
            found = Found { origin, equal: order == Ordering::Equal };
        }
    }

    #[inline]
    fn first_is_min_rec(&self) -> bool {
        !self.is_leaf() && self.bytes[self.first().at() - 5] & INFO_MIN_REC != 0
    }

    /// Iterates over the records in key order.
    #[inline]
    pub fn records(&self) -> Chain<'a> {
        Chain { page: *self, at: self.first() }
    }

    /// Iterates over the records in key order from `origin` on.
    #[inline]
    pub fn records_from(&self, origin: Origin) -> Chain<'a> {
        Chain { page: *self, at: origin }
    }

    /// Returns the number of bytes between heap and directory.
    #[inline]
    pub fn gap(&self) -> usize {
        slot_at(self.n_slots() - 1) - usize::from(self.counts().heap_top)
    }

    /// Returns the number of bytes of the chain's records, headers included.
    #[doc(alias = "page_get_data_size")]
    pub fn data_len(&self) -> usize {
        self.counts().data_len()
    }

    /// True if a record of `len` bytes fits once the page is reorganised.
    #[doc(alias = "page_get_max_insert_size_after_reorganize")]
    pub fn fits_reorganised(&self, len: usize) -> bool {
        fits(self.n_recs() + 1, self.data_len() + len)
    }
}

/// Iterates over records in key order: [`IndexPage::records`].
#[derive(Clone, Copy)]
pub struct Chain<'a> {
    page: IndexPage<'a>,
    at: Origin,
}

impl<'a> Iterator for Chain<'a> {
    type Item = (Origin, RecordRef<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        if at == Origin::SUPREMUM {
            return None;
        }
        self.at = self.page.next(at);
        Some((at, self.page.record(at)))
    }
}
