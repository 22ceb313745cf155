//! Rows that come in the order that is wanted, so that nothing is sorted.
//!
//! ```text
//! ORDER BY b, index (a, b)      a = 1                  (1,1) (1,3) (1,8)     a has one value: b is in order
//! ORDER BY a DESC, b DESC       the whole index, backwards
//! ORDER BY d LIMIT 5            index (d)              five entries and their rows cost less than all rows and a sort
//! ```
//!
//! RULES
//!
//! - **R1** An access whose own index has the order keeps it.
//! - **R2** Else an index that covers, or is forced, takes the place of reading everything; with LIMIT, or for groups,
//!   also another one if it is cheaper. The rows of a LIMIT are thought to lie among the others evenly: of a condition
//!   that keeps one row in ten, ten times as many are read.
//! - **R3** Of several the one with the fewest rows is taken, and a covering one rather than one that is not.
//!
//! InnoDB's counterpart: `test_if_skip_sort_order`, `test_if_cheaper_ordering` in `sql/sql_select.cc`.

use super::access::{Access, AccessKind};
use super::cost::{Size, rows_of_a_value};
use super::request::{OrderNeed, Request};
use super::sargable::is_text;
use crate::catalog::is_unique;
use crate::engine::IndexNo;
use crate::expr::Expr;
use crate::query::OrderBy;

/// An index whose entries come in the order.
struct Candidate {
    index: IndexNo,
    /// A secondary index that has all wanted columns.
    covering: bool,
    /// Declared columns of its key.
    columns: usize,
    /// Rows that the condition leaves of it.
    rows: u64,
    /// What reading its first [`Request::wanted`] rows costs.
    cost: f64,
    reverse: bool,
    /// Columns of its key that the order needs.
    ordered: usize,
}

impl Candidate {
    /// True if its entries, or the rows that are its leaves, have all wanted columns.
    fn has_all_columns(&self) -> bool {
        self.covering || self.index == IndexNo::CLUSTERED
    }
}

