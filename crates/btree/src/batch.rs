//! Batches: neighbouring records are inserted with one search and one mini-transaction.
//!
//! ```text
//! batch   5 │ 6 │ 7 │ 42 │ …         leaf  [ 1 │ 3 │ 9 │ 12 ]
//!         └ decided │                            ▲
//!             └──┴─ follow it in key order, are below 9, and fit: they join     42 begins another batch
//! ```
//!
//! RULES
//!
//! - **R1** The next records of the batch join the first one as long as their keys rise and stay below the record that
//!   follows in the leaf, and the leaf takes them without being reorganised. Behind the last record of the tree they
//!   are one write of the page and one entry of redo ([`IndexMut::append_batch`]).
//! - **R2** Behind the last record of any other leaf each record is inserted alone: at a leaf boundary only the
//!   parent's separator says which leaf owns a key.
//! - **R3** [`Decision::joins`] is called for each record, then [`Decision::before_change`], in key order, before the
//!   first byte changes.
//!
//! Measured: `docs/performance.md`. InnoDB's counterpart: none; it inserts row by row.

use crate::change::{Decision, Site};
use crate::room::takes_another;
use crate::tree::Tree;
use innolab_page::{IndexMut, IndexPage, Origin, Record, RecordBatch, RecordRef, index};
use innolab_store::{Held, Mtr};
use std::ops::Range;

impl Tree {
    /// Returns how many records of the batch join its first one (R1, R3).
    pub(crate) fn joining(&self, site: &Site<'_>, decision: &mut dyn Decision) -> usize {
        let after = match site.leaf.next(site.at) {
            Origin::SUPREMUM if site.leaf.next_page().is_null() => None,
            // R2
            Origin::SUPREMUM => return 0,
            origin => Some(site.leaf.record(origin)),
        };
        let Some((run, range)) = decision.batch() else { return 0 };
        let n = self.fitting(&site.leaf, run, range, after);
        (0..n).take_while(|_| decision.joins(site)).count()
    }

    /// Returns how many records behind the first one of the range follow it in key order, come before `after`, and fit.
    fn fitting(
        &self,
        leaf: &IndexPage<'_>,
        run: &RecordBatch,
        range: Range<usize>,
        after: Option<RecordRef<'_>>,
    ) -> usize {
        let mut len = run.len_of(range.start);
        let mut last = run.get(range.start, &self.layout);
        for next in range.start + 1..range.end {
            let (n, record) = (next - range.start, run.get(next, &self.layout));
            len += run.len_of(next);
            let rises = last.is_below(&record) && after.is_none_or(|after| record.is_below(&after));
            if !rises || !takes_another(leaf, n + 1, len) {
                return n - 1;
            }
            last = record;
        }
        range.len() - 1
    }

    /// Inserts the records of `range` into the gap behind `found`. REQUIRES: the leaf takes them
    /// ([`takes`](crate::room::takes), [`takes_another`]).
    pub(crate) fn put_run(
        &self,
        mtr: &mut Mtr<'_>,
        leaf: Held,
        found: index::Found,
        run: &mut RecordBatch,
        range: Range<usize>,
        stamp: u64,
    ) {
        let page_no = mtr.page_no(leaf);
        let mut door = mtr.page(leaf);
        let mut page = IndexMut::new(&mut door, &self.layout);
        let is_last = page.page().next(found.origin) == Origin::SUPREMUM;
        if !is_last || !page.append_batch(run, range.clone()) {
            let (mut prev, mut record) = (found.origin, Record::new());
            for i in range {
                record.copy(run.get(i, &self.layout));
                prev = self.put_after(&mut page, prev, &mut record, page_no);
            }
        }
        if self.has_stamps() && stamp > page.page().stamp() {
            page.set_stamp(stamp);
        }
    }
}
