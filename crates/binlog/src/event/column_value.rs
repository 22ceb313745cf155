//! Values of columns as a row image stores them.
//!
//! ```text
//! type                       value
//! INT family                 1, 2, 3, 4, 8 bytes, little-endian, two's complement
//! FLOAT, DOUBLE              IEEE, little-endian
//! VARCHAR, VARBINARY         length in 1 byte, or 2 if max > 255; bytes
//! CHAR, BINARY               as VARCHAR, without trailing pad
//! ENUM, SET                  an unsigned integer of 1, 2 or 1 to 8 bytes
//! BLOB, TEXT                 length in 1 to 4 bytes; bytes
//! BIT                        big-endian
//! DECIMAL                    see [`decimal`](innolab_base::decimal)
//! DATE, YEAR                 see [`temporal`](innolab_base::temporal)
//! TIME, DATETIME, TIMESTAMP  see [`temporal`](innolab_base::temporal)
//!   before MySQL 5.6.4       hhmmss in 3, YYYYMMDDhhmmss in 8 bytes, as decimal numbers; seconds since 1970 in 4
//! JSON, GEOMETRY, VECTOR     length in 1 to 4 bytes; bytes
//! COMPRESSED                 as VARCHAR, BLOB; the bytes are those of `compressed`, or none
//! ```
//!
//! RULES
//!
//! - **R1** A value stores neither its type nor NULL: the TABLE_MAP has the type, the row image's bitmap has NULL.
//! - **R2** [`ColumnType::check`] accepts what [`ColumnType::get`] accepts, and makes values of few types.
//! - **R3** Values of an unknown type are neither read nor written: the caller keeps the rows as bytes.
//!
//! MySQL's counterpart: `Field::pack`, `Field::unpack`.

use super::column_type::ColumnType;
use super::column_type::ColumnType::*;
use super::compressed;
use super::value::Value;
use super::wire::GetFields;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};
use innolab_base::codec::{get_uint, push_uint};
use innolab_base::{decimal, temporal};

impl ColumnType {
    /// Bytes of the length that precedes a value; `None` for a type whose values have a fixed size.
    fn length_bytes(self) -> Option<usize> {
        match self {
            Varchar { max_bytes } | Char { max_bytes } => Some(if max_bytes > 255 { 2 } else { 1 }),
            CompressedVarchar { max_bytes } => Some(if max_bytes > 255 { 2 } else { 1 }),
            Blob { length_bytes }
            | CompressedBlob { length_bytes }
            | Json { length_bytes }
            | Geometry { length_bytes }
            | Vector { length_bytes } => Some(length_bytes.into()),
            _ => None,
        }
    }

    /// Bytes of a value of fixed size.
    fn fixed_bytes(self) -> usize {
        match self {
            Int { bytes, .. } | Enum { bytes } | Set { bytes } => bytes.into(),
            Float => 4,
            Double => 8,
            Year => 1,
            Date => 3,
            Bit { bits } => usize::from(bits).div_ceil(8),
            Decimal { precision, scale, .. } => decimal::bytes(precision, scale),
            Time { fsp } => 3 + temporal::fraction_bytes(fsp),
            DateTime { fsp } => 5 + temporal::fraction_bytes(fsp),
            Timestamp { fsp } => 4 + temporal::fraction_bytes(fsp),
            OldTime => 3,
            OldDateTime => 8,
            OldTimestamp => 4,
            _ => 0,
        }
    }

