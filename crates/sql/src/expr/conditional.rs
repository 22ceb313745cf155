//! CASE, COALESCE and NULLIF, and with them IF and IFNULL: the result is one of several values. Only the conditions and
//! the value that are needed are evaluated, so the others raise no error.
//!
//! ```text
//! case when a > 0 then 1 else 2.50 end      Call(case, [a > 0, 1, 2.50])          1.00 or 2.50
//! if(a > 0, 1, 2.50)                        the same
//! case a when 1 then 'x' else 'y' end       Call(case of, [a, 1, 'x', 'y'])       a is evaluated once
//! ```
//!
//! RULES
//!
//! - **R1** The result has the kind that all values have in common ([`CommonKind`]), whichever value is chosen: text
//!   beside a number is text; integers and decimals are decimals with the most digits; a DATE beside a DATETIME is a
//!   DATETIME.
//! - **R2** The kind of an expression is known for constants, columns, and their combinations by `+ - *`. If it is
//!   unknown for one of the values, the result is not converted.

use super::eval_context::EvalContext;
use super::tree::{Arith, Expr};
use crate::answer::SqlError;
use crate::engine::ColumnType;
use crate::function::{CASE_OF, COALESCE, NULLIF};
use crate::types::{CommonKind, Value};
use std::cmp::Ordering;

/// The value of a call with [`ArgumentMode::Lazy`](crate::function::ArgumentMode), by its function's name.
pub(super) fn eval_lazy(name: &str, arguments: &[Expr], cx: EvalContext<'_>) -> Result<Value, SqlError> {
    match (name, arguments) {
        (COALESCE, all) => eval_coalesce(all, cx),
        (CASE_OF, [operand, branches @ ..]) => {
            let value = operand.eval(cx)?;
            let is_it = |with: &Expr| match value {
                Value::Null => Ok(false),
                _ => Ok(operand.compare_value(&value, with, cx)?.is_some_and(Ordering::is_eq)),
            };
            eval_case(branches, is_it, cx)
        }
        (NULLIF, [of, with]) => match of.eval(cx)? {
            Value::Null => Ok(Value::Null),
            value if of.compare_value(&value, with, cx)?.is_some_and(Ordering::is_eq) => Ok(Value::Null),
            value => Ok(value),
        },
        (_, branches) => eval_case(branches, |condition| Ok(condition.eval_truth(cx)? == Some(true)), cx),
    }
}

/// CASE: the value after the first condition that holds. `branches`: condition, value, condition, value, …, and at the
/// end the value of ELSE, if given.
fn eval_case(
    branches: &[Expr],
    holds: impl Fn(&Expr) -> Result<bool, SqlError>,
    cx: EvalContext<'_>,
) -> Result<Value, SqlError> {
    let values = || branches.chunks(2).map(|pair| &pair[pair.len() - 1]);
    for pair in branches.chunks(2) {
        match pair {
            [condition, value] if holds(condition)? => return Ok(to_common_kind(value.eval(cx)?, values())),
            [otherwise] => return Ok(to_common_kind(otherwise.eval(cx)?, values())),
            _ => {}
        }
    }
    Ok(Value::Null)
}

/// COALESCE: the first value that is not NULL.
fn eval_coalesce(all: &[Expr], cx: EvalContext<'_>) -> Result<Value, SqlError> {
    for expr in all {
        match expr.eval(cx)? {
            Value::Null => {}
            value => return Ok(to_common_kind(value, all.iter())),
        }
    }
    Ok(Value::Null)
}

/// Converts the value to the kind that all expressions have in common (R1).
fn to_common_kind<'e>(value: Value, mut all: impl Iterator<Item = &'e Expr>) -> Value {
    match all.try_fold(CommonKind::Null, |kind, expr| Some(kind.common(kind_of(expr)?))) {
        Some(kind) => kind.convert(value),
        None => value,
    }
}

/// The kind of an expression's values; `None` if it is not known before evaluation (R2).
fn kind_of(expr: &Expr) -> Option<CommonKind> {
    Some(match expr {
        Expr::Const(value) => CommonKind::of_value(value),
        Expr::Column(column) => match column.ty {
            ColumnType::Int { .. } => CommonKind::Int,
            ColumnType::Decimal { scale, .. } => CommonKind::Decimal { scale },
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => CommonKind::Text,
            ColumnType::DateTime { fsp } => CommonKind::DateTime { fsp },
            ColumnType::Date => CommonKind::Date,
        },
        Expr::Neg(of) => kind_of(of)?,
        Expr::Arith(op @ (Arith::Add | Arith::Sub | Arith::Mul), a, b) => match (kind_of(a)?, kind_of(b)?) {
            (CommonKind::Int, CommonKind::Int) => CommonKind::Int,
            (CommonKind::Decimal { scale: a }, CommonKind::Decimal { scale: b }) if *op == Arith::Mul => {
                CommonKind::Decimal { scale: (a + b).min(innolab_base::decimal::MAX_SCALE) }
            }
            (
                a @ (CommonKind::Int | CommonKind::Decimal { .. }),
                b @ (CommonKind::Int | CommonKind::Decimal { .. }),
            ) => a.common(b),
            _ => return None,
        },
        Expr::Compare(..) | Expr::Is { .. } | Expr::In { .. } | Expr::Between { .. } | Expr::Like { .. } => {
            CommonKind::Int
        }
        Expr::Regexp { .. } | Expr::RowCompare { .. } | Expr::RowIn { .. } => CommonKind::Int,
        Expr::And(..) | Expr::Or(..) | Expr::Xor(..) | Expr::Not(_) | Expr::NullSafeEqual(..) => CommonKind::Int,
        _ => return None,
    })
}
