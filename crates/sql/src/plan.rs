//! How a statement gets at its rows: which index, which parts of it, in which direction.
//!
//! ```text
//! WHERE a = 1 and b > 5        const   a whole unique key                    at most one row
//! index (a, b)                 ref     the first columns of an index equal   (1) (1)
//!                              range   intervals of keys                     ((1,5), (1)]; or each group's ends (`loose`)
//!                              index   all of an index that has all columns
//!                              ALL     all rows
//! ```
//!
//! RULES
//!
//! - **R1** A range never leaves out a row for which the condition is true. It may hold others: the condition is
//!   checked again on each row.
//! - **R2** Ranges of one access are in key order and do not overlap, so that rows come in key order and once.
//! - **R3** The cheapest access is taken, by costs that are the server's (`cost`); of equal ones the first, the primary
//!   key before the others. What was forced by a hint costs less than reading everything.
//! - **R4** The same table and statement have the same plan: costs come from the tree itself, not from statistics that age.
//! - **R5** If a LIMIT ends before all rows are read, parts of an index are better than all of the table, whatever the costs say.
//!
//! InnoDB's counterpart: `test_quick_select` in `sql/opt_range.cc`, `best_access_path` and `make_join_select` in
//! `sql/sql_select.cc`. Left out: index merge, rowid filters, histograms, the primary key's columns at the end of a
//! secondary key as parts of its ranges.

use crate::cost::{Size, compared, of_ranges};
use crate::expr::Expr;
use crate::hint::Hints;
use crate::keys::{indexes, is_unique};
use crate::loose::{Grouping, Loose};
use crate::ranges::{Ranges, key_ranges};
use crate::select::OrderBy;
use innolab_engine::{Datum, IndexNo, KeyRange, Table, TableDef};
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

/// What a plan is made for.
pub(crate) struct Request<'a> {
    pub(crate) table: &'a Table,
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) hints: &'a Hints,
    /// Columns that are read; `None`: whole rows, as changing them needs.
    pub(crate) needed: Option<&'a [usize]>,
    /// The order in which rows are wanted, and how badly.
    pub(crate) order: &'a [OrderBy],
    pub(crate) wish: Wish,
    /// Rows wanted in that order.
    pub(crate) limit: usize,
    /// Rows wanted in whatever order (R5).
    pub(crate) first_rows: usize,
    /// What rows are put together to, if each group's ends say all about it.
    pub(crate) grouping: Option<&'a Grouping>,
}

