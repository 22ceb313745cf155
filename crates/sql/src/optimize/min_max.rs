//! MIN and MAX by lookups: each is one row at the end of a range of an index, whatever the table's size.
//!
//! ```text
//! select min(c), max(c) from t where a = 2          index (a, c)
//!
//! (1,9) (2,NULL) (2,3) (2,5) (2,8) (3,1)
//!          │      ▲            ▲
//!          │      min          max
//!          └ skipped by MIN; it is found only if there is no other
//! ```
//!
//! RULES
//!
//! - **R1** The statement selects nothing but MIN and MAX. Each of them has an index whose first key parts the
//!   condition fixes to constants, and whose next one is the aggregate's column, which the condition may restrict to
//!   one interval. There is no other part of the condition.
//! - **R2** A row that is found counts if the condition is true for it or its value is NULL. A range may hold other
//!   rows; they are skipped.
//! - **R3** MIN and MAX ignore NULL, but a row with NULL is a row. EXPLAIN tells the two apart: `Select tables
//!   optimized away` if there is a row, `No matching min/max row` if not.
//! - **R4** The lookup reads one row from where the search ends, and locks it if the statement locks: also a row behind
//!   the range.
//!
//! InnoDB's counterpart: `opt_sum_query`, `find_key_for_maxmin` in `sql/opt_sum.cc`.

use super::interval::intervals_of;
use super::key_prefix::with_prefix;
use crate::catalog::indexes;
use crate::engine::{Datum, IndexNo, KeyRange, Table};
use crate::expr::{Aggregate, AggregateKind, Expr, Is};
use crate::query::Select;
use std::ops::Bound;

/// Where the row of one MIN or MAX is. `find` is in `min_max` of [`crate::execute`].
#[derive(Debug)]
pub(crate) struct MinMaxLookup {
    /// The aggregate's column, as a place in a row.
    pub(crate) column: usize,
    pub(crate) index: IndexNo,
    /// MIN's row is the first of this range, MAX's the last.
    pub(crate) range: KeyRange,
    /// True for MAX.
    pub(crate) reverse: bool,
    /// Where MIN looks if the range is empty: the rows with NULL, which it skips.
    pub(crate) nulls: Option<KeyRange>,
}

/// The lookups that answer a SELECT, one for each aggregate; `None`: lookups cannot (R1).
#[doc(alias = "opt_sum_query")]
pub(crate) fn lookups(select: &Select, table: &Table) -> Option<Vec<MinMaxLookup>> {
    let outside = select.items.iter().chain(&select.having).chain(select.order.iter().map(|part| &part.by));
    let is_plain =
        select.group.is_empty() && !select.aggregates.is_empty() && outside.flat_map(Expr::columns).next().is_none();
    is_plain.then(|| select.aggregates.iter().map(|aggregate| lookup(select, table, aggregate)).collect())?
}

/// The lookup of one aggregate, by the first index that allows one.
fn lookup(select: &Select, table: &Table, aggregate: &Aggregate) -> Option<MinMaxLookup> {
    let reverse = match aggregate.kind {
        AggregateKind::Min => false,
        AggregateKind::Max => true,
        _ => return None,
    };
    let Some(Expr::Column(column)) = &aggregate.of else { return None };
    let usable = indexes(table.def()).filter(|index| select.hints.allows(*index));
    usable.into_iter().find_map(|index| lookup_by(select, table, index, column.index, reverse))
}

/// The lookup of MIN of a column, or of MAX if `reverse`, by an index; `None`: R1 does not hold.
fn lookup_by(select: &Select, table: &Table, index: IndexNo, column: usize, reverse: bool) -> Option<MinMaxLookup> {
    let key: Vec<usize> = table.index(index).key_columns().collect();
    let at = key.iter().position(|c| *c == column)?;
    let mut prefix = Vec::new();
    let parts = select.condition.as_ref().map_or(Vec::new(), Expr::conjuncts);
    let is_of = |part: &&Expr| match key[..at].iter().find(|c| part.columns().contains(c)) {
        Some(before) => part.fixes(*before) && !matches!(part, Expr::Between { .. } | Expr::Or(..)),
        None => part.bounds(column) || fixes_nullable(part, column),
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
    let (range, has_low_bound) = match intervals(column) {
        None => (equal.clone(), false),
        Some(found) => {
            let [only] = found.try_into().ok()?;
            let range = with_prefix(&prefix, &only.key_range(&[]));
            let has_low_bound = range.low != Bound::Excluded(null.clone());
            (range, has_low_bound)
        }
    };
    // Without a lower bound MAX may find a NULL, and MIN begins behind the NULLs.
    let range = match (has_low_bound || !nullable, reverse) {
        (true, _) => range,
        (false, true) => KeyRange { low: equal.low, ..range },
        (false, false) => KeyRange { low: Bound::Excluded(null.clone()), ..range },
    };
    let nulls = (nullable && !has_low_bound && !reverse).then(|| KeyRange::equal(null));
    Some(MinMaxLookup { column, index, range: unbounded(range), reverse, nulls })
}

/// Returns the range with a bound of no values made unbounded.
fn unbounded(range: KeyRange) -> KeyRange {
    let bound = |bound| match bound {
        Bound::Included(key) if Vec::is_empty(&key) => Bound::Unbounded,
        other => other,
    };
    KeyRange { low: bound(range.low), high: bound(range.high) }
}

/// True if it fixes the column to one value that may be NULL.
fn fixes_nullable(part: &Expr, column: usize) -> bool {
    matches!(part, Expr::NullSafeEqual(..) | Expr::Is { what: Is::Null, .. }) && part.fixes(column)
}
