//! How a statement gets at its rows: which index, which parts of it, in which direction.
//!
//! ```text
//! WHERE a = 1 and b > 5        const   a whole unique key                    at most one row
//! index (a, b)                 ref     the first columns of an index equal   (1) (1)
//!                              range   intervals of keys                     ((1,5), (1)]
//!                              index   all of an index that has all columns
//!                              ALL     all rows
//! ```
//!
//! RULES
//!
//! - **R1** A range never leaves out a row for which the condition is true. It may hold others: the condition is checked again on each row.
//! - **R2** Ranges of one access are in key order and do not overlap, so that rows come in key order and once.
//! - **R3** The cheapest access is taken, by costs that are the server's as its optimizer trace shows them for tables of a page; of equal ones the first,
//!   the primary key before the others. What was forced by a hint costs less than reading everything.
//! - **R4** The same table and statement have the same plan: costs come from the tree itself, not from statistics that age.
//!
//! InnoDB's counterpart: `test_quick_select` in `sql/opt_range.cc`, `best_access_path` and `test_if_skip_sort_order` in `sql/sql_select.cc`. Left out: index
//! merge, loose index scan, histograms, the cost of pages beyond that of rows.

use crate::expr::Expr;
use crate::hint::Hints;
use crate::keys::{indexes, is_unique};
use crate::ranges::{Ranges, key_ranges};
use crate::select::OrderBy;
use innolab_engine::{ColumnDef, ColumnType, IndexNo, KeyRange, Table, TableDef};
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
    /// Columns of the index that the ranges speak of, and how many of them all ranges have equal to one value.
    pub(crate) columns: usize,
    pub(crate) equal: usize,
    /// About how many rows are read.
    pub(crate) rows: u64,
    /// Indexes of which the condition says something.
    pub(crate) possible: Vec<IndexNo>,
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

/// What a plan is made for.
pub(crate) struct Request<'a> {
    pub(crate) table: &'a Table,
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) hints: &'a Hints,
    /// Columns that are read; `None`: whole rows, as changing them needs.
    pub(crate) needed: Option<&'a [usize]>,
    pub(crate) order: &'a [OrderBy],
    /// Rows wanted in that order.
    pub(crate) limit: usize,
}

impl Access {
    fn all(table: &Table) -> Access {
        Access {
            index: IndexNo::CLUSTERED,
            kind: AccessKind::All,
            ranges: vec![KeyRange::all()],
            reverse: false,
            ordered: 0,
            covering: false,
            sorted: false,
            columns: 0,
            equal: 0,
            rows: table.estimate_rows(),
            possible: Vec::new(),
        }
    }

    pub(crate) fn is_clustered(&self) -> bool {
        self.index == IndexNo::CLUSTERED
    }

    /// Whether all of the table is read.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.kind, AccessKind::Index | AccessKind::All)
    }

    /// Its ranges in the order in which they are read, each with whether it is read backwards. Of several a value of the whole declared key is read forwards
    /// all the same, if ORDER BY asks for nothing behind it.
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

    /// The columns that are equal to one value in all ranges.
    pub(crate) fn equal_columns<'d>(&self, def: &'d TableDef) -> &'d [usize] {
        &def.index_columns(self.index)[..self.equal]
    }
}

/// The access to take (R3).
pub(crate) fn plan(request: &Request<'_>) -> Access {
    let Request { table, condition, .. } = *request;
    if condition.is_some_and(Expr::is_never_true) {
        return Access { kind: AccessKind::Nothing, ranges: Vec::new(), rows: 0, ..Access::all(table) };
    }
    let mut possible = Vec::new();
    let mut best: Option<(f64, Access)> = None;
    for index in request.usable() {
        let Some(ranges) = condition.and_then(|c| key_ranges(table.def(), index, c)) else { continue };
        if ranges.ranges.is_empty() {
            return Access { kind: AccessKind::Nothing, ranges: Vec::new(), rows: 0, ..Access::all(table) };
        }
        possible.push(index);
        let (cost, access) = request.ranged(index, ranges);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, access));
        }
    }
    let full = request.full();
    let mut access = match best {
        Some((cost, access)) if access.kind == AccessKind::Const || cost < full.0 => access,
        _ => full.1,
    };
    access.possible = possible;
    request.ordered(access)
}

