//! Evaluates expressions on a row.
//!
//! RULES
//!
//! - **R1** Logic has three values: true, false, unknown (NULL). AND is false as soon as one side is false, OR is true
//!   as soon as one side is true. If the left side decides, the right side is not evaluated. The right side of a
//!   comparison or of `/` is not evaluated either if the left side is NULL. (Evaluating it could fail.)
//! - **R2** Integer arithmetic is exact: a result beyond 64 bits is error 1690. The result is unsigned if one operand
//!   is (for `%`: if the left one is).
//! - **R3** Division by zero is NULL; in strict mode ([`EvalContext::strict`]) it is error 1365.
//! - **R4** Text in arithmetic is a double. In strict mode, text that is used as a number and is not one is error 1292,
//!   which says DECIMAL beside an integer and DOUBLE elsewhere; likewise text that is used as a datetime. The constants
//!   of an IN list are converted beforehand, without errors.
//!
//! InnoDB's counterpart: `sql/item_func.cc`, `sql/item_cmpfunc.cc`.

use super::conditional::eval_lazy;
use super::eval_context::EvalContext;
use super::regexp::{compiled, is_match};
use super::row::{compare_rows, in_rows};
use super::tree::{Arith, Expr, Is};
use crate::answer::{SqlError, shown_string};
use crate::engine::ColumnType;
use crate::function::{ArgumentMode, CallError};
use crate::types::{Decimal, Number, Value, compare, leading_number, like, like_binary, to_datetime};
use std::cmp::Ordering;

impl Expr {
    /// The value of the expression. ERRORS: 1690; in strict mode 1365 and 1292; those of functions.
    pub(crate) fn eval(&self, cx: EvalContext<'_>) -> Result<Value, SqlError> {
        Ok(match self {
            Expr::Const(value) => value.clone(),
            Expr::Column(column) => match cx.row.get(column.index) {
                Some(datum) => Value::from_datum(datum, column.ty),
                // An aggregate over no rows has an empty row.
                None => Value::Null,
            },
            Expr::Aggregate(n) => cx.aggregates[*n].clone(),
            Expr::LastInsertId(of, session) => {
                let value = of.eval(cx)?;
                let id = as_id(&value);
                session.set(id.unwrap_or(0));
                id.map_or(Value::Null, Value::UInt)
            }
            Expr::Neg(of) => self.negate(of.eval(cx)?, cx)?,
            Expr::Arith(Arith::Div, a, b) => match a.eval(cx)? {
                Value::Null => Value::Null,
                a => self.arithmetic(Arith::Div, a, b.eval(cx)?, cx)?,
            },
            Expr::Arith(op, a, b) => self.arithmetic(*op, a.eval(cx)?, b.eval(cx)?, cx)?,
            Expr::Call(function, arguments) => {
                if function.mode == ArgumentMode::Lazy {
                    return eval_lazy(function.name, arguments, cx);
                }
                let values = arguments.iter().map(|a| a.eval(cx)).collect::<Result<Vec<_>, _>>()?;
                function.call(&values, cx.strict).map_err(|failed| match failed {
                    CallError::OutOfRange(kind) => self.out_of_range(kind),
                    CallError::Error(error) => error,
                })?
            }
            logic => Value::truth(logic.eval_truth(cx)?),
        })
    }

