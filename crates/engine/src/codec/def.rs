//! What a table is: its columns, its keys, its indexes. Plain data, made by `sql`, kept by the dictionary.
//!
//! RULES
//!
//! - **R1** The clustered index is number 0, `TableDef::indexes[n − 1]` is number `n`. An index's number may change
//!   with ALTER TABLE, its `IndexId` never does.
//!
//! What the engine can have is in `limits`: `TableDef::check` stands there.
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_col_t`, `dict_index_t`.

use super::bytes::encode_value;
use super::packed;
use super::value::{ColumnType, Datum};
use innolab_base::temporal::{Date, DateTime};
use std::ops::Bound;

/// A column. Which ones the engine can have is said in `dict::limits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub ty: ColumnType,
    /// Whether NULL is one of them.
    pub nullable: bool,
    /// What an INSERT that does not name it puts there; `None`: it must be named. The engine only keeps it.
    pub default: Option<Preset>,
    /// Whether an UPDATE that changes the row and does not name it puts the current time there: of a DATETIME only. The
    /// engine only keeps it.
    #[doc(alias = "ON UPDATE CURRENT_TIMESTAMP")]
    pub on_update_now: bool,
}

impl ColumnDef {
    /// A column that every INSERT has to name.
    pub fn new(name: impl Into<String>, ty: ColumnType, nullable: bool) -> ColumnDef {
        ColumnDef { name: name.into(), ty, nullable, default: None, on_update_now: false }
    }
}

impl ColumnType {
    /// 0, nothing, or the day 0000-00-00: what a column holds that is NOT NULL and was given no value.
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

/// What a column holds unless it is given a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preset {
    /// This value.
    Value(Datum),
    /// The time at which the statement began, of a DATETIME only.
    #[doc(alias = "CURRENT_TIMESTAMP")]
    Now,
}

impl Preset {
    /// The value in a column of type `ty`, if the statement began at `began_us` µs since 1970.
    pub fn value(&self, ty: ColumnType, began_us: u64) -> Datum {
        match (self, ty) {
            (Preset::Value(value), _) => value.clone(),
            (Preset::Now, ColumnType::DateTime { fsp }) => packed::date_time(DateTime::since_1970(began_us), fsp),
            (Preset::Now, _) => unreachable!("`TableDef::check` refuses it"),
        }
    }
}

/// Which index of a table (R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexNo(pub usize);

impl IndexNo {
    /// The index whose leaves are the rows.
    #[doc(alias = "PRIMARY")]
    pub const CLUSTERED: IndexNo = IndexNo(0);
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDef {
    /// Its name.
    pub name: String,
    /// Its columns, by their place in [`TableDef::columns`]; whole, none twice.
    pub columns: Vec<usize>,
    /// Whether no two rows may have the same values here, unless one of them is NULL.
    pub unique: bool,
}

impl ColumnDef {
    /// What a row holds that gives no value, if its statement began at `began_us` µs since 1970: the default; else NULL
    /// if that is possible, else [`ColumnType::zero`].
    pub fn value_unless_given(&self, began_us: u64) -> Datum {
        match &self.default {
            Some(preset) => preset.value(self.ty, began_us),
            None if self.nullable => Datum::Null,
            None => self.ty.zero(),
        }
    }

    /// Whether the column can have this value.
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

/// A table, as CREATE TABLE says it. `check` stands in `dict::limits`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDef {
    /// Its name, up to 64 characters.
    pub name: String,
    /// Its columns in the order of `SELECT *`.
    pub columns: Vec<ColumnDef>,
    /// Columns of the primary key, by their place in `columns`. Empty: rows get a hidden row id.
    pub primary_key: Vec<usize>,
    /// The name of the unique key (of NOT NULL columns) that stands in for a primary key; `None`: it is `PRIMARY`, or hidden.
    pub primary_name: Option<String>,
    /// The secondary indexes, in the order of SHOW CREATE TABLE.
    pub indexes: Vec<IndexDef>,
    /// The AUTO_INCREMENT column, by its place in `columns`.
    pub auto_increment: Option<usize>,
    /// The canonical CREATE TABLE statement.
    pub sql: String,
}

impl TableDef {
    /// Whether rows have a hidden row id.
    pub fn has_row_id(&self) -> bool {
        self.primary_key.is_empty()
    }

    /// The columns of the primary key.
    pub fn key_columns(&self) -> impl Iterator<Item = &ColumnDef> {
        self.primary_key.iter().map(|&i| &self.columns[i])
    }

    /// The name of an index as reports show it.
    pub fn index_name(&self, index: IndexNo) -> &str {
        match index.0.checked_sub(1) {
            Some(i) => &self.indexes[i].name,
            None if self.has_row_id() => "GEN_CLUST_INDEX",
            None => self.primary_name.as_deref().unwrap_or("PRIMARY"),
        }
    }

    /// The columns of a clustered or secondary index as declared, by their place in `columns`; none for hidden row ids.
    pub fn index_columns(&self, index: IndexNo) -> &[usize] {
        match index.0.checked_sub(1) {
            Some(i) => &self.indexes[i].columns,
            None => &self.primary_key,
        }
    }
}

/// A part of a table in key order. Each bound is a key or the first of its columns; an empty one is equal to every key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// Where it begins.
    pub low: Bound<Vec<Datum>>,
    /// Where it ends.
    pub high: Bound<Vec<Datum>>,
}

impl KeyRange {
    /// The whole table.
    pub fn all() -> KeyRange {
        KeyRange { low: Bound::Unbounded, high: Bound::Unbounded }
    }

    /// The rows whose key is, or begins with, `key`.
    pub fn equal(key: Vec<Datum>) -> KeyRange {
        KeyRange { low: Bound::Included(key.clone()), high: Bound::Included(key) }
    }
}

/// A name as SQL has it.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
