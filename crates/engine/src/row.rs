//! Rows and the records that hold them: a table's clustered index, exactly as InnoDB's DYNAMIC format lays it out.
//!
//! ```text
//! t (a VARCHAR(5), id INT PRIMARY KEY, b BIGINT)      SELECT *:   a · id · b
//! record                                              id (4) · DB_TRX_ID (6) · DB_ROLL_PTR (7) · a · b
//! no primary key                                      DB_ROW_ID (6) · DB_TRX_ID (6) · DB_ROLL_PTR (7) · all columns
//! ```
//!
//! RULES
//!
//! - **R1** A key value is encoded so that bytes compare as values do: integers big-endian, the sign bit flipped unless unsigned; strings as they are.
//! - **R2** A row of a table without primary key bears its hidden row id as one more value, [`Datum::UInt`], after the columns.
//! - **R3** Decoding does not trust the bytes' meaning, only their lengths, which the page's check has seen: an integer column of `n` bytes has `n` bytes.
//!
//! InnoDB's counterpart: `row_mysql_store_col_in_innobase_format`, `row_sel_field_store_in_mysql_format`, `row_build`.

use crate::def::{ColumnType, Datum, KeyRange, TableDef};
use crate::error::{Error, Result};
use innolab_base::TrxId;
use innolab_btree::Field;
use innolab_page::{Column, Layout, RecordRef};
use std::ops::{Bound, Range};

/// Set in a roll pointer that leads to an insert: there is no earlier version.
#[doc(alias = "ROLL_PTR_INSERT_FLAG_POS")]
pub(crate) const ROLL_PTR_INSERT: u64 = 1 << 55;
/// Bytes of `DB_TRX_ID` and of `DB_ROW_ID`.
const ID_BYTES: u16 = 6;
/// Bytes of `DB_ROLL_PTR`.
const ROLL_PTR_BYTES: u16 = 7;

/// What stands in one field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The column with this place in the definition.
    Column(usize),
    RowId,
    TrxId,
    RollPtr,
}

/// Knows how rows of one table become records and come back.
#[derive(Debug)]
pub(crate) struct RowCodec {
    columns: Vec<(ColumnType, String)>,
    sources: Vec<Source>,
    layout: Layout,
}

/// Values of some fields, encoded one behind the other.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    ranges: Vec<Option<Range<u32>>>,
}

impl Fields {
    /// Each field's bytes; `None` is NULL.
    pub(crate) fn refs(&self) -> Vec<Field<'_>> {
        self.ranges.iter().map(|r| r.as_ref().map(|r| &self.bytes[r.start as usize..r.end as usize])).collect()
    }

    /// A copy of the first `n`.
    pub(crate) fn first(&self, n: usize) -> Fields {
        let ranges = self.ranges[..n].to_vec();
        let end = ranges.iter().flatten().map(|r| r.end as usize).max().unwrap_or(0);
        Fields { bytes: self.bytes[..end].to_vec(), ranges }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
    }

    fn push(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len() as u32;
        append(&mut self.bytes);
        self.ranges.push(Some(start..self.bytes.len() as u32));
    }
}

/// The columns that the system adds to a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct System {
    /// Who wrote the row.
    pub(crate) trx_id: TrxId,
    /// Where its earlier version is.
    pub(crate) roll_ptr: u64,
}

impl RowCodec {
    /// The codec of a table. REQUIRES that the definition has passed its check.
    pub(crate) fn new(def: &TableDef) -> RowCodec {
        let mut sources: Vec<Source> = def.primary_key.iter().map(|&i| Source::Column(i)).collect();
        if def.has_row_id() {
            sources.push(Source::RowId);
        }
        let n_key = sources.len();
        sources.extend([Source::TrxId, Source::RollPtr]);
        sources.extend((0..def.columns.len()).filter(|i| !def.primary_key.contains(i)).map(Source::Column));
        let columns: Vec<Column> = sources.iter().map(|source| column_of(def, *source)).collect();
        let layout = Layout::new(columns, n_key);
        RowCodec { columns: def.columns.iter().map(|c| (c.ty, c.name.clone())).collect(), sources, layout }
    }

