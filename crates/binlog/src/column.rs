//! Column types as a TABLE_MAP knows them, and their values as a row image stores them.
//!
//! ```text
//! type                code  metadata          value
//! INT family        1,2,9,3,8  -              1, 2, 3, 4, 8 bytes, little-endian, two's complement
//! FLOAT, DOUBLE        4,5  bytes             IEEE, little-endian
//! VARCHAR, VARBINARY    15  max bytes (2)     length in 1 byte, or 2 if max > 255; bytes
//! CHAR, BINARY         254  see below         as VARCHAR, without trailing pad
//! ENUM, SET            254  real type, bytes  that many bytes, an unsigned integer
//! BLOB, TEXT           252  length bytes      length in that many bytes; bytes
//! BIT                   16  bits % 8, bytes   big-endian
//! DECIMAL              246  precision, scale  see [`decimal`](innolab_base::decimal)
//! DATE, YEAR         10,13  -                 see [`temporal`](innolab_base::temporal)
//! TIME, DATETIME, TIMESTAMP  19,18,17  fsp    see [`temporal`](innolab_base::temporal)
//! ```
//!
//! CHAR's two bytes of metadata are the real type and the length; a length above 255 bytes puts its bits 8 and 9,
//! inverted, into bits 4 and 5 of the real type.
//!
//! RULES
//!
//! - **R1** A value stores no type and no NULL: both are told by the TABLE_MAP and the row image's bitmap.
//! - **R2** VARCHAR and VARBINARY (CHAR and BINARY, TEXT and BLOB) differ in their collation only: 63 is binary.
//! - **R3** Without the optional metadata of the TABLE_MAP nobody knows whether a number is unsigned: it is then read as signed.
//!
//! MySQL's counterpart: `Field::pack`, `Field::save_field_metadata`. Left out: JSON, GEOMETRY, MySQL 9's VECTOR and the
//! types from before MySQL 5.6.4 and 5.0; a table with one of them can be named, its rows cannot be taken apart.

use crate::error::Parsed;
use crate::value::Value;
use crate::wire::{Input, le, put_int};
use innolab_base::codec::{get_uint, push_uint};
use innolab_base::{decimal, temporal};
use std::fmt;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT: 1, 2, 3, 4 or 8 bytes.
    Int {
        /// How many.
        bytes: u8,
        /// UNSIGNED (R3).
        unsigned: bool,
    },
    /// FLOAT.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL.
    Decimal {
        /// Digits in all, 1 to 65.
        precision: u8,
        /// Digits after the point, ≤ precision, ≤ 38.
        scale: u8,
        /// Whether it has no negative values; the bytes are the same.
        unsigned: bool,
    },
    /// VARCHAR, VARBINARY.
    Varchar {
        /// The longest value in bytes (not characters).
        max_bytes: u16,
    },
    /// CHAR, BINARY.
    Char {
        /// The longest value in bytes (not characters), at most 1023.
        max_bytes: u16,
    },
    /// TINYBLOB to LONGBLOB and the TEXTs.
    Blob {
        /// Bytes of a value's length: 1 to 4.
        length_bytes: u8,
    },
    /// ENUM: the member's number.
    Enum {
        /// 1 or 2.
        bytes: u8,
    },
    /// SET: a bit for each member.
    Set {
        /// 1 to 8.
        bytes: u8,
    },
    /// BIT.
    Bit {
        /// 1 to 64.
        bits: u8,
    },
    /// YEAR.
    Year,
    /// DATE.
    Date,
    /// TIME with so many digits of a second.
    Time {
        /// 0 to 6.
        fsp: u8,
    },
    /// DATETIME with so many digits of a second.
    DateTime {
        /// 0 to 6.
        fsp: u8,
    },
    /// TIMESTAMP with so many digits of a second.
    Timestamp {
        /// 0 to 6.
        fsp: u8,
    },
}

use ColumnType::*;

impl ColumnType {
    /// INT.
    pub const INT: ColumnType = Int { bytes: 4, unsigned: false };
    /// BIGINT.
    pub const BIGINT: ColumnType = Int { bytes: 8, unsigned: false };

