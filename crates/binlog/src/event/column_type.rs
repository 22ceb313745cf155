//! Column types as a TABLE_MAP describes them: a code and metadata. How their values are stored is `column_value`.
//!
//! ```text
//! type                       code  metadata
//! INT family            1,2,9,3,8  -                 TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT
//! FLOAT, DOUBLE               4,5  bytes
//! VARCHAR, VARBINARY           15  max bytes (2)
//! CHAR, BINARY                254  see below
//! ENUM, SET                   254  real type, bytes
//! BLOB, TEXT                  252  bytes of a value's length
//! BIT                          16  bits % 8, bytes
//! DECIMAL                     246  precision, scale
//! DATE, YEAR                10,13  -
//! TIME, DATETIME, TIMESTAMP  19,18,17  fractional digits
//! the same before MySQL 5.6.4  11,12,7  -
//! JSON, GEOMETRY, VECTOR  245,255,242  bytes of a value's length
//! BLOB, VARCHAR COMPRESSED    140,141  as BLOB, VARCHAR (MariaDB)
//! ```
//!
//! CHAR's two bytes of metadata are the real type and the length; a length above 255 bytes puts its bits 8 and 9,
//! inverted, into bits 4 and 5 of the real type.
//!
//! RULES
//!
//! - **R1** VARCHAR and VARBINARY (CHAR and BINARY, TEXT and BLOB) differ in their collation only: 63 is binary.
//! - **R2** Code and metadata do not say whether a number is unsigned; only the TABLE_MAP's optional metadata does.
//!   Without it a number is read as signed.
//! - **R3** A code that is not in the table is [`ColumnType::Unknown`]: the size of its metadata is unknown, so every
//!   column after it is unknown too. Rows of such a table are shown as bytes ([`Event::OpaqueRows`](crate::Event)).
//!
//! | methods of [`ColumnType`]                            | file           |
//! |------------------------------------------------------|----------------|
//! | code, metadata, what the TABLE_MAP says, `Display`   | here           |
//! | values: `get`, `check`, `put`                        | `column_value` |
//!
//! MySQL's counterpart: `Field::save_field_metadata`. Left out: the types from before MySQL 5.0, and MariaDB's times with
//! a fraction under `mysql56_temporal_format = OFF`, whose code says nothing of the fraction.

use super::wire::GetFields;
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};
use std::fmt;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT: 1, 2, 3, 4 or 8 bytes.
    Int {
        /// Bytes of a value.
        bytes: u8,
        /// UNSIGNED (R2).
        unsigned: bool,
    },
    /// FLOAT.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL.
    Decimal {
        /// All digits, 1 to 65.
        precision: u8,
        /// Digits after the point, ≤ precision, ≤ 38.
        scale: u8,
        /// UNSIGNED; the bytes are the same.
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
        /// Bytes of a value, 1 or 2.
        bytes: u8,
    },
    /// SET: a bit for each member.
    Set {
        /// Bytes of a value, 1 to 8.
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
    /// TIME.
    Time {
        /// Fractional digits of the seconds, 0 to 6.
        fsp: u8,
    },
    /// DATETIME.
    DateTime {
        /// Fractional digits of the seconds, 0 to 6.
        fsp: u8,
    },
    /// TIMESTAMP.
    Timestamp {
        /// Fractional digits of the seconds, 0 to 6.
        fsp: u8,
    },
    /// TIME before MySQL 5.6.4.
    OldTime,
    /// DATETIME before MySQL 5.6.4.
    OldDateTime,
    /// TIMESTAMP before MySQL 5.6.4.
    OldTimestamp,
    /// JSON in MySQL's binary form ([`json`](crate::json)); MariaDB's JSON is a TEXT.
    Json {
        /// Bytes of a value's length, 4.
        length_bytes: u8,
    },
    /// GEOMETRY and its kin: bytes.
    Geometry {
        /// Bytes of a value's length, 4.
        length_bytes: u8,
    },
    /// VECTOR: bytes.
    Vector {
        /// Bytes of a value's length, 4.
        length_bytes: u8,
    },
    /// VARCHAR COMPRESSED.
    CompressedVarchar {
        /// The longest stored value in bytes.
        max_bytes: u16,
    },
    /// BLOB and TEXT COMPRESSED.
    CompressedBlob {
        /// Bytes of a stored value's length: 1 to 4.
        length_bytes: u8,
    },
    /// A type that is not known, or that stands after one (R3).
    Unknown {
        /// Its code.
        code: u8,
    },
}

