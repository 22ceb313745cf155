//! A plan is carried out: pages are taken and given back, then the bytes change, in one mini-transaction.
//!
//! ```text
//! take new pages ─► give freed pages back ─► steps in order ─► first node pointers get or lose their flag ─► a root with one child takes its place ─► commit
//!      │ can fail: what was taken is given back
//! ```
//!
//! RULES
//!
//! - **R1** What can fail for reasons that a caller can do something about (no frame, no room) fails while nothing of
//!   the tree has changed. Damage found in the file-space pages after that poisons the store (I10).
//! - **R2** A root with a single child takes the child's records, its level and so on down: the tree is never higher
//!   than it must be. The root's number and the segment headers on it stay.
//!
//! InnoDB's counterpart: `btr_page_alloc`, `btr_page_free`, `btr_lift_page_up`.

use crate::error::Result;
use crate::events::{self, count};
use crate::plan::{NewPage, News, Plan, Step};
use crate::run::{PageRef, Splice};
use crate::tree::Tree;
use crate::write::nth_before;
use innolab_base::PageNo;
use innolab_page::index::{SEG_LEAF, SEG_TOP};
use innolab_page::{IndexBuilder, IndexMut, Run, fil, index};
use innolab_store::{Held, Mtr};

/// The place on the root of the header of the segment that pages of this level belong to.
pub(crate) fn segment_at(level: u16) -> usize {
    if level == 0 { SEG_LEAF } else { SEG_TOP }
}

/// A plan at work.
struct Work<'a, 's> {
    tree: &'a Tree,
    mtr: Mtr<'s>,
    root: Held,
    new: Vec<Held>,
    latched: Vec<Held>,
    /// Node pages whose first record may have to get or lose its flag.
    nodes: Vec<Held>,
    stamp: u64,
}

impl Plan {
    /// Does it and commits. `stamp`: changed leaves get at least this one.
    pub(crate) fn carry_out(self, tree: &Tree, mut mtr: Mtr<'_>, stamp: u64) -> Result<()> {
        let root = mtr.latch(&tree.space, tree.root)?;
        let mut work = Work { tree, mtr, root, new: vec![], latched: self.latched, nodes: vec![], stamp };
        for page in &self.new_pages {
            if let Err(e) = work.take_page(page) {
                work.give_up(&self.new_pages)?;
                return Err(e);
            }
        }
        for (held, level) in self.freed {
            let page = work.mtr.page_no(held);
            work.free(page, level)?;
            work.latched.retain(|l| *l != held);
        }
        for step in self.steps {
            work.step(step);
        }
        for news in &self.news {
            work.tell(news);
        }
        work.flag_first_nodes();
        work.lift()?;
        work.mtr.commit()?;
        Ok(())
    }
}

