//! The fate of a page whose records are spliced, and the plan from the leaf up.
//!
//! ```text
//!            overflows, or a split is forced?
//!  yes                                             no
//!   ├ root: RaiseRoot                               ├ root: EmptyRoot if a node page loses its last record, else Stay
//!   ├ topmost: BeyondTop                            ├ topmost, and under-full or its first key moves: BeyondTop
//!   └ else: Split                                   ├ no record left: Discard
//!                                                   ├ under-full, and a sibling has room: MergeLeft, else MergeRight
//!                                                   └ else: Stay
//! ```
//!
//! The rules are those of `plan`. InnoDB's counterpart: the callers of `btr_page_split_and_insert` and `btr_compress`.

use super::level::{LevelChange, ParentChange};
use super::plan::{PathLevel, Plan, PlanStep};
use super::splice::Splice;
use crate::error::Result;
use crate::room::wants_merge;
use crate::tree::Tree;
use innolab_base::PAGE_SIZE;
use innolab_page::index;
use innolab_store::{Held, Mtr};

/// Bytes that stay free on a merged page (R4 of `plan`).
const MERGED_RESERVE: usize = PAGE_SIZE / 16;

/// The fate of a page whose records are spliced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is spliced in place.
    Stay,
    /// It is cut in two.
    Split,
    /// It is the root, and its records go to two new pages below it.
    RaiseRoot,
    /// It is merged into its left sibling.
    MergeLeft(Held),
    /// It is merged into its right sibling.
    MergeRight(Held),
    /// It has no record left and leaves.
    Discard,
    /// It is the root, has no child left, and becomes a leaf.
    EmptyRoot,
    /// It is the topmost page of the path, and the change reaches pages above it.
    BeyondTop,
}

/// Plans a splice of the leaf. `path`: the latched levels, the leaf first. `force_split`: the leaf is split even if the
/// records would fit. Returns `None` if the change reaches above the topmost page of the path.
/// ERRORS: pages that contradict each other.
pub(super) fn plan_change(
    tree: &Tree,
    mtr: &Mtr<'_>,
    path: &[PathLevel],
    leaf_splice: Splice,
    force_split: bool,
) -> Result<Option<Plan>> {
    let (mut plan, mut splice) = (Plan::new(path), leaf_splice);
    for level in 0..path.len() {
        let change = LevelChange::new(tree, mtr, path, level, splice)?;
        let parent = change.parent;
        let Some(asked) = plan_level(&mut plan, change, force_split && level == 0) else { return Ok(None) };
        match parent {
            Some(parent) if !asked.is_none() => splice = asked.into_splice(parent.rank),
            _ => return Ok(Some(plan)),
        }
    }
    unreachable!("the topmost level has no parent")
}

/// Adds one level to the plan; returns the changes that it requires of the level above, or `None` for
/// [`Fate::BeyondTop`].
fn plan_level(plan: &mut Plan, change: LevelChange<'_, '_>, force_split: bool) -> Option<ParentChange> {
    match change.fate(force_split) {
        Fate::Stay => Some(change.stay(plan)),
        Fate::Split => Some(change.split(plan)),
        Fate::RaiseRoot => Some(change.raise_root(plan)),
        Fate::MergeLeft(left) => Some(change.merge_left(plan, left)),
        Fate::MergeRight(right) => Some(change.merge_right(plan, right)),
        Fate::Discard => Some(change.discard(plan)),
        Fate::EmptyRoot => Some(change.empty_root(plan)),
        Fate::BeyondTop => None,
    }
}

impl LevelChange<'_, '_> {
    /// Returns the fate of the page: the first that applies (see the module's picture).
    pub(super) fn fate(&self, force_split: bool) -> Fate {
        let (is_root, topmost, n_recs) = (self.is_root(), self.parent.is_none(), self.n_recs);
        if force_split || !index::fits(n_recs, self.data_len) {
            return match (is_root, topmost) {
                (true, _) => Fate::RaiseRoot,
                (false, true) => Fate::BeyondTop,
                (false, false) => Fate::Split,
            };
        }
        if is_root {
            return if n_recs == 0 && self.level() > 0 { Fate::EmptyRoot } else { Fate::Stay };
        }
        let under_full = n_recs == 0 || wants_merge(self.page().data_len(), self.data_len);
        if topmost && (under_full || self.first_key_moves()) {
            return Fate::BeyondTop;
        }
        if n_recs == 0 {
            return Fate::Discard;
        }
        if under_full {
            let has_room = |held: &Held| {
                let page = self.page_of(*held);
                index::fits(page.n_recs() + n_recs, page.data_len() + self.data_len + MERGED_RESERVE)
            };
            if let Some(left) = self.left_sibling().filter(has_room) {
                return Fate::MergeLeft(left);
            }
            if let Some(right) = self.right_sibling().filter(has_room) {
                return Fate::MergeRight(right);
            }
        }
        Fate::Stay
    }

    /// [`Fate::Stay`]: the page is spliced in place.
    fn stay(self, plan: &mut Plan) -> ParentChange {
        let own = self.own_pointer();
        plan.steps.push(PlanStep::Splice { page: self.path.page, splice: self.splice });
        ParentChange { own, ..ParentChange::NONE }
    }
}
