//! The limits of a table: columns, keys, rows, types. The numbers are those of MySQL with InnoDB.
//!
//! RULES
//!
//! - **R1** A key has at most [`MAX_KEY_BYTES`] bytes, a row at most [`MAX_ROW_BYTES`], each counted as the server
//!   does.
//! - **R2** A row is stored whole on its page, so its record has at most [`MAX_RECORD`] bytes. A definition is checked
//!   as InnoDB's strict mode does it, which counts long columns as stored off the page; each row is checked when it is
//!   written.
//!
//! InnoDB's counterpart: `dict_index_t::record_size_info`, `dict_index_too_big_for_tree`.

use crate::codec::{ColumnDef, ColumnDefault, ColumnType, Error, IndexCodec, IndexDef, Result, TableDef};
use innolab_base::{decimal, temporal};
use innolab_page::layout::MAX_RECORD;

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

/// The most bytes of a node pointer: four fit on a page, which `btree` requires.
const LONGEST_ENTRY: usize = innolab_page::index::EMPTY_ROOM / 4;

impl ColumnType {
    /// Returns the bytes of a value in the server's row buffer.
    #[doc(alias = "Field::pack_length")]
    fn row_buffer_bytes(self) -> usize {
        match self {
            ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => {
                self.max_bytes() + 1 + usize::from(self.max_bytes() > 255)
            }
            _ => self.max_bytes(),
        }
    }

    /// True if the sizes of the type are within their limits.
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

impl ColumnDef {
    /// True if the sizes of the type are within their limits, and only a DATETIME uses CURRENT_TIMESTAMP.
    pub(crate) fn is_possible(&self) -> bool {
        let has_now = self.on_update_now || self.default == Some(ColumnDefault::Now);
        self.ty.is_possible() && (!has_now || matches!(self.ty, ColumnType::DateTime { .. }))
    }
}

impl TableDef {
    /// Checks the definition against the limits. REQUIRES: a key's positions are those of columns, none twice; the
    /// columns of the clustered key are NOT NULL. ERRORS: [`Error::KeyTooLong`] (1071), [`Error::RowTooLarge`] (1118),
    /// [`Error::Unsupported`].
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

    /// Returns the bytes of the largest record if all long values were stored off the page: what InnoDB's strict mode
    /// limits. Source: measured on the server, where each column of more than 255 bytes counts as 21.
    fn least_worst_record(&self) -> usize {
        /// Bytes that a value stored off the page leaves in the record, its length included.
        const OFF_PAGE: usize = 21;
        let nullable = self.columns.iter().filter(|c| c.nullable).count();
        let hidden = if self.has_row_id() { 6 + 13 } else { 13 };
        let columns = self.columns.iter().map(|c| match (c.ty.fixed_bytes(), c.ty.max_bytes()) {
            (Some(len), _) => len,
            (_, len) if len > 255 => OFF_PAGE,
            (_, len) => len + 1,
        });
        innolab_page::record::HEADER + nullable.div_ceil(8) + hidden + columns.sum::<usize>()
    }
}