impl Request<'_> {
    /// The access with its direction and whether it spares the sort; or another index that does.
    pub(crate) fn ordered(&self, mut access: Access, ranged: &[Access], size: Size) -> Access {
        if self.order.is_empty() {
            access.sorted = true;
            return access;
        }
        let kept = self.kept(&access, ranged, size);
        if let Some((reverse, ordered)) = self.own_order(&access) {
            // R1
            let rows =
                if access.is_full() { self.wanted(kept, size).min(access.rows as f64) as u64 } else { access.rows };
            return Access { reverse, ordered, sorted: true, rows: rows.max(1), ..access };
        }
        let Some(Candidate { index, covering, reverse, ordered, .. }) = self.better(&access, kept, ranged, size) else {
            return access;
        };
        let possible = access.possible.clone();
        let base = match ranged.iter().find(|ranged| ranged.index == index) {
            Some(ranged) => ranged.clone(),
            None => Access {
                index,
                kind: AccessKind::Index,
                covering,
                rows: match self.limit {
                    usize::MAX => size.rows,
                    _ => (self.wanted(kept, size) as u64).clamp(1, size.rows),
                },
                ..Access::all(size)
            },
        };
        let filtered = (kept / base.rows as f64).min(1.0) * 100.0;
        Access { reverse, ordered, sorted: true, possible, filtered, ..base }
    }

    fn key(&self, index: IndexNo) -> Vec<usize> {
        self.table.index(index).key_columns().collect()
    }

    /// Rows that are read of the table until the limit is reached, of those that are kept.
    fn wanted(&self, kept: f64, size: Size) -> f64 {
        let all = size.rows as f64;
        if self.limit as f64 > kept { all } else { self.limit as f64 * all / kept }
    }

    /// R2 and R3: the index to read instead of the access, if there is one.
    fn better(&self, access: &Access, kept: f64, ranged: &[Access], size: Size) -> Option<Candidate> {
        let wanted = self.wanted(kept, size);
        let price = access.read_cost(kept) + 0.001;
        let mut best: Option<Candidate> = None;
        for index in self.usable() {
            let Some((reverse, ordered)) = key_order(self.order, &self.key(index), &[]) else { continue };
            let covering = self.is_covered(index);
            let columns = self.table.def().index_columns(index).len();
            let rows = ranged.iter().find(|ranged| ranged.index == index).map_or(size.rows, |ranged| ranged.rows);
            let mut candidate = Candidate { index, covering, columns, rows, cost: 0.0, reverse, ordered };
            if !self.is_asked_for_order(access, &candidate) {
                continue;
            }
            candidate.cost = self.first_rows_cost(index, wanted, size);
            let replaces =
                self.takes_any_price(access) || replaces_full_read(access, &candidate) || candidate.cost < price;
            if replaces
                && !keeps_covering_range(access, &candidate, kept, wanted)
                && best.as_ref().is_none_or(|best| is_preferred(&candidate, best, wanted))
            {
                best = Some(candidate);
            }
        }
        best
    }

    // -- the server's choices, each with the smallest statement that shows it. Where none says more, the table is
    // `t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))` of a thousand rows.

    /// The order that the access itself has, if that spares the sort (R1).
    ///
    /// A read of all rows has none, although rows lie in the order of the primary key: the server looks for an index
    /// then, and may find the primary key's.
    ///
    /// ```sql
    /// explain select * from t order by id     -- type index, key PRIMARY; not ALL
    /// ```
    fn own_order(&self, access: &Access) -> Option<(bool, usize)> {
        if access.kind == AccessKind::All || self.sorts_text_of_a_ref(access) {
            return None;
        }
        key_order(self.order, &self.key(access.index), access.equal_columns(self.table.def()))
    }

    /// True if a `ref` is sorted by a text column that it fixes to one value: to the server texts that are equal may
    /// differ, so an equality of text says nothing of the order. It does for GROUP BY.
    ///
    /// ```sql
    /// explain select * from t where a = 1 order by a       -- no filesort
    /// explain select * from t where s = 'x' order by s     -- Using filesort
    /// ```
    fn sorts_text_of_a_ref(&self, access: &Access) -> bool {
        let def = self.table.def();
        let is_fixed_text = |c: &usize| is_text(&def.columns[*c]) && access.equal_columns(def).contains(c);
        access.kind == AccessKind::Ref
            && self.need == OrderNeed::Sorted
            && self.order.iter().any(|part| part.by.columns().iter().any(is_fixed_text))
    }

    /// True if any index that has the order is better than a read of everything, whatever it costs: to bring the rows
    /// of a group together, which else takes a temporary table; or if a hint forces an index.
    ///
    /// ```sql
    /// explain select a, max(b) from t group by a               -- type index, key a
    /// explain select * from t order by a                       -- type ALL, Using filesort
    /// explain select * from t force index (a) order by a       -- type index, key a
    /// ```
    fn takes_any_price(&self, access: &Access) -> bool {
        access.is_full() && (self.need == OrderNeed::Grouped || self.hints.forces())
    }

    /// True if the server asks at all whether the index spares the sort: it must have all columns, or end the read at a
    /// LIMIT, or be taken at any price.
    ///
    /// ```sql
    /// explain select a from t where b > 0 order by a             -- Using filesort: a lacks b, and there is no LIMIT
    /// explain select a from t where b > 0 order by a limit 3     -- key a
    /// ```
    fn is_asked_for_order(&self, access: &Access, candidate: &Candidate) -> bool {
        candidate.has_all_columns() || self.takes_any_price(access) || self.limit != usize::MAX
    }

    /// What reading rows of an index costs until so many are `wanted`: its rows of one value lie on as many pages as
    /// there are, or on all of the table's.
    fn first_rows_cost(&self, index: IndexNo, wanted: f64, size: Size) -> f64 {
        let columns = self.table.def().index_columns(index).len();
        let of_a_value = match is_unique(self.table.def(), index) {
            true => 1.0,
            false => rows_of_a_value(self.table, index, columns, size.rows),
        };
        wanted.floor().max(1.0) / of_a_value * of_a_value.min(size.pages)
    }
}

/// True if an index with all columns takes the place of a read of everything: it reads as much, and spares the sort.
///
/// ```sql
/// explain select a from t order by a            -- key a
/// explain select * from t order by id           -- key PRIMARY
/// ```
fn replaces_full_read(access: &Access, candidate: &Candidate) -> bool {
    access.is_full() && candidate.has_all_columns()
}

/// True if a range that covers is kept, and sorted: the other index has all columns too, but the limit is reached only
/// behind more rows than the range keeps.
///
/// ```sql
/// -- t (id int primary key, a int, b int, key ab (a, b), key ba (b, a))
/// -- of a thousand rows 31, or 40, have a = 9, the others a = 1
/// explain select a, b from t where a > 5 order by b limit 1     -- 31: range of ab, sorted; the 32 rows of ba are more
/// explain select a, b from t where a > 5 order by b limit 1     -- 40: the first 25 rows of ba
/// ```
fn keeps_covering_range(access: &Access, candidate: &Candidate, kept: f64, wanted: f64) -> bool {
    candidate.has_all_columns() && !access.is_full() && access.covering && kept < wanted
}

