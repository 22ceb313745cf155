//! An aid beside a node page: its keys and children in a row, to be read without a latch.
//!
//! ```text
//! page    [ min→8 │ 60→7 │ 120→9 │ … ]        latched, searched by its directory: some ten looks, each at another line
//! aid     heads     [ –  │ 60 │ 120 │ … ]     8 bytes each: the first eight bytes of the keys
//!         children  [ 8  │ 7  │ 9   │ … ]     4 bytes each
//! ```
//!
//! It lives in memory only, and there are far fewer of them than frames: each belongs to one frame at a time. It says
//! the truth about one version of one frame's bytes, its tag; whoever reads it without a latch must see to it himself
//! that this version is still the page's when it counts (`Glimpse` of `store`).
//!
//! RULES
//!
//! - **R1** `tag` = the version that the cells were made from; versions start at 1 and grow, so 0 is none. While the
//!   cells change it is BUSY.
//! - **R2** The first child stands for all keys below the second one, whatever its own key says.
//! - **R3** A key whose head is that of an entry, and goes on behind it, may belong to either side: no answer.
//!
//! FACT: what [`NodeHints::child`] answers is what a search of the page in that version answers, though the cells may
//! change under its eyes.
//! PROOF: who changes cells first makes the tag BUSY, and a release fence stands between; the reader loads cells, then
//! an acquire fence, then the tag again. If he has read one changed cell, the fences make him see BUSY or what came
//! after, and he has no answer. Otherwise all cells are those that the tag stands for. Every cell is an atomic, so a
//! race is nonsense at worst, and thrown away.
//!
//! InnoDB's counterpart: none; its optimistic latch on node pages (`buf_page_optimistic_get`, in the adaptive hash
//! index) serves the same end.

use crate::index::IndexPage;
use crate::record::SearchKey;
use innolab_base::PageNo;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, fence};

/// The most children that an aid has room for.
const CAPACITY: usize = 1020;
/// Somebody changes the cells (R1).
const BUSY: u64 = u64::MAX;
/// In `n`: the page has too many children, or its layout does not serve.
const UNFIT: u16 = u16::MAX;
/// An aid is made when it was missed so often: not for a page that changes all the time.
const WORTH_MAKING: u16 = 16;

/// The keys and children of a node page in a row: 12 KiB.
pub struct NodeHints {
    tag: AtomicU64,
    /// The frame it belongs to.
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
    /// The child that is responsible for `key`, and the page's level, if the page in frame `owner` has `version`;
    /// `None`: it is not known.
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
        // R3
        if i > 0 && self.heads[i].load(Relaxed) == head && !key.is_whole() {
            return None;
        }
        let answer = (PageNo(self.children[i].load(Relaxed)), self.level.load(Relaxed));
        fence(Acquire);
        (self.tag.load(Relaxed) == version).then_some(answer)
    }

    /// The last of the first `n` that is not above `head`; the first one if there is none (R2).
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

    /// Whether it is the frame's.
    pub fn belongs_to(&self, owner: u32) -> bool {
        self.owner.load(Relaxed) == owner
    }

    /// Whether it knows this version of the frame's page, be it that it does not serve.
    #[inline]
    pub fn knows(&self, owner: u32, version: u64) -> bool {
        self.tag.load(Relaxed) == version && self.belongs_to(owner)
    }

    /// Counts that it was missed, and makes it if that was often enough. REQUIRES that the caller has a latch on the
    /// page, which has this version.
    #[cold]
    pub fn missed(&self, owner: u32, version: u64, page: &IndexPage<'_>) {
        if self.belongs_to(owner) && self.missed.fetch_add(1, Relaxed) < WORTH_MAKING {
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
            // It was another's: it must be missed by this one first.
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

    /// A node page with these keys; child `i` of key `i`.
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

    fn made(page: &IndexPage<'_>) -> NodeHints {
        let aid = NodeHints::default();
        (0..=1 + WORTH_MAKING).for_each(|_| aid.missed(5, 7, page));
        aid
    }

    /// The aid answers as the page does or not at all; how often it answered.
    fn agrees(layout: &Layout, keys: &[Vec<u8>], asked: &[Vec<u8>]) -> usize {
        let bytes = page(layout, keys);
        let page = IndexPage::new(&bytes, layout);
        let aid = made(&page);
        let answers = asked.iter().filter(|key| {
            let fields = [Some(&key[..])];
            let search = SearchKey::new(layout, &fields);
            let (answer, truth) = (aid.child(5, 7, &search, layout), page.record(page.child_for(&search)).child());
            assert!(answer.is_none_or(|answer| answer == (truth, 1)), "{key:?}: {answer:?}, not {truth}");
            assert_eq!((aid.child(4, 7, &search, layout), aid.child(5, 8, &search, layout)), (None, None));
            answer.is_some()
        });
        answers.count()
    }

    #[test]
    fn numbers_have_an_answer_always() {
        let layout = Layout::new([Column::fixed(8)], 1);
        let number = |n: u64| n.to_be_bytes().to_vec();
        for n in [1, 2, 3, 64, 500] {
            let keys: Vec<_> = (1..=n).map(|i| number(10 * i)).collect();
            let asked: Vec<_> = (0..10 * n + 20).map(number).collect();
            assert_eq!(agrees(&layout, &keys, &asked), asked.len());
        }
    }

    #[test]
    fn keys_that_begin_as_an_entry_does_have_none() {
        let layout = Layout::new([Column::variable(100)], 1);
        let keys: Vec<_> = ["a", "longprefix-b", "longprefix-m", "z"].iter().map(|k| k.as_bytes().to_vec()).collect();
        let asked: Vec<_> = ["", "a", "b", "longpref", "longprefix-c", "longprefix-x", "n", "z", "zz"]
            .iter()
            .map(|k| k.as_bytes().to_vec())
            .collect();
        assert_eq!(agrees(&layout, &keys, &asked), 5, "all but those that begin as an entry does: \"\", a, b, n, zz");
    }

    #[test]
    fn one_that_is_taken_by_another_frame_is_missed_anew() {
        let layout = Layout::new([Column::fixed(8)], 1);
        let bytes = page(&layout, &[vec![0; 8], vec![1; 8]]);
        let page = IndexPage::new(&bytes, &layout);
        let aid = made(&page);
        assert!(aid.knows(5, 7) && !aid.knows(6, 7));
        aid.missed(6, 7, &page);
        assert!(!aid.knows(5, 7) && !aid.knows(6, 7) && aid.belongs_to(6));
        (0..=WORTH_MAKING).for_each(|_| aid.missed(6, 7, &page));
        assert!(aid.knows(6, 7));
    }
}
