//! Sorted bulk load of an empty tree: pages are made whole, level by level from below, and written to their places; the
//! root comes last.
//!
//! ```text
//! level 2                                   run ▸ [ 1→40 …                      the pages in the making: their records, in a buffer of the level
//! level 1              written ┌ [ 1→4 … 900→9 ]      run ▸ [ 960→10 …
//! level 0   written ┌ [1 … 59]⇄[60 … 119]⇄ … ⇄[…] │ made, without numbers: [1020 … 1079] [1080 … 1139] │ run ▸ [1140 …
//!
//! a batch of a level:  numbers are taken ─► pages get them, their links, their node pointers go to the level above ─► written
//! the end:             the level that has one page: its records are the root's ◄─ all others are synced
//! ```
//!
//! RULES
//!
//! - **R1** Keys come in ascending order; the first that does not ends the load with an error.
//! - **R2** The tree is empty until all is done. Then one mini-transaction fills the root, after the pages are durable
//!   (R1 of `unlogged`): so after a crash the tree has all rows or none.
//! - **R3** A load that fails gives its pages back. What a crash leaves of one is the tree's, and goes with it
//!   ([`Tree::destroy`]).
//! - **R4** A page's link to the next one is written with it, so the number of the next batch's first page is taken
//!   with those of this one.
//!
//! What fits into one page is logged as any change. Cost: a buffer of 1 MiB for leaves, and one as large for each level
//! above that has as many pages.
//!
//! InnoDB's counterpart: `btr0bulk`, which makes the pages in the buffer pool.

use crate::carry_out::segment_at;
use crate::error::{Error, Result};
use crate::settle::node_of;
use crate::tree::Tree;
use crate::validate::below;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexBuilder, IndexMut, IndexPage, Record, Run, Write, fil, index};
use innolab_store::Unlogged;

/// Pages of a level that are written together. At most one less than [`Unlogged::BATCH`].
const BATCH: usize = 64;
/// Log space for filling the root, or for giving some pages back.
const LOG_BYTES: usize = 2 * PAGE_SIZE;

/// How full a bulk load makes the leaves. The pages above are made as full as they can be: they are few.
#[doc(alias = "innodb_fill_factor")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillFactor {
    percent: u8,
}

impl FillFactor {
    /// As full as this many percent. REQUIRES 10 to 100. Even at 100, 1/16 of the page is left for later changes.
    pub fn percent(percent: u8) -> FillFactor {
        assert!((10..=100).contains(&percent), "innodb_fill_factor is 10 to 100");
        FillFactor { percent }
    }

    /// Bytes of a page that stay free.
    fn keep_free(self) -> usize {
        match self.percent {
            100 => PAGE_SIZE / 16,
            percent => PAGE_SIZE * usize::from(100 - percent) / 100,
        }
    }
}

impl Default for FillFactor {
    fn default() -> Self {
        FillFactor::percent(100)
    }
}

impl Tree {
    /// As [`Tree::bulk_load_by`]; `next` makes the next record in the buffer it gets, or says `false`.
    pub fn bulk_load(
        &self,
        fill: FillFactor,
        stamp: u64,
        mut next: impl FnMut(&mut Record) -> Result<bool>,
    ) -> Result<u64> {
        let mut record = Record::new();
        self.bulk_load_by(fill, stamp, |run| {
            let there = next(&mut record)?;
            if there {
                run.push(record.view(&self.layout));
            }
            Ok(there)
        })
    }

    /// Fills the tree with records in ascending order. `next` adds the next one to the run it gets, or says `false`.
    /// How many were added. Leaves get the stamp. REQUIRES: the tree is empty, and nobody else changes it meanwhile; 0
    /// for a tree without stamps.
    /// ERRORS: those of `next`; [`Error::Order`]; no room on the disk; what reading and writing pages can bring. The
    /// tree is empty then (R2, R3).
    #[doc(alias = "BtrBulk")]
    pub fn bulk_load_by(
        &self,
        fill: FillFactor,
        stamp: u64,
        mut next: impl FnMut(&mut Run) -> Result<bool>,
    ) -> Result<u64> {
        assert!(stamp == 0 || self.has_stamps(), "a stamp for a tree without");
        let mut load = Load {
            tree: self,
            pages: self.store.unlogged(&self.space)?,
            levels: vec![Level::default()],
            stamp,
            keep_free: fill.keep_free(),
        };
        let mut added = 0;
        let filled = load.add_all(&mut next, &mut added).and_then(|()| load.finish());
        if let Err(e) = filled {
            // Why it failed says more than that this fails too: what stays goes with the tree.
            let _ = self.give_back();
            return Err(e);
        }
        Ok(added)
    }

    /// R3: all pages but the root.
    fn give_back(&self) -> Result<()> {
        loop {
            let mut mtr = self.store.begin(LOG_BYTES)?;
            let root = mtr.latch(&self.space, self.root)?;
            let more = mtr.free_segment_step(&self.space, (root, segment_at(0)), PageNo::NULL)?
                || mtr.free_segment_step(&self.space, (root, segment_at(1)), self.root)?;
            if !more {
                return Ok(());
            }
            mtr.commit()?;
        }
    }
}

/// A load under way.
struct Load<'t> {
    tree: &'t Tree,
    pages: Unlogged<'t>,
    /// The leaves first.
    levels: Vec<Level>,
    stamp: u64,
    keep_free: usize,
}

/// A level in the making.
struct Level {
    /// The records of the page in the making.
    run: Run,
    /// Pages before it, not yet written.
    made: Vec<u8>,
    /// Their numbers, as far as they were taken.
    numbers: Vec<PageNo>,
    /// The page before them; null: they are the level's first.
    before: PageNo,
}

