//! A row change as an SQL statement, and values as text.
//!
//! RULES
//!
//! - **R1** WHERE compares every column: the statement finds the row only if the row is as the log says. In a table
//!   without a primary key several rows may be equal; LIMIT 1 changes one of them.
//! - **R2** A value is written so that MySQL and MariaDB read the same bytes back: bytes that are not plain text are
//!   written in hex.

use innolab_binlog::{Change, ColumnType, Row, RowChange, TableMap, Value};

/// A statement that makes the change, without a semicolon (R1).
pub(super) fn statement(change: &RowChange) -> String {
    let RowChange { table, change } = change;
    let name = format!("{}.{}", quoted(&table.db), quoted(&table.table));
    let one = if table.primary_key.is_empty() { " LIMIT 1" } else { "" };
    match change {
        Change::Insert(row) => {
            let values: Vec<String> = (0..row.len()).map(|i| literal(table, row, i)).collect();
            format!("INSERT INTO {name} VALUES ({})", values.join(", "))
        }
        Change::Delete(row) => format!("DELETE FROM {name} WHERE {}{one}", conditions(table, row)),
        Change::Update { before, after } => {
            let set = (0..after.len())
                .filter(|&i| before[i] != after[i])
                .map(|i| format!("{} = {}", quoted(&column(table, i)), literal(table, after, i)));
            // This engine logs no UPDATE that changes nothing; another server may.
            let set: Vec<String> = set.collect();
            let set = if set.is_empty() { assign(table, after) } else { set.join(", ") };
            format!("UPDATE {name} SET {set} WHERE {}{one}", conditions(table, before))
        }
    }
}

fn assign(table: &TableMap, row: &Row) -> String {
    format!("{} = {}", quoted(&column(table, 0)), literal(table, row, 0))
}

fn conditions(table: &TableMap, row: &Row) -> String {
    let condition = |i: usize| match &row[i] {
        Value::Null => format!("{} IS NULL", quoted(&column(table, i))),
        _ => format!("{} = {}", quoted(&column(table, i)), literal(table, row, i)),
    };
    (0..row.len()).map(condition).collect::<Vec<_>>().join(" AND ")
}

/// The name of column `i`; `@1`, `@2`, … if the log does not name it.
pub(super) fn column(table: &TableMap, i: usize) -> String {
    table.columns[i].name.clone().unwrap_or_else(|| format!("@{}", i + 1))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Value `i` of a row as an SQL literal (R2).
fn literal(table: &TableMap, row: &Row, i: usize) -> String {
    match &row[i] {
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.chars().any(char::is_control) => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            _ => format!("x'{}'", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()),
        },
        Value::Timestamp(seconds) => format!("FROM_UNIXTIME({seconds})"),
        Value::UInt(v) if matches!(table.columns[i].ty, ColumnType::Bit { .. }) => format!("b'{v:b}'"),
        value => value.to_string(),
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
