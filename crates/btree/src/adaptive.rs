//! The adaptive hash index: from a key to its record without the way down, for leaves that are searched often.
//!
//! ```text
//! get(42)   hash(index, 42) ─► entry ─► leaf in its frame, latched ─► is the record there 42?  yes ─► the record
//!              │ no entry, a dead one, another key                          │ no
//!              └────────────────────────────► the way down (`descend`) ◄────┘
//!                                                  │ found
//!                                                  ▼
//!                              would an entry have led here? ─► the leaf's count ─► the leaf is taken up
//! ```
//!
//! The index is never asked for and never complete: it grows where searches repeat, and dies with the leaves that
//! change. Its memory, and why an entry that is accepted names a record, are in `store::hash_index`; this module says
//! what is hashed, and when. A tree is searched by keys of some number of columns: all of them in a clustered index,
//! the first few in a secondary one (`WHERE v = 5`). The tree hashes its records by that number of columns.
//!
//! RULES
//!
//! - **R1** An entry is believed if the record that it names has the searched columns, on a leaf that is latched. A key
//!   is in a tree once, so for all key columns that is the record; for fewer, it is the first one with these columns
//!   only if the record before it, *on the same leaf*, has others.
//! - **R2** A search *votes* if it went through the tree and ended on a record to which an entry could have led (R1).
//!   With the columns that the tree hashes by it adds one vote, at most `MOST_VOTES`; with another number of columns it
//!   takes one, and at none the tree hashes by that number from then on.
//! - **R3** With `VOTES_TO_BUILD` votes a leaf is taken up, all its records at once, as soon as more searches have
//!   voted on it than a `RECORDS_A_VOTE`-th of its records.
//! - **R4** A search that votes on a leaf which is taken up already adds the entry of its record.
//! - **R5** A search asks the hash index only if its tree has `VOTES_TO_BUILD` votes for this number of columns.
//! - **R6** A record that is inserted, replaced in its place or delete-marked leaves all records of its leaf at their
//!   origins, and so keeps the leaf's entries. Everything else (removal, reorganisation, split, merge) ends them.
//!
//! FACT: a get that the hash index answers is what a get through the tree would have answered at that time.
//!
//! PROOF. By the FACT of `store::hash_index` the entry names a user record of a leaf of this tree, which is latched.
//! The leaf is in the tree: a page that leaves it is written under its exclusive latch, which ends the entry's build.
//! So at this moment a record of the tree has the key (R1), and there is at most one. A record is in one leaf, so the
//! way down would have ended on it. For fewer columns: the records of the tree are ordered, and the record before,
//! on the same leaf, is below the searched columns; so no earlier leaf has a record with them. ∎
//!
//! Only what is there is answered: that a key does not exist, the tree says.
//!
//! InnoDB's counterpart: `btr0sea` (`btr_search_guess_on_hash`, `btr_search_info_update_slow`,
//! `btr_search_build_page_hash_index`), with `BTR_SEARCH_BUILD_LIMIT` = 100 and `BTR_SEARCH_PAGE_BUILD_LIMIT` = 16, as
//! here. InnoDB hashes by columns and bytes of the next one, the first or the last record of equals, as recent searches
//! recommend, and forgets all votes when one search disagrees. It maintains entries when records come and go; here
//! those that come are added when they are searched (R4), and one that goes ends the leaf's. Left out: prefixes that end
//! within a column, the last of equals.

use crate::tree::{Field, Tree};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, SearchKey};
use innolab_store::PageRead;
use rustc_hash::FxHasher;
use std::cmp::Ordering;
use std::hash::Hasher;
use std::sync::atomic::Ordering::Relaxed;

/// Records of a leaf for each vote that it needs (R3).
#[doc(alias = "BTR_SEARCH_PAGE_BUILD_LIMIT")]
const RECORDS_A_VOTE: usize = 16;

