//! What the condition leaves of each index: its ranges, the rows in them as the trees' paths tell, and their cost.
//!
//! ```text
//! index ab     a = 3 and b < 7     ranges [(3), (3,7))   dive: 40 rows   cost 48.3    fixed: (3)
//! index b      …   b < 7           ranges (NULL, 7)      dive: 700 rows  cost 840.1   fixed: –
//! ```
//!
//! RULES
//!
//! - **R1** Each range is counted by a dive to its two ends. A whole unique key is one row and needs none. Of
//!   [`MANY_VALUES`] single values or more none is counted: the mean number of rows of a value stands for each.
//! - **R2** Conditions on different columns are taken to be independent. The most selective index speaks first, and of
//!   each later one only the first key parts of which nothing was said before.
//!
//! InnoDB's counterpart: `TABLE::OPT_RANGE`, `check_quick_select`, `calculate_cond_selectivity_for_table`.

use super::cost::{RangeCount, TableSize, rows_per_value};
use super::ranges::{Ranges, key_columns, key_ranges};
use super::request::PlanRequest;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange, TableDef};
use crate::expr::Expr;
use std::ops::Bound;

/// From so many ranges of one value on, none is counted (R1).
#[doc(alias = "eq_range_index_dive_limit")]
const MANY_VALUES: usize = 200;

/// An OR of more alternatives is not searched for contradictions.
const MANY_ALTERNATIVES: usize = 8;

/// The ranges of an index, counted.
#[derive(Debug, Clone)]
pub(crate) struct IndexRanges {
    pub(crate) index: IndexNo,
    pub(crate) ranges: Vec<KeyRange>,
    /// Number of key parts that the ranges use.
    pub(crate) key_parts: usize,
    /// Estimated number of rows in them.
    pub(crate) rows: u64,
    /// Cost of reading and comparing these rows.
    pub(crate) cost: f64,
    /// True if the index covers the statement.
    pub(crate) covering: bool,
    /// The values of the first key parts that equalities fix: the key of a `ref`.
    pub(crate) fixed: Vec<Datum>,
}

