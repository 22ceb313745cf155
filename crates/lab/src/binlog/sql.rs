//! A row change as an SQL statement, and values as text.
//!
//! ```text
//! FLOAT     0.1 → 1.0000000149011612e-1      the double that it is: a DECIMAL literal would be another number
//! DOUBLE    1e100 → 1e100                    with an exponent, so that the server reads a double
//! BINARY(4) 02 → x'02000000'                 the log drops zeros at the end of BINARY, UUID and INET6
//! TIMESTAMP '2024-01-02 03:04:05'            in UTC: the statements run with time_zone = '+00:00'
//! text      'añ', x'…'                       by the column's character set
//! ```
//!
//! RULES
//!
//! - **R1** WHERE compares every column that the log has: the statement finds the row only if the row is as the log says.
//!   In a table without a primary key several rows may be equal; LIMIT 1 changes one of them. Strings are compared as bytes
//!   there: a collation might take another row for equal. A row of which the log lacks a column is found by its primary key
//!   only; without one it is an error, because LIMIT 1 might change another row.
//! - **R2** A value is written so that MySQL and MariaDB read the same value back ([`BEGIN`] has the session that they
//!   need). A value that cannot be written so is an error that names table and column.
//! - **R3** Every statement names its columns: a table may have invisible ones. A generated column gets no value.

use super::declared::Complete;
use innolab_base::temporal::{DateTime, Timestamp};
use innolab_binlog::{Change, Charset, Column, ColumnType, Row, Value, collation, json};

/// Statements that set what the others need of their session (R2): texts in UTF-8 with `\` as an escape, id 0 as it is
/// in an AUTO_INCREMENT column, dates as they are stored, TIMESTAMPs in UTC.
pub(super) const BEGIN: &str = "\
SET @innolab_sql_mode = @@SESSION.sql_mode, @innolab_time_zone = @@SESSION.time_zone;
SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', SESSION time_zone = '+00:00';
";
/// Statements that undo those of [`BEGIN`].
pub(super) const END: &str = "SET SESSION sql_mode = @innolab_sql_mode, SESSION time_zone = @innolab_time_zone;\n";

/// A statement that makes the change, without a semicolon (R1, R3). ERRORS: R2.
pub(super) fn statement(table: &Complete, change: &Change) -> Result<String, String> {
    let map = &table.map;
    let name = format!("{}.{}", quoted(&map.db), quoted(&map.table));
    let one = if map.primary_key.is_empty() { " LIMIT 1" } else { "" };
    Ok(match change {
        Change::Insert(row) => {
            let given: Vec<usize> = (0..row.len()).filter(|&i| !table.generated[i]).collect();
            let columns: Vec<String> = given.iter().map(|&i| quoted(&map.column_name(i))).collect();
            let values = given.iter().map(|&i| literal(table, row, i)).collect::<Result<Vec<_>, _>>()?;
            format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), values.join(", "))
        }
        Change::Delete(row) => format!("DELETE FROM {name} WHERE {}{one}", conditions(table, row)?),
        Change::Update { before, after } => {
            let given = (0..after.len()).filter(|&i| !table.generated[i] && after[i] != Value::Missing);
            let changed: Vec<usize> = given.clone().filter(|&i| before[i] != after[i]).collect();
            // This engine logs no UPDATE that changes nothing; another server may.
            let set = if changed.is_empty() { given.take(1).collect() } else { changed };
            let assign = |&i: &usize| Ok(format!("{} = {}", quoted(&map.column_name(i)), literal(table, after, i)?));
            let set = set.iter().map(assign).collect::<Result<Vec<String>, String>>()?;
            format!("UPDATE {name} SET {} WHERE {}{one}", set.join(", "), conditions(table, before)?)
        }
    })
}

