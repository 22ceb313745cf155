//! Admission: a page's bytes are checked before anything reads them as a page of this tree.
//!
//! ```text
//! page number ─► within the file? ─► latch ─► structure and key order, once per stay in the pool (R1)
//!                                              └► index id and level, each time (R2) ─► IndexPage
//! two leaves side by side ─► links agree, keys rise (R3)
//! ```
//!
//! RULES
//!
//! - **R1** Before the first accessor touches a page that came into memory, its structure and the order of its keys are
//!   checked; the frame remembers that.
//! - **R2** The page's index id and level are compared at each visit: another tree may have checked the page by its own
//!   layout. A level that is not one less than the parent's ends the search with an error.
//! - **R3** Before a walk crosses from one page to its neighbour, the links of both must agree and keys must rise. So
//!   every walk ends, whatever the bytes say.
//!
//! InnoDB's counterpart: `page_validate`, `btr_validate_level`, run on request only.

use crate::error::Result;
use crate::tree::Tree;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::index::{self, IndexPage};
use innolab_page::{RecordRef, fil};
use innolab_store::{Error as StoreError, Held, Mtr, PageRead};
use std::cmp::Ordering;

impl Tree {
    /// Returns the accessor of a page. REQUIRES: the page was admitted.
    #[inline]
    pub(crate) fn index_page<'a>(&'a self, page: &'a PageRead<'_>) -> IndexPage<'a> {
        IndexPage::new(page.bytes(), &self.layout)
    }

    /// Returns the accessor of a page of a mini-transaction. REQUIRES: the page was admitted.
    #[inline]
    pub(crate) fn held_page<'a>(&'a self, mtr: &'a Mtr<'_>, held: Held) -> IndexPage<'a> {
        IndexPage::new(mtr.bytes(held), &self.layout)
    }

    /// Returns a page of the tree, latched shared and admitted. `level`: the level that it must have.
    #[inline]
    pub(crate) fn read(&self, page_no: PageNo, level: Option<u16>) -> Result<PageRead<'_>> {
        self.check_inside(page_no)?;
        let page = self.store.read(&self.space, page_no)?;
        self.admit(&page, level)?;
        Ok(page)
    }

    /// Like [`Tree::read`], but returns `None` instead of waiting for the latch.
    pub(crate) fn try_read(&self, page_no: PageNo, level: u16) -> Result<Option<PageRead<'_>>> {
        self.check_inside(page_no)?;
        let Some(page) = self.store.try_read(&self.space, page_no)? else { return Ok(None) };
        self.admit(&page, Some(level))?;
        Ok(Some(page))
    }

    /// Latches a page of the tree exclusively and admits it. `level`: the level that it must have.
    pub(crate) fn latch(&self, mtr: &mut Mtr<'_>, page_no: PageNo, level: Option<u16>) -> Result<Held> {
        self.check_inside(page_no)?;
        let held = mtr.latch(&self.space, page_no)?;
        if !mtr.checked(held) {
            self.check(page_no, mtr.bytes(held))?;
            mtr.set_checked(held);
        }
        self.check_identity(page_no, mtr.bytes(held), level)?;
        Ok(held)
    }

    /// Checks a page that is latched shared (R1, R2).
    #[inline]
    pub(crate) fn admit(&self, page: &PageRead<'_>, level: Option<u16>) -> Result<()> {
        if !page.checked() {
            self.check(page.page_no(), page.bytes())?;
            page.set_checked();
        }
        self.check_identity(page.page_no(), page.bytes(), level)
    }

    /// Checks index id and level, which lie side by side on the page (R2).
    #[inline]
    fn check_identity(&self, page_no: PageNo, bytes: &[u8; PAGE_SIZE], level: Option<u16>) -> Result<()> {
        let page = IndexPage::new(bytes, &self.layout);
        match page.index_id() == self.index_id && level.is_none_or(|level| page.level() == level) {
            true => Ok(()),
            false => self.wrong_identity(page_no, &page, level),
        }
    }

    #[cold]
    fn wrong_identity(&self, page_no: PageNo, page: &IndexPage<'_>, level: Option<u16>) -> Result<()> {
        let (have, want) = (page.index_id(), self.index_id);
        Err(self.corrupt(
            page_no,
            match level {
                _ if have != want => format!("the page belongs to index {have}, not {want}"),
                level => format!("a page of level {}, where level {level:?} belongs", page.level()),
            },
        ))
    }

    /// Checks that a page number lies within the file.
    #[inline]
    fn check_inside(&self, page_no: PageNo) -> Result<()> {
        match page_no.0 < self.space.size_pages() {
            true => Ok(()),
            false => Err(self.corrupt(page_no, "a page number beyond the end of the file")),
        }
    }

    /// Checks the structure of a page and the order of its keys (R1).
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

    /// Returns the error for a page of this tree on which `rule` does not hold.
    #[cold]
    pub(crate) fn corrupt(&self, page_no: PageNo, rule: impl ToString) -> crate::Error {
        let error: StoreError = self.space.corrupt(page_no, rule);
        error.into()
    }

    /// Checks that two pages are neighbours: their links agree and keys rise from one to the other (R3).
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
        if !is_below(last, first) {
            return Err(self.corrupt(right_no, format!("its first key is not above the last one of page {left_no}")));
        }
        Ok(())
    }
}

/// True if the key of `a` is below that of `b`. A record that is flagged `min_rec` is below all others.
pub(crate) fn is_below(a: RecordRef<'_>, b: RecordRef<'_>) -> bool {
    a.is_min_rec()
        || match (a.fixed_key(), b.fixed_key()) {
            (Some(a), Some(b)) => a < b,
            _ => a.key().cmp(b.key()) == Ordering::Less,
        }
}
