//! Cursors: stepping through the records in key order, both ways.
//!
//! ```text
//!        ┌───────────────┐ next: latch the right leaf, then release this one (L2) ┌───────────────┐
//!        │ 3 │ 5 │ [8]   │ ─────────────────────────────────────────────────────► │ 9 │ 12        │
//!        └───────────────┘ ◄───────────────────────────────────────────────────── └───────────────┘
//!                            prev: try to latch the left leaf; if it is taken, release this one, search "below 9" (L3)
//! ```
//!
//! RULES
//!
//! - **R1** A cursor on a record holds the shared latch of its leaf: nothing moves under it, and its thread must not
//!   change the tree, wait for a lock, or keep the cursor for long. [`Cursor::suspend`] releases the latch and stores
//!   the position.
//! - **R2** A suspended cursor resumes by frame and version if the leaf has not changed, else by key.
//! - **R3** Crossing to a neighbour leaf checks both (`admit` R3). So every walk ends.
//!
//! | methods of [`Cursor`] | file |
//! |---|---|
//! | [`walk`](Cursor::walk), many records with prefetching | `walk` |
//! | all others | this one |
//!
//! InnoDB's counterpart: `btr_pcur_t`, `page_cur_t`. Left out: prefetching rows into a buffer.

use crate::descend::Target;
use crate::error::Result;
use crate::tree::{Field, Tree};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, Record, RecordRef, SearchKey};
use innolab_store::PageRead;
use std::cmp::Ordering;

/// The record that [`Cursor::seek`] looks for, relative to a key or a prefix of its columns.
#[doc(alias = "page_cur_mode_t")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The first record that is not below the key.
    #[doc(alias = "PAGE_CUR_GE")]
    AtLeast,
    /// The first record above it.
    #[doc(alias = "PAGE_CUR_G")]
    Above,
    /// The last record that is not above it.
    #[doc(alias = "PAGE_CUR_LE")]
    AtMost,
    /// The last record below it.
    #[doc(alias = "PAGE_CUR_L")]
    Below,
}

impl Seek {
    /// True if this kind of seek may find a record that compares to the key as `record` says.
    fn admits(self, record: Ordering) -> bool {
        match self {
            Seek::AtLeast => record.is_ge(),
            Seek::Above => record.is_gt(),
            Seek::AtMost => record.is_le(),
            Seek::Below => record.is_lt(),
        }
    }
}

/// A place among the records of a tree: on a record, or on none; see the module.
#[doc(alias = "btr_pcur_t")]
pub struct Cursor<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) leaf: Option<PageRead<'t>>,
    /// A record of `leaf`; meaningless if `leaf` is `None`.
    pub(crate) at: Origin,
}

/// The position of a suspended cursor: one version of a page, and the record's key.
#[derive(Debug, Default, Clone)]
pub struct Position {
    page: PageNo,
    frame: u32,
    version: u64,
    at: u16,
    record: Record,
    on_record: bool,
}

/// The outcome of [`Cursor::resume`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// The cursor is on the same record, and nothing on its page has changed.
    Unchanged,
    /// The cursor is on a record with the same key; other columns may have changed.
    SameKey,
    /// The record is gone. The cursor is on the next record, or on none at the end of the tree.
    Gone,
}

impl Tree {
    /// Returns a cursor that is on no record yet.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { tree: self, leaf: None, at: Origin::INFIMUM }
    }
}

