//! Row constructors: `(a, b) = (1, 2)`, `(a, b) in ((1, 2), (3, 4))`.
//!
//! RULES
//!
//! - **R1** Rows compare element by element, and both sides have the same shape: else error 1241. Rows within rows are
//!   compared as if their elements stood in the outer row, which gives the same order.
//! - **R2** `=` is the AND of the elements' equalities, so an index answers it. Of the others only IN is sargable, as on
//!   the server.
//! - **R3** `<` and its like are decided by the first elements that differ; they are unknown if an element is NULL before
//!   that. `=` and `<>` are decided by any elements that differ.
//!
//! `row_binding` makes expressions of them; here is what a row is, and how two compare.
//!
//! The server's counterpart: `Item_row`, `Arg_comparator::compare_row`.

use super::eval_context::EvalContext;
use super::tree::{Comparison, Expr};
use crate::answer::SqlError;
use crate::types::Value;
use sqlparser::ast;
use std::cmp::Ordering;

/// The elements of a row constructor; `None`: the expression is not one.
fn elements(written: &ast::Expr) -> Option<Vec<&ast::Expr>> {
    match written {
        ast::Expr::Nested(inner) => elements(inner),
        ast::Expr::Tuple(parts) => Some(parts.iter().collect()),
        ast::Expr::Function(call) if call.name.to_string().eq_ignore_ascii_case("row") => {
            let ast::FunctionArguments::List(list) = &call.args else { return None };
            let parts = list.args.iter().map(|argument| match argument {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(part)) => Some(part),
                _ => None,
            });
            parts.collect()
        }
        _ => None,
    }
}

/// True if the expression is a row constructor.
pub(super) fn is_row(written: &ast::Expr) -> bool {
    elements(written).is_some()
}

/// The elements of two rows that are compared, in pairs (R1). ERRORS: 1241.
pub(super) fn pairs<'e>(a: &'e ast::Expr, b: &'e ast::Expr) -> Result<Vec<(&'e ast::Expr, &'e ast::Expr)>, SqlError> {
    match (elements(a), elements(b)) {
        (None, None) => Ok(vec![(a, b)]),
        (Some(a), Some(b)) if a.len() == b.len() => {
            let mut all = Vec::new();
            for (a, b) in a.into_iter().zip(b) {
                all.append(&mut pairs(a, b)?);
            }
            Ok(all)
        }
        (a, _) => Err(SqlError::wrong_column_count(a.map_or(1, |a| a.len()))),
    }
}

/// The truth value of a comparison of rows (R3). REQUIRES: they have the same length.
pub(super) fn compare_rows(
    op: Comparison,
    left: &[Expr],
    right: &[Expr],
    cx: EvalContext<'_>,
) -> Result<Option<bool>, SqlError> {
    let any_decides = matches!(op, Comparison::Eq | Comparison::Ne);
    let mut unknown = false;
    for (a, b) in left.iter().zip(right) {
        match compare_elements(a, &a.eval(cx)?, b, cx)? {
            Some(Ordering::Equal) => {}
            Some(other) => return Ok(Some(op.holds(other))),
            None if any_decides => unknown = true,
            None => return Ok(None),
        }
    }
    Ok(if unknown { None } else { Some(op.holds(Ordering::Equal)) })
}

/// True if the row equals one of the list; unknown if it does not, but might with other values for the NULLs.
pub(super) fn in_rows(of: &[Expr], list: &[Vec<Expr>], cx: EvalContext<'_>) -> Result<Option<bool>, SqlError> {
    let values = of.iter().map(|part| part.eval(cx)).collect::<Result<Vec<_>, _>>()?;
    let mut unknown = false;
    for row in list {
        let mut equal = Some(true);
        for ((part, value), with) in of.iter().zip(&values).zip(row) {
            match compare_elements(part, value, with, cx)? {
                Some(Ordering::Equal) => {}
                Some(_) => {
                    equal = Some(false);
                    break;
                }
                None => equal = None,
            }
        }
        match equal {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { None } else { Some(false) })
}

fn compare_elements(a: &Expr, value: &Value, b: &Expr, cx: EvalContext<'_>) -> Result<Option<Ordering>, SqlError> {
    if value.is_null() { Ok(None) } else { a.compare_value(value, b, cx) }
}
