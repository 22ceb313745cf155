//! Key hints of a leaf: the keys of its records, contiguous, so that a search takes two or three cache misses instead
//! of ten.
//!
//! ```text
//! page     directory ─► record ─► record ─► …             each look at a record is a cache miss, and the last ones depend on each other
//! hints    keys     [ k0 │ k1 │ k2 │ … ]  4 bytes each    the bits of the key after those that all keys of the page share
//!          origins  [ o0 │ o1 │ o2 │ … ]  2 bytes each    the places of the records
//! ```
//!
//! Each frame of the buffer pool has one. It is valid while its tag is the version of the frame's page.
//!
//! RULES
//!
//! - **R1** `tag` is the version of the bytes that keys and origins were read from. Versions start at 1 and grow; 0 is
//!   no version.
//! - **R2** Keys and origins change only between `tag` = BUSY and the next tag, by the thread that set BUSY; or under
//!   the page's exclusive latch.
//! - **R3** Two hint keys order as the keys of their records do, but different keys may have equal hint keys: then the
//!   records themselves are compared.
//!
//! FACT: a reader that holds a latch on the page and has seen `tag` = the page's version may use the arrays.
//! PROOF: the tag was stored (release) after the arrays, so the reader (acquire) sees them complete. While the reader
//! holds the latch the version cannot change. So no thread sets the tag to BUSY (only a thread that saw a tag other
//! than the version does so), and no thread has the exclusive latch. All cells are atomics, so a reader that breaks the
//! rule reads wrong values, but there is no undefined behaviour.
//!
//! Measured (1 M rows of 8 + 100 bytes, beside LMDB in one run): see `docs/performance.md`.

use crate::index::{Found, IndexPage, Origin};
use crate::record::SearchKey;
use std::cmp::Ordering::{Equal, Greater, Less};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64};

/// Largest number of records; a leaf with more is searched without hints.
const CAPACITY: usize = 166;
/// The tag while a thread fills the arrays (R2).
const BUSY: u64 = u64::MAX;
/// The `n` of a page without records or with too many, or of a layout without heads ([`SearchKey`]).
const UNFIT: u16 = u16::MAX;

/// The keys and origins of a leaf's records: 1 KiB. See the module.
#[repr(C, align(64))]
pub struct LeafHints {
    tag: AtomicU64,
    /// The head of the first key; all heads share its first `common` bits.
    first: AtomicU64,
    common: AtomicU16,
    n: AtomicU16,
    keys: [AtomicU32; CAPACITY],
    origins: [AtomicU16; CAPACITY],
}

const _: () = assert!(size_of::<LeafHints>() == 1024);

/// Offset of the origins in [`LeafHints`], for a scan that prefetches them.
pub const ORIGINS_AT: usize = std::mem::offset_of!(LeafHints, origins);

impl Default for LeafHints {
    fn default() -> Self {
        LeafHints {
            tag: AtomicU64::new(0),
            first: AtomicU64::new(0),
            common: AtomicU16::new(0),
            n: AtomicU16::new(0),
            keys: [const { AtomicU32::new(0) }; CAPACITY],
            origins: [const { AtomicU16::new(0) }; CAPACITY],
        }
    }
}

impl LeafHints {
    /// Searches as [`IndexPage::search`] does. Fills the hints first if they are not of this `version` of the page.
    /// LOCKS: the caller holds a latch on the page.
    #[inline]
    pub fn search(&self, page: &IndexPage<'_>, version: u64, key: &SearchKey<'_>) -> Found {
        if self.tag.load(Acquire) != version && !self.refill(page, version) {
            return page.search(key);
        }
        let n = self.n.load(Relaxed);
        match key.full_head(page.layout()) {
            Some(head) if n != UNFIT && n > 0 => self.find(page, key, head, usize::from(n)),
            _ => page.search(key),
        }
    }

    #[inline]
    fn find(&self, page: &IndexPage<'_>, key: &SearchKey<'_>, head: u64, n: usize) -> Found {
        let wanted = match self.short(head) {
            Ok(wanted) => wanted,
            Err(Less) => return Found { origin: Origin::INFIMUM, equal: false },
            Err(_) => return Found { origin: self.origin(n - 1), equal: false },
        };
        let mut i = self.above(wanted, n);
        while i > 0 {
            i -= 1;
            let origin = self.origin(i);
            if self.keys[i].load(Relaxed) != wanted {
                return Found { origin, equal: false };
            }
            match key.compare_at(page.array(), origin.at(), page.layout()) {
                Greater => {}
                order => return Found { origin, equal: order == Equal },
            }
        }
        Found { origin: Origin::INFIMUM, equal: false }
    }

