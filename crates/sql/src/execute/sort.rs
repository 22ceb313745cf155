//! Sort keys: the values of ORDER BY for a row.

use crate::answer::SqlError;
use crate::expr::EvalContext;
use crate::query::OrderBy;
use crate::types::Value;

/// The values of ORDER BY for a row.
pub(crate) fn sort_values(by: &[OrderBy], cx: EvalContext<'_>) -> Result<Vec<Value>, SqlError> {
    by.iter().map(|part| part.by.eval(cx)).collect()
}
