//! The choice of an index for its order: rows come as ORDER BY or GROUP BY needs them, and nothing is sorted.
//!
//! ```text
//! ORDER BY b, index (a, b)      a = 1                  (1,1) (1,3) (1,8)     a has one value: b is in order
//! ORDER BY a DESC, b DESC       the whole index, backwards
//! ORDER BY d LIMIT 5            index (d)              five entries and their rows cost less than all rows and a sort
//! ```
//!
//! RULES
//!
//! - **R1** A path by a key whose own index has the order is kept. If that index lacks a column of the order, the path
//!   moves to the shortest index that begins with the same key parts and has the order, with all ranges of that index.
//! - **R2** Otherwise a covering index, or one forced by a hint, replaces a full scan. With LIMIT, or for groups, any
//!   index that costs less does. The rows that a LIMIT returns are assumed to lie evenly among the others: if the
//!   condition keeps one row in ten, ten times LIMIT rows are read.
//! - **R3** Of several such indexes the one with the fewest rows is taken, and a covering one before the others.
//! - **R4** Of a range of an index that was taken for its order no condition is pushed to the index.
//! - **R5** UPDATE and DELETE sort what a range returns out of order, and without LIMIT also a full scan.
//!
//! InnoDB's counterpart: `test_if_skip_sort_order`, `test_if_cheaper_ordering` in `sql/sql_select.cc`,
//! `get_index_for_order` in `sql/sql_update.cc`.

use super::access::{Access, AccessPath, Estimate, ReadOrder};
use super::cost::{TableSize, key_bytes, rows_per_value};
use super::estimate::IndexRanges;
use super::request::{OrderNeed, PlanRequest};
use super::sargable::is_text;
use crate::catalog::is_unique;
use crate::engine::IndexNo;
use crate::expr::Expr;
use crate::query::OrderBy;

/// How the entries of an index come in an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyOrder {
    /// True if the entries come in the order when the index is read backwards.
    pub(crate) reverse: bool,
    /// Number of key parts that the order needs, including those that equal one value.
    pub(crate) parts: usize,
}

/// The order that is left to be made, and the columns that have one value.
pub(crate) struct WantedOrder {
    /// The parts that are no constants.
    by: Vec<OrderBy>,
    /// The columns that the condition fixes, as places in a row: key parts that the order may skip.
    fixed: Vec<usize>,
}

/// An index whose entries come in the order.
struct Candidate {
    index: IndexNo,
    order: KeyOrder,
    /// True if it is a secondary index that covers the statement.
    covering: bool,
    /// Number of declared columns of its key.
    key_parts: usize,
    /// Estimated number of its entries for which the condition on its columns is true.
    rows: u64,
    /// Number of rows that are read until the LIMIT.
    to_limit: f64,
    /// Cost of reading these rows, in pages.
    cost: f64,
}

impl Candidate {
    /// True if its entries have all needed columns. Those of the clustered index, the rows, always do.
    fn has_all_columns(&self) -> bool {
        self.covering || self.index == IndexNo::CLUSTERED
    }
}

