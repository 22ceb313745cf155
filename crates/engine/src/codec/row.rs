//! Rows and the records that hold them: which columns a record of the clustered or of a secondary index has, and in
//! which order, as InnoDB's DYNAMIC format lays them out.
//!
//! ```text
//! t (a VARCHAR(5), id INT PRIMARY KEY, b BIGINT, KEY k (b))      SELECT *:   a · id · b
//! 0 PRIMARY   key: id (4)                    ‖ DB_TRX_ID (6) · DB_ROLL_PTR (7) · a · b
//! 1 k         key: b · id                    an entry is all key: declared columns, then the missing ones of the primary key
//! no primary key
//! 0           key: DB_ROW_ID (6)             ‖ DB_TRX_ID (6) · DB_ROLL_PTR (7) · all columns
//! 1 k         key: b · DB_ROW_ID
//! ```
//!
//! RULES
//!
//! - **R1** A row is its columns' values in the order of the definition. In a table without primary key the hidden row
//!   id follows as one more value, [`Datum::UInt`].
//! - **R2** A key is encoded so that bytes compare as values do (`bytes`).
//! - **R3** The lock table identifies a record by its *lock key*, built from the record's whole key. Two keys of an
//!   index never have the same lock key; the order of lock keys has no meaning.
//!
//! The lock key is the key's bytes if all keys of the index have the same length; else each field in turn:
//!
//! ```text
//! NULL    ff ff
//! value   length (2) · bytes
//! ```
//!
//! InnoDB's counterpart: `row_build`, `row_build_index_entry`, `row_build_row_ref`, `dict_index_build_internal_clust`,
//! `dict_index_build_internal_non_clust`.

use super::bytes::{decode_value, encode_value, unsigned};
use super::def::{IndexDef, KeyRange, TableDef};
use super::error::{Error, Result};
use super::fields::Fields;
use super::value::{ColumnType, Datum};
use innolab_base::TrxId;
use innolab_btree::Field;
use innolab_page::{Column, Layout, RecordBatch, RecordRef};
use std::ops::Bound;

/// The bit of a roll pointer that points to an insert: the record has no earlier version.
#[doc(alias = "ROLL_PTR_INSERT_FLAG_POS")]
pub(crate) const ROLL_PTR_INSERT: u64 = 1 << 55;
/// Bytes of `DB_TRX_ID` and of `DB_ROW_ID`.
const ID_BYTES: u16 = 6;
/// Bytes of `DB_ROLL_PTR`.
const ROLL_PTR_BYTES: u16 = 7;
/// The length that stands for NULL in a lock key.
const NULL_LEN: u16 = u16::MAX;

/// The origin of one field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The column at this position in the definition.
    Column(usize),
    RowId,
    TrxId,
    RollPtr,
}

/// Converts rows of a table into records of one of its indexes and back.
#[derive(Debug)]
pub(crate) struct IndexCodec {
    pub(super) columns: Vec<(ColumnType, String)>,
    pub(super) sources: Vec<Source>,
    layout: Layout,
    /// See [`IndexCodec::n_unique`].
    n_unique: usize,
    /// The position in a record of each field of the clustered key.
    clustered_key: Vec<usize>,
    /// The position in a clustered record of each field of this index.
    in_clustered: Vec<usize>,
    /// The position in a record of each value of a row (R1); `None` if the record does not have it.
    places: Vec<Option<usize>>,
}

/// The hidden system columns of a clustered record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct System {
    /// The transaction that wrote this version.
    #[doc(alias = "DB_TRX_ID")]
    pub(crate) trx_id: TrxId,
    /// The address of the undo record that leads to the previous version; see [`ROLL_PTR_INSERT`].
    #[doc(alias = "DB_ROLL_PTR")]
    pub(crate) roll_ptr: u64,
}

impl System {
    /// Those of a version that all views see and that nothing leads back from: a copied row, a row whose last change was
    /// rolled back.
    pub(crate) const NO_HISTORY: System = System { trx_id: TrxId(0), roll_ptr: ROLL_PTR_INSERT };

    /// Zeros: a placeholder for records without system columns, and for rows of a load.
    pub(crate) const NONE: System = System { trx_id: TrxId(0), roll_ptr: 0 };

    /// Returns the bytes of both columns in a record.
    pub(crate) const fn bytes(self) -> ([u8; 6], [u8; 7]) {
        let [_, _, trx_id @ ..] = self.trx_id.0.to_be_bytes();
        let [_, roll_ptr @ ..] = self.roll_ptr.to_be_bytes();
        (trx_id, roll_ptr)
    }
}

