//! A record's fields by name, as text: for those who look at bytes, not for SQL.

use super::value::{decode_value, unsigned};
use super::{IndexCodec, ROLL_PTR_INSERT, Source};
use crate::def::{ColumnType, Datum};

/// What a field of a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value of a column.
    Column(ColumnType),
    /// A number without sign: a hidden row id, a transaction id.
    Number,
    RollPtr,
}

impl IndexCodec {
    /// Each field of a record: its name and what it holds.
    pub(crate) fn kinds(&self) -> Vec<(String, Kind)> {
        let kind = |source: &Source| match source {
            Source::Column(i) => (self.columns[*i].1.clone(), Kind::Column(self.columns[*i].0)),
            Source::RowId => ("DB_ROW_ID".to_owned(), Kind::Number),
            Source::TrxId => ("DB_TRX_ID".to_owned(), Kind::Number),
            Source::RollPtr => ("DB_ROLL_PTR".to_owned(), Kind::RollPtr),
        };
        self.sources.iter().map(kind).collect()
    }
}

/// A field's bytes as text. Text is in quotes, other bytes in hex.
pub(crate) fn show(kind: Kind, bytes: &[u8]) -> String {
    let ty = match kind {
        Kind::Column(ty) => ty,
        Kind::Number => return unsigned(bytes).to_string(),
        Kind::RollPtr => return roll_ptr(unsigned(bytes)),
    };
    let mut value = Datum::Null;
    decode_value(ty, Some(bytes), &mut value);
    match (value, ty) {
        (Datum::Null, _) => "NULL".to_owned(),
        (Datum::Int(v), _) => v.to_string(),
        (Datum::UInt(v), _) => v.to_string(),
        (Datum::Bytes(bytes), ColumnType::VarBinary { .. }) => hex(&bytes),
        (Datum::Bytes(bytes), _) => {
            std::str::from_utf8(&bytes).map_or_else(|_| hex(&bytes), |text| format!("{text:?}"))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, b| hex + &format!("{b:02x}"))
}

/// Insert flag (1 bit), rollback segment (7), page (32), byte (16).
#[doc(alias = "trx_undo_decode_roll_ptr")]
fn roll_ptr(pointer: u64) -> String {
    let insert = if pointer & ROLL_PTR_INSERT == 0 { "" } else { "insert " };
    match pointer & !ROLL_PTR_INSERT {
        0 => format!("{insert}-"),
        at => format!("{insert}{}:{}+{}", at >> 48, at >> 16 & 0xffff_ffff, at & 0xffff),
    }
}
