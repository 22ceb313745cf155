//! The result of planning: an access path to the rows of one table.
//!
//! ```text
//! AccessPath
//!   access     which entries of which index are read        Ref: index ab, key (1)
//!   covering   the entries are all that is needed
//!   order      the direction, and what it spares            backwards, nothing to sort
//!   estimate   rows, percentage kept, cost                  for EXPLAIN, and for the choice among paths
//! ```
//!
//! RULES
//!
//! - **R1** An access never leaves out a row for which the condition is true. It may read other rows: the condition is
//!   checked again on each row.
//! - **R2** The ranges of one access are in key order and do not overlap, so that rows come in key order, each once.
//!
//! A [`Lookup`] holds constants. That of a table in a join will take its values from the row of another table; nothing
//! else of a path depends on where they come from.
//!
//! InnoDB's counterpart: `QUICK_SELECT_I`, `POSITION`, `JOIN_TAB`.

use super::loose_scan::LooseScan;
use super::ranges::key_columns;
use crate::engine::{Datum, IndexNo, KeyRange, TableDef};
use std::ops::Bound;

/// How a statement reads its table.
#[derive(Debug, Clone)]
pub(crate) struct AccessPath {
    /// The entries that are read.
    pub(crate) access: Access,
    /// True if the index covers the statement (`Using index`). Never set for the clustered index.
    pub(crate) covering: bool,
    /// The order in which rows come.
    pub(crate) order: ReadOrder,
    /// What it is estimated to cost.
    pub(crate) estimate: Estimate,
    /// What the path was before another index was taken for its order: `Select_range` and `Select_scan` count that.
    pub(crate) counted_as: Scanned,
    /// Indexes that the condition makes possible: EXPLAIN's `possible_keys`.
    pub(crate) possible_keys: Vec<IndexNo>,
}

/// The kinds of access, each with what is read by it: EXPLAIN's `type`. [`super`] has a table of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Access {
    /// Nothing: the condition is never true.
    Impossible,
    /// The row with a whole key of a unique index, if there is one. The server reads it before it plans the rest.
    Const(Lookup),
    /// The entries that begin with a key.
    Ref(Lookup),
    /// Intervals of an index.
    Range(RangeRead),
    /// The first and last entries of groups (`Using index for group-by`).
    Loose(RangeRead, LooseScan),
    /// All of an index.
    Index(IndexNo),
    /// All rows.
    All,
}

/// The two kinds of access that SHOW STATUS counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Scanned {
    /// Neither: a search by one key, or nothing.
    #[default]
    No,
    /// Ranges, or a loose scan.
    Ranges,
    /// A whole table or index.
    All,
}

/// The values of an index's first key parts, none of them an interval.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lookup {
    pub(crate) index: IndexNo,
    pub(crate) key: Vec<Datum>,
}

/// Ranges of an index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RangeRead {
    pub(crate) index: IndexNo,
    /// In key order (R2).
    pub(crate) ranges: Vec<KeyRange>,
    /// Number of key parts that the ranges use: EXPLAIN's `key_len` is their bytes.
    #[doc(alias = "used_key_parts")]
    pub(crate) key_parts: usize,
}

/// The order in which the rows of a path come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadOrder {
    /// True if the index is read from its end to its beginning.
    pub(crate) reverse: bool,
    /// Number of key parts that ORDER BY needs, including those that equal one value.
    pub(crate) parts: usize,
    /// True if the index was taken for the sake of the order, instead of another one.
    pub(crate) moved: bool,
    /// True if an order is needed: ORDER BY or GROUP BY names more than constants.
    pub(crate) wanted: bool,
    /// True if rows come in the order that is needed: there is no sort (`Using filesort`).
    pub(crate) sorted: bool,
    /// True if the rows of a group come one after the other: there is no temporary table.
    pub(crate) grouped: bool,
}

/// What a path is estimated to read, and its price.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    /// Number of rows that are read: EXPLAIN's `rows`.
    pub(crate) rows: u64,
    /// Percentage of the rows read for which the condition is true: EXPLAIN EXTENDED's `filtered`.
    pub(crate) filtered: f64,
    /// The price that another path has to beat if it brings the rows in order: the cost of reading the rows, in pages,
    /// and of comparing with the condition those that it drops.
    #[doc(alias = "read_time")]
    pub(crate) cost: f64,
}

impl Estimate {
    /// That of a path which reads one row at most.
    pub(crate) const ONE_ROW: Estimate = Estimate { rows: 1, filtered: 100.0, cost: 1.0 };
}

impl Access {
    /// The index that is read: EXPLAIN's `key`.
    pub(crate) fn index(&self) -> IndexNo {
        match self {
            Access::Const(lookup) | Access::Ref(lookup) => lookup.index,
            Access::Range(read) | Access::Loose(read, _) => read.index,
            Access::Index(index) => *index,
            Access::All | Access::Impossible => IndexNo::CLUSTERED,
        }
    }

    /// Number of key parts that it uses; `None`: it is no search by a key.
    pub(crate) fn key_parts(&self) -> Option<usize> {
        match self {
            Access::Const(lookup) | Access::Ref(lookup) => Some(lookup.key.len()),
            Access::Range(read) | Access::Loose(read, _) => Some(read.key_parts),
            Access::Index(_) | Access::All | Access::Impossible => None,
        }
    }

