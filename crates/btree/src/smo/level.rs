//! One level of the path with its splice: the facts by which the fate of a page is chosen, and the changes that the
//! level requires of its parent.
//!
//! ```text
//! parent        [ … │ k→left │ k→page │ k→right │ … ]          ParentChange: own pointer kept, removed or replaced;
//!                               │ rank                                       right sibling's removed; one added behind
//! this level     [left] ◄─► [page] ◄─► [right]                  LevelChange: the page, its splice, what it will have
//! ```

use super::plan::PathLevel;
use super::splice::{Entry, PageRef, Splice};
use crate::error::Result;
use crate::tree::Tree;
use innolab_base::PageNo;
use innolab_page::{IndexPage, RecordBatch, RecordRef};
use innolab_store::{Held, Mtr};
use std::ops::Range;

/// The changes of the parent page's node pointers that a level's change requires.
pub(super) struct ParentChange {
    pub(super) own: OwnPointer,
    /// True if the right sibling's node pointer is removed.
    pub(super) right_removed: bool,
    /// A node pointer to be added behind these.
    pub(super) added: Option<Entry>,
}

/// What happens to the node pointer of the page itself.
pub(super) enum OwnPointer {
    Keep,
    Remove,
    Replace(Entry),
}

impl ParentChange {
    /// The parent stays as it is.
    pub(super) const NONE: ParentChange = ParentChange { own: OwnPointer::Keep, right_removed: false, added: None };

    /// True if the parent stays as it is.
    pub(super) fn is_none(&self) -> bool {
        matches!(self.own, OwnPointer::Keep) && !self.right_removed && self.added.is_none()
    }

    /// Returns the change as a splice of the parent's records. `rank`: records before the page's own node pointer.
    pub(super) fn into_splice(self, rank: usize) -> Splice {
        let right = usize::from(self.right_removed);
        let (at, remove, own) = match self.own {
            OwnPointer::Keep => (rank + 1, right, None),
            OwnPointer::Remove => (rank, 1 + right, None),
            OwnPointer::Replace(entry) => (rank, 1 + right, Some(entry)),
        };
        Splice { at, remove, insert: own.into_iter().chain(self.added).collect() }
    }
}

/// The parent page of a level's page.
#[derive(Clone, Copy)]
pub(super) struct Parent<'a> {
    page: IndexPage<'a>,
    /// Records before the node pointer of the level's page.
    pub(super) rank: usize,
}

impl<'a> Parent<'a> {
    /// ERRORS: `above` has no node pointer to the page of `below`.
    fn find(tree: &'a Tree, mtr: &'a Mtr<'_>, above: &PathLevel, below: &PathLevel) -> Result<Parent<'a>> {
        let (page, no) = (tree.held_page(mtr, above.page), mtr.page_no(below.page));
        // The last one first: ascending inserts split the last page of a level.
        let is_last = page.n_recs() > 0 && page.record(page.last()).child() == no;
        let rank = if is_last { Some(page.n_recs() - 1) } else { page.records().position(|(_, r)| r.child() == no) };
        match rank {
            Some(rank) => Ok(Parent { page, rank }),
            None => Err(tree.corrupt(mtr.page_no(above.page), format!("no node pointer to page {no}"))),
        }
    }

    /// Returns the page that node pointer number `rank` points to.
    fn child(&self, rank: usize) -> Option<PageNo> {
        (rank < self.page.n_recs()).then(|| self.page.record(self.page.nth(rank)).child())
    }
}

/// A level of the path, and the splice of its page.
pub(super) struct LevelChange<'a, 's> {
    pub(super) tree: &'a Tree,
    pub(super) mtr: &'a Mtr<'s>,
    pub(super) path: &'a PathLevel,
    /// `None` for the topmost page of the path.
    pub(super) parent: Option<Parent<'a>>,
    pub(super) splice: Splice,
    /// Records of the page after the splice.
    pub(super) n_recs: usize,
    /// Bytes of these records.
    pub(super) data_len: usize,
}

impl<'a, 's> LevelChange<'a, 's> {
    /// A splice of the page at index `level` of the path. ERRORS: the parent does not point to the page.
    pub(super) fn new(
        tree: &'a Tree,
        mtr: &'a Mtr<'s>,
        path: &'a [PathLevel],
        level: usize,
        splice: Splice,
    ) -> Result<LevelChange<'a, 's>> {
        let parent = path.get(level + 1).map(|above| Parent::find(tree, mtr, above, &path[level])).transpose()?;
        let page = tree.held_page(mtr, path[level].page);
        let removed: usize = match splice.remove {
            0 => 0,
            n => page.records_from(page.nth(splice.at)).take(n).map(|(_, r)| r.bytes().len()).sum(),
        };
        let inserted: usize = splice.insert.iter().map(|e| e.record.len()).sum();
        let n_recs = page.n_recs() - splice.remove + splice.insert.len();
        let data_len = page.data_len() - removed + inserted;
        Ok(LevelChange { tree, mtr, path: &path[level], parent, splice, n_recs, data_len })
    }

