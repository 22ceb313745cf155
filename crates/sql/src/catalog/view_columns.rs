//! Columns and values of virtual tables.

use crate::engine::{ColumnType, Datum, Engine, packed};
use innolab_base::temporal::DateTime;

/// Name and type of a column.
pub(super) type ViewColumn = (&'static str, ColumnType);
/// The values of a row, in the order of the columns.
pub(super) type Row = Vec<Datum>;

/// Makes the rows of a virtual table. The second argument is the name of the database of stored tables.
pub(super) type Rows = fn(&Engine, &str) -> Vec<Row>;

/// A number that is not negative.
pub(super) const NUMBER: ColumnType = ColumnType::Int { bytes: 8, unsigned: true };
/// A name, a mode, a state.
pub(super) const WORD: ColumnType = ColumnType::VarChar { chars: 1024 };
/// A statement.
pub(super) const STATEMENT: ColumnType = ColumnType::VarChar { chars: 16383 };
/// A point in time, to the second.
pub(super) const TIME: ColumnType = ColumnType::DateTime { fsp: 0 };
/// A number with three decimals.
pub(super) const THOUSANDTHS: ColumnType = ColumnType::Decimal { precision: 22, scale: 3, unsigned: false };

pub(super) fn number(value: impl Into<u64>) -> Datum {
    Datum::UInt(value.into())
}

pub(super) fn text(value: &str) -> Datum {
    Datum::Bytes(value.as_bytes().to_vec())
}

pub(super) fn text_or_null(value: Option<&str>) -> Datum {
    value.map_or(Datum::Null, text)
}

/// A time in µs since 1970.
pub(super) fn time(us: u64) -> Datum {
    packed::date_time(DateTime::since_1970(us), 0)
}

/// A number of thousandths.
pub(super) fn thousandths(value: u64) -> Datum {
    packed::decimal(&format!("{}.{:03}", value / 1000, value % 1000), 22, 3)
}

/// The first `chars` characters of a statement.
pub(crate) fn cut(statement: &str, chars: usize) -> &str {
    statement.char_indices().nth(chars).map_or(statement, |(at, _)| &statement[..at])
}