    /// The columns of the clustered index.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Makes all fields of a record. REQUIRES one value a column, and the row id after them if the table has one (R2).
    /// ERRORS: [`Error::Value`], which `sql` should have kept away.
    pub(crate) fn encode(&self, row: &[Datum], system: System, out: &mut Fields) -> Result<()> {
        out.clear();
        self.sources.iter().try_for_each(|source| self.encode_field(*source, row, system, out))
    }

    /// Makes the key fields of a row. REQUIRES and ERRORS as [`RowCodec::encode`].
    pub(crate) fn encode_key_of(&self, row: &[Datum], out: &mut Fields) -> Result<()> {
        out.clear();
        let none = System { trx_id: TrxId(0), roll_ptr: 0 };
        let key = &self.sources[..self.layout.n_key()];
        key.iter().try_for_each(|source| self.encode_field(*source, row, none, out))
    }

    /// Makes a search key of the first key columns' values. ERRORS as [`RowCodec::encode`].
    pub(crate) fn encode_key(&self, key: &[Datum], out: &mut Fields) -> Result<()> {
        assert!(key.len() <= self.layout.n_key(), "a key of {} values", key.len());
        out.clear();
        for (value, source) in key.iter().zip(&self.sources) {
            match source {
                Source::Column(i) => self.encode_column(*i, value, out)?,
                _ => encode_row_id(value, out)?,
            }
        }
        Ok(())
    }

    /// The full key to which a range is bound at both ends, if it is.
    pub(crate) fn one_key<'r>(&self, range: &'r KeyRange) -> Option<&'r [Datum]> {
        match (&range.low, &range.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high && low.len() == self.layout.n_key() => {
                Some(low)
            }
            _ => None,
        }
    }

    fn encode_field(&self, source: Source, row: &[Datum], system: System, out: &mut Fields) -> Result<()> {
        match source {
            Source::Column(i) => return self.encode_column(i, &row[i], out),
            Source::RowId => return encode_row_id(&row[self.columns.len()], out),
            Source::TrxId => out.push(|b| b.extend_from_slice(&system.trx_id.0.to_be_bytes()[2..])),
            Source::RollPtr => out.push(|b| b.extend_from_slice(&system.roll_ptr.to_be_bytes()[1..])),
        }
        Ok(())
    }

    fn encode_column(&self, i: usize, value: &Datum, out: &mut Fields) -> Result<()> {
        let (ty, name) = &self.columns[i];
        if *value == Datum::Null {
            out.ranges.push(None);
            return Ok(());
        }
        let start = out.bytes.len() as u32;
        if !encode_value(*ty, value, &mut out.bytes) {
            return Err(Error::Value { column: name.clone(), value: value.clone() });
        }
        out.ranges.push(Some(start..out.bytes.len() as u32));
        Ok(())
    }

    /// The row of a record, into `row`, whose buffers are used again: the columns, and the row id if the table has one (R2).
    pub(crate) fn decode(&self, record: RecordRef<'_>, row: &mut Vec<Datum>) {
        let row_id = usize::from(self.sources[0] == Source::RowId);
        row.resize(self.columns.len() + row_id, Datum::Null);
        for (source, field) in self.sources.iter().zip(record.fields()) {
            match source {
                Source::Column(i) => decode_value(self.columns[*i].0, field, &mut row[*i]),
                Source::RowId => row[self.columns.len()] = Datum::UInt(unsigned(field.unwrap_or_default())),
                Source::TrxId | Source::RollPtr => {}
            }
        }
    }

    /// Who wrote a record, and where its earlier version is.
    pub(crate) fn system(&self, record: RecordRef<'_>) -> System {
        let at = self.layout.n_key();
        let get = |i| unsigned(record.field(i).unwrap_or_default());
        System { trx_id: TrxId(get(at)), roll_ptr: get(at + 1) }
    }

    /// The values of a row's key.
    pub(crate) fn key_of(&self, row: &[Datum]) -> Vec<Datum> {
        let value = |source: &Source| match source {
            Source::Column(i) => row[*i].clone(),
            _ => row[self.columns.len()].clone(),
        };
        self.sources[..self.layout.n_key()].iter().map(value).collect()
    }
}