    /// Returns the page as it is before the splice.
    pub(super) fn page(&self) -> IndexPage<'a> {
        self.page_of(self.path.page)
    }

    pub(super) fn page_of(&self, held: Held) -> IndexPage<'a> {
        self.tree.held_page(self.mtr, held)
    }

    /// The page as part of a plan.
    pub(super) fn this(&self) -> PageRef {
        PageRef::Held(self.path.page)
    }

    /// Returns 0 for leaves.
    pub(super) fn level(&self) -> u16 {
        self.path.level
    }

    pub(super) fn is_root(&self) -> bool {
        self.mtr.page_no(self.path.page) == self.tree.root
    }

    /// Returns record `i` of the page after the splice.
    pub(super) fn record(&self, i: usize) -> RecordRef<'_> {
        let (page, splice) = (self.page(), &self.splice);
        let inserted = i.checked_sub(splice.at).and_then(|k| splice.insert.get(k));
        match inserted {
            Some(entry) => entry.record.view(&self.tree.layout),
            None if i < splice.at => page.record(page.nth(i)),
            None => page.record(page.nth(i - splice.insert.len() + splice.remove)),
        }
    }

    /// Returns the old records that fall within `range`, and the splice that adds the new ones. `old`: all records
    /// before.
    pub(super) fn part(&self, old: &RecordBatch, range: &Range<usize>) -> (RecordBatch, Splice) {
        (self.splice.kept_in(old, range), self.splice.inserted_in(range))
    }

    /// Returns the largest stamp of the page and `others`; 0 for pages that carry no stamp.
    pub(super) fn stamp(&self, others: &[Held]) -> u64 {
        if self.level() > 0 || !self.tree.has_stamps() {
            return 0;
        }
        others.iter().map(|held| self.page_of(*held).stamp()).fold(self.page().stamp(), u64::max)
    }

    /// True if the splice changes the first key of the page, and the node pointer must change with it (R2 of `plan`).
    /// False for a leaf, whose node pointer may bear a smaller key, for the leftmost page of a level, whose node
    /// pointer stands for every smaller key, and for the root, which has none.
    pub(super) fn first_key_moves(&self) -> bool {
        let page = self.page();
        if self.level() == 0 || self.is_root() || page.prev_page().is_null() || self.splice.at > 0 {
            return false;
        }
        self.record(0).key().ne(page.record(page.first()).key())
    }

    /// Returns the change of the page's own node pointer that the splice asks for.
    pub(super) fn own_pointer(&self) -> OwnPointer {
        match self.first_key_moves() {
            true => OwnPointer::Replace(Entry::node_pointer(self.record(0), self.this())),
            false => OwnPointer::Keep,
        }
    }

    /// Returns the node pointer to `heir`, a page that takes over the beginning of this page's key range: with the key
    /// that this page's node pointer bears, or should bear after the splice. REQUIRES: the page has a parent.
    pub(super) fn pointer_to_heir(&self, heir: PageRef) -> Entry {
        match self.parent {
            _ if self.first_key_moves() => Entry::node_pointer(self.record(0), heir),
            Some(parent) => Entry::node_pointer(parent.page.record(parent.page.nth(parent.rank)), heir),
            None => unreachable!("REQUIRES: the page has a parent"),
        }
    }

    /// Returns the left neighbour if it has the same parent (R3 of `plan`).
    pub(super) fn left_sibling(&self) -> Option<Held> {
        let rank = self.parent?.rank.checked_sub(1)?;
        self.path.left.filter(|held| self.is_child(rank, *held))
    }

    /// Returns the right neighbour if it has the same parent (R3 of `plan`).
    pub(super) fn right_sibling(&self) -> Option<Held> {
        let rank = self.parent?.rank + 1;
        self.path.right.filter(|held| self.is_child(rank, *held))
    }

    fn is_child(&self, rank: usize, held: Held) -> bool {
        self.parent.and_then(|parent| parent.child(rank)) == Some(self.mtr.page_no(held))
    }
}