/// True if the server takes the candidate rather than the best so far (R3): not one that lacks columns after one that has
/// them; else the one of which the condition leaves fewer rows, or, where the limit ends both reads, with the shorter
/// key; or one that has all columns after one that lacks some.
///
/// ```sql
/// -- t (id int primary key, a int, b int, c int, key ab (a, b), key a (a))
/// explain select * from t order by a limit 1        -- key a, though ab comes first
/// explain select a, b from t order by a limit 1     -- key ab, which has all columns
/// ```
fn is_preferred(candidate: &Candidate, best: &Candidate, wanted: f64) -> bool {
    let fewer = match wanted <= candidate.rows.min(best.rows) as f64 {
        true => candidate.columns < best.columns,
        false => candidate.rows < best.rows,
    };
    match (candidate.has_all_columns(), best.has_all_columns()) {
        (false, true) => false,
        (true, false) => true,
        _ => fewer,
    }
}

/// Whether rows come in this order from an index with this key, of which some columns have one value only:
/// `Some((true, _))` backwards, `None` they do not; and how many of the key's columns that takes.
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
            None if orders_all_rows(key) => break,
            Some(next) if next == column.index && reverse.is_none_or(|r| r == part.descending) => {
                (reverse, ordered) = (Some(part.descending), ordered + 1);
            }
            _ => return None,
        }
    }
    Some((reverse.unwrap_or(false), ordered))
}

/// True if no two rows are left to be sorted once ORDER BY has named all of the key's columns: a key ends with the
/// primary key's, so it is unique. A table without a primary key has a clustered key without columns, which orders nothing.
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
    use crate::answer::Outcome;
    use crate::engine::{Engine, Options};
    use crate::session::Session;
    use innolab_disk::SimDisk;
    use std::sync::Arc;

    const USUAL: &str = "create table t (id int primary key, a int, b int, s varchar(9), key a (a), key s (s))";
    const TWO_WAYS: &str = "create table t (id int primary key, a int, b int, key ab (a, b), key ba (b, a))";
    const NO_KEY: &str = "create table t (a int, b int)";

    /// Checks type, key and Extra of EXPLAIN for each statement on a table of a thousand rows.
    fn check(table: &str, row: impl Fn(usize) -> String, plans: &[(&str, &str)]) {
        let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
        let mut session = Session::new(engine, "d");
        session.execute(table).expect("the table is new");
        let rows: Vec<String> = (0..1000).map(|n| format!("({})", row(n))).collect();
        session.execute(&format!("insert into t values {}", rows.join(", "))).expect("the rows are new");
        for (sql, plan) in plans {
            let explained = session.execute(&format!("explain {sql}"));
            let Ok(Outcome::Rows { rows, .. }) = explained else { panic!("{sql}: {explained:?}") };
            let cell = |n: usize| rows[0][n].as_deref().map_or("-".into(), String::from_utf8_lossy);
            let shown = format!("{} {} {}", cell(3), cell(5), cell(9));
            assert_eq!(shown.trim_end(), *plan, "{sql}");
        }
    }

    fn check_usual(plans: &[(&str, &str)]) {
        check(USUAL, |n| format!("{n}, {a}, {n}, 'x{a}'", a = n % 100), plans);
    }

    #[test]
    fn own_order() {
        check_usual(&[
            ("select * from t order by id", "index PRIMARY"),
            ("select * from t where a = 3 order by id", "ref a Using where"),
            ("select * from t where a = 3 order by b", "ref a Using where; Using filesort"),
        ]);
    }

    #[test]
    fn sorts_text_of_a_ref() {
        check_usual(&[
            ("select * from t where a = 1 order by a", "ref a"),
            ("select * from t where s = 'x1' order by s", "ref s Using index condition; Using where; Using filesort"),
            ("select s, count(b) from t where s = 'x1' group by s", "ref s Using index condition; Using where"),
        ]);
    }

    #[test]
    fn takes_any_price() {
        check_usual(&[
            ("select a, max(b) from t group by a", "index a"),
            ("select * from t order by a", "ALL - Using filesort"),
            ("select * from t force index (a) order by a", "index a"),
        ]);
    }

    #[test]
    fn is_asked_for_order() {
        check_usual(&[
            ("select a from t where b > 0 order by a", "ALL - Using where; Using filesort"),
            ("select a from t where b > 0 order by a limit 3", "index a Using where"),
        ]);
        // Of one value of `a` a thousand rows would be cheap to read, but without LIMIT the index is not asked.
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
    fn replaces_full_read() {
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
