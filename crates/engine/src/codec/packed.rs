//! DECIMAL, DATETIME and DATE: types that the server packs into bytes before the engine sees them. The packed bytes
//! compare as the values do, so a [`Datum::Bytes`] of such a column holds them as they are. This file packs, reads and
//! shows them.
//!
//! ```text
//! DECIMAL(6,2)   -12.50                 7f f3 cd     innolab_base::decimal
//! DATETIME(3)    2024-02-29 01:02:03.4  99 b2 ba 10 83 0f a0   innolab_base::temporal
//! DATE           2024-02-29             8f d0 5d     24 bits big-endian, the highest one flipped: InnoDB stores a DATE as a signed integer
//! ```
//!
//! InnoDB's counterpart: `Field_new_decimal`, `Field_datetimef`, `Field_newdate` of the server.

use super::value::{ColumnType, Datum};
use innolab_base::codec::{get_uint, push_uint};
use innolab_base::decimal;
use innolab_base::temporal::{Date, DateTime};

/// The highest bit of a DATE's 24.
const DATE_SIGN: u64 = 1 << 23;

/// Returns the value of a DECIMAL(`precision`, `scale`) column. `text` is an optional `-`, digits, and an optional
/// point with digits. REQUIRES: at most `precision - scale` digits before the point and `scale` after it.
pub fn decimal(text: &str, precision: u8, scale: u8) -> Datum {
    let mut bytes = Vec::with_capacity(decimal::bytes(precision, scale));
    decimal::put(text, precision, scale, &mut bytes);
    Datum::Bytes(bytes)
}

/// Returns the value of a DATETIME(`fsp`) column; fractional digits beyond `fsp` are cut, not rounded.
pub fn date_time(value: DateTime, fsp: u8) -> Datum {
    let mut bytes = Vec::with_capacity(8);
    value.with_fsp(fsp).put(fsp, &mut bytes);
    Datum::Bytes(bytes)
}

/// Returns the value of a DATE column.
pub fn date(value: Date) -> Datum {
    let mut bytes = Vec::with_capacity(3);
    push_uint(&mut bytes, u64::from(value.packed()) ^ DATE_SIGN, 3);
    Datum::Bytes(bytes)
}

/// Returns the day that the bytes of a DATE stand for. REQUIRES: three bytes.
pub fn date_of(bytes: &[u8]) -> Date {
    Date::from_packed((get_uint(bytes) ^ DATE_SIGN) as u32)
}

/// Returns a packed value as SQL shows it; `None` for a type whose values are not packed.
/// REQUIRES: [`ColumnType::fixed_bytes`] bytes.
pub fn show(ty: ColumnType, bytes: &[u8]) -> Option<String> {
    match ty {
        ColumnType::Decimal { precision, scale, .. } => Some(decimal::get(bytes, precision, scale)),
        ColumnType::DateTime { fsp } => Some(DateTime::get(bytes, fsp).to_string()),
        ColumnType::Date => Some(date_of(bytes).to_string()),
        _ => None,
    }
}

/// Inverse of [`show`]. `None` if the text is no value of the type.
pub(crate) fn read(ty: ColumnType, text: &str) -> Option<Datum> {
    let value = match ty {
        ColumnType::Decimal { precision, scale, .. } => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let whole = whole.trim_start_matches('0');
            let fits = whole.len() <= usize::from(precision - scale) && fraction.len() <= usize::from(scale);
            let sound = fits && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
            sound.then(|| decimal(text, precision, scale))?
        }
        ColumnType::DateTime { fsp } => date_time(text.parse().ok()?, fsp),
        ColumnType::Date => date(text.parse().ok()?),
        _ => return None,
    };
    // A text that does not come back the same was cut, or is no value of the type.
    matches!(&value, Datum::Bytes(bytes) if show(ty, bytes).as_deref() == Some(text)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: Datum) -> Vec<u8> {
        let Datum::Bytes(bytes) = value else { panic!("{value:?} is not packed") };
        bytes
    }

    /// The expected bytes were read from an .ibd of MariaDB 10.11.
    #[test]
    fn the_bytes_are_those_of_a_server() {
        let day = Date { year: 2024, month: 2, day: 29 };
        let moment = DateTime { date: day, hour: 1, minute: 2, second: 3, micros: 456_789, fsp: 6 };
        assert_eq!(bytes(date(day)), [0x8f, 0xd0, 0x5d]);
        assert_eq!(bytes(date(Date::default())), [0x80, 0, 0]);
        assert_eq!(bytes(date_time(moment, 0)), [0x99, 0xb2, 0xba, 0x10, 0x83]);
        assert_eq!(bytes(date_time(moment, 1)), [0x99, 0xb2, 0xba, 0x10, 0x83, 40]);
        assert_eq!(bytes(date_time(moment, 3)), [0x99, 0xb2, 0xba, 0x10, 0x83, 0x11, 0xd0]);
        assert_eq!(bytes(date_time(moment, 6)), [0x99, 0xb2, 0xba, 0x10, 0x83, 0x06, 0xf8, 0x55]);
        assert_eq!(bytes(decimal("-12345678.90", 10, 2)), [0x7f, 0x43, 0x9e, 0xb1, 0xa5]);
        assert_eq!(bytes(decimal("-0.999", 3, 3)), [0x7c, 0x18]);
        assert_eq!(bytes(decimal("-99999", 5, 0)), [0x7e, 0x79, 0x60]);
    }

    #[test]
    fn text_and_back() {
        let cents = ColumnType::Decimal { precision: 6, scale: 2, unsigned: false };
        let cases = [
            (cents, "-12.50"),
            (cents, "0.00"),
            (ColumnType::Decimal { precision: 3, scale: 3, unsigned: true }, "0.120"),
            (ColumnType::DateTime { fsp: 3 }, "2024-02-29 01:02:03.400"),
            (ColumnType::DateTime { fsp: 0 }, "0000-00-00 00:00:00"),
            (ColumnType::Date, "9999-12-31"),
        ];
        for (ty, text) in cases {
            let value = bytes(read(ty, text).expect(text));
            assert_eq!(value.len(), ty.max_bytes());
            assert_eq!(show(ty, &value).as_deref(), Some(text));
        }
        for (ty, text) in [
            (cents, "12345"),
            (cents, "1.234"),
            (cents, "x"),
            (cents, "1.5"),
            (ColumnType::Date, "2024-2-29"),
            (ColumnType::Date, "2024-02-29 01:02:03"),
            (ColumnType::DateTime { fsp: 1 }, "2024-02-29 01:02:03.45"),
            (ColumnType::DateTime { fsp: 0 }, "today"),
        ] {
            assert_eq!(read(ty, text), None, "{text}");
        }
    }
}
