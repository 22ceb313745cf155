//! Sorted bulk load of an empty tree: whole pages are built, level by level from the leaves up, and written to their
//! places; the root is written last.
//!
//! ```text
//! level 2                                   run ▸ [ 1→40 …           a run: the records of the page being built
//! level 1              written ┌ [ 1→4 … 900→9 ]    run ▸ [ 960→10 …
//! level 0   written ┌ [1 … 59]⇄[60 … 119]⇄ … ⇄[…] │ built, not numbered: [1020 … 1079] [1080 … 1139] │ run ▸ [1140 …
//!
//! a batch of a level:  allocate page numbers ─► set numbers and links; add node pointers to the level above ─► write
//! the end:             sync all pages ─► put the records of the level that has one page into the root
//! ```
//!
//! RULES
//!
//! - **R1** Keys arrive in ascending order; the first key out of order ends the load with an error.
//! - **R2** The tree stays empty until all pages are durable (`store::unlogged` R1). Then one mini-transaction fills
//!   the root. So after a crash the tree has all rows or none.
//! - **R3** A load that fails frees its pages. Pages that a crash leaves behind belong to the tree's segments, and are
//!   freed with the tree ([`Tree::destroy`]).
//! - **R4** A page's link to the next page is written with the page, so the number of the next batch's first page is
//!   allocated together with those of this batch.
//!
//! A load that fits into one page is logged like any change. Cost: a buffer of 1 MiB for the leaves, and another for
//! each upper level with as many pages.
//!
//! InnoDB's counterpart: `btr0bulk`, which builds the pages in the buffer pool.

use crate::admit::is_below;
use crate::error::{Error, Result};
use crate::smo::node_pointer;
use crate::tree::{Tree, segment_at};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexBuilder, IndexMut, IndexPage, Record, RecordBatch, Write, fil, index};
use innolab_store::Unlogged;

/// Pages of a level that are written together: at most one less than [`Unlogged::BATCH`].
const BATCH: usize = 64;
/// Log space for filling the root, or for a step of freeing pages.
const LOG_BYTES: usize = 2 * PAGE_SIZE;

/// How full a bulk load makes the leaves. The pages above are filled completely: they are few.
#[doc(alias = "innodb_fill_factor")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillFactor {
    percent: u8,
}

impl FillFactor {
    /// Leaves are filled to `percent` percent. REQUIRES: 10 to 100. Even at 100, 1/16 of a page stays free for later
    /// changes.
    pub fn percent(percent: u8) -> FillFactor {
        assert!((10..=100).contains(&percent), "innodb_fill_factor is 10 to 100");
        FillFactor { percent }
    }

    /// Returns the bytes of a leaf that stay free.
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
    /// Like [`Tree::bulk_load_by`], but `next` makes the next record in a buffer, or returns `false`.
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

    /// Fills the tree with records in ascending order; returns their number. `next` adds the next record to the run, or
    /// returns `false` at the end. `stamp`: the leaves' stamp, 0 for a tree without stamps.
    /// REQUIRES: the tree is empty, and no other thread changes it meanwhile.
    /// ERRORS: those of `next`; [`Error::Order`]; a full disk; reading and writing pages. The tree is empty then (R2,
    /// R3).
    #[doc(alias = "BtrBulk")]
    pub fn bulk_load_by(
        &self,
        fill: FillFactor,
        stamp: u64,
        mut next: impl FnMut(&mut RecordBatch) -> Result<bool>,
    ) -> Result<u64> {
        assert!(stamp == 0 || self.has_stamps(), "a stamp for a tree without stamps");
        let mut load = Load {
            tree: self,
            pages: self.store.unlogged(&self.space)?,
            levels: vec![LevelBuilder::default()],
            stamp,
            keep_free: fill.keep_free(),
        };
        let mut added = 0;
        let filled = load.add_all(&mut next, &mut added).and_then(|()| load.finish());
        if let Err(e) = filled {
            // The first error is the one to report. Pages that stay allocated are freed with the tree (R3).
            let _ = self.free_all_but_root();
            return Err(e);
        }
        Ok(added)
    }

    /// Frees all pages but the root (R3).
    fn free_all_but_root(&self) -> Result<()> {
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

/// A load in progress.
struct Load<'t> {
    tree: &'t Tree,
    pages: Unlogged<'t>,
    /// From the leaves up.
    levels: Vec<LevelBuilder>,
    stamp: u64,
    keep_free: usize,
}

/// A level that is being built.
struct LevelBuilder {
    /// The records of the page that is being built.
    run: RecordBatch,
    /// Pages that are complete but not yet written.
    built: Vec<u8>,
    /// The page numbers allocated for them, so far.
    numbers: Vec<PageNo>,
    /// The last page that was written; null if none was.
    before: PageNo,
}

impl Default for LevelBuilder {
    fn default() -> LevelBuilder {
        LevelBuilder { run: RecordBatch::default(), built: vec![], numbers: vec![], before: PageNo::NULL }
    }
}

impl Load<'_> {
    /// Takes all records from `next`.
    fn add_all(&mut self, next: &mut impl FnMut(&mut RecordBatch) -> Result<bool>, added: &mut u64) -> Result<()> {
        while next(&mut self.levels[0].run)? {
            let run = &self.levels[0].run;
            let last = run.len() - 1;
            if last > 0 && !is_below(run.get(last - 1, &self.tree.layout), run.get(last, &self.tree.layout)) {
                return Err(Error::Order); // R1
            }
            self.record_added(0)?;
            *added += 1;
        }
        Ok(())
    }