impl Default for Level {
    fn default() -> Level {
        Level { run: Run::default(), made: vec![], numbers: vec![], before: PageNo::NULL }
    }
}

impl Load<'_> {
    fn add_all(&mut self, next: &mut impl FnMut(&mut Run) -> Result<bool>, added: &mut u64) -> Result<()> {
        while next(&mut self.levels[0].run)? {
            let run = &self.levels[0].run;
            let last = run.len() - 1;
            if last > 0 && !below(run.get(last - 1, &self.tree.layout), run.get(last, &self.tree.layout)) {
                return Err(Error::Order); // R1
            }
            self.added(0)?;
            *added += 1;
        }
        Ok(())
    }

    /// The level got another record: if its page is full, the record begins the next one.
    #[inline]
    fn added(&mut self, level: usize) -> Result<()> {
        let run = &self.levels[level].run;
        let keep_free = if level == 0 { self.keep_free } else { 0 };
        if run.len() == 1 || index::fits(run.len(), run.data_len() + keep_free) {
            return Ok(());
        }
        self.next_page(level)
    }

    fn next_page(&mut self, level: usize) -> Result<()> {
        let run = &mut self.levels[level].run;
        let rest = run.split_off(run.len() - 1);
        self.make(level)?;
        self.levels[level].run.push_part(&rest, 0..1);
        Ok(())
    }

    /// The level's records become a page.
    fn make(&mut self, level: usize) -> Result<()> {
        if self.levels[level].made.len() == BATCH * PAGE_SIZE {
            self.write(level, true)?;
        }
        let Level { run, made, .. } = &mut self.levels[level];
        let at = made.len();
        made.resize(at + PAGE_SIZE, 0);
        let mut builder = IndexBuilder::new(&self.tree.layout, level as u16);
        assert!(builder.push_run(run), "no more was gathered than fits");
        let stamp = if level == 0 { self.stamp } else { 0 };
        builder.write(&mut made[at..], self.tree.index_id, stamp);
        run.clear();
        Ok(())
    }

    /// The pages of a level that were made get their numbers, give their node pointers to the level above, and are
    /// written. `more`: there will be another one (R4).
    fn write(&mut self, at: usize, more: bool) -> Result<()> {
        if self.levels.len() == at + 1 {
            self.levels.push(Level::default());
        }
        let mut level = std::mem::take(&mut self.levels[at]);
        let (n, known) = (level.made.len() / PAGE_SIZE, level.numbers.len());
        let near = level.numbers.last().map_or(level.before, |last| PageNo(last.0.saturating_add(1)));
        let header = (self.tree.root, segment_at(at as u16));
        self.pages.take(header, near, n + usize::from(more) - known, &mut level.numbers)?;
        for i in 0..n {
            self.point_to(&level.made[i * PAGE_SIZE..][..PAGE_SIZE], level.numbers[i], at + 1)?;
            level.join(i, self.tree);
        }
        self.pages.write(&level.numbers[..n], &mut level.made)?;
        level.before = level.numbers[n - 1];
        level.numbers.drain(..n);
        level.made.clear();
        self.levels[at] = level;
        Ok(())
    }

    /// The level `above` gets a node pointer to the page.
    fn point_to(&mut self, page: &[u8], no: PageNo, above: usize) -> Result<()> {
        let page = IndexPage::new(page, &self.tree.layout);
        let node = node_of(page.record(page.first()), no);
        self.levels[above].run.push(node.view(&self.tree.layout));
        self.added(above)
    }

    /// All rows are there: the pages that wait are written, and the level with one page becomes the root's.
    fn finish(mut self) -> Result<()> {
        let mut top = 0;
        while !self.levels[top].is_one_page() {
            self.make(top)?;
            self.write(top, false)?;
            top += 1;
        }
        if top > 0 {
            self.pages.finish()?; // R2
        }
        let (tree, run) = (self.tree, &self.levels[top].run);
        let mut mtr = tree.store.begin(LOG_BYTES)?;
        let root = tree.latch(&mut mtr, tree.root, Some(0))?;
        let page = tree.held_page(&mtr, root);
        assert!(page.n_recs() == 0, "a tree that is loaded is empty, and nobody else changes it");
        let stamp = match top {
            // What a root without stamps has in their place stays.
            _ if !tree.has_stamps() => page.stamp(),
            0 => self.stamp,
            _ => 0,
        };
        let mut door = mtr.page(root);
        let mut builder = IndexBuilder::new(&tree.layout, top as u16);
        assert!(builder.push_run(run), "no more was gathered than fits");
        builder.write(&mut door, tree.index_id, stamp);
        flag_first(&mut door, tree);
        mtr.commit()?;
        Ok(())
    }
}

impl Level {
    /// Whether all its records are those of the page in the making.
    fn is_one_page(&self) -> bool {
        self.made.is_empty() && self.before.is_null()
    }

    /// Page `i` of those that were made gets its number and its neighbours.
    fn join(&mut self, i: usize, tree: &Tree) {
        let page = &mut self.made[i * PAGE_SIZE..][..PAGE_SIZE];
        fil::init(page, tree.space.page_id(self.numbers[i]), fil::PageType::INDEX);
        let before = i.checked_sub(1).map_or(self.before, |i| self.numbers[i]);
        fil::set_links(page, before, self.numbers.get(i + 1).copied().unwrap_or(PageNo::NULL));
        if before.is_null() {
            flag_first(page, tree);
        }
    }
}

/// The first node pointer of the leftmost page of a level stands for all that is below.
fn flag_first(page: &mut (impl Write + ?Sized), tree: &Tree) {
    let mut page = IndexMut::new(page, &tree.layout);
    let first = page.page().first();
    if !page.page().is_leaf() {
        page.set_min_rec(first, true);
    }
}