impl PlanRequest<'_> {
    /// Returns the path with its direction, and `sorted` set if it has the order; or the path by another index that has
    /// the order and is better (R1, R2, R5).
    pub(crate) fn with_order(&self, path: AccessPath, ranges: &[IndexRanges], size: TableSize) -> AccessPath {
        let wanted = self.wanted_order();
        if wanted.is_empty() || matches!(path.access, Access::Const(_)) {
            let order = ReadOrder { wanted: !wanted.is_empty(), ..ReadOrder::SORTED };
            return AccessPath { order, ..path };
        }
        if !path.access.is_full_scan() {
            if let Some(ordered) = self.with_own_order(&path, &wanted, ranges, size) {
                return ordered;
            }
            if self.is_change() {
                return path;
            }
            return self.by_other_index(path, &wanted, ranges, size);
        }
        if self.is_change() && self.limit == usize::MAX {
            return path;
        }
        self.by_other_index(path, &wanted, ranges, size)
    }

    /// ORDER BY without what the condition fixes. A text column stays in it, because texts that compare as equal need
    /// not be the same; in GROUP BY it does not.
    ///
    /// ```sql
    /// explain select * from t where a = 1 order by a       -- no filesort
    /// explain select * from t where s = 'x' order by s     -- Using filesort
    /// explain select * from t where a is null order by a   -- Using filesort
    /// ```
    #[doc(alias = "remove_const")]
    pub(crate) fn wanted_order(&self) -> WantedOrder {
        let def = self.table.def();
        let equated = self.columns_with(Expr::equates);
        let is_constant = |part: &&OrderBy| match &part.by {
            Expr::Column(c) => {
                equated.contains(&c.index) && (self.need == OrderNeed::Grouped || !is_text(&def.columns[c.index]))
            }
            other => other.is_constant(),
        };
        let by = self.order.iter().filter(|part| !is_constant(part)).cloned().collect();
        WantedOrder { by, fixed: self.columns_with(Expr::fixes) }
    }

    /// The path by a key in the order of its own index, or of the index to which it moves (R1), if it has the order.
    ///
    /// ```sql
    /// -- t (id int primary key, a int, b int, c int, key a (a), key ab (a, b))
    /// explain select * from t where a = 1 order by id     -- ref a
    /// explain select * from t where a = 1 order by b      -- ref ab
    /// ```
    fn with_own_order(
        &self,
        path: &AccessPath,
        wanted: &WantedOrder,
        ranges: &[IndexRanges],
        size: TableSize,
    ) -> Option<AccessPath> {
        let has_columns = |index: IndexNo| wanted.has_columns(&self.key(index));
        let moved = match has_columns(path.index()) || self.is_change() {
            true => None,
            false => self.extended_index(path, wanted).and_then(|index| {
                let of = ranges.iter().find(|of| of.index == index)?;
                Some(match path.access {
                    Access::Ref(_) if of.key_parts == of.fixed.len() => {
                        self.ref_path(of, self.counted_ref(of, size), ranges, size)
                    }
                    _ => self.range_path(of, ranges, size),
                })
            }),
        };
        let ordered = moved.as_ref().unwrap_or(path);
        let KeyOrder { reverse, parts } = wanted.key_order(&self.key(ordered.index()))?;
        let order = ReadOrder { reverse, parts, wanted: true, moved: moved.is_some(), ..ReadOrder::SORTED };
        let possible_keys = path.possible_keys.clone();
        Some(AccessPath { order, possible_keys, ..moved.unwrap_or_else(|| path.clone()) })
    }

    /// The shortest index that begins with the key parts of the path and has the order. A condition that is only appended
    /// to the ends of an interval does not count as a key part:
    ///
    /// ```sql
    /// -- t (id int, a int, b int, c int, primary key (a, id), key ab (a, b))
    /// explain select * from t where a between 4 and 6 and id < 30 order by a, b     -- range ab
    /// explain select * from t where a in (4, 5) and id < 30 order by a, b           -- range PRIMARY, Using filesort
    /// ```
    #[doc(alias = "test_if_subkey")]
    fn extended_index(&self, path: &AccessPath, wanted: &WantedOrder) -> Option<IndexNo> {
        let def = self.table.def();
        let key = self.key(path.index());
        let used = key.get(..path.access.stepped_parts()?)?;
        let fits = |index: &IndexNo| {
            def.index_columns(*index).starts_with(used)
                && (!path.covering || self.is_covered(*index))
                && wanted.key_order(&self.key(*index)).is_some()
        };
        self.usable().filter(fits).min_by_key(|index| key_bytes(def, *index))
    }

    /// The path by the best index that has the order and is better than the path; else the path, to be sorted (R2).
    fn by_other_index(
        &self,
        path: AccessPath,
        wanted: &WantedOrder,
        ranges: &[IndexRanges],
        size: TableSize,
    ) -> AccessPath {
        let kept = self.kept_by(&path, ranges, size);
        let Some(candidate) = self.better_for_order(&path, wanted, kept, ranges, size) else { return path };
        let Candidate { index, order: KeyOrder { reverse, parts }, covering, to_limit, .. } = candidate;
        let possible_keys = path.possible_keys.clone();
        let base = match ranges.iter().find(|of| of.index == index) {
            Some(of) if !self.is_change() => self.range_path(of, ranges, size),
            _ => {
                let rows = (to_limit as u64).clamp(1, size.rows);
                let filtered = (kept / rows as f64).min(1.0) * 100.0;
                let estimate = Estimate { rows, filtered, cost: candidate.cost };
                AccessPath { covering, ..AccessPath::new(Access::Index(index), estimate) }
            }
        };
        let order = ReadOrder { reverse, parts, wanted: true, moved: true, ..ReadOrder::SORTED };
        AccessPath { order, possible_keys, ..base }
    }

    /// The columns of an index's key, as places in a row, the primary key's at the end included.
    fn key(&self, index: IndexNo) -> Vec<usize> {
        self.table.index(index).key_columns().collect()
    }

    /// Estimated number of rows that the condition keeps of the table, as the server's choice for the order takes it: for
    /// UPDATE and DELETE all.
    fn kept_by(&self, path: &AccessPath, ranges: &[IndexRanges], size: TableSize) -> f64 {
        if self.is_change() {
            return size.rows as f64;
        }
        let least = match &path.access {
            Access::Ref(_) => path.estimate.rows,
            _ => ranges.iter().map(|of| of.rows).min().unwrap_or(size.rows),
        };
        (size.rows as f64 * self.selectivity(&[], ranges, size)).floor().min(least as f64).max(1.0)
    }

    /// Number of the table's rows that are read in the order of an index until LIMIT rows are found, if the condition
    /// keeps `kept` of them and these lie evenly (R2). A group is as many rows as share the key parts of the order.
    fn rows_to_limit(&self, index: IndexNo, order: KeyOrder, kept: f64, size: TableSize) -> f64 {
        let all = size.rows as f64;
        let mut rows = (self.limit as f64).min(all);
        if self.need == OrderNeed::Grouped {
            rows = (rows * rows_per_value(self.table, index, order.parts, size.rows)).min(all);
        }
        if rows > kept { all } else { (rows * all / kept).floor() }
    }

    /// The best index to read instead of the path for the sake of the order (R2, R3); `None`: none is better.
    #[doc(alias = "test_if_cheaper_ordering")]
    fn better_for_order(
        &self,
        path: &AccessPath,
        wanted: &WantedOrder,
        kept: f64,
        ranges: &[IndexRanges],
        size: TableSize,
    ) -> Option<Candidate> {
        let price = path.estimate.cost + 0.001;
        let mut best: Option<Candidate> = None;
        for index in self.usable() {
            let Some(order) = wanted.key_order(&self.key(index)) else { continue };
            let covering = self.is_covered(index);
            let key_parts = self.table.def().index_columns(index).len();
            let of = ranges.iter().find(|of| of.index == index);
            let to_limit = self.rows_to_limit(index, order, kept, size);
            let rows = of.map_or(size.rows, |of| of.rows);
            let mut candidate = Candidate { index, order, covering, key_parts, rows, to_limit, cost: 0.0 };
            if !self.is_considered(path, &candidate) {
                continue;
            }
            let by_range = of.map_or(f64::INFINITY, |of| self.first_rows_of_range_cost(of, to_limit, size));
            candidate.cost = self.first_rows_cost(index, to_limit, size).min(by_range);
            let is_better = self.ignores_cost(path) || replaces_full_scan(path, &candidate) || candidate.cost < price;
            if is_better
                && !keeps_covering_range(path, &candidate, kept)
                && best.as_ref().is_none_or(|best| is_preferred(&candidate, best))
            {
                best = Some(candidate);
            }
        }
        best
    }

    // -- the server's choices, each with the smallest statement that shows it. Unless the scenario names another table,
    // it is `t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))` of a thousand rows.

    /// True if any index that has the order replaces a full scan, whatever it costs: for groups, which otherwise take a
    /// temporary table; or if a hint forces an index.
    ///
    /// ```sql
    /// explain select a, max(b) from t group by a               -- type index, key a
    /// explain select * from t order by a                       -- type ALL, Using filesort
    /// explain select * from t force index (a) order by a       -- type index, key a
    /// ```
    fn ignores_cost(&self, path: &AccessPath) -> bool {
        path.access.is_full_scan() && (self.need == OrderNeed::Grouped || self.hints.forces())
    }

    /// True if the server considers the index for its order at all: the index has all columns, or a LIMIT ends the
    /// read, or cost is ignored.
    ///
    /// ```sql
    /// explain select a from t where b > 0 order by a             -- Using filesort: a lacks b, and there is no LIMIT
    /// explain select a from t where b > 0 order by a limit 3     -- key a
    /// ```
    fn is_considered(&self, path: &AccessPath, candidate: &Candidate) -> bool {
        candidate.has_all_columns() || self.ignores_cost(path) || self.limit != usize::MAX
    }

    /// Cost of reading an index until it has returned this many rows, in pages. Rows with the same key are assumed to
    /// lie on a page each, unless the table has fewer pages than there are such rows.
    fn first_rows_cost(&self, index: IndexNo, rows: f64, size: TableSize) -> f64 {
        let key_parts = self.table.def().index_columns(index).len();
        let per_value = match is_unique(self.table.def(), index) {
            true => 1.0,
            false => rows_per_value(self.table, index, key_parts, size.rows),
        };
        rows.max(1.0) / per_value * per_value.min(size.pages)
    }

    /// Cost of reading the ranges of an index, or its `ref` if that is cheaper, until as many rows are read as have a
    /// part in the first `rows` rows of the whole index.
    #[doc(alias = "get_range_limit_read_cost")]
    fn first_rows_of_range_cost(&self, of: &IndexRanges, rows: f64, size: TableSize) -> f64 {
        let mut cost = of.cost;
        if !of.fixed.is_empty() && !self.is_change() {
            let by_ref = match of.fixed.len() == of.key_parts {
                true => of.rows as f64,
                false => rows_per_value(self.table, of.index, of.fixed.len(), size.rows),
            };
            cost = cost.min(size.lookup_cost(self.table.def(), of.index, by_ref, of.covering));
        }
        cost * (rows / size.rows as f64).min(1.0)
    }
}

