//! A value of a row: engines hand it in, readers get it. Its column's type decides how it is stored (`column_value`).

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
}

impl fmt::Display for Value {
    /// As a SQL literal; bytes that are not UTF-8 in hex.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Int(v) => write!(f, "{v}"),
            Value::UInt(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v}"),
            Value::Double(v) => write!(f, "{v}"),
            Value::Decimal(v) => f.write_str(v),
            Value::Bytes(v) => match std::str::from_utf8(v) {
                Ok(text) => write!(f, "'{}'", text.escape_debug()),
                Err(_) => {
                    f.write_str("x'")?;
                    v.iter().try_for_each(|b| write!(f, "{b:02x}"))?;
                    f.write_str("'")
                }
            },
            Value::Date(v) => write!(f, "'{v}'"),
            Value::Time(v) => write!(f, "'{v}'"),
            Value::DateTime(v) => write!(f, "'{v}'"),
            Value::Timestamp(v) => write!(f, "{v}"),
        }
    }
}
