//! Coercion: converts a value to what a column stores, as strictly as the server's default `sql_mode`
//! (STRICT_TRANS_TABLES).
//!
//! | column         | value                  | stored                                         | errors           |
//! |----------------|------------------------|------------------------------------------------|------------------|
//! | integer        | decimal, text          | rounded half away from zero                    | 1264, 1265, 1366 |
//! | integer        | double                 | rounded half to even                           | 1264             |
//! | integer        | DATETIME, DATE         | its digits, truncated                          | 1264             |
//! | DECIMAL        | number, text           | rounded half away from zero                    | 1264, 1265, 1366 |
//! | DATETIME, DATE | number, text, datetime | truncated to the column's decimals, or the day | 1292             |
//! | VARCHAR        | too long by spaces     | truncated                                      | 1406             |
//! | CHAR           | any                    | without trailing spaces, whatever its length   | 1406             |
//! | VARBINARY      | any                    | the bytes that a client would see              | 1406             |
//! | any            | NULL                   | NULL                                           | 1048             |
//!
//! InnoDB's counterpart: `Field_*::store` in `sql/field.cc`.

use super::datetime::{in_calendar, to_datetime};
use super::decimal::Decimal;
use super::value::{Number, Value, number_length};
use crate::answer::{SqlError, shown_string};
use crate::engine::{ColumnDef, ColumnType, Datum, packed};
use innolab_base::temporal::DateTime;
use std::cmp::Ordering;

/// The column and row to which a value is assigned, for the texts of errors.
pub(crate) struct Target<'a> {
    /// Names of database and table, quoted.
    pub(crate) table: &'a str,
    pub(crate) column: &'a ColumnDef,
    /// Number of the row in the statement, from 1.
    pub(crate) row: u64,
}

impl Target<'_> {
    fn incorrect_number(&self, string: &[u8], binary: bool) -> SqlError {
        let kind = if matches!(self.column.ty, ColumnType::Decimal { .. }) { "decimal" } else { "integer" };
        SqlError::wrong_value(kind, shown_string(string, binary), self.shown_column(), self.row)
    }

    fn incorrect_temporal(&self, value: &Value) -> SqlError {
        let kind = if self.column.ty == ColumnType::Date { "date" } else { "datetime" };
        let shown = shown_string(&value.shown().unwrap_or_default(), value.is_binary());
        SqlError::wrong_temporal(kind, shown, self.shown_column(), self.row)
    }

    fn out_of_range(&self) -> SqlError {
        SqlError::out_of_range(&self.column.name, self.row)
    }

    /// `bytes`: the text from its first byte that is not UTF-8; the error shows its first six bytes.
    fn incorrect_string(&self, bytes: &[u8]) -> SqlError {
        const SHOWN: usize = 6;
        let mut shown = String::new();
        for byte in bytes.iter().take(SHOWN) {
            shown +=
                &if matches!(byte, b' '..=b'~') { char::from(*byte).to_string() } else { format!("\\x{byte:02X}") };
        }
        if bytes.len() > SHOWN {
            shown += "...";
        }
        SqlError::wrong_value("string", shown, self.shown_column(), self.row)
    }

    fn shown_column(&self) -> String {
        format!("{}.`{}`", self.table, self.column.name)
    }
}

