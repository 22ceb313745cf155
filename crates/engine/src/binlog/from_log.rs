//! Rows of a log as rows of a table here: converted so that they mean the same, or refused.
//!
//! ```text
//! the log's column                         the table's column
//! INT family, with or without its sign     INT family that has the value
//! VARCHAR(n bytes), latin1 or utf8         VARCHAR(n characters), utf8mb4: the same text
//! VARBINARY, DECIMAL, DATETIME, DATE       the same type, wide enough
//! ```
//!
//! RULES
//!
//! - **R1** Nothing is cut, rounded or guessed: a value that the column cannot have is an error that names table, column
//!   and cause. NULL in a NOT NULL column is one.
//! - **R2** In a log without signs the bits of a number of the same size are read with the sign of the table's column,
//!   as a replica reads them. A number of another size is taken only if it is the same with either sign.
//! - **R3** A text is read in the character set that the log names. Where it names none (`binlog_row_metadata =
//!   NO_LOG`), the column's bytes for each character tell: 3 or 4 are UTF-8, 1 is taken for ASCII, and with it only
//!   ASCII; others are refused.
//!
//! MySQL's counterpart: `table_def::compatible_with`, `slave_type_conversions`; unlike a replica, which converts what
//! fits by the column's size, this refuses a text that might be another one.

use super::rows::datum;
use crate::codec::{ColumnDef, ColumnType, Datum, Error, Result, packed};
use crate::dict::Table;
use innolab_binlog::{Charset, Column, ColumnType as Logged, Row, TableMap, Value};

/// A row of the log's table `map` as values of `table`'s columns; `None` for a column that its image leaves out.
/// ERRORS: [`Error::Unsupported`] (R1).
pub(crate) fn row_data(table: &Table, map: &TableMap, row: &Row) -> Result<Vec<Option<Datum>>> {
    let def = table.def();
    if row.len() != def.columns.len() {
        let (there, here) = (row.len(), def.columns.len());
        return Err(Error::Unsupported(format!(
            "rows of a table `{}` of {there} columns; this one has {here}",
            def.name
        )));
    }
    let convert = |(i, value): (usize, &Value)| {
        if *value == Value::Missing {
            return Ok(None);
        }
        let (logged, column) = (&map.columns[i], &def.columns[i]);
        convert(value, logged, map.has_signs, column).map(Some).map_err(|why| {
            Error::Unsupported(format!("a row of table `{}`: column `{}`: {why}", def.name, column.name))
        })
    };
    row.iter().enumerate().map(convert).collect()
}

fn convert(value: &Value, logged: &Column, has_signs: bool, column: &ColumnDef) -> std::result::Result<Datum, String> {
    let other = || format!("{} of the log", logged.ty);
    match (value, column.ty) {
        (Value::Null, _) if column.nullable => Ok(Datum::Null),
        (Value::Null, _) => Err("NULL, but it is NOT NULL".to_owned()),
        (Value::Int(_) | Value::UInt(_), ColumnType::Int { bytes, unsigned }) => {
            let Logged::Int { bytes: logged_bytes, .. } = logged.ty else { return Err(other()) };
            let unknown_sign = (!has_signs).then_some(logged_bytes);
            integer(value, unknown_sign, bytes, unsigned)
        }
        (Value::Bytes(bytes), ColumnType::VarChar { chars } | ColumnType::Char { chars }) => {
            let same = matches!(
                (logged.ty, column.ty),
                (Logged::Varchar { .. }, ColumnType::VarChar { .. }) | (Logged::Char { .. }, ColumnType::Char { .. })
            );
            if same { text(bytes, logged, chars).map(|text| Datum::Bytes(text.into_bytes())) } else { Err(other()) }
        }
        (Value::Bytes(v), ColumnType::VarBinary { bytes: max }) => match (logged.ty, logged.collation.map(Charset::of))
        {
            (Logged::Varchar { .. }, Some(Some(Charset::Binary))) if v.len() <= max.into() => {
                Ok(Datum::Bytes(v.clone()))
            }
            (Logged::Varchar { max_bytes }, None) if max_bytes == max => Ok(Datum::Bytes(v.clone())),
            (Logged::Varchar { .. }, Some(Some(Charset::Binary))) => Err(format!("{} bytes, more than {max}", v.len())),
            _ => Err(other()),
        },
        (Value::Decimal(text), ColumnType::Decimal { unsigned: true, .. }) if text.starts_with('-') => {
            Err(format!("{text}, but it is UNSIGNED"))
        }
        (Value::DateTime(v), ColumnType::DateTime { fsp }) if v.fsp == fsp => {
            packed::read(column.ty, &v.to_string()).ok_or_else(|| format!("{v}, which is no time"))
        }
        (Value::Date(v), ColumnType::Date) => {
            packed::read(column.ty, &v.to_string()).ok_or_else(|| format!("{v}, which is no date"))
        }
        (value, ty) => datum(value.clone(), ty).ok_or_else(other),
    }
}