/// Returns the fields of the clustered key.
fn key_sources(def: &TableDef) -> Vec<Source> {
    match def.has_row_id() {
        true => vec![Source::RowId],
        false => def.primary_key.iter().map(|&i| Source::Column(i)).collect(),
    }
}

/// Returns all fields of a clustered record.
fn clustered_sources(def: &TableDef) -> Vec<Source> {
    let mut sources = key_sources(def);
    sources.extend([Source::TrxId, Source::RollPtr]);
    sources.extend((0..def.columns.len()).filter(|i| !def.primary_key.contains(i)).map(Source::Column));
    sources
}

impl IndexCodec {
    /// Returns the codec of the clustered index. REQUIRES: `TableDef::check` has accepted the definition.
    #[doc(alias = "dict_index_build_internal_clust")]
    pub(crate) fn clustered(def: &TableDef) -> IndexCodec {
        let n_key = key_sources(def).len();
        IndexCodec::new(def, clustered_sources(def), n_key, n_key)
    }

    /// Returns the codec of a secondary index. REQUIRES as [`IndexCodec::clustered`].
    #[doc(alias = "dict_index_build_internal_non_clust")]
    pub(crate) fn secondary(def: &TableDef, index: &IndexDef) -> IndexCodec {
        let mut sources: Vec<Source> = index.columns.iter().map(|&i| Source::Column(i)).collect();
        let declared = sources.len();
        let lacking: Vec<Source> = key_sources(def).into_iter().filter(|key| !sources.contains(key)).collect();
        sources.extend(lacking);
        let n_key = sources.len();
        IndexCodec::new(def, sources, n_key, if index.unique { declared } else { n_key })
    }

    fn new(def: &TableDef, sources: Vec<Source>, n_key: usize, n_unique: usize) -> IndexCodec {
        let columns: Vec<Column> = sources.iter().map(|source| column_of(def, *source)).collect();
        let place = |key: &Source| sources.iter().position(|source| source == key);
        let mut places: Vec<_> = (0..def.columns.len()).map(|i| place(&Source::Column(i))).collect();
        places.extend(place(&Source::RowId).map(Some));
        let clustered = clustered_sources(def);
        let in_clustered = |field: &Source| clustered.iter().position(|source| source == field);
        IndexCodec {
            columns: def.columns.iter().map(|c| (c.ty, c.name.clone())).collect(),
            layout: Layout::new(columns, n_key),
            n_unique,
            clustered_key: key_sources(def).iter().filter_map(place).collect(),
            in_clustered: sources.iter().filter_map(in_clustered).collect(),
            places,
            sources,
        }
    }

    /// Returns the layout of the index's records.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of key columns that decide uniqueness: the declared ones of a UNIQUE key, else all. A key with a NULL
    /// among them equals no other key.
    #[doc(alias = "dict_index_get_n_unique")]
    pub(crate) fn n_unique(&self) -> usize {
        self.n_unique
    }

    /// True if records of this index hold all of these columns of the table.
    pub(crate) fn covers(&self, columns: &[usize]) -> bool {
        columns.iter().all(|&i| self.places[i].is_some())
    }

    /// Iterates over the columns of the whole key, as positions in the definition; a hidden row id is left out.
    pub(crate) fn key_columns(&self) -> impl Iterator<Item = usize> {
        let column = |source: &Source| match source {
            Source::Column(i) => Some(*i),
            _ => None,
        };
        self.sources[..self.layout.n_key()].iter().filter_map(column)
    }

    /// Encodes all fields of a record. REQUIRES: one value for each column, followed by the row id if the table has one
    /// (R1). ERRORS: [`Error::Value`] for a value that the column cannot hold.
    pub(crate) fn encode(&self, row: &[Datum], system: System, out: &mut Fields) -> Result<()> {
        out.clear();
        self.sources.iter().try_for_each(|source| self.encode_field(*source, row, system, out))
    }

    /// Encodes the entry of a row in a secondary index. REQUIRES and ERRORS as [`IndexCodec::encode`].
    #[doc(alias = "row_build_index_entry")]
    pub(crate) fn entry_of(&self, row: &[Datum], out: &mut Fields) -> Result<()> {
        self.encode(row, System::NONE, out)
    }