    /// The truth value of the expression; `None` is unknown. ERRORS: as for [`Expr::eval`].
    pub(crate) fn eval_truth(&self, cx: EvalContext<'_>) -> Result<Option<bool>, SqlError> {
        Ok(match self {
            Expr::Not(of) => of.eval_truth(cx)?.map(|t| !t),
            Expr::Compare(op, a, b) => match a.eval(cx)? {
                Value::Null => None,
                left => a.compare_value(&left, b, cx)?.map(|o| op.holds(o)),
            },
            Expr::NullSafeEqual(a, b) => {
                let kind = if a.is_constant() { kind_beside(b, a) } else { kind_beside(a, b) };
                let (a, b) = (a.eval(cx)?, b.eval(cx)?);
                Some(compare_checked(&a, &b, kind, cx)?.map_or(a.is_null() && b.is_null(), Ordering::is_eq))
            }
            Expr::And(a, b) => match a.eval_truth(cx)? {
                Some(false) => Some(false),
                left => and(left, b.eval_truth(cx)?),
            },
            Expr::Or(a, b) => match a.eval_truth(cx)? {
                Some(true) => Some(true),
                left => not(and(not(left), not(b.eval_truth(cx)?))),
            },
            Expr::Xor(a, b) => match (a.eval_truth(cx)?, b.eval_truth(cx)?) {
                (Some(a), Some(b)) => Some(a != b),
                _ => None,
            },
            Expr::Is { of, what, negated } => {
                let holds = match what {
                    Is::Null => of.eval(cx)?.is_null(),
                    Is::True => of.eval_truth_for_is(cx)? == Some(true),
                    Is::False => of.eval_truth_for_is(cx)? == Some(false),
                };
                Some(holds != *negated)
            }
            Expr::In { of, list, negated } => in_list(&of.eval(cx)?, list, cx)?.map(|t| t != *negated),
            Expr::Between { of, low, high, negated } => {
                let of = of.eval(cx)?;
                if of.is_null() {
                    return Ok(None);
                }
                let (low, high) = (low.eval(cx)?, high.eval(cx)?);
                let moments = !of.is_temporal() && (low.is_temporal() || high.is_temporal());
                let (of, low, high) =
                    if moments { (as_datetime(of), as_datetime(low), as_datetime(high)) } else { (of, low, high) };
                // If one of the three is a number, all are compared as numbers.
                let numbers = [&of, &low, &high].into_iter().any(|v| v.string_bytes().is_none() && !v.is_null());
                let as_numbers = |v: Value| match (numbers, v.string_bytes()) {
                    (true, Some(bytes)) if of.string_bytes().is_some() => Value::Double(leading_number(bytes).0),
                    _ => v,
                };
                let (low, high) = (as_numbers(low), as_numbers(high));
                let (above, below) =
                    (compare_checked(&of, &low, "DOUBLE", cx)?, compare_checked(&of, &high, "DOUBLE", cx)?);
                let within = and(above.map(Ordering::is_ge), below.map(Ordering::is_le));
                within.map(|t| t != *negated)
            }
            Expr::Like { of, pattern, escape, negated } => {
                let (of, pattern) = (of.eval(cx)?, pattern.eval(cx)?);
                let binary = of.is_binary() || pattern.is_binary();
                let like = if binary { like_binary } else { like };
                match (of.shown(), pattern.shown()) {
                    (Some(of), Some(pattern)) => Some(like(&of, &pattern, *escape) != *negated),
                    _ => None,
                }
            }
            Expr::Regexp { of, pattern, regex } => {
                let Some(text) = of.eval(cx)?.shown() else { return Ok(None) };
                match regex {
                    Some(regex) => Some(is_match(regex, &text)),
                    None => compiled(&pattern.eval(cx)?)?.map(|regex| is_match(&regex, &text)),
                }
            }
            Expr::RowCompare { op, left, right } => compare_rows(*op, left, right, cx)?,
            Expr::RowIn { of, list, negated } => in_rows(of, list, cx)?.map(|t| t != *negated),
            Expr::Column(_) => truth(&self.eval(cx)?, "DECIMAL", cx)?,
            value => truth(&value.eval(cx)?, "DOUBLE", cx)?,
        })
    }

    /// True if the expression is a constant that is false or unknown, so no row fulfils it. A constant that fails to
    /// evaluate does not count.
    pub(crate) fn is_never_true(&self) -> bool {
        self.is_constant() && matches!(self.eval_truth(EvalContext::of_row(&[])), Ok(Some(false) | None))
    }

    /// True if the row fulfils the condition. In its outermost ANDs an unknown left side already decides: the right
    /// side is not evaluated, unlike in R1. ERRORS: as for [`Expr::eval`].
    pub(crate) fn holds(&self, cx: EvalContext<'_>) -> Result<bool, SqlError> {
        match self {
            Expr::And(a, b) => Ok(a.holds(cx)? && b.holds(cx)?),
            other => Ok(other.eval_truth(cx)? == Some(true)),
        }
    }

