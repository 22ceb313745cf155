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
//! - **R1** A path whose own index has the order is kept.
//! - **R2** Otherwise a covering index, or one forced by a hint, replaces a full scan. With LIMIT, or for groups, any
//!   index that costs less does. The rows that a LIMIT returns are assumed to lie evenly among the others: if the
//!   condition keeps one row in ten, ten times LIMIT rows are read.
//! - **R3** Of several such indexes the one with the fewest rows is taken, and a covering one before the others.
//!
//! InnoDB's counterpart: `test_if_skip_sort_order`, `test_if_cheaper_ordering` in `sql/sql_select.cc`.

use super::access::{AccessKind, AccessPath};
use super::cost::{TableSize, rows_per_value};
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
    /// Cost of reading its first [`PlanRequest::rows_to_limit`] rows, in pages.
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
    /// the order and is better (R1, R2).
    pub(crate) fn with_order(&self, mut path: AccessPath, range_paths: &[AccessPath], size: TableSize) -> AccessPath {
        if self.order.is_empty() {
            path.sorted = true;
            return path;
        }
        let kept = self.kept(&path, range_paths, size);
        if let Some(KeyOrder { reverse, parts: order_parts }) = self.own_order(&path) {
            // R1
            let rows = match path.is_full_scan() {
                true => self.rows_to_limit(kept, size).min(path.rows as f64) as u64,
                false => path.rows,
            };
            return AccessPath { reverse, order_parts, sorted: true, rows: rows.max(1), ..path };
        }
        let Some(Candidate { index, order, covering, .. }) = self.better_for_order(&path, kept, range_paths, size)
        else {
            return path;
        };
        let possible_keys = path.possible_keys.clone();
        let base = match range_paths.iter().find(|range_path| range_path.index == index) {
            Some(range_path) => range_path.clone(),
            None => AccessPath {
                index,
                kind: AccessKind::Index,
                covering,
                rows: match self.limit {
                    usize::MAX => size.rows,
                    _ => (self.rows_to_limit(kept, size) as u64).clamp(1, size.rows),
                },
                ..AccessPath::all(size)
            },
        };
        let filtered = (kept / base.rows as f64).min(1.0) * 100.0;
        let KeyOrder { reverse, parts: order_parts } = order;
        AccessPath { reverse, order_parts, sorted: true, possible_keys, filtered, ..base }
    }

    /// The columns of an index's key, as places in a row, the primary key's at the end included.
    fn key(&self, index: IndexNo) -> Vec<usize> {
        self.table.index(index).key_columns().collect()
    }

    /// Estimated number of the table's rows that are read until LIMIT rows are found, if the condition keeps `kept`
    /// rows of the table and these lie evenly (R2).
    fn rows_to_limit(&self, kept: f64, size: TableSize) -> f64 {
        let all = size.rows as f64;
        if self.limit as f64 > kept { all } else { self.limit as f64 * all / kept }
    }

    /// The best index to read instead of the path for the sake of the order (R2, R3); `None`: none is better.
    fn better_for_order(
        &self,
        path: &AccessPath,
        kept: f64,
        range_paths: &[AccessPath],
        size: TableSize,
    ) -> Option<Candidate> {
        let to_limit = self.rows_to_limit(kept, size);
        let price = path.cost_to_beat(kept) + 0.001;
        let mut best: Option<Candidate> = None;
        for index in self.usable() {
            let Some(order) = key_order(self.order, &self.key(index), &[]) else { continue };
            let covering = self.is_covered(index);
            let key_parts = self.table.def().index_columns(index).len();
            let rows = range_paths.iter().find(|path| path.index == index).map_or(size.rows, |path| path.rows);
            let mut candidate = Candidate { index, order, covering, key_parts, rows, cost: 0.0 };
            if !self.is_considered(path, &candidate) {
                continue;
            }
            candidate.cost = self.first_rows_cost(index, to_limit, size);
            let is_better = self.ignores_cost(path) || replaces_full_scan(path, &candidate) || candidate.cost < price;
            if is_better
                && !keeps_covering_range(path, &candidate, kept, to_limit)
                && best.as_ref().is_none_or(|best| is_preferred(&candidate, best, to_limit))
            {
                best = Some(candidate);
            }
        }
        best
    }

    // -- the server's choices, each with the smallest statement that shows it. Unless the scenario names another table,
    // it is `t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))` of a thousand rows.

    /// The order in which the path itself returns rows, if that spares the sort (R1).
    ///
    /// A full scan of the table (`ALL`) has none, although its rows come in the order of the primary key: the server
    /// then looks for an index that has the order, and may find the primary key.
    ///
    /// ```sql
    /// explain select * from t order by id     -- type index, key PRIMARY; not ALL
    /// ```
    fn own_order(&self, path: &AccessPath) -> Option<KeyOrder> {
        if path.kind == AccessKind::All || self.sorts_by_fixed_text(path) {
            return None;
        }
        key_order(self.order, &self.key(path.index), path.equal_columns(self.table.def()))
    }

    /// True if ORDER BY names a text column that a `ref` fixes to one value. The server sorts then, because texts that
    /// compare as equal need not be the same. For GROUP BY it does not.
    ///
    /// ```sql
    /// explain select * from t where a = 1 order by a       -- no filesort
    /// explain select * from t where s = 'x' order by s     -- Using filesort
    /// ```
    fn sorts_by_fixed_text(&self, path: &AccessPath) -> bool {
        let def = self.table.def();
        let is_fixed_text = |c: &usize| is_text(&def.columns[*c]) && path.equal_columns(def).contains(c);
        path.kind == AccessKind::Ref
            && self.need == OrderNeed::Sorted
            && self.order.iter().any(|part| part.by.columns().iter().any(is_fixed_text))
    }

    /// True if any index that has the order replaces a full scan, whatever it costs: for groups, which otherwise take a
    /// temporary table; or if a hint forces an index.
    ///
    /// ```sql
    /// explain select a, max(b) from t group by a               -- type index, key a
    /// explain select * from t order by a                       -- type ALL, Using filesort
    /// explain select * from t force index (a) order by a       -- type index, key a
    /// ```
    fn ignores_cost(&self, path: &AccessPath) -> bool {
        path.is_full_scan() && (self.need == OrderNeed::Grouped || self.hints.forces())
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
        rows.floor().max(1.0) / per_value * per_value.min(size.pages)
    }
}

