//! The choice of an access path by cost: a whole unique key, a `ref`, ranges of an index, or a full scan.
//!
//! ```text
//! SELECT          a whole unique key? ─► const, and nothing else is considered
//!                 cheapest range ─┐
//!                 cheapest ref ───┼─► the cheaper ─► a ref whose index has a longer range becomes that range
//!                 full scan ──────┘   a full scan that a LIMIT ends early becomes a range, if there is one
//! UPDATE, DELETE  cheapest range, or the full scan
//! ```
//!
//! RULES
//!
//! - **R1** The cheapest path is taken, by the server's costs (`cost`). Of equal ones the first is taken, the primary
//!   key before the other indexes. A range of an index that FORCE INDEX names is taken before a full scan, whatever it
//!   costs.
//! - **R2** The same table and statement have the same plan: estimates are made from the trees, no statistics are
//!   stored.
//! - **R3** If a LIMIT ends the read before all rows are read, a range of an index is taken before a full scan, unless
//!   it costs more than a page for each row of the table.
//!
//! InnoDB's counterpart: `test_quick_select` in `sql/opt_range.cc`, `best_access_path` and `make_join_select` in
//! `sql/sql_select.cc`. Left out: index merge, rowid filters, histograms.

use super::access::{Access, AccessPath, Estimate, Lookup, RangeRead, ReadOrder};
use super::cost::{TableSize, compare_cost, key_bytes, rows_per_value};
use super::estimate::{IndexRanges, is_whole_key};
use super::interval::{Interval, intervals_of_comparison};
use super::request::PlanRequest;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo};
use crate::expr::Expr;
use std::ops::Bound;

/// The access path to take (R1).
pub(crate) fn plan(request: &PlanRequest<'_>) -> AccessPath {
    if request.condition.is_some_and(Expr::is_never_true) {
        return AccessPath::impossible();
    }
    if let Some(path) = request.one_row() {
        return path;
    }
    let Some(found) = request.ranges() else { return AccessPath::impossible() };
    let possible_keys = match request.is_change() {
        true => found.iter().map(|(index, _)| *index).collect(),
        false => request.sargable(),
    };
    if let ([(index, only)], true) = (found.as_slice(), request.is_change())
        && let [range] = only.ranges.as_slice()
        && let (true, Bound::Included(key)) = (is_whole_key(request.table.def(), *index, range), &range.low)
    {
        let path = request.const_path(*index, key.clone());
        let wanted = !request.wanted_order().is_empty();
        return AccessPath { possible_keys, order: ReadOrder { wanted, ..path.order }, ..path };
    }
    let size = TableSize::of(request.table);
    let ranges: Vec<IndexRanges> =
        found.into_iter().map(|(index, ranges)| request.counted(index, ranges, size)).collect();
    let kept = (size.rows as f64 * request.selectivity(&[], &ranges, size)).max(1.0);
    let path = AccessPath { possible_keys, ..request.cheapest(&ranges, kept, size) };
    match request.loose_scan(&path, &ranges, size) {
        Some(loose) => loose,
        None => AccessPath { counted_as: path.counted_as, ..request.with_order(path, &ranges, size) },
    }
}

/// A `ref` with its price.
pub(crate) struct CountedRef {
    pub(crate) rows: u64,
    /// Without the comparing of its rows.
    pub(crate) cost: f64,
}

