//! Functions that a statement may call on values. One line a function; what the session answers (`last_insert_id()`, `database()`) is a
//! constant by the time an expression is bound.
//!
//! InnoDB's counterpart: `sql/item_create.cc`, `sql/item_strfunc.cc`. Left out: all others; they are error 1305 like a name the server
//! does not know.

use crate::value::{Number, Value};

/// A function of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    CharLength,
    Coalesce,
    Concat,
    Hex,
    IfNull,
    Length,
    Lower,
    Repeat,
    /// The wait is its session's, before the statement runs.
    Sleep,
    Upper,
}

/// Name, function, fewest and most arguments.
const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("abs", Function::Abs, 1, 1),
    ("char_length", Function::CharLength, 1, 1),
    ("coalesce", Function::Coalesce, 1, usize::MAX),
    ("concat", Function::Concat, 1, usize::MAX),
    ("hex", Function::Hex, 1, 1),
    ("ifnull", Function::IfNull, 2, 2),
    ("lcase", Function::Lower, 1, 1),
    ("length", Function::Length, 1, 1),
    ("lower", Function::Lower, 1, 1),
    ("octet_length", Function::Length, 1, 1),
    ("repeat", Function::Repeat, 2, 2),
    ("sleep", Function::Sleep, 1, 1),
    ("ucase", Function::Upper, 1, 1),
    ("upper", Function::Upper, 1, 1),
];

/// The most bytes a string may have; one that would be longer is NULL.
#[doc(alias = "max_allowed_packet")]
const MAX_STRING_BYTES: usize = 16 << 20;

impl Function {
    /// The function of this lower-case name, and the fewest and most arguments that it takes.
    pub(crate) fn find(name: &str) -> Option<(Function, std::ops::RangeInclusive<usize>)> {
        let (_, function, fewest, most) = FUNCTIONS.iter().find(|(n, ..)| *n == name)?;
        Some((*function, *fewest..=*most))
    }

    /// Its name as errors show it.
    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, f, ..)| *f == self).map_or("?", |(name, ..)| name)
    }

    /// Calls it. REQUIRES: as many values as [`Function::find`] says. ERRORS: the kind of number that the result does not fit in.
    pub(crate) fn call(self, values: Vec<Value>) -> Result<Value, &'static str> {
        if matches!(self, Function::Coalesce | Function::IfNull) {
            return Ok(values.into_iter().find(|v| !v.is_null()).unwrap_or(Value::Null));
        }
        if values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        let text = |n: usize| values[n].shown().unwrap_or_default();
        Ok(match self {
            Function::Abs => return abs(&values[0]),
            Function::Length => Value::Int(text(0).len() as i64),
            Function::CharLength => Value::Int(match &values[0] {
                Value::Bytes(bytes) => bytes.len(),
                _ => String::from_utf8_lossy(&text(0)).chars().count(),
            } as i64),
            Function::Concat => string((0..values.len()).flat_map(text).collect(), &values),
            Function::Hex => Value::Text(hex(&values[0])),
            Function::Lower => Value::Text(String::from_utf8_lossy(&text(0)).to_lowercase()),
            Function::Upper => Value::Text(String::from_utf8_lossy(&text(0)).to_uppercase()),
            Function::Repeat => {
                let times = values[1].number().map_or(0.0, Number::to_f64).round().max(0.0) as usize;
                match text(0).len().checked_mul(times) {
                    Some(bytes) if bytes <= MAX_STRING_BYTES => string(text(0).repeat(times), &values[..1]),
                    _ => Value::Null,
                }
            }
            Function::Sleep => Value::Int(0),
            Function::Coalesce | Function::IfNull => Value::Null,
        })
    }
}

/// Text, unless one of the values that it is made of was binary.
fn string(bytes: Vec<u8>, of: &[Value]) -> Value {
    if of.iter().any(|v| matches!(v, Value::Bytes(_))) {
        return Value::Bytes(bytes);
    }
    Value::Text(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(value: &Value) -> String {
    match value.number() {
        Some(Number::Int { value: int, .. }) if !value.is_temporal() => format!("{:X}", int as i64),
        Some(number) if value.string_bytes().is_none() && !value.is_temporal() => {
            format!("{:X}", number.to_f64().round() as i64)
        }
        _ => value.shown().unwrap_or_default().iter().map(|b| format!("{b:02X}")).collect(),
    }
}

fn abs(value: &Value) -> Result<Value, &'static str> {
    Ok(match value {
        Value::UInt(_) | Value::Null => value.clone(),
        Value::Int(i) => Value::Int(i.checked_abs().ok_or("BIGINT")?),
        Value::Decimal(d) if *d < crate::decimal::Decimal::from_int(0) => {
            Value::Decimal(d.checked_neg().ok_or("DECIMAL")?)
        }
        Value::Decimal(_) => value.clone(),
        other => match other.number() {
            // No moment is below zero.
            Some(Number::Int { value, .. }) => Value::Int(value as i64),
            Some(Number::Decimal(d)) => Value::Decimal(d),
            number => Value::Double(number.map_or(0.0, Number::to_f64).abs()),
        },
    })
}
