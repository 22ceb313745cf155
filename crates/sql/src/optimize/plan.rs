//! The choice of an access path by cost: ranges of an index, or a full scan.
//!
//! RULES
//!
//! - **R1** The cheapest path is taken, by the server's costs (`cost`). Of equal ones the first is taken, the primary
//!   key before the other indexes. A range of an index that FORCE INDEX names is taken before a full scan, whatever it
//!   costs.
//! - **R2** The same table and statement have the same plan: estimates are made from the trees, no statistics are
//!   stored.
//! - **R3** If a LIMIT ends the read before all rows are read, a range of an index is taken before a full scan, unless
//!   it costs more than the full scan and a page for each row of the table.
//! - **R4** A condition that a whole unique key answers is `const`, and nothing else is considered.
//!
//! InnoDB's counterpart: `test_quick_select` in `sql/opt_range.cc`, `best_access_path` and `make_join_select` in
//! `sql/sql_select.cc`. Left out: index merge, rowid filters, histograms, the primary key's columns at the end of a
//! secondary index as parts of its ranges.

use super::access::{AccessKind, AccessPath};
use super::cost::{TableSize, key_bytes, ranges_cost};
use super::ranges::{Ranges, key_ranges};
use super::request::PlanRequest;
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange};
use crate::expr::Expr;
use std::ops::Bound;

/// The access path to take (R1).
pub(crate) fn plan(request: &PlanRequest<'_>) -> AccessPath {
    let PlanRequest { table, condition, .. } = *request;
    if condition.is_some_and(Expr::is_never_true) {
        return AccessPath::impossible();
    }
    let def = table.def();
    let is_sargable = |index: &IndexNo| condition.is_some_and(|c| c.is_sargable_on(def.index_columns(*index)[0]));
    let mut possible_keys: Vec<IndexNo> = Vec::new();
    let mut found = Vec::new();
    for index in request.usable() {
        let ranges = condition.and_then(|c| key_ranges(def, index, c));
        let is_possible = if request.lists_ranges_only() { ranges.is_some() } else { is_sargable(&index) };
        if is_possible {
            possible_keys.push(index);
        }
        match ranges {
            Some(ranges) if ranges.ranges.is_empty() => return AccessPath::impossible(),
            Some(ranges) => found.push((index, ranges)),
            None => {}
        }
    }
    // R4
    if let Some(at) = found.iter().position(|(index, ranges)| request.kind(*index, ranges) == AccessKind::Const) {
        let (index, ranges) = found.swap_remove(at);
        let path = request.range_path(index, ranges, TableSize { rows: 1, pages: 1.0 });
        return AccessPath { rows: 1, cost: 1.0, sorted: true, possible_keys, ..path };
    }
    let size = TableSize::of(table);
    let range_paths: Vec<AccessPath> =
        found.into_iter().map(|(index, ranges)| request.range_path(index, ranges, size)).collect();
    let path = request.cheapest(&range_paths, size);
    let path = AccessPath { filtered: request.filtered(&path, &range_paths, size), possible_keys, ..path };
    match request.loose_scan(&path, &range_paths, size) {
        Some(loose) => loose,
        None => request.with_order(path, &range_paths, size),
    }
}