/// Converts a value to what the column stores. ERRORS: see the table above.
pub(crate) fn coerce(value: &Value, target: &Target<'_>) -> Result<Datum, SqlError> {
    let column = target.column;
    let Some(shown) = value.shown() else {
        return if column.nullable { Ok(Datum::Null) } else { Err(SqlError::null_not_allowed(&column.name)) };
    };
    let shown = match value {
        Value::Decimal(d) => d.all_digits().into_bytes(),
        _ => shown,
    };
    match column.ty {
        ColumnType::Int { .. } | ColumnType::Decimal { .. } if matches!(value, Value::Hex(all) if all.len() > 8) => {
            Err(target.out_of_range())
        }
        ColumnType::Int { unsigned, .. } => {
            let whole = match numeric_input(value, target)? {
                Number::Int { value, .. } => value,
                Number::Decimal(d) if value.is_temporal() => d.truncate(),
                // A negative number is refused even if it rounds to 0, unless it is text.
                Number::Decimal(d) if unsigned && d < Decimal::from_int(0) && value.string_bytes().is_none() => {
                    return Err(target.out_of_range());
                }
                Number::Decimal(d) => d.round(),
                // A double from text rounds like a decimal.
                Number::Double(d) if value.string_bytes().is_some() => {
                    double_to_int(d.signum() * d.abs().round()).ok_or_else(|| target.out_of_range())?
                }
                Number::Double(d) => double_to_int(d).ok_or_else(|| target.out_of_range())?,
            };
            int_datum(whole, column.ty).ok_or_else(|| target.out_of_range())
        }
        ColumnType::Decimal { precision, scale, unsigned } => {
            let decimal = decimal_of(numeric_input(value, target)?).ok_or_else(|| target.out_of_range())?;
            let stored = decimal.to_column(precision, scale, unsigned);
            stored.map(|(datum, _)| datum).map_err(|_| target.out_of_range())
        }
        ColumnType::DateTime { .. } | ColumnType::Date => {
            let read = to_datetime(value).filter(|read| read.is_exact && in_calendar(read.datetime.date));
            let (stored, _) = read
                .and_then(|read| datetime_datum(read.datetime, column.ty))
                .ok_or_else(|| target.incorrect_temporal(value))?;
            Ok(stored)
        }
        ColumnType::VarChar { chars } => coerce_text(&shown, chars.into(), target).map(|t| Datum::Bytes(t.to_vec())),
        ColumnType::Char { chars } => {
            let text = coerce_text(&shown, chars.into(), target)?;
            Ok(Datum::Bytes(without_trailing_spaces(text).to_vec()))
        }
        ColumnType::VarBinary { bytes } if shown.len() <= bytes.into() => Ok(Datum::Bytes(shown)),
        ColumnType::VarBinary { .. } => Err(SqlError::too_long(&column.name, target.row)),
    }
}

/// The nearest value that INSERT IGNORE stores instead of one that [`coerce`](fn@coerce) refused with `error`, and the
/// warning.
pub(crate) fn coerce_lossy(value: &Value, target: &Target<'_>, error: SqlError) -> (Datum, SqlError) {
    let column = target.column;
    let shown = value.shown().unwrap_or_default();
    let cut = |kept: usize| Datum::Bytes(shown[..kept].to_vec());
    match column.ty {
        _ if value.is_null() => (column.ty.zero(), error),
        ColumnType::Int { bytes, unsigned } => {
            let (least, greatest) = int_range(bytes, unsigned);
            let number = value.number().map_or(0.0, Number::to_f64);
            // The cast saturates, which is beyond the column too.
            let whole = (number.round() as i128).clamp(least, greatest);
            (int_datum(whole, column.ty).unwrap_or_else(|| column.ty.zero()), error)
        }
        ColumnType::Decimal { precision, scale, unsigned } => {
            let number = value.number().unwrap_or(Number::Double(0.0));
            // A number beyond all decimals is beyond this column too.
            let beyond = || Decimal::MAX.signed(number.to_f64() < 0.0);
            let stored = decimal_of(number).unwrap_or_else(beyond).to_column(precision, scale, unsigned);
            (stored.map_or_else(|next| next, |(datum, _)| datum), error)
        }
        ColumnType::DateTime { .. } | ColumnType::Date => {
            let read = to_datetime(value).filter(|read| in_calendar(read.datetime.date));
            let stored = read.and_then(|read| datetime_datum(read.datetime, column.ty));
            (stored.map_or(column.ty.zero(), |(datum, _)| datum), SqlError::truncated(&column.name, target.row))
        }
        ColumnType::VarBinary { bytes } => {
            (cut(shown.len().min(bytes.into())), SqlError::truncated(&column.name, target.row))
        }
        ColumnType::VarChar { chars } | ColumnType::Char { chars } => {
            let text = String::from_utf8_lossy(&shown[..shown.utf8_chunks().next().map_or(0, |c| c.valid().len())])
                .into_owned();
            let end = text.char_indices().nth(chars.into()).map_or(text.len(), |(at, _)| at);
            let truncated = end < text.len();
            (cut(end), if truncated { SqlError::truncated(&column.name, target.row) } else { error })
        }
    }
}