    /// Takes the bytes of the value at the front of `input`, without a string's length.
    #[inline(always)] // once for each value of a row
    fn slice<'a>(self, input: &mut &'a [u8]) -> Decoded<&'a [u8]> {
        let len = match self.length_bytes() {
            Some(n) => input.try_get_unsigned(n)? as usize,
            None => self.fixed_bytes(),
        };
        input.try_get_slice(len)
    }

    /// Skips the value at the front of `input`. ERRORS: those of [`ColumnType::get`] (R2).
    #[inline]
    pub(super) fn check(self, input: &mut &[u8]) -> Decoded<()> {
        match self {
            Decimal { .. } | CompressedVarchar { .. } | CompressedBlob { .. } | Unknown { .. } => {
                self.get(input).map(|_| ())
            }
            _ => self.slice(input).map(|_| ()),
        }
    }

    /// Takes the value at the front of `input`.
    pub(super) fn get(self, input: &mut &[u8]) -> Decoded<Value> {
        Ok(match self {
            Int { bytes, unsigned: true } | Enum { bytes } | Set { bytes } => {
                Value::UInt(input.try_get_unsigned(bytes.into())?)
            }
            Int { bytes, .. } => {
                let unused = 64 - 8 * u32::from(bytes);
                Value::Int((input.try_get_unsigned(bytes.into())? << unused) as i64 >> unused)
            }
            Float => Value::Float(input.try_get_f32_le()?),
            Double => Value::Double(input.try_get_f64_le()?),
            Year => match input.try_get_u8()? {
                0 => Value::UInt(0),
                year => Value::UInt(1900 + u64::from(year)),
            },
            Bit { .. } => Value::UInt(get_uint(self.slice(input)?)),
            Decimal { precision, scale, .. } => {
                let b = self.slice(input)?;
                if !decimal::is_sound(b, precision, scale) {
                    return Err(Malformed::Rule("a DECIMAL has more digits in a group than the group has"));
                }
                Value::Decimal(decimal::get(b, precision, scale))
            }
            Varchar { .. } | Char { .. } | Blob { .. } | Geometry { .. } | Vector { .. } => {
                Value::Bytes(self.slice(input)?.to_vec())
            }
            Json { .. } => Value::Json(self.slice(input)?.to_vec()),
            CompressedVarchar { .. } | CompressedBlob { .. } => Value::Bytes(compressed::column(self.slice(input)?)?),
            OldTime => Value::Time(old_time(input.try_get_int_le(3)?)),
            OldDateTime => Value::DateTime(old_date_time(input.try_get_u64_le()?)),
            OldTimestamp => {
                Value::Timestamp(temporal::Timestamp { seconds: input.try_get_u32_le()?, micros: 0, fsp: 0 })
            }
            Unknown { .. } => return Err(Malformed::Rule("a value of an unknown type")),
            Date => Value::Date(temporal::Date::from_packed(input.try_get_uint_le(3)? as u32)),
            Time { fsp } => Value::Time(temporal::Time::get(self.slice(input)?, fsp)),
            DateTime { fsp } => Value::DateTime(temporal::DateTime::get(self.slice(input)?, fsp)),
            Timestamp { fsp } => Value::Timestamp(temporal::Timestamp::get(self.slice(input)?, fsp)),
        })
    }

    /// Appends `value`. REQUIRES: it is a value of this type and not NULL; a CHAR comes without its trailing pad.
    pub(super) fn put(self, value: &Value, out: &mut Vec<u8>) {
        match (self, value) {
            (Int { bytes, unsigned }, &Value::Int(v)) => {
                let bits = 8 * u32::from(bytes);
                let fits = if unsigned { v >= 0 && (bits == 64 || v >> bits == 0) } else { v >> (bits - 1) == v >> 63 };
                assert!(fits, "{v} is no value of {self}");
                out.put_uint_le(v as u64, bytes.into());
            }
            (Int { bytes, unsigned }, &Value::UInt(v)) => {
                let bits = 8 * u32::from(bytes) - u32::from(!unsigned);
                assert!(bits == 64 || v >> bits == 0, "{v} is no value of {self}");
                out.put_uint_le(v, bytes.into());
            }
            (Enum { bytes } | Set { bytes }, &Value::UInt(v)) => out.put_uint_le(v, bytes.into()),
            (Bit { .. }, &Value::UInt(v)) => push_uint(out, v, self.fixed_bytes()),
            (Year, &Value::UInt(v)) => out.put_u8(if v == 0 { 0 } else { (v - 1900) as u8 }),
            (Float, Value::Float(v)) => out.put_f32_le(*v),
            (Double, Value::Double(v)) => out.put_f64_le(*v),
            (Decimal { precision, scale, .. }, Value::Decimal(v)) => decimal::put(v, precision, scale, out),
            (Varchar { .. } | Char { .. } | Blob { .. } | Geometry { .. } | Vector { .. }, Value::Bytes(v))
            | (Json { .. }, Value::Json(v)) => self.put_bytes(v, out),
            (CompressedVarchar { .. } | CompressedBlob { .. }, Value::Bytes(v)) => {
                self.put_bytes(&compressed::uncompressed_column(v), out);
            }
            (OldTime, Value::Time(v)) => out.put_int_le(old_time_number(v), 3),
            (OldDateTime, Value::DateTime(v)) => out.put_u64_le(old_date_time_number(v)),
            (OldTimestamp, Value::Timestamp(v)) => out.put_u32_le(v.seconds),
            (Date, Value::Date(v)) => out.put_uint_le(v.packed().into(), 3),
            (Time { fsp }, Value::Time(v)) => v.put(fsp, out),
            (DateTime { fsp }, Value::DateTime(v)) => v.put(fsp, out),
            (Timestamp { fsp }, Value::Timestamp(v)) => v.put(fsp, out),
            _ => panic!("{value:?} is no value of {self}"),
        }
    }

    /// The longest value of a string type, in bytes.
    fn max_bytes(self) -> u64 {
        match self {
            Varchar { max_bytes } | Char { max_bytes } | CompressedVarchar { max_bytes } => max_bytes.into(),
            _ => u64::MAX >> (64 - 8 * self.length_bytes().unwrap_or(8)),
        }
    }

    /// True if [`ColumnType::put`] takes `value`, a value that [`ColumnType::get`] returned. A log may have longer
    /// strings than its TABLE_MAP allows, and parts of JSON documents.
    pub(super) fn takes_back(self, value: &Value) -> bool {
        match value {
            Value::Bytes(v) if matches!(self, CompressedVarchar { .. } | CompressedBlob { .. }) => {
                (v.len() as u64) < self.max_bytes()
            }
            Value::Bytes(v) => v.len() as u64 <= self.max_bytes(),
            Value::JsonDiff(_) | Value::Missing => false,
            _ => true,
        }
    }

    fn put_bytes(self, v: &[u8], out: &mut Vec<u8>) {
        let n = self.length_bytes().unwrap_or_default();
        assert!(v.len() as u64 <= self.max_bytes(), "{} bytes are no value of {self}", v.len());
        out.put_uint_le(v.len() as u64, n);
        out.put_slice(v);
    }
}

