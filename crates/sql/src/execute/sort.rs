//! Sort keys: the values of ORDER BY for a row, and how they compare.

use crate::answer::SqlError;
use crate::expr::EvalContext;
use crate::query::OrderBy;
use crate::types::{Value, order};
use std::cmp::Ordering;

/// The values of ORDER BY for a row.
pub(crate) fn sort_values(by: &[OrderBy], cx: EvalContext<'_>) -> Result<Vec<Value>, SqlError> {
    by.iter().map(|part| part.by.eval(cx)).collect()
}

/// Compares the values of ORDER BY of two rows.
pub(crate) fn sort_order(by: &[OrderBy], a: &[Value], b: &[Value]) -> Ordering {
    let parts = by.iter().zip(a.iter().zip(b)).map(|(part, (a, b))| {
        let ascending = order(a, b);
        if part.descending { ascending.reverse() } else { ascending }
    });
    parts.fold(Ordering::Equal, Ordering::then)
}
