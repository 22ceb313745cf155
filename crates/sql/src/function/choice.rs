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
//! - **R1** What comes out is of the kind that all of them have in common ([`Kind`]), whichever it is: text beside a
//!   number is text, integers and decimals are decimals with the most digits, a day beside a moment is a moment.
//! - **R2** That is known of constants, columns, and what is made of them by `+ - *`; where it is not known of one,
//!   values stay as they are.

use super::Failed;
use crate::decimal::Rounding;
use crate::error::SqlError;
use crate::expr::{Arith, Context, Expr};
use crate::value::{Number, Value};
use innolab_base::temporal::DateTime;
use innolab_engine::ColumnType;

/// The name of COALESCE.
pub(crate) const COALESCE: &str = "coalesce";

/// R1: what a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Int,
    Decimal { scale: u8 },
    Double,
    Text,
    DateTime { fsp: u8 },
    Date,
}

/// [`super::Takes::AsNeeded`]: nobody calls it so.
pub(super) fn never(_: &[Value], _: bool) -> Result<Value, Failed> {
    Ok(Value::Null)
}

/// The value behind the first condition that is true: conditions and values by turns, at the end the value if none is.
pub(crate) fn choose(branches: &[Expr], cx: Context<'_>) -> Result<Value, SqlError> {
    let values = || branches.chunks(2).map(|pair| &pair[pair.len() - 1]);
    for pair in branches.chunks(2) {
        match pair {
            [condition, value] if condition.eval_truth(cx)? == Some(true) => {
                return Ok(like(value.eval(cx)?, values()));
            }
            [otherwise] => return Ok(like(otherwise.eval(cx)?, values())),
            _ => {}
        }
    }
    Ok(Value::Null)
}

/// The first value that is not NULL.
pub(crate) fn first_of(all: &[Expr], cx: Context<'_>) -> Result<Value, SqlError> {
    for expr in all {
        match expr.eval(cx)? {
            Value::Null => {}
            value => return Ok(like(value, all.iter())),
        }
    }
    Ok(Value::Null)
}

/// The value as one of the kind that all of these have in common.
fn like<'e>(value: Value, mut all: impl Iterator<Item = &'e Expr>) -> Value {
    match all.try_fold(Kind::Null, |kind, expr| Some(kind.common(kind_of(expr)?))) {
        Some(kind) => kind.of(value),
        None => value,
    }
}

/// Values as such of the kind that they have in common; text beside a number is a number here.
pub(super) fn alike(values: &[Value]) -> Vec<Value> {
    let is_number = |value: &Value| !value.is_temporal() && value.string_bytes().is_none();
    let common = values.iter().map(kind_of_value).fold(Kind::Null, Kind::common);
    let kind = match common {
        Kind::Text if values.iter().any(Value::is_temporal) => {
            values.iter().filter(|value| value.is_temporal()).map(kind_of_value).fold(Kind::Null, Kind::common)
        }
        Kind::Text if values.iter().any(is_number) => Kind::Double,
        kind => kind,
    };
    values.iter().map(|value| kind.of(value.clone())).collect()
}

impl Kind {
    fn common(self, other: Kind) -> Kind {
        use Kind::*;
        match (self, other) {
            (Null, kind) | (kind, Null) => kind,
            (a, b) if a == b => a,
            (Int, Decimal { scale }) | (Decimal { scale }, Int) => Decimal { scale },
            (Decimal { scale: a }, Decimal { scale: b }) => Decimal { scale: a.max(b) },
            (Double, Int | Decimal { .. }) | (Int | Decimal { .. }, Double) => Double,
            (DateTime { fsp: a }, DateTime { fsp: b }) => DateTime { fsp: a.max(b) },
            (DateTime { fsp }, Date) | (Date, DateTime { fsp }) => DateTime { fsp },
            _ => Text,
        }
    }

    fn of(self, value: Value) -> Value {
        match (self, &value) {
            (_, Value::Null | Value::Bytes(_)) | (Kind::Null | Kind::Int, _) => value,
            (Kind::Decimal { scale }, _) => match value.number().and_then(Number::to_decimal) {
                Some(d) => d.to_digits(scale.into(), Rounding::Half).map_or(value, Value::Decimal),
                None => value,
            },
            (Kind::Double, _) => Value::Double(value.number().map_or(0.0, Number::to_f64)),
            (Kind::Text, Value::Text(_)) => value,
            (Kind::Text, _) => Value::Text(String::from_utf8_lossy(&value.shown().unwrap_or_default()).into_owned()),
            (Kind::DateTime { fsp }, _) => match crate::moment::moment_of(&value) {
                Some(read) => Value::DateTime(DateTime { fsp, ..read.moment }),
                None => Value::Null,
            },
            (Kind::Date, _) => {
                crate::moment::moment_of(&value).map_or(Value::Null, |read| Value::Date(read.moment.date))
            }
        }
    }
}

fn kind_of_value(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Int(_) | Value::UInt(_) => Kind::Int,
        Value::Decimal(d) => Kind::Decimal { scale: d.shown_digits() },
        Value::Double(_) => Kind::Double,
        Value::Text(_) | Value::Bytes(_) => Kind::Text,
        Value::DateTime(moment) => Kind::DateTime { fsp: moment.fsp },
        Value::Date(_) => Kind::Date,
    }
}

/// R2.
fn kind_of(expr: &Expr) -> Option<Kind> {
    Some(match expr {
        Expr::Const(value) => kind_of_value(value),
        Expr::Column(column) => match column.ty {
            ColumnType::Int { .. } => Kind::Int,
            ColumnType::Decimal { scale, .. } => Kind::Decimal { scale },
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => Kind::Text,
            ColumnType::DateTime { fsp } => Kind::DateTime { fsp },
            ColumnType::Date => Kind::Date,
        },
        Expr::Neg(of) => kind_of(of)?,
        Expr::Arith(op @ (Arith::Add | Arith::Sub | Arith::Mul), a, b) => match (kind_of(a)?, kind_of(b)?) {
            (Kind::Int, Kind::Int) => Kind::Int,
            (Kind::Decimal { scale: a }, Kind::Decimal { scale: b }) if *op == Arith::Mul => {
                Kind::Decimal { scale: (a + b).min(innolab_base::decimal::MAX_SCALE) }
            }
            (a @ (Kind::Int | Kind::Decimal { .. }), b @ (Kind::Int | Kind::Decimal { .. })) => a.common(b),
            _ => return None,
        },
        Expr::Compare(..) | Expr::Is { .. } | Expr::In { .. } | Expr::Between { .. } | Expr::Like { .. } => Kind::Int,
        Expr::And(..) | Expr::Or(..) | Expr::Xor(..) | Expr::Not(_) | Expr::NullSafeEqual(..) => Kind::Int,
        _ => return None,
    })
}