impl Request<'_> {
    fn usable(&self) -> impl Iterator<Item = IndexNo> {
        indexes(self.table.def()).filter(|index| self.hints.allows(*index))
    }

    /// Whether the index has all columns that are wanted. The clustered one has, but that is not called covering.
    fn is_covered(&self, index: IndexNo) -> bool {
        index != IndexNo::CLUSTERED && self.needed.is_some_and(|columns| self.table.index(index).covers(columns))
    }

    /// The access by these ranges, and its cost.
    fn ranged(&self, index: IndexNo, found: Ranges) -> (f64, Access) {
        let Ranges { ranges, columns, equal } = found;
        let def = self.table.def();
        let all_equal = equal == columns;
        let is_whole = all_equal && columns == def.index_columns(index).len() && is_unique(def, index);
        let has_null = ranges.first().is_some_and(
            |range| matches!(&range.low, std::ops::Bound::Included(key) if key.contains(&innolab_engine::Datum::Null)),
        );
        let kind = match (all_equal, is_whole && !has_null) {
            (_, true) if ranges.len() == 1 => AccessKind::Const,
            (true, _) if ranges.len() == 1 => AccessKind::Ref,
            _ => AccessKind::Range,
        };
        let dive = |range: &KeyRange| self.table.index(index).estimate_range(range).max(1);
        let rows = if kind == AccessKind::Const { 1 } else { ranges.iter().map(dive).sum() };
        let covering = self.is_covered(index);
        let cost = match kind {
            AccessKind::Const => 0.0,
            _ => range_cost(index, rows as f64, ranges.len() as f64, covering),
        };
        (cost, Access { index, kind, ranges, covering, columns, equal, rows, ..Access::all(self.table) })
    }

    /// Reading everything, by the shortest index that has all that is wanted, and its cost.
    fn full(&self) -> (f64, Access) {
        let all = Access::all(self.table);
        let rows = all.rows as f64;
        let def = self.table.def();
        let covering = self.usable().filter(|index| self.is_covered(*index));
        // Of equal ones the first.
        let shortest = covering.min_by_key(|index| key_bytes(def, *index));
        let forced = if self.hints.forces() { f64::INFINITY } else { 0.0 };
        // A change that ends early is made to use an index if one will do.
        if self.needed.is_none() && (self.limit as u64) < all.rows {
            return (forced + rows + rows / ROWS_COMPARED + 1.0, all);
        }
        match shortest {
            Some(index) => (
                forced + rows / ROWS_COMPARED + INDEX_SCAN,
                Access { index, kind: AccessKind::Index, covering: true, ..all },
            ),
            None => (forced + rows / ROWS_COMPARED + TABLE_SCAN, all),
        }
    }

    /// The access with its direction and whether it spares the sort; or, where everything is read anyway, another index that does.
    fn ordered(&self, mut access: Access) -> Access {
        if self.order.is_empty() {
            access.sorted = true;
            return access;
        }
        let def = self.table.def();
        if access.kind == AccessKind::Const || access.kind == AccessKind::Nothing {
            access.sorted = true;
            return access;
        }
        let key = |index: IndexNo| self.table.index(index).key_columns().collect::<Vec<_>>();
        let equal = access.equal_columns(def);
        if let Some((reverse, ordered)) = key_order(self.order, &key(access.index), equal) {
            let (mut kind, mut rows) = (access.kind, access.rows);
            if kind == AccessKind::All {
                (kind, rows) = (AccessKind::Index, rows.min(self.limit as u64));
            }
            return Access { kind, rows, reverse, ordered, sorted: true, ..access };
        }
        if !access.is_full() {
            return access;
        }
        for index in self.usable() {
            let covering = self.is_covered(index);
            let worth = index == IndexNo::CLUSTERED
                || covering
                || self.hints.forces()
                || (self.limit as u64) < access.rows / ROWS_OF_A_PAGE;
            if let (true, Some((reverse, ordered))) = (worth, key_order(self.order, &key(index), &[])) {
                let rows = access.rows.min(self.limit as u64);
                let kind = AccessKind::Index;
                return Access { index, kind, covering, reverse, ordered, sorted: true, rows, ..access };
            }
        }
        access
    }
}

/// Whether rows come in this order from an index with this key, of which some columns have one value only: `Some((true, _))` backwards, `None` they do not; and
/// how many of the key's columns that takes.
pub(crate) fn key_order(by: &[OrderBy], key: &[usize], equal: &[usize]) -> Option<(bool, usize)> {
    let mut left = key.iter().copied().filter(|column| !equal.contains(column));
    let mut ordered = equal.len();
    let mut reverse = None;
    for part in by {
        let Expr::Column(column) = &part.by else { return None };
        if equal.contains(&column.index) {
            continue;
        }
        match left.next() {
            // Behind the whole key nothing is left to be sorted.
            None if !key.is_empty() => break,
            Some(next) if next == column.index && reverse.is_none_or(|r| r == part.descending) => {
                (reverse, ordered) = (Some(part.descending), ordered + 1);
            }
            _ => return None,
        }
    }
    Some((reverse.unwrap_or(false), ordered))
}

// -- costs (R3): in units of a page read ------------------------------------------------------------------------------------------------------

/// Rows that are compared at the cost of a page.
#[doc(alias = "TIME_FOR_COMPARE")]
const ROWS_COMPARED: f64 = 5.0;
/// What a scan of the table costs beside its rows.
const TABLE_SCAN: f64 = 3.0;
/// The same of an index that covers.
const INDEX_SCAN: f64 = 1.0;
/// An entry of a secondary index, and the beginning of a range.
const ENTRY: f64 = 0.0101;
const RANGE: f64 = 0.095;
/// A row of the clustered index found by a range of its own; a single range costs only its descent.
const POINT: f64 = 1.133;
const DESCENT: f64 = 0.149;
/// As many rows are taken to lie on a page.
const ROWS_OF_A_PAGE: u64 = 100;

fn range_cost(index: IndexNo, rows: f64, ranges: f64, covering: bool) -> f64 {
    let compared = rows / ROWS_COMPARED;
    if index == IndexNo::CLUSTERED {
        return compared + if ranges > 1.0 { POINT * ranges } else { DESCENT };
    }
    let entries = compared + RANGE * ranges + ENTRY * rows;
    if covering { entries } else { entries + rows + 0.01 }
}

/// Bytes of an index's declared columns as the server counts them.
#[doc(alias = "key_length")]
pub(crate) fn key_bytes(def: &TableDef, index: IndexNo) -> usize {
    columns_bytes(def.index_columns(index).iter().map(|&c| &def.columns[c]))
}

/// Bytes of columns in a key of the server's.
pub(crate) fn columns_bytes<'c>(columns: impl Iterator<Item = &'c ColumnDef>) -> usize {
    let bytes = |column: &ColumnDef| {
        let length = match column.ty {
            ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => 2,
            _ => 0,
        };
        column.ty.max_bytes() + length + usize::from(column.nullable)
    };
    columns.map(bytes).sum()
}
