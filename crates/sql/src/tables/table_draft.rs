//! A table that is being defined: CREATE TABLE and ALTER TABLE edit it, [`TableDraft::finish`] checks it.
//!
//! ```text
//! CREATE TABLE ─► TableDraft ─► finish ─► TableDef with its canonical text
//!                  ▲  │
//! ALTER: TableDef ─┘  └─ ADD, DROP, RENAME
//! ```
//!
//! RULES
//!
//! - **R1** Columns of the primary key are NOT NULL, even if declared NULL.
//! - **R2** Keys are in the server's order: first unique keys on NOT NULL columns, then other unique keys, then the
//!   rest; within each group in the order of their definition. Without a primary key, the first key of the first group
//!   is the clustered index.
//! - **R3** A key without a name gets the name of its first column, with `_2`, `_3`, … appended if that is taken.
//! - **R4** The definition's text is canonical: it is made from the definition, not from the statement, so that a
//!   server creates the same table from it. It also stores display widths and comments, which the engine does not use.
//!
//! InnoDB's counterpart: `mysql_prepare_create_table`, `sort_keys` in `sql/sql_table.cc`.

use super::names::{check_key, check_reserved_column, check_reserved_key};
use crate::answer::SqlError;
use crate::catalog::quoted;
use crate::engine::{ColumnDef, ColumnDefault, ColumnType, Datum, IndexDef, MAX_INDEXES, TableDef};
use crate::types::Value;
use std::fmt::Write;

/// The only supported collation, and its character set.
pub(crate) const COLLATION: &str = "utf8mb4_nopad_bin";
pub(crate) const CHARSET: &str = "utf8mb4";

/// The option in the canonical text after which AUTO_INCREMENT=… is inserted.
pub(crate) const ENGINE_OPTION: &str = "ENGINE=InnoDB";

/// The most columns that the server's SQL layer allows; the engine allows fewer.
const MAX_FIELDS: usize = 4096;

/// A table that is being defined.
pub(crate) struct TableDraft {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Names of the primary key's columns.
    pub(crate) primary: Vec<String>,
    pub(crate) keys: Vec<Key>,
    /// The text after the collation in the canonical text: COMMENT.
    pub(crate) trailing_options: String,
}

/// A column of the draft.
pub(crate) struct Column {
    pub(crate) def: ColumnDef,
    /// The type's text in SHOW CREATE TABLE.
    pub(crate) shown_type: String,
    pub(crate) comment: Option<String>,
    pub(crate) auto_increment: bool,
    /// Its index in the table that is altered; `None`: a new column.
    pub(crate) original_index: Option<usize>,
}

impl Column {
    /// True for a column of zero length that is not NULL: it has one value, and no key can contain it.
    fn is_always_empty(&self) -> bool {
        let is_empty = matches!(
            self.def.ty,
            ColumnType::Char { chars: 0 } | ColumnType::VarChar { chars: 0 } | ColumnType::VarBinary { bytes: 0 }
        );
        is_empty && !self.def.nullable
    }
}

/// A secondary key of the draft.
#[derive(Clone)]
pub(crate) struct Key {
    /// `None` until `name_keys` names it (R3).
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) unique: bool,
}

impl TableDraft {
    /// The draft of an existing table.
    pub(crate) fn of(def: &TableDef) -> TableDraft {
        let name = |column: &usize| def.columns[*column].name.clone();
        let columns = def.columns.iter().enumerate().map(|(n, column)| Column {
            def: column.clone(),
            shown_type: shown_type(def, n),
            comment: shown_comment(def, n),
            auto_increment: def.auto_increment == Some(n),
            original_index: Some(n),
        });
        let clustered = def.primary_key.iter().map(name).collect();
        let key = |index: &IndexDef| Key {
            name: Some(index.name.clone()),
            columns: index.columns.iter().map(name).collect(),
            unique: index.unique,
        };
        let mut keys: Vec<Key> = def.indexes.iter().map(key).collect();
        let primary = match &def.primary_name {
            None => clustered,
            Some(stand_in) => {
                keys.insert(0, Key { name: Some(stand_in.clone()), columns: clustered, unique: true });
                Vec::new()
            }
        };
        let trailing_options =
            def.sql.rsplit_once(COLLATION).map_or(String::new(), |(_, trailing_options)| trailing_options.to_string());
        TableDraft { name: def.name.clone(), columns: columns.collect(), primary, keys, trailing_options }
    }

