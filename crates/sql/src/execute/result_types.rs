//! The types of a SELECT's columns. A column of the table has its own type. Any other item has the type of the values
//! that it gave: the narrowest that holds all of them.
//!
//! InnoDB's counterpart: `Item::field_type`, `Send_field`; there the type of an expression follows from its operands.

use crate::answer::{ResultKind, ResultType};
use crate::engine::ColumnType;
use crate::expr::Expr;
use crate::query::Select;
use crate::types::Value;

/// Digits of the widest exact number.
const MAX_DIGITS: u8 = 65;
/// Characters of the longest number or time as text.
const SCALAR_CHARS: u32 = 67;

impl Select {
    /// The types of the columns of its result, which are these rows.
    pub(crate) fn result_types(&self, rows: &[Vec<Value>]) -> Vec<ResultType> {
        let of_item = |(n, item): (usize, &Expr)| match item {
            // Without a group there is no row that the column could come from.
            Expr::Column(c) => {
                ResultType { kind: of_column(c.ty), nullable: c.nullable || !self.aggregates.is_empty() }
            }
            _ => {
                let kind = rows.iter().map(|row| of_value(&row[n])).fold(ResultKind::Null, common);
                ResultType { kind, nullable: rows.is_empty() || rows.iter().any(|row| row[n].is_null()) }
            }
        };
        self.items[..self.titles.len()].iter().enumerate().map(of_item).collect()
    }
}

fn of_column(ty: ColumnType) -> ResultKind {
    match ty {
        ColumnType::Int { bytes, unsigned } => ResultKind::Int { bytes, unsigned },
        ColumnType::VarChar { chars } => ResultKind::VarChar { chars: chars.into() },
        ColumnType::Char { chars } => ResultKind::Char { chars: chars.into() },
        ColumnType::VarBinary { bytes } => ResultKind::VarBinary { bytes: bytes.into() },
        ColumnType::Decimal { precision, scale, unsigned } => ResultKind::Decimal { precision, scale, unsigned },
        ColumnType::DateTime { fsp } => ResultKind::DateTime { fsp },
        ColumnType::Date => ResultKind::Date,
    }
}

fn of_value(value: &Value) -> ResultKind {
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match value {
        Value::Null => ResultKind::Null,
        Value::Int(_) => ResultKind::Int { bytes: 8, unsigned: false },
        Value::UInt(_) => ResultKind::Int { bytes: 8, unsigned: true },
        Value::Decimal(d) => ResultKind::Decimal { precision: MAX_DIGITS, scale: d.display_scale(), unsigned: false },
        Value::Double(_) => ResultKind::Double,
        Value::Text(text) => ResultKind::VarChar { chars: length(text.chars().count()) },
        Value::Bytes(bytes) | Value::Hex(bytes) => ResultKind::VarBinary { bytes: length(bytes.len()) },
        Value::DateTime(datetime) => ResultKind::DateTime { fsp: datetime.fsp },
        Value::Date(_) => ResultKind::Date,
    }
}

/// The narrowest kind that holds the values of both.
fn common(one: ResultKind, other: ResultKind) -> ResultKind {
    use ResultKind::*;
    match (one, other) {
        (Null, kind) | (kind, Null) => kind,
        (a, b) if a == b => a,
        // One of them is unsigned.
        (Int { .. }, Int { .. }) => Decimal { precision: MAX_DIGITS, scale: 0, unsigned: false },
        (Int { .. }, decimal @ Decimal { .. }) | (decimal @ Decimal { .. }, Int { .. }) => decimal,
        (Decimal { scale: a, .. }, Decimal { scale: b, .. }) => {
            Decimal { precision: MAX_DIGITS, scale: a.max(b), unsigned: false }
        }
        (Double, Int { .. } | Decimal { .. }) | (Int { .. } | Decimal { .. }, Double) => Double,
        (DateTime { fsp: a }, DateTime { fsp: b }) => DateTime { fsp: a.max(b) },
        (a, b) => match (chars_of(a), chars_of(b)) {
            (Some(a), Some(b)) => VarChar { chars: a.max(b) },
            (a, b) => VarBinary { bytes: bytes_of(one, a).max(bytes_of(other, b)) },
        },
    }
}

/// The most characters of a value as text; `None` for a binary string.
fn chars_of(kind: ResultKind) -> Option<u32> {
    match kind {
        ResultKind::VarBinary { .. } => None,
        ResultKind::VarChar { chars } | ResultKind::Char { chars } => Some(chars),
        _ => Some(SCALAR_CHARS),
    }
}

/// The most bytes of a value of this kind, whose text has so many characters.
fn bytes_of(kind: ResultKind, chars: Option<u32>) -> u32 {
    const MAX_CHAR_BYTES: u32 = 4;
    match kind {
        ResultKind::VarBinary { bytes } => bytes,
        _ => chars.unwrap_or(0).saturating_mul(MAX_CHAR_BYTES),
    }
}