/// The least and the greatest value of an integer column of so many bytes.
pub(crate) fn int_range(bytes: u8, unsigned: bool) -> (i128, i128) {
    let bits = u32::from(bytes) * 8;
    if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) }
}

/// An integer as an integer column stores it; `None` if it is out of range, or `ty` is another type.
pub(crate) fn int_datum(whole: i128, ty: ColumnType) -> Option<Datum> {
    let ColumnType::Int { bytes, unsigned } = ty else { return None };
    let (least, greatest) = int_range(bytes, unsigned);
    if whole < least || whole > greatest {
        return None;
    }
    if unsigned { u64::try_from(whole).ok().map(Datum::UInt) } else { i64::try_from(whole).ok().map(Datum::Int) }
}

fn double_to_int(double: f64) -> Option<i128> {
    let rounded = double.round_ties_even();
    (rounded.abs() < 1e20).then_some(rounded as i128)
}

/// The value as a number, for a numeric column. ERRORS: 1366 for text that does not begin with a number, 1265 for text
/// that goes on after it.
fn numeric_input(value: &Value, target: &Target<'_>) -> Result<Number, SqlError> {
    let Some(text) = value.string_bytes() else {
        return Ok(value.number().unwrap_or(Number::Int { value: 0, unsigned: false }));
    };
    let trimmed = text.trim_ascii();
    let length = number_length(trimmed);
    if length == 0 {
        return Err(target.incorrect_number(text, value.is_binary()));
    }
    if length < trimmed.len() {
        return Err(SqlError::truncated(&target.column.name, target.row));
    }
    let number = std::str::from_utf8(trimmed).unwrap_or("0");
    Ok(match Decimal::parse(number) {
        Some(decimal) => Number::Decimal(decimal),
        None => Number::Double(number.parse().unwrap_or(0.0)),
    })
}

/// The number as a decimal; a double with the fewest digits that read back as it. `None`: beyond all decimals.
pub(crate) fn decimal_of(number: Number) -> Option<Decimal> {
    number.to_decimal().or_else(|| Decimal::parse(&format!("{}", number.to_f64())))
}

/// The value that a DATETIME or DATE column stores for a datetime, and how it compares with the given one; `None`
/// if `ty` is another type.
pub(crate) fn datetime_datum(datetime: DateTime, ty: ColumnType) -> Option<(Datum, Ordering)> {
    let (datum, kept) = match ty {
        ColumnType::DateTime { fsp } => (packed::date_time(datetime, fsp), datetime.with_fsp(fsp)),
        ColumnType::Date => (packed::date(datetime.date), DateTime { date: datetime.date, ..DateTime::default() }),
        _ => return None,
    };
    Some((datum, kept.sort_key().cmp(&datetime.sort_key())))
}

/// The text, truncated to `chars` characters if only spaces are lost. ERRORS: 1366 if it is not UTF-8, 1406.
fn coerce_text<'t>(text: &'t [u8], chars: usize, target: &Target<'_>) -> Result<&'t [u8], SqlError> {
    let valid = std::str::from_utf8(text).map_err(|e| target.incorrect_string(&text[e.valid_up_to()..]))?;
    match valid.char_indices().nth(chars) {
        None => Ok(text),
        Some((kept, _)) if valid[kept..].bytes().all(|b| b == b' ') => Ok(&text[..kept]),
        Some(_) => Err(SqlError::too_long(&target.column.name, target.row)),
    }
}