    /// The index of the column with this name, compared without case.
    pub(crate) fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.def.name.eq_ignore_ascii_case(name))
    }

    /// Checks the draft and makes the definition. ERRORS: 1060, 1061, 1063, 1067, 1069, 1072, 1075, 1090, 1113, 1117,
    /// 1280.
    pub(crate) fn finish(mut self) -> Result<TableDef, SqlError> {
        if self.columns.is_empty() {
            return Err(SqlError::no_columns());
        }
        if self.columns.len() > MAX_FIELDS {
            return Err(SqlError::too_many_columns());
        }
        if self.keys.len() + usize::from(!self.primary.is_empty()) > MAX_INDEXES {
            return Err(SqlError::too_many_keys(MAX_INDEXES));
        }
        for (n, column) in self.columns.iter().enumerate() {
            if self.column_index(&column.def.name) != Some(n) {
                return Err(SqlError::duplicate_column(&column.def.name));
            }
        }
        for column in &mut self.columns {
            column.def.nullable &= !self.primary.iter().any(|name| name.eq_ignore_ascii_case(&column.def.name)); // R1
        }
        let primary = self.column_indexes(&self.primary)?;
        for index in &primary {
            let def = &self.columns[*index].def;
            if def.default == Some(ColumnDefault::Value(Datum::Null)) {
                return Err(SqlError::wrong_default(&def.name));
            }
        }
        self.columns.iter().try_for_each(|c| check_reserved_column(&c.def, c.original_index.is_none()))?;
        self.name_keys()?;
        let indexes = self.sorted_keys()?;
        let auto_increment = self.auto_increment(&primary, &indexes)?;
        let sql = self.text(&primary, &indexes);
        let mut def = TableDef {
            name: self.name,
            columns: self.columns.into_iter().map(|c| c.def).collect(),
            primary_key: primary,
            primary_name: None,
            indexes,
            auto_increment,
            sql,
        };
        let stands_in = |index: &IndexDef| index.unique && index.columns.iter().all(|&c| !def.columns[c].nullable);
        if def.primary_key.is_empty() && def.indexes.first().is_some_and(stands_in) {
            let clustered = def.indexes.remove(0);
            (def.primary_key, def.primary_name) = (clustered.columns, Some(clustered.name));
        }
        Ok(def)
    }

    /// The indexes of a key's columns. ERRORS: 1060 for a column that is named twice, 1072 for an unknown one, 1167 for a
    /// column of one value.
    fn column_indexes(&self, names: &[String]) -> Result<Vec<usize>, SqlError> {
        let mut column_indexes = Vec::new();
        for name in names {
            let place = self.column_index(name).ok_or_else(|| SqlError::no_key_column(name))?;
            if column_indexes.contains(&place) {
                return Err(SqlError::duplicate_column(name));
            }
            if self.columns[place].is_always_empty() {
                return Err(SqlError::cannot_index(&self.columns[place].def.name));
            }
            column_indexes.push(place);
        }
        Ok(column_indexes)
    }

    /// Names the keys that have no name (R3). ERRORS: 1061, 1072, 1280.
    fn name_keys(&mut self) -> Result<(), SqlError> {
        for n in 0..self.keys.len() {
            let is_taken = |keys: &[Key], name: &str| {
                keys.iter().any(|k| k.name.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(name)))
            };
            let name = match &self.keys[n].name {
                Some(name) if is_taken(&self.keys[..n], name) => return Err(SqlError::duplicate_key_name(name)),
                Some(name) => {
                    check_key(name)?;
                    check_reserved_key(name)?;
                    continue;
                }
                None => {
                    let first = self.column_index(&self.keys[n].columns[0]).map(|at| self.columns[at].def.name.clone());
                    let first = first.ok_or_else(|| SqlError::no_key_column(&self.keys[n].columns[0]))?;
                    let numbered = (2..).map(|number| format!("{first}_{number}"));
                    let mut names = std::iter::once(first.clone()).chain(numbered);
                    let name = names.find(|name| !is_taken(&self.keys, name) && !name.eq_ignore_ascii_case("primary"));
                    name.iter().try_for_each(|name| check_reserved_key(name))?;
                    name
                }
            };
            self.keys[n].name = name;
        }
        Ok(())
    }

    /// The secondary indexes in the server's order (R2). ERRORS: 1060, 1072.
    fn sorted_keys(&self) -> Result<Vec<IndexDef>, SqlError> {
        let index = |key: &Key| {
            let columns = self.column_indexes(&key.columns)?;
            Ok(IndexDef { name: key.name.clone().unwrap_or_default(), columns, unique: key.unique })
        };
        let mut indexes = self.keys.iter().map(index).collect::<Result<Vec<_>, SqlError>>()?;
        let nullable = |index: &IndexDef| index.columns.iter().any(|&c| self.columns[c].def.nullable);
        indexes.sort_by_key(|index| (!index.unique, index.unique && nullable(index)));
        Ok(indexes)
    }

    /// The index of the AUTO_INCREMENT column. ERRORS: 1063; 1075 if there are several, or if it leads no key.
    fn auto_increment(&self, primary: &[usize], indexes: &[IndexDef]) -> Result<Option<usize>, SqlError> {
        let mut marked = (0..self.columns.len()).filter(|n| self.columns[*n].auto_increment);
        let Some(index) = marked.next() else { return Ok(None) };
        if !matches!(self.columns[index].def.ty, ColumnType::Int { .. }) {
            return Err(SqlError::wrong_specifier(&self.columns[index].def.name));
        }
        let leads = |columns: &[usize]| columns.first() == Some(&index);
        if marked.next().is_some() || !(leads(primary) || indexes.iter().any(|i| leads(&i.columns))) {
            return Err(SqlError::wrong_auto_column());
        }
        Ok(Some(index))
    }

    // -- the canonical text (R4)

    fn text(&self, primary: &[usize], indexes: &[IndexDef]) -> String {
        let mut lines: Vec<String> = self.columns.iter().map(column_line).collect();
        let names = |columns: &[usize]| {
            let names: Vec<_> = columns.iter().map(|c| quoted(&self.columns[*c].def.name)).collect();
            names.join(",")
        };
        if !primary.is_empty() {
            lines.push(format!("  PRIMARY KEY ({})", names(primary)));
        }
        for IndexDef { name, columns, unique } in indexes {
            let kind = if *unique { "UNIQUE KEY" } else { "KEY" };
            lines.push(format!("  {kind} {} ({})", quoted(name), names(columns)));
        }
        let (name, lines, trailing_options) = (quoted(&self.name), lines.join(",\n"), &self.trailing_options);
        format!(
            "CREATE TABLE {name} (\n{lines}\n) {ENGINE_OPTION} DEFAULT CHARSET={CHARSET} COLLATE={COLLATION}{trailing_options}"
        )
    }
}

