//! Merges and other ends of a page: an under-full page gives its records to a sibling, an empty page leaves, and a root
//! without children becomes a leaf.
//!
//! ```text
//! merge left     parent [ … k→5, m→9 … ]                     parent [ … k→5 … ]
//!                page 5 [ a b ] ◄─► page 9 [ c ]     ─►      page 5 [ a b c ]    page 9 is freed
//!
//! merge right    parent [ … k→5, m→9 … ]                     parent [ … k→9 … ]
//!                page 5 [ a ] ◄─► page 9 [ b c ]     ─►      page 9 [ a b c ]    page 5 is freed, page 9 has its key
//! ```
//!
//! InnoDB's counterpart: `btr_compress`, `btr_discard_page`.

use super::level::{LevelChange, OwnPointer, ParentChange};
use super::plan::{Plan, PlanEvent, PlanStep};
use super::splice::{PageRef, Splice};
use innolab_page::RecordBatch;
use innolab_store::Held;

impl LevelChange<'_, '_> {
    /// [`Fate::MergeLeft`](super::plan_level::Fate): the page's records go behind those of its left sibling.
    pub(super) fn merge_left(&self, plan: &mut Plan, left: Held) -> ParentChange {
        let (moved, mut splice) = self.part(&RecordBatch::of(&self.page()), &(0..self.n_recs));
        let mut run = RecordBatch::of(&self.page_of(left));
        splice.at += run.len();
        for record in moved.records(0..moved.len(), &self.tree.layout) {
            run.push(record);
        }
        self.merge_into(plan, left, run, splice);
        ParentChange { own: OwnPointer::Remove, right_removed: false, added: None }
    }

    /// [`Fate::MergeRight`](super::plan_level::Fate): the page's records go before those of its right sibling, which
    /// takes over the page's node pointer.
    pub(super) fn merge_right(&self, plan: &mut Plan, right: Held) -> ParentChange {
        let (mut run, splice) = self.part(&RecordBatch::of(&self.page()), &(0..self.n_recs));
        run.append(&self.page_of(right));
        self.merge_into(plan, right, run, splice);
        let own = OwnPointer::Replace(self.pointer_to_heir(PageRef::Held(right)));
        ParentChange { own, right_removed: true, added: None }
    }

    /// `stays` is written with the records of both pages, and this page leaves.
    fn merge_into(&self, plan: &mut Plan, stays: Held, run: RecordBatch, splice: Splice) {
        let (page, level, stamp) = (PageRef::Held(stays), self.level(), self.stamp(&[stays]));
        let records = run.len() + splice.insert.len();
        plan.steps.push(PlanStep::Fill { page, level, run, splice, stamp });
        self.leave(plan);
        plan.events.push(PlanEvent::Merge { page: stays, freed: self.path.page, level, records });
    }

    /// [`Fate::Discard`](super::plan_level::Fate): the page has lost its last record and leaves.
    pub(super) fn discard(&self, plan: &mut Plan) -> ParentChange {
        let (level, leftmost) = (self.level(), self.path.left.is_none());
        self.leave(plan);
        if let (true, true, Some(right)) = (level > 0, leftmost, self.path.right) {
            plan.steps.push(PlanStep::MinRec { page: right });
        }
        plan.events.push(PlanEvent::Discard { page: self.path.page, level });
        match self.right_sibling() {
            // The leaf is its parent's first child. Its right sibling may take over its key range as it is (R2 of
            // `plan`), so that the parent's first key stays.
            Some(heir) if level == 0 && self.left_sibling().is_none() => {
                let own = OwnPointer::Replace(self.pointer_to_heir(PageRef::Held(heir)));
                ParentChange { own, right_removed: true, added: None }
            }
            _ => ParentChange { own: OwnPointer::Remove, right_removed: false, added: None },
        }
    }

    /// [`Fate::EmptyRoot`](super::plan_level::Fate): the root's only child was the only page of its level and left. The
    /// root becomes an empty leaf.
    pub(super) fn empty_root(&self, plan: &mut Plan) -> ParentChange {
        let (run, splice) = (RecordBatch::default(), Splice::default());
        plan.steps.push(PlanStep::Fill { page: self.this(), level: 0, run, splice, stamp: 0 });
        ParentChange::NONE
    }

    /// The page's neighbours are linked to each other, and the page is freed.
    fn leave(&self, plan: &mut Plan) {
        plan.link(self.path.left.map(PageRef::Held), self.path.right.map(PageRef::Held));
        plan.freed.push((self.path.page, self.level()));
    }
}
