//! Applying a plan: pages are allocated and freed, then the bytes change, in one mini-transaction.
//!
//! ```text
//! allocate pages ─► free pages ─► steps in order ─► flag first node pointers ─► lower a root with one child ─► commit
//!     │ can fail: the new pages are freed again
//! ```
//!
//! RULES
//!
//! - **R1** Failures that a caller can act on (no free frame, no space) come before the first change of the tree.
//!   Damage that is found in the file-space pages later poisons the store (I10).
//! - **R2** A root with a single child takes the child's records and level, and so on down: the tree is never higher
//!   than it must be. The root keeps its number and its segment headers.
//!
//! InnoDB's counterpart: `btr_page_alloc`, `btr_page_free`, `btr_lift_page_up`.

use super::plan::{NewPage, Plan, PlanEvent, PlanStep};
use super::splice::{PageRef, Splice};
use crate::error::Result;
use crate::events::{self, count};
use crate::tree::{Tree, segment_at};
use crate::write::nth_before;
use innolab_base::PageNo;
use innolab_page::{IndexBuilder, IndexMut, RecordBatch, fil, index};
use innolab_store::{Held, Mtr};

/// Applies a plan and commits the mini-transaction. `stamp`: leaves that change get at least this one.
/// ERRORS: R1; nothing has changed then.
pub(super) fn apply(plan: Plan, tree: &Tree, mut mtr: Mtr<'_>, stamp: u64) -> Result<()> {
    let root = mtr.latch(&tree.space, tree.root)?;
    let mut run = Application { tree, mtr, root, new: vec![], latched: plan.latched, node_pages: vec![], stamp };
    for page in &plan.new_pages {
        if let Err(e) = run.allocate(page) {
            run.free_new_pages(&plan.new_pages)?;
            return Err(e);
        }
    }
    for (held, level) in plan.freed {
        let page = run.mtr.page_no(held);
        run.free(page, level)?;
        run.latched.retain(|l| *l != held);
    }
    for step in plan.steps {
        run.step(step);
    }
    for event in &plan.events {
        run.emit(event);
    }
    run.flag_first_nodes();
    run.lower_root()?;
    run.mtr.commit()?;
    Ok(())
}

/// A plan that is being applied.
struct Application<'a, 's> {
    tree: &'a Tree,
    mtr: Mtr<'s>,
    root: Held,
    /// The pages allocated so far: [`PageRef::New`] is an index into them.
    new: Vec<Held>,
    /// The pages of the path that stay in the tree.
    latched: Vec<Held>,
    /// Node pages whose first record may have to get or lose the `min_rec` flag.
    node_pages: Vec<Held>,
    stamp: u64,
}

impl Application<'_, '_> {
    fn allocate(&mut self, page: &NewPage) -> Result<()> {
        let held = self.mtr.alloc_page(&self.tree.space, (self.root, segment_at(page.level)), page.near)?;
        self.mtr.set_checked(held);
        self.new.push(held);
        let id = self.tree.space.page_id(self.mtr.page_no(held));
        fil::init(&mut self.mtr.page(held), id, fil::PageType::INDEX);
        Ok(())
    }

    /// Frees a latched page. Its type changes too: a thread that has remembered the page number must not take the page
    /// for one of the tree (`insert_hint` R3).
    fn free(&mut self, page: PageNo, level: u16) -> Result<()> {
        let held = self.mtr.latch(&self.tree.space, page)?;
        fil::set_page_type(&mut self.mtr.page(held), fil::PageType::ALLOCATED);
        Ok(self.mtr.free_page(&self.tree.space, (self.root, segment_at(level)), page)?)
    }