    /// The truth value of the operand of IS TRUE and IS FALSE; its errors say DOUBLE even for a column.
    fn eval_truth_for_is(&self, cx: EvalContext<'_>) -> Result<Option<bool>, SqlError> {
        match self {
            Expr::Column(_) => truth(&self.eval(cx)?, "DOUBLE", cx),
            other => other.eval_truth(cx),
        }
    }

    /// Compares this expression, whose value is `value`, with another one; `None` if that is NULL. REQUIRES: the value
    /// is not NULL.
    pub(super) fn compare_value(
        &self,
        value: &Value,
        with: &Expr,
        cx: EvalContext<'_>,
    ) -> Result<Option<Ordering>, SqlError> {
        let kind = if value.string_bytes().is_some() { kind_beside(with, self) } else { kind_beside(self, with) };
        compare_checked(value, &with.eval(cx)?, kind, cx)
    }

    fn negate(&self, value: Value, cx: EvalContext<'_>) -> Result<Value, SqlError> {
        Ok(match numeric_operand(&value, "DOUBLE", cx)? {
            None => Value::Null,
            Some(Number::Int { value, .. }) => self.integer(-value, false)?,
            Some(Number::Decimal(d)) => Value::Decimal(d.checked_neg().ok_or_else(|| self.out_of_range("DECIMAL"))?),
            Some(Number::Double(d)) => Value::Double(-d),
        })
    }

    fn arithmetic(&self, op: Arith, a: Value, b: Value, cx: EvalContext<'_>) -> Result<Value, SqlError> {
        let kind = if op == Arith::IntDiv { "DECIMAL" } else { "DOUBLE" };
        let (Some(a), Some(b)) = (numeric_operand(&a, kind, cx)?, numeric_operand(&b, kind, cx)?) else {
            return Ok(Value::Null);
        };
        if matches!(op, Arith::Div | Arith::IntDiv | Arith::Mod) && b.to_f64() == 0.0 {
            return if cx.strict { Err(SqlError::division_by_zero()) } else { Ok(Value::Null) };
        }
        match (a, b) {
            (Number::Int { value: a, unsigned: ua }, Number::Int { value: b, unsigned: ub }) if op != Arith::Div => {
                match op {
                    Arith::Add => self.integer(a + b, ua || ub),
                    Arith::Sub => self.integer(a - b, ua || ub),
                    Arith::Mul => self.integer(a.saturating_mul(b), ua || ub),
                    Arith::IntDiv => self.integer(a / b, ua || ub),
                    Arith::Mod | Arith::Div => self.integer(a % b, ua),
                }
            }
            (a, b) => match (a.to_decimal(), b.to_decimal()) {
                (Some(a), Some(b)) => self.decimals(op, a, b),
                _ => self.doubles(op, a.to_f64(), b.to_f64()),
            },
        }
    }

    fn decimals(&self, op: Arith, a: Decimal, b: Decimal) -> Result<Value, SqlError> {
        let result = match op {
            Arith::Add => a.checked_add(b),
            Arith::Sub => a.checked_sub(b),
            Arith::Mul => a.checked_mul(b),
            Arith::Div => a.checked_div(b),
            Arith::Mod => a.checked_rem(b),
            Arith::IntDiv => {
                let quotient = a.div_int(b).ok_or_else(|| self.out_of_range("BIGINT"))?;
                return self.integer(quotient, false);
            }
        };
        result.map(Value::Decimal).ok_or_else(|| self.out_of_range("DECIMAL"))
    }

    fn doubles(&self, op: Arith, a: f64, b: f64) -> Result<Value, SqlError> {
        let result = match op {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div => a / b,
            Arith::Mod => a % b,
            // Beyond i128 the cast saturates, and the result is out of range all the same.
            Arith::IntDiv => return self.integer((a / b).trunc() as i128, false),
        };
        if result.is_finite() { Ok(Value::Double(result)) } else { Err(self.out_of_range("DOUBLE")) }
    }

    /// The result of integer arithmetic. ERRORS: 1690 if it does not fit 64 bits (R2).
    fn integer(&self, value: i128, unsigned: bool) -> Result<Value, SqlError> {
        if unsigned {
            u64::try_from(value).map(Value::UInt).map_err(|_| self.out_of_range("BIGINT UNSIGNED"))
        } else {
            i64::try_from(value).map(Value::Int).map_err(|_| self.out_of_range("BIGINT"))
        }
    }