impl PlanRequest<'_> {
    /// The path to the row of a whole unique key, if the condition fixes one; the one of nothing, if it fixes a column
    /// of it to two values. `None`: neither, or the statement changes rows.
    ///
    /// An UPDATE or DELETE chooses by cost also then, and may lock by another index:
    ///
    /// ```sql
    /// explain select * from t where id = 3 and a = 3      -- const PRIMARY
    /// explain delete from t where id = 3 and a = 3        -- range a, of its last columns (a, id)
    /// ```
    fn one_row(&self) -> Option<AccessPath> {
        let condition = self.condition.filter(|_| !self.is_change())?;
        let def = self.table.def();
        let conjuncts = condition.conjuncts();
        for index in self.usable().filter(|index| is_unique(def, *index)) {
            let mut key = Vec::new();
            for column in def.index_columns(index) {
                let fixing = conjuncts.iter().filter(|part| part.fixes(*column));
                let intervals = fixing.filter_map(|part| intervals_of_comparison(part, *column, &def.columns[*column]));
                let mut values: Vec<Option<Datum>> =
                    intervals.map(|of| of.first().and_then(Interval::point).cloned()).collect();
                values.dedup();
                match values.as_slice() {
                    [Some(value)] if *value != Datum::Null => key.push(value.clone()),
                    [] | [Some(_)] => break,
                    _ => return Some(AccessPath::impossible()),
                }
            }
            if key.len() == def.index_columns(index).len() {
                return Some(AccessPath { possible_keys: self.sargable(), ..self.const_path(index, key) });
            }
        }
        None
    }

    fn const_path(&self, index: IndexNo, key: Vec<Datum>) -> AccessPath {
        let path = AccessPath::new(Access::Const(Lookup { index, key }), Estimate::ONE_ROW);
        AccessPath { covering: self.is_covered(index), order: ReadOrder::SORTED, ..path }
    }

    /// The indexes whose first column the condition names in a form that an index can answer: the possible keys of a
    /// SELECT. Those of an UPDATE or DELETE are the indexes that have ranges.
    ///
    /// ```sql
    /// explain select * from t where s = 5          -- possible_keys s, type ALL
    /// explain delete from t where s = 5            -- possible_keys NULL
    /// ```
    pub(crate) fn sargable(&self) -> Vec<IndexNo> {
        let def = self.table.def();
        let is_sargable =
            |index: &IndexNo| self.condition.is_some_and(|c| c.is_sargable_on(def.index_columns(*index)[0]));
        self.usable().filter(is_sargable).collect()
    }

    /// The cheapest path, without regard to the order (R1). `kept`: estimated number of rows for which the condition is
    /// true.
    fn cheapest(&self, ranges: &[IndexRanges], kept: f64, size: TableSize) -> AccessPath {
        let early = if self.is_change() || self.order.is_empty() { self.first_rows } else { usize::MAX };
        let range = self.cheapest_range(ranges, early, size);
        let best_ref = if self.is_change() { None } else { self.cheapest_ref(ranges, size) };
        match (range, best_ref) {
            (range, Some((of, counted))) if self.is_ref_cheaper(of, &counted, range, size) => {
                let path = self.ref_path(of, counted, ranges, size);
                match range.filter(|range| range.index == of.index && range.key_parts > of.fixed.len()) {
                    Some(range) => self.range_path(range, ranges, size).at_cost(path.estimate.cost),
                    None => path,
                }
            }
            (Some(range), _) => {
                let dropped = compare_cost(range.rows as f64 - kept);
                self.range_path(range, ranges, size).at_cost(range.cost + dropped)
            }
            (None, _) => {
                let path = self.full_scan(kept, size);
                let ends_early = !self.is_change() && (self.first_rows as f64) < kept;
                match self.cheapest_range(ranges, self.first_rows, size).filter(|_| ends_early) {
                    Some(range) => self.range_path(range, ranges, size).at_cost(path.estimate.cost),
                    None => path,
                }
            }
        }
    }

    /// The cheapest of these ranges that costs less than a full scan; `limit`: number of rows that are needed (R3).
    #[doc(alias = "test_quick_select")]
    fn cheapest_range<'r>(&self, ranges: &'r [IndexRanges], limit: usize, size: TableSize) -> Option<&'r IndexRanges> {
        let def = self.table.def();
        let rows = size.rows as f64;
        let mut price = size.table_scan_cost();
        if (limit as f64) < rows {
            price = price.max(rows + compare_cost(rows) + 1.0);
        }
        if let Some(index) = self.shortest_covering() {
            price = price.min(size.index_scan_cost(def, index));
        }
        if self.hints.forces() {
            price = f64::INFINITY;
        }
        let best = ranges.iter().reduce(|best, next| if next.cost < best.cost { next } else { best });
        best.filter(|best| best.cost < price)
    }

    /// The cheapest `ref`, and its price.
    #[doc(alias = "best_access_path")]
    fn cheapest_ref<'r>(&self, ranges: &'r [IndexRanges], size: TableSize) -> Option<(&'r IndexRanges, CountedRef)> {
        let mut best: Option<(&IndexRanges, CountedRef)> = None;
        for of in ranges.iter().filter(|of| !of.fixed.is_empty()) {
            let counted = self.counted_ref(of, size);
            let compared = compare_cost(counted.rows as f64);
            let price = best.as_ref().map_or(f64::INFINITY, |(_, best)| best.cost + compare_cost(best.rows as f64));
            if counted.cost + 0.0001 < price - compared {
                best = Some((of, counted));
            }
        }
        best
    }

    /// The rows of the `ref` by an index's fixed key parts: those of its range, if that is the same entries; else the
    /// mean of a value, but no fewer than a narrower range has.
    pub(crate) fn counted_ref(&self, of: &IndexRanges, size: TableSize) -> CountedRef {
        let parts = of.fixed.len();
        if of.ranges.len() == 1 && of.key_parts == parts {
            return CountedRef { rows: of.rows, cost: TableSize::counted_ref_cost(of.cost, of.rows as f64) };
        }
        let mean = rows_per_value(self.table, of.index, parts, size.rows);
        let rows = if of.key_parts > parts { mean.max(of.rows as f64) } else { mean };
        let cost = size.mean_ref_cost(self.table.def(), of.index, rows, of.covering);
        CountedRef { rows: rows as u64, cost }
    }

    /// True if the `ref` is cheaper than the cheapest range, or than the full scan if there is none.
    ///
    /// The range of the same index is not considered if it uses no more key parts. Without a range the full scan is not
    /// considered if an index covers the statement.
    fn is_ref_cheaper(
        &self,
        of: &IndexRanges,
        counted: &CountedRef,
        range: Option<&IndexRanges>,
        size: TableSize,
    ) -> bool {
        let price = counted.cost + compare_cost(counted.rows as f64);
        match range {
            Some(range) => {
                let is_same = range.index == of.index && of.fixed.len() >= range.key_parts;
                let is_better = counted.rows < range.rows && counted.cost <= range.cost;
                is_same || is_better || price <= range.cost + compare_cost(range.rows as f64)
            }
            None => {
                let is_better = counted.rows < size.rows && counted.cost <= size.pages;
                is_better
                    || self.shortest_covering().is_some()
                    || self.hints.forces()
                    || price <= size.pages + compare_cost(size.rows as f64)
            }
        }
    }

    /// The path by an index's ranges.
    pub(crate) fn range_path(&self, of: &IndexRanges, ranges: &[IndexRanges], size: TableSize) -> AccessPath {
        let IndexRanges { index, key_parts, rows, cost, covering, .. } = *of;
        if let (true, [range]) = (self.is_change(), of.ranges.as_slice())
            && let (true, Bound::Included(key)) = (is_whole_key(self.table.def(), index, range), &range.low)
        {
            return self.const_path(index, key.clone());
        }
        let access = Access::Range(RangeRead { index, ranges: of.ranges.clone(), key_parts });
        let estimate = Estimate { rows, filtered: self.filtered(index, key_parts, ranges, size), cost };
        AccessPath { covering, ..AccessPath::new(access, estimate) }
    }

    /// The path by an index's fixed key parts.
    pub(crate) fn ref_path(
        &self,
        of: &IndexRanges,
        counted: CountedRef,
        ranges: &[IndexRanges],
        size: TableSize,
    ) -> AccessPath {
        let access = Access::Ref(Lookup { index: of.index, key: of.fixed.clone() });
        let filtered = self.filtered(of.index, of.fixed.len(), ranges, size);
        let estimate = Estimate { rows: counted.rows, filtered, cost: counted.cost };
        AccessPath { covering: of.covering, ..AccessPath::new(access, estimate) }
    }

    /// Estimated percentage of the rows by an index's first key parts that the rest of the condition keeps.
    fn filtered(&self, index: IndexNo, key_parts: usize, ranges: &[IndexRanges], size: TableSize) -> f64 {
        let key: Vec<usize> = self.table.index(index).key_columns().take(key_parts).collect();
        self.selectivity(&key, ranges, size) * 100.0
    }

    /// The full scan: by the covering index with the shortest key, if any.
    fn full_scan(&self, kept: f64, size: TableSize) -> AccessPath {
        let (access, covering) = match self.shortest_covering() {
            Some(index) => (Access::Index(index), true),
            None => (Access::All, false),
        };
        let filtered = (kept / size.rows as f64).min(1.0) * 100.0;
        // What UPDATE and DELETE compare is not counted.
        let dropped = if self.is_change() { 0.0 } else { compare_cost(size.rows as f64 - kept) };
        let estimate = Estimate { rows: size.rows, filtered, cost: size.pages + dropped };
        AccessPath { covering, ..AccessPath::new(access, estimate) }
    }

    /// The covering index with the shortest key, of equal ones the first.
    #[doc(alias = "find_shortest_key")]
    pub(crate) fn shortest_covering(&self) -> Option<IndexNo> {
        let covering = self.usable().filter(|index| self.is_covered(*index));
        covering.min_by_key(|index| key_bytes(self.table.def(), *index))
    }
}