impl WantedOrder {
    /// True if no order is needed.
    pub(crate) fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// True if the key has all columns of the order.
    fn has_columns(&self, key: &[usize]) -> bool {
        self.by.iter().all(|part| matches!(&part.by, Expr::Column(c) if key.contains(&c.index)))
    }

    /// How the entries of an index with this key come in the order; `None`: they do not.
    #[doc(alias = "test_if_order_by_key")]
    pub(crate) fn key_order(&self, key: &[usize]) -> Option<KeyOrder> {
        key_order(&self.by, key, &self.fixed)
    }
}

/// True if an index with all columns replaces a full scan: it reads as much, and spares the sort.
///
/// ```sql
/// explain select a from t order by a            -- key a
/// explain select * from t order by id           -- key PRIMARY
/// ```
fn replaces_full_scan(path: &AccessPath, candidate: &Candidate) -> bool {
    path.access.is_full_scan() && candidate.has_all_columns()
}

/// True if a covering range is kept and sorted, although the candidate has all columns and the order: the candidate
/// reaches the LIMIT only after more rows than the range keeps.
///
/// ```sql
/// -- t (id int primary key, a int, b int, key ab (a, b), key ba (b, a))
/// -- of a thousand rows 31, or 40, have a = 9, the others a = 1
/// explain select a, b from t where a > 5 order by b limit 1     -- 31: range of ab, sorted; the 32 rows of ba are more
/// explain select a, b from t where a > 5 order by b limit 1     -- 40: the first 25 rows of ba
/// ```
fn keeps_covering_range(path: &AccessPath, candidate: &Candidate, kept: f64) -> bool {
    candidate.has_all_columns() && !path.access.is_full_scan() && path.covering && kept < candidate.to_limit
}

