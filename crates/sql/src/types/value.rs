//! A value of SQL during evaluation: its kinds, their conversions, and their text.
//!
//! ```text
//! stored (Datum)      computed (Value)                                        shown
//! Int, UInt      ─►   Int  UInt ── + - * ──► Int UInt                    ─►   -5
//! Bytes (text)   ─►   Text          ── / ──► Decimal                     ─►   2.5000
//! Bytes (binary) ─►   Bytes         ── with text in it ──► Double        ─►   0.30000000000000004
//! Bytes (packed) ─►   Decimal  DateTime  Date ── as numbers ──► 20240102 ─►   2024-01-02
//! ```
//!
//! RULES
//!
//! - **R1** A comparison with NULL is unknown ([`compare`](super::compare()) returns `None`), except in
//!   [`order`](super::order) and `<=>`.
//! - **R2** Integers and decimals compare exactly, whatever their signs and scales. Text compares with them as a
//!   decimal, and with a double as a double.
//! - **R3** Text compares byte by byte, a prefix before the longer text (`utf8mb4_nopad_bin`): case, accents and
//!   trailing spaces count.
//! - **R4** Text counts as the number with which it begins: `'12x'` is 12, `'x'` is 0.
//! - **R5** Any other value beside a datetime is read as a datetime (`datetime`), and the two compare by time. In
//!   arithmetic a datetime is a number.
//!
//! InnoDB's counterpart: `Item::val_*`, `Arg_comparator`, `my_strtod`, `my_gcvt`. Left out: comparison of two literals
//! by the connection's collation (the server's default ignores case there, R3 does not).

use super::decimal::Decimal;
use crate::engine::{ColumnType, Datum, packed};
use innolab_base::temporal::{Date, DateTime, MAX_FSP};
use innolab_binlog::Value as Logged;
use std::fmt::Write;

/// A value of SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL: unknown.
    Null,
    /// A signed integer.
    Int(i64),
    /// An integer of an unsigned column, or a literal beyond [`i64::MAX`].
    UInt(u64),
    /// An exact number with decimals.
    Decimal(Decimal),
    /// An approximate number; text in arithmetic is one.
    Double(f64),
    /// Text.
    Text(String),
    /// A binary string.
    Bytes(Vec<u8>),
    /// A literal `0x41` or `b'1000001'`: a binary string that counts as the number with these bytes.
    Hex(Vec<u8>),
    /// A date with a time of day; `fsp` is the number of decimals of the second that are shown.
    DateTime(DateTime),
    /// A date.
    Date(Date),
}

/// An operand of arithmetic; an integer knows whether its type is unsigned.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int { value: i128, unsigned: bool },
    Decimal(Decimal),
    Double(f64),
}

impl Number {
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Number::Int { value, .. } => value as f64,
            Number::Decimal(d) => d.to_f64(),
            Number::Double(d) => d,
        }
    }

    /// `None` for a double.
    pub(crate) fn to_decimal(self) -> Option<Decimal> {
        match self {
            Number::Int { value, .. } => Some(Decimal::from_int(value)),
            Number::Decimal(d) => Some(d),
            Number::Double(_) => None,
        }
    }
}

impl Value {
    /// The value as the binary log carries it, and true if it is a binary string.
    pub(crate) fn logged(&self) -> (Logged, bool) {
        let logged = match self {
            Value::Null => Logged::Null,
            Value::Int(v) => Logged::Int(*v),
            Value::UInt(v) => Logged::UInt(*v),
            Value::Double(v) => Logged::Double(*v),
            Value::Decimal(v) => Logged::Decimal(v.to_string()),
            Value::Text(text) => Logged::Bytes(text.clone().into_bytes()),
            Value::Bytes(bytes) | Value::Hex(bytes) => return (Logged::Bytes(bytes.clone()), true),
            datetime => Logged::Bytes(datetime.shown().unwrap_or_default()),
        };
        (logged, false)
    }

