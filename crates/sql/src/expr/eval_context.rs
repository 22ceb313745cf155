//! What an expression is evaluated on: a row, the results of the aggregates, and how strictly.

use crate::engine::Datum;
use crate::types::Value;

/// What an expression is evaluated on.
#[derive(Clone, Copy)]
pub(crate) struct EvalContext<'a> {
    pub(crate) row: &'a [Datum],
    pub(crate) aggregates: &'a [Value],
    /// R3 and R4 have errors: in INSERT and UPDATE, their conditions too. (Not in DELETE; the server's default
    /// `sql_mode` is like that.)
    pub(crate) strict: bool,
}

impl<'a> EvalContext<'a> {
    /// A row, without aggregates, not strictly.
    #[inline]
    pub(crate) fn of_row(row: &'a [Datum]) -> Self {
        EvalContext { row, aggregates: &[], strict: false }
    }
}
