//! Values and the types of columns.
//!
//! | type                | bytes in a record                                                       |
//! |---------------------|-------------------------------------------------------------------------|
//! | `Int { bytes, .. }` | 1, 2, 3, 4 or 8, big-endian; the sign bit flipped unless unsigned       |
//! | `VarChar { chars }` | as they are; up to 4 × `chars`                                          |
//! | `Char { chars }`    | padded with spaces to at least `chars` bytes; up to 4 × `chars`         |
//! | `VarBinary { bytes }` | as they are                                                           |
//! | `Decimal { .. }`    | packed digits, [`innolab_base::decimal`]                                |
//! | `DateTime { fsp }`  | 5 and up to 3 packed bytes, [`innolab_base::temporal`]                  |
//! | `Date`              | 3, big-endian, the sign bit flipped                                     |
//!
//! RULES
//!
//! - **R1** Values compare as these bytes, which is the order of numbers, of moments and of `utf8mb4_nopad_bin`. One
//!   exception: the server compares two `Char` values as if both were filled up with spaces to `chars` characters,
//!   these bytes are filled up to `chars` *bytes*. So of two keys of which one is the other and a character below the
//!   space, and that have characters of several bytes, the order is not the server's.
//!
//! InnoDB's counterpart: `dtype_t`, `dfield_t`.

use innolab_base::{decimal, temporal};

/// Bytes of a UTF-8 character at most.
const CHAR_BYTES: usize = 4;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Datum {
    /// NULL, below all others.
    #[default]
    Null,
    /// Of a signed integer column.
    Int(i64),
    /// Of an unsigned integer column, or a hidden row id.
    UInt(u64),
    /// Of a character or binary column, a CHAR without its trailing spaces; of a DECIMAL, DATETIME or DATE its bytes as
    /// stored ([`crate::packed`]).
    Bytes(Vec<u8>),
}

impl Datum {
    /// The value as an AUTO_INCREMENT counter sees it: 0 if it does not count.
    pub(crate) fn as_counter(&self) -> u64 {
        match self {
            Datum::Int(v) => u64::try_from(*v).unwrap_or(0),
            Datum::UInt(v) => *v,
            Datum::Null | Datum::Bytes(_) => 0,
        }
    }
}

/// The type of a column. Characters are utf8mb4. `zero` stands in `def`; which types the engine can have, in
/// `dict::limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// An integer.
    Int {
        /// 1, 2, 3, 4 or 8.
        bytes: u8,
        /// Whether it has no negative values.
        unsigned: bool,
    },
    /// A string of varying length.
    VarChar {
        /// Characters at most, 0 to 16383.
        chars: u16,
    },
    /// A string padded with spaces.
    Char {
        /// Characters, 0 to 255.
        chars: u16,
    },
    /// Bytes of varying length.
    VarBinary {
        /// Bytes at most.
        bytes: u16,
    },
    /// An exact number.
    Decimal {
        /// Digits in all, 1 to 65.
        precision: u8,
        /// Digits after the point, 0 to 38, not more than there are.
        scale: u8,
        /// Whether it has no negative values; the bytes are the same.
        unsigned: bool,
    },
    /// A moment, in no time zone.
    DateTime {
        /// Digits after the second, 0 to 6.
        fsp: u8,
    },
    /// A day.
    Date,
}

impl ColumnType {
    /// Bytes of every value in a record, if all have the same number.
    pub fn fixed_bytes(self) -> Option<usize> {
        match self {
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => None,
            ColumnType::Int { bytes, .. } => Some(bytes.into()),
            ColumnType::Decimal { precision, scale, .. } => Some(decimal::bytes(precision, scale)),
            ColumnType::DateTime { fsp } => Some(5 + temporal::fraction_bytes(fsp)),
            ColumnType::Date => Some(3),
        }
    }

    /// Bytes of the longest value in a record.
    pub fn max_bytes(self) -> usize {
        match self {
            ColumnType::VarChar { chars } | ColumnType::Char { chars } => CHAR_BYTES * usize::from(chars),
            ColumnType::VarBinary { bytes } => usize::from(bytes),
            fixed => fixed.fixed_bytes().unwrap_or_default(),
        }
    }
}
