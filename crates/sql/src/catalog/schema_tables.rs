//! `information_schema.tables`, `columns` and `triggers`: what tools that copy a database ask about it.
//!
//! Of the server's columns they have those that such tools read, in the server's order (`docs/serve.md`).
//!
//! InnoDB's counterpart: `get_all_tables`, `fill_schema_table_by_open`.

use super::view_columns::{NUMBER, Row, Rows, ViewColumn, WORD, number, text};
use crate::engine::{ColumnType, Datum, Engine};

/// The catalog of every database.
const CATALOG: &str = "def";

const TABLES: [ViewColumn; 5] =
    [("TABLE_CATALOG", WORD), ("TABLE_SCHEMA", WORD), ("TABLE_NAME", WORD), ("TABLE_TYPE", WORD), ("ENGINE", WORD)];

const COLUMNS: [ViewColumn; 9] = [
    ("TABLE_CATALOG", WORD),
    ("TABLE_SCHEMA", WORD),
    ("TABLE_NAME", WORD),
    ("COLUMN_NAME", WORD),
    ("ORDINAL_POSITION", NUMBER),
    ("IS_NULLABLE", WORD),
    ("DATA_TYPE", WORD),
    ("EXTRA", WORD),
    ("GENERATION_EXPRESSION", WORD),
];

const TRIGGERS: [ViewColumn; 7] = [
    ("TRIGGER_CATALOG", WORD),
    ("TRIGGER_SCHEMA", WORD),
    ("TRIGGER_NAME", WORD),
    ("EVENT_MANIPULATION", WORD),
    ("EVENT_OBJECT_CATALOG", WORD),
    ("EVENT_OBJECT_SCHEMA", WORD),
    ("EVENT_OBJECT_TABLE", WORD),
];

pub(super) fn tables() -> (&'static [ViewColumn], Rows) {
    (&TABLES, |engine, home| {
        let row = |name: &String| [CATALOG, home, name, "BASE TABLE", "InnoDB"].map(text).to_vec();
        engine.tables().iter().map(row).collect()
    })
}

pub(super) fn columns() -> (&'static [ViewColumn], Rows) {
    (&COLUMNS, |engine, home| {
        let names = engine.tables();
        names.iter().flat_map(|name| columns_of(engine, home, name)).collect()
    })
}

/// There are no triggers.
pub(super) fn triggers() -> (&'static [ViewColumn], Rows) {
    (&TRIGGERS, |_, _| Vec::new())
}

fn columns_of(engine: &Engine, home: &str, name: &str) -> Vec<Row> {
    // It may have been dropped in the meantime.
    let Some(table) = engine.table(name) else { return Vec::new() };
    let def = table.def();
    let row = |(n, column): (usize, &crate::engine::ColumnDef)| {
        let extra = match column.ty {
            _ if def.auto_increment == Some(n) => "auto_increment".to_owned(),
            ColumnType::DateTime { fsp: 0 } if column.on_update_now => "on update current_timestamp()".to_owned(),
            ColumnType::DateTime { fsp } if column.on_update_now => format!("on update current_timestamp({fsp})"),
            _ => String::new(),
        };
        vec![
            text(CATALOG),
            text(home),
            text(name),
            text(&column.name),
            number(n as u64 + 1),
            text(if column.nullable { "YES" } else { "NO" }),
            text(data_type(column.ty)),
            text(&extra),
            Datum::Null,
        ]
    };
    def.columns.iter().enumerate().map(row).collect()
}

/// A type without its length.
fn data_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Int { bytes: 1, .. } => "tinyint",
        ColumnType::Int { bytes: 2, .. } => "smallint",
        ColumnType::Int { bytes: 3, .. } => "mediumint",
        ColumnType::Int { bytes: 4, .. } => "int",
        ColumnType::Int { .. } => "bigint",
        ColumnType::Decimal { .. } => "decimal",
        ColumnType::Char { .. } => "char",
        ColumnType::VarChar { .. } => "varchar",
        ColumnType::VarBinary { .. } => "varbinary",
        ColumnType::DateTime { .. } => "datetime",
        ColumnType::Date => "date",
    }
}
