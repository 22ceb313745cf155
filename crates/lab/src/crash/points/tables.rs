//! What all tables hold: definitions and rows as a new session reads them, as text.

use crate::failure::Failure;
use crate::transcript::{Answer, pretty, text};
use innolab_engine::{Columns, Engine, IndexNo, Isolation, KeyRange};
use innolab_sql::Outcome;
use innolab_sql::value::Value;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Values as text; `None` is NULL.
type Row = Vec<Option<Vec<u8>>>;

/// Rows of a difference that are named.
const SHOWN_ROWS: usize = 3;

/// All tables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tables(pub(super) BTreeMap<String, Arc<Contents>>);

/// One table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) create: String,
    pub(super) columns: Vec<String>,
    /// In the order of the clustered key, without the hidden row id; sorted, if that is the key.
    pub(super) rows: Vec<Row>,
}

impl Tables {
    /// Reads the tables as a new session of this isolation level sees them, without locks on rows or names: it waits for
    /// nobody.
    pub(super) fn read(engine: &Arc<Engine>, isolation: Isolation) -> Result<Tables, Failure> {
        let mut trx = engine.begin(&Arc::default(), isolation);
        let mut tables = BTreeMap::new();
        for name in engine.tables() {
            let Some(table) = engine.table(&name) else { continue };
            let def = table.def();
            let mut rows: Vec<Row> = Vec::new();
            trx.read(&table, IndexNo::CLUSTERED, &KeyRange::all(), false, Columns::All, &mut |row| {
                let values = row.iter().zip(&def.columns);
                rows.push(values.map(|(datum, column)| Value::from_datum(datum, column.ty).shown()).collect());
                ControlFlow::Continue(())
            })?;
            if def.has_row_id() {
                rows.sort();
            }
            let columns = def.columns.iter().map(|column| column.name.clone()).collect();
            tables.insert(name, Arc::new(Contents { create: def.sql.clone(), columns, rows }));
        }
        trx.rollback()?;
        Ok(Tables(tables))
    }

    /// The first difference, in words; `None` if they are equal.
    pub(super) fn difference(&self, got: &Tables) -> Option<String> {
        let names = self.0.keys().chain(got.0.keys()).collect::<std::collections::BTreeSet<_>>();
        names.into_iter().find_map(|name| match (self.0.get(name), got.0.get(name)) {
            (Some(_), None) => Some(format!("table {name}: expected, not there")),
            (None, Some(_)) => Some(format!("table {name}: there, not expected")),
            (Some(expected), Some(got)) if expected != got => Some(format!("table {name}: {}", expected.unlike(got))),
            _ => None,
        })
    }
}

impl Contents {
    fn unlike(&self, got: &Contents) -> String {
        if self.create != got.create {
            return format!("expected {}, got {}", one_line(&self.create), one_line(&got.create));
        }
        let only = |these: &[Row], those: &[Row]| {
            let only: Vec<_> = these.iter().filter(|row| !those.contains(row)).map(shown).collect();
            match only.len() {
                n if n > SHOWN_ROWS => format!("{} and {} more", only[..SHOWN_ROWS].join(", "), n - SHOWN_ROWS),
                _ => only.join(", "),
            }
        };
        match (only(&self.rows, &got.rows), only(&got.rows, &self.rows)) {
            (missing, extra) if extra.is_empty() => format!("missing {missing}"),
            (missing, extra) if missing.is_empty() => format!("not expected {extra}"),
            (missing, extra) => format!("expected {missing}, got {extra}"),
        }
    }
}

/// A row as `(1, NULL, a)`.
fn shown(row: &Row) -> String {
    let values: Vec<_> = row.iter().map(|v| v.as_deref().map_or("NULL".to_owned(), text)).collect();
    format!("({})", values.join(", "))
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no tables\n");
        }
        for (name, contents) in &self.0 {
            writeln!(f, "{name}")?;
            let rows = Outcome::Rows { columns: contents.columns.clone(), rows: contents.rows.clone() };
            pretty(&Ok(Answer::Sql(rows))).lines().try_for_each(|line| writeln!(f, "{line}"))?;
        }
        f.write_char('\n')
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One table `name` with rows of one value.
    pub(in crate::crash::points) fn table(name: &str, values: &[&str]) -> Tables {
        let rows = values.iter().map(|value| vec![Some(value.as_bytes().to_vec())]).collect();
        let contents = Contents { create: format!("create {name}"), columns: vec!["v".to_owned()], rows };
        Tables([(name.to_owned(), Arc::new(contents))].into())
    }

    #[test]
    fn differences_in_words() {
        let (none, t) = (Tables::default(), table("t", &["1", "2"]));
        assert_eq!(t.difference(&t.clone()), None);
        assert_eq!(t.difference(&none).as_deref(), Some("table t: expected, not there"));
        assert_eq!(none.difference(&t).as_deref(), Some("table t: there, not expected"));
        let other = table("t", &["1", "3", "4", "5", "6"]);
        assert_eq!(table("t", &["1"]).difference(&t).as_deref(), Some("table t: not expected (2)"));
        let expected = "table t: expected (2), got (3), (4), (5) and 1 more";
        assert_eq!(t.difference(&other).as_deref(), Some(expected));
        assert_eq!(t.difference(&table("t", &["1"])).as_deref(), Some("table t: missing (2)"));
    }
}