impl<'t> Cursor<'t> {
    /// Moves to the record that `seek` describes. False if no such record exists; the cursor is on none then. `key`:
    /// all key columns or the first few; every record is equal to a key of no columns.
    /// LOCKS: shared latches. ERRORS: reading pages.
    pub fn seek(&mut self, key: &[Field<'_>], seek: Seek) -> Result<bool> {
        loop {
            if let Some(there) = self.try_seek(key, seek)? {
                return Ok(there);
            }
            std::thread::yield_now();
        }
    }

    /// As [`Cursor::seek`]; returns `None` if the leaf to the left could not be latched.
    fn try_seek(&mut self, key: &[Field<'_>], seek: Seek) -> Result<Option<bool>> {
        self.leaf = None;
        let full = key.len() == self.tree.layout.n_key();
        let key = &SearchKey::new(&self.tree.layout, key);
        // With all columns the record that is equal to the key is the first and the last not below or above it.
        let may_be_equal = seek == Seek::AtLeast || (seek == Seek::AtMost && full);
        if may_be_equal && let Some((leaf, at)) = self.tree.find_hashed(key) {
            (self.leaf, self.at) = (Some(leaf), at);
            return Ok(Some(true));
        }
        // The first record that is equal to a prefix may be on an earlier leaf than the one that owns the prefix.
        let target = match seek {
            Seek::AtLeast if full => Target::Key(key),
            Seek::AtLeast | Seek::Below => Target::Before(key),
            Seek::Above | Seek::AtMost => Target::Key(key),
        };
        let leaf = self.tree.descend(target)?;
        let page = self.tree.index_page(&leaf);
        self.at = match seek {
            Seek::AtLeast if full => {
                let found = leaf.hints().search(&page, leaf.version(), key);
                if found.equal { found.origin } else { page.next(found.origin) }
            }
            Seek::AtLeast => page.first_not_below(key),
            Seek::Above => page.first_above(key),
            Seek::AtMost => page.search(key).origin,
            Seek::Below => page.last_below(key),
        };
        if may_be_equal {
            let equal = self.at.is_user() && page.compare(self.at, key).is_eq();
            self.tree.learn(&leaf, key, equal.then_some(self.at));
        }
        self.leaf = Some(leaf);
        let there = match self.at {
            Origin::SUPREMUM => self.right_leaf()?,
            Origin::INFIMUM => match self.left_leaf()? {
                Some(there) => there,
                None => return Ok(None),
            },
            _ => return Ok(Some(true)),
        };
        if there && !seek.admits(self.record().compare(key.fields())) {
            return Err(self
                .tree
                .corrupt(self.leaf_no(), "a search ended on the page before, but should have ended on this one"));
        }
        Ok(Some(there))
    }

    /// Moves to the first record of the tree. False if the tree is empty.
    pub fn first(&mut self) -> Result<bool> {
        self.edge(Target::First)
    }

    /// Moves to the last record of the tree. False if the tree is empty.
    pub fn last(&mut self) -> Result<bool> {
        self.edge(Target::Last)
    }

    fn edge(&mut self, target: Target<'_>) -> Result<bool> {
        self.leaf = None;
        let leaf = self.tree.descend(target)?;
        let page = self.tree.index_page(&leaf);
        self.at = if matches!(target, Target::First) { page.first() } else { page.last() };
        self.leaf = self.at_user().then_some(leaf);
        Ok(self.leaf.is_some())
    }

    fn at_user(&self) -> bool {
        self.at != Origin::INFIMUM && self.at != Origin::SUPREMUM
    }

    /// Moves to the next record. False at the end of the tree; the cursor is on no record then. REQUIRES: the cursor is
    /// on a record.
    #[doc(alias = "btr_pcur_move_to_next")]
    #[allow(clippy::should_implement_trait)] // an iterator could not lend the latched record
    #[inline]
    pub fn next(&mut self) -> Result<bool> {
        self.at = self.page().next(self.at);
        if self.at == Origin::SUPREMUM { self.right_leaf() } else { Ok(true) }
    }

    /// Moves to the record before. False at the beginning of the tree; the cursor is on no record then. REQUIRES: the
    /// cursor is on a record.
    #[doc(alias = "btr_pcur_move_to_prev")]
    pub fn prev(&mut self) -> Result<bool> {
        let before = self.page().prev(self.at);
        if before != Origin::INFIMUM {
            self.at = before;
            return Ok(true);
        }
        let mut here = Record::new();
        here.copy(self.record());
        let view = here.view(&self.tree.layout);
        let key: Vec<Field<'_>> = view.key().collect();
        match self.left_leaf()? {
            Some(there) => Ok(there),
            None => self.seek(&key, Seek::Below),
        }
    }

    /// Returns the current record. REQUIRES: the cursor is on a record.
    #[inline]
    pub fn record(&self) -> RecordRef<'_> {
        self.page().record(self.at)
    }

    /// True if the current record is the last one of the tree. REQUIRES: the cursor is on a record.
    pub fn is_last(&self) -> bool {
        let page = self.page();
        page.next(self.at) == Origin::SUPREMUM && page.next_page().some().is_none()
    }

    /// True if the cursor is on a record.
    pub fn is_on_record(&self) -> bool {
        self.leaf.is_some()
    }

    /// Returns the number of the current leaf; the lock table counts record locks by leaf. REQUIRES: the cursor is on a
    /// record.
    pub fn leaf_no(&self) -> PageNo {
        self.leaf().page_no()
    }

    /// Returns the stamp of the current leaf ([`Tree::has_stamps`]). REQUIRES: the cursor is on a record.
    #[doc(alias = "PAGE_MAX_TRX_ID")]
    pub fn stamp(&self) -> u64 {
        self.page().stamp()
    }

    #[inline]
    fn leaf(&self) -> &PageRead<'t> {
        match &self.leaf {
            Some(leaf) => leaf,
            None => panic!("REQUIRES: the cursor is on a record"),
        }
    }

