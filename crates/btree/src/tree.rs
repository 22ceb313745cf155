//! What a tree consists of, and where its methods stand.
//!
//! ```text
//! root page   …│ SEG_LEAF: segment of the leaves │ SEG_TOP: segment of all other pages, and of the root │…
//! ```
//!
//! | methods of [`Tree`] | file |
//! |---|---|
//! | [`create`](Tree::create), [`open`](Tree::open), [`counter`](Tree::counter), [`set_counter`](Tree::set_counter) | `create` |
//! | [`get`](Tree::get), the way down | `descend` |
//! | finding a record by the hash index, and adding to it | `adaptive` |
//! | reading, latching and checking a page; comparing neighbours | `admit` |
//! | [`cursor`](Tree::cursor) | `cursor` |
//! | [`write`](Tree::write), [`write_by`](Tree::write_by), [`insert`](Tree::insert), [`modify`](Tree::modify), [`remove`](Tree::remove) | `write` |
//! | inserting neighbouring records of a batch | `batch` |
//! | [`prefetch_leaf`](Tree::prefetch_leaf), finding an insert's leaf without a search | `insert_hint` |
//! | splits, merges, height | `smo::restructure` |
//! | [`bulk_load`](Tree::bulk_load), [`bulk_load_by`](Tree::bulk_load_by) | `bulk` |
//! | [`shape`](Tree::shape), [`validate`](Tree::validate), [`for_each_page`](Tree::for_each_page) | `validate` |
//! | [`find`](Tree::find), [`destroy`](Tree::destroy) | `destroy` |
//!
//! InnoDB's counterpart: `dict_index_t`.

use crate::events::{Counters, Counts};
use crate::search_info::SearchInfo;
use innolab_base::sync::Mutex;
use innolab_base::{IndexId, PageNo};
use innolab_page::Layout;
use innolab_page::index::{self, SEG_LEAF, SEG_TOP};
use innolab_store::{Space, Store};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// A value of a record: `None` is NULL.
pub type Field<'a> = Option<&'a [u8]>;

/// At least this many node pointers fit on a page, however long the keys are. The limit of a key's length (about 4 KiB)
/// follows from it.
const LEAST_FANOUT: usize = 4;

/// Returns the offset, on the root page, of the header of the segment to which pages of this level belong.
pub(crate) fn segment_at(level: u16) -> usize {
    if level == 0 { SEG_LEAF } else { SEG_TOP }
}

/// A B+ tree: one index of a table. Several threads may use it at once; see `docs/latching.md`. The head of this file
/// (`tree.rs`) says in which file each method stands.
#[doc(alias = "dict_index_t")]
pub struct Tree {
    pub(crate) store: Arc<Store>,
    pub(crate) space: Arc<Space>,
    pub(crate) root: PageNo,
    pub(crate) index_id: IndexId,
    pub(crate) layout: Layout,
    /// Held by the thread that changes the tree's shape (L5).
    pub(crate) smo: Mutex<()>,
    pub(crate) counters: Counters,
    /// The page of the last insert of an ascending run, or [`PageNo::NULL`] (`insert_hint` R1).
    pub(crate) insert_point: AtomicU32,
    pub(crate) searches: SearchInfo,
}

impl Tree {
    pub(crate) fn new(store: &Arc<Store>, space: &Arc<Space>, root: PageNo, index_id: IndexId, layout: Layout) -> Tree {
        let room = index::EMPTY_ROOM / LEAST_FANOUT;
        assert!(layout.max_record_len(false) <= room, "keys of up to {} bytes", layout.max_record_len(false));
        Tree {
            store: store.clone(),
            space: space.clone(),
            root,
            index_id,
            layout,
            smo: Mutex::new(()),
            counters: Counters::default(),
            insert_point: AtomicU32::new(PageNo::NULL.0),
            searches: SearchInfo::default(),
        }
    }

    /// Returns the number of the root page. It never changes.
    pub fn root(&self) -> PageNo {
        self.root
    }

    /// Returns the index id that all pages of the tree carry.
    pub fn index_id(&self) -> IndexId {
        self.index_id
    }

    /// Returns the columns of the records.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the tablespace that contains the tree.
    pub fn space(&self) -> &Arc<Space> {
        &self.space
    }

    /// Returns the store that the tree reads and writes pages through.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Returns how often the tree's shape has changed since it was opened.
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }

    /// True if the leaves carry a stamp (`PAGE_MAX_TRX_ID`): if all columns are key, as in a secondary index. The root
    /// of any other tree has a counter in the same place ([`Tree::counter`]).
    pub fn has_stamps(&self) -> bool {
        self.layout.n_key() == self.layout.columns().len()
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree(index {}, root {} of {})", self.index_id, self.root, self.space.name())
    }
}
