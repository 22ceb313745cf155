//! MIN and MAX read at an index's ends: one row each, whatever the table's size.
//!
//! ```text
//! select min(c), max(c) from t where a = 2          index (a, c)
//!
//! (1,9) (2,NULL) (2,3) (2,5) (2,8) (3,1)
//!          │      ▲            ▲
//!          │      min          max
//!          └ passed over; the answer if there is nothing else
//! ```
//!
//! RULES
//!
//! - **R1** Each aggregate has an index of its own: first columns that the condition says equal constants, then the
//!   aggregate's, of which the condition says ranges. The condition says nothing else, of whatever column, and nothing
//!   else is wanted but MIN and MAX.
//! - **R2** A row counts if the condition is true for it, or its value is NULL: a range may hold others, which are passed over.
//! - **R3** NULL is no value to MIN and MAX, but a row with NULL is a row: EXPLAIN tells the two apart.
//! - **R4** One row from where the search leads is looked at, and locked where rows are: also one behind the range.
//!
//! InnoDB's counterpart: `opt_sum_query`, `find_key_for_maxmin` in `sql/opt_sum.cc`.

use super::interval::intervals_of;
use super::key_prefix::behind;
use crate::catalog::indexes;
use crate::engine::{Datum, IndexNo, KeyRange, Table};
use crate::expr::{Aggregate, AggregateKind, Expr, Is};
use crate::query::Select;
use std::ops::Bound;

/// Where one aggregate's row is. `find` is in `min_max` of [`crate::execute`].
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) column: usize,
    pub(crate) index: IndexNo,
    pub(crate) range: KeyRange,
    /// Of MAX.
    pub(crate) reverse: bool,
    /// Where the rows with NULL are that MIN passes over.
    pub(crate) nulls: Option<KeyRange>,
}

/// The ends that answer a SELECT (R1); `None`: they do not.
#[doc(alias = "opt_sum_query")]
pub(crate) fn ends(select: &Select, table: &Table) -> Option<Vec<End>> {
    let outside = select.items.iter().chain(&select.having).chain(select.order.iter().map(|part| &part.by));
    let is_plain =
        select.group.is_empty() && !select.aggregates.is_empty() && outside.flat_map(Expr::columns).next().is_none();
    is_plain.then(|| select.aggregates.iter().map(|aggregate| end(select, table, aggregate)).collect())?
}

fn end(select: &Select, table: &Table, aggregate: &Aggregate) -> Option<End> {
    let reverse = match aggregate.kind {
        AggregateKind::Min => false,
        AggregateKind::Max => true,
        _ => return None,
    };
    let Some(Expr::Column(column)) = &aggregate.of else { return None };
    let usable = indexes(table.def()).filter(|index| select.hints.allows(*index));
    usable.into_iter().find_map(|index| end_of(select, table, index, column.index, reverse))
}

fn end_of(select: &Select, table: &Table, index: IndexNo, column: usize, reverse: bool) -> Option<End> {
    let key: Vec<usize> = table.index(index).key_columns().collect();
    let at = key.iter().position(|c| *c == column)?;
    let mut prefix = Vec::new();
    let parts = select.condition.as_ref().map_or(Vec::new(), Expr::conjuncts);
    let is_of = |part: &&Expr| match key[..at].iter().find(|c| part.columns().contains(c)) {
        Some(before) => part.fixes(*before) && !matches!(part, Expr::Between { .. } | Expr::Or(..)),
        None => part.bounds(column) || is_same(part, column),
    };
    parts.iter().all(is_of).then_some(())?;
    let intervals = |column: usize| {
        let condition = select.condition.as_ref()?;
        intervals_of(condition, column, &table.def().columns[column])
    };
    for before in &key[..at] {
        let [only] = intervals(*before)?.try_into().ok()?;
        prefix.push(only.point()?.clone());
    }
    let equal = KeyRange::equal(prefix.clone());
    let nullable = table.def().columns[column].nullable;
    let null = [prefix.as_slice(), &[Datum::Null]].concat();
    let (range, is_low) = match intervals(column) {
        None => (equal.clone(), false),
        Some(found) => {
            let [only] = found.try_into().ok()?;
            let range = behind(&prefix, &only.behind(&[]));
            let is_low = range.low != Bound::Excluded(null.clone());
            (range, is_low)
        }
    };
    // Without a lower bound MAX may meet NULLs, and MIN begins behind them.
    let range = match (is_low || !nullable, reverse) {
        (true, _) => range,
        (false, true) => KeyRange { low: equal.low, ..range },
        (false, false) => KeyRange { low: Bound::Excluded(null.clone()), ..range },
    };
    let nulls = (nullable && !is_low && !reverse).then(|| KeyRange::equal(null));
    Some(End { column, index, range: unbounded(range), reverse, nulls })
}

/// An empty key is no bound.
fn unbounded(range: KeyRange) -> KeyRange {
    let bound = |bound| match bound {
        Bound::Included(key) if Vec::is_empty(&key) => Bound::Unbounded,
        other => other,
    };
    KeyRange { low: bound(range.low), high: bound(range.high) }
}

/// Whether it says one value of the column, which may be NULL.
fn is_same(part: &Expr, column: usize) -> bool {
    matches!(part, Expr::NullSafeEqual(..) | Expr::Is { what: Is::Null, .. }) && part.fixes(column)
}
