//! SHOW TABLES, SHOW CREATE TABLE, DESCRIBE: what the dictionary says, as rows.
//!
//! InnoDB's counterpart: `sql/sql_show.cc`.

use crate::Outcome;
use crate::create::{ENGINE_OPTION, quoted};
use crate::value::Value;
use innolab_engine::{Datum, Table, TableDef};

/// The text that makes the table again, and goes on counting where it counts.
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

/// One row a column. `only`: those of this name.
pub(crate) fn columns(def: &TableDef, only: Option<&str>) -> Outcome {
    let rows = def.columns.iter().enumerate().filter(|(_, c)| only.is_none_or(|o| o.eq_ignore_ascii_case(&c.name)));
    let rows = rows.map(|(n, column)| {
        let default = match &column.default {
            None | Some(Datum::Null) => None,
            Some(value) => Value::from_datum(value, false).shown().map(|s| String::from_utf8_lossy(&s).into_owned()),
        };
        [
            Some(column.name.clone()),
            Some(shown_type(def, n)),
            Some(if column.nullable { "YES" } else { "NO" }.to_string()),
            Some(if def.primary_key.contains(&n) { "PRI" } else { "" }.to_string()),
            default,
            Some(if def.auto_increment == Some(n) { "auto_increment" } else { "" }.to_string()),
        ]
    });
    Outcome::text_rows(["Field", "Type", "Null", "Key", "Default", "Extra"], rows)
}

/// The type of the n-th column: in its line of the canonical text, what stands between its name and its attributes.
fn shown_type(def: &TableDef, n: usize) -> String {
    let line = def.sql.lines().nth(n + 1).unwrap_or_default();
    let behind_name = line.trim_start().strip_prefix(&quoted(&def.columns[n].name)).unwrap_or_default();
    let ends =
        [" NOT NULL", " DEFAULT ", " AUTO_INCREMENT", " COMMENT "].iter().filter_map(|word| behind_name.find(word));
    let end = ends.min().unwrap_or(behind_name.trim_end_matches(',').len());
    behind_name[..end].trim_start().to_string()
}