    /// Returns the 32 bits of a head after the common ones; or, if it does not share these, how it compares with all
    /// keys of the page.
    #[inline]
    fn short(&self, head: u64) -> Result<u32, std::cmp::Ordering> {
        let (first, common) = (self.first.load(Relaxed), u32::from(self.common.load(Relaxed)));
        let differs = common > 0 && (head ^ first) >> (64 - common) != 0;
        if differs { Err(head.cmp(&first)) } else { Ok((head << common >> 32) as u32) }
    }

    /// Returns how many of the first `n` keys are not greater than `wanted`.
    #[inline]
    fn above(&self, wanted: u32, n: usize) -> usize {
        let (mut low, mut len) = (0, n);
        while len > 0 {
            let half = len / 2;
            let go_on = self.keys[low + half].load(Relaxed) <= wanted;
            low = if go_on { low + half + 1 } else { low };
            len = if go_on { len - half - 1 } else { half };
        }
        low
    }

    #[inline]
    fn origin(&self, i: usize) -> Origin {
        Origin(self.origins[i].load(Relaxed))
    }

    /// Returns the probable origin of record `i`. Takes no latch and checks no version, so it serves prefetching, not
    /// reading.
    #[inline]
    pub fn guess(&self, i: usize) -> Option<Origin> {
        let n = self.n.load(Relaxed);
        (n != UNFIT && i < usize::from(n)).then(|| self.origin(i))
    }

    /// Returns the probable rank of the record at `origin`; as [`guess`](Self::guess), for prefetching only.
    pub fn guess_rank(&self, origin: Origin) -> Option<usize> {
        (0..CAPACITY).take_while(|&i| self.guess(i).is_some()).find(|&i| self.origin(i) == origin)
    }

    /// Fills the arrays from the page; returns false if another thread is filling them.
    #[cold]
    fn refill(&self, page: &IndexPage<'_>, version: u64) -> bool {
        debug_assert!(version != 0 && version != BUSY, "R1");
        let old = self.tag.load(Relaxed);
        if old == BUSY || self.tag.compare_exchange(old, BUSY, Acquire, Relaxed).is_err() {
            return false;
        }
        self.fill(page);
        self.tag.store(version, Release);
        true
    }

    fn fill(&self, page: &IndexPage<'_>) {
        let n = page.n_recs();
        let ends = if n == 0 { None } else { page.full_head(page.first()).zip(page.full_head(page.last())) };
        let (Some((first, last)), true) = (ends, n <= CAPACITY) else {
            return self.n.store(UNFIT, Relaxed);
        };
        // At most 32, so that the 32 bits after them are bits of the head.
        let common = (first ^ last).leading_zeros().min(32);
        self.first.store(first, Relaxed);
        self.common.store(common as u16, Relaxed);
        self.n.store(n as u16, Relaxed);
        let mut origin = page.first();
        for i in 0..n {
            let head = page.full_head(origin).unwrap_or_default();
            self.keys[i].store((head << common >> 32) as u32, Relaxed);
            self.origins[i].store(origin.0, Relaxed);
            origin = page.next(origin);
        }
    }

    /// Adds the record just inserted at `origin` of the page, whose version becomes `version` + 1 by this change.
    /// LOCKS: the caller holds the page's exclusive latch. REQUIRES that nothing else of the chain changed.
    pub fn inserted(&self, page: &IndexPage<'_>, version: u64, origin: Origin) {
        let n = self.n.load(Relaxed);
        if self.tag.load(Relaxed) != version || n == UNFIT || usize::from(n) >= CAPACITY || n == 0 {
            return;
        }
        let Some(Ok(short)) = page.full_head(origin).map(|head| self.short(head)) else { return };
        let n = usize::from(n);
        let next = page.next(origin);
        let mut at = self.above(short, n);
        // Among equal hint keys, the place of the new record is before its successor in the chain.
        while at > 0 && self.keys[at - 1].load(Relaxed) == short && self.follows(at - 1, n, next) {
            at -= 1;
        }
        self.tag.store(BUSY, Relaxed);
        for i in (at..n).rev() {
            self.keys[i + 1].store(self.keys[i].load(Relaxed), Relaxed);
            self.origins[i + 1].store(self.origins[i].load(Relaxed), Relaxed);
        }
        self.keys[at].store(short, Relaxed);
        self.origins[at].store(origin.0, Relaxed);
        self.n.store(n as u16 + 1, Relaxed);
        self.tag.store(version + 1, Release);
    }