impl<'s> Work<'_, 's> {
    fn take_page(&mut self, page: &NewPage) -> Result<()> {
        let held = self.mtr.alloc_page(&self.tree.space, (self.root, segment_at(page.level)), page.near)?;
        self.mtr.set_checked(held);
        self.new.push(held);
        let id = self.tree.space.page_id(self.mtr.page_no(held));
        fil::init(&mut self.mtr.page(held), id, fil::PageType::INDEX);
        Ok(())
    }

    /// Gives a latched page back. Its type says so from now on: who comes by a remembered number must not take it for a
    /// page of the tree.
    fn free(&mut self, page: PageNo, level: u16) -> Result<()> {
        let held = self.mtr.latch(&self.tree.space, page)?;
        fil::set_page_type(&mut self.mtr.page(held), fil::PageType::ALLOCATED);
        Ok(self.mtr.free_page(&self.tree.space, (self.root, segment_at(level)), page)?)
    }

    /// R1: nothing of the tree has changed.
    fn give_up(mut self, wanted: &[NewPage]) -> Result<()> {
        for (i, page) in wanted.iter().enumerate().take(self.new.len()) {
            let no = self.mtr.page_no(self.new[i]);
            self.free(no, page.level)?;
        }
        self.mtr.commit()?;
        Ok(())
    }

    fn held(&self, page: PageRef) -> Held {
        match page {
            PageRef::Held(held) => held,
            PageRef::New(i) => self.new[i],
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Splice { page, splice } => self.splice(page, splice),
            Step::Fill { page, level, run, splice, stamp } => {
                let held = self.held(page);
                self.fill(held, level, &run, stamp);
                self.splice(held, splice);
            }
            Step::Shorten { page, from, to, splice } => {
                let mut door = self.mtr.page(page);
                let mut index = IndexMut::new(&mut door, &self.tree.layout);
                let end = index.page().nth(to);
                index.remove_from(end);
                let start = index.page().nth(from);
                index.remove_before(start);
                self.splice(page, splice);
            }
            Step::Link { left, right } => self.link(left, right),
            Step::MinRec { page } => self.nodes.push(page),
        }
    }

    fn splice(&mut self, held: Held, splice: Splice) {
        let (tree, page_no) = (self.tree, self.mtr.page_no(held));
        let children: Vec<Option<PageNo>> =
            splice.insert.iter().map(|e| e.child.map(|page| self.mtr.page_no(self.held(page)))).collect();
        let mut door = self.mtr.page(held);
        let mut page = IndexMut::new(&mut door, &tree.layout);
        for _ in 0..splice.remove {
            let origin = page.page().nth(splice.at);
            page.remove(origin);
        }
        for (i, (mut entry, child)) in splice.insert.into_iter().zip(children).enumerate() {
            let prev = nth_before(&page.page(), splice.at + i);
            let origin = tree.put_after(&mut page, prev, &mut entry.record, page_no);
            if let Some(child) = child {
                page.set_child(origin, child);
            }
        }
        if !page.page().is_leaf() {
            self.nodes.push(held);
        } else if tree.has_stamps() && page.page().stamp() < self.stamp {
            page.set_stamp(self.stamp);
        }
    }

    /// Writes a page anew. A root without stamps keeps what it has in their place.
    fn fill(&mut self, held: Held, level: u16, run: &Run, stamp: u64) {
        let tree = self.tree;
        if run.is_empty() && self.new.contains(&held) {
            let mut door = self.mtr.page(held);
            index::format(&mut door, tree.index_id, level);
            return IndexMut::new(&mut door, &tree.layout).set_stamp(stamp);
        }
        let mut builder = IndexBuilder::new(&tree.layout, level);
        assert!(builder.push_run(run), "the plan puts no more on a page than fits");
        let stamp =
            if held == self.root && !tree.has_stamps() { tree.held_page(&self.mtr, held).stamp() } else { stamp };
        builder.write(&mut self.mtr.page(held), tree.index_id, stamp);
    }

    fn link(&mut self, left: Option<PageRef>, right: Option<PageRef>) {
        let (left, right) = (left.map(|p| self.held(p)), right.map(|p| self.held(p)));
        let no = |held: Option<Held>| held.map_or(PageNo::NULL, |held| self.mtr.page_no(held));
        let (left_no, right_no) = (no(left), no(right));
        if let Some(left) = left {
            fil::set_next(&mut self.mtr.page(left), right_no);
        }
        if let Some(right) = right {
            fil::set_prev(&mut self.mtr.page(right), left_no);
        }
    }

    fn flag_first_nodes(&mut self) {
        for held in std::mem::take(&mut self.nodes) {
            let mut door = self.mtr.page(held);
            let mut page = IndexMut::new(&mut door, &self.tree.layout);
            let (first, leftmost) = (page.page().first(), page.page().prev_page().is_null());
            if !page.page().is_leaf() && first.is_user() {
                page.set_min_rec(first, leftmost);
            }
        }
    }

    /// R2
    fn lift(&mut self) -> Result<()> {
        let tree = self.tree;
        loop {
            let root = tree.held_page(&self.mtr, self.root);
            if root.is_leaf() || root.n_recs() != 1 {
                return Ok(());
            }
            let child_no = root.record(root.first()).child();
            let among = |held: &&Held| self.mtr.page_no(**held) == child_no;
            let Some(child) = self.latched.iter().chain(&self.new).find(among).copied() else { return Ok(()) };
            let page = tree.held_page(&self.mtr, child);
            let (level, stamp, run) = (page.level(), page.stamp(), Run::of(&page));
            self.fill(self.root, level, &run, stamp);
            self.free(child_no, level)?;
            count(&tree.counters.shrinks);
            let (index, root) = (tree.index_id, tree.root);
            tree.store.events().emit(|| events::Shrink { index, root, level, freed: child_no });
        }
    }

    fn tell(&self, news: &News) {
        let (tree, index) = (self.tree, self.tree.index_id);
        let no = |held: &Held| self.mtr.page_no(*held);
        let (counters, events) = (&tree.counters, tree.store.events());
        match news {
            News::Split { page, new, level, left, right } => {
                count(&counters.splits);
                events.emit(|| events::Split {
                    index,
                    page: no(page),
                    new: no(&self.new[*new]),
                    level: *level,
                    left: *left,
                    right: *right,
                });
            }
            News::Merge { page, freed, level, records } => {
                count(&counters.merges);
                events.emit(|| events::Merge {
                    index,
                    page: no(page),
                    freed: no(freed),
                    level: *level,
                    records: *records,
                });
            }
            News::Discard { page, level } => {
                count(&counters.discards);
                events.emit(|| events::Discard { index, page: no(page), level: *level });
            }
            News::Raise { level } => {
                count(&counters.splits);
                count(&counters.raises);
                events.emit(|| events::Raise { index, root: tree.root, level: *level });
            }
        }
    }
}
