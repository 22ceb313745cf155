//! The tree: what it is made of, how a page is admitted, and the way down to a leaf.
//!
//! ```text
//! get(42)   root  [ min→4 │ 30→5 │ 70→9 ]        latch root
//!                            │                    latch page 5, let go of the root
//!           inner [ 30→6 │ 41→7 │ 55→8 ]
//!                          │                      latch page 7, let go of page 5
//!           leaf  [ 41 │ 42 │ 48 ]                ► 42
//! ```
//!
//! RULES
//!
//! - **R1** Before the first accessor touches a page that came into memory, its structure is checked, with its order;
//!   the frame remembers that. Its index id is compared each time.
//! - **R2** A child is believed only if its level is its parent's less one. So the way down ends, whatever the bytes say.
//! - **R3** The first node pointer of a level is taken for every key below the second one, whatever its own key says (`min_rec`).
//! - **R4** Searches for a whole key pass the node pages without a latch where their aids know the way (L11): a third
//!   of a search's instructions and two pairs of atomic writes less, 1.4 to 1.6 × the gets. The first searches of a
//!   page, prefixes and the ends of the tree come down by coupling.
//!
//! InnoDB's counterpart: `btr_cur_search_to_nth_level`. Left out: the adaptive hash index, the change buffer.

use crate::error::Result;
use crate::events::{Counters, Counts};
use crate::validate::below;
use innolab_base::sync::Mutex;
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use innolab_page::index::{self, IndexPage};
use innolab_page::{Layout, Origin, RecordRef, SearchKey, fil};
use innolab_store::{Error as StoreError, Held, Mtr, PageRead, Space, Store};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// A value of a record: `None` is NULL.
pub type Field<'a> = Option<&'a [u8]>;

/// At least this many node pointers fit on a page, however long the keys are: the limit of a key's length (about 4 KiB)
/// comes from here.
pub(crate) const LEAST_FANOUT: usize = 4;

/// A B+ tree: one index of a table. Safe to use from several threads at once; see `docs/latching.md`.
#[doc(alias = "dict_index_t")]
pub struct Tree {
    pub(crate) store: Arc<Store>,
    pub(crate) space: Arc<Space>,
    pub(crate) root: PageNo,
    pub(crate) index_id: IndexId,
    pub(crate) layout: Layout,
    /// L5: held by whoever changes the tree's shape.
    pub(crate) smo: Mutex<()>,
    pub(crate) counters: Counters,
    /// Page of the last insert of an ascending run, or [`PageNo::NULL`].
    pub(crate) insert_point: AtomicU32,
}