    /// The value that the binary log carries; the inverse of [`Value::logged`].
    pub(crate) fn from_logged(logged: &Logged, binary: bool) -> Value {
        match logged {
            Logged::Null => Value::Null,
            Logged::Int(v) => Value::Int(*v),
            Logged::UInt(v) => Value::UInt(*v),
            Logged::Double(v) => Value::Double(*v),
            Logged::Bytes(bytes) if binary => Value::Bytes(bytes.clone()),
            Logged::Bytes(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            Logged::Decimal(text) => Decimal::parse(text).map_or_else(|| Value::Text(text.clone()), Value::Decimal),
            other => Value::Text(other.to_string()),
        }
    }

    /// A truth value as SQL shows it: 1, 0 or NULL.
    pub fn truth(truth: Option<bool>) -> Value {
        truth.map_or(Value::Null, |t| Value::Int(t.into()))
    }

    /// True if the value is NULL.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The truth value: true for a number other than 0; `None` (unknown) for NULL.
    pub fn is_true(&self) -> Option<bool> {
        Some(match self.number()? {
            Number::Int { value, .. } => value != 0,
            Number::Decimal(d) => !d.is_zero(),
            Number::Double(d) => d != 0.0,
        })
    }

    /// The value as a number (R4); `None` for NULL.
    pub(crate) fn number(&self) -> Option<Number> {
        Some(match self {
            Value::Null => return None,
            Value::Int(i) => Number::Int { value: (*i).into(), unsigned: false },
            Value::UInt(u) => Number::Int { value: (*u).into(), unsigned: true },
            Value::Decimal(d) => Number::Decimal(*d),
            Value::Double(d) => Number::Double(*d),
            Value::Text(text) => Number::Double(leading_number(text.as_bytes()).0),
            Value::Bytes(bytes) => Number::Double(leading_number(bytes).0),
            // The last 64 bits count.
            Value::Hex(bytes) => {
                let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
                Number::Int { value: number.into(), unsigned: true }
            }
            Value::DateTime(datetime) => datetime_as_number(*datetime),
            Value::Date(date) => Number::Int { value: date_as_number(*date), unsigned: false },
        })
    }

    /// The value as a number, to compare it with an exact number: text without an exponent counts as a decimal (R2).
    pub(crate) fn number_beside_exact(&self) -> Option<Number> {
        let exact = self.string_bytes().and_then(|bytes| {
            let digits = bytes.trim_ascii_start();
            let digits = &digits[..number_length(digits)];
            Decimal::parse(std::str::from_utf8(digits).ok()?)
        });
        exact.map(Number::Decimal).or_else(|| self.number())
    }

    /// The text that a client sees; `None` for NULL.
    pub fn shown(&self) -> Option<Vec<u8>> {
        Some(match self {
            Value::Null => return None,
            Value::Int(i) => i.to_string().into_bytes(),
            Value::UInt(u) => u.to_string().into_bytes(),
            Value::Decimal(d) => d.to_string().into_bytes(),
            Value::Double(d) => shown_double(*d).into_bytes(),
            Value::Text(text) => text.clone().into_bytes(),
            Value::Bytes(bytes) | Value::Hex(bytes) => bytes.clone(),
            Value::DateTime(datetime) => datetime.to_string().into_bytes(),
            Value::Date(date) => date.to_string().into_bytes(),
        })
    }

    /// The bytes of text or of a binary string; `None` for all other values.
    #[inline]
    pub(crate) fn string_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Text(text) => Some(text.as_bytes()),
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of text or of a binary string, written as a literal of either form; `None` for all other values.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Hex(bytes) => Some(bytes),
            other => other.string_bytes(),
        }
    }

    /// True if the value is a binary string.
    pub(crate) fn is_binary(&self) -> bool {
        matches!(self, Value::Bytes(_) | Value::Hex(_))
    }

    /// The value once it is stored in a variable: a literal that counted as a number is a binary string.
    pub(crate) fn without_number(self) -> Value {
        if let Value::Hex(bytes) = self { Value::Bytes(bytes) } else { self }
    }

    /// The value of a stored field of a column of type `ty`.
    pub fn from_datum(datum: &Datum, ty: ColumnType) -> Value {
        match (datum, ty) {
            (Datum::Null, _) => Value::Null,
            (Datum::Int(i), _) => Value::Int(*i),
            (Datum::UInt(u), _) => Value::UInt(*u),
            (Datum::Bytes(bytes), ColumnType::VarBinary { .. }) => Value::Bytes(bytes.clone()),
            (Datum::Bytes(bytes), ColumnType::Decimal { precision, scale, .. }) => {
                Value::Decimal(Decimal::from_column(bytes, precision, scale))
            }
            (Datum::Bytes(bytes), ColumnType::DateTime { fsp }) => Value::DateTime(DateTime::get(bytes, fsp)),
            (Datum::Bytes(bytes), ColumnType::Date) => Value::Date(packed::date_of(bytes)),
            (Datum::Bytes(bytes), _) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        }
    }

    /// True if the value is a DATETIME or a DATE.
    #[inline]
    pub(crate) fn is_temporal(&self) -> bool {
        matches!(self, Value::DateTime(_) | Value::Date(_))
    }
}

