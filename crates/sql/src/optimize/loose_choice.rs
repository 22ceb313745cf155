//! When a loose scan is taken: which index can answer DISTINCT, GROUP BY, MIN and MAX by the ends of its groups, and whether
//! that is cheaper than the access there is.
//!
//! RULES
//!
//! - **R1** It needs an index that has all columns. Its key begins with the group's columns; then may come some that
//!   the condition says equal constants; then the column of MIN and MAX, of which the condition says ranges only; and
//!   the condition says nothing else but of the group's columns, which is true of all of a group or of nothing of it.
//!
//! InnoDB's counterpart: `get_best_group_min_max` in `sql/opt_range.cc`.

use super::access::{Access, AccessKind};
use super::cost::{Size, rows_of_a_value};
use super::interval::intervals_of;
use super::loose_scan::{Extreme, Grouping, Loose};
use super::order::key_order;
use super::request::Request;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange};
use crate::expr::Expr;
use std::ops::Bound;

impl Request<'_> {
    /// The cheapest access by groups' ends, if that is better than the access there is.
    #[doc(alias = "get_best_group_min_max")]
    pub(crate) fn loose(&self, access: &Access, ranged: &[Access], size: Size) -> Option<Access> {
        let grouping = self.grouping?;
        let mut best: Option<Access> = None;
        for index in self.usable() {
            let Some(found) = self.loose_by(index, grouping, ranged, size) else { continue };
            if best.as_ref().is_none_or(|best| found.cost < best.cost) {
                best = Some(found);
            }
        }
        let price = match access.kind {
            AccessKind::All => size.table_scan(),
            AccessKind::Index => size.index_scan(self.table, access.index),
            _ => access.cost,
        };
        let mut best = best.filter(|best| best.cost < price)?;
        best.possible = access.possible.clone();
        if best.possible.is_empty() && self.first_rows != usize::MAX {
            // Having a LIMIT the server looks for ranges once more, and calls what it finds possible.
            best.possible.push(best.index);
        }
        Some(best)
    }

    /// R1
    fn loose_by(&self, index: IndexNo, grouping: &Grouping, ranged: &[Access], size: Size) -> Option<Access> {
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
        // A unique key has a group a row; and the server counts no values by one.
        let is_single = is_unique(def, index) && (grouping.counts || def.index_columns(index).len() <= group);
        if !covers || !begins || is_single {
            return None;
        }
        let loose = self.rest_of(&key, group, grouping.extreme)?;
        let by_prefix = ranged.iter().find(|ranged| ranged.index == index && ranged.columns > 0);
        let (ranges, selectivity) = match by_prefix {
            Some(ranged) => (of_group(&ranged.ranges, group), ranged.rows as f64 / size.rows as f64),
            None => (vec![KeyRange::all()], 1.0),
        };
        let of_a_group = rows_of_a_value(self.table, index, group, size.rows);
        let groups = ((size.rows as f64 / of_a_group).floor() + 1.0) * selectivity.min(1.0);
        let groups = groups.round().max(1.0);
        let cost = size.groups(def, index, groups);
        let columns = group + loose.infix.len() + usize::from(loose.reads_extreme(def));
        Some(Access {
            index,
            kind: AccessKind::Range,
            ranges,
            covering: index != IndexNo::CLUSTERED,
            // As far as the groups go.
            sorted: key_order(self.order, first, &[]).is_some_and(|(reverse, _)| !reverse) && self.order.len() <= group,
            columns,
            rows: groups as u64,
            cost,
            loose: Some(loose),
            ..Access::all(size)
        })
    }

    /// What lies behind the group's columns.
    fn rest_of(&self, key: &[usize], group: usize, extreme: Option<Extreme>) -> Option<Loose> {
        let def = self.table.def();
        let parts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        let is_of_group = |part: &&Expr| part.columns().iter().all(|c| key[..group].contains(c));
        let (_, mut parts): (Vec<&Expr>, Vec<&Expr>) = parts.into_iter().partition(is_of_group);
        let end = match extreme {
            Some(extreme) => group + key[group..].iter().position(|c| *c == extreme.column)?,
            None => key.len(),
        };
        let mut infix = Vec::new();
        for column in &key[group..end] {
            let (of, others): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().copied().partition(|part| part.columns().contains(column));
            match (of.as_slice(), extreme) {
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
        if let (Some(extreme), true) = (extreme, is_bounded) {
            parts.iter().all(|part| part.bounds(extreme.column)).then_some(())?;
            let bound = Expr::all_of(&parts)?;
            let of_column = intervals_of(&bound, extreme.column, &def.columns[extreme.column])?;
            intervals = of_column.iter().map(|interval| interval.behind(&[])).collect();
            parts.clear();
        }
        parts.is_empty().then_some(Loose { group, infix, extreme, intervals, is_bounded })
    }
}

/// Ranges cut to the group's columns; those that are then the same, or overlap, become one.
fn of_group(ranges: &[KeyRange], group: usize) -> Vec<KeyRange> {
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
