//! Key hints of a node page: its keys and children, contiguous, read without a latch.
//!
//! ```text
//! page    [ min→8 │ 60→7 │ 120→9 │ … ]        latched and searched by its directory: about ten looks, each at another cache line
//! hints   heads     [ –  │ 60 │ 120 │ … ]     8 bytes each: the first eight bytes of the keys
//!         children  [ 8  │ 7  │ 9   │ … ]     4 bytes each
//! ```
//!
//! There are far fewer hints than frames; each belongs to one frame at a time, and is valid for one version of that
//! frame's page, its tag. A reader without a latch must validate afterwards that the page still has this version (the
//! optimistic read of `store`).
//!
//! RULES
//!
//! - **R1** `tag` is the version that the cells were read from; versions start at 1 and grow, so 0 is none. While the
//!   cells change it is BUSY.
//! - **R2** The first child stands for all keys below the second one, whatever its own key is.
//! - **R3** A key that is longer than its head, and whose head equals that of an entry, may belong to either side of
//!   the entry: [`NodeHints::child`] returns `None`.
//!
//! FACT: what [`NodeHints::child`] returns is what a search of that version of the page returns, even if the cells
//! change during the call.
//! PROOF: a thread that changes cells first sets the tag to BUSY, and a release fence follows. The reader loads cells,
//! then executes an acquire fence, then loads the tag again. If it has read one changed cell, the fences make it see
//! BUSY or a later tag, and it returns nothing. Otherwise all cells are those of the tag. Every cell is an atomic, so a
//! race yields at worst a wrong value, which is discarded.
//!
//! InnoDB's counterpart: none; its optimistic latch on node pages (`buf_page_optimistic_get`, in the adaptive hash
//! index) serves the same purpose.

use crate::index::IndexPage;
use crate::record::SearchKey;
use innolab_base::PageNo;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, fence};

/// Largest number of children; a page with more is searched without hints.
const CAPACITY: usize = 1020;
/// The tag while a thread changes the cells (R1).
const BUSY: u64 = u64::MAX;
/// The `n` of a page with too many children, or of a layout without heads.
const UNFIT: u16 = u16::MAX;
/// Number of misses before the hints are filled, so that a page that changes all the time is filled rarely.
const MISSES_TO_FILL: u16 = 16;

/// The keys and children of a node page: 12 KiB. See the module.
pub struct NodeHints {
    tag: AtomicU64,
    /// The frame they belong to.
    owner: AtomicU32,
    level: AtomicU16,
    n: AtomicU16,
    missed: AtomicU16,
    heads: [AtomicU64; CAPACITY],
    children: [AtomicU32; CAPACITY],
}

impl Default for NodeHints {
    fn default() -> Self {
        NodeHints {
            tag: AtomicU64::new(0),
            owner: AtomicU32::new(0),
            level: AtomicU16::new(0),
            n: AtomicU16::new(0),
            missed: AtomicU16::new(0),
            heads: [const { AtomicU64::new(0) }; CAPACITY],
            children: [const { AtomicU32::new(0) }; CAPACITY],
        }
    }
}

impl NodeHints {
    /// Returns the child whose subtree `key` belongs to, and the page's level, if the hints are of `version` of the
    /// page in frame `owner`; `None` if they are not, or have no answer (R3).
    #[inline]
    pub fn child(
        &self,
        owner: u32,
        version: u64,
        key: &SearchKey<'_>,
        layout: &crate::Layout,
    ) -> Option<(PageNo, u16)> {
        if self.tag.load(Acquire) != version || self.owner.load(Relaxed) != owner {
            return None;
        }
        let n = self.n.load(Relaxed);
        let head = key.full_head(layout)?;
        if n == 0 || usize::from(n) > CAPACITY {
            return None;
        }
        let i = self.last_not_above(head, usize::from(n));
        // The key may belong to either side (R3).
        if i > 0 && self.heads[i].load(Relaxed) == head && !key.is_whole() {
            return None;
        }
        let answer = (PageNo(self.children[i].load(Relaxed)), self.level.load(Relaxed));
        fence(Acquire);
        (self.tag.load(Relaxed) == version).then_some(answer)
    }

    /// Returns the last of the first `n` heads that is not greater than `head`; the first one if all are (R2).
    #[inline]
    fn last_not_above(&self, head: u64, n: usize) -> usize {
        let (mut low, mut len) = (0, n);
        while len > 1 {
            let half = len / 2;
            low = if self.heads[low + half].load(Relaxed) <= head { low + half } else { low };
            len -= half;
        }
        low
    }

    /// True if they belong to frame `owner`.
    pub fn belongs_to(&self, owner: u32) -> bool {
        self.owner.load(Relaxed) == owner
    }

    /// True if they are of this version of the page in frame `owner`, even if they cannot serve it.
    #[inline]
    pub fn knows(&self, owner: u32, version: u64) -> bool {
        self.tag.load(Relaxed) == version && self.belongs_to(owner)
    }

