//! Which of several values: CASE, IF, IFNULL, COALESCE. Only what is needed is evaluated, so that what would fail
//! elsewhere does not.
//!
//! ```text
//! case when a > 0 then 1 else 2.50 end      Call(case, [a > 0, 1, 2.50])          1.00 or 2.50
//! if(a > 0, 1, 2.50)                        the same
//! nullif(a, b)                              Call(case, [a = b, NULL, a])
//! ```
//!
//! RULES
//!
//! - **R1** What comes out is of the kind that all of them have in common ([`CommonKind`]), whichever it is: text beside a
//!   number is text, integers and decimals are decimals with the most digits, a day beside a moment is a moment.
//! - **R2** That is known of constants, columns, and what is made of them by `+ - *`; where it is not known of one,
//!   values stay as they are.

use super::eval_context::EvalContext;
use super::tree::{Arith, Expr};
use crate::answer::SqlError;
use crate::engine::ColumnType;
use crate::types::{CommonKind, Value};

/// The value behind the first condition that is true: conditions and values by turns, at the end the value if none is.
pub(crate) fn eval_case(branches: &[Expr], cx: EvalContext<'_>) -> Result<Value, SqlError> {
    let values = || branches.chunks(2).map(|pair| &pair[pair.len() - 1]);
    for pair in branches.chunks(2) {
        match pair {
            [condition, value] if condition.eval_truth(cx)? == Some(true) => {
                return Ok(to_common_kind(value.eval(cx)?, values()));
            }
            [otherwise] => return Ok(to_common_kind(otherwise.eval(cx)?, values())),
            _ => {}
        }
    }
    Ok(Value::Null)
}

/// The first value that is not NULL.
pub(crate) fn eval_coalesce(all: &[Expr], cx: EvalContext<'_>) -> Result<Value, SqlError> {
    for expr in all {
        match expr.eval(cx)? {
            Value::Null => {}
            value => return Ok(to_common_kind(value, all.iter())),
        }
    }
    Ok(Value::Null)
}

/// The value as one of the kind that all of these have in common.
fn to_common_kind<'e>(value: Value, mut all: impl Iterator<Item = &'e Expr>) -> Value {
    match all.try_fold(CommonKind::Null, |kind, expr| Some(kind.common(kind_of(expr)?))) {
        Some(kind) => kind.convert(value),
        None => value,
    }
}

/// R2.
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
        Expr::And(..) | Expr::Or(..) | Expr::Xor(..) | Expr::Not(_) | Expr::NullSafeEqual(..) => CommonKind::Int,
        _ => return None,
    })
}