    /// The type's byte in a TABLE_MAP.
    pub fn code(self) -> u8 {
        match self {
            Int { bytes, .. } => match bytes {
                1 => 1,
                2 => 2,
                3 => 9,
                4 => 3,
                8 => 8,
                _ => panic!("an integer has 1, 2, 3, 4 or 8 bytes, not {bytes}"),
            },
            Float => 4,
            Double => 5,
            Date => 10,
            Year => 13,
            Varchar { .. } => 15,
            Bit { .. } => 16,
            Timestamp { .. } => 17,
            DateTime { .. } => 18,
            Time { .. } => 19,
            Decimal { .. } => 246,
            Blob { .. } => 252,
            Char { .. } | Enum { .. } | Set { .. } => 254,
        }
    }

    /// Appends the type's metadata.
    pub fn put_metadata(self, out: &mut Vec<u8>) {
        match self {
            Int { .. } | Date | Year => {}
            Float => out.push(4),
            Double => out.push(8),
            Varchar { max_bytes } => put_int(out, max_bytes.into(), 2),
            Char { max_bytes } => {
                assert!(max_bytes < 1024, "CHAR has at most 1023 bytes, not {max_bytes}");
                out.extend([0xfe ^ ((max_bytes >> 4) & 0x30) as u8, max_bytes as u8]);
            }
            Enum { bytes } => out.extend([0xf7, bytes]),
            Set { bytes } => out.extend([0xf8, bytes]),
            Blob { length_bytes } => out.push(length_bytes),
            Bit { bits } => out.extend([bits % 8, bits / 8]),
            Decimal { precision, scale, .. } => out.extend([precision, scale]),
            Time { fsp } | DateTime { fsp } | Timestamp { fsp } => out.push(fsp),
        }
    }