    /// Builds an entry from fields of a clustered record; `field` returns a field by its position.
    #[doc(alias = "row_build_index_entry")]
    pub(crate) fn entry_from<'f>(&self, field: impl Fn(usize) -> Field<'f>, out: &mut Fields) {
        out.clear();
        self.in_clustered.iter().for_each(|&i| out.push(field(i)));
    }

    /// Returns the position in a clustered record of each field of this index.
    pub(crate) fn in_clustered(&self) -> &[usize] {
        &self.in_clustered
    }

    /// Encodes the key of a row; for a secondary index that is the whole entry. REQUIRES and ERRORS as
    /// [`IndexCodec::encode`].
    pub(crate) fn encode_key_of(&self, row: &[Datum], out: &mut Fields) -> Result<()> {
        out.clear();
        let key = &self.sources[..self.layout.n_key()];
        key.iter().try_for_each(|source| self.encode_field(*source, row, System::NONE, out))
    }

    /// Encodes a search key from the values of the first key columns. ERRORS as [`IndexCodec::encode`].
    pub(crate) fn encode_key(&self, key: &[Datum], out: &mut Fields) -> Result<()> {
        assert!(key.len() <= self.layout.n_key(), "a key of {} values", key.len());
        out.clear();
        for (value, source) in key.iter().zip(&self.sources) {
            match source {
                Source::Column(i) => out.push_with(|bytes| self.append_column(*i, value, bytes))?,
                _ => out.push_with(|bytes| append_row_id(value, bytes))?,
            }
        }
        Ok(())
    }

    /// Copies the clustered key out of a record of this index.
    #[doc(alias = "row_build_row_ref")]
    pub(crate) fn key_of_entry(&self, record: RecordRef<'_>, out: &mut Fields) {
        out.clear();
        self.clustered_key.iter().for_each(|&i| out.push(record.field(i)));
    }

    /// Returns the key of a range that matches a single key only: both bounds include the same whole key.
    pub(crate) fn one_key<'r>(&self, range: &'r KeyRange) -> Option<&'r [Datum]> {
        match (&range.low, &range.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high && low.len() == self.layout.n_key() => {
                Some(low)
            }
            _ => None,
        }
    }

    /// Encodes a row as a record at the end of a batch, without a copy in between; the system columns are zeros. ERRORS
    /// as [`IndexCodec::encode`]; [`Error::RowTooLarge`].
    pub(crate) fn encode_record(&self, row: &[Datum], out: &mut RecordBatch) -> Result<()> {
        out.push_leaf(&self.layout, |i, bytes| self.append_field(self.sources[i], row, System::NONE, bytes))
    }

    fn encode_field(&self, source: Source, row: &[Datum], system: System, out: &mut Fields) -> Result<()> {
        out.push_with(|bytes| self.append_field(source, row, system, bytes))
    }

    /// Appends a field's bytes; false if it is NULL.
    #[inline]
    fn append_field(&self, source: Source, row: &[Datum], system: System, out: &mut Vec<u8>) -> Result<bool> {
        match source {
            Source::Column(i) => return self.append_column(i, &row[i], out),
            Source::RowId => return append_row_id(&row[self.columns.len()], out),
            Source::TrxId => out.extend_from_slice(&system.trx_id.0.to_be_bytes()[2..]),
            Source::RollPtr => out.extend_from_slice(&system.roll_ptr.to_be_bytes()[1..]),
        }
        Ok(true)
    }

    #[inline]
    fn append_column(&self, i: usize, value: &Datum, out: &mut Vec<u8>) -> Result<bool> {
        let (ty, name) = &self.columns[i];
        match value {
            Datum::Null => Ok(false),
            _ if encode_value(*ty, value, out) => Ok(true),
            _ => Err(Error::Value { column: name.clone(), value: value.clone() }),
        }
    }

    /// Decodes a record into `row`, whose buffers are reused (R1). Columns that the record does not have become NULL.
    pub(crate) fn decode(&self, record: RecordRef<'_>, row: &mut Vec<Datum>) {
        row.resize(self.places.len(), Datum::Null);
        for (source, field) in self.sources.iter().zip(record.fields()) {
            self.decode_field(*source, field, row);
        }
        self.places.iter().zip(row).filter(|(place, _)| place.is_none()).for_each(|(_, value)| *value = Datum::Null);
    }

    /// Returns the position in a record of column `i` of the table; `None` if the record does not have it.
    #[inline]
    pub(crate) fn place_of(&self, i: usize) -> Option<usize> {
        self.places[i]
    }

    /// Decodes value `i` of a record's row (R1); NULL if the record does not have it.
    pub(crate) fn decode_column(&self, i: usize, record: RecordRef<'_>, out: &mut Datum) {
        match (self.places[i].map(|place| record.field(place)), self.columns.get(i)) {
            (Some(field), Some((ty, _))) => decode_value(*ty, field, out),
            (Some(field), None) => *out = Datum::UInt(unsigned(field.unwrap_or_default())),
            (None, _) => *out = Datum::Null,
        }
    }

    fn decode_field(&self, source: Source, field: Field<'_>, row: &mut [Datum]) {
        match source {
            Source::Column(i) => decode_value(self.columns[i].0, field, &mut row[i]),
            Source::RowId => row[self.columns.len()] = Datum::UInt(unsigned(field.unwrap_or_default())),
            Source::TrxId | Source::RollPtr => {}
        }
    }

    /// Returns the transaction that wrote a clustered record. Separate from [`IndexCodec::system`] because for most
    /// records a reader needs nothing else.
    #[inline]
    pub(crate) fn writer(&self, record: RecordRef<'_>) -> TrxId {
        TrxId(unsigned(record.field(self.layout.n_key()).unwrap_or_default()))
    }

    /// Returns the system columns of a clustered record.
    pub(crate) fn system(&self, record: RecordRef<'_>) -> System {
        let at = self.layout.n_key();
        let get = |i| unsigned(record.field(i).unwrap_or_default());
        System { trx_id: TrxId(get(at)), roll_ptr: get(at + 1) }
    }

    /// Returns the values of a row's key in this index.
    pub(crate) fn key_of(&self, row: &[Datum]) -> Vec<Datum> {
        let value = |source: &Source| match source {
            Source::Column(i) => row[*i].clone(),
            _ => row[self.columns.len()].clone(),
        };
        self.sources[..self.layout.n_key()].iter().map(value).collect()
    }

    /// Returns the values of a row that must be unique in this index.
    pub(crate) fn unique_key_of(&self, row: &[Datum]) -> Vec<Datum> {
        let mut key = self.key_of(row);
        key.truncate(self.n_unique);
        key
    }

    /// Builds the lock key of a record (R3).
    pub(crate) fn lock_key(&self, record: RecordRef<'_>, out: &mut Vec<u8>) {
        self.lock_key_of(record.key(), out);
    }

    /// Builds the lock key from a record's fields (R3). REQUIRES: at least all key fields.
    pub(crate) fn lock_key_of<'f>(&self, fields: impl Iterator<Item = Field<'f>>, out: &mut Vec<u8>) {
        out.clear();
        let fixed = self.layout.fixed_key_len().is_some();
        for field in fields.take(self.layout.n_key()) {
            // A key has at most 3072 bytes (`dict::limits`).
            let len = field.map_or(NULL_LEN, |bytes| bytes.len() as u16);
            if !fixed {
                out.extend_from_slice(&len.to_be_bytes());
            }
            out.extend_from_slice(field.unwrap_or_default());
        }
    }

    /// Returns the fields of a lock key; `None` if no record of this index has this lock key.
    pub(crate) fn fields_of_lock_key<'n>(&self, mut name: &'n [u8]) -> Option<Vec<Field<'n>>> {
        let fixed = self.layout.fixed_key_len().is_some();
        let mut fields = Vec::with_capacity(self.layout.n_key());
        for column in self.layout.key_columns() {
            let len = match fixed {
                true => column.max_len() as u16,
                false => u16::from_be_bytes(name.split_off(..2)?.try_into().ok()?),
            };
            fields.push(if len == NULL_LEN { None } else { Some(name.split_off(..usize::from(len))?) });
        }
        name.is_empty().then_some(fields)
    }

    /// Returns the key's values of a lock key, for reports; `None` if no record of this index has this lock key.
    pub(crate) fn values_of_lock_key(&self, name: &[u8]) -> Option<Vec<Datum>> {
        let mut row = vec![Datum::Null; self.columns.len() + 1];
        for (source, field) in self.sources.iter().zip(self.fields_of_lock_key(name)?) {
            self.decode_field(*source, field, &mut row);
        }
        Some(self.key_of(&row))
    }
}

fn column_of(def: &TableDef, source: Source) -> Column {
    let column = match source {
        Source::RowId | Source::TrxId => Column::fixed(ID_BYTES),
        Source::RollPtr => Column::fixed(ROLL_PTR_BYTES),
        // At most 65535: `TableDef::check` has accepted the definition.
        Source::Column(i) => match def.columns[i].ty.fixed_bytes() {
            Some(bytes) => Column::fixed(bytes as u16),
            None => Column::variable(def.columns[i].ty.max_bytes() as u16),
        },
    };
    match source {
        Source::Column(i) if def.columns[i].nullable => column.nullable(),
        _ => column,
    }
}

fn append_row_id(value: &Datum, out: &mut Vec<u8>) -> Result<bool> {
    match value {
        Datum::UInt(id) if *id < 1 << 48 => out.extend_from_slice(&id.to_be_bytes()[2..]),
        value => return Err(Error::Value { column: "DB_ROW_ID".to_owned(), value: value.clone() }),
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
