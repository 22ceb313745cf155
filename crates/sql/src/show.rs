//! SHOW CREATE TABLE, SHOW INDEX, DESCRIBE, SHOW VARIABLES: what the dictionary and the session say, as rows.
//!
//! InnoDB's counterpart: `sql/sql_show.cc`.

use crate::command::Only;
use crate::cost::rows_of_a_value;
use crate::draft::{ENGINE_OPTION, shown_now, shown_type};
use crate::error::SqlError;
use crate::keys::{indexes, is_unique};
use crate::like::like;
use crate::session::Outcome;
use crate::value::Value;
use innolab_engine::{IndexNo, Preset, Table, TableDef};
use sqlparser::ast;

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

/// One row a column.
pub(crate) fn columns(def: &TableDef) -> Outcome {
    let rows = def.columns.iter().enumerate().map(|(n, column)| {
        let default = match &column.default {
            None => None,
            Some(Preset::Now) => Some(shown_now(column.ty)),
            Some(Preset::Value(value)) => {
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

/// What DESCRIBE says of a column's keys: of the primary key, all of a unique key, or the first of another.
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

/// One row a column of an index. The cardinality is how many rows there are for each that is thought to have a value:
/// twice as many as there are values (`rows_of_a_value`).
pub(crate) fn indexes_of(table: &Table) -> Outcome {
    let def = table.def();
    let all = table.estimate_rows();
    let rows = indexes(def).flat_map(|index| {
        let columns = def.index_columns(index);
        columns.iter().enumerate().map(move |(n, &column)| {
            let unique = is_unique(def, index);
            let of_a_value = rows_of_a_value(table, index, n + 1, all);
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

/// Names and values, those that are asked for.
pub(crate) fn pairs(all: Vec<(String, String)>, only: &Only) -> Result<Outcome, SqlError> {
    let mut shown = Vec::new();
    for (name, value) in all {
        if is_asked_for(&name, only)? {
            shown.push([Some(name), Some(value)]);
        }
    }
    Ok(Outcome::text_rows(["Variable_name", "Value"], shown))
}

fn is_asked_for(name: &str, only: &Only) -> Result<bool, SqlError> {
    let is = |other: &ast::Expr| match other {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) | ast::Value::DoubleQuotedString(text) => {
                Ok(text.eq_ignore_ascii_case(name))
            }
            _ => Ok(false),
        },
        other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
    };
    let is_name =
        |e: &ast::Expr| matches!(e, ast::Expr::Identifier(i) if i.value.eq_ignore_ascii_case("variable_name"));
    let condition = match only {
        Only::All => return Ok(true),
        Only::Like(pattern) => {
            let [name, pattern] = [name, pattern].map(|text| text.to_ascii_lowercase());
            return Ok(like(name.as_bytes(), pattern.as_bytes(), None));
        }
        Only::Where(condition) => condition.as_ref(),
    };
    match condition {
        ast::Expr::BinaryOp { left, op: ast::BinaryOperator::Eq, right } if is_name(left) => is(right),
        ast::Expr::InList { expr, list, negated: false } if is_name(expr) => {
            list.iter().try_fold(false, |found, item| Ok(found || is(item)?))
        }
        ast::Expr::Like { negated: false, expr, pattern, .. } if is_name(expr) => match pattern.as_ref() {
            ast::Expr::Value(value) => {
                let pattern = value.value.clone().into_string().unwrap_or_default();
                is_asked_for(name, &Only::Like(pattern))
            }
            other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
        },
        other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
    }
}
