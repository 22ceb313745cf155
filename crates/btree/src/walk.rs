//! Walks over many records: leaf after leaf, each latched once, while the records to come are fetched from memory.
//!
//! ```text
//!  leaf        … r7 ─► r8 ─► r9 ─► … ─► last       each record says where the next one is: a chain of cache misses,
//!  key hints   … o7 │ o8 │ o9 │ … │ o15 │ …        but the leaf's key hints list all places
//!                    └ here     └ fetched now; near the end of the leaf, the first records of the next leaf
//! ```
//!
//! RULES
//!
//! - **R1** Fetching is guided by key hints that are not compared with their pages: a wrong hint costs time and nothing
//!   else. The walk itself follows the latched pages.
//! - **R2** As for a cursor: the leaf under the visitor is latched shared, and the next one is latched before this one
//!   is released (L2).
//!
//! InnoDB's counterpart: the rows that `row_search_mvcc` fetches ahead (`MYSQL_FETCH_CACHE_SIZE`) serve the same
//! purpose.

use crate::cursor::Cursor;
use crate::error::Error;
use innolab_base::PAGE_SIZE;
use innolab_page::{IndexPage, Origin, RecordRef};
use innolab_store::{Ahead, PageRead};
use std::ops::ControlFlow;

/// Number of records by which fetching is ahead of the walk.
const DISTANCE: usize = 8;
/// Bytes of a cache line.
const LINE: usize = 64;
/// Bytes before a record's origin that a visitor reads: header, NULL bits, some lengths.
const BEFORE: usize = 8;

impl Cursor<'_> {
    /// Passes the current record and all that follow it, each with its page, to `visit`, until `visit` breaks or fails:
    /// then the cursor is on the record shown last. At the end of the tree it is on none.
    /// LOCKS: as R2 says. ERRORS: those of `visit`; reading pages.
    pub fn walk<E: From<Error>>(
        &mut self,
        mut visit: impl FnMut(&IndexPage<'_>, RecordRef<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        while let Some(leaf) = &self.leaf {
            let (at, flow) = self.walk_leaf(leaf, &mut visit);
            self.at = at;
            if flow?.is_break() {
                return Ok(());
            }
            self.right_leaf()?;
        }
        Ok(())
    }

    /// Walks to the end of the leaf; returns the record at which it ended, and why.
    #[inline]
    fn walk_leaf<E>(
        &self,
        leaf: &PageRead<'_>,
        visit: &mut impl FnMut(&IndexPage<'_>, RecordRef<'_>) -> Result<ControlFlow<()>, E>,
    ) -> (Origin, Result<ControlFlow<()>, E>) {
        let page = self.tree.index_page(leaf);
        let mut fetcher = Fetcher::new(self, leaf, &page);
        let mut at = self.at;
        while at != Origin::SUPREMUM {
            fetcher.step();
            match visit(&page, page.record(at)) {
                Ok(ControlFlow::Continue(())) => at = page.next(at),
                end => return (at, end),
            }
        }
        (at, Ok(ControlFlow::Continue(())))
    }
}

/// Fetches the records that a walk will visit (R1).
struct Fetcher<'a> {
    here: Ahead<'a>,
    next: Option<Ahead<'a>>,
    /// The position of the record to be fetched, in this leaf or in the next one.
    rank: usize,
    in_next: bool,
    /// Average bytes of a record, at least a cache line.
    record_bytes: usize,
}

impl<'a> Fetcher<'a> {
    fn new(cursor: &'a Cursor<'_>, leaf: &'a PageRead<'_>, page: &IndexPage<'_>) -> Fetcher<'a> {
        let tree = cursor.tree;
        let next = page.next_page().some().and_then(|no| tree.store.ahead(&tree.space, no));
        let first = page.first() == cursor.at;
        let rank = if first { Some(0) } else { leaf.hints().guess_rank(cursor.at) };
        let record_bytes = (page.data_len() / page.n_recs().max(1)).clamp(LINE, 4 * LINE);
        let mut fetcher =
            Fetcher { here: leaf.ahead(), next, rank: rank.unwrap_or_default(), in_next: rank.is_none(), record_bytes };
        if !first {
            (0..DISTANCE).for_each(|_| fetcher.step());
        } else {
            fetcher.rank = DISTANCE;
        }
        fetcher
    }

    #[inline]
    fn step(&mut self) {
        let Some(origin) = self.origin() else { return };
        self.rank += 1;
        let page = if self.in_next { self.next } else { Some(self.here) };
        let Some(page) = page else { return };
        let mut at = usize::from(origin.0).saturating_sub(BEFORE);
        let end = (at + self.record_bytes).min(PAGE_SIZE);
        while at < end {
            page.fetch(at);
            at += LINE;
        }
    }

    #[inline]
    fn origin(&mut self) -> Option<Origin> {
        if !self.in_next {
            if let Some(origin) = self.here.hints().guess(self.rank) {
                return Some(origin);
            }
            (self.in_next, self.rank) = (true, 0);
        }
        let next = self.next?;
        if self.rank < DISTANCE { next.hints().guess(self.rank) } else { None }
    }
}