    /// Number of key parts that it steps through: those that it uses, without those whose values are only appended to
    /// the ends of intervals of an earlier part (`ranges` R3). `None`: as for [`Access::key_parts`].
    pub(crate) fn stepped_parts(&self) -> Option<usize> {
        let (Access::Range(read) | Access::Loose(read, _)) = self else { return self.key_parts() };
        read.ranges.iter().map(stepped_parts).max()
    }

    /// True if all entries of the index are read.
    pub(crate) fn is_full_scan(&self) -> bool {
        matches!(self, Access::Index(_) | Access::All)
    }

    /// As what it is counted.
    pub(crate) fn scanned(&self) -> Scanned {
        match self {
            Access::Range(_) | Access::Loose(..) => Scanned::Ranges,
            Access::Index(_) | Access::All => Scanned::All,
            Access::Const(_) | Access::Ref(_) | Access::Impossible => Scanned::No,
        }
    }

    /// The loose index scan, if it is one.
    pub(crate) fn loose(&self) -> Option<&LooseScan> {
        if let Access::Loose(_, loose) = self { Some(loose) } else { None }
    }
}

/// Number of key parts of a range: those that are one value, and the one that is an interval.
fn stepped_parts(range: &KeyRange) -> usize {
    let (low, high) = (bound_values(&range.low), bound_values(&range.high));
    let one_value = low.iter().zip(high).take_while(|(low, high)| low == high).count();
    if range.low == range.high { one_value } else { one_value + 1 }
}

/// The values of a bound.
fn bound_values(bound: &Bound<Vec<Datum>>) -> &[Datum] {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => key,
        Bound::Unbounded => &[],
    }
}

impl AccessPath {
    /// A path that has no order yet and reads whole rows.
    pub(crate) fn new(access: Access, estimate: Estimate) -> AccessPath {
        let counted_as = access.scanned();
        let (order, possible_keys) = (ReadOrder::default(), Vec::new());
        AccessPath { access, covering: false, order, estimate, counted_as, possible_keys }
    }

    /// The path at another price.
    pub(crate) fn at_cost(self, cost: f64) -> AccessPath {
        AccessPath { estimate: Estimate { cost, ..self.estimate }, ..self }
    }

    /// The path that reads nothing.
    pub(crate) fn impossible() -> AccessPath {
        let nothing = Estimate { rows: 0, filtered: 100.0, cost: 0.0 };
        AccessPath { order: ReadOrder::SORTED, ..AccessPath::new(Access::Impossible, nothing) }
    }

    /// The path that reads some of an index in order, for a caller that stops at the row it looks for.
    pub(crate) fn until_found(access: Access, reverse: bool, covering: bool) -> AccessPath {
        let order = ReadOrder { reverse, parts: usize::MAX, ..ReadOrder::SORTED };
        AccessPath { covering, order, ..AccessPath::new(access, Estimate::ONE_ROW) }
    }

    /// The path with all of the clustered index instead of all of another one.
    pub(crate) fn of_table(self) -> AccessPath {
        match self.access {
            Access::Index(_) => AccessPath { access: Access::All, covering: false, ..self },
            _ => self,
        }
    }

    /// The index that is read.
    pub(crate) fn index(&self) -> IndexNo {
        self.access.index()
    }

    /// True if it reads the clustered index: its entries are the rows.
    pub(crate) fn is_clustered(&self) -> bool {
        self.index() == IndexNo::CLUSTERED
    }

    /// Its ranges in the order in which they are read, each with true if it is read backwards.
    ///
    /// A path that reads backwards reads its ranges from the last to the first. But a range that is one value of the
    /// whole declared key is itself read forwards, unless ORDER BY needs columns behind that key.
    pub(crate) fn in_order(&self, def: &TableDef) -> Vec<(KeyRange, bool)> {
        let reverse = self.order.reverse;
        let read = match &self.access {
            Access::Impossible => return Vec::new(),
            Access::Const(lookup) | Access::Ref(lookup) => return vec![(KeyRange::equal(lookup.key.clone()), reverse)],
            Access::Index(_) | Access::All => return vec![(KeyRange::all(), reverse)],
            Access::Range(read) | Access::Loose(read, _) => read,
        };
        let declared = def.index_columns(read.index).len();
        let is_one_value = |range: &KeyRange| {
            range.low == range.high && matches!(&range.low, Bound::Included(key) if key.len() >= declared)
        };
        let backwards = |range: &KeyRange| reverse && (self.order.parts > declared || !is_one_value(range));
        let mut ranges: Vec<_> = read.ranges.iter().map(|range| (range.clone(), backwards(range))).collect();
        if reverse {
            ranges.reverse();
        }
        ranges
    }

    /// The columns that a `ref` fixes to one value, as places in a row.
    pub(crate) fn ref_columns(&self, def: &TableDef) -> Vec<usize> {
        match &self.access {
            Access::Ref(lookup) => key_columns(def, lookup.index).into_iter().take(lookup.key.len()).collect(),
            _ => Vec::new(),
        }
    }
}

impl ReadOrder {
    /// No order is needed, or one row comes.
    pub(crate) const SORTED: ReadOrder =
        ReadOrder { reverse: false, parts: 0, moved: false, wanted: false, sorted: true, grouped: false };
}
