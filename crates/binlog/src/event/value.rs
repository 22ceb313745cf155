//! A value of a row: engines hand it in, readers get it. Its column's type decides how it is stored (`column_value`).

use super::json;
use crate::error::Decoded;
use innolab_base::temporal;
use std::fmt;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL, of any type.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer, ENUM, SET, BIT, YEAR.
    UInt(u64),
    /// FLOAT.
    Float(f32),
    /// DOUBLE.
    Double(f64),
    /// DECIMAL as text: `-` if negative, digits, and a point if the scale is not 0; no leading zeros.
    Decimal(String),
    /// Strings; CHAR without its trailing pad.
    Bytes(Vec<u8>),
    /// DATE.
    Date(temporal::Date),
    /// TIME.
    Time(temporal::Time),
    /// DATETIME.
    DateTime(temporal::DateTime),
    /// TIMESTAMP.
    Timestamp(temporal::Timestamp),
    /// A JSON document in MySQL's binary form; [`json::text`](crate::json::text) reads it.
    Json(Vec<u8>),
    /// Changes of parts of a JSON document; [`json::diff_text`](crate::json::diff_text) reads them.
    JsonDiff(Vec<u8>),
    /// Not in the row's image (`binlog_row_image` is not FULL).
    Missing,
}

impl fmt::Display for Value {
    /// As a SQL literal; bytes that are not UTF-8 in hex.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Int(v) => write!(f, "{v}"),
            Value::UInt(v) => write!(f, "{v}"),
            Value::Float(v) if short((*v).into()) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:e}"),
            Value::Double(v) if short(*v) => write!(f, "{v}"),
            Value::Double(v) => write!(f, "{v:e}"),
            Value::Decimal(v) => f.write_str(v),
            Value::Bytes(v) => match std::str::from_utf8(v) {
                Ok(text) => write!(f, "'{}'", text.escape_debug()),
                Err(_) => hex(f, v),
            },
            Value::Date(v) => write!(f, "'{v}'"),
            Value::Time(v) => write!(f, "'{v}'"),
            Value::DateTime(v) => write!(f, "'{v}'"),
            Value::Timestamp(v) => write!(f, "{v}"),
            Value::Json(v) => text_or_hex(f, json::text(v), v),
            Value::JsonDiff(v) => text_or_hex(f, json::diff_text(v), v),
            Value::Missing => f.write_str("(not logged)"),
        }
    }
}

/// True if a number is short without an exponent.
fn short(v: f64) -> bool {
    v == 0.0 || (1e-5..1e16).contains(&v.abs())
}

fn text_or_hex(f: &mut fmt::Formatter<'_>, text: Decoded<String>, bytes: &[u8]) -> fmt::Result {
    match text {
        Ok(text) => f.write_str(&text),
        Err(_) => hex(f, bytes),
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("x'")?;
    bytes.iter().try_for_each(|b| write!(f, "{b:02x}"))?;
    f.write_str("'")
}