/// True if the server takes the candidate rather than the best so far (R3). An index that has all columns wins over one
/// that lacks some. Of two alike, the one with fewer rows left by the condition wins; or, if the LIMIT ends both reads
/// before that, the one with the shorter key.
///
/// ```sql
/// -- t (id int primary key, a int, b int, c int, key ab (a, b), key a (a))
/// explain select * from t order by a limit 1        -- key a, though ab comes first
/// explain select a, b from t order by a limit 1     -- key ab, which has all columns
/// ```
fn is_preferred(candidate: &Candidate, best: &Candidate) -> bool {
    let is_smaller = match candidate.to_limit <= candidate.rows.min(best.rows) as f64 {
        true => candidate.key_parts < best.key_parts,
        false => candidate.rows < best.rows,
    };
    match (candidate.has_all_columns(), best.has_all_columns()) {
        (false, true) => false,
        (true, false) => true,
        _ => is_smaller,
    }
}

/// How the entries of an index with this key come in the order `by`, if the columns `fixed` have one value each;
/// `None`: they do not, or the order has a column behind the key's last one. That a key is unique, so that no two rows
/// are left to be sorted, is not considered:
///
/// ```sql
/// explain select * from t where a = 3 order by id        -- ref a
/// explain select * from t where a = 3 order by id, b     -- ref a, Using filesort
/// ```
pub(crate) fn key_order(by: &[OrderBy], key: &[usize], fixed: &[usize]) -> Option<KeyOrder> {
    let mut left = key.iter().enumerate().filter(|(_, column)| !fixed.contains(column));
    let mut parts = key.iter().take_while(|column| fixed.contains(column)).count();
    let mut reverse = None;
    for part in by {
        let Expr::Column(column) = &part.by else { return None };
        match left.next() {
            Some((at, next)) if *next == column.index && reverse.is_none_or(|r| r == part.descending) => {
                (reverse, parts) = (Some(part.descending), at + 1);
            }
            _ => return None,
        }
    }
    Some(KeyOrder { reverse: reverse.unwrap_or(false), parts })
}

#[cfg(test)]
mod tests {
    use crate::optimize::scenario::{check, check_usual};

    const USUAL: &str = "create table t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))";
    const TWO_WAYS: &str = "create table t (id int primary key, a int, b int, key ab (a, b), key ba (b, a))";
    const NO_KEY: &str = "create table t (a int, b int)";

