//! A record's fields as text with their names: for tools that show bytes (`look`, export), not for SQL.

use super::bytes::{decode_value, encode_value, unsigned};
use super::packed;
use super::row::{IndexCodec, ROLL_PTR_INSERT, Source};
use super::value::{ColumnType, Datum};

/// The type of a field of a record, hidden ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A value of a column.
    Column(ColumnType),
    /// An unsigned number: a hidden row id or a transaction id.
    Number,
    /// A roll pointer.
    RollPtr,
}

impl IndexCodec {
    /// Returns the name and type of each field of a record.
    pub(crate) fn field_kinds(&self) -> Vec<(String, FieldKind)> {
        let kind = |source: &Source| match source {
            Source::Column(i) => (self.columns[*i].1.clone(), FieldKind::Column(self.columns[*i].0)),
            Source::RowId => ("DB_ROW_ID".to_owned(), FieldKind::Number),
            Source::TrxId => ("DB_TRX_ID".to_owned(), FieldKind::Number),
            Source::RollPtr => ("DB_ROLL_PTR".to_owned(), FieldKind::RollPtr),
        };
        self.sources.iter().map(kind).collect()
    }
}

/// Returns a field's bytes as text: strings in quotes, other bytes in hex.
pub(crate) fn show(kind: FieldKind, bytes: &[u8]) -> String {
    let ty = match kind {
        FieldKind::Column(ty) => ty,
        FieldKind::Number => return unsigned(bytes).to_string(),
        FieldKind::RollPtr => return roll_ptr(unsigned(bytes)),
    };
    let mut value = Datum::Null;
    decode_value(ty, Some(bytes), &mut value);
    match (value, ty) {
        (Datum::Null, _) => "NULL".to_owned(),
        (Datum::Int(v), _) => v.to_string(),
        (Datum::UInt(v), _) => v.to_string(),
        (Datum::Bytes(bytes), ColumnType::VarChar { .. } | ColumnType::Char { .. }) => {
            std::str::from_utf8(&bytes).map_or_else(|_| hex(&bytes), |text| format!("{text:?}"))
        }
        (Datum::Bytes(bytes), ty) => packed::show(ty, &bytes).unwrap_or_else(|| hex(&bytes)),
    }
}

/// Inverse of [`show`]: returns a value's bytes; quotes may be missing. `None` if the text is no value of the field.
pub(crate) fn encode_text(kind: FieldKind, text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let ty = match kind {
        FieldKind::Column(ty) => ty,
        FieldKind::Number => ColumnType::Int { bytes: 8, unsigned: true },
        FieldKind::RollPtr => return None,
    };
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let value = match ty {
        ColumnType::Int { unsigned: true, .. } => Datum::UInt(text.parse().ok()?),
        ColumnType::Int { unsigned: false, .. } => Datum::Int(text.parse().ok()?),
        ColumnType::VarBinary { .. } => match text.strip_prefix("0x") {
            Some(hex) => Datum::Bytes(unhex(hex)?),
            None => Datum::Bytes(bare.into()),
        },
        ColumnType::VarChar { .. } | ColumnType::Char { .. } => Datum::Bytes(bare.into()),
        ColumnType::Decimal { .. } | ColumnType::DateTime { .. } | ColumnType::Date => packed::read(ty, bare)?,
    };
    if !encode_value(ty, &value, &mut out) {
        return None;
    }
    // Row and transaction ids have six bytes.
    Some(if kind == FieldKind::Number { out.split_off(2) } else { out })
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, b| hex + &format!("{b:02x}"))
}

/// Returns a roll pointer as text. Its bits: insert flag (1), rollback segment (7), page (32), byte (16).
#[doc(alias = "trx_undo_decode_roll_ptr")]
fn roll_ptr(pointer: u64) -> String {
    let insert = if pointer & ROLL_PTR_INSERT == 0 { "" } else { "insert " };
    match pointer & !ROLL_PTR_INSERT {
        0 => format!("{insert}-"),
        at => format!("{insert}{}:{}+{}", at >> 48, at >> 16 & 0xffff_ffff, at & 0xffff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let int = |bytes, unsigned| FieldKind::Column(ColumnType::Int { bytes, unsigned });
        let text = FieldKind::Column(ColumnType::VarChar { chars: 9 });
        let values = [
            (int(1, false), "-128", &[0][..]),
            (int(4, false), "7", &[0x80, 0, 0, 7]),
            (int(8, true), "18446744073709551615", &[0xff; 8]),
            (FieldKind::Number, "258", &[0, 0, 0, 0, 1, 2]),
            (text, "\"ab\"", b"ab"),
            (FieldKind::Column(ColumnType::Char { chars: 4 }), "\"a\"", b"a   "),
            (FieldKind::Column(ColumnType::VarBinary { bytes: 9 }), "0x00ff", &[0, 0xff]),
            (FieldKind::Column(ColumnType::Date), "2024-02-29", &[0x8f, 0xd0, 0x5d]),
        ];
        for (kind, shown, bytes) in values {
            assert_eq!(show(kind, bytes), shown);
            assert_eq!(encode_text(kind, shown).as_deref(), Some(bytes), "{shown}");
        }
        assert_eq!(encode_text(text, "bare"), Some(b"bare".to_vec()));
        for (kind, text) in
            [(int(1, false), "128"), (int(1, true), "-1"), (FieldKind::Number, "x"), (FieldKind::RollPtr, "1")]
        {
            assert_eq!(encode_text(kind, text), None);
        }
        assert_eq!(show(text, b"\xff"), "0xff");
        assert_eq!(show(FieldKind::RollPtr, &[0x80, 0, 0, 0, 0, 0, 0]), "insert -");
        assert_eq!(show(FieldKind::RollPtr, &[1, 0, 0, 0, 7, 1, 0]), "1:7+256");
    }
}
