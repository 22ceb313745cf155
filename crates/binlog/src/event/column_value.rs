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
//! ```
//!
//! RULES
//!
//! - **R1** A value stores neither its type nor NULL: the TABLE_MAP has the type, the row image's bitmap has NULL.
//! - **R2** [`ColumnType::check`] accepts what [`ColumnType::get`] accepts, and allocates nothing.
//!
//! MySQL's counterpart: `Field::pack`, `Field::unpack`.

use super::column_type::ColumnType;
use super::column_type::ColumnType::*;
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
            Blob { length_bytes } => Some(length_bytes.into()),
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
            Varchar { .. } | Char { .. } | Blob { .. } => 0,
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
            Decimal { .. } => self.get(input).map(|_| ()),
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
            Varchar { .. } | Char { .. } | Blob { .. } => Value::Bytes(self.slice(input)?.to_vec()),
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
            (Varchar { .. } | Char { .. } | Blob { .. }, Value::Bytes(v)) => self.put_bytes(v, out),
            (Date, Value::Date(v)) => out.put_uint_le(v.packed().into(), 3),
            (Time { fsp }, Value::Time(v)) => v.put(fsp, out),
            (DateTime { fsp }, Value::DateTime(v)) => v.put(fsp, out),
            (Timestamp { fsp }, Value::Timestamp(v)) => v.put(fsp, out),
            _ => panic!("{value:?} is no value of {self}"),
        }
    }

    fn put_bytes(self, v: &[u8], out: &mut Vec<u8>) {
        let n = self.length_bytes().unwrap_or_default();
        let max = match self {
            Varchar { max_bytes } | Char { max_bytes } => max_bytes.into(),
            _ => u64::MAX >> (64 - 8 * n),
        };
        assert!(v.len() as u64 <= max, "{} bytes are no value of {self}", v.len());
        out.put_uint_le(v.len() as u64, n);
        out.put_slice(v);
    }
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
