//! The type of a function, and how it is called. The rules are those of [`crate::function`].

use crate::answer::{SqlError, shown_string};
use crate::types::{Number, Value, leading_number};

/// How a function treats its arguments before its body runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentMode {
    /// The result is NULL if an argument is (R1).
    NullPropagating,
    /// The same; in strict mode, text that is not a number is error 1292 (R2).
    Numeric,
    /// The body receives the arguments as they are, NULLs included.
    Any,
    /// Only the arguments that are needed are evaluated, by `conditional` of [`crate::expr`]; there is no body.
    Lazy,
}

/// The error of a call.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The result does not fit this kind of number: error 1690.
    OutOfRange(&'static str),
    Error(SqlError),
}

impl From<SqlError> for CallError {
    fn from(error: SqlError) -> CallError {
        CallError::Error(error)
    }
}

/// The body of a function. The `bool` is true in strict mode (R2).
pub(super) type Call = fn(&[Value], bool) -> Result<Value, CallError>;

/// A function of values.
///
/// | methods            | file    |
/// |--------------------|---------|
/// | `call`             | here    |
/// | `find`, `internal` | `table` |
#[derive(Debug)]
pub(crate) struct Function {
    /// In lower case, as errors show it.
    pub(crate) name: &'static str,
    /// The least and the greatest number of arguments.
    pub(crate) arity: std::ops::RangeInclusive<usize>,
    pub(crate) mode: ArgumentMode,
    pub(super) call: Call,
}

impl Function {
    /// Calls the function. REQUIRES: the number of values is within `arity`; the mode is not [`ArgumentMode::Lazy`].
    pub(crate) fn call(&self, values: &[Value], strict: bool) -> Result<Value, CallError> {
        if self.mode != ArgumentMode::Any && values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        if self.mode == ArgumentMode::Numeric && strict {
            values.iter().try_for_each(check_number)?;
        }
        (self.call)(values, strict)
    }
}

fn check_number(value: &Value) -> Result<(), SqlError> {
    match value.string_bytes() {
        Some(bytes) if !leading_number(bytes).1 => Err(truncated_error("DOUBLE", value)),
        _ => Ok(()),
    }
}

/// Error 1292: the value is not one of this kind (R2).
pub(super) fn truncated_error(kind: &str, value: &Value) -> SqlError {
    let bytes = value.shown().unwrap_or_default();
    SqlError::truncated_value(kind, shown_string(&bytes, value.is_binary()))
}

/// The value as an integer: numbers are rounded and clamped to 64 bits, text counts as far as it is an integer. ERRORS:
/// 1292 in strict mode for text that is not an integer (R2).
pub(super) fn integer(value: &Value, strict: bool) -> Result<i64, SqlError> {
    let saturated = |whole: i128| whole.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    if let Some(bytes) = value.string_bytes() {
        let text = bytes.trim_ascii();
        let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
        let end = sign + text[sign..].iter().take_while(|b| b.is_ascii_digit()).count();
        if strict && (end == sign || end < text.len()) {
            return Err(truncated_error("INTEGER", value));
        }
        let digits = std::str::from_utf8(&text[..end]).unwrap_or_default();
        let beyond = if text.first() == Some(&b'-') { i64::MIN } else { i64::MAX };
        return Ok(if end == sign { 0 } else { digits.parse().unwrap_or(beyond) });
    }
    Ok(match value.number() {
        Some(Number::Int { value, .. }) => saturated(value),
        Some(Number::Decimal(d)) => saturated(d.round()),
        // The cast saturates.
        Some(Number::Double(d)) => d.round_ties_even() as i64,
        None => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_counts_as_the_integer_it_begins_with() {
        let int = |text: &str, strict| integer(&Value::Text(text.to_string()), strict).map_err(|e| e.errno);
        assert_eq!([int(" -12 ", true), int("12x", false), int("x", false)], [Ok(-12), Ok(12), Ok(0)]);
        assert_eq!([int("12x", true), int("", true)], [Err(1292), Err(1292)]);
        assert_eq!(int("99999999999999999999", false), Ok(i64::MAX));
    }
}
