//! The estimated number of rows in a range, from the two paths to its ends and a few leaves. The planner's costs are
//! built on it.
//!
//! ```text
//! root          [ a │ b │ c ]            the path to low goes through a, to high through c:  1 child between
//!              ╱      │      ╲
//! level 1  [.│L│.│.] [ … ] [.│.│H│.]     2 right of L, b's children (b counts as the mean of its neighbours), 2 left of H
//!             │                 │
//! leaves   [..l....]         [...h...]   rows right of l, rows left of h, and (leaves between) × (mean rows of a leaf)
//! ```
//!
//! The mean is that of up to eight leaves right of the lower end; without any, of the two end leaves. A range within
//! one leaf or two neighbouring leaves is counted exactly.
//!
//! InnoDB's counterpart: `btr_estimate_n_rows_in_range`.

use crate::codec::{Datum, Fields, KeyRange, Result};
use crate::dict::Index;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexPage, Origin, SearchKey, fil, index};
use innolab_store::PageRead;
use std::ops::Bound;

/// The most leaves right of the lower end that are sampled.
const SAMPLES: usize = 8;
/// The most levels of a tree; a longer path is an error, not an endless loop (I11).
const MAX_HEIGHT: usize = 64;

/// A place between two neighbouring records, or before the first or after the last.
enum Border {
    /// Before the first record.
    First,
    /// After the last record.
    Last,
    /// Before the first row that is not below the key.
    Before(Fields),
    /// Before the first row that is above the key.
    After(Fields),
}

/// One page on the path to a border.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Records of the page before the border, or before the node pointer that leads to it.
    rank: u64,
    /// All records of the page.
    n_recs: u64,
}

impl Index {
    /// Returns the estimated number of records in the range, delete-marked ones included. 0 if pages cannot be read, or
    /// if a column cannot hold the value of a bound.
    #[doc(alias = "records_in_range")]
    pub fn estimate_range(&self, range: &KeyRange) -> u64 {
        self.estimate(range).unwrap_or(0)
    }

    fn estimate(&self, range: &KeyRange) -> Result<u64> {
        let low = self.border(&range.low, Border::First, Border::Before, Border::After)?;
        let high = self.border(&range.high, Border::Last, Border::After, Border::Before)?;
        let (low, siblings) = self.path(&low)?;
        let (high, _) = self.path(&high)?;
        let average = |l: &Step, h: &Step| (l.n_recs + h.n_recs).div_ceil(2);
        let mut between: Option<u64> = None;
        for (level, (l, h)) in low.iter().zip(&high).enumerate() {
            let is_leaf = level + 1 == low.len();
            between = match between {
                None if is_leaf => return Ok(h.rank.saturating_sub(l.rank)),
                None if h.rank < l.rank => return Ok(0),
                None if h.rank == l.rank => None,
                None => Some(h.rank - l.rank - 1),
                Some(0) if is_leaf => return Ok(l.n_recs - l.rank + h.rank),
                Some(n) if is_leaf => {
                    let average = self.average_leaf(&siblings)?.unwrap_or(average(l, h));
                    return Ok(n * average + (l.n_recs - l.rank) + h.rank);
                }
                Some(n) => Some(n * average(l, h) + (l.n_recs - l.rank - 1) + h.rank),
            };
        }
        // The tree changed its height between the two descents.
        Ok(0)
    }

    fn border(
        &self,
        bound: &Bound<Vec<Datum>>,
        unbounded: Border,
        included: fn(Fields) -> Border,
        excluded: fn(Fields) -> Border,
    ) -> Result<Border> {
        let (key, make) = match bound {
            Bound::Unbounded => return Ok(unbounded),
            Bound::Included(key) => (key, included),
            Bound::Excluded(key) => (key, excluded),
        };
        let mut fields = Fields::default();
        self.codec.encode_key(key, &mut fields)?;
        Ok(make(fields))
    }

    /// Returns the path to a border, and some leaves to the right of its leaf. LOCKS: shared latches, coupled
    /// downwards.
    fn path(&self, border: &Border) -> Result<(Vec<Step>, Vec<PageNo>)> {
        let layout = self.tree.layout();
        let key = match border {
            Border::Before(key) | Border::After(key) => key.refs(),
            Border::First | Border::Last => vec![],
        };
        let key = SearchKey::new(layout, &key);
        let mut page = self.read(self.tree.root(), None)?;
        let (mut steps, mut siblings) = (vec![], vec![]);
        while steps.len() < MAX_HEIGHT {
            let node = IndexPage::new(page.bytes(), layout);
            let at = match (border, node.is_leaf()) {
                (Border::First, _) => node.first(),
                (Border::Last, true) => Origin::SUPREMUM,
                (Border::Last, false) => node.last(),
                (Border::Before(_), true) => node.first_not_below(&key),
                (Border::Before(_), false) => node.child_before(&key),
                (Border::After(_), true) => node.first_above(&key),
                (Border::After(_), false) => node.child_for(&key),
            };
            let step = Step { rank: node.rank(at) as u64, n_recs: node.n_recs() as u64 };
            steps.push(step);
            match node.level() {
                0 => return Ok((steps, siblings)),
                1 => siblings = right_of(&node, step),
                _ => {}
            }
            let (child, level) = (node.record(at).child(), node.level() - 1);
            page = self.read(child, Some(level))?;
        }
        Err(self.tree.space().corrupt(page.page_no(), "the path to a leaf does not end").into())
    }

    /// Returns the mean number of records of these leaves, rounded up; `None` without leaves. ERRORS: a page that is no
    /// longer a leaf of this tree.
    fn average_leaf(&self, leaves: &[PageNo]) -> Result<Option<u64>> {
        let (mut n, mut records) = (0, 0);
        for leaf in leaves {
            let page = self.read(*leaf, Some(0))?;
            n += 1;
            records += IndexPage::new(page.bytes(), self.tree.layout()).n_recs() as u64;
        }
        Ok((n > 0).then(|| u64::div_ceil(records, n)))
    }

    /// Returns a page of the tree, latched shared. ERRORS: the page is not one of this tree, or not of `level`.
    pub(crate) fn read(&self, page_no: PageNo, level: Option<u16>) -> Result<PageRead<'_>> {
        let space = self.tree.space();
        let page = self.tree.store().read(space, page_no)?;
        let bytes: &[u8; PAGE_SIZE] = page.bytes();
        if !page.checked() {
            let is_index = fil::page_type(bytes) == fil::PageType::INDEX;
            let sound = if is_index {
                index::check(bytes, self.tree.layout()).map_err(|e| e.to_string())
            } else {
                Err("not an INDEX page".to_owned())
            };
            sound.map_err(|rule| space.corrupt(page_no, rule))?;
        }
        let node = IndexPage::new(bytes, self.tree.layout());
        let expected = level.is_none_or(|level| node.level() == level) && node.index_id() == self.tree.index_id();
        if !expected || (node.n_recs() == 0 && !node.is_leaf()) {
            return Err(space.corrupt(page_no, "not the page of the tree that was expected here").into());
        }
        Ok(page)
    }
}

/// Returns up to [`SAMPLES`] children of a level-1 page to the right of the one on the path, spread evenly.
fn right_of(node: &IndexPage<'_>, step: Step) -> Vec<PageNo> {
    let right = (step.n_recs - step.rank - 1) as usize;
    let every = right.div_ceil(SAMPLES).max(1);
    (0..right).step_by(every).map(|i| node.record(node.nth(step.rank as usize + 1 + i)).child()).collect()
}
