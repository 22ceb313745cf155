//! The result sets of SHOW CREATE TABLE, DESCRIBE and SHOW INDEX.
//!
//! InnoDB's counterpart: `sql/sql_show.cc`.

use super::table_draft::{ENGINE_OPTION, shown_now, shown_type};
use crate::answer::Outcome;
use crate::catalog::{indexes, is_unique};
use crate::engine::{ColumnDefault, IndexNo, Table, TableDef};
use crate::optimize::rows_per_value;
use crate::types::Value;

/// SHOW CREATE TABLE: the canonical text, with the current AUTO_INCREMENT value.
pub(crate) fn create_table(table: &Table) -> Outcome {
    let def = table.def();
    let mut text = def.sql.clone();
    if def.auto_increment.is_some() && table.next_auto_increment() > 1 {
        let counting = format!("\n) {ENGINE_OPTION} AUTO_INCREMENT={}", table.next_auto_increment());
        if let Some(at) = text.rfind(&format!("\n) {ENGINE_OPTION}")) {
            text.replace_range(at..at + format!("\n) {ENGINE_OPTION}").len(), &counting);
        }
    }
    Outcome::text_rows(["Table", "Create Table"], [[Some(def.name.clone()), Some(text)]])
}

/// DESCRIBE: one row for each column.
pub(crate) fn columns(def: &TableDef) -> Outcome {
    let rows = def.columns.iter().enumerate().map(|(n, column)| {
        let default = match &column.default {
            None => None,
            Some(ColumnDefault::Now) => Some(shown_now(column.ty)),
            Some(ColumnDefault::Value(value)) => {
                Value::from_datum(value, column.ty).shown().map(|s| String::from_utf8_lossy(&s).into_owned())
            }
        };
        let extra = match def.auto_increment == Some(n) {
            true => "auto_increment".to_string(),
            false if column.on_update_now => format!("on update {}", shown_now(column.ty)),
            false => String::new(),
        };
        [
            Some(column.name.clone()),
            Some(shown_type(def, n)),
            Some(if column.nullable { "YES" } else { "NO" }.to_string()),
            Some(key_of(def, n).to_string()),
            default,
            Some(extra),
        ]
    });
    Outcome::text_rows(["Field", "Type", "Null", "Key", "Default", "Extra"], rows)
}

/// The Key column of DESCRIBE: `PRI` in the primary key, `UNI` if it is all of a unique key, `MUL` if it is the first
/// column of another key.
fn key_of(def: &TableDef, column: usize) -> &'static str {
    let is_all = |index: &IndexNo| is_unique(def, *index) && def.index_columns(*index) == [column];
    let leads = |index: &IndexNo| def.index_columns(*index).first() == Some(&column);
    if def.primary_key.contains(&column) {
        "PRI"
    } else if indexes(def).any(|index| is_all(&index)) {
        "UNI"
    } else if indexes(def).any(|index| leads(&index)) {
        "MUL"
    } else {
        ""
    }
}

/// SHOW INDEX: one row for each column of each index. Cardinality is the number of rows divided by `rows_per_value`,
/// which is halved; so it is about twice the number of distinct values, and at most the number of rows.
pub(crate) fn indexes_of(table: &Table) -> Outcome {
    let def = table.def();
    let all = table.estimate_rows();
    let rows = indexes(def).flat_map(|index| {
        let columns = def.index_columns(index);
        columns.iter().enumerate().map(move |(n, &column)| {
            let unique = is_unique(def, index);
            let of_a_value = rows_per_value(table, index, n + 1, all);
            let cardinality = Some((all as f64 / of_a_value).round().to_string());
            let text = |text: &str| Some(text.to_string());
            [
                text(&def.name),
                text(if unique { "0" } else { "1" }),
                text(def.index_name(index)),
                Some((n + 1).to_string()),
                text(&def.columns[column].name),
                text("A"),
                cardinality,
                None,
                None,
                text(if def.columns[column].nullable { "YES" } else { "" }),
                text("BTREE"),
                text(""),
                text(""),
                text("NO"),
            ]
        })
    });
    let titles = [
        "Table",
        "Non_unique",
        "Key_name",
        "Seq_in_index",
        "Column_name",
        "Collation",
        "Cardinality",
        "Sub_part",
        "Packed",
        "Null",
        "Index_type",
        "Comment",
        "Index_comment",
        "Ignored",
    ];
    Outcome::text_rows(titles, rows)
}
