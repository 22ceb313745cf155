//! Row images: the values of one row, before or after a change.
//!
//! ```text
//! image   NULL: a bit for each present column | value of each present column that is not NULL
//! ```
//!
//! *Present* is a bitmap of the rows event, with a bit for each column of the table: `binlog_row_image = MINIMAL`
//! leaves columns out.
//!
//! MySQL's counterpart: `pack_row`, `unpack_row`.

use super::table_map::{Column, TableMap};
use super::value::Value;
use super::wire::{GetFields, bit, put_bits};
use crate::error::Decoded;

/// A row: a value for each column of the table; [`Value::Missing`] for a column that is not present in its image.
pub type Row = Vec<Value>;

/// Appends a full image. REQUIRES: a value for each column, of its type; NULL only where the column is nullable.
pub(super) fn put_image(table: &TableMap, row: &Row, out: &mut Vec<u8>) {
    assert_eq!(row.len(), table.columns.len(), "a row of {}.{} has a value for each column", table.db, table.table);
    put_bits(out, row.iter().map(|v| *v == Value::Null));
    for (column, value) in table.columns.iter().zip(row) {
        match value {
            Value::Null => {
                assert!(column.nullable, "NULL in a column of {}.{} that is NOT NULL", table.db, table.table)
            }
            value => column.ty.put(value, out),
        }
    }
}

/// Skips an image. ERRORS: those of [`get_image`].
pub(super) fn check_image(table: &TableMap, present: &[u8], input: &mut &[u8]) -> Decoded<()> {
    let columns = || present_columns(table, present);
    let nulls = input.try_get_slice(columns().count().div_ceil(8))?;
    columns().enumerate().filter(|(nth, _)| !bit(nulls, *nth)).try_for_each(|(_, column)| column.ty.check(input))
}

/// Takes an image. `parts`: a bit for each JSON column of the table, 1 if the image has changes of its parts; empty if
/// all have documents.
pub(super) fn get_image(table: &TableMap, present: &[u8], parts: &[u8], input: &mut &[u8]) -> Decoded<Row> {
    let nulls = input.try_get_slice(present_columns(table, present).count().div_ceil(8))?;
    let (mut nth, mut json) = (0, 0);
    let mut row = Vec::with_capacity(table.columns.len());
    for (i, column) in table.columns.iter().enumerate() {
        let is_part = column.ty.is_json() && {
            json += 1;
            parts.get((json - 1) / 8).is_some_and(|byte| byte >> ((json - 1) % 8) & 1 == 1)
        };
        if !bit(present, i) {
            row.push(Value::Missing);
            continue;
        }
        let is_null = bit(nulls, nth);
        nth += 1;
        row.push(match if is_null { Value::Null } else { column.ty.get(input)? } {
            Value::Json(diff) if is_part => Value::JsonDiff(diff),
            value => value,
        });
    }
    Ok(row)
}

fn present_columns<'a>(table: &'a TableMap, present: &'a [u8]) -> impl Iterator<Item = &'a Column> {
    table.columns.iter().enumerate().filter(|(i, _)| bit(present, *i)).map(|(_, column)| column)
}
