//! A way to the rows of one table: which index, which parts of it, in which direction, and what that is thought to cost.
//!
//! RULES
//!
//! - **R1** A range never leaves out a row for which the condition is true. It may hold others: the condition is
//!   checked again on each row.
//! - **R2** Ranges of one access are in key order and do not overlap, so that rows come in key order and once.
//!
//! InnoDB's counterpart: `QUICK_SELECT_I`, `POSITION`, `JOIN_TAB`.

use super::cost::{Size, compared};
use super::loose_scan::Loose;
use crate::engine::{IndexNo, KeyRange, TableDef};
use std::ops::Bound;

/// How a statement reads its table.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) index: IndexNo,
    pub(crate) kind: AccessKind,
    /// What is read, in key order (R2).
    pub(crate) ranges: Vec<KeyRange>,
    /// The rows come against the order of the index.
    pub(crate) reverse: bool,
    /// Columns of the index that ORDER BY needs, those with one value only included.
    pub(crate) ordered: usize,
    /// The index has all the columns that are wanted.
    pub(crate) covering: bool,
    /// Rows come as ORDER BY wants them.
    pub(crate) sorted: bool,
    /// Rows of a group come one after the other.
    pub(crate) grouped: bool,
    /// Columns of the index that the ranges speak of, and how many of them all ranges have equal to one value.
    pub(crate) columns: usize,
    pub(crate) equal: usize,
    /// About how many rows are read.
    pub(crate) rows: u64,
    /// What reading the rows costs, without comparing them.
    pub(crate) cost: f64,
    /// Of a hundred rows that are read, how many the condition is thought to keep.
    pub(crate) filtered: f64,
    /// Indexes of which the condition says something.
    pub(crate) possible: Vec<IndexNo>,
    /// Only each group's ends are read.
    pub(crate) loose: Option<Loose>,
}

/// The kinds of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessKind {
    /// The condition is never true.
    Nothing,
    /// A whole key of a unique index: at most one row, read before all else.
    Const,
    /// One value of an index's first columns.
    Ref,
    /// Parts of an index.
    Range,
    /// All of an index.
    Index,
    /// All rows.
    All,
}

impl Access {
    /// One that reads everything.
    pub(crate) fn all(size: Size) -> Access {
        Access {
            index: IndexNo::CLUSTERED,
            kind: AccessKind::All,
            ranges: vec![KeyRange::all()],
            reverse: false,
            ordered: 0,
            covering: false,
            sorted: false,
            grouped: false,
            columns: 0,
            equal: 0,
            rows: size.rows,
            cost: size.pages,
            filtered: 100.0,
            possible: Vec::new(),
            loose: None,
        }
    }

    pub(crate) fn is_clustered(&self) -> bool {
        self.index == IndexNo::CLUSTERED
    }

    /// One range of an index, up to whatever row is wanted.
    pub(crate) fn of_range(index: IndexNo, range: KeyRange, reverse: bool, covering: bool) -> Access {
        let (kind, ranges, ordered) = (AccessKind::Range, vec![range], usize::MAX);
        Access { index, kind, ranges, reverse, ordered, covering, ..Access::nothing() }
    }

    /// One that reads nothing.
    pub(crate) fn nothing() -> Access {
        let size = Size { rows: 0, pages: 0.0 };
        Access { kind: AccessKind::Nothing, ranges: Vec::new(), sorted: true, ..Access::all(size) }
    }

    /// Whether all of the table is read.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.kind, AccessKind::Index | AccessKind::All)
    }

    /// Its ranges in the order in which they are read, each with whether it is read backwards. Of several a value of
    /// the whole declared key is read forwards all the same, if ORDER BY asks for nothing behind it.
    pub(crate) fn in_order(&self, def: &TableDef) -> impl Iterator<Item = (&KeyRange, bool)> {
        let mut ranges: Vec<&KeyRange> = self.ranges.iter().collect();
        if self.reverse {
            ranges.reverse();
        }
        let columns = def.index_columns(self.index).len();
        let is_value = move |range: &KeyRange| {
            range.low == range.high && matches!(&range.low, Bound::Included(key) if key.len() >= columns)
        };
        let asks_behind = self.kind == AccessKind::Ref || self.ordered > columns;
        let backwards = move |range: &KeyRange| self.reverse && (asks_behind || !is_value(range));
        ranges.into_iter().map(move |range| (range, backwards(range)))
    }

    /// What reading its rows costs until one is compared.
    pub(crate) fn read_cost(&self, kept: f64) -> f64 {
        match self.kind {
            // Rows that the condition does not keep are compared at once.
            AccessKind::All | AccessKind::Index => self.cost + compared(self.rows as f64 - kept),
            AccessKind::Ref => self.cost - compared(self.rows as f64),
            _ => self.cost,
        }
    }

    /// The columns that are equal to one value in all ranges.
    pub(crate) fn equal_columns<'d>(&self, def: &'d TableDef) -> &'d [usize] {
        &def.index_columns(self.index)[..self.equal]
    }
}
