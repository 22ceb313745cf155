//! The payload of an undo record: what a change replaced in a clustered record, and how to restore it.
//!
//! ```text
//! op (1)           1 insert · 2 update · 3 delete-mark · 4 revive; top bit: the list has every indexed column
//! table            varint: the id of the clustered index
//! before           not for an insert:  1 if the record was delete-marked, else 0 (1) · DB_TRX_ID (6) · DB_ROLL_PTR (7)
//! key              varint: number of values · values
//! list             varint: number of pairs · (varint: field of the clustered record · old value)*
//! value            varint: 0 for NULL, else length + 1 · bytes
//! ```
//!
//! A record together with the undo record that its roll pointer points to gives the previous version:
//!
//! ```text
//! row      5 · trx 12 · ptr B · 'new' · 7          undo B: before trx 9, ptr A; field 3 was 'old'
//! before   5 · trx  9 · ptr A · 'old' · 7
//! ```
//!
//! RULES
//!
//! - **R1** The list holds the old values of all fields that the change replaced.
//! - **R2** If the top bit of `op` is set, the list holds, changed or not, every field that is part of a secondary
//!   index and not of the clustered key: purge then builds the old index entries without the row. The bit is set by an
//!   update that changed a field of a secondary index, and by every delete-mark.
//! - **R3** Bytes are not trusted: [`UndoRec::parse`] checks the structure, and each value is checked against its
//!   column before a record is built from it (I11).
//!
//! InnoDB's counterpart: `trx0rec` (`trx_undo_page_report_insert`, `trx_undo_page_report_modify`,
//! `trx_undo_prev_version_build`). Left out: the record's own number (the log counts its records), prefixes of columns
//! that are stored off the page.

use super::error::{Error, Result};
use super::fields::FieldList;
use super::row::System;
use innolab_base::TrxId;
use innolab_btree::Field;
use innolab_page::undo::RollPtr;
use innolab_page::{Column, Layout, Record, RecordRef, Width};
use smallvec::SmallVec;

/// The kind of change to a clustered record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Op {
    /// The record was inserted; no record with its key existed.
    #[doc(alias = "TRX_UNDO_INSERT_REC")]
    Insert = 1,
    /// Fields other than the key were changed.
    #[doc(alias = "TRX_UNDO_UPD_EXIST_REC")]
    Update = 2,
    /// The record was delete-marked.
    #[doc(alias = "TRX_UNDO_DEL_MARK_REC")]
    DeleteMark = 3,
    /// An insert reused a delete-marked record with the same key.
    #[doc(alias = "TRX_UNDO_UPD_DEL_REC")]
    Revive = 4,
}

const OP_MASK: u8 = 0x0f;
/// The top bit of `op`: the list holds every indexed field (R2).
const ORDERING: u8 = 0x80;
const ID_BYTES: usize = 6;
const POINTER_BYTES: usize = 7;

/// Delete mark and system columns of the previous version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) deleted: bool,
    trx_id: &'a [u8],
    roll_ptr: &'a [u8],
}

impl<'a> Before<'a> {
    /// Returns the transaction that wrote this version, and the version's roll pointer.
    pub(crate) fn system(&self) -> (TrxId, RollPtr) {
        let trx_id = self.trx_id.iter().fold(0, |v, b| v << 8 | u64::from(*b));
        (TrxId(trx_id), RollPtr::read(self.roll_ptr, 0))
    }

    /// Sets the system columns with which the version is restored.
    pub(crate) fn set_system(&mut self, (trx_id, roll_ptr): &'a ([u8; 6], [u8; 7])) {
        (self.trx_id, self.roll_ptr) = (trx_id, roll_ptr);
    }
}

/// A parsed undo record.
#[derive(Debug, Clone)]
pub(crate) struct UndoRec<'a> {
    pub(crate) op: Op,
    /// True if `old` holds every indexed field (R2).
    pub(crate) ordering: bool,
    /// The table's id, [`crate::Table::id`].
    pub(crate) table: u64,
    /// The previous version; `None` for an insert.
    pub(crate) before: Option<Before<'a>>,
    /// The clustered key.
    pub(crate) key: FieldList<'a>,
    /// Places of fields in the clustered record, and their old values.
    pub(crate) old: SmallVec<[(usize, Field<'a>); 8]>,
}

/// Appends the payload of an undo record to a buffer.
pub(crate) struct UndoWriter<'b> {
    out: &'b mut Vec<u8>,
}