/// The TIME that a number `hhmmss` stands for; negative is a negative duration.
fn old_time(number: i64) -> temporal::Time {
    let v = number.unsigned_abs() as u32;
    let (hour, minute, second) = ((v / 10_000) as u16, (v / 100 % 100) as u8, (v % 100) as u8);
    temporal::Time { negative: number < 0, hour, minute, second, micros: 0, fsp: 0 }
}

fn old_time_number(v: &temporal::Time) -> i64 {
    let number = i64::from(v.hour) * 10_000 + i64::from(v.minute) * 100 + i64::from(v.second);
    if v.negative { -number } else { number }
}

/// The DATETIME that a number `YYYYMMDDhhmmss` stands for; the year keeps its last four digits.
fn old_date_time(number: u64) -> temporal::DateTime {
    let two = |power: u32| (number / 10u64.pow(power) % 100) as u8;
    let date = temporal::Date { year: (number / 10u64.pow(10) % 10_000) as u16, month: two(8), day: two(6) };
    temporal::DateTime { date, hour: two(4), minute: two(2), second: two(0), micros: 0, fsp: 0 }
}

fn old_date_time_number(v: &temporal::DateTime) -> u64 {
    let parts = [v.date.month, v.date.day, v.hour, v.minute, v.second];
    parts.iter().fold(v.date.year.into(), |number, part| number * 100 + u64::from(*part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every type with values at the ends of its range, and their bytes in a row image.
    fn samples() -> Vec<(ColumnType, Value, &'static [u8])> {
        let int = |bytes, unsigned| Int { bytes, unsigned };
        let text = |s: &str| Value::Bytes(s.as_bytes().to_vec());
        vec![
            (int(1, false), Value::Int(-128), &[0x80]),
            (int(2, false), Value::Int(-2), &[0xfe, 0xff]),
            (int(3, false), Value::Int(-8_388_608), &[0, 0, 0x80]),
            (int(3, true), Value::UInt(0xff_ffff), &[0xff; 3]),
            (int(4, false), Value::Int(i32::MIN.into()), &[0, 0, 0, 0x80]),
            (int(4, true), Value::UInt(u32::MAX.into()), &[0xff; 4]),
            (int(8, false), Value::Int(i64::MIN), &[0, 0, 0, 0, 0, 0, 0, 0x80]),
            (int(8, true), Value::UInt(u64::MAX), &[0xff; 8]),
            (Float, Value::Float(-1.5), &[0, 0, 0xc0, 0xbf]),
            (Double, Value::Double(1.0), &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
            (Varchar { max_bytes: 255 }, text("ab"), b"\x02ab"),
            (Varchar { max_bytes: 256 }, text("ab"), b"\x02\0ab"),
            (Char { max_bytes: 40 }, text(""), b"\0"),
            (Char { max_bytes: 1020 }, text("z"), b"\x01\0z"),
            (Blob { length_bytes: 3 }, text("blob"), b"\x04\0\0blob"),
            (Enum { bytes: 2 }, Value::UInt(258), &[2, 1]),
            (Set { bytes: 1 }, Value::UInt(5), &[5]),
            (Bit { bits: 10 }, Value::UInt(0x201), &[2, 1]),
            (Year, Value::UInt(2155), &[255]),
            (Year, Value::UInt(0), &[0]),
            (OldTime, Value::Time(old_time(-8_385_959)), &[0x59, 0x0a, 0x80]),
            (
                OldDateTime,
                Value::DateTime(old_date_time(20_240_229_230_501)),
                &[0xa5, 0x67, 0xac, 0x8b, 0x68, 0x12, 0, 0],
            ),
            (Json { length_bytes: 4 }, Value::Json(vec![4, 1]), &[2, 0, 0, 0, 4, 1]),
            (Geometry { length_bytes: 4 }, text("wkb"), b"\x03\0\0\0wkb"),
            (Vector { length_bytes: 2 }, text("f32s"), b"\x04\0f32s"),
            (CompressedVarchar { max_bytes: 300 }, text("ab"), b"\x03\0\0ab"),
            (CompressedBlob { length_bytes: 1 }, text(""), b"\0"),
        ]
    }

    #[test]
    fn values_and_metadata_round_trip() {
        for (ty, value, bytes) in samples() {
            let mut out = Vec::new();
            ty.put(&value, &mut out);
            assert_eq!(out, bytes, "{ty} {value}");
            let mut input = &out[..];
            assert_eq!(ty.get(&mut input).as_ref(), Ok(&value), "{ty}");
            assert!(input.is_empty());
            assert!(ty.get(&mut &out[..out.len() - 1]).is_err(), "{ty} cut");
            let mut metadata = Vec::new();
            ty.put_metadata(&mut metadata);
            let again = ColumnType::decode(ty.code(), &mut &metadata[..]).expect("a known type");
            assert_eq!(again, if let Int { bytes, .. } = ty { int_of(bytes) } else { ty });
        }
        fn int_of(bytes: u8) -> ColumnType {
            Int { bytes, unsigned: false }
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_column_panics() {
        for (ty, value) in [
            (ColumnType::INT, Value::Int(1 << 31)),
            (Int { bytes: 4, unsigned: true }, Value::Int(-1)),
            (ColumnType::BIGINT, Value::UInt(1 << 63)),
            (Varchar { max_bytes: 2 }, Value::Bytes(vec![0; 3])),
            (Blob { length_bytes: 1 }, Value::Bytes(vec![0; 256])),
            (Date, Value::Int(1)),
        ] {
            let put = std::panic::catch_unwind(|| ty.put(&value, &mut Vec::new()));
            assert!(put.is_err(), "{value} was stored in {ty}");
        }
    }
}
