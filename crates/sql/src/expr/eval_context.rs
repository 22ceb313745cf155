//! The input of an evaluation: a row, the results of the aggregates, and the mode.

use crate::engine::Datum;
use crate::types::Value;

/// The input of an evaluation.
#[derive(Clone, Copy)]
pub(crate) struct EvalContext<'a> {
    pub(crate) row: &'a [Datum],
    pub(crate) aggregates: &'a [Value],
    /// Division by zero and text that is not a number are errors (R3 and R4 of `eval`), not NULL and 0. With the
    /// server's default `sql_mode` this holds in INSERT and UPDATE, including their conditions, but not in DELETE and
    /// SELECT.
    pub(crate) strict: bool,
}

impl<'a> EvalContext<'a> {
    /// A row, without aggregates, not in strict mode.
    #[inline]
    pub(crate) fn of_row(row: &'a [Datum]) -> Self {
        EvalContext { row, aggregates: &[], strict: false }
    }
}
