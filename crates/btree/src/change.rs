//! What a caller says and sees when a record changes.
//!
//! ```text
//! tree.write(key, ask, |site, record| …)
//!                        │      └ the record to be, filled in by the caller
//!                        └ what is there: the record with this key or none, and on request its neighbours, all latched until the change is made
//! ```
//!
//! The closure decides under the latch, so what it saw still holds when the change happens. It may be called several
//! times (when the leaf alone cannot take the change, the tree comes back with more latches), so it decides from what
//! it sees and changes nothing else that matters. It must not call into a tree or wait.
//!
//! InnoDB's counterpart: `btr_cur_optimistic_insert`, `lock_rec_insert_check_and_lock` and their kin, which are called
//! with the leaf latched.

use crate::error::Result;
use crate::tree::{Field, Tree};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, Record, RecordRef};

/// What shall happen to the record with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Keep,
    /// The record that the closure has made takes its place: an insert if there is none, else an update, in place if
    /// the size stays.
    Put,
    /// The delete mark is set or cleared. REQUIRES that there is a record.
    #[doc(alias = "btr_cur_del_mark_set_clust_rec")]
    DeleteMark(bool),
    /// The record goes. REQUIRES that there is one.
    Remove,
}

/// What the caller wants to see or set beside the record.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The record before, latched, even if it is on the leaf before.
    pub prev: bool,
    /// The record after, latched, even if it is on the next leaf.
    pub next: bool,
    /// The leaf's stamp becomes at least this, if something changes ([`Tree::has_stamps`]).
    #[doc(alias = "page_update_max_trx_id")]
    pub stamp: u64,
    /// Where the key's leaf was when [`Tree::foresee`] looked, or [`PageNo::NULL`].
    pub hint: PageNo,
}

impl Default for Ask {
    fn default() -> Ask {
        Ask { prev: false, next: false, stamp: 0, hint: PageNo::NULL }
    }
}

/// The place of a key in a leaf, latched exclusively.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub(crate) leaf: IndexPage<'a>,
    pub(crate) leaf_no: PageNo,
    /// The last record that is not above the key.
    pub(crate) at: Origin,
    pub(crate) equal: bool,
    pub(crate) before: Option<IndexPage<'a>>,
    pub(crate) after: Option<IndexPage<'a>>,
}

impl<'a> Site<'a> {
    /// The record with the key, delete-marked or not.
    pub fn record(&self) -> Option<RecordRef<'a>> {
        self.equal.then(|| self.leaf.record(self.at))
    }

    /// The record after the key's place; `None`: there is none in the whole tree. REQUIRES [`Ask::next`].
    pub fn next(&self) -> Option<RecordRef<'a>> {
        match self.leaf.next(self.at) {
            Origin::SUPREMUM => self.after.map(|page| page.record(page.first())),
            origin => Some(self.leaf.record(origin)),
        }
    }

    /// The record before the key's place; `None`: there is none in the whole tree. REQUIRES [`Ask::prev`].
    pub fn prev(&self) -> Option<RecordRef<'a>> {
        match self.last_below() {
            Origin::INFIMUM => self.before.map(|page| page.record(page.last())),
            origin => Some(self.leaf.record(origin)),
        }
    }

    /// The last record of the leaf that is below the key.
    pub(crate) fn last_below(&self) -> Origin {
        if self.equal { self.leaf.prev(self.at) } else { self.at }
    }

    /// The leaf: where locks are counted.
    pub fn leaf_no(&self) -> PageNo {
        self.leaf_no
    }

    /// The leaf's stamp ([`Tree::has_stamps`]).
    #[doc(alias = "PAGE_MAX_TRX_ID")]
    pub fn stamp(&self) -> u64 {
        self.leaf.stamp()
    }
}

/// What became of an [insert](Tree::insert).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The record is there now.
    Yes,
    /// Nothing was changed: a record with the same key is there.
    Duplicate {
        /// Whether that one is delete-marked: to take its place, [`Tree::modify`] or [`Tree::write`] it.
        deleted: bool,
    },
}

impl Tree {
    /// Inserts a record of `fields`, unless one with its key is there, delete-marked or not.
    /// ERRORS: too large; no room on the disk; what reading pages can bring.
    #[doc(alias = "row_ins_clust_index_entry")]
    pub fn insert(&self, fields: &[Field<'_>]) -> Result<Inserted> {
        let mut outcome = Inserted::Yes;
        self.write(&fields[..self.layout.n_key()], Ask::default(), &mut |site, record| {
            if let Some(there) = site.record() {
                outcome = Inserted::Duplicate { deleted: there.is_deleted() };
                return Ok(Change::Keep);
            }
            outcome = Inserted::Yes;
            record.leaf(&self.layout, fields)?;
            Ok(Change::Put)
        })?;
        Ok(outcome)
    }

    /// Shows the record with the key to `decide`, which may make a new one (same key) in the buffer it gets and says
    /// what shall happen; whether there is such a record. See [`Tree::write`].
    #[doc(alias = "row_upd_clust_step")]
    pub fn modify(
        &self,
        key: &[Field<'_>],
        mut decide: impl FnMut(RecordRef<'_>, &mut Record) -> Result<Change>,
    ) -> Result<bool> {
        let mut found = false;
        self.write(key, Ask::default(), &mut |site, record| {
            found = site.equal;
            site.record().map_or(Ok(Change::Keep), |there| decide(there, record))
        })?;
        Ok(found)
    }

    /// Removes the record with the key; whether there was one.
    pub fn remove(&self, key: &[Field<'_>]) -> Result<bool> {
        self.modify(key, |_, _| Ok(Change::Remove))
    }
}