impl PlanRequest<'_> {
    /// True if a possible key is one that has ranges, not one that the condition only mentions in a sargable form: the
    /// server plans an UPDATE or DELETE by its range optimizer alone.
    ///
    /// ```sql
    /// explain select * from t where s = 5          -- possible_keys s, type ALL
    /// explain delete from t where s = 5            -- possible_keys NULL
    /// ```
    fn lists_ranges_only(&self) -> bool {
        self.needed.is_none()
    }

    /// The kind of an access by these ranges: `const`, `ref` or `range`.
    fn kind(&self, index: IndexNo, found: &Ranges) -> AccessKind {
        let def = self.table.def();
        let columns = def.index_columns(index);
        if found.ranges.len() > 1 || self.n_fixed(index, found) < found.key_parts {
            return AccessKind::Range;
        }
        let has_null = matches!(&found.ranges[0].low, Bound::Included(key) if key.contains(&Datum::Null));
        let is_whole = found.key_parts == columns.len() && is_unique(def, index);
        if is_whole && !has_null { AccessKind::Const } else { AccessKind::Ref }
    }

    /// Number of an index's first key parts that equalities fix to one value.
    ///
    /// A pair of inequalities does not, although its range is one value:
    ///
    /// ```sql
    /// explain select * from t where a = 5                 -- ref
    /// explain select * from t where a >= 5 and a <= 5     -- range
    /// ```
    fn n_fixed(&self, index: IndexNo, found: &Ranges) -> usize {
        let columns = &self.table.def().index_columns(index)[..found.equal_parts];
        let conjuncts = self.condition.map_or(Vec::new(), Expr::conjuncts);
        columns.iter().take_while(|column| conjuncts.iter().any(|part| part.fixes(**column))).count()
    }

    /// The path by these ranges, with its rows estimated and its cost.
    fn range_path(&self, index: IndexNo, found: Ranges, size: TableSize) -> AccessPath {
        let (kind, equal_parts) = (self.kind(index, &found), self.n_fixed(index, &found));
        let Ranges { ranges, key_parts, .. } = found;
        let covering = self.is_covered(index);
        if kind == AccessKind::Const {
            return AccessPath { index, kind, ranges, covering, key_parts, equal_parts, ..AccessPath::all(size) };
        }
        let dive = |range: &KeyRange| self.table.index(index).estimate_range(range).max(1);
        let rows: u64 = ranges.iter().map(dive).sum();
        let cost = ranges_cost(self.table.def(), index, rows as f64, ranges.len() as f64, covering);
        AccessPath { index, kind, ranges, covering, key_parts, equal_parts, rows, cost, ..AccessPath::all(size) }
    }

    /// The cheapest of the paths by ranges and the full scan (R1, R3).
    fn cheapest(&self, range_paths: &[AccessPath], size: TableSize) -> AccessPath {
        let best = range_paths.iter().reduce(|best, next| if next.cost < best.cost { next } else { best });
        let (full_cost, full) = self.full_scan(size);
        let Some(best) = best else { return full };
        let kept = self.kept(&full, range_paths, size);
        let ends_early = (self.first_rows as f64) < kept && best.cost < size.rows as f64 + full_cost;
        match best.cost < full_cost || self.hints.forces() {
            true => best.clone(),
            // The range optimizer has found this path, so even a `ref` is called a range.
            false if ends_early => AccessPath { kind: AccessKind::Range, ..best.clone() },
            false => full,
        }
    }

    /// The cost of the full scan, comparing included, and its path: by the covering index with the shortest key, if
    /// any.
    fn full_scan(&self, size: TableSize) -> (f64, AccessPath) {
        let all = AccessPath::all(size);
        let def = self.table.def();
        let covering = self.usable().filter(|index| self.is_covered(*index));
        // Of equal keys the first.
        match covering.min_by_key(|index| key_bytes(def, *index)) {
            Some(index) => {
                let path = AccessPath { index, kind: AccessKind::Index, covering: true, ..all };
                (size.index_scan_cost(self.table, index), path)
            }
            None => (size.table_scan_cost(), all),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::optimize::scenario::{check, check_usual, explained, filled_usual};

    #[test]
    fn lists_ranges_only() {
        let mut session = filled_usual();
        let mut possible_keys = |sql: &str| explained(&mut session, sql)[4].clone();
        assert_eq!(possible_keys("select * from t where s = 5"), "s");
        assert_eq!(possible_keys("delete from t where s = 5"), "-");
    }

    #[test]
    fn n_fixed() {
        check_usual(&[
            ("select * from t where a = 5", "ref a"),
            ("select * from t where a >= 5 and a <= 5", "range a Using index condition"),
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