    #[test]
    fn own_order() {
        check_usual(&[
            ("select * from t order by id", "index PRIMARY"),
            ("select * from t where a = 3 order by id", "ref a Using where"),
            ("select * from t where a = 3 order by b", "ref a Using where; Using filesort"),
        ]);
    }

    #[test]
    fn extended_index() {
        let table = "create table t (id int, a int, b int, c int, primary key (a, id), key ab (a, b))";
        let plans = [
            ("select * from t where a between 4 and 6 and id < 30 order by a, b", "range ab Using where"),
            ("select * from t where a > 97 and id > 30 order by a desc, b desc", "range ab Using where"),
            (
                "select * from t where a in (4, 5) and id < 30 order by a, b",
                "range PRIMARY Using where; Using filesort",
            ),
            ("select * from t where a = 4 and id < 30 order by a, b", "range PRIMARY Using where; Using filesort"),
        ];
        check(table, |n| format!("{n}, {}, {n}, {n}", n % 100), &plans);
    }

    #[test]
    fn sorts_by_fixed_text() {
        check_usual(&[
            ("select * from t where a = 1 order by a", "ref a"),
            ("select * from t where a is null order by a", "ref a Using index condition; Using where; Using filesort"),
            ("select * from t where s = 'x1' order by s", "ref s Using index condition; Using where; Using filesort"),
            ("select s, count(b) from t where s = 'x1' group by s", "ref s Using index condition; Using where"),
        ]);
    }

    #[test]
    fn ignores_cost() {
        check_usual(&[
            ("select a, max(b) from t group by a", "index a"),
            ("select * from t order by a", "ALL - Using filesort"),
            ("select * from t force index (a) order by a", "index a"),
        ]);
    }

    #[test]
    fn is_considered() {
        check_usual(&[
            ("select a from t where b > 0 order by a", "ALL - Using where; Using filesort"),
            ("select a from t where b > 0 order by a limit 3", "index a Using where"),
        ]);
        // Reading a thousand rows with one value of `a` would be cheap, but without LIMIT the index is not considered.
        check(
            USUAL,
            |n| format!("{n}, 1, {n}, 'x'"),
            &[("select * from t where id > 10 order by a", "range PRIMARY Using where; Using filesort")],
        );
    }

    #[test]
    fn first_rows_cost() {
        check_usual(&[
            ("select * from t order by a limit 1", "index a"),
            ("select * from t order by a limit 900", "ALL - Using filesort"),
        ]);
    }

    #[test]
    fn replaces_full_scan() {
        check_usual(&[
            ("select a from t order by a", "index a Using index"),
            ("select * from t order by id", "index PRIMARY"),
        ]);
    }

    #[test]
    fn keeps_covering_range() {
        let some_large = |large: usize| move |n: usize| format!("{n}, {}, 5", if n < large { 9 } else { 1 });
        let (sql, sorted) = ("select a, b from t where a > 5 order by b limit 1", "; Using filesort");
        check(TWO_WAYS, some_large(31), &[(sql, &format!("range ab Using where; Using index{sorted}"))]);
        check(TWO_WAYS, some_large(40), &[(sql, "index ba Using where; Using index")]);
    }

    #[test]
    fn is_preferred() {
        let row = |n: usize| format!("{n}, {}, {}, {n}", n % 100, n * 7 % 100);
        for keys in ["key a (a), key ab (a, b)", "key ab (a, b), key a (a)"] {
            let table = format!("create table t (id int primary key, a int, b int, c int, {keys})");
            let by_a = ("select * from t order by a limit 1", "index a");
            check(&table, row, &[by_a, ("select a, b from t order by a limit 1", "index ab Using index")]);
        }
        for keys in ["key ab (a, b), key b (b), key ba (b, a)", "key ab (a, b), key ba (b, a), key b (b)"] {
            let table = format!("create table t (id int primary key, a int, b int, c int, {keys})");
            check(&table, row, &[("select a, b from t order by b limit 1", "index ba Using index")]);
        }
    }

    #[test]
    fn key_order() {
        check_usual(&[
            ("select * from t order by id, b", "ALL - Using filesort"),
            ("select * from t order by a, id limit 3", "index a"),
            ("select * from t order by a, id, b limit 3", "ALL - Using filesort"),
            ("select * from t where a = 3 order by id", "ref a Using where"),
            ("select * from t where a = 3 order by id, b", "ref a Using where; Using filesort"),
        ]);
        check(NO_KEY, |n| format!("{n}, {n}"), &[("select * from t order by a", "ALL - Using filesort")]);
    }
}