    /// Frees the pages allocated so far and commits that: nothing of the tree has changed (R1).
    fn free_new_pages(mut self, wanted: &[NewPage]) -> Result<()> {
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

    fn step(&mut self, step: PlanStep) {
        match step {
            PlanStep::Splice { page, splice } => self.splice(page, splice),
            PlanStep::Fill { page, level, run, splice, stamp } => {
                let held = self.held(page);
                self.fill(held, level, &run, stamp);
                self.splice(held, splice);
            }
            PlanStep::Shorten { page, from, to, splice } => {
                let mut door = self.mtr.page(page);
                let mut index = IndexMut::new(&mut door, &self.tree.layout);
                let end = index.page().nth(to);
                index.remove_from(end);
                let start = index.page().nth(from);
                index.remove_before(start);
                self.splice(page, splice);
            }
            PlanStep::Link { left, right } => self.link(left, right),
            PlanStep::MinRec { page } => self.node_pages.push(page),
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
            self.node_pages.push(held);
        } else if tree.has_stamps() && page.page().stamp() < self.stamp {
            page.set_stamp(self.stamp);
        }
    }

    /// Rewrites a page. A root without stamps keeps its counter, which is in the same place.
    fn fill(&mut self, held: Held, level: u16, run: &RecordBatch, stamp: u64) {
        let tree = self.tree;
        if run.is_empty() && self.new.contains(&held) {
            let mut door = self.mtr.page(held);
            index::format(&mut door, tree.index_id, level);
            return IndexMut::new(&mut door, &tree.layout).set_stamp(stamp);
        }
        let mut builder = IndexBuilder::new(&tree.layout, level);
        assert!(builder.push_batch(run), "the plan puts no more on a page than fits");
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

    /// Flags the first node pointer of each changed node page if the page is the leftmost of its level, else clears the
    /// flag.
    fn flag_first_nodes(&mut self) {
        for held in std::mem::take(&mut self.node_pages) {
            let mut door = self.mtr.page(held);
            let mut page = IndexMut::new(&mut door, &self.tree.layout);
            let (first, leftmost) = (page.page().first(), page.page().prev_page().is_null());
            if !page.page().is_leaf() && first.is_user() {
                page.set_min_rec(first, leftmost);
            }
        }
    }

    /// While the root has a single child, the root takes the child's records and level, and the child is freed (R2).
    fn lower_root(&mut self) -> Result<()> {
        let tree = self.tree;
        loop {
            let root = tree.held_page(&self.mtr, self.root);
            if root.is_leaf() || root.n_recs() != 1 {
                return Ok(());
            }
            let child_no = root.record(root.first()).child();
            let is_child = |held: &&Held| self.mtr.page_no(**held) == child_no;
            let Some(child) = self.latched.iter().chain(&self.new).find(is_child).copied() else { return Ok(()) };
            let page = tree.held_page(&self.mtr, child);
            let (level, stamp, run) = (page.level(), page.stamp(), RecordBatch::of(&page));
            self.fill(self.root, level, &run, stamp);
            self.free(child_no, level)?;
            count(&tree.counters.shrinks);
            let (index, root) = (tree.index_id, tree.root);
            tree.store.events().emit(|| events::Shrink { index, root, level, freed: child_no });
        }
    }

    fn emit(&self, event: &PlanEvent) {
        let (tree, index) = (self.tree, self.tree.index_id);
        let no = |held: &Held| self.mtr.page_no(*held);
        let (counters, events) = (&tree.counters, tree.store.events());
        match event {
            PlanEvent::Split { page, new, level, left, right } => {
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
            PlanEvent::Merge { page, freed, level, records } => {
                count(&counters.merges);
                events.emit(|| events::Merge {
                    index,
                    page: no(page),
                    freed: no(freed),
                    level: *level,
                    records: *records,
                });
            }
            PlanEvent::Discard { page, level } => {
                count(&counters.discards);
                events.emit(|| events::Discard { index, page: no(page), level: *level });
            }
            PlanEvent::Raise { level } => {
                count(&counters.splits);
                count(&counters.raises);
                events.emit(|| events::Raise { index, root: tree.root, level: *level });
            }
        }
    }
}