/// A string literal with this text.
pub(crate) fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn column_line(column: &Column) -> String {
    let def = &column.def;
    let mut line = format!("  {} {}", quoted(&def.name), column.shown_type);
    if !def.nullable {
        line += " NOT NULL";
    }
    // Writing to a string cannot fail.
    let _ = match &def.default {
        Some(ColumnDefault::Value(Datum::Null)) => write!(line, " DEFAULT NULL"),
        None if def.nullable => write!(line, " DEFAULT NULL"),
        Some(ColumnDefault::Value(value)) => write!(line, " DEFAULT {}", shown_default(def.ty, value)),
        Some(ColumnDefault::Now) => write!(line, " DEFAULT {}", shown_now(def.ty)),
        None => Ok(()),
    };
    if def.on_update_now {
        line += &format!("{ON_UPDATE}{}", shown_now(def.ty));
    }
    if column.auto_increment {
        line += " AUTO_INCREMENT";
    }
    if let Some(comment) = &column.comment {
        line += &format!("{COMMENT}{}", quoted_text(comment));
    }
    line
}

fn shown_default(ty: ColumnType, value: &Datum) -> String {
    let value = Value::from_datum(value, ty);
    let shown = value.shown().map_or("NULL".to_string(), |s| String::from_utf8_lossy(&s).into_owned());
    if value.string_bytes().is_some() || value.is_temporal() { quoted_text(&shown) } else { shown }
}

/// CURRENT_TIMESTAMP with a column's decimals, as SHOW CREATE TABLE and DESCRIBE show it.
pub(crate) fn shown_now(ty: ColumnType) -> String {
    match ty {
        ColumnType::DateTime { fsp: fsp @ 1.. } => format!("current_timestamp({fsp})"),
        _ => "current_timestamp()".to_string(),
    }
}

const ON_UPDATE: &str = " ON UPDATE ";
const COMMENT: &str = " COMMENT ";

/// The text of the n-th column's type, taken from its line of the canonical text: from the name to the first attribute.
pub(crate) fn shown_type(def: &TableDef, n: usize) -> String {
    let line = attributes(def, n);
    let ends =
        [" NOT NULL", " DEFAULT ", ON_UPDATE, " AUTO_INCREMENT", COMMENT].iter().filter_map(|word| line.find(word));
    line[..ends.min().unwrap_or(line.len())].trim_start().to_string()
}

fn shown_comment(def: &TableDef, n: usize) -> Option<String> {
    let line = attributes(def, n);
    let quoted = &line[line.find(COMMENT)? + COMMENT.len()..];
    Some(quoted.trim_matches('\'').replace("''", "'").replace("\\\\", "\\"))
}

/// The line of the n-th column in the canonical text, without the name before and the comma after it.
fn attributes(def: &TableDef, n: usize) -> &str {
    let line = def.sql.lines().nth(n + 1).unwrap_or_default();
    let behind_name = line.trim_start().strip_prefix(&quoted(&def.columns[n].name)).unwrap_or_default();
    behind_name.strip_suffix(',').unwrap_or(behind_name)
}
