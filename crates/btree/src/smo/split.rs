//! Splits: a page overflows and is cut in two; the root overflows and is raised.
//!
//! ```text
//! split         parent [ … k→5 … ]                 parent [ … k→5, m→9 … ]          new_left: [ … k→9, m→5 … ]
//!               page 5 [ a b c d ] + e      ─►     page 5 [ a b c ] ◄─► page 9 [ d e ]
//!
//! raise         root   [ a b c d ] + e      ─►     root   [ min→8, d→9 ]             the root keeps its page number
//!                                                  page 8 [ a b c ] ◄─► page 9 [ d e ]
//! ```
//!
//! Records that stay on the page are copied only if the page is rewritten. In ascending inserts no record moves: the
//! new page gets the new record alone, and only the last record of the old page and of its parent is read.
//!
//! InnoDB's counterpart: `btr_page_split_and_insert`, `btr_root_raise_and_insert`.

use super::cut::{Cut, Trend, choose_cut};
use super::level::{LevelChange, OwnPointer, ParentChange};
use super::plan::{Plan, PlanEvent, PlanStep};
use super::splice::{Entry, PageRef, Splice};
use innolab_base::PageNo;
use innolab_page::RecordBatch;
use std::ops::Range;

impl LevelChange<'_, '_> {
    /// [`Fate::Split`](super::plan_level::Fate): a new page takes the records on one side of the cut.
    pub(super) fn split(&self, plan: &mut Plan) -> ParentChange {
        let (cut, old) = self.cut();
        let (n, no) = (self.n_recs, self.mtr.page_no(self.path.page).0);
        let near = if cut.new_left { no.saturating_sub(1) } else { no.saturating_add(1) };
        let PageRef::New(i) = plan.new_page(self.level(), PageNo(near)) else { unreachable!("a new page") };
        let (this, new) = (self.this(), PageRef::New(i));
        let (moved, kept) = if cut.new_left { (0..cut.at, cut.at..n) } else { (cut.at..n, 0..cut.at) };
        self.fill(plan, new, &old, &moved);
        self.keep(plan, &old, &kept);
        let (outer_left, outer_right) = (self.path.left.map(PageRef::Held), self.path.right.map(PageRef::Held));
        if cut.new_left {
            plan.link(outer_left, Some(new));
            plan.link(Some(new), Some(this));
        } else {
            plan.link(Some(this), Some(new));
            plan.link(Some(new), outer_right);
        }
        plan.events.push(PlanEvent::Split {
            page: self.path.page,
            new: i,
            level: self.level(),
            left: cut.at,
            right: n - cut.at,
        });
        let (own, upper) = match cut.new_left {
            true => (OwnPointer::Replace(self.pointer_to_heir(new)), this),
            false => (self.own_pointer(), new),
        };
        let added = Some(Entry::node_pointer(self.record(cut.at), upper));
        ParentChange { own, right_removed: false, added }
    }

    /// [`Fate::RaiseRoot`](super::plan_level::Fate): the root's records go to two new pages below it.
    pub(super) fn raise_root(&self, plan: &mut Plan) -> ParentChange {
        let (root, level) = (self.this(), self.level());
        let cut = self.cut().0;
        let old = RecordBatch::of(&self.page());
        let near = PageNo(self.tree.root.0 + 1);
        let (mut pointers, mut pages) = (vec![], vec![]);
        for side in [0..cut.at, cut.at..self.n_recs] {
            let new = plan.new_page(level, near);
            self.fill(plan, new, &old, &side);
            pointers.push(Entry::node_pointer(self.record(side.start), new));
            pages.push(new);
        }
        plan.link(Some(pages[0]), Some(pages[1]));
        let splice = Splice { at: 0, remove: 0, insert: pointers };
        let (run, stamp) = (RecordBatch::default(), 0);
        plan.steps.push(PlanStep::Fill { page: root, level: level + 1, run, splice, stamp });
        plan.events.push(PlanEvent::Raise { level: level + 1 });
        ParentChange::NONE
    }

    /// Returns the cut, and the page's records before the splice; the latter are empty if the page keeps all of them.
    fn cut(&self) -> (Cut, RecordBatch) {
        let (page, splice) = (self.page(), &self.splice);
        let last = page.counts().last_insert;
        let is_last = |i: Option<usize>| last != 0 && i.is_some_and(|i| i < page.n_recs() && page.nth(i).0 == last);
        // The new record is the last one inserted: a split below adds its node pointer behind that of the page that was
        // split, which is replaced if the new page is to the left.
        let new = splice.at + splice.insert.len().saturating_sub(1);
        let trend = match splice.insert.len() {
            0 => Trend::None,
            _ if splice.remove == 0 && is_last(splice.at.checked_sub(1)) => Trend::Ascending,
            _ if is_last(Some(splice.at + splice.remove)) => Trend::Descending,
            _ => Trend::None,
        };
        if trend == Trend::Ascending && splice.at == page.n_recs() && splice.insert.len() == 1 {
            // This is the cut that `choose_cut` would return: the old page stays as it is, and the new page gets the
            // new record alone.
            return (Cut { at: new, new_left: false }, RecordBatch::default());
        }
        let old = RecordBatch::of(&page);
        let mut lens: Vec<usize> = (0..old.len()).map(|i| old.len_of(i)).collect();
        lens.splice(splice.at..splice.at + splice.remove, splice.insert.iter().map(|e| e.record.len()));
        (choose_cut(&lens, new, trend), old)
    }

    /// A page is written with the records of `range`.
    fn fill(&self, plan: &mut Plan, page: PageRef, old: &RecordBatch, range: &Range<usize>) {
        let (run, splice) = self.part(old, range);
        plan.steps.push(PlanStep::Fill { page, level: self.level(), run, splice, stamp: self.stamp(&[]) });
    }

    /// The page keeps the records of `range`: shortened in place if few records go, else rewritten in key order, which
    /// makes scans faster.
    fn keep(&self, plan: &mut Plan, old: &RecordBatch, range: &Range<usize>) {
        let (held, n_before) = (self.path.page, self.page().n_recs());
        let splice = self.splice.inserted_in(range);
        let stay = range.len() - splice.insert.len();
        let go = n_before - stay;
        if go == 0 {
            if !splice.insert.is_empty() {
                plan.steps.push(PlanStep::Splice { page: held, splice });
            }
        } else if go * 4 < n_before && self.splice.remove == 0 {
            let from = if range.start == 0 { 0 } else { go };
            plan.steps.push(PlanStep::Shorten { page: held, from, to: from + stay, splice });
        } else {
            self.fill(plan, self.this(), old, range);
        }
    }
}