fn conditions(table: &Complete, row: &Row) -> Result<String, String> {
    let condition = |i: usize| {
        let column = quoted(&table.map.column_name(i));
        Ok(match &row[i] {
            Value::Null => format!("{column} IS NULL"),
            Value::Bytes(bytes) if table.map.primary_key.is_empty() && !is_opaque(table.map.columns[i].ty) => {
                format!("{column} = {}", hex(&padded(&table.map.columns[i], bytes)))
            }
            // MySQL compares no VECTOR with a string.
            Value::Bytes(bytes) if is_opaque(table.map.columns[i].ty) => {
                format!("HEX({column}) = '{}'", digits(bytes).to_uppercase())
            }
            _ => format!("{column} = {}", literal(table, row, i)?),
        })
    };
    let is_key = |i: &usize| table.map.primary_key.is_empty() || table.map.primary_key.contains(i);
    let compared = (0..row.len()).filter(|i| row[*i] != Value::Missing || is_key(i));
    Ok(compared.map(condition).collect::<Result<Vec<_>, String>>()?.join(" AND "))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hex(bytes: &[u8]) -> String {
    format!("x'{}'", digits(bytes))
}

/// True for a type whose values are no strings to SQL.
fn is_opaque(ty: ColumnType) -> bool {
    matches!(ty, ColumnType::Geometry { .. } | ColumnType::Vector { .. })
}

/// Value `i` of a row as an SQL literal (R2).
fn literal(table: &Complete, row: &Row, i: usize) -> Result<String, String> {
    let column = &table.map.columns[i];
    let refuse = |why: &str| {
        let (db, table, column) = (&table.map.db, &table.map.table, table.map.column_name(i));
        Err(format!("{db}.{table}, column {column}: {why} cannot be written as SQL"))
    };
    Ok(match &row[i] {
        Value::Bytes(bytes) => string(column, bytes),
        Value::Float(v) if v.is_finite() => format!("{:e}", f64::from(*v)),
        Value::Double(v) if v.is_finite() => format!("{v:e}"),
        Value::Float(_) | Value::Double(_) => return refuse("a number that is not finite"),
        Value::Int(v) => match column.ty {
            // In a log without signs the column's type has the sign.
            ColumnType::Int { bytes, unsigned: true } => {
                (*v as u64 & (u64::MAX >> (64 - 8 * u32::from(bytes)))).to_string()
            }
            _ => v.to_string(),
        },
        Value::Timestamp(v) => format!("'{}'", timestamp(v)),
        Value::UInt(v) if matches!(column.ty, ColumnType::Bit { .. }) => format!("b'{v:b}'"),
        Value::Json(v) if json::has_opaque(v) => return refuse("a JSON document with values that JSON text has not"),
        Value::Json(v) => match json::text(v) {
            Ok(text) => format!("CAST({} AS JSON)", quoted_text(&text)),
            Err(_) => return refuse("a malformed JSON document"),
        },
        Value::JsonDiff(_) | Value::Missing => return refuse("a value that is not in the log"),
        value => value.to_string(),
    })
}

/// A string as a literal: quoted where its text is known and plain, else its bytes.
fn string(column: &Column, bytes: &[u8]) -> String {
    let bytes = padded(column, bytes);
    let text = match column.collation.and_then(Charset::of) {
        Some(Charset::Binary) if bytes.is_ascii() && !is_opaque(column.ty) => Charset::Binary.text(&bytes),
        Some(Charset::Binary) | None => None,
        Some(charset) => charset.text(&bytes),
    };
    match text.filter(|text| !text.chars().any(char::is_control)) {
        Some(text) => quoted_text(&text),
        None => hex(&bytes),
    }
}

fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The bytes of a BINARY as long as the column: the log has no zeros at its end.
fn padded(column: &Column, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let (ColumnType::Char { max_bytes }, Some(collation::BINARY)) = (column.ty, column.collation) {
        bytes.resize(bytes.len().max(max_bytes.into()), 0);
    }
    bytes
}

/// A TIMESTAMP in UTC; 0 is the zero date.
fn timestamp(v: &Timestamp) -> DateTime {
    match v.seconds {
        0 => DateTime { fsp: v.fsp, ..DateTime::default() },
        seconds => DateTime::since_1970(u64::from(seconds) * 1_000_000 + u64::from(v.micros)).with_fsp(v.fsp),
    }
}

/// A value as text, `None` for NULL, with `\xNN` for bytes that are not UTF-8.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bytes(bytes) => Some(crate::transcript::text(bytes)),
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) => Some(value.to_string().trim_matches('\'').to_owned()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_binlog::TableMap;
    use std::sync::Arc;

    #[test]
    fn r1_a_row_that_the_log_has_in_part_is_found_by_its_primary_key_only() {
        let columns = ["id", "n", "v"].map(|name| Column::new(name, ColumnType::INT)).to_vec();
        let table = |primary_key| Complete {
            map: Arc::new(TableMap {
                id: 1,
                db: "d".into(),
                table: "t".into(),
                columns: columns.clone(),
                primary_key,
                has_signs: true,
            }),
            generated: vec![false; 3],
        };
        let change = Change::Update {
            before: vec![Value::Int(1), Value::Int(2), Value::Missing],
            after: vec![Value::Int(1), Value::Int(3), Value::Int(4)],
        };
        let sql = "UPDATE `d`.`t` SET `n` = 3, `v` = 4 WHERE `id` = 1 AND `n` = 2";
        assert_eq!(statement(&table(vec![0]), &change).as_deref(), Ok(sql));
        let why = "d.t, column v: a value that is not in the log cannot be written as SQL";
        for primary_key in [vec![], vec![2]] {
            assert_eq!(statement(&table(primary_key), &change).as_deref(), Err(&why.to_owned()));
        }
    }
}
