//! Definitions of tables, columns and indexes: plain data, made by `sql` from CREATE TABLE, stored by the dictionary.
//!
//! RULES
//!
//! - **R1** The clustered index is number 0, `TableDef::indexes[n − 1]` is number `n`. ALTER TABLE may change an
//!   index's number, never its `IndexId`.
//!
//! `TableDef::check`, which enforces the engine's limits, is in `dict::limits`.
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_col_t`, `dict_index_t`.

use super::bytes::encode_value;
use super::packed;
use super::value::{ColumnType, Datum};
use innolab_base::temporal::{Date, DateTime};
use std::ops::Bound;

/// A column. The limits are in `dict::limits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ColumnType,
    /// True if it may be NULL.
    pub nullable: bool,
    /// The DEFAULT clause; `None`: an INSERT has to name the column. The engine stores it, `sql` applies it.
    pub default: Option<ColumnDefault>,
    /// True if an UPDATE that changes the row without naming this column sets it to the current time; DATETIME only.
    /// The engine stores it, `sql` applies it.
    #[doc(alias = "ON UPDATE CURRENT_TIMESTAMP")]
    pub on_update_now: bool,
}

impl ColumnDef {
    /// Returns a column without default, which every INSERT has to name.
    pub fn new(name: impl Into<String>, ty: ColumnType, nullable: bool) -> ColumnDef {
        ColumnDef { name: name.into(), ty, nullable, default: None, on_update_now: false }
    }
}

impl ColumnType {
    /// Returns the implicit default of a NOT NULL column: 0, the empty string, or 0000-00-00.
    pub fn zero(self) -> Datum {
        match self {
            ColumnType::Int { unsigned: false, .. } => Datum::Int(0),
            ColumnType::Int { unsigned: true, .. } => Datum::UInt(0),
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => Datum::Bytes(vec![]),
            ColumnType::Decimal { precision, scale, .. } => packed::decimal("0", precision, scale),
            ColumnType::DateTime { fsp } => packed::date_time(DateTime::default(), fsp),
            ColumnType::Date => packed::date(Date::default()),
        }
    }
}

/// The DEFAULT clause of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnDefault {
    /// A constant.
    Value(Datum),
    /// The time at which the statement began; DATETIME only.
    #[doc(alias = "CURRENT_TIMESTAMP")]
    Now,
}

impl ColumnDefault {
    /// Returns the default of a column of type `ty` for a statement that began at `began_us`, in µs since 1970, UTC.
    /// REQUIRES: a definition that [`TableDef::check`] has accepted.
    pub fn value(&self, ty: ColumnType, began_us: u64) -> Datum {
        match (self, ty) {
            (ColumnDefault::Value(value), _) => value.clone(),
            (ColumnDefault::Now, ColumnType::DateTime { fsp }) => {
                packed::date_time(DateTime::since_1970(began_us), fsp)
            }
            (ColumnDefault::Now, _) => unreachable!("`TableDef::check` allows CURRENT_TIMESTAMP for DATETIME only"),
        }
    }
}

/// The number of an index in its table (R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexNo(pub usize);

impl IndexNo {
    /// The clustered index, whose leaves are the rows.
    #[doc(alias = "PRIMARY")]
    pub const CLUSTERED: IndexNo = IndexNo(0);
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDef {
    /// Its name.
    pub name: String,
    /// Its columns, as positions in [`TableDef::columns`], each once. Prefixes of columns are not supported.
    pub columns: Vec<usize>,
    /// True for UNIQUE: no two rows have equal values here, unless one of the values is NULL.
    pub unique: bool,
}

impl ColumnDef {
    /// Returns the value of a column that an INSERT omits: its default, else NULL if it is nullable, else
    /// [`ColumnType::zero`]. `began_us`: when the statement began, in µs since 1970, UTC.
    pub fn value_if_omitted(&self, began_us: u64) -> Datum {
        match &self.default {
            Some(preset) => preset.value(self.ty, began_us),
            None if self.nullable => Datum::Null,
            None => self.ty.zero(),
        }
    }

    /// True if the column can hold this value.
    pub(crate) fn admits(&self, value: &Datum) -> bool {
        let chars = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count();
        match (self.ty, value) {
            (_, Datum::Null) => self.nullable,
            (ColumnType::VarChar { chars: most } | ColumnType::Char { chars: most }, Datum::Bytes(bytes)) => {
                chars(bytes) <= usize::from(most)
            }
            (ty, value) => encode_value(ty, value, &mut vec![]),
        }
    }
}

/// A table as CREATE TABLE defines it. `check` is in `dict::limits`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDef {
    /// Its name, up to 64 characters.
    pub name: String,
    /// Its columns in the order of `SELECT *`.
    pub columns: Vec<ColumnDef>,
    /// The clustered key, as positions in `columns`. Empty: rows get a hidden row id.
    pub primary_key: Vec<usize>,
    /// The name of the UNIQUE key of NOT NULL columns that is the clustered key of a table without PRIMARY KEY. `None`:
    /// the key is `PRIMARY`, or a hidden row id.
    pub primary_name: Option<String>,
    /// The secondary indexes, in the order of SHOW CREATE TABLE.
    pub indexes: Vec<IndexDef>,
    /// The AUTO_INCREMENT column, as a position in `columns`.
    pub auto_increment: Option<usize>,
    /// The CREATE TABLE statement in the form of SHOW CREATE TABLE.
    pub sql: String,
}

impl TableDef {
    /// True if rows have a hidden row id.
    pub fn has_row_id(&self) -> bool {
        self.primary_key.is_empty()
    }

    /// Returns the columns of the clustered key; none for hidden row ids.
    pub fn key_columns(&self) -> impl Iterator<Item = &ColumnDef> {
        self.primary_key.iter().map(|&i| &self.columns[i])
    }

    /// Returns the name of an index as reports show it; `GEN_CLUST_INDEX` for hidden row ids.
    pub fn index_name(&self, index: IndexNo) -> &str {
        match index.0.checked_sub(1) {
            Some(i) => &self.indexes[i].name,
            None if self.has_row_id() => "GEN_CLUST_INDEX",
            None => self.primary_name.as_deref().unwrap_or("PRIMARY"),
        }
    }

    /// Returns the declared columns of an index, as positions in `columns`; none for hidden row ids.
    pub fn index_columns(&self, index: IndexNo) -> &[usize] {
        match index.0.checked_sub(1) {
            Some(i) => &self.indexes[i].columns,
            None => &self.primary_key,
        }
    }
}

/// A range of an index in key order. A bound is a key or a prefix of its columns; it compares equal to all keys that
/// begin with it, so an empty bound is equal to every key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// The lower bound.
    pub low: Bound<Vec<Datum>>,
    /// The upper bound.
    pub high: Bound<Vec<Datum>>,
}

impl KeyRange {
    /// Returns the range of the whole index.
    pub fn all() -> KeyRange {
        KeyRange { low: Bound::Unbounded, high: Bound::Unbounded }
    }

    /// Returns the range of all keys that are `key` or begin with it.
    pub fn equal(key: Vec<Datum>) -> KeyRange {
        KeyRange { low: Bound::Included(key.clone()), high: Bound::Included(key) }
    }
}

/// Returns an identifier in backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
