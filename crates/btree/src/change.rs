//! The place that a write shows to its caller, and the change that the caller decides.
//!
//! ```text
//! tree.write(key, options, |site, record| …)
//!                            │      └ buffer for the new record, filled by the caller
//!                            └ the record with this key, if it exists, and on request its neighbours,
//!                              all latched until the change is made
//! ```
//!
//! The closure decides under the latch, so what it saw still holds when the change happens. It may be called more than
//! once: if the leaf alone cannot take the change, the tree comes back with more latches and asks again. So the closure
//! decides from what it is shown, has no other lasting effect, does not call into a tree, and does not wait.
//!
//! InnoDB's counterpart: `btr_cur_optimistic_insert`, `lock_rec_insert_check_and_lock` and their kin, which are called
//! with the leaf latched.

use crate::error::Result;
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, Record, RecordBatch, RecordRef};
use std::ops::Range;

/// What happens to the record with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Keep,
    /// The record in the closure's buffer replaces the record with the key, in place if the size stays; it is inserted
    /// if no record has the key.
    Put,
    /// The delete mark is set or cleared. REQUIRES: the record exists.
    #[doc(alias = "btr_cur_del_mark_set_clust_rec")]
    DeleteMark(bool),
    /// The record is removed. REQUIRES: it exists.
    Remove,
}

/// What a write shows and sets beside the record.
#[derive(Debug, Clone, Copy)]
pub struct WriteOptions {
    /// Latch the record before the key's place, even if it is on the leaf before.
    pub prev: bool,
    /// Latch the record after the key's place, even if it is on the next leaf.
    pub next: bool,
    /// If something changes, the leaf's stamp becomes at least this ([`Tree::has_stamps`](crate::Tree::has_stamps)).
    #[doc(alias = "page_update_max_trx_id")]
    pub stamp: u64,
    /// The leaf that [`Tree::prefetch_leaf`](crate::Tree::prefetch_leaf) found for the key, or [`PageNo::NULL`].
    pub hint: PageNo,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions { prev: false, next: false, stamp: 0, hint: PageNo::NULL }
    }
}

/// The place of a key in a leaf, latched exclusively.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub(crate) leaf: IndexPage<'a>,
    pub(crate) leaf_no: PageNo,
    /// The last record that is not above the key.
    pub(crate) at: Origin,
    /// True if the record at `at` has the key.
    pub(crate) equal: bool,
    /// The leaf before, if it is latched.
    pub(crate) before: Option<IndexPage<'a>>,
    /// The next leaf, if it is latched.
    pub(crate) after: Option<IndexPage<'a>>,
}

impl<'a> Site<'a> {
    /// Returns the record with the key, delete-marked or not.
    pub fn record(&self) -> Option<RecordRef<'a>> {
        self.equal.then(|| self.leaf.record(self.at))
    }

    /// Returns the record after the key's place, or `None` at the end of the tree. REQUIRES: [`WriteOptions::next`].
    pub fn next(&self) -> Option<RecordRef<'a>> {
        match self.leaf.next(self.at) {
            Origin::SUPREMUM => self.after.map(|page| page.record(page.first())),
            origin => Some(self.leaf.record(origin)),
        }
    }

    /// Returns the record before the key's place, or `None` at the beginning of the tree. REQUIRES:
    /// [`WriteOptions::prev`].
    pub fn prev(&self) -> Option<RecordRef<'a>> {
        let last_below = if self.equal { self.leaf.prev(self.at) } else { self.at };
        match last_below {
            Origin::INFIMUM => self.before.map(|page| page.record(page.last())),
            origin => Some(self.leaf.record(origin)),
        }
    }

    /// Returns the number of the leaf; the lock table counts record locks by leaf.
    pub fn leaf_no(&self) -> PageNo {
        self.leaf_no
    }

    /// Returns the leaf's stamp ([`Tree::has_stamps`](crate::Tree::has_stamps)).
    #[doc(alias = "PAGE_MAX_TRX_ID")]
    pub fn stamp(&self) -> u64 {
        self.leaf.stamp()
    }
}

/// A decision with a commit hook; see [`Tree::write_by`](crate::Tree::write_by).
pub trait Decision {
    /// Returns what happens to the record; see [`Tree::write`](crate::Tree::write).
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> Result<Change>;

    /// The commit hook: the change that was decided last will happen. Called once, before the first byte changes and
    /// with all latches held, unless [`Change::Keep`] was decided; then once more for each further record of the batch,
    /// in order ([`Decision::joins`]). Side effects that accompany the change and cannot be undone, such as moving
    /// locks, belong here.
    fn before_change(&mut self, site: &Site<'_>);

    /// Called when an insert was decided: returns the records that the caller would insert next, the decided one first,
    /// or `None` if the insert is alone. Those that belong in the same gap of the same leaf may join (`batch`).
    fn batch(&mut self) -> Option<(&mut RecordBatch, Range<usize>)> {
        None
    }

    /// Returns true if the next record of the batch joins. Called only for records that belong in the gap of `site` and
    /// for which the leaf has room; in order, until the first `false`.
    fn joins(&mut self, site: &Site<'_>) -> bool {
        let _ = site;
        false
    }
}

/// The outcome of an [insert](crate::Tree::insert).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The record was inserted.
    Yes,
    /// Nothing was changed: a record with the same key exists.
    Duplicate {
        /// True if the existing record is delete-marked. To replace it, use [`Tree::modify`](crate::Tree::modify) or
        /// [`Tree::write`](crate::Tree::write).
        deleted: bool,
    },
}