use ColumnType::*;

impl ColumnType {
    /// INT.
    pub const INT: ColumnType = Int { bytes: 4, unsigned: false };
    /// BIGINT.
    pub const BIGINT: ColumnType = Int { bytes: 8, unsigned: false };

    /// The type's code in a TABLE_MAP.
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
            OldTimestamp => 7,
            OldTime => 11,
            OldDateTime => 12,
            CompressedBlob { .. } => 140,
            CompressedVarchar { .. } => 141,
            Vector { .. } => 242,
            Json { .. } => 245,
            Geometry { .. } => 255,
            Unknown { code } => code,
        }
    }

    /// Appends the type's metadata. REQUIRES: a known type.
    pub fn put_metadata(self, out: &mut Vec<u8>) {
        match self {
            Unknown { code } => panic!("the metadata of type {code} is unknown"),
            Int { .. } | Date | Year | OldTime | OldDateTime | OldTimestamp => {}
            Float => out.put_u8(4),
            Double => out.put_u8(8),
            Varchar { max_bytes } | CompressedVarchar { max_bytes } => out.put_u16_le(max_bytes),
            Char { max_bytes } => {
                assert!(max_bytes < 1024, "CHAR has at most 1023 bytes, not {max_bytes}");
                out.put_slice(&[0xfe ^ ((max_bytes >> 4) & 0x30) as u8, max_bytes as u8]);
            }
            Enum { bytes } => out.put_slice(&[0xf7, bytes]),
            Set { bytes } => out.put_slice(&[0xf8, bytes]),
            Blob { length_bytes }
            | CompressedBlob { length_bytes }
            | Json { length_bytes }
            | Geometry { length_bytes }
            | Vector { length_bytes } => out.put_u8(length_bytes),
            Bit { bits } => out.put_slice(&[bits % 8, bits / 8]),
            Decimal { precision, scale, .. } => out.put_slice(&[precision, scale]),
            Time { fsp } | DateTime { fsp } | Timestamp { fsp } => out.put_u8(fsp),
        }
    }

    /// Decodes the type with this code; reads its metadata from the front of `metadata`. Numbers are signed (R2); the
    /// metadata of an unknown type stays where it is (R3).
    pub(super) fn decode(code: u8, metadata: &mut &[u8]) -> Decoded<ColumnType> {
        let int = |bytes| Ok(Int { bytes, unsigned: false });
        let fsp = |metadata: &mut &[u8]| match metadata.try_get_u8()? {
            fsp @ ..=6 => Ok(fsp),
            _ => Err(Malformed::Rule("a second has more than 6 digits")),
        };
        let length = |metadata: &mut &[u8]| match metadata.try_get_u8()? {
            length_bytes @ 1..=4 => Ok(length_bytes),
            _ => Err(Malformed::Rule("the length of a BLOB does not have 1 to 4 bytes")),
        };
        match code {
            1 => int(1),
            2 => int(2),
            9 => int(3),
            3 => int(4),
            8 => int(8),
            4 => metadata.try_get_u8().map(|_| Float).map_err(Malformed::from),
            5 => metadata.try_get_u8().map(|_| Double).map_err(Malformed::from),
            7 => Ok(OldTimestamp),
            10 | 14 => Ok(Date),
            11 => Ok(OldTime),
            12 => Ok(OldDateTime),
            13 => Ok(Year),
            15 => Ok(Varchar { max_bytes: metadata.try_get_u16_le()? }),
            16 => match metadata.try_get_array()? {
                [rest @ ..=7, bytes @ ..=8] if (1..=64).contains(&(bytes * 8 + rest)) => {
                    Ok(Bit { bits: bytes * 8 + rest })
                }
                _ => Err(Malformed::Rule("a BIT column does not have 1 to 64 bits")),
            },
            17 => Ok(Timestamp { fsp: fsp(metadata)? }),
            18 => Ok(DateTime { fsp: fsp(metadata)? }),
            19 => Ok(Time { fsp: fsp(metadata)? }),
            246 => match metadata.try_get_array()? {
                [precision @ 1..=65, scale @ ..=38] if scale <= precision => {
                    Ok(Decimal { precision, scale, unsigned: false })
                }
                _ => Err(Malformed::Rule(
                    "a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point",
                )),
            },
            140 => Ok(CompressedBlob { length_bytes: length(metadata)? }),
            141 => Ok(CompressedVarchar { max_bytes: metadata.try_get_u16_le()? }),
            242 => Ok(Vector { length_bytes: length(metadata)? }),
            245 => Ok(Json { length_bytes: length(metadata)? }),
            249..=252 => Ok(Blob { length_bytes: length(metadata)? }),
            253 | 254 => Self::decode_string(metadata.try_get_array()?),
            255 => Ok(Geometry { length_bytes: length(metadata)? }),
            _ => Ok(Unknown { code }),
        }
    }

    fn decode_string([real, len]: [u8; 2]) -> Decoded<ColumnType> {
        match (real, len) {
            (0xf7, 1 | 2) => Ok(Enum { bytes: len }),
            (0xf8, 1..=8) => Ok(Set { bytes: len }),
            // 0xfd is VARCHAR of a table from before MySQL 5.0.
            (0xfe | 0xee | 0xde | 0xce | 0xfd | 0xed | 0xdd | 0xcd, _) => {
                Ok(Char { max_bytes: u16::from(!real & 0x30) << 4 | u16::from(len) })
            }
            _ => Err(Malformed::Rule("a string column is not CHAR, ENUM or SET")),
        }
    }

    /// True if values of the type can be taken from a row image (R3).
    pub fn is_known(self) -> bool {
        !matches!(self, Unknown { .. })
    }

    /// True for the times from before MySQL 5.6.4.
    pub(super) fn is_old_time(self) -> bool {
        matches!(self, OldTime | OldDateTime | OldTimestamp)
    }

    /// True for JSON in MySQL's binary form.
    pub(super) fn is_json(self) -> bool {
        matches!(self, Json { .. })
    }

    /// True if the TABLE_MAP's signedness bitmap has a 1 for it.
    pub(super) fn is_unsigned(self) -> bool {
        matches!(self, Int { unsigned: true, .. } | Decimal { unsigned: true, .. })
    }

    /// True if the TABLE_MAP's signedness bitmap has a bit for it.
    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Int { .. } | Float | Double | Decimal { .. } | Year)
    }

    /// True if the TABLE_MAP's list of collations has an entry for it. VECTOR has one, and in MariaDB GEOMETRY too.
    pub(super) fn is_character(self, mariadb: bool) -> bool {
        match self {
            Varchar { .. } | Char { .. } | Blob { .. } | Vector { .. } => true,
            CompressedVarchar { .. } | CompressedBlob { .. } => true,
            Geometry { .. } => mariadb,
            _ => false,
        }
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
            OldTime => ("TIME", 0),
            OldDateTime => ("DATETIME", 0),
            OldTimestamp => ("TIMESTAMP", 0),
            Json { .. } => ("JSON", 0),
            Geometry { .. } => ("GEOMETRY", 0),
            Vector { .. } => ("VECTOR", 0),
            CompressedVarchar { max_bytes } => return write!(f, "VARCHAR({max_bytes}) COMPRESSED"),
            CompressedBlob { .. } => return f.write_str("BLOB COMPRESSED"),
            Unknown { code } => return write!(f, "type {code}"),
        };
        if size == 0 { f.write_str(name) } else { write!(f, "{name}({size})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_out_of_range_is_refused_by_rule() {
        for (code, metadata, rule) in [
            (16, [8, 1], "a BIT column does not have 1 to 64 bits"),
            (16, [1, 8], "a BIT column does not have 1 to 64 bits"),
            (16, [0, 0], "a BIT column does not have 1 to 64 bits"),
            (246, [66, 1], "a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point"),
            (246, [3, 4], "a DECIMAL column does not have 1 to 65 digits, 0 to 38 of them after the point"),
            (252, [5, 0], "the length of a BLOB does not have 1 to 4 bytes"),
            (254, [0xf7, 3], "a string column is not CHAR, ENUM or SET"),
            (18, [7, 0], "a second has more than 6 digits"),
            (245, [5, 0], "the length of a BLOB does not have 1 to 4 bytes"),
        ] {
            assert_eq!(ColumnType::decode(code, &mut &metadata[..]), Err(Malformed::Rule(rule)));
        }
    }
}
