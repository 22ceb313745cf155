//! Functions of numbers.

use super::call::{CallError, integer};
use crate::types::{Decimal, Number, Rounding, Value, compare, order, to_common_kind};

fn double(value: &Value) -> f64 {
    value.number().map_or(0.0, Number::to_f64)
}

/// The double as a value. ERRORS: out of range if it is infinite or not a number.
fn finite(double: f64) -> Result<Value, CallError> {
    if double.is_finite() { Ok(Value::Double(double)) } else { Err(CallError::OutOfRange("DOUBLE")) }
}

/// An integer as the narrowest kind that holds it.
fn whole(number: i128) -> Value {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(i), _) => Value::Int(i),
        (_, Ok(u)) => Value::UInt(u),
        _ => Value::Decimal(Decimal::from_int(number)),
    }
}

pub(super) fn abs(values: &[Value], _: bool) -> Result<Value, CallError> {
    Ok(match &values[0] {
        Value::Int(i) => Value::Int(i.checked_abs().ok_or(CallError::OutOfRange("BIGINT"))?),
        Value::Decimal(d) if *d < Decimal::from_int(0) => {
            Value::Decimal(d.checked_neg().ok_or(CallError::OutOfRange("DECIMAL"))?)
        }
        same @ (Value::UInt(_) | Value::Decimal(_)) => same.clone(),
        other => match other.number() {
            // Datetimes, which as numbers are never negative.
            Some(Number::Int { value, .. }) => whole(value),
            Some(Number::Decimal(d)) => Value::Decimal(d),
            number => Value::Double(number.map_or(0.0, Number::to_f64).abs()),
        },
    })
}

pub(super) fn sign(values: &[Value], _: bool) -> Result<Value, CallError> {
    let zero = Value::Int(0);
    Ok(Value::Int(compare(&values[0], &zero).map_or(0, |order| order as i64)))
}

/// Rounds to the digits of the second argument (by default 0): after the point, or before it if negative.
fn to_digits(values: &[Value], how: Rounding) -> Result<Value, CallError> {
    /// Beyond so many digits the value stays as it is, or becomes 0.
    const FARTHEST: i64 = 400;
    let digits = values.get(1).map_or(Ok(0), |digits| integer(digits, false))?.clamp(-FARTHEST, FARTHEST) as i32;
    let out_of_range = CallError::OutOfRange("DECIMAL");
    Ok(match values[0].number() {
        None => Value::Null,
        Some(Number::Int { value, .. }) if digits >= 0 => whole(value),
        Some(Number::Int { value, .. }) => {
            whole(Decimal::from_int(value).to_digits(digits, how).ok_or(out_of_range)?.truncate())
        }
        Some(Number::Decimal(d)) => Value::Decimal(d.to_digits(digits, how).ok_or(out_of_range)?),
        Some(Number::Double(d)) => {
            let whole = |d: f64| if how == Rounding::Cut { d.trunc() } else { d.round_ties_even() };
            let unit = 10f64.powi(digits.abs());
            let rounded = if digits < 0 { whole(d / unit) * unit } else { whole(d * unit) / unit };
            // If the unit is beyond doubles, the value stays as it is, or becomes 0.
            let beyond = if digits < 0 { 0.0 } else { d };
            Value::Double(if rounded.is_finite() { rounded } else { beyond })
        }
    })
}

pub(super) fn round(values: &[Value], _: bool) -> Result<Value, CallError> {
    to_digits(values, Rounding::Half)
}

pub(super) fn truncate(values: &[Value], _: bool) -> Result<Value, CallError> {
    to_digits(values, Rounding::Cut)
}

