//! Tables and rows as the binary log describes them, and back.
//!
//! ```text
//! INT family          the same, with its sign                     CHAR(n), VARCHAR(n)   4 × n bytes, utf8mb4_bin
//! VARBINARY(n)        n bytes, collation "binary"             DECIMAL, DATETIME, DATE   the same
//! ```
//!
//! RULES
//!
//! - **R1** A TABLE_MAP has the names, signs, collations and primary key of a table (`binlog_row_metadata = FULL`),
//!   so that a log can be read without the table.
//! - **R2** [`datum`] of a [`value`] is the value that it was made of.

use crate::codec::{ColumnDef, ColumnType, Datum, TableDef, packed};
use innolab_base::decimal;
use innolab_base::temporal::DateTime;
use innolab_binlog::{self as binlog, TableMap, Value, collation};

/// The log's description of a table; `id` is the table's number (R1).
pub(crate) fn table_map(def: &TableDef, id: u64, db: &str) -> TableMap {
    let column = |c: &ColumnDef| {
        let column = binlog::Column::new(&c.name, column_type(c.ty));
        let column = match c.ty {
            ColumnType::VarBinary { .. } => column.collate(collation::BINARY),
            _ => column,
        };
        if c.nullable { column.null() } else { column }
    };
    TableMap {
        id,
        db: db.to_owned(),
        table: def.name.clone(),
        columns: def.columns.iter().map(column).collect(),
        primary_key: def.primary_key.clone(),
        has_signs: true,
    }
}

fn column_type(ty: ColumnType) -> binlog::ColumnType {
    match ty {
        ColumnType::Int { bytes, unsigned } => binlog::ColumnType::Int { bytes, unsigned },
        // `TableDef::check` keeps them below 64 KiB.
        ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => {
            binlog::ColumnType::Varchar { max_bytes: ty.max_bytes() as u16 }
        }
        ColumnType::Char { .. } => binlog::ColumnType::Char { max_bytes: ty.max_bytes() as u16 },
        ColumnType::Decimal { precision, scale, unsigned } => {
            binlog::ColumnType::Decimal { precision, scale, unsigned }
        }
        ColumnType::DateTime { fsp } => binlog::ColumnType::DateTime { fsp },
        ColumnType::Date => binlog::ColumnType::Date,
    }
}

/// A value as the log has it, for a column of type `ty`.
pub(crate) fn value(datum: &Datum, ty: binlog::ColumnType) -> Value {
    match (datum, ty) {
        (Datum::Null, _) => Value::Null,
        (Datum::Int(v), _) => Value::Int(*v),
        (Datum::UInt(v), _) => Value::UInt(*v),
        (Datum::Bytes(v), binlog::ColumnType::Decimal { precision, scale, .. }) => {
            Value::Decimal(decimal::get(v, precision, scale))
        }
        (Datum::Bytes(v), binlog::ColumnType::DateTime { fsp }) => Value::DateTime(DateTime::get(v, fsp)),
        (Datum::Bytes(v), binlog::ColumnType::Date) => Value::Date(packed::date_of(v)),
        (Datum::Bytes(v), _) => Value::Bytes(v.clone()),
    }
}

/// A value from a log of the same type, for a column of type `ty`; `None`: the column has no such values. `from_log`
/// says what is converted from other types.
pub(super) fn datum(value: Value, ty: ColumnType) -> Option<Datum> {
    Some(match (value, ty) {
        (Value::Null, _) => Datum::Null,
        (Value::Int(v), ColumnType::Int { unsigned: false, .. }) => Datum::Int(v),
        (Value::UInt(v), ColumnType::Int { unsigned: true, .. }) => Datum::UInt(v),
        // In a log without signs every integer is signed; the column has the same bits.
        (Value::Int(v), ColumnType::Int { bytes, unsigned: true }) => {
            Datum::UInt(v as u64 & (u64::MAX >> (64 - 8 * u32::from(bytes))))
        }
        (Value::Bytes(v), ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. }) => {
            Datum::Bytes(v)
        }
        // A column with fewer digits than the log's would cut the value.
        (Value::Decimal(text), ColumnType::Decimal { .. }) => packed::read(ty, &text)?,
        (Value::DateTime(v), ColumnType::DateTime { fsp }) if v.fsp == fsp => packed::date_time(v, fsp),
        (Value::Date(v), ColumnType::Date) => packed::date(v),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_there_and_back() {
        let int = |bytes, unsigned| ColumnType::Int { bytes, unsigned };
        for (datum, ty) in [
            (Datum::Null, int(4, false)),
            (Datum::Int(-1), int(1, false)),
            (Datum::UInt(u64::MAX), int(8, true)),
            (Datum::Bytes(b"x\0".to_vec()), ColumnType::VarBinary { bytes: 2 }),
            (Datum::Bytes("é".into()), ColumnType::Char { chars: 1 }),
            (packed::decimal("1.50", 5, 2), ColumnType::Decimal { precision: 5, scale: 2, unsigned: true }),
            (packed::decimal("-1.50", 5, 2), ColumnType::Decimal { precision: 5, scale: 2, unsigned: false }),
            (
                packed::date_time(DateTime { hour: 3, micros: 120_000, ..DateTime::default() }, 2),
                ColumnType::DateTime { fsp: 2 },
            ),
            (ColumnType::Date.zero(), ColumnType::Date),
        ] {
            assert_eq!(super::datum(value(&datum, column_type(ty)), ty), Some(datum));
        }
        let unsigned = column_type(ColumnType::Decimal { precision: 5, scale: 2, unsigned: true });
        assert_eq!(unsigned.to_string(), "DECIMAL(5,2) UNSIGNED", "R1");
        assert_eq!(datum(Value::Int(-1), int(2, true)), Some(Datum::UInt(65_535)), "a log without signs");
        assert_eq!(datum(Value::Double(1.0), int(4, false)), None);
    }
}