    /// Returns the current leaf. REQUIRES: the cursor is on a record.
    #[inline]
    pub fn page(&self) -> IndexPage<'_> {
        self.tree.index_page(self.leaf())
    }

    /// Moves to the first record of the next leaf (R3). False at the end of the tree.
    pub(crate) fn right_leaf(&mut self) -> Result<bool> {
        let Some(left) = self.leaf.take() else { return Ok(false) };
        let page = self.tree.index_page(&left);
        let Some(right_no) = page.next_page().some() else { return Ok(false) };
        let right = self.tree.read(right_no, Some(0))?;
        let next = self.tree.index_page(&right);
        self.tree.check_neighbours(&page, left.page_no(), &next, right_no)?;
        self.at = next.first();
        if let Some(after) = next.next_page().some() {
            self.tree.store.prefetch(&self.tree.space, after);
        }
        self.leaf = Some(right);
        Ok(true)
    }

    /// Moves to the last record of the leaf before (R3). `Some(false)` at the beginning of the tree; `None` if another
    /// thread has that leaf, and all latches were released (L3).
    fn left_leaf(&mut self) -> Result<Option<bool>> {
        let Some(right) = self.leaf.take() else { return Ok(Some(false)) };
        let page = self.tree.index_page(&right);
        let Some(left_no) = page.prev_page().some() else { return Ok(Some(false)) };
        let Some(left) = self.tree.try_read(left_no, 0)? else { return Ok(None) };
        let before = self.tree.index_page(&left);
        self.tree.check_neighbours(&before, left_no, &page, right.page_no())?;
        self.at = before.last();
        self.leaf = Some(left);
        Ok(Some(true))
    }

    /// Releases the latch and stores the position in `position`, whose buffers are used again (R1).
    #[doc(alias = "btr_pcur_store_position")]
    pub fn suspend(&mut self, position: &mut Position) {
        position.on_record = self.leaf.is_some();
        if self.leaf.is_some() {
            let leaf = self.leaf();
            (position.page, position.frame, position.version) = (leaf.page_no(), leaf.frame(), leaf.version());
            position.at = self.at.0;
            position.record.copy(self.record());
        }
        self.leaf = None;
    }

    /// Moves back to `position` (R2). A position on no record is [`Resumed::Gone`].
    #[doc(alias = "btr_pcur_restore_position")]
    pub fn resume(&mut self, position: &Position) -> Result<Resumed> {
        self.leaf = None;
        if !position.on_record {
            return Ok(Resumed::Gone);
        }
        let tree = self.tree;
        if let Some(leaf) = tree.store.read_again(&tree.space, position.page, position.frame, position.version) {
            (self.leaf, self.at) = (Some(leaf), Origin(position.at));
            return Ok(Resumed::Unchanged);
        }
        let key: Vec<Field<'_>> = position.key(tree).collect();
        let there = self.seek(&key, Seek::AtLeast)?;
        let same = there && self.record().compare(&key).is_eq();
        Ok(if same { Resumed::SameKey } else { Resumed::Gone })
    }
}

impl Position {
    /// Returns the key of the stored record. REQUIRES: the cursor was on a record.
    pub fn key<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = Field<'a>> {
        self.record.view(&tree.layout).key()
    }
}
