//! The type of a result's column, for protocols that send it.

/// The type of a column of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultType {
    /// Kind and size of the values.
    pub kind: ResultKind,
    /// True if a value may be NULL.
    pub nullable: bool,
}

/// The kind of a column's values, and the greatest size that they can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// Nothing but NULL.
    Null,
    /// An integer.
    Int {
        /// Size in bytes: 1, 2, 3, 4 or 8.
        bytes: u8,
        /// True if no value is negative.
        unsigned: bool,
    },
    /// An approximate number.
    Double,
    /// An exact number.
    Decimal {
        /// Number of digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
        /// True if no value is negative.
        unsigned: bool,
    },
    /// A date with a time of day.
    DateTime {
        /// Digits of the fraction of a second.
        fsp: u8,
    },
    /// A date.
    Date,
    /// Text of varying length.
    VarChar {
        /// The most characters.
        chars: u32,
    },
    /// Text padded with spaces.
    Char {
        /// The most characters.
        chars: u32,
    },
    /// A binary string.
    VarBinary {
        /// The most bytes.
        bytes: u32,
    },
}

impl ResultType {
    /// Text that may be NULL: the columns of SHOW and EXPLAIN.
    pub const TEXT: ResultType = ResultType { kind: ResultKind::VarChar { chars: 16_383 }, nullable: true };
}