    /// The type of code `code`, its metadata taken from `metadata`. Integers come out signed (R3).
    pub(crate) fn decode(code: u8, metadata: &mut Input<'_>) -> Parsed<ColumnType> {
        let int = |bytes| Ok(Int { bytes, unsigned: false });
        let fsp = |metadata: &mut Input<'_>| match metadata.u8()? {
            fsp @ ..=6 => Ok(fsp),
            _ => Err("a second has more than 6 digits"),
        };
        match code {
            1 => int(1),
            2 => int(2),
            9 => int(3),
            3 => int(4),
            8 => int(8),
            4 => metadata.u8().map(|_| Float),
            5 => metadata.u8().map(|_| Double),
            10 => Ok(Date),
            13 => Ok(Year),
            15 => Ok(Varchar { max_bytes: metadata.u16()? }),
            16 => match metadata.array()? {
                [rest @ ..=7, bytes @ ..=8] if (1..=64).contains(&(bytes * 8 + rest)) => {
                    Ok(Bit { bits: bytes * 8 + rest })
                }
                _ => Err("a BIT column does not have 1 to 64 bits"),
            },
            17 => Ok(Timestamp { fsp: fsp(metadata)? }),
            18 => Ok(DateTime { fsp: fsp(metadata)? }),
            19 => Ok(Time { fsp: fsp(metadata)? }),
            246 => match metadata.array()? {
                [precision @ 1..=65, scale @ ..=38] if scale <= precision => {
                    Ok(Decimal { precision, scale, unsigned: false })
                }
                _ => Err("a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point"),
            },
            252 => match metadata.u8()? {
                length_bytes @ 1..=4 => Ok(Blob { length_bytes }),
                _ => Err("the length of a BLOB does not have 1 to 4 bytes"),
            },
            254 => Self::decode_string(metadata.array()?),
            _ => Err("a column has a type whose values are not known here"),
        }
    }

    fn decode_string([real, len]: [u8; 2]) -> Parsed<ColumnType> {
        match (real, len) {
            (0xf7, 1 | 2) => Ok(Enum { bytes: len }),
            (0xf8, 1..=8) => Ok(Set { bytes: len }),
            (0xfe | 0xee | 0xde | 0xce, _) => Ok(Char { max_bytes: u16::from(!real & 0x30) << 4 | u16::from(len) }),
            _ => Err("a string column is not CHAR, ENUM or SET"),
        }
    }

    /// Whether it has no negative values, as the TABLE_MAP says it.
    pub(crate) fn is_unsigned(self) -> bool {
        matches!(self, Int { unsigned: true, .. } | Decimal { unsigned: true, .. })
    }

    /// Whether the TABLE_MAP's signedness bitmap has a bit for it.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Int { .. } | Float | Double | Decimal { .. } | Year)
    }

    /// Whether the TABLE_MAP's list of collations has an entry for it.
    pub(crate) fn is_character(self) -> bool {
        matches!(self, Varchar { .. } | Char { .. } | Blob { .. })
    }

    /// Bytes of a string's length.
    fn length_bytes(self) -> Option<usize> {
        match self {
            Varchar { max_bytes } | Char { max_bytes } => Some(if max_bytes > 255 { 2 } else { 1 }),
            Blob { length_bytes } => Some(length_bytes.into()),
            _ => None,
        }
    }

    /// Bytes of a value that has no length of its own.
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

    /// The bytes of the value at the front of `input`, without a string's length.
    #[inline]
    pub(crate) fn slice<'a>(self, input: &mut Input<'a>) -> Parsed<&'a [u8]> {
        let len = match self.length_bytes() {
            Some(n) => input.int(n)? as usize,
            None => self.fixed_bytes(),
        };
        input.take(len)
    }

    /// Passes over the value at the front of `input`; [`ColumnType::get`] would succeed there.
    #[inline]
    pub(crate) fn check(self, input: &mut Input<'_>) -> Parsed<()> {
        match self {
            Decimal { .. } => self.get(input).map(|_| ()),
            _ => self.slice(input).map(|_| ()),
        }
    }

    /// Takes the value at the front of `input`.
    pub(crate) fn get(self, input: &mut Input<'_>) -> Parsed<Value> {
        let b = self.slice(input)?;
        Ok(match self {
            Int { unsigned: true, .. } | Enum { .. } | Set { .. } => Value::UInt(le(b)),
            Int { bytes, .. } => {
                let unused = 64 - 8 * u32::from(bytes);
                Value::Int((le(b) << unused) as i64 >> unused)
            }
            Float => Value::Float(f32::from_bits(le(b) as u32)),
            Double => Value::Double(f64::from_bits(le(b))),
            Year => Value::UInt(if b[0] == 0 { 0 } else { 1900 + u64::from(b[0]) }),
            Bit { .. } => Value::UInt(get_uint(b)),
            Decimal { precision, scale, .. } if !decimal::is_sound(b, precision, scale) => {
                return Err("a DECIMAL has more digits in a group than the group has");
            }
            Decimal { precision, scale, .. } => Value::Decimal(decimal::get(b, precision, scale)),
            Varchar { .. } | Char { .. } | Blob { .. } => Value::Bytes(b.to_vec()),
            Date => Value::Date(temporal::Date::from_packed(le(b) as u32)),
            Time { fsp } => Value::Time(temporal::Time::get(b, fsp)),
            DateTime { fsp } => Value::DateTime(temporal::DateTime::get(b, fsp)),
            Timestamp { fsp } => Value::Timestamp(temporal::Timestamp::get(b, fsp)),
        })
    }

    /// Appends `value`, which is not NULL. REQUIRES that it is one of this type's values; a CHAR without its trailing pad.
    pub(crate) fn put(self, value: &Value, out: &mut Vec<u8>) {
        match (self, value) {
            (Int { bytes, unsigned }, &Value::Int(v)) => {
                let bits = 8 * u32::from(bytes);
                let fits = if unsigned { v >= 0 && (bits == 64 || v >> bits == 0) } else { v >> (bits - 1) == v >> 63 };
                assert!(fits, "{v} is no value of {self}");
                put_int(out, v as u64, bytes.into());
            }
            (Int { bytes, unsigned }, &Value::UInt(v)) => {
                let bits = 8 * u32::from(bytes) - u32::from(!unsigned);
                assert!(bits == 64 || v >> bits == 0, "{v} is no value of {self}");
                put_int(out, v, bytes.into());
            }
            (Enum { bytes } | Set { bytes }, &Value::UInt(v)) => put_int(out, v, bytes.into()),
            (Bit { .. }, &Value::UInt(v)) => push_uint(out, v, self.fixed_bytes()),
            (Year, &Value::UInt(v)) => out.push(if v == 0 { 0 } else { (v - 1900) as u8 }),
            (Float, Value::Float(v)) => out.extend(v.to_le_bytes()),
            (Double, Value::Double(v)) => out.extend(v.to_le_bytes()),
            (Decimal { precision, scale, .. }, Value::Decimal(v)) => decimal::put(v, precision, scale, out),
            (Varchar { .. } | Char { .. } | Blob { .. }, Value::Bytes(v)) => self.put_bytes(v, out),
            (Date, Value::Date(v)) => put_int(out, v.packed().into(), 3),
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
        put_int(out, v.len() as u64, n);
        out.extend_from_slice(v);
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, size): (&str, u32) = match *self {
            Int { bytes, unsigned } => {
                f.write_str(match bytes {
                    1 => "TINYINT",
                    2 => "SMALLINT",
                    3 => "MEDIUMINT",
                    4 => "INT",
                    _ => "BIGINT",
                })?;
                return f.write_str(if unsigned { " UNSIGNED" } else { "" });
            }
            Decimal { precision, scale, unsigned } => {
                let sign = if unsigned { " UNSIGNED" } else { "" };
                return write!(f, "DECIMAL({precision},{scale}){sign}");
            }
            Float => ("FLOAT", 0),
            Double => ("DOUBLE", 0),
            Varchar { max_bytes } => ("VARCHAR", max_bytes.into()),
            Char { max_bytes } => ("CHAR", max_bytes.into()),
            Blob { length_bytes } => {
                (["TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"][usize::from(length_bytes.clamp(1, 4)) - 1], 0)
            }
            Enum { .. } => ("ENUM", 0),
            Set { .. } => ("SET", 0),
            Bit { bits } => ("BIT", bits.into()),
            Year => ("YEAR", 0),
            Date => ("DATE", 0),
            Time { fsp } => ("TIME", fsp.into()),
            DateTime { fsp } => ("DATETIME", fsp.into()),
            Timestamp { fsp } => ("TIMESTAMP", fsp.into()),
        };
        if size == 0 { f.write_str(name) } else { write!(f, "{name}({size})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every type with values at its edges and the bytes that each has in a row image.
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
    fn values_and_metadata_come_back() {
        for (ty, value, bytes) in samples() {
            let mut out = Vec::new();
            ty.put(&value, &mut out);
            assert_eq!(out, bytes, "{ty} {value}");
            let mut input = Input::new(&out);
            assert_eq!(ty.get(&mut input).as_ref(), Ok(&value), "{ty}");
            assert!(input.is_empty());
            assert!(ty.get(&mut Input::new(&out[..out.len() - 1])).is_err(), "{ty} cut");
            let mut metadata = Vec::new();
            ty.put_metadata(&mut metadata);
            let again = ColumnType::decode(ty.code(), &mut Input::new(&metadata)).expect("a known type");
            assert_eq!(again, if let Int { bytes, .. } = ty { int_of(bytes) } else { ty });
        }
        fn int_of(bytes: u8) -> ColumnType {
            Int { bytes, unsigned: false }
        }
    }

    #[test]
    fn metadata_out_of_its_range_has_a_name() {
        for (code, metadata, rule) in [
            (16, [8, 1], "a BIT column does not have 1 to 64 bits"),
            (16, [1, 8], "a BIT column does not have 1 to 64 bits"),
            (16, [0, 0], "a BIT column does not have 1 to 64 bits"),
            (246, [66, 1], "a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point"),
            (246, [3, 4], "a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point"),
            (252, [5, 0], "the length of a BLOB does not have 1 to 4 bytes"),
            (254, [0xf7, 3], "a string column is not CHAR, ENUM or SET"),
            (18, [7, 0], "a second has more than 6 digits"),
            (245, [4, 0], "a column has a type whose values are not known here"),
        ] {
            assert_eq!(ColumnType::decode(code, &mut Input::new(&metadata)), Err(rule));
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_a_broken_caller() {
        for (ty, value) in [
            (ColumnType::INT, Value::Int(1 << 31)),
            (Int { bytes: 4, unsigned: true }, Value::Int(-1)),
            (ColumnType::BIGINT, Value::UInt(1 << 63)),
            (Varchar { max_bytes: 2 }, Value::Bytes(vec![0; 3])),
            (Blob { length_bytes: 1 }, Value::Bytes(vec![0; 256])),
            (Date, Value::Int(1)),
        ] {
            let put = std::panic::catch_unwind(|| ty.put(&value, &mut Vec::new()));
            assert!(put.is_err(), "{value} went into {ty}");
        }
    }
}
