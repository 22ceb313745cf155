//! Where a key's leaf is, without a search.
//!
//! RULES
//!
//! - **R1** Ascending inserts do not search: the tree remembers the page of the last one, and a key that is above the
//!   record inserted there last and below the next one belongs right behind it. A page that was given back says so in
//!   its type, so a remembered page that says that it is a leaf of this tree is one.
//! - **R2** A caller who knows keys beforehand may have their leaves fetched from memory while he works on others
//!   ([`Tree::foresee`]). He gets their numbers and gives them back as hints: a key between two records of a leaf of
//!   this tree belongs to that leaf, whatever has happened since, so the way down is gone once.
//!
//! InnoDB's counterpart: `PAGE_LAST_INSERT` and `btr_search_info_t::last_search`, of which the latter is a cursor's.

use crate::error::Result;
use crate::tree::{Field, Tree, Way};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Origin, SearchKey, fil, index};
use innolab_store::{Held, Mtr};
use std::cmp::Ordering;
use std::sync::atomic::Ordering::Relaxed;

impl Tree {
    /// R1: the leaf of the last ascending insert, latched exclusively, if the key's place is right behind that insert's.
    pub(crate) fn insert_point(&self, mtr: &mut Mtr<'_>, key: &SearchKey<'_>) -> Result<Option<(Held, index::Found)>> {
        let Some(leaf) = self.remembered(mtr, PageNo(self.insert_point.load(Relaxed)))? else { return Ok(None) };
        let page = self.held_page(mtr, leaf);
        let last = Origin(page.counts().last_insert);
        if last.is_user() && is_between(&page, last, key) {
            return Ok(Some((leaf, index::Found { origin: last, equal: false })));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// R2: the leaf that was the key's, latched exclusively, if it is still.
    pub(crate) fn hinted(
        &self,
        mtr: &mut Mtr<'_>,
        key: &SearchKey<'_>,
        hint: PageNo,
    ) -> Result<Option<(Held, index::Found)>> {
        let Some(leaf) = self.remembered(mtr, hint)? else { return Ok(None) };
        let page = self.held_page(mtr, leaf);
        let found = mtr.aid(leaf).search(&page, mtr.version(leaf), key);
        if found.equal || (found.origin.is_user() && page.next(found.origin).is_user()) {
            return Ok(Some((leaf, found)));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// A page that was a leaf of this tree, latched exclusively, if it is one and nobody is in the way.
    fn remembered(&self, mtr: &mut Mtr<'_>, page_no: PageNo) -> Result<Option<Held>> {
        let Some(page_no) = page_no.some() else { return Ok(None) };
        let Some(leaf) = mtr.try_latch_cached(&self.space, page_no)? else { return Ok(None) };
        // The page may be another's by now: only what was admitted is looked at, so nothing is read for it.
        let ours = mtr.checked(leaf) && fil::page_type(mtr.bytes(leaf)) == fil::PageType::INDEX;
        let page = self.held_page(mtr, leaf);
        if ours && page.index_id() == self.index_id && page.is_leaf() {
            return Ok(Some(leaf));
        }
        mtr.release(leaf);
        Ok(None)
    }

    /// The leaf where a key belongs, as a hint for a write to come, and fetches it into the processor's caches (R2).
    /// `None` while inserts ascend: they do not search.
    pub fn foresee(&self, key: &[Field<'_>]) -> Result<PageNo> {
        if self.insert_point.load(Relaxed) != PageNo::NULL.0 {
            return Ok(PageNo::NULL);
        }
        let key = SearchKey::new(&self.layout, key);
        let mut page = self.read(self.root, None)?;
        let mut level = self.index_page(&page).level();
        while level > 0 {
            let child = self.child(&self.index_page(&page), Way::To(&key));
            self.store.prefetch(&self.space, child);
            level -= 1;
            if level == 0 {
                return Ok(child);
            }
            page = self.read(child, Some(level))?;
        }
        Ok(PageNo::NULL)
    }

    /// R1
    pub(crate) fn remember(&self, mtr: &Mtr<'_>, leaf: Held) {
        let counts = self.held_page(mtr, leaf).counts();
        let ascending = counts.direction == index::Direction::Right && counts.n_direction > 1;
        let point = if ascending { mtr.page_no(leaf) } else { PageNo::NULL };
        if self.insert_point.load(Relaxed) != point.0 {
            self.insert_point.store(point.0, Relaxed);
        }
    }
}

/// Whether `key` belongs right behind the record `last` of its leaf, and nowhere else in the tree.
fn is_between(page: &IndexPage<'_>, last: Origin, key: &SearchKey<'_>) -> bool {
    let stands = |origin| page.record(origin).compare(key.fields());
    stands(last) == Ordering::Less
        && match page.next(last) {
            Origin::SUPREMUM => page.next_page().is_null(),
            next => stands(next) == Ordering::Greater,
        }
}