/// A datetime in arithmetic: `20240102030405`, with its decimals.
fn datetime_as_number(datetime: DateTime) -> Number {
    let DateTime { date, hour, minute, second, micros, fsp } = datetime;
    let clock = i128::from(hour) * 10_000 + i128::from(minute) * 100 + i128::from(second);
    let whole = date_as_number(date) * 1_000_000 + clock;
    if fsp == 0 {
        return Number::Int { value: whole, unsigned: false };
    }
    let unit = 10i128.pow(u32::from(MAX_FSP - fsp));
    Number::Decimal(Decimal::from_unscaled(whole * 10i128.pow(fsp.into()) + i128::from(micros) / unit, fsp))
}

/// A date in arithmetic: `20240102`.
fn date_as_number(date: Date) -> i128 {
    i128::from(date.year) * 10_000 + i128::from(date.month) * 100 + i128::from(date.day)
}

/// The number with which `text` begins, and true if the text is nothing but this number (R4). Spaces at both ends are
/// ignored.
pub(crate) fn leading_number(text: &[u8]) -> (f64, bool) {
    let text = text.trim_ascii();
    let length = number_length(text);
    let number = std::str::from_utf8(&text[..length]).ok().and_then(|t| t.parse().ok()).unwrap_or(0.0);
    (number, length > 0 && length == text.len())
}

/// Length in bytes of the number with which `text` begins: sign, digits with a point, exponent. 0: there is no number.
pub(crate) fn number_length(text: &[u8]) -> usize {
    let digits_from = |at: usize| text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let whole = digits_from(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if text.get(end) == Some(&b'.') {
        fraction = digits_from(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        if exponent < text.len() && digits_from(exponent) > 0 {
            end = exponent + digits_from(exponent);
        }
    }
    end
}

/// A double with the fewest digits that read back as it, with an exponent if the point is far from the digits.
#[doc(alias = "my_gcvt")]
fn shown_double(double: f64) -> String {
    /// The greatest distance of the point from the first digit, in digits.
    const FARTHEST_POINT: i32 = 15;
    if double == 0.0 {
        return "0".to_string();
    }
    let scientific = format!("{:e}", double.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut shown = if double < 0.0 { "-".to_string() } else { String::new() };
    if (-FARTHEST_POINT..FARTHEST_POINT).contains(&exponent) {
        // Writing to a string cannot fail.
        let _ = write!(shown, "{}", double.abs());
    } else {
        shown += &format!("{mantissa}e{exponent}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_counts_as_the_number_it_begins_with_r4() {
        let cases: [(&str, f64, bool); 10] = [
            ("12", 12.0, true),
            (" -1.5e2 ", -150.0, true),
            ("12x", 12.0, false),
            ("1e", 1.0, false),
            ("1e+", 1.0, false),
            (".5", 0.5, true),
            ("5.", 5.0, true),
            (".", 0.0, false),
            ("", 0.0, false),
            ("inf", 0.0, false),
        ];
        for (text, number, whole) in cases {
            assert_eq!(leading_number(text.as_bytes()), (number, whole), "{text:?}");
        }
    }

    /// Expected texts are the server's.
    #[test]
    fn doubles_are_shown_like_the_servers() {
        let cases = [
            (1e14, "100000000000000"),
            (1e15, "1e15"),
            (1e20, "1e20"),
            (1e-7, "0.0000001"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-2.5, "-2.5"),
            (1e-15, "0.000000000000001"),
            (1.25e-16, "1.25e-16"),
            (-0.0, "0"),
        ];
        for (double, shown) in cases {
            assert_eq!(shown_double(double), shown);
        }
    }
}
