//! Insert hints: the leaf of a key, found without a search.
//!
//! ```text
//! insert point   page of the last insert of an ascending run ─┐
//! hint           page that `prefetch_leaf` found for the key ─┴► try its latch ─► still the key's leaf?
//!                                                                                 yes: insert there    no: search
//! ```
//!
//! RULES
//!
//! - **R1** Ascending inserts do not search. The tree remembers the page of the last insert: a key that is above the
//!   record inserted there last, and below the next record, belongs right behind it.
//! - **R2** A caller that knows its next keys can have their leaves fetched into the processor's caches while it works
//!   on other keys ([`Tree::prefetch_leaf`]). It passes the page number back as a hint: a key between two records of a
//!   leaf of this tree belongs to that leaf, whatever has happened since. So the search is made only once.
//! - **R3** A remembered page number is used only if the page's type, index id and level say that it is a leaf of this
//!   tree. Freeing a page changes its type.
//!
//! InnoDB's counterpart: `PAGE_LAST_INSERT` and `btr_search_info_t::last_search`; the latter is a cursor's.

use crate::descend::Target;
use crate::error::Result;
use crate::tree::{Field, Tree};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, SearchKey, fil, index};
use innolab_store::{Held, Mtr};
use std::cmp::Ordering;
use std::sync::atomic::Ordering::Relaxed;

impl Tree {
    /// Returns the leaf of the last ascending insert, latched exclusively, if the key belongs right behind that insert
    /// (R1).
    pub(crate) fn at_insert_point(
        &self,
        mtr: &mut Mtr<'_>,
        key: &SearchKey<'_>,
    ) -> Result<Option<(Held, index::Found)>> {
        let Some(leaf) = self.try_latch_leaf(mtr, PageNo(self.insert_point.load(Relaxed)))? else { return Ok(None) };
        let page = self.held_page(mtr, leaf);
        let last = Origin(page.counts().last_insert);
        if last.is_user() && belongs_behind(&page, last, key) {
            return Ok(Some((leaf, index::Found { origin: last, equal: false })));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// Returns the leaf of the hint, latched exclusively, if it still owns the key (R2).
    pub(crate) fn at_hint(
        &self,
        mtr: &mut Mtr<'_>,
        key: &SearchKey<'_>,
        hint: PageNo,
    ) -> Result<Option<(Held, index::Found)>> {
        let Some(leaf) = self.try_latch_leaf(mtr, hint)? else { return Ok(None) };
        let page = self.held_page(mtr, leaf);
        let found = mtr.hints(leaf).search(&page, mtr.version(leaf), key);
        if found.equal || (found.origin.is_user() && page.next(found.origin).is_user()) {
            return Ok(Some((leaf, found)));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// Returns a remembered page, latched exclusively, if it is in memory, not latched by another thread, and a leaf of
    /// this tree (R3).
    fn try_latch_leaf(&self, mtr: &mut Mtr<'_>, page_no: PageNo) -> Result<Option<Held>> {
        let Some(page_no) = page_no.some() else { return Ok(None) };
        let Some(leaf) = mtr.try_latch_cached(&self.space, page_no)? else { return Ok(None) };
        // Another tree may have checked the page by its layout, so only the header is read before the index id is
        // known.
        let ours = mtr.checked(leaf) && fil::page_type(mtr.bytes(leaf)) == fil::PageType::INDEX;
        let page = self.held_page(mtr, leaf);
        if ours && page.index_id() == self.index_id && page.is_leaf() {
            return Ok(Some(leaf));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// Fetches the leaf that owns the key into the processor's caches, and returns its number as a hint for
    /// [`WriteOptions::hint`](crate::WriteOptions::hint) (R2). Returns [`PageNo::NULL`] while inserts ascend, since
    /// they do not search, and if the tree is one page.
    pub fn prefetch_leaf(&self, key: &[Field<'_>]) -> Result<PageNo> {
        if self.insert_point.load(Relaxed) != PageNo::NULL.0 {
            return Ok(PageNo::NULL);
        }
        let key = SearchKey::new(&self.layout, key);
        let mut page = self.read(self.root, None)?;
        let mut level = self.index_page(&page).level();
        while level > 0 {
            let child = self.child(&self.index_page(&page), Target::Key(&key));
            self.store.prefetch(&self.space, child);
            level -= 1;
            if level == 0 {
                return Ok(child);
            }
            page = self.read(child, Some(level))?;
        }
        Ok(PageNo::NULL)
    }

    /// Sets the insert point to this leaf if its inserts ascend, else clears it (R1).
    pub(crate) fn note_insert_point(&self, mtr: &Mtr<'_>, leaf: Held) {
        let counts = self.held_page(mtr, leaf).counts();
        let ascending = counts.direction == index::Direction::Right && counts.n_direction > 1;
        let point = if ascending { mtr.page_no(leaf) } else { PageNo::NULL };
        if self.insert_point.load(Relaxed) != point.0 {
            self.insert_point.store(point.0, Relaxed);
        }
    }
}

/// True if `key` belongs right behind the record `last` of its leaf: above it, and below the next record of the tree.
fn belongs_behind(page: &IndexPage<'_>, last: Origin, key: &SearchKey<'_>) -> bool {
    let compare = |origin| page.record(origin).compare(key.fields());
    compare(last) == Ordering::Less
        && match page.next(last) {
            Origin::SUPREMUM => page.next_page().is_null(),
            next => compare(next) == Ordering::Greater,
        }
}