/// True if an index with all columns replaces a full scan: it reads as much, and spares the sort.
///
/// ```sql
/// explain select a from t order by a            -- key a
/// explain select * from t order by id           -- key PRIMARY
/// ```
fn replaces_full_scan(path: &AccessPath, candidate: &Candidate) -> bool {
    path.is_full_scan() && candidate.has_all_columns()
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
fn keeps_covering_range(path: &AccessPath, candidate: &Candidate, kept: f64, to_limit: f64) -> bool {
    candidate.has_all_columns() && !path.is_full_scan() && path.covering && kept < to_limit
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
fn is_preferred(candidate: &Candidate, best: &Candidate, to_limit: f64) -> bool {
    let is_smaller = match to_limit <= candidate.rows.min(best.rows) as f64 {
        true => candidate.key_parts < best.key_parts,
        false => candidate.rows < best.rows,
    };
    match (candidate.has_all_columns(), best.has_all_columns()) {
        (false, true) => false,
        (true, false) => true,
        _ => is_smaller,
    }
}

/// How the entries of an index with this key come in the order `by`, if the columns `equal` have one value each;
/// `None`: they do not.
pub(crate) fn key_order(by: &[OrderBy], key: &[usize], equal: &[usize]) -> Option<KeyOrder> {
    let mut left = key.iter().copied().filter(|column| !equal.contains(column));
    let mut parts = equal.len();
    let mut reverse = None;
    for part in by {
        let Expr::Column(column) = &part.by else { return None };
        if equal.contains(&column.index) {
            continue;
        }
        match left.next() {
            None if orders_all_rows(key) => break,
            Some(next) if next == column.index && reverse.is_none_or(|r| r == part.descending) => {
                (reverse, parts) = (Some(part.descending), parts + 1);
            }
            _ => return None,
        }
    }
    Some(KeyOrder { reverse: reverse.unwrap_or(false), parts })
}

/// True if ORDER BY may name more columns once it has named all of the key's: a key ends with the primary key's
/// columns, so it is unique and no two rows are left to be sorted. Without a primary key the clustered key has no
/// columns and orders nothing.
///
/// ```sql
/// explain select * from t order by id, b             -- no filesort
/// explain select * from t order by a, id, b limit 3  -- no filesort
/// ```
fn orders_all_rows(key: &[usize]) -> bool {
    !key.is_empty()
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
    fn sorts_by_fixed_text() {
        check_usual(&[
            ("select * from t where a = 1 order by a", "ref a"),
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
    fn orders_all_rows() {
        check_usual(&[
            ("select * from t order by id, b", "index PRIMARY"),
            ("select * from t order by a, id, b limit 3", "index a"),
        ]);
        check(NO_KEY, |n| format!("{n}, {n}"), &[("select * from t order by a", "ALL - Using filesort")]);
    }
}
