//! Values and the types of columns.
//!
//! | type                | bytes in a record                                                       |
//! |---------------------|-------------------------------------------------------------------------|
//! | `Int { bytes, .. }` | 1, 2, 3, 4 or 8, big-endian; the sign bit flipped unless unsigned       |
//! | `VarChar { chars }` | UTF-8 as it is; up to 4 × `chars`                                       |
//! | `Char { chars }`    | padded with spaces to at least `chars` bytes; up to 4 × `chars`         |
//! | `VarBinary { bytes }` | as they are                                                           |
//! | `Decimal { .. }`    | packed digits, [`innolab_base::decimal`]                                |
//! | `DateTime { fsp }`  | 5 and up to 3 packed bytes, [`innolab_base::temporal`]                  |
//! | `Date`              | 3, big-endian, the sign bit flipped                                     |
//!
//! RULES
//!
//! - **R1** Values compare as these bytes: numerically, by time, and for strings as `utf8mb4_nopad_bin` does. One
//!   exception: the server compares two `Char` values as if padded with spaces to `chars` characters, but the stored
//!   bytes are padded to `chars` *bytes*. So the order differs from the server's if one key is the other plus a
//!   character below the space, and they contain multi-byte characters.
//!
//! InnoDB's counterpart: `dtype_t`, `dfield_t`.

use innolab_base::{decimal, temporal};

/// The most bytes of a utf8mb4 character.
const CHAR_BYTES: usize = 4;

/// A value of a column or of a hidden row id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Datum {
    /// NULL; sorts before all other values.
    #[default]
    Null,
    /// A value of a signed integer column.
    Int(i64),
    /// A value of an unsigned integer column, or a hidden row id.
    UInt(u64),
    /// A string (a CHAR's without trailing spaces), or the packed bytes of a DECIMAL, DATETIME or DATE
    /// ([`crate::packed`]).
    Bytes(Vec<u8>),
}

impl Datum {
    /// Returns the value for the AUTO_INCREMENT counter; 0 for NULL, negative numbers and strings, which do not move
    /// it.
    pub(crate) fn as_counter(&self) -> u64 {
        match self {
            Datum::Int(v) => u64::try_from(*v).unwrap_or(0),
            Datum::UInt(v) => *v,
            Datum::Null | Datum::Bytes(_) => 0,
        }
    }
}

/// The type of a column. Character columns are utf8mb4. [`ColumnType::zero`] is in `def`, the limits of the sizes
/// are in `dict::limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// An integer.
    Int {
        /// Size in bytes: 1, 2, 3, 4 or 8.
        bytes: u8,
        /// True for UNSIGNED: no negative values.
        unsigned: bool,
    },
    /// A string of varying length.
    VarChar {
        /// The most characters, 0 to 16383.
        chars: u16,
    },
    /// A string padded with spaces.
    Char {
        /// Length in characters, 0 to 255.
        chars: u16,
    },
    /// A binary string of varying length.
    VarBinary {
        /// The most bytes, 0 to 65535.
        bytes: u16,
    },
    /// An exact decimal number.
    Decimal {
        /// Number of digits, 1 to 65.
        precision: u8,
        /// Digits after the point, 0 to 38, at most `precision`.
        scale: u8,
        /// True for UNSIGNED: no negative values. The stored bytes are the same.
        unsigned: bool,
    },
    /// A date with time, without time zone.
    DateTime {
        /// Digits of the fraction of a second, 0 to 6.
        fsp: u8,
    },
    /// A calendar date.
    Date,
}

impl ColumnType {
    /// Returns the size in bytes of a value in a record; `None` if it varies.
    pub fn fixed_bytes(self) -> Option<usize> {
        match self {
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => None,
            ColumnType::Int { bytes, .. } => Some(bytes.into()),
            ColumnType::Decimal { precision, scale, .. } => Some(decimal::bytes(precision, scale)),
            ColumnType::DateTime { fsp } => Some(5 + temporal::fraction_bytes(fsp)),
            ColumnType::Date => Some(3),
        }
    }

    /// Returns the size in bytes of the longest value in a record.
    pub fn max_bytes(self) -> usize {
        match self {
            ColumnType::VarChar { chars } | ColumnType::Char { chars } => CHAR_BYTES * usize::from(chars),
            ColumnType::VarBinary { bytes } => usize::from(bytes),
            fixed => fixed.fixed_bytes().unwrap_or_default(),
        }
    }
}
