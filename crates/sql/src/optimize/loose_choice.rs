//! The choice of a loose index scan: which index can answer DISTINCT, GROUP BY, MIN and MAX by the first and last
//! entries of its groups, and whether that is cheaper than the path found so far.
//!
//! RULES
//!
//! - **R1** The index has all columns. Its key begins with the group's columns. Then may come key parts that the
//!   condition fixes to constants (the infix), then the column of MIN and MAX, which the condition may restrict to
//!   intervals. Any other part of the condition is on the group's columns only, so that it is true for all of a group
//!   or for none of it.
//! - **R2** It is taken if it costs less than the path found so far. With the same cost the other path stays.
//!
//! InnoDB's counterpart: `get_best_group_min_max` in `sql/opt_range.cc`.

use super::access::{Access, AccessPath, Estimate, RangeRead, ReadOrder};
use super::cost::{TableSize, compare_cost, rows_per_value};
use super::estimate::IndexRanges;
use super::interval::intervals_of;
use super::loose_scan::{Grouping, LooseScan, MinMaxColumn};
use super::order::key_order;
use super::request::PlanRequest;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange};
use crate::expr::Expr;
use std::ops::Bound;

impl PlanRequest<'_> {
    /// The cheapest loose index scan, if it is cheaper than `path` (R2).
    #[doc(alias = "get_best_group_min_max")]
    pub(crate) fn loose_scan(&self, path: &AccessPath, ranges: &[IndexRanges], size: TableSize) -> Option<AccessPath> {
        let grouping = self.grouping?;
        let mut best: Option<AccessPath> = None;
        for index in self.usable() {
            let Some(found) = self.loose_scan_of(index, grouping, ranges, size) else { continue };
            if best.as_ref().is_none_or(|best| found.estimate.cost < best.estimate.cost) {
                best = Some(found);
            }
        }
        let by_range = |index: IndexNo| ranges.iter().find(|of| of.index == index).map_or(f64::INFINITY, |of| of.cost);
        let compared = compare_cost(path.estimate.rows as f64);
        let price = match path.access {
            Access::All => size.table_scan_cost(),
            Access::Index(index) => size.index_scan_cost(self.table.def(), index),
            Access::Range(_) => by_range(path.index()),
            _ => path.estimate.cost + compared,
        };
        let mut best = best.filter(|best| best.estimate.cost < price)?;
        best.possible_keys = path.possible_keys.clone();
        if best.possible_keys.is_empty() && self.lists_loose_scan() {
            best.possible_keys.push(best.index());
        }
        Some(best)
    }

    /// True if EXPLAIN lists the index of a loose index scan among the possible keys although the condition makes none
    /// possible: with a LIMIT the server runs its range optimizer a second time, and lists what that finds.
    ///
    /// ```sql
    /// -- t (id int primary key, a int, b int, key ab (a, b)), ten values of a in a thousand rows
    /// explain select distinct a from t             -- possible_keys NULL
    /// explain select distinct a from t limit 3     -- possible_keys ab
    /// ```
    fn lists_loose_scan(&self) -> bool {
        self.first_rows != usize::MAX
    }

    /// The loose scan of an index with its estimated number of groups and cost, if the index allows one (R1).
    fn loose_scan_of(
        &self,
        index: IndexNo,
        grouping: &Grouping,
        ranges: &[IndexRanges],
        size: TableSize,
    ) -> Option<AccessPath> {
        let def = self.table.def();
        let key: Vec<usize> = self.table.index(index).key_columns().collect();
        let needed = self.needed?;
        let covers = self.is_covered(index) || index == IndexNo::CLUSTERED && needed.iter().all(|c| key.contains(c));
        let group = grouping.columns.len();
        let first = key.get(..group)?;
        let begins = match grouping.in_order {
            true => first == grouping.columns,
            false => first.iter().all(|c| grouping.columns.contains(c)),
        };
        // A group of a unique key is one row. The server never counts distinct values by a unique key.
        let is_single = is_unique(def, index) && (grouping.counts || def.index_columns(index).len() <= group);
        if !covers || !begins || is_single {
            return None;
        }
        let loose = self.within_group(&key, group, grouping.min_max)?;
        let by_prefix = ranges.iter().find(|of| of.index == index && of.key_parts > 0);
        let (ranges, selectivity) = match by_prefix {
            Some(of) => (cut_to_group(&of.ranges, group), of.rows as f64 / size.rows as f64),
            None => (vec![KeyRange::all()], 1.0),
        };
        let group_rows = rows_per_value(self.table, index, group, size.rows);
        let groups = ((size.rows as f64 / group_rows).floor() + 1.0) * selectivity.min(1.0);
        let groups = groups.round().max(1.0);
        let cost = size.loose_scan_cost(def, index, groups);
        let key_parts = group + loose.infix.len() + usize::from(loose.searches_min_max(def));
        // Groups come in order; the rows that are read of one group do not.
        let sorted = key_order(self.order, first, &[]).is_some_and(|order| !order.reverse) && self.order.len() <= group;
        let estimate = Estimate { rows: groups as u64, filtered: 100.0, cost };
        let path = AccessPath::new(Access::Loose(RangeRead { index, ranges, key_parts }, loose), estimate);
        let order = ReadOrder { sorted, ..ReadOrder::default() };
        Some(AccessPath { covering: index != IndexNo::CLUSTERED, order, ..path })
    }

    /// The part of each group that a loose scan reads; `None`: the condition does not allow one (R1).
    fn within_group(&self, key: &[usize], group: usize, min_max: Option<MinMaxColumn>) -> Option<LooseScan> {
        let def = self.table.def();
        let parts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        let is_of_group = |part: &&Expr| part.columns().iter().all(|c| key[..group].contains(c));
        let (_, mut parts): (Vec<&Expr>, Vec<&Expr>) = parts.into_iter().partition(is_of_group);
        let end = match min_max {
            Some(min_max) => group + key[group..].iter().position(|c| *c == min_max.column)?,
            None => key.len(),
        };
        let mut infix = Vec::new();
        for column in &key[group..end] {
            let (of, others): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().copied().partition(|part| part.columns().contains(column));
            match (of.as_slice(), min_max) {
                ([], None) => break,
                ([one], _) if one.fixes(*column) => {
                    let intervals = intervals_of(one, *column, &def.columns[*column])?;
                    let [only] = intervals.as_slice() else { return None };
                    infix.push(only.point()?.clone());
                }
                _ => return None,
            }
            parts = others;
        }
        let mut intervals = vec![KeyRange::all()];
        let is_bounded = !parts.is_empty();
        if let (Some(min_max), true) = (min_max, is_bounded) {
            parts.iter().all(|part| part.bounds(min_max.column)).then_some(())?;
            let bound = Expr::all_of(parts.iter().copied().cloned().collect())?;
            let of_column = intervals_of(&bound, min_max.column, &def.columns[min_max.column])?;
            intervals = of_column.iter().map(|interval| interval.key_range(&[])).collect();
            parts.clear();
        }
        parts.is_empty().then_some(LooseScan { group, infix, min_max, intervals, is_bounded })
    }
}

/// Returns the ranges with each bound cut to the group's columns, neighbours that become equal made one.
fn cut_to_group(ranges: &[KeyRange], group: usize) -> Vec<KeyRange> {
    let cut = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) | Bound::Excluded(key) if key.len() > group => Bound::Included(key[..group].to_vec()),
        other => other.clone(),
    };
    let mut out: Vec<KeyRange> = Vec::new();
    for range in ranges {
        let range = KeyRange { low: cut(&range.low), high: cut(&range.high) };
        if out.last() != Some(&range) {
            out.push(range);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::optimize::scenario::{explained, filled};

    #[test]
    fn lists_loose_scan() {
        let table = "create table t (id int primary key, a int, b int, key ab (a, b))";
        let mut session = filled(table, |n| format!("{n}, {}, {n}", n % 10));
        for (sql, possible_keys) in [("select distinct a from t", "-"), ("select distinct a from t limit 3", "ab")] {
            let cells = explained(&mut session, sql);
            assert_eq!(cells[4], possible_keys, "explain {sql}: possible_keys");
            assert!(cells[9].contains("Using index for group-by"), "explain {sql}: Extra {}", cells[9]);
        }
    }
}