/// Where on the next level down a search goes.
#[derive(Clone, Copy)]
pub(crate) enum Way<'k> {
    /// To the leaf that is responsible for the key.
    To(&'k SearchKey<'k>),
    /// To the leaf that may hold the last record below the key, which may be the one before.
    Before(&'k SearchKey<'k>),
    /// To the leftmost leaf.
    First,
    /// To the rightmost leaf.
    Last,
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
        }
    }

    /// The number of its root page, which never changes.
    pub fn root(&self) -> PageNo {
        self.root
    }

    /// The number that all its pages bear.
    pub fn index_id(&self) -> IndexId {
        self.index_id
    }

    /// The columns of its records.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The tablespace it lives in.
    pub fn space(&self) -> &Arc<Space> {
        &self.space
    }

    /// The store below.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What happened to its shape since it was opened.
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }

    /// Whether its leaves bear a stamp (`PAGE_MAX_TRX_ID`): if its records are all key, as those of a secondary index
    /// are. Otherwise the root has a counter in that place ([`Tree::counter`]).
    pub fn has_stamps(&self) -> bool {
        self.layout.n_key() == self.layout.columns().len()
    }

    /// Looks up the record with exactly this key and hands it, latched, to `found`. Delete-marked records are found too.
    /// REQUIRES all key columns. LOCKS: latch coupling, shared; `found` must not call into the tree.
    #[doc(alias = "row_search_mvcc")]
    #[inline]
    pub fn get<R>(&self, key: &[Field<'_>], found: impl FnOnce(RecordRef<'_>) -> R) -> Result<Option<R>> {
        assert_eq!(key.len(), self.layout.n_key(), "a full key");
        let key = SearchKey::new(&self.layout, key);
        let leaf = self.descend(Way::To(&key))?;
        let page = self.index_page(&leaf);
        let at = leaf.aid().search(&page, leaf.version(), &key);
        Ok(at.equal.then(|| found(page.record(at.origin))))
    }

    /// The leaf that `way` leads to, latched shared.
    #[inline]
    pub(crate) fn descend(&self, way: Way<'_>) -> Result<PageRead<'_>> {
        if let Way::To(key) = way
            && let Some(leaf) = self.glimpse_leaf(key)
        {
            self.admit(&leaf, Some(0))?;
            return Ok(leaf);
        }
        self.couple_down(way)
    }

    /// The way to the key's leaf without latches on the pages above (L11); `None`: it is not known, or somebody changes
    /// it. The leaf is not admitted yet.
    #[inline]
    fn glimpse_leaf(&self, key: &SearchKey<'_>) -> Option<PageRead<'_>> {
        let mut node = self.store.glimpse(&self.space, self.root)?;
        let mut above = None;
        loop {
            let (child, level) = node.child(key, &self.layout)?;
            // R2
            if above.is_some_and(|above| above != level + 1) {
                return None;
            }
            above = Some(level);
            if level == 1 {
                self.store.prefetch(&self.space, child);
                // What is wrong with a page that was no child any more is nobody's business.
                let leaf = self.store.read(&self.space, child).ok()?;
                return node.holds().then_some(leaf);
            }
            let next = self.store.glimpse(&self.space, child)?;
            if !node.holds() {
                return None;
            }
            node = next;
        }
    }

    /// The leaf that `way` leads to, by latch coupling (L2).
    fn couple_down(&self, way: Way<'_>) -> Result<PageRead<'_>> {
        let mut page = self.read(self.root, None)?;
        loop {
            let node = self.index_page(&page);
            let level = node.level();
            if level == 0 {
                return Ok(page);
            }
            let child = self.child(&node, way);
            self.store.prefetch(&self.space, child);
            page.help_glimpses(&node);
            page = self.read(child, Some(level - 1))?;
        }
    }

    /// The child of a node page that `way` leads to (R3).
    #[inline]
    pub(crate) fn child(&self, node: &IndexPage<'_>, way: Way<'_>) -> PageNo {
        node.record(self.child_origin(node, way)).child()
    }

    /// The node pointer of a node page that `way` leads along (R3).
    #[inline]
    pub(crate) fn child_origin(&self, node: &IndexPage<'_>, way: Way<'_>) -> Origin {
        match way {
            Way::To(key) => node.child_for(key),
            Way::Before(key) => node.child_before(key),
            Way::First => node.first(),
            Way::Last => node.last(),
        }
    }

    /// The page to read by its accessor. REQUIRES that it was admitted.
    #[inline]
    pub(crate) fn index_page<'a>(&'a self, page: &'a PageRead<'_>) -> IndexPage<'a> {
        IndexPage::new(page.bytes(), &self.layout)
    }

    /// As [`Tree::index_page`] for a page of a mini-transaction.
    #[inline]
    pub(crate) fn held_page<'a>(&'a self, mtr: &'a Mtr<'_>, held: Held) -> IndexPage<'a> {
        IndexPage::new(mtr.bytes(held), &self.layout)
    }

    /// A page of the tree, latched shared and admitted (R1, R2); `level` is what it must have.
    #[inline]
    pub(crate) fn read(&self, page_no: PageNo, level: Option<u16>) -> Result<PageRead<'_>> {
        self.check_inside(page_no)?;
        let page = self.store.read(&self.space, page_no)?;
        self.admit(&page, level)?;
        Ok(page)
    }

    /// R1, R2
    #[inline]
    fn admit(&self, page: &PageRead<'_>, level: Option<u16>) -> Result<()> {
        if !page.checked() {
            self.check(page.page_no(), page.bytes())?;
            page.set_checked();
        }
        self.check_place(page.page_no(), page.bytes(), level)
    }

    /// As [`Tree::read`], but `None` instead of waiting.
    pub(crate) fn try_read(&self, page_no: PageNo, level: u16) -> Result<Option<PageRead<'_>>> {
        self.check_inside(page_no)?;
        let Some(page) = self.store.try_read(&self.space, page_no)? else { return Ok(None) };
        self.admit(&page, Some(level))?;
        Ok(Some(page))
    }

    /// A page of the tree, latched exclusively and admitted (R1, R2).
    pub(crate) fn latch(&self, mtr: &mut Mtr<'_>, page_no: PageNo, level: Option<u16>) -> Result<Held> {
        self.check_inside(page_no)?;
        let held = mtr.latch(&self.space, page_no)?;
        if !mtr.checked(held) {
            self.check(page_no, mtr.bytes(held))?;
            mtr.set_checked(held);
        }
        self.check_place(page_no, mtr.bytes(held), level)?;
        Ok(held)
    }

    /// R2, and that the page is one of this index: a page that another tree has checked counts as checked. Level and
    /// index id lie side by side.
    #[inline]
    fn check_place(&self, page_no: PageNo, bytes: &[u8; PAGE_SIZE], level: Option<u16>) -> Result<()> {
        let page = IndexPage::new(bytes, &self.layout);
        match page.index_id() == self.index_id && level.is_none_or(|level| page.level() == level) {
            true => Ok(()),
            false => self.wrong_place(page_no, &page, level),
        }
    }

    #[cold]
    fn wrong_place(&self, page_no: PageNo, page: &IndexPage<'_>, level: Option<u16>) -> Result<()> {
        let (have, want) = (page.index_id(), self.index_id);
        Err(self.corrupt(
            page_no,
            match level {
                _ if have != want => format!("the page is one of index {have}, not {want}"),
                level => format!("a page of level {}, where level {level:?} belongs", page.level()),
            },
        ))
    }

    /// A page number that leads out of the file is not followed.
    #[inline]
    fn check_inside(&self, page_no: PageNo) -> Result<()> {
        match page_no.0 < self.space.size_pages() {
            true => Ok(()),
            false => Err(self.corrupt(page_no, "a page behind the end of the file")),
        }
    }

    /// R1
    #[cold]
    pub(crate) fn check(&self, page_no: PageNo, bytes: &[u8; PAGE_SIZE]) -> Result<()> {
        let corrupt = |rule: String| self.corrupt(page_no, rule);
        if fil::page_type(bytes) != fil::PageType::INDEX {
            return Err(corrupt(format!("an INDEX page was expected, this is {}", fil::page_type(bytes))));
        }
        index::check(bytes, &self.layout).map_err(|e| corrupt(e.to_string()))?;
        let page = IndexPage::new(bytes, &self.layout);
        index::check_order(bytes, &self.layout).map_err(|e| corrupt(e.to_string()))?;
        if page.n_recs() == 0 && page_no != self.root {
            return Err(corrupt("only a root may be empty".to_owned()));
        }
        if page.n_recs() == 0 && !page.is_leaf() {
            return Err(corrupt("a node page has no children".to_owned()));
        }
        Ok(())
    }

    /// The error that says that `rule` does not hold on a page of this tree.
    #[cold]
    pub(crate) fn corrupt(&self, page_no: PageNo, rule: impl ToString) -> crate::Error {
        let error: StoreError = self.space.corrupt(page_no, rule);
        error.into()
    }

    /// Checks what must hold between a leaf and the next one: the links agree and the keys rise. So a walk along the
    /// leaves ends, whatever the bytes say.
    pub(crate) fn check_neighbours(
        &self,
        left: &IndexPage<'_>,
        left_no: PageNo,
        right: &IndexPage<'_>,
        right_no: PageNo,
    ) -> Result<()> {
        if right.prev_page() != left_no || left.next_page() != right_no {
            return Err(
                self.corrupt(right_no, format!("pages {left_no} and {right_no} do not agree that they are neighbours"))
            );
        }
        let (last, first) = (left.record(left.last()), right.record(right.first()));
        if !below(last, first) {
            return Err(self.corrupt(right_no, format!("its first key is not above the last one of page {left_no}")));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree(index {}, root {} of {})", self.index_id, self.root, self.space.name())
    }
}

#[cfg(test)]
mod tests;