/// An integer of the log. `unknown_sign`: the bytes of the log's column if the log does not say its sign (R2).
fn integer(value: &Value, unknown_sign: Option<u8>, bytes: u8, unsigned: bool) -> std::result::Result<Datum, String> {
    let bits = 8 * u32::from(bytes);
    let v = match value {
        Value::Int(v) => i128::from(*v),
        Value::UInt(v) => i128::from(*v),
        _ => 0,
    };
    let v = match unknown_sign {
        Some(logged) if logged == bytes && unsigned => v & ((1 << bits) - 1),
        Some(logged) if logged != bytes && v < 0 => {
            return Err("a number whose sign the log does not say (binlog_row_metadata = NO_LOG)".to_owned());
        }
        _ => v,
    };
    let range = if unsigned { 0..1 << bits } else { -(1 << (bits - 1))..1 << (bits - 1) };
    match (range.contains(&v), unsigned) {
        (false, _) => Err(format!("{v}, which is out of its range")),
        (true, true) => Ok(Datum::UInt(v as u64)),
        (true, false) => Ok(Datum::Int(v as i64)),
    }
}

/// A text of the log in UTF-8, of at most `chars` characters (R3).
fn text(bytes: &[u8], logged: &Column, chars: u16) -> std::result::Result<String, String> {
    let (Logged::Varchar { max_bytes } | Logged::Char { max_bytes }) = logged.ty else {
        return Err(logged.ty.to_string());
    };
    let charset = match logged.collation {
        Some(63) => return Err("bytes of the log; it is text".to_owned()),
        Some(id) => {
            Charset::of(id).ok_or_else(|| format!("text in a character set that is not read (collation {id})"))?
        }
        None => {
            let bytes_of_a_char = |n: u32| u32::from(max_bytes) == n * u32::from(chars);
            match () {
                () if bytes_of_a_char(3) || bytes_of_a_char(4) => Charset::Utf8,
                () if bytes_of_a_char(1) && bytes.is_ascii() => Charset::Ascii,
                () => {
                    return Err(
                        "text whose character set the log does not say (binlog_row_metadata = NO_LOG)".to_owned()
                    );
                }
            }
        }
    };
    let text = charset.text(bytes).ok_or("bytes that are no text in its character set")?;
    match text.chars().count() {
        n if n > chars.into() => Err(format!("{n} characters, more than {chars}")),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(ty: ColumnType) -> ColumnDef {
        ColumnDef::new("c", ty, false)
    }

    fn made(value: Value, logged: Column, signs: bool, ty: ColumnType) -> String {
        match convert(&value, &logged, signs, &column(ty)) {
            Ok(Datum::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(datum) => format!("{datum:?}"),
            Err(why) => why,
        }
    }

    #[test]
    fn r1_r2_integers_keep_their_value_or_are_refused() {
        let int = |bytes, unsigned| ColumnType::Int { bytes, unsigned };
        let of = |bytes, unsigned| Column::new("c", Logged::Int { bytes, unsigned });
        let cases = [
            (Value::Int(-1), of(4, false), true, int(8, false), "Int(-1)"),
            (Value::Int(-1), of(4, false), true, int(4, true), "-1, which is out of its range"),
            (
                Value::UInt(u64::MAX),
                of(8, true),
                true,
                int(8, false),
                "18446744073709551615, which is out of its range",
            ),
            (Value::UInt(7), of(8, true), true, int(1, false), "Int(7)"),
            (Value::Int(300), of(4, false), true, int(1, false), "300, which is out of its range"),
            (Value::Int(-294_967_296), of(4, false), false, int(4, true), "UInt(4000000000)"),
            (Value::Int(-1), of(8, false), false, int(8, true), "UInt(18446744073709551615)"),
            (Value::Int(-1), of(4, false), false, int(4, false), "Int(-1)"),
            (Value::Int(5), of(4, false), false, int(8, true), "UInt(5)"),
            (Value::Null, of(4, false), true, int(4, false), "NULL, but it is NOT NULL"),
            (Value::UInt(2024), Column::new("c", Logged::Year), true, int(4, true), "YEAR of the log"),
        ];
        for (value, logged, signs, ty, want) in cases {
            assert_eq!(made(value, logged, signs, ty), want);
        }
        let unknown = made(Value::Int(-1), of(4, false), false, int(8, true));
        assert_eq!(unknown, "a number whose sign the log does not say (binlog_row_metadata = NO_LOG)");
    }

    #[test]
    fn r3_texts_keep_their_characters_or_are_refused() {
        let of = |max_bytes, collation| Column { collation, ..Column::new("c", Logged::Varchar { max_bytes }) };
        let put = |bytes: &[u8], max_bytes, collation| {
            made(Value::Bytes(bytes.to_vec()), of(max_bytes, collation), true, ColumnType::VarChar { chars: 4 })
        };
        let unknown = "text whose character set the log does not say (binlog_row_metadata = NO_LOG)";
        assert_eq!(put(b"a\xf1", 4, Some(8)), "añ", "latin1");
        assert_eq!(put("añ".as_bytes(), 16, Some(45)), "añ");
        assert_eq!(put(b"a\xf1", 16, Some(45)), "bytes that are no text in its character set");
        assert_eq!(put("ñññññ".as_bytes(), 80, Some(45)), "5 characters, more than 4");
        assert_eq!(put(b"a\xf1", 4, None), unknown, "latin1, perhaps");
        assert_eq!((put(b"ab", 4, None), put("ñ".as_bytes(), 16, None)), ("ab".into(), "ñ".into()));
        assert_eq!((put(b"ab", 8, None), put(b"\xc3\xb1", 4, None)), (unknown.into(), unknown.into()), "ucs2; latin1");
        assert_eq!(put(b"ab", 16, Some(28)), "text in a character set that is not read (collation 28)");
        assert_eq!(put(b"ab", 4, Some(63)), "bytes of the log; it is text");
        let bytes = |v: &[u8], logged| made(Value::Bytes(v.to_vec()), logged, true, ColumnType::VarBinary { bytes: 2 });
        assert_eq!(bytes(b"ab", of(9, Some(63))), "ab");
        assert_eq!(bytes(b"abc", of(9, Some(63))), "3 bytes, more than 2");
        assert_eq!(bytes(b"ab", of(2, Some(46))), "VARCHAR(2) of the log");
        let char = Column::new("c", Logged::Char { max_bytes: 16 });
        assert_eq!(
            made(Value::Bytes(b"x".to_vec()), char, true, ColumnType::VarChar { chars: 4 }),
            "CHAR(16) of the log"
        );
    }
}