fn column_of(def: &TableDef, source: Source) -> Column {
    let column = match source {
        Source::RowId | Source::TrxId => Column::fixed(ID_BYTES),
        Source::RollPtr => Column::fixed(ROLL_PTR_BYTES),
        Source::Column(i) => match def.columns[i].ty {
            ColumnType::Int { bytes, .. } => Column::fixed(u16::from(bytes)),
            // At most 65535: the definition was checked.
            ty => Column::variable(ty.max_bytes() as u16),
        },
    };
    match source {
        Source::Column(i) if def.columns[i].nullable => column.nullable(),
        _ => column,
    }
}

fn encode_row_id(value: &Datum, out: &mut Fields) -> Result<()> {
    match value {
        Datum::UInt(id) if *id < 1 << 48 => {
            out.push(|b| b.extend_from_slice(&id.to_be_bytes()[2..]));
            Ok(())
        }
        value => Err(Error::Value { column: "DB_ROW_ID".to_owned(), value: value.clone() }),
    }
}

/// Appends the value as a record has it; whether the type has it (R1).
fn encode_value(ty: ColumnType, value: &Datum, out: &mut Vec<u8>) -> bool {
    match (ty, value) {
        (ColumnType::Int { bytes, unsigned }, value) => {
            let wide = match *value {
                Datum::Int(v) => i128::from(v),
                Datum::UInt(v) => i128::from(v),
                _ => return false,
            };
            let bits = 8 * u32::from(bytes);
            // Adding 2^(bits − 1) is flipping the sign bit.
            let shifted = if unsigned { wide } else { wide + (1 << (bits - 1)) };
            if shifted < 0 || shifted >> bits != 0 {
                return false;
            }
            out.extend_from_slice(&(shifted as u64).to_be_bytes()[8 - usize::from(bytes)..]);
            true
        }
        (ColumnType::Char { chars }, Datum::Bytes(bytes)) => {
            let text = without_trailing_spaces(bytes);
            out.extend_from_slice(text);
            out.extend(std::iter::repeat_n(b' ', usize::from(chars).saturating_sub(text.len())));
            text.len() <= ty.max_bytes()
        }
        (_, Datum::Bytes(bytes)) => {
            out.extend_from_slice(bytes);
            bytes.len() <= ty.max_bytes()
        }
        _ => false,
    }
}

fn decode_value(ty: ColumnType, field: Field<'_>, out: &mut Datum) {
    let Some(bytes) = field else {
        *out = Datum::Null;
        return;
    };
    match ty {
        ColumnType::Int { unsigned: true, .. } => *out = Datum::UInt(unsigned(bytes)),
        ColumnType::Int { bytes: n, unsigned: false } => {
            let sign = 1u64 << (8 * u32::from(n) - 1);
            *out = Datum::Int((unsigned(bytes) as i64).wrapping_sub(sign as i64));
        }
        ColumnType::Char { .. } => set_bytes(out, without_trailing_spaces(bytes)),
        ColumnType::VarChar { .. } | ColumnType::VarBinary { .. } => set_bytes(out, bytes),
    }
}

fn set_bytes(out: &mut Datum, bytes: &[u8]) {
    match out {
        Datum::Bytes(buffer) => {
            buffer.clear();
            buffer.extend_from_slice(bytes);
        }
        _ => *out = Datum::Bytes(bytes.to_vec()),
    }
}

/// A big-endian integer of at most eight bytes.
fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |v, b| v << 8 | u64::from(*b))
}

fn without_trailing_spaces(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1);
    &bytes[..len]
}

#[cfg(test)]
mod tests;
