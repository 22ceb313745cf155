//! The common kind of several values: that of the results of CASE, COALESCE, GREATEST and the like.
//!
//! | one           | the other       | common kind                     |
//! |---------------|-----------------|---------------------------------|
//! | integer       | DECIMAL         | DECIMAL, with the most decimals |
//! | exact number  | double          | double                          |
//! | DATE          | DATETIME        | DATETIME, with the most decimals |
//! | anything else | of another kind | text                            |
//!
//! MySQL's counterpart: `Type_handler_hybrid_field_type::aggregate_for_result`.

use super::datetime::to_datetime;
use super::decimal::Rounding;
use super::value::{Number, Value};
use innolab_base::temporal::DateTime;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommonKind {
    Null,
    Int,
    Decimal { scale: u8 },
    Double,
    Text,
    DateTime { fsp: u8 },
    Date,
}

/// Converts the values to their common kind, for GREATEST and LEAST: here text beside a number is a number, and text
/// beside a datetime is a datetime.
pub(crate) fn to_common_kind(values: &[Value]) -> Vec<Value> {
    let is_number = |value: &Value| !value.is_temporal() && value.string_bytes().is_none();
    let common = values.iter().map(CommonKind::of_value).fold(CommonKind::Null, CommonKind::common);
    let kind = match common {
        CommonKind::Text if values.iter().any(Value::is_temporal) => values
            .iter()
            .filter(|value| value.is_temporal())
            .map(CommonKind::of_value)
            .fold(CommonKind::Null, CommonKind::common),
        CommonKind::Text if values.iter().any(is_number) => CommonKind::Double,
        kind => kind,
    };
    values.iter().map(|value| kind.convert(value.clone())).collect()
}

impl CommonKind {
    /// The common kind of two kinds (the table above).
    pub(crate) fn common(self, other: CommonKind) -> CommonKind {
        use CommonKind::*;
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

    /// Converts a value to this kind; NULLs and binary strings stay as they are.
    pub(crate) fn convert(self, value: Value) -> Value {
        match (self, &value) {
            (_, Value::Null | Value::Bytes(_)) | (CommonKind::Null | CommonKind::Int, _) => value,
            (CommonKind::Decimal { scale }, _) => match value.number().and_then(Number::to_decimal) {
                Some(d) => d.to_digits(scale.into(), Rounding::Half).map_or(value, Value::Decimal),
                None => value,
            },
            (CommonKind::Double, _) => Value::Double(value.number().map_or(0.0, Number::to_f64)),
            (CommonKind::Text, Value::Text(_)) => value,
            (CommonKind::Text, Value::Hex(bytes)) => Value::Bytes(bytes.clone()),
            (CommonKind::Text, _) => {
                Value::Text(String::from_utf8_lossy(&value.shown().unwrap_or_default()).into_owned())
            }
            (CommonKind::DateTime { fsp }, _) => match to_datetime(&value) {
                Some(read) => Value::DateTime(DateTime { fsp, ..read.datetime }),
                None => Value::Null,
            },
            (CommonKind::Date, _) => to_datetime(&value).map_or(Value::Null, |read| Value::Date(read.datetime.date)),
        }
    }

    /// The kind of a value.
    pub(crate) fn of_value(value: &Value) -> CommonKind {
        match value {
            Value::Null => CommonKind::Null,
            Value::Int(_) | Value::UInt(_) => CommonKind::Int,
            Value::Decimal(d) => CommonKind::Decimal { scale: d.display_scale() },
            Value::Double(_) => CommonKind::Double,
            Value::Text(_) | Value::Bytes(_) | Value::Hex(_) => CommonKind::Text,
            Value::DateTime(datetime) => CommonKind::DateTime { fsp: datetime.fsp },
            Value::Date(_) => CommonKind::Date,
        }
    }
}
