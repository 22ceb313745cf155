//! Cursors: walking the records in key order, both ways.
//!
//! ```text
//!        ┌───────────────┐ next: latch the right leaf, then let go of this one (L2)   ┌───────────────┐
//!        │ 3 │ 5 │ [8]   │ ─────────────────────────────────────────────────────────► │ 9 │ 12        │
//!        └───────────────┘ ◄───────────────────────────────────────────────────────── └───────────────┘
//!                            prev: try to latch the left leaf; if it is taken, let go and search "below 9" again (L3)
//! ```
//!
//! RULES
//!
//! - **R1** A cursor that stands on a record holds its leaf's shared latch: nothing moves under it, and its thread must
//!   not change the tree, wait for a lock, or stay long. [`Cursor::suspend`] lets go and remembers where it was.
//! - **R2** A suspended cursor comes back by frame and version if nothing of the leaf has changed, else by key.
//! - **R3** At a leaf's edge the links of both sides must agree and keys must rise, else the file is corrupt. So every walk ends.
//!
//! InnoDB's counterpart: `btr_pcur_t`, `page_cur_t`. Left out: prefetching rows into a buffer.

use crate::error::Result;
use crate::tree::{Field, Tree, Way};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, Record, RecordRef, SearchKey};
use innolab_store::PageRead;
use std::cmp::Ordering;

/// Which record a [`Cursor::seek`] looks for, relative to a key or the beginning of one.
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
    /// Whether a record may be found that stands to the key like this.
    fn admits(self, record: Ordering) -> bool {
        match self {
            Seek::AtLeast => record.is_ge(),
            Seek::Above => record.is_gt(),
            Seek::AtMost => record.is_le(),
            Seek::Below => record.is_lt(),
        }
    }
}

/// A place among the records of a tree; see the module.
#[doc(alias = "btr_pcur_t")]
pub struct Cursor<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) leaf: Option<PageRead<'t>>,
    /// A record of `leaf`; meaningless without one.
    pub(crate) at: Origin,
}

/// Where a suspended cursor was: a state of a page, and the record's key.
#[derive(Debug, Default, Clone)]
pub struct Position {
    page: PageNo,
    frame: u32,
    version: u64,
    at: u16,
    record: Record,
    on_record: bool,
}

/// How a cursor came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// It stands on the same record, and nothing on its page has changed.
    Unchanged,
    /// It stands on a record with the same key; the rest may be different.
    SameKey,
    /// The record is gone; the cursor stands on the next one, or nowhere if there is none.
    Gone,
}

impl Tree {
    /// A cursor that stands nowhere yet.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { tree: self, leaf: None, at: Origin::INFIMUM }
    }
}

impl<'t> Cursor<'t> {
    /// Goes to the record that `seek` asks for; whether there is one. `key` is all or the first of the key's columns;
    /// without any, each record is equal to it.
    pub fn seek(&mut self, key: &[Field<'_>], seek: Seek) -> Result<bool> {
        loop {
            if let Some(there) = self.try_seek(key, seek)? {
                return Ok(there);
            }
            std::thread::yield_now();
        }
    }

    /// `None`: the leaf to the left could not be latched.
    fn try_seek(&mut self, key: &[Field<'_>], seek: Seek) -> Result<Option<bool>> {
        self.leaf = None;
        let full = key.len() == self.tree.layout.n_key();
        let key = &SearchKey::new(&self.tree.layout, key);
        // The first record that is equal to the beginning of a key may be on an earlier leaf than the one responsible for it.
        let way = match seek {
            Seek::AtLeast if full => Way::To(key),
            Seek::AtLeast | Seek::Below => Way::Before(key),
            Seek::Above | Seek::AtMost => Way::To(key),
        };
        let leaf = self.tree.descend(way)?;
        let page = self.tree.index_page(&leaf);
        self.at = match seek {
            Seek::AtLeast if full => {
                let found = leaf.aid().search(&page, leaf.version(), key);
                if found.equal { found.origin } else { page.next(found.origin) }
            }
            Seek::AtLeast => page.first_not_below(key),
            Seek::Above => page.first_above(key),
            Seek::AtMost => page.search(key).origin,
            Seek::Below => page.last_below(key),
        };
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
                .corrupt(self.leaf_no(), "a search ended before this page, but should have ended on it"));
        }
        Ok(Some(there))
    }

    /// Goes to the first record of all; whether there is one.
    pub fn first(&mut self) -> Result<bool> {
        self.edge(Way::First)
    }

    /// Goes to the last record of all; whether there is one.
    pub fn last(&mut self) -> Result<bool> {
        self.edge(Way::Last)
    }

    fn edge(&mut self, way: Way<'_>) -> Result<bool> {
        self.leaf = None;
        let leaf = self.tree.descend(way)?;
        let page = self.tree.index_page(&leaf);
        self.at = if matches!(way, Way::First) { page.first() } else { page.last() };
        self.leaf = self.at_user().then_some(leaf);
        Ok(self.leaf.is_some())
    }

    fn at_user(&self) -> bool {
        self.at != Origin::INFIMUM && self.at != Origin::SUPREMUM
    }

    /// Goes to the next record; whether there is one. After the last record the cursor stands nowhere. REQUIRES that it
    /// stands on a record.
    #[doc(alias = "btr_pcur_move_to_next")]
    #[allow(clippy::should_implement_trait)] // an iterator could not lend what is latched
    #[inline]
    pub fn next(&mut self) -> Result<bool> {
        self.at = self.page().next(self.at);
        if self.at == Origin::SUPREMUM { self.right_leaf() } else { Ok(true) }
    }

    /// Goes to the record before; whether there is one. Before the first record the cursor stands nowhere. REQUIRES
    /// that it stands on a record.
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

    /// The record it stands on. REQUIRES that it stands on one.
    #[inline]
    pub fn record(&self) -> RecordRef<'_> {
        self.page().record(self.at)
    }

    /// Whether the record it stands on is the last one of the tree. REQUIRES that it stands on a record.
    pub fn is_last(&self) -> bool {
        let page = self.page();
        page.next(self.at) == Origin::SUPREMUM && page.next_page().some().is_none()
    }

    /// Whether it stands on a record.
    pub fn is_on_record(&self) -> bool {
        self.leaf.is_some()
    }

    /// The leaf it stands on: where locks are counted. REQUIRES that it stands on a record.
    pub fn leaf_no(&self) -> PageNo {
        self.leaf().page_no()
    }

    /// The stamp of the leaf it stands on ([`Tree::has_stamps`]). REQUIRES that it stands on a record.
    #[doc(alias = "PAGE_MAX_TRX_ID")]
    pub fn stamp(&self) -> u64 {
        self.page().stamp()
    }

    #[inline]
    fn leaf(&self) -> &PageRead<'t> {
        match &self.leaf {
            Some(leaf) => leaf,
            None => panic!("R1: the cursor stands nowhere"),
        }
    }

    /// The leaf it stands on. REQUIRES that it stands on a record.
    #[inline]
    pub fn page(&self) -> IndexPage<'_> {
        self.tree.index_page(self.leaf())
    }

    /// From this leaf to the first record of the next one.
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

    /// From this leaf to the last record of the one before; `None`: somebody has that one, and everything was let go (L3).
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

    /// Lets go of the latch and remembers the place in `position`, whose buffers are used again (R1).
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

    /// Comes back to `position` (R2). A position that was nowhere is [`Resumed::Gone`].
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
    /// The key of the record it remembers. REQUIRES that the cursor stood on one.
    pub fn key<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = Field<'a>> {
        self.record.view(&tree.layout).key()
    }
}