    /// Counts a miss; fills the hints if misses were frequent enough.
    /// LOCKS: the caller holds a latch on the page, which has this `version`.
    #[cold]
    pub fn missed(&self, owner: u32, version: u64, page: &IndexPage<'_>) {
        if self.belongs_to(owner) && self.missed.fetch_add(1, Relaxed) < MISSES_TO_FILL {
            return;
        }
        let old = self.tag.load(Relaxed);
        if old == BUSY || self.tag.compare_exchange(old, BUSY, Acquire, Relaxed).is_err() {
            return;
        }
        fence(Release);
        let other = self.owner.swap(owner, Relaxed) != owner;
        self.missed.store(0, Relaxed);
        if other {
            // They belonged to another frame: they are filled for this one only after its own misses.
            self.tag.store(0, Release);
            return;
        }
        self.fill(page);
        self.tag.store(version, Release);
    }

    fn fill(&self, page: &IndexPage<'_>) {
        let n = page.n_recs();
        self.n.store(UNFIT, Relaxed);
        if n > CAPACITY || page.full_head(page.first()).is_none() {
            return;
        }
        self.level.store(page.level(), Relaxed);
        for (i, (origin, record)) in page.records().enumerate() {
            self.heads[i].store(page.full_head(origin).unwrap_or_default(), Relaxed);
            self.children[i].store(record.child().0, Relaxed);
        }
        self.n.store(n as u16, Relaxed);
    }
}

impl std::fmt::Debug for NodeHints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeHints(frame {:?}, version {:?}, {:?} children)", self.owner, self.tag, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, IndexBuilder, Layout, Record, fil, index};
    use innolab_base::{IndexId, PAGE_SIZE, PageId, SpaceId};

    /// A node page with these keys; key `i` has child 1000 + `i`.
    fn page(layout: &Layout, keys: &[Vec<u8>]) -> Vec<u8> {
        let mut page = vec![0; PAGE_SIZE];
        fil::init(&mut page[..], PageId::new(SpaceId(1), PageNo(3)), fil::PageType::INDEX);
        index::format(&mut page[..], IndexId(1), 1);
        let (mut builder, mut record) = (IndexBuilder::new(layout, 1), Record::new());
        for (i, key) in keys.iter().enumerate() {
            record.node(layout, &[Some(key)], PageNo(1000 + i as u32)).expect("short keys");
            record.set_min_rec(i == 0);
            assert!(builder.push(record.view(layout)));
        }
        builder.write(&mut page[..], IndexId(1), 0);
        page
    }

    fn filled(page: &IndexPage<'_>) -> NodeHints {
        let hints = NodeHints::default();
        (0..=1 + MISSES_TO_FILL).for_each(|_| hints.missed(5, 7, page));
        hints
    }

    /// Checks that the hints answer as the page does, or not at all; returns how often they answered.
    fn agrees(layout: &Layout, keys: &[Vec<u8>], asked: &[Vec<u8>]) -> usize {
        let bytes = page(layout, keys);
        let page = IndexPage::new(&bytes, layout);
        let hints = filled(&page);
        let answers = asked.iter().filter(|key| {
            let fields = [Some(&key[..])];
            let search = SearchKey::new(layout, &fields);
            let (answer, truth) = (hints.child(5, 7, &search, layout), page.record(page.child_for(&search)).child());
            assert!(answer.is_none_or(|answer| answer == (truth, 1)), "{key:?}: {answer:?}, not {truth}");
            assert_eq!((hints.child(4, 7, &search, layout), hints.child(5, 8, &search, layout)), (None, None));
            answer.is_some()
        });
        answers.count()
    }

    #[test]
    fn integer_keys_always_have_an_answer() {
        let layout = Layout::new([Column::fixed(8)], 1);
        let number = |n: u64| n.to_be_bytes().to_vec();
        for n in [1, 2, 3, 64, 500] {
            let keys: Vec<_> = (1..=n).map(|i| number(10 * i)).collect();
            let asked: Vec<_> = (0..10 * n + 20).map(number).collect();
            assert_eq!(agrees(&layout, &keys, &asked), asked.len());
        }
    }

    #[test]
    fn keys_that_begin_like_an_entry_have_no_answer_r3() {
        let layout = Layout::new([Column::variable(100)], 1);
        let keys: Vec<_> = ["a", "longprefix-b", "longprefix-m", "z"].iter().map(|k| k.as_bytes().to_vec()).collect();
        let asked: Vec<_> = ["", "a", "b", "longpref", "longprefix-c", "longprefix-x", "n", "z", "zz"]
            .iter()
            .map(|k| k.as_bytes().to_vec())
            .collect();
        assert_eq!(agrees(&layout, &keys, &asked), 5, "all except those that begin like an entry: \"\", a, b, n, zz");
    }

    #[test]
    fn hints_taken_by_another_frame_are_filled_only_after_its_misses() {
        let layout = Layout::new([Column::fixed(8)], 1);
        let bytes = page(&layout, &[vec![0; 8], vec![1; 8]]);
        let page = IndexPage::new(&bytes, &layout);
        let hints = filled(&page);
        assert!(hints.knows(5, 7) && !hints.knows(6, 7));
        hints.missed(6, 7, &page);
        assert!(!hints.knows(5, 7) && !hints.knows(6, 7) && hints.belongs_to(6));
        (0..=MISSES_TO_FILL).for_each(|_| hints.missed(6, 7, &page));
        assert!(hints.knows(6, 7));
    }
}