    fn out_of_range(&self, kind: &str) -> SqlError {
        SqlError::value_out_of_range(kind, self)
    }
}

/// An operand as a number; `kind`: what error 1292 calls it if it is text and not a number (R4).
fn numeric_operand(value: &Value, kind: &str, cx: EvalContext<'_>) -> Result<Option<Number>, SqlError> {
    check_number(value, kind, cx)?;
    Ok(value.number())
}

fn truth(value: &Value, kind: &str, cx: EvalContext<'_>) -> Result<Option<bool>, SqlError> {
    check_number(value, kind, cx)?;
    Ok(value.is_true())
}

/// Compares two values, with the checks of R4: text beside a number has to be a number, and any value beside a datetime
/// has to be a datetime. `kind`: what error 1292 calls the number, unless the other value is an integer.
fn compare_checked(a: &Value, b: &Value, kind: &str, cx: EvalContext<'_>) -> Result<Option<Ordering>, SqlError> {
    if cx.strict {
        let kind = |other: &Value| if matches!(other, Value::Int(_) | Value::UInt(_)) { "DECIMAL" } else { kind };
        let is_number = |value: &Value| value.string_bytes().is_none() && !matches!(value, Value::Null | Value::Hex(_));
        for (value, other) in [(a, b), (b, a)] {
            if other.is_temporal() {
                check_datetime(value)?;
            } else if is_number(other) && !value.is_temporal() {
                check_number(value, kind(other), cx)?;
            }
        }
    }
    Ok(compare(a, b))
}

/// The name, DECIMAL or DOUBLE, by which error 1292 calls text that is compared with `of`. The server has converted a
/// constant beside a DECIMAL column to the column's type beforehand.
fn kind_beside(of: &Expr, constant: &Expr) -> &'static str {
    match of {
        Expr::Column(column) if matches!(column.ty, ColumnType::Decimal { .. }) && constant.is_constant() => "DECIMAL",
        _ => "DOUBLE",
    }
}

fn check_datetime(value: &Value) -> Result<(), SqlError> {
    match to_datetime(value) {
        Some(read) if !read.is_exact => {
            let shown = shown_string(&value.shown().unwrap_or_default(), value.is_binary());
            Err(SqlError::truncated_value("datetime", shown))
        }
        _ => Ok(()),
    }
}

fn check_number(value: &Value, kind: &str, cx: EvalContext<'_>) -> Result<(), SqlError> {
    match value.string_bytes() {
        Some(bytes) if cx.strict && !leading_number(bytes).1 => {
            Err(SqlError::truncated_value(kind, shown_string(bytes, value.is_binary())))
        }
        _ => Ok(()),
    }
}

/// The value as LAST_INSERT_ID(expression) takes it: 64 bits, so -1 is the greatest id.
fn as_id(value: &Value) -> Option<u64> {
    Some(match value.number()? {
        Number::Int { value, .. } => value as u64,
        Number::Decimal(d) => d.round() as u64,
        Number::Double(d) => d.round_ties_even() as i64 as u64,
    })
}

/// AND of three-valued logic (R1).
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(a: Option<bool>) -> Option<bool> {
    a.map(|t| !t)
}

/// The value as a DATETIME, or NULL.
fn as_datetime(value: Value) -> Value {
    to_datetime(&value).map_or(Value::Null, |read| Value::DateTime(read.datetime))
}

fn in_list(of: &Value, list: &[Expr], cx: EvalContext<'_>) -> Result<Option<bool>, SqlError> {
    let mut unknown = false;
    let alike =
        |item: &Expr| matches!(item, Expr::Const(v) if of.is_temporal() || v.is_null() || v.string_bytes().is_some());
    // The constants of such a list were converted beforehand (R4).
    let converted = list.len() > 1 && list.iter().all(alike);
    let cx = EvalContext { strict: cx.strict && !converted, ..cx };
    for item in list {
        match compare_checked(of, &item.eval(cx)?, "DOUBLE", cx)? {
            Some(Ordering::Equal) => return Ok(Some(true)),
            Some(_) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { None } else { Some(false) })
}