/// As [`to_digits`] with digits that differ from row to row: a decimal keeps its own digits after the point, so that
/// all rows have as many.
fn to_digits_of_row(values: &[Value], how: Rounding) -> Result<Value, CallError> {
    let Value::Decimal(of) = &values[0] else { return to_digits(values, how) };
    let places = of.display_scale();
    let digits = Value::Int(integer(&values[1], false)?.min(places.into()));
    let Value::Decimal(rounded) = to_digits(&[values[0].clone(), digits], how)? else { return Ok(Value::Null) };
    let shown = rounded.to_digits(places.into(), Rounding::Cut).ok_or(CallError::OutOfRange("DECIMAL"))?;
    Ok(Value::Decimal(shown))
}

pub(super) fn round_each(values: &[Value], _: bool) -> Result<Value, CallError> {
    to_digits_of_row(values, Rounding::Half)
}

pub(super) fn truncate_each(values: &[Value], _: bool) -> Result<Value, CallError> {
    to_digits_of_row(values, Rounding::Cut)
}

/// Rounds to an integer. An exact number gives an integer if it fits 64 bits, else a decimal; a double gives a double.
fn next_whole(value: &Value, how: Rounding, of_double: fn(f64) -> f64) -> Result<Value, CallError> {
    Ok(match value.number() {
        None => Value::Null,
        Some(Number::Int { value, .. }) => whole(value),
        Some(Number::Decimal(d)) => {
            let next = d.to_digits(0, how).ok_or(CallError::OutOfRange("DECIMAL"))?;
            i64::try_from(next.truncate()).map_or(Value::Decimal(next), Value::Int)
        }
        Some(Number::Double(d)) => Value::Double(of_double(d)),
    })
}

pub(super) fn floor(values: &[Value], _: bool) -> Result<Value, CallError> {
    next_whole(&values[0], Rounding::Down, f64::floor)
}

pub(super) fn ceil(values: &[Value], _: bool) -> Result<Value, CallError> {
    next_whole(&values[0], Rounding::Up, f64::ceil)
}

pub(super) fn sqrt(values: &[Value], _: bool) -> Result<Value, CallError> {
    let of = double(&values[0]);
    Ok(if of < 0.0 { Value::Null } else { Value::Double(of.sqrt()) })
}

pub(super) fn pow(values: &[Value], _: bool) -> Result<Value, CallError> {
    finite(double(&values[0]).powf(double(&values[1])))
}

pub(super) fn exp(values: &[Value], _: bool) -> Result<Value, CallError> {
    finite(double(&values[0]).exp())
}

/// The logarithm `log` of a positive number. Any other number gives NULL. ERRORS: 1365 in strict mode.
fn logarithm(of: f64, strict: bool, log: impl FnOnce(f64) -> f64) -> Result<Value, CallError> {
    match of > 0.0 {
        true => finite(log(of)),
        false if strict => Err(crate::SqlError::division_by_zero().into()),
        false => Ok(Value::Null),
    }
}

pub(super) fn ln(values: &[Value], strict: bool) -> Result<Value, CallError> {
    logarithm(double(&values[0]), strict, f64::ln)
}

pub(super) fn log(values: &[Value], strict: bool) -> Result<Value, CallError> {
    let [base, of] = values else { return ln(values, strict) };
    let (base, of) = (double(base), double(of));
    let base = if base == 1.0 { 0.0 } else { base };
    logarithm(base.min(of), strict, |_| of.ln() / base.ln())
}

pub(super) fn log2(values: &[Value], strict: bool) -> Result<Value, CallError> {
    logarithm(double(&values[0]), strict, f64::log2)
}

pub(super) fn log10(values: &[Value], strict: bool) -> Result<Value, CallError> {
    logarithm(double(&values[0]), strict, f64::log10)
}

pub(super) fn greatest(values: &[Value], _: bool) -> Result<Value, CallError> {
    let common = to_common_kind(values);
    Ok(common.into_iter().max_by(order).unwrap_or(Value::Null))
}

pub(super) fn least(values: &[Value], _: bool) -> Result<Value, CallError> {
    let common = to_common_kind(values);
    Ok(common.into_iter().min_by(order).unwrap_or(Value::Null))
}