    /// True if `next` is at place `i`, or at an earlier place with the same hint key: a new record before `next` then
    /// goes to place `i` or before it.
    fn follows(&self, i: usize, n: usize, next: Origin) -> bool {
        let short = self.keys[i].load(Relaxed);
        (0..=i).rev().take_while(|j| *j < n && self.keys[*j].load(Relaxed) == short).any(|j| self.origin(j) == next)
    }

    /// Keeps the hints valid for `version` + 1, after a change that left chain, origins and keys as they were.
    /// LOCKS: the caller holds the page's exclusive latch.
    pub fn kept(&self, version: u64) {
        if self.tag.load(Relaxed) == version {
            self.tag.store(version + 1, Release);
        }
    }
}

impl std::fmt::Debug for LeafHints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LeafHints(version {}, {} keys)", self.tag.load(Relaxed), self.n.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, IndexMut, Layout, Record, fil, index};
    use innolab_base::{IndexId, PAGE_SIZE, PageId, PageNo, SpaceId};
    use proptest::prelude::*;

    fn empty() -> Vec<u8> {
        let mut page = vec![0; PAGE_SIZE];
        fil::init(&mut page[..], PageId::new(SpaceId(1), PageNo(3)), fil::PageType::INDEX);
        index::format(&mut page[..], IndexId(1), 0);
        page
    }

    /// Inserts the keys and maintains the hints as a tree does; after each insert compares page and hints for every
    /// key.
    fn agrees(layout: &Layout, keys: &[Vec<u8>]) {
        let (mut page, hints, mut record, mut version) = (empty(), LeafHints::default(), Record::default(), 1);
        for (i, key) in keys.iter().enumerate() {
            let fields = [Some(&key[..])];
            let search = SearchKey::new(layout, &fields);
            let found = hints.search(&IndexPage::new(&page, layout), version, &search);
            if found.equal {
                hints.kept(version);
            } else {
                record.leaf(layout, &fields).expect("short keys");
                let Some(origin) = IndexMut::new(&mut page[..], layout).insert_after(found.origin, &mut record) else {
                    break;
                };
                if i % 7 != 3 {
                    hints.inserted(&IndexPage::new(&page, layout), version, origin);
                }
            }
            version += 1;
            for key in keys {
                let (fields, view) = ([Some(&key[..])], IndexPage::new(&page, layout));
                let search = SearchKey::new(layout, &fields);
                assert_eq!(hints.search(&view, version, &search), view.search(&search), "{key:?} after {i} inserts");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn hints_find_what_the_page_finds_for_fixed_keys(keys in proptest::collection::vec(0u64..5000, 1..120), shift in 0u32..50) {
            let keys: Vec<Vec<u8>> = keys.iter().map(|k| (k << shift).to_be_bytes().to_vec()).collect();
            agrees(&Layout::new([Column::fixed(8)], 1), &keys);
        }

        #[test]
        fn hints_find_what_the_page_finds_for_long_and_variable_keys(keys in proptest::collection::vec("[ab]{0,14}", 1..120)) {
            let keys: Vec<Vec<u8>> = keys.into_iter().map(String::into_bytes).collect();
            agrees(&Layout::new([Column::variable(300)], 1), &keys);
            let padded: Vec<Vec<u8>> = keys.iter().map(|k| { let mut k = k.clone(); k.resize(14, 0); k }).collect();
            agrees(&Layout::new([Column::fixed(14)], 1), &padded);
        }
    }

    #[test]
    fn a_page_with_too_many_records_is_searched_without_hints() {
        let keys: Vec<Vec<u8>> = (0..400u32).map(|k| k.to_be_bytes().to_vec()).collect();
        agrees(&Layout::new([Column::fixed(4)], 1), &keys);
    }
}