impl PlanRequest<'_> {
    /// The ranges of each usable index on which the condition has some; `None`: the condition is never true.
    pub(crate) fn ranges(&self) -> Option<Vec<(IndexNo, Ranges)>> {
        let Some(condition) = self.condition else { return Some(Vec::new()) };
        let possible = self.without_ruled_out(condition);
        let condition = possible.as_ref().unwrap_or(condition);
        let unique = self.unique_columns();
        let mut found = Vec::new();
        for index in self.searched() {
            match key_ranges(self.table.def(), index, condition, &unique) {
                Some(ranges) if ranges.ranges.is_empty() => return None,
                Some(ranges) => found.push((index, ranges)),
                None => {}
            }
        }
        Some(found)
    }

    /// The indexes on which ranges are looked for. For a SELECT the condition must name the first column; for an UPDATE
    /// or DELETE a contradiction on a later one is found too.
    fn searched(&self) -> Vec<IndexNo> {
        if self.is_change() { self.usable().collect() } else { self.sargable() }
    }

    /// The condition without those alternatives of an OR that an index shows to contradict the other parts; `None`:
    /// there are none. What is left of an OR of several columns may so become a range.
    ///
    /// ```sql
    /// explain select * from t where a > 5 and (a = 3 or id = 7)     -- range PRIMARY
    /// ```
    #[doc(alias = "imerge_list_and_tree")]
    fn without_ruled_out(&self, condition: &Expr) -> Option<Expr> {
        let parts = condition.conjuncts();
        let at = parts.iter().position(|part| (2..=MANY_ALTERNATIVES).contains(&part.disjuncts().len()))?;
        let rest = parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| (*part).clone());
        let rest: Vec<Expr> = rest.collect();
        if rest.is_empty() {
            return None;
        }
        let is_ruled_out = |alternative: &&Expr| {
            let both = Expr::all_of(rest.iter().chain([*alternative]).cloned().collect());
            let of = |index: IndexNo| key_ranges(self.table.def(), index, both.as_ref()?, &[]);
            self.searched().into_iter().filter_map(of).any(|found| found.ranges.is_empty())
        };
        let (ruled_out, left): (Vec<&Expr>, Vec<&Expr>) = parts[at].disjuncts().into_iter().partition(is_ruled_out);
        if ruled_out.is_empty() || left.is_empty() {
            return None;
        }
        let left = Expr::any_of(left.into_iter().cloned().collect());
        Expr::all_of(rest.iter().cloned().chain(left).collect())
    }

    /// Counts the rows of an index's ranges, and what reading them costs (R1).
    #[doc(alias = "check_quick_select")]
    pub(crate) fn counted(&self, index: IndexNo, found: Ranges, size: TableSize) -> IndexRanges {
        let def = self.table.def();
        let Ranges { ranges, key_parts } = found;
        let covering = self.is_covered(index);
        let whole_keys = ranges.iter().filter(|range| is_whole_key(def, index, range)).count();
        let values = ranges.iter().filter(|range| range.low == range.high).count();
        let mean = (values >= MANY_VALUES).then(|| rows_per_value(self.table, index, key_parts, size.rows) as u64);
        let count = |range: &KeyRange| match mean {
            _ if is_whole_key(def, index, range) => 1,
            Some(mean) if range.low == range.high => mean,
            _ => self.table.index(index).estimate_range(range).max(1),
        };
        let rows = ranges.iter().map(count).sum::<u64>().min(size.rows);
        let counted = RangeCount { index, rows: rows as f64, ranges: ranges.len(), whole_keys };
        let cost = size.ranges_cost(def, &counted, covering);
        let fixed = self.fixed_key(index, &ranges);
        IndexRanges { index, ranges, key_parts, rows, cost, covering, fixed }
    }

    /// The values of an index's first key parts that equalities fix.
    ///
    /// A pair of inequalities does not, although its range is one value:
    ///
    /// ```sql
    /// explain select * from t where a = 5                 -- ref
    /// explain select * from t where a >= 5 and a <= 5     -- range
    /// ```
    fn fixed_key(&self, index: IndexNo, ranges: &[KeyRange]) -> Vec<Datum> {
        let columns = key_columns(self.table.def(), index);
        let conjuncts = self.conjuncts();
        let n_fixed = columns.iter().take_while(|c| conjuncts.iter().any(|part| part.fixes(**c))).count();
        let Some(Bound::Included(first) | Bound::Excluded(first)) = ranges.first().map(|range| &range.low) else {
            return Vec::new();
        };
        let begins = |range: &KeyRange, n: usize| {
            let of = |bound: &Bound<Vec<Datum>>| match bound {
                Bound::Included(key) | Bound::Excluded(key) => key.get(..n) == first.get(..n),
                Bound::Unbounded => false,
            };
            of(&range.low) && of(&range.high)
        };
        let mut n = n_fixed.min(first.len());
        while n > 0 && !ranges.iter().all(|range| begins(range, n)) {
            n -= 1;
        }
        first[..n].to_vec()
    }

    /// Estimated part of the table's rows for which the condition is true, from 0 to 1, as far as indexes tell of
    /// columns other than `known` (R2).
    #[doc(alias = "calculate_cond_selectivity_for_table")]
    pub(crate) fn selectivity(&self, known: &[usize], ranges: &[IndexRanges], size: TableSize) -> f64 {
        let mut known = known.to_vec();
        let mut by_rows: Vec<&IndexRanges> = ranges.iter().collect();
        by_rows.sort_by_key(|of| (of.rows, std::cmp::Reverse(of.key_parts)));
        let mut kept = 1.0;
        for of in by_rows {
            let columns = &key_columns(self.table.def(), of.index)[..of.key_parts];
            let new = columns.iter().take_while(|c| !known.contains(c)).count();
            if new == 0 {
                continue;
            }
            known.extend(&columns[..new]);
            kept *= (of.rows as f64 / size.rows as f64).min(1.0);
            if new < columns.len() {
                // The ranges are narrower than those of the key parts that count.
                let mean = |parts| rows_per_value(self.table, of.index, parts, size.rows);
                kept *= mean(new) / mean(new + 1);
            }
        }
        kept.min(1.0)
    }

    /// The columns of which a condition in one of these forms allows one value, as places in a row.
    pub(crate) fn columns_with(&self, form: fn(&Expr, usize) -> bool) -> Vec<usize> {
        let conjuncts = self.conjuncts();
        (0..self.table.def().columns.len()).filter(|c| conjuncts.iter().any(|part| form(part, *c))).collect()
    }
}

/// True if the range is one whole key of a unique index, none of its values NULL.
pub(crate) fn is_whole_key(def: &TableDef, index: IndexNo, range: &KeyRange) -> bool {
    let declared = def.index_columns(index).len();
    let is_key = |key: &Vec<Datum>| key.len() >= declared && !key.contains(&Datum::Null);
    range.low == range.high && is_unique(def, index) && matches!(&range.low, Bound::Included(key) if is_key(key))
}