    /// Called when a level has received a record: if the record does not fit on the page being built, it begins the
    /// next.
    #[inline]
    fn record_added(&mut self, level: usize) -> Result<()> {
        let run = &self.levels[level].run;
        let keep_free = if level == 0 { self.keep_free } else { 0 };
        if run.len() == 1 || index::fits(run.len(), run.data_len() + keep_free) {
            return Ok(());
        }
        self.next_page(level)
    }

    /// Finishes the page without its last record, which begins the next page.
    fn next_page(&mut self, level: usize) -> Result<()> {
        let run = &mut self.levels[level].run;
        let rest = run.split_off(run.len() - 1);
        self.finish_page(level)?;
        self.levels[level].run.push_range(&rest, 0..1);
        Ok(())
    }

    /// Turns the level's run into a page.
    fn finish_page(&mut self, level: usize) -> Result<()> {
        if self.levels[level].built.len() == BATCH * PAGE_SIZE {
            self.write_batch(level, true)?;
        }
        let LevelBuilder { run, built, .. } = &mut self.levels[level];
        let at = built.len();
        built.resize(at + PAGE_SIZE, 0);
        let mut builder = IndexBuilder::new(&self.tree.layout, level as u16);
        assert!(builder.push_batch(run), "the run of a page fits on it");
        let stamp = if level == 0 { self.stamp } else { 0 };
        builder.write(&mut built[at..], self.tree.index_id, stamp);
        run.clear();
        Ok(())
    }

    /// Gives the complete pages of a level their numbers, adds their node pointers to the level above, and writes them.
    /// `more`: another page will follow (R4).
    fn write_batch(&mut self, at: usize, more: bool) -> Result<()> {
        if self.levels.len() == at + 1 {
            self.levels.push(LevelBuilder::default());
        }
        let mut level = std::mem::take(&mut self.levels[at]);
        let (n, known) = (level.built.len() / PAGE_SIZE, level.numbers.len());
        let near = level.numbers.last().map_or(level.before, |last| PageNo(last.0.saturating_add(1)));
        let header = (self.tree.root, segment_at(at as u16));
        self.pages.take(header, near, n + usize::from(more) - known, &mut level.numbers)?;
        for i in 0..n {
            self.add_node_pointer(&level.built[i * PAGE_SIZE..][..PAGE_SIZE], level.numbers[i], at + 1)?;
            level.link_page(i, self.tree);
        }
        self.pages.write(&level.numbers[..n], &mut level.built)?;
        level.before = level.numbers[n - 1];
        level.numbers.drain(..n);
        level.built.clear();
        self.levels[at] = level;
        Ok(())
    }

    /// Adds a node pointer to the page to level `above`.
    fn add_node_pointer(&mut self, page: &[u8], no: PageNo, above: usize) -> Result<()> {
        let page = IndexPage::new(page, &self.tree.layout);
        let node = node_pointer(page.record(page.first()), no);
        self.levels[above].run.push(node.view(&self.tree.layout));
        self.record_added(above)
    }

    /// Writes the remaining pages and fills the root with the records of the level that has one page (R2).
    fn finish(mut self) -> Result<()> {
        let mut top = 0;
        while !self.levels[top].is_one_page() {
            self.finish_page(top)?;
            self.write_batch(top, false)?;
            top += 1;
        }
        if top > 0 {
            self.pages.finish()?;
        }
        let (tree, run) = (self.tree, &self.levels[top].run);
        let mut mtr = tree.store.begin(LOG_BYTES)?;
        let root = tree.latch(&mut mtr, tree.root, Some(0))?;
        let page = tree.held_page(&mtr, root);
        assert!(page.n_recs() == 0, "REQUIRES: the tree is empty, and no other thread changes it");
        let stamp = match top {
            // A root without stamps keeps its counter, which is in the same place.
            _ if !tree.has_stamps() => page.stamp(),
            0 => self.stamp,
            _ => 0,
        };
        let mut door = mtr.page(root);
        let mut builder = IndexBuilder::new(&tree.layout, top as u16);
        assert!(builder.push_batch(run), "the run of a page fits on it");
        builder.write(&mut door, tree.index_id, stamp);
        flag_first(&mut door, tree);
        mtr.commit()?;
        Ok(())
    }
}

impl LevelBuilder {
    /// True if all records of the level fit on the page being built.
    fn is_one_page(&self) -> bool {
        self.built.is_empty() && self.before.is_null()
    }

    /// Gives complete page `i` its number and its links.
    fn link_page(&mut self, i: usize, tree: &Tree) {
        let page = &mut self.built[i * PAGE_SIZE..][..PAGE_SIZE];
        fil::init(page, tree.space.page_id(self.numbers[i]), fil::PageType::INDEX);
        let before = i.checked_sub(1).map_or(self.before, |i| self.numbers[i]);
        fil::set_links(page, before, self.numbers.get(i + 1).copied().unwrap_or(PageNo::NULL));
        if before.is_null() {
            flag_first(page, tree);
        }
    }
}

/// Flags the first node pointer of the leftmost page of a level as `min_rec`.
fn flag_first(page: &mut (impl Write + ?Sized), tree: &Tree) {
    let mut page = IndexMut::new(page, &tree.layout);
    let first = page.page().first();
    if !page.page().is_leaf() {
        page.set_min_rec(first, true);
    }
}
