//! CAST and CONVERT: a value as one of another kind.
//!
//! | to             | from a number         | from text                   | if it does not fit                      |
//! |----------------|-----------------------|-----------------------------|-----------------------------------------|
//! | SIGNED         | rounded               | the integer it begins with  | the nearest; 64 bits are reinterpreted  |
//! | UNSIGNED       | rounded; DECIMAL < 0: 0 | the integer it begins with | the nearest; 64 bits are reinterpreted |
//! | DECIMAL        | rounded to its digits | the number it begins with   | the nearest; strict: 1690               |
//! | CHAR, BINARY   | as a client sees it   | unchanged                   | truncated                               |
//! | DATETIME, DATE | its digits            | the datetime it begins with | NULL; strict: 1292                      |

use super::call::{CallError, integer, truncated_error};
use super::time::datetime_argument;
use crate::answer::SqlError;
use crate::engine::ColumnType;
use crate::types::{Decimal, Number, Value, decimal_of, leading_number, number_length};
use innolab_base::temporal::DateTime;

type Called = Result<Value, CallError>;

/// The integer that text begins with, clamped to the range from `i64::MIN` to `u64::MAX`. ERRORS: 1292 in strict mode
/// if the text is not an integer or does not fit.
fn leading_int(value: &Value, bytes: &[u8], strict: bool) -> Result<i128, SqlError> {
    let text = bytes.trim_ascii();
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let end = sign + text[sign..].iter().take_while(|b| b.is_ascii_digit()).count();
    let digits = std::str::from_utf8(&text[..end]).unwrap_or_default();
    let beyond = if text.first() == Some(&b'-') { i128::from(i64::MIN) } else { i128::from(u64::MAX) };
    let number = if end == sign { 0 } else { digits.parse().unwrap_or(beyond) };
    let within = number.clamp(i64::MIN.into(), u64::MAX.into());
    if strict && (end == sign || end < text.len() || within != number) {
        return Err(truncated_error("INTEGER", value));
    }
    Ok(within)
}

pub(super) fn signed(values: &[Value], strict: bool) -> Called {
    let value = &values[0];
    Ok(Value::Int(match (value.string_bytes(), value) {
        // From i64::MAX on the bits are reinterpreted.
        (Some(bytes), _) => leading_int(value, bytes, strict)? as i64,
        (_, Value::UInt(u)) => *u as i64,
        // All 64 bits.
        (_, Value::Hex(_)) => unsigned_bits(value),
        // Fractions of a second are truncated.
        (_, Value::DateTime(datetime)) => integer(&Value::DateTime(datetime.with_fsp(0)), strict)?,
        _ => integer(value, strict)?,
    }))
}

/// The bits of a value that is a whole number.
fn unsigned_bits(value: &Value) -> i64 {
    if let Some(Number::Int { value, .. }) = value.number() { value as i64 } else { 0 }
}

pub(super) fn unsigned(values: &[Value], strict: bool) -> Called {
    let value = &values[0];
    Ok(Value::UInt(match (value.string_bytes(), value.number()) {
        (Some(bytes), _) => leading_int(value, bytes, strict)? as u64,
        (_, Some(Number::Int { value, .. })) => value as u64,
        (_, Some(Number::Decimal(d))) if value.is_temporal() => d.truncate() as u64,
        (_, Some(Number::Decimal(d))) => d.round().clamp(0, u64::MAX.into()) as u64,
        (_, Some(Number::Double(d))) if d < 0.0 => integer(value, strict)? as u64,
        // The cast saturates.
        (_, Some(Number::Double(d))) => d.round_ties_even() as u64,
        (_, None) => 0,
    }))
}

/// A double; with two more arguments, precision and scale, rounded to the scale and cut to the precision.
pub(super) fn double(values: &[Value], _: bool) -> Called {
    let double = values[0].number().map_or(0.0, Number::to_f64);
    let [_, precision, scale] = values else { return Ok(Value::Double(double)) };
    let [precision, scale] = [precision, scale].map(|digits| integer(digits, false).map_or(0, |n| n as i32));
    let unit = 10f64.powi(scale);
    let greatest = 10f64.powi(precision - scale) - 1.0 / unit;
    let whole = double.trunc();
    let rounded = whole + ((double - whole) * unit).round_ties_even() / unit;
    Ok(Value::Double(rounded.clamp(-greatest, greatest)))
}

pub(super) fn decimal(values: &[Value], strict: bool) -> Called {
    let value = &values[0];
    let [precision, scale] = [&values[1], &values[2]].map(|digits| integer(digits, false).map_or(0, |n| n as u8));
    let number = match value.string_bytes() {
        Some(bytes) => {
            if strict && !leading_number(bytes).1 {
                return Err(truncated_error("DECIMAL", value).into());
            }
            let text = bytes.trim_ascii();
            let digits = std::str::from_utf8(&text[..number_length(text)]).ok();
            digits.and_then(Decimal::parse).map_or(value.number(), |d| Some(Number::Decimal(d)))
        }
        None => value.number(),
    };
    let number = number.unwrap_or(Number::Double(0.0));
    // A number beyond all decimals is beyond this one too.
    let decimal = decimal_of(number).unwrap_or(Decimal::MAX.signed(number.to_f64() < 0.0));
    let datum = match decimal.to_column(precision, scale, false) {
        Ok((datum, _)) => datum,
        Err(_) if strict => return Err(CallError::OutOfRange("DECIMAL")),
        Err(nearest) => nearest,
    };
    Ok(Value::from_datum(&datum, ColumnType::Decimal { precision, scale, unsigned: false }))
}

/// The first characters, or bytes if `binary`, of the value's text.
fn shown_prefix(values: &[Value], binary: bool) -> Called {
    let all = values[0].shown().unwrap_or_default();
    let most = values.get(1).map_or(Ok(i64::MAX), |n| integer(n, false))?;
    let most = usize::try_from(most).unwrap_or(0);
    if binary {
        return Ok(Value::Bytes(all.into_iter().take(most).collect()));
    }
    Ok(Value::Text(String::from_utf8_lossy(&all).chars().take(most).collect()))
}

pub(super) fn char(values: &[Value], _: bool) -> Called {
    shown_prefix(values, false)
}

pub(super) fn binary(values: &[Value], _: bool) -> Called {
    shown_prefix(values, true)
}

pub(super) fn date(values: &[Value], strict: bool) -> Called {
    Ok(datetime_argument(&values[0], strict)?.map_or(Value::Null, |datetime| Value::Date(datetime.date)))
}

pub(super) fn datetime(values: &[Value], strict: bool) -> Called {
    let fsp = integer(&values[1], false)? as u8;
    let cut = |datetime: DateTime| Value::DateTime(datetime.with_fsp(fsp));
    Ok(datetime_argument(&values[0], strict)?.map_or(Value::Null, cut))
}
