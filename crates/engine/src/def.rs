//! What a table is: its columns, its key, the values they take. Plain data, made by `sql`, kept by the dictionary.
//!
//! | type                | bytes in a record                                                       |
//! |---------------------|-------------------------------------------------------------------------|
//! | `Int { bytes, .. }` | 1, 2, 3, 4 or 8, big-endian; the sign bit flipped unless unsigned       |
//! | `VarChar { chars }` | as they are; up to 4 × `chars`                                          |
//! | `Char { chars }`    | padded with spaces to at least `chars` bytes; up to 4 × `chars`         |
//! | `VarBinary { bytes }` | as they are                                                           |
//! | `Decimal { .. }`    | packed digits, [`innolab_base::decimal`]                                |
//! | `DateTime { fsp }`  | 5 and up to 3 packed bytes, [`innolab_base::temporal`]                  |
//! | `Date`              | 3, big-endian, the sign bit flipped                                     |
//!
//! RULES
//!
//! - **R1** Values compare as these bytes, which is the order of numbers, of moments and of `utf8mb4_nopad_bin`. One
//!   exception: the server compares two `Char` values as if both were filled up with spaces to `chars` characters,
//!   these bytes are filled up to `chars` *bytes*. So of two keys of which one is the other and a character below the
//!   space, and that have characters of several bytes, the order is not the server's.
//! - **R2** A key has at most [`MAX_KEY_BYTES`] bytes, a row at most [`MAX_ROW_BYTES`] as the server counts them.
//! - **R3** The clustered index is number 0, `TableDef::indexes[n − 1]` is number `n`. An index's number may change
//!   with ALTER TABLE, its `IndexId` never does.
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_col_t`, `dtype_t`.

use crate::error::{Error, Result};
use crate::packed;
use crate::row::{IndexCodec, encode_value};
use innolab_base::decimal;
use innolab_base::temporal::{self, Date, DateTime};
use innolab_page::layout::MAX_RECORD;
use std::ops::Bound;

/// The most bytes of a key: MySQL's error 1071 beyond.
#[doc(alias = "REC_MAX_INDEX_COL_LEN")]
pub const MAX_KEY_BYTES: usize = 3072;

/// The most bytes of a row as the server's SQL layer counts them: MySQL's error 1118 beyond.
#[doc(alias = "MAX_FIELD_VARCHARLENGTH")]
pub const MAX_ROW_BYTES: usize = 65535;

/// The most secondary indexes of a table: MySQL's error 1069 beyond.
#[doc(alias = "MAX_KEY")]
pub const MAX_INDEXES: usize = 64;

/// The most columns of a key: MySQL's error 1070 beyond.
#[doc(alias = "MAX_REF_PARTS")]
pub const MAX_KEY_COLUMNS: usize = 32;

/// The most columns of a table.
#[doc(alias = "REC_MAX_N_USER_FIELDS")]
pub const MAX_COLUMNS: usize = 1017;

/// Bytes of the longest node pointer: four fit on a page, as the tree wants it.
const LONGEST_ENTRY: usize = innolab_page::index::EMPTY_ROOM / 4;

/// Bytes of a UTF-8 character at most.
const CHAR_BYTES: usize = 4;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Datum {
    /// NULL, below all others.
    #[default]
    Null,
    /// Of a signed integer column.
    Int(i64),
    /// Of an unsigned integer column, or a hidden row id.
    UInt(u64),
    /// Of a character or binary column, a CHAR without its trailing spaces; of a DECIMAL, DATETIME or DATE its bytes as
    /// stored ([`crate::packed`]).
    Bytes(Vec<u8>),
}

impl Datum {
    /// The value as an AUTO_INCREMENT counter sees it: 0 if it does not count.
    pub(crate) fn as_counter(&self) -> u64 {
        match self {
            Datum::Int(v) => u64::try_from(*v).unwrap_or(0),
            Datum::UInt(v) => *v,
            Datum::Null | Datum::Bytes(_) => 0,
        }
    }
}

/// The type of a column. Characters are utf8mb4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// An integer.
    Int {
        /// 1, 2, 3, 4 or 8.
        bytes: u8,
        /// Whether it has no negative values.
        unsigned: bool,
    },
    /// A string of varying length.
    VarChar {
        /// Characters at most, 0 to 16383.
        chars: u16,
    },
    /// A string padded with spaces.
    Char {
        /// Characters, 0 to 255.
        chars: u16,
    },
    /// Bytes of varying length.
    VarBinary {
        /// Bytes at most.
        bytes: u16,
    },
    /// An exact number.
    Decimal {
        /// Digits in all, 1 to 65.
        precision: u8,
        /// Digits after the point, 0 to 38, not more than there are.
        scale: u8,
        /// Whether it has no negative values; the bytes are the same.
        unsigned: bool,
    },
    /// A moment, in no time zone.
    DateTime {
        /// Digits after the second, 0 to 6.
        fsp: u8,
    },
    /// A day.
    Date,
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

    /// Bytes of every value in a record, if all have the same number.
    pub fn fixed_bytes(self) -> Option<usize> {
        match self {
            ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => None,
            ColumnType::Int { bytes, .. } => Some(bytes.into()),
            ColumnType::Decimal { precision, scale, .. } => Some(decimal::bytes(precision, scale)),
            ColumnType::DateTime { fsp } => Some(5 + temporal::fraction_bytes(fsp)),
            ColumnType::Date => Some(3),
        }
    }

    /// Bytes of the longest value in a record.
    pub fn max_bytes(self) -> usize {
        match self {
            ColumnType::VarChar { chars } | ColumnType::Char { chars } => CHAR_BYTES * usize::from(chars),
            ColumnType::VarBinary { bytes } => usize::from(bytes),
            fixed => fixed.fixed_bytes().unwrap_or_default(),
        }
    }

    /// Bytes in the server's own row buffer.
    #[doc(alias = "Field::pack_length")]
    fn row_buffer_bytes(self) -> usize {
        match self {
            ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => {
                self.max_bytes() + 1 + usize::from(self.max_bytes() > 255)
            }
            _ => self.max_bytes(),
        }
    }

    fn is_possible(self) -> bool {
        match self {
            ColumnType::Int { bytes, .. } => matches!(bytes, 1..=4 | 8),
            ColumnType::Char { chars } => chars <= 255,
            ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => self.max_bytes() <= MAX_ROW_BYTES,
            ColumnType::Decimal { precision, scale, .. } => {
                (1..=decimal::MAX_PRECISION).contains(&precision) && scale <= precision.min(decimal::MAX_SCALE)
            }
            ColumnType::DateTime { fsp } => fsp <= temporal::MAX_FSP,
            ColumnType::Date => true,
        }
    }
}

/// A column.
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

/// Which index of a table (R3).
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
    /// Whether the engine has such a type, and such a default of it.
    pub(crate) fn is_possible(&self) -> bool {
        let has_now = self.on_update_now || self.default == Some(Preset::Now);
        self.ty.is_possible() && (!has_now || matches!(self.ty, ColumnType::DateTime { .. }))
    }

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

/// A table, as CREATE TABLE says it.
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

    /// Whether the engine can have such a table. REQUIRES what `sql` sees to: places in keys are places of columns, none twice.
    /// ERRORS: [`Error::KeyTooLong`] (1071), [`Error::RowTooLarge`] (1118), [`Error::Unsupported`].
    #[doc(alias = "dict_index_t::record_size_info")]
    pub fn check(&self) -> Result<()> {
        let sound_key = self.primary_key.iter().all(|&i| i < self.columns.len() && !self.columns[i].nullable);
        assert!(sound_key, "the primary key's columns are columns of the table, and NOT NULL");
        let sound =
            |index: &IndexDef| !index.columns.is_empty() && index.columns.iter().all(|&i| i < self.columns.len());
        assert!(self.indexes.iter().all(sound), "an index's columns are columns of the table");
        if self.columns.is_empty() || self.columns.len() > MAX_COLUMNS {
            return Err(Error::Unsupported(format!("a table of {} columns", self.columns.len())));
        }
        if let Some(column) = self.columns.iter().find(|c| !c.is_possible()) {
            return Err(Error::Unsupported(format!("column {} of type {:?}", column.name, column.ty)));
        }
        self.check_keys()?;
        let nullable = self.columns.iter().filter(|c| c.nullable).count();
        let row: usize = self.columns.iter().map(|c| c.ty.row_buffer_bytes()).sum();
        if row + nullable.div_ceil(8) > MAX_ROW_BYTES {
            return Err(Error::RowTooLarge { limit: MAX_ROW_BYTES });
        }
        if self.least_worst_record() > MAX_RECORD {
            return Err(Error::RowTooLarge { limit: MAX_RECORD + 1 });
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<()> {
        if self.indexes.len() > MAX_INDEXES {
            return Err(Error::Unsupported(format!("{} secondary indexes", self.indexes.len())));
        }
        let bytes = |columns: &[usize]| columns.iter().map(|&i| self.columns[i].ty.max_bytes()).sum::<usize>();
        for columns in std::iter::once(&self.primary_key).chain(self.indexes.iter().map(|index| &index.columns)) {
            if columns.len() > MAX_KEY_COLUMNS {
                return Err(Error::Unsupported(format!("a key of {} columns", columns.len())));
            }
            if bytes(columns) > MAX_KEY_BYTES {
                return Err(Error::KeyTooLong { limit: MAX_KEY_BYTES });
            }
        }
        let too_long =
            |index: &&IndexDef| IndexCodec::secondary(self, index).layout().max_record_len(false) > LONGEST_ENTRY;
        match self.indexes.iter().find(too_long) {
            Some(index) => {
                Err(Error::Unsupported(format!("key {}: with the primary key's columns it is too long", index.name)))
            }
            None => Ok(()),
        }
    }

    /// Bytes of the largest record whose long values all lie elsewhere, as a server could store them: what InnoDB's
    /// strict mode limits. The rule is the server's as measured: a column of more than 255 bytes counts as 21,
    /// whichever it is.
    fn least_worst_record(&self) -> usize {
        /// What stays in the record of a value that lies elsewhere, its length included.
        const ELSEWHERE: usize = 21;
        let nullable = self.columns.iter().filter(|c| c.nullable).count();
        let hidden = if self.has_row_id() { 6 + 13 } else { 13 };
        let columns = self.columns.iter().map(|c| match (c.ty.fixed_bytes(), c.ty.max_bytes()) {
            (Some(len), _) => len,
            (_, len) if len > 255 => ELSEWHERE,
            (_, len) => len + 1,
        });
        innolab_page::record::HEADER + nullable.div_ceil(8) + hidden + columns.sum::<usize>()
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