impl<'b> UndoWriter<'b> {
    /// Writes all but the list. `before`: delete mark and system columns of the record as it is; `None` for an insert.
    /// `key`: the clustered key.
    pub(crate) fn begin<'f>(
        out: &'b mut Vec<u8>,
        op: Op,
        ordering: bool,
        table: u64,
        before: Option<(bool, System)>,
        key: impl ExactSizeIterator<Item = Field<'f>>,
    ) -> UndoWriter<'b> {
        out.push(op as u8 | if ordering { ORDERING } else { 0 });
        put_number(out, table);
        if let Some((deleted, system)) = before {
            out.push(u8::from(deleted));
            out.extend_from_slice(&system.trx_id.0.to_be_bytes()[8 - ID_BYTES..]);
            out.extend_from_slice(&system.roll_ptr.to_be_bytes()[8 - POINTER_BYTES..]);
        }
        put_number(out, key.len() as u64);
        key.for_each(|value| put_value(out, value));
        UndoWriter { out }
    }

    /// Writes the list of old values, which completes the payload.
    pub(crate) fn list<'f>(self, old: &[(usize, Field<'f>)]) {
        put_number(self.out, old.len() as u64);
        for (field, value) in old {
            put_number(self.out, *field as u64);
            put_value(self.out, *value);
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_value(out: &mut Vec<u8>, value: Field<'_>) {
    match value {
        None => out.push(0),
        Some(bytes) => {
            put_number(out, bytes.len() as u64 + 1);
            out.extend_from_slice(bytes);
        }
    }
}

/// The rest of a payload.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|b| b[0])
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn value(&mut self) -> Option<Field<'a>> {
        match self.number()? {
            0 => Some(None),
            len => self.take(usize::try_from(len - 1).ok()?).map(Some),
        }
    }
}

impl<'a> UndoRec<'a> {
    /// Parses a payload. ERRORS: bytes that [`UndoWriter`] could not have written (R3).
    pub(crate) fn parse(payload: &'a [u8]) -> Result<UndoRec<'a>> {
        let mut reader = Reader(payload);
        let read = UndoRec::read(&mut reader).filter(|_| reader.0.is_empty());
        read.ok_or_else(|| Error::corrupt_system("an undo record cannot be read"))
    }

    fn read(r: &mut Reader<'a>) -> Option<UndoRec<'a>> {
        let head = r.byte()?;
        let op = match head & OP_MASK {
            1 => Op::Insert,
            2 => Op::Update,
            3 => Op::DeleteMark,
            4 => Op::Revive,
            _ => return None,
        };
        let table = r.number()?;
        let before = match op {
            Op::Insert => None,
            _ => Some(Before { deleted: r.byte()? != 0, trx_id: r.take(ID_BYTES)?, roll_ptr: r.take(POINTER_BYTES)? }),
        };
        let key = (0..r.number()?).map(|_| r.value()).collect::<Option<FieldList<'a>>>()?;
        let pair = |r: &mut Reader<'a>| Some((usize::try_from(r.number()?).ok()?, r.value()?));
        let old = (0..r.number()?).map(|_| pair(r)).collect::<Option<_>>()?;
        Some(UndoRec { op, ordering: head & ORDERING != 0, table, before, key, old })
    }

    /// Checks the key against the clustered index's layout (R3). ERRORS: wrong number of values, or a value that its
    /// column cannot hold.
    pub(crate) fn check_key(&self, layout: &Layout) -> Result<()> {
        let columns = layout.key_columns();
        let sound = self.key.len() == columns.len() && columns.iter().zip(&self.key).all(|(c, v)| fits(c, *v));
        sound.then_some(()).ok_or_else(|| Error::corrupt_system("an undo record's key is not one of its table"))
    }

    /// Returns the old value of a field, if the list holds it.
    pub(crate) fn old_value(&self, field: usize) -> Option<Field<'a>> {
        self.old.iter().find(|(other, _)| *other == field).map(|(_, value)| *value)
    }
}

/// Builds the version that preceded `record` into `out`. `undo`: the undo record that `record`'s roll pointer points
/// to. ERRORS: an insert's undo record; values that the columns cannot hold (R3).
#[doc(alias = "trx_undo_prev_version_build")]
pub(crate) fn apply_backwards(
    record: RecordRef<'_>,
    undo: &UndoRec<'_>,
    layout: &Layout,
    out: &mut Record,
) -> Result<()> {
    let Some(before) = undo.before else {
        return Err(Error::corrupt_system("an insert's undo record has no version before"));
    };
    let mut fields: FieldList<'_> = record.fields().collect();
    let at = layout.n_key();
    (fields[at], fields[at + 1]) = (Some(before.trx_id), Some(before.roll_ptr));
    for (i, value) in &undo.old {
        let sound = *i >= at + 2 && layout.columns().get(*i).is_some_and(|column| fits(column, *value));
        if !sound {
            return Err(Error::corrupt_system(format!("an undo record has a value for field {i} that it cannot have")));
        }
        fields[*i] = *value;
    }
    out.leaf(layout, &fields).map_err(|e| Error::from(innolab_btree::Error::from(e)))?;
    out.set_deleted(before.deleted);
    Ok(())
}

/// True if the column can hold the value (R3).
fn fits(column: &Column, value: Field<'_>) -> bool {
    match (value, column.width) {
        (None, _) => column.nullable,
        (Some(bytes), Width::Fixed(len)) => bytes.len() == usize::from(len),
        (Some(bytes), Width::Variable { max }) => bytes.len() <= usize::from(max),
    }
}

#[cfg(test)]
mod tests;