fn without_trailing_spaces(text: &[u8]) -> &[u8] {
    let kept = text.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1);
    &text[..kept]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_coerce(value: Value, ty: ColumnType) -> Result<Datum, u16> {
        let column = ColumnDef::new("c", ty, true);
        coerce(&value, &Target { table: "`d`.`t`", column: &column, row: 1 }).map_err(|e| e.errno)
    }

    fn text(t: &str) -> Value {
        Value::Text(t.to_string())
    }

    #[test]
    fn integers_round_and_have_ranges() {
        let tiny = ColumnType::Int { bytes: 1, unsigned: false };
        let big = ColumnType::Int { bytes: 8, unsigned: true };
        let cases = [
            (Value::Int(127), Ok(127)),
            (Value::Int(128), Err(1264)),
            (Value::Int(-128), Ok(-128)),
            (Value::Decimal(Decimal::parse("2.5").unwrap()), Ok(3)),
            (Value::Decimal(Decimal::parse("-2.5").unwrap()), Ok(-3)),
            (Value::Double(2.5), Ok(2)),
            (Value::Double(1e30), Err(1264)),
            (text(" 12 "), Ok(12)),
            (text("2.5"), Ok(3)),
            (text("1e2"), Ok(100)),
            (text("1e3"), Err(1264)),
            (text("12x"), Err(1265)),
            (text("x"), Err(1366)),
            (text(""), Err(1366)),
        ];
        for (value, expected) in cases {
            assert_eq!(try_coerce(value.clone(), tiny), expected.map(Datum::Int), "{value:?}");
        }
        assert_eq!(try_coerce(Value::UInt(u64::MAX), big), Ok(Datum::UInt(u64::MAX)));
        assert_eq!(try_coerce(Value::Int(-1), big), Err(1264));
        assert_eq!(try_coerce(text("18446744073709551615"), big), Ok(Datum::UInt(u64::MAX)));
    }

    #[test]
    fn datetimes_are_truncated_and_decimals_are_rounded() {
        let datetime = |text: &str| to_datetime(&Value::Text(text.to_string())).unwrap().datetime;
        let (seconds, cents) =
            (ColumnType::DateTime { fsp: 0 }, ColumnType::Decimal { precision: 5, scale: 2, unsigned: true });
        let whole = datetime("2024-01-02 03:04:05");
        assert_eq!(try_coerce(text("2024-01-02 03:04:05.9"), seconds), Ok(packed::date_time(whole, 0)));
        assert_eq!(try_coerce(Value::Int(20240102030405), ColumnType::Date), Ok(packed::date(whole.date)));
        assert_eq!(try_coerce(text("2024-02-30"), seconds), Err(1292));
        assert_eq!(try_coerce(text("2024-01-02x"), ColumnType::Date), Err(1292));
        assert_eq!(try_coerce(text("1.005"), cents), Ok(packed::decimal("1.01", 5, 2)));
        assert_eq!(try_coerce(Value::Double(1e3), cents), Err(1264));
        assert_eq!(try_coerce(Value::Double(-1e-9), cents), Err(1264));
        assert_eq!(try_coerce(text("1.5x"), cents), Err(1265));
        assert_eq!(try_coerce(text("."), cents), Err(1366));
        let big = ColumnType::Int { bytes: 8, unsigned: true };
        assert_eq!(
            try_coerce(Value::DateTime(DateTime { micros: 900_000, fsp: 1, ..whole }), big),
            Ok(Datum::UInt(20240102030405))
        );
        assert_eq!(try_coerce(Value::Decimal(Decimal::parse("-0.1").unwrap()), big), Err(1264));
        assert_eq!(try_coerce(text("-0.1"), big), Ok(Datum::UInt(0)));
    }

    #[test]
    fn text_is_measured_in_characters_and_only_spaces_are_truncated() {
        let bytes = |t: &str| Ok(Datum::Bytes(t.as_bytes().to_vec()));
        let varchar = ColumnType::VarChar { chars: 3 };
        let char = ColumnType::Char { chars: 3 };
        let binary = ColumnType::VarBinary { bytes: 3 };
        assert_eq!(try_coerce(text("héé"), varchar), bytes("héé"));
        assert_eq!(try_coerce(text("abc  "), varchar), bytes("abc"));
        assert_eq!(try_coerce(text("ab "), varchar), bytes("ab "));
        assert_eq!(try_coerce(text("ab "), char), bytes("ab"));
        assert_eq!(try_coerce(text("abcd"), varchar), Err(1406));
        assert_eq!(try_coerce(text("abc "), binary), Err(1406));
        assert_eq!(try_coerce(text("ab "), binary), bytes("ab "));
        assert_eq!(try_coerce(Value::Bytes(vec![0xff]), varchar), Err(1366));
        assert_eq!(try_coerce(Value::Bytes(vec![0xff]), binary), Ok(Datum::Bytes(vec![0xff])));
        assert_eq!(try_coerce(Value::Double(0.5), varchar), bytes("0.5"));
    }
}