#[cfg(test)]
mod tests {
    use crate::optimize::scenario::{check, check_usual, explained, filled_usual};

    #[test]
    fn sargable() {
        let mut session = filled_usual();
        let mut possible_keys = |sql: &str| explained(&mut session, sql)[4].clone();
        assert_eq!(possible_keys("select * from t where s = 5"), "s");
        assert_eq!(possible_keys("delete from t where s = 5"), "-");
    }

    #[test]
    fn one_row() {
        let mut session = filled_usual();
        let mut plan = |sql: &str| explained(&mut session, sql)[3..7].join(" ");
        assert_eq!(plan("select * from t where id = 3 and a = 3"), "const PRIMARY,a PRIMARY 4");
        assert_eq!(plan("delete from t where id = 3 and a = 3"), "range PRIMARY,a a 9");
    }

    #[test]
    fn fixed_key() {
        check_usual(&[
            ("select * from t where a = 5", "ref a"),
            ("select * from t where a >= 5 and a <= 5", "range a Using index condition"),
        ]);
    }

    #[test]
    fn without_ruled_out() {
        check_usual(&[
            ("select * from t where a > 5 and (a = 3 or id = 7)", "range PRIMARY Using where"),
            ("select * from t where b > 5 and (b = 3 or s = 'x1')", "ALL - Using where"),
        ]);
    }

    #[test]
    fn excludes_one_row() {
        check_usual(&[
            ("select * from t where id <> 3 limit 2", "ALL - Using where"),
            ("select * from t where a <> 3 limit 2", "range a Using index condition"),
        ]);
    }

    #[test]
    fn cheapest() {
        check_usual(&[
            ("select * from t where a > 2", "ALL - Using where"),
            ("select * from t where a > 2 limit 5", "range a Using index condition"),
            ("select * from t force index (a) where a > 2", "range a Using index condition"),
        ]);
        check(
            "create table t (id int primary key, a int not null unique)",
            |n| format!("{n}, {n}"),
            &[("select * from t where a = 5 and id > 3", "const a Using index")],
        );
    }
}