/// Why rows are wanted in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// ORDER BY: else they are sorted.
    Sorted,
    /// GROUP BY and DISTINCT: else there is a temporary table, so an index will do at almost any price.
    Grouped,
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
    fn nothing() -> Access {
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

/// The access to take (R3).
pub(crate) fn plan(request: &Request<'_>) -> Access {
    let Request { table, condition, .. } = *request;
    if condition.is_some_and(Expr::is_never_true) {
        return Access::nothing();
    }
    let def = table.def();
    let speaks_of = |index: &IndexNo| condition.is_some_and(|c| c.speaks_of(def.index_columns(*index)[0]));
    let mut possible: Vec<IndexNo> = Vec::new();
    let mut found = Vec::new();
    for index in request.usable() {
        let ranges = condition.and_then(|c| key_ranges(def, index, c));
        // An UPDATE or DELETE looks for ranges only.
        if if request.needed.is_some() { speaks_of(&index) } else { ranges.is_some() } {
            possible.push(index);
        }
        match ranges {
            Some(ranges) if ranges.ranges.is_empty() => return Access::nothing(),
            Some(ranges) => found.push((index, ranges)),
            None => {}
        }
    }
    if let Some(at) = found.iter().position(|(index, ranges)| request.kind(*index, ranges) == AccessKind::Const) {
        let (index, ranges) = found.swap_remove(at);
        let access = request.ranged(index, ranges, Size { rows: 1, pages: 1.0 });
        return Access { rows: 1, cost: 1.0, sorted: true, possible, ..access };
    }
    let size = Size::of(table);
    let ranged: Vec<Access> = found.into_iter().map(|(index, ranges)| request.ranged(index, ranges, size)).collect();
    let access = request.cheapest(&ranged, size);
    let access = Access { filtered: request.filtered(&access, &ranged, size), possible, ..access };
    match request.loose(&access, &ranged, size) {
        Some(loose) => loose,
        None => request.ordered(access, &ranged, size),
    }
}

impl Request<'_> {
    pub(crate) fn usable(&self) -> impl Iterator<Item = IndexNo> {
        indexes(self.table.def()).filter(|index| self.hints.allows(*index))
    }

    /// Whether the index has all columns that are wanted. The clustered one has, but that is not called covering.
    pub(crate) fn is_covered(&self, index: IndexNo) -> bool {
        index != IndexNo::CLUSTERED && self.needed.is_some_and(|columns| self.table.index(index).covers(columns))
    }

    fn kind(&self, index: IndexNo, found: &Ranges) -> AccessKind {
        let def = self.table.def();
        let columns = def.index_columns(index);
        if found.ranges.len() > 1 || self.n_fixed(index, found) < found.columns {
            return AccessKind::Range;
        }
        let has_null = matches!(&found.ranges[0].low, Bound::Included(key) if key.contains(&Datum::Null));
        let is_whole = found.columns == columns.len() && is_unique(def, index);
        if is_whole && !has_null { AccessKind::Const } else { AccessKind::Ref }
    }

    /// How many of an index's first columns equalities give one value. `c >= 5 and c <= 5` does not: it is a range, of
    /// whatever length.
    fn n_fixed(&self, index: IndexNo, found: &Ranges) -> usize {
        let columns = &self.table.def().index_columns(index)[..found.equal];
        let conjuncts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        columns.iter().take_while(|column| conjuncts.iter().any(|part| part.fixes(**column))).count()
    }

    /// The access by these ranges.
    fn ranged(&self, index: IndexNo, found: Ranges, size: Size) -> Access {
        let (kind, equal) = (self.kind(index, &found), self.n_fixed(index, &found));
        let Ranges { ranges, columns, .. } = found;
        let covering = self.is_covered(index);
        if kind == AccessKind::Const {
            return Access { index, kind, ranges, covering, columns, equal, ..Access::all(size) };
        }
        let dive = |range: &KeyRange| self.table.index(index).estimate_range(range).max(1);
        let rows: u64 = ranges.iter().map(dive).sum();
        let cost = of_ranges(self.table.def(), index, rows as f64, ranges.len() as f64, covering);
        Access { index, kind, ranges, covering, columns, equal, rows, cost, ..Access::all(size) }
    }

    /// The cheapest of the ranges and of reading everything.
    fn cheapest(&self, ranged: &[Access], size: Size) -> Access {
        let best = ranged.iter().reduce(|best, next| if next.cost < best.cost { next } else { best });
        let (cost, all) = self.full(size);
        let Some(best) = best else { return all };
        let kept = self.kept(&all, ranged, size);
        // R5
        let ends_early = (self.first_rows as f64) < kept && best.cost < size.rows as f64 + cost;
        let forced = self.hints.forces();
        match best.cost < cost || forced {
            true => best.clone(),
            false if ends_early => Access { kind: AccessKind::Range, ..best.clone() },
            false => all,
        }
    }

    /// Reading everything, by the shortest index that has all that is wanted, and its cost with the comparing.
    fn full(&self, size: Size) -> (f64, Access) {
        let all = Access::all(size);
        let def = self.table.def();
        let covering = self.usable().filter(|index| self.is_covered(*index));
        // Of equal ones the first.
        match covering.min_by_key(|index| crate::cost::key_bytes(def, *index)) {
            Some(index) => {
                (size.index_scan(self.table, index), Access { index, kind: AccessKind::Index, covering: true, ..all })
            }
            None => (size.table_scan(), all),
        }
    }

    /// How many rows of the access are thought to be wanted.
    pub(crate) fn kept(&self, access: &Access, ranged: &[Access], size: Size) -> f64 {
        (access.rows as f64 * self.filtered(access, ranged, size) / 100.0).max(1.0)
    }

    /// Of a hundred rows of the access, how many the condition keeps, as far as indexes with other columns tell.
    #[doc(alias = "calculate_cond_selectivity_for_table")]
    fn filtered(&self, access: &Access, ranged: &[Access], size: Size) -> f64 {
        let def = self.table.def();
        let used = |access: &Access| def.index_columns(access.index)[..access.columns].to_vec();
        let mut known = used(access);
        let mut kept = 1.0;
        for other in ranged.iter().filter(|other| other.kind != AccessKind::Const) {
            let columns = used(other);
            if columns.iter().any(|c| known.contains(c)) {
                continue;
            }
            known.extend(columns);
            kept *= (other.rows as f64 / size.rows as f64).min(1.0);
        }
        kept * 100.0
    }
}
