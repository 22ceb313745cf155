//! Splices: records of a page that replace others, by position.
//!
//! ```text
//! page     a  b  c  d  e           splice { at: 2, remove: 1, insert: [x, y] }
//! after    a  b  x  y  d  e        positions after the splice: x is 2, d is 4
//! ```
//!
//! Positions of a page that is cut are those after the splice; each side gets its share of the old records
//! ([`Splice::kept_in`]) and of the new ones ([`Splice::inserted_in`]).

use innolab_base::PageNo;
use innolab_page::{Record, RecordBatch, RecordRef};
use innolab_store::Held;
use std::ops::Range;

/// Behind the first `at` records of a page, `remove` records are replaced by those of `insert`.
#[derive(Default, Clone)]
pub(super) struct Splice {
    pub(super) at: usize,
    pub(super) remove: usize,
    pub(super) insert: Vec<Entry>,
}

/// A record to be inserted. `child`: for a node pointer, the page that it points to; its number is filled in when the
/// plan is applied, since the page may not be allocated yet.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) record: Record,
    pub(super) child: Option<PageRef>,
}

/// A page of a plan: one that is latched, or the i-th of those that will be allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageRef {
    Held(Held),
    New(usize),
}

impl Splice {
    /// Returns the part of the splice that falls within `range`, as a splice of a page that has only the old records of
    /// that range.
    pub(super) fn inserted_in(&self, range: &Range<usize>) -> Splice {
        let here = self.at.max(range.start)..(self.at + self.insert.len()).min(range.end);
        match here.is_empty() {
            true => Splice::default(),
            false => Splice {
                at: here.start - range.start,
                remove: 0,
                insert: self.insert[here.start - self.at..here.end - self.at].to_vec(),
            },
        }
    }

    /// Returns the old records that fall within `range`. `old`: all records of the page before the splice.
    pub(super) fn kept_in(&self, old: &RecordBatch, range: &Range<usize>) -> RecordBatch {
        let (start, end) = (self.at, self.at + self.insert.len());
        let before = |i: usize| if i < start { i } else { i - self.insert.len() + self.remove };
        let mut run = RecordBatch::default();
        for part in [range.start..range.end.min(start), range.start.max(end)..range.end] {
            if !part.is_empty() {
                run.push_range(old, before(part.start)..before(part.start) + part.len());
            }
        }
        run
    }
}

/// Returns a node pointer with the key of `record`.
pub(crate) fn node_pointer(record: RecordRef<'_>, child: PageNo) -> Record {
    let mut node = Record::new();
    if node.node_of(record, child).is_err() {
        unreachable!("the layout's keys fit in node pointers: the tree was opened with them");
    }
    node
}

impl Entry {
    /// A node pointer with the key of `record` to a page of the plan.
    pub(super) fn node_pointer(record: RecordRef<'_>, child: PageRef) -> Entry {
        Entry { record: node_pointer(record, PageNo::NULL), child: Some(child) }
    }
}
