//! The result of planning: an access path to the rows of one table.
//!
//! RULES
//!
//! - **R1** The ranges never leave out a row for which the condition is true. They may hold other rows: the condition
//!   is checked again on each row.
//! - **R2** The ranges of one path are in key order and do not overlap, so that rows come in key order, each once.
//!
//! InnoDB's counterpart: `QUICK_SELECT_I`, `POSITION`, `JOIN_TAB`.

use super::cost::{TableSize, compare_cost};
use super::loose_scan::LooseScan;
use crate::engine::{IndexNo, KeyRange, TableDef};
use std::ops::Bound;

/// How a statement reads its table.
#[derive(Debug, Clone)]
pub(crate) struct AccessPath {
    /// The index that is read: EXPLAIN's `key`.
    pub(crate) index: IndexNo,
    /// EXPLAIN's `type`.
    pub(crate) kind: AccessKind,
    /// The ranges of the index that are read, in key order (R2).
    pub(crate) ranges: Vec<KeyRange>,
    /// True if the index is read from its end to its beginning.
    pub(crate) reverse: bool,
    /// Number of key parts that ORDER BY needs, including those that equal one value.
    pub(crate) order_parts: usize,
    /// True if the index covers the statement (`Using index`). Never set for the clustered index.
    pub(crate) covering: bool,
    /// True if rows come in the order that is needed: there is no sort (`Using filesort`).
    pub(crate) sorted: bool,
    /// True if the rows of a group come one after the other: there is no temporary table.
    pub(crate) grouped: bool,
    /// Number of key parts that the ranges use: EXPLAIN's `key_len` is their bytes.
    #[doc(alias = "used_key_parts")]
    pub(crate) key_parts: usize,
    /// Number of first key parts that equal one value in all ranges.
    pub(crate) equal_parts: usize,
    /// Estimated number of rows that are read: EXPLAIN's `rows`.
    pub(crate) rows: u64,
    /// Cost of reading these rows, in pages. That of ranges includes comparing the rows, that of a full scan does not.
    #[doc(alias = "read_time")]
    pub(crate) cost: f64,
    /// Estimated percentage of the rows read for which the condition is true: EXPLAIN EXTENDED's `filtered`.
    pub(crate) filtered: f64,
    /// Indexes that the condition makes possible: EXPLAIN's `possible_keys`.
    pub(crate) possible_keys: Vec<IndexNo>,
    /// Set if only the first and last entries of each group are read (`Using index for group-by`).
    pub(crate) loose: Option<LooseScan>,
}

/// The kinds of access; [`super`] has a table of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessKind {
    /// The condition is never true: nothing is read.
    Impossible,
    /// A whole key of a unique index: one row at most, which the server reads before it plans the rest.
    Const,
    /// One value of an index's first key parts.
    Ref,
    /// Intervals of an index.
    Range,
    /// All of an index.
    Index,
    /// All rows.
    All,
}

impl AccessPath {
    /// The path that reads all rows.
    pub(crate) fn all(size: TableSize) -> AccessPath {
        AccessPath {
            index: IndexNo::CLUSTERED,
            kind: AccessKind::All,
            ranges: vec![KeyRange::all()],
            reverse: false,
            order_parts: 0,
            covering: false,
            sorted: false,
            grouped: false,
            key_parts: 0,
            equal_parts: 0,
            rows: size.rows,
            cost: size.pages,
            filtered: 100.0,
            possible_keys: Vec::new(),
            loose: None,
        }
    }

    /// The path that reads nothing.
    pub(crate) fn impossible() -> AccessPath {
        let size = TableSize { rows: 0, pages: 0.0 };
        AccessPath { kind: AccessKind::Impossible, ranges: Vec::new(), sorted: true, ..AccessPath::all(size) }
    }

    /// The path that reads one range of an index in order, for a caller that stops at the row it looks for.
    pub(crate) fn of_range(index: IndexNo, range: KeyRange, reverse: bool, covering: bool) -> AccessPath {
        let (kind, ranges, order_parts) = (AccessKind::Range, vec![range], usize::MAX);
        AccessPath { index, kind, ranges, reverse, order_parts, covering, ..AccessPath::impossible() }
    }

    /// True if it reads the clustered index: its entries are the rows.
    pub(crate) fn is_clustered(&self) -> bool {
        self.index == IndexNo::CLUSTERED
    }

    /// True if all entries of the index are read.
    pub(crate) fn is_full_scan(&self) -> bool {
        matches!(self.kind, AccessKind::Index | AccessKind::All)
    }

    /// Its ranges in the order in which they are read, each with true if it is read backwards.
    ///
    /// A path that reads backwards reads its ranges from the last to the first. But a range that is one value of the
    /// whole declared key is itself read forwards, unless ORDER BY needs columns behind that key.
    pub(crate) fn in_order(&self, def: &TableDef) -> impl Iterator<Item = (&KeyRange, bool)> {
        let mut ranges: Vec<&KeyRange> = self.ranges.iter().collect();
        if self.reverse {
            ranges.reverse();
        }
        let declared = def.index_columns(self.index).len();
        let is_one_value = move |range: &KeyRange| {
            range.low == range.high && matches!(&range.low, Bound::Included(key) if key.len() >= declared)
        };
        let orders_behind = self.kind == AccessKind::Ref || self.order_parts > declared;
        let backwards = move |range: &KeyRange| self.reverse && (orders_behind || !is_one_value(range));
        ranges.into_iter().map(move |range| (range, backwards(range)))
    }

    /// The cost below which another index that spares the sort is better, in pages; `kept`: rows that the condition
    /// keeps. The server adds to a full scan the cost of comparing the rows that the condition drops, and subtracts
    /// from a `ref` the cost of comparing its rows.
    pub(crate) fn cost_to_beat(&self, kept: f64) -> f64 {
        match self.kind {
            AccessKind::All | AccessKind::Index => self.cost + compare_cost(self.rows as f64 - kept),
            AccessKind::Ref => self.cost - compare_cost(self.rows as f64),
            _ => self.cost,
        }
    }

    /// The columns that equal one value in all ranges, as places in a row.
    pub(crate) fn equal_columns<'d>(&self, def: &'d TableDef) -> &'d [usize] {
        &def.index_columns(self.index)[..self.equal_parts]
    }
}
