//! The CREATE TABLE statement of a server's table that an exported file fits.

use super::importer::Importer;
use crate::codec::{ColumnDef, ColumnDefault, ColumnType, Datum, TableDef, packed, quoted};
use std::fmt::Write as _;

/// The CREATE TABLE statement of a server's table with the same bytes.
pub(crate) fn create_table(def: &TableDef, server: Importer) -> String {
    let mut lines: Vec<String> =
        def.columns.iter().enumerate().map(|(i, c)| column(c, def.auto_increment == Some(i))).collect();
    if !def.has_row_id() {
        lines.push(match &def.primary_name {
            None => format!("PRIMARY KEY ({})", names(def, &def.primary_key)),
            Some(name) => format!("UNIQUE KEY {} ({})", quoted(name), names(def, &def.primary_key)),
        });
    }
    lines.extend(def.indexes.iter().map(|index| {
        let kind = if index.unique { "UNIQUE KEY" } else { "KEY" };
        format!("{kind} {} ({})", quoted(&index.name), names(def, &index.columns))
    }));
    let name = quoted(&def.name);
    // Both compare bytes, without padding.
    let collation = match server {
        Importer::MariaDb => "utf8mb4_nopad_bin",
        Importer::MySql => "utf8mb4_0900_bin",
    };
    let options = format!("ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE={collation}");
    format!("CREATE TABLE {name} (\n  {}\n) {options}", lines.join(",\n  "))
}

fn names(def: &TableDef, columns: &[usize]) -> String {
    columns.iter().map(|&i| quoted(&def.columns[i].name)).collect::<Vec<_>>().join(", ")
}

fn column(column: &ColumnDef, auto_increment: bool) -> String {
    let ty = match column.ty {
        ColumnType::Int { bytes, unsigned } => {
            let name = match bytes {
                1 => "TINYINT",
                2 => "SMALLINT",
                3 => "MEDIUMINT",
                4 => "INT",
                _ => "BIGINT",
            };
            format!("{name}{}", if unsigned { " UNSIGNED" } else { "" })
        }
        ColumnType::VarChar { chars } => format!("VARCHAR({chars})"),
        ColumnType::Char { chars } => format!("CHAR({chars})"),
        ColumnType::VarBinary { bytes } => format!("VARBINARY({bytes})"),
        ColumnType::Decimal { precision, scale, unsigned } => {
            format!("DECIMAL({precision},{scale}){}", if unsigned { " UNSIGNED" } else { "" })
        }
        ColumnType::DateTime { fsp } => format!("DATETIME({fsp})"),
        ColumnType::Date => "DATE".to_owned(),
    };
    let null = if column.nullable { "NULL" } else { "NOT NULL" };
    let now = match column.ty {
        ColumnType::DateTime { fsp } => format!("CURRENT_TIMESTAMP({fsp})"),
        _ => String::new(),
    };
    let default = match &column.default {
        _ if auto_increment => String::new(),
        Some(ColumnDefault::Value(value)) => format!(" DEFAULT {}", literal(column.ty, value)),
        Some(ColumnDefault::Now) => format!(" DEFAULT {now}"),
        None => String::new(),
    };
    let on_update = if column.on_update_now { format!(" ON UPDATE {now}") } else { String::new() };
    let auto_increment = if auto_increment { " AUTO_INCREMENT" } else { "" };
    format!("{} {ty} {null}{default}{on_update}{auto_increment}", quoted(&column.name))
}

fn literal(ty: ColumnType, value: &Datum) -> String {
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Bytes(bytes) if ty.fixed_bytes().is_some() => {
            format!("'{}'", packed::show(ty, bytes).unwrap_or_default())
        }
        Datum::Bytes(bytes) => {
            bytes.iter().fold("X'".to_owned(), |mut hex, b| {
                // Writing to a String does not fail.
                let _ = write!(hex, "{b:02X}");
                hex
            }) + "'"
        }
    }
}

#[cfg(test)]
mod tests;