impl Tree {
    /// Returns the record that [`Seek::AtLeast`](crate::Seek::AtLeast) seeks, with its leaf latched, if the hash index
    /// leads to it and it is equal to the key (R1). LOCKS: tries a latch.
    #[inline]
    pub(crate) fn find_hashed(&self, key: &SearchKey<'_>) -> Option<(PageRead<'_>, Origin)> {
        if !self.store.adaptive_hash_index() || !self.searches.is_decided(key.fields().len()) {
            return None;
        }
        let hash = self.hash(key.fields().iter().copied());
        self.store.find_hashed(&self.space, self.index_id, hash, |leaf, at| {
            let page = self.index_page(leaf);
            page.compare(at, key) == Ordering::Equal && self.is_first_of_equals(&page, at, key)
        })
    }

    /// True if no record before `at`, which is equal to the key, is equal to it, as far as this leaf can tell (R1).
    #[inline]
    fn is_first_of_equals(&self, page: &IndexPage<'_>, at: Origin, key: &SearchKey<'_>) -> bool {
        key.fields().len() == self.layout.n_key() || {
            let before = page.prev(at);
            before.is_user() && page.compare(before, key) != Ordering::Equal
        }
    }

    /// Returns the leaf that has the key, if the hash index knows it, as a hint for a write; else [`PageNo::NULL`].
    pub(crate) fn hashed_leaf(&self, key: &SearchKey<'_>) -> PageNo {
        self.find_hashed(key).map_or(PageNo::NULL, |(leaf, _)| leaf.page_no())
    }

    /// Learns from a search that went through the tree: `found` is the record of `leaf` that it found and that is equal
    /// to the key.
    #[inline]
    pub(crate) fn learn(&self, leaf: &PageRead<'_>, key: &SearchKey<'_>, found: Option<Origin>) {
        if self.store.adaptive_hash_index() {
            self.learn_when_on(leaf, key, found);
        }
    }

    #[cold]
    fn learn_when_on(&self, leaf: &PageRead<'_>, key: &SearchKey<'_>, found: Option<Origin>) {
        self.store.count_unhashed();
        let page = self.index_page(leaf);
        let Some(at) = found.filter(|at| self.is_first_of_equals(&page, *at, key)) else { return };
        let columns = key.fields().len();
        self.searches.vote(columns);
        if !self.searches.is_decided(columns) {
            return;
        }
        if leaf.is_hashed() {
            let hash = self.hash(key.fields().iter().copied());
            self.store.hash_record(leaf, self.index_id, hash, at);
        } else if self.has_votes(leaf, page.n_recs()) {
            self.take_up(leaf, &page, columns);
        }
    }

    /// Counts a vote on the leaf; true if they are enough (R3).
    fn has_votes(&self, leaf: &PageRead<'_>, records: usize) -> bool {
        let Some(note) = self.store.hash_note(leaf) else { return false };
        let votes = note.load(Relaxed) + 1;
        let enough = votes as usize > records / RECORDS_A_VOTE;
        note.store(if enough { 0 } else { votes }, Relaxed);
        enough
    }

    /// Takes up a leaf, by so many columns: an entry for each record, or for each first one of equals.
    fn take_up(&self, leaf: &PageRead<'_>, page: &IndexPage<'_>, columns: usize) {
        let whole = columns == self.layout.n_key();
        let mut before: Option<Vec<Field<'_>>> = None;
        let records = page.records().filter_map(|(origin, record)| {
            if whole {
                return Some((self.hash(record.key()), origin));
            }
            let fields: Vec<Field<'_>> = record.key().take(columns).collect();
            // The first record of the leaf may have an equal one before it, on another leaf.
            let is_first = before.as_ref().is_some_and(|before| *before != fields);
            let hash = self.hash(fields.iter().copied());
            before = Some(fields);
            is_first.then_some((hash, origin))
        });
        self.store.hash_leaf(leaf, self.index_id, records);
    }

    /// Returns the hash of a key's columns in this tree.
    #[inline]
    fn hash<'a>(&self, fields: impl Iterator<Item = Field<'a>>) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u64(self.index_id.0);
        fields.for_each(|field| hasher.write(field.unwrap_or_default()));
        hasher.finish()
    }
}
