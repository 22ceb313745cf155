//! Building a record in a reusable buffer.
//!
//! ```text
//! fields ─► bytes before and from the origin on ─► room for both ─► lengths and NULL bits downwards, values upwards
//! ```
//!
//! The bytes and the rules R1 to R5 are those of [`record`](super).
//!
//! InnoDB's counterpart: `rec_convert_dtuple_to_rec`, `dict_index_build_node_ptr`.

use super::fields::RecordRef;
use super::header::{HEADER, INFO_DELETED, INFO_MIN_REC, RecordType};
use crate::layout::{Layout, MAX_RECORD, Width};
use innolab_base::PageNo;

/// The error of a record above [`MAX_RECORD`] bytes (R2 of [`layout`](crate::layout)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record of {size} bytes; at most {MAX_RECORD} fit")]
pub struct TooLarge {
    /// Its bytes, header included.
    pub size: usize,
}

/// A record that is not on a page, in a reusable buffer: lengths, NULL bits, header and values as on a page.
///
/// `next`, `heap_no` and `n_owned` are zero until [`IndexMut::insert_after`](crate::IndexMut::insert_after) places it.
#[derive(Clone, Default, Debug)]
pub struct Record {
    pub(crate) bytes: Vec<u8>,
    pub(crate) origin: usize,
}

impl Record {
    /// Creates an empty buffer.
    pub fn new() -> Record {
        Record::default()
    }

    /// Builds a leaf record of `fields`, one for each column.
    /// REQUIRES values that their columns can hold. ERRORS: more than [`MAX_RECORD`] bytes (then the buffer is empty).
    #[doc(alias = "rec_convert_dtuple_to_rec")]
    pub fn leaf(&mut self, layout: &Layout, fields: &[Option<&[u8]>]) -> Result<(), TooLarge> {
        assert_eq!(fields.len(), layout.columns().len(), "one field for each column");
        self.build(layout, fields.iter().copied(), None)
    }

    /// Builds a node pointer to `child` with the key `key`.
    /// REQUIRES all key columns. ERRORS: more than [`MAX_RECORD`] bytes.
    #[doc(alias = "dict_index_build_node_ptr")]
    pub fn node(&mut self, layout: &Layout, key: &[Option<&[u8]>], child: PageNo) -> Result<(), TooLarge> {
        assert_eq!(key.len(), layout.n_key(), "one field for each key column");
        self.build(layout, key.iter().copied(), Some(child))
    }

    /// Builds a node pointer to `child` with the key of `record`, a leaf record or node pointer.
    /// ERRORS: more than [`MAX_RECORD`] bytes.
    pub fn node_of(&mut self, record: RecordRef<'_>, child: PageNo) -> Result<(), TooLarge> {
        self.build(record.layout(), record.key(), Some(child))
    }

    /// Copies `record` with its info bits, without its place (`next`, `heap_no`, `n_owned`).
    pub fn copy(&mut self, record: RecordRef<'_>) {
        let (extra, _) = record.sizes();
        self.bytes.clear();
        self.bytes.extend_from_slice(record.bytes());
        self.origin = extra;
        self.bytes[extra - 5] &= 0xf0;
        self.bytes[extra - 4..extra].copy_from_slice(&[0, record.bytes[record.origin - 3] & 7, 0, 0]);
    }

    /// Returns the length of the record in bytes, header included.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the record for reading. REQUIRES that it was built with this layout.
    pub fn view<'a>(&'a self, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef::new(&self.bytes, self.origin, layout)
    }

    /// Sets or clears the delete mark.
    pub fn set_deleted(&mut self, deleted: bool) {
        self.set_info(INFO_DELETED, deleted);
    }

    /// Sets or clears `min_rec` (R5).
    pub fn set_min_rec(&mut self, min_rec: bool) {
        self.set_info(INFO_MIN_REC, min_rec);
    }

    fn set_info(&mut self, bit: u8, on: bool) {
        let info = &mut self.bytes[self.origin - 5];
        *info = if on { *info | bit } else { *info & !bit };
    }

    fn build<'f>(
        &mut self,
        layout: &Layout,
        fields: impl Iterator<Item = Option<&'f [u8]>> + Clone,
        child: Option<PageNo>,
    ) -> Result<(), TooLarge> {
        let (mut extra, mut data) = (HEADER + layout.null_bytes(), if child.is_some() { 4 } else { 0 });
        for (column, value) in layout.columns().iter().zip(fields.clone()) {
            let Some(value) = value else {
                assert!(column.nullable, "NULL in a column that is NOT NULL");
                continue;
            };
            let fits = match column.width {
                Width::Fixed(len) => value.len() == usize::from(len),
                Width::Variable { max } => value.len() <= usize::from(max),
            };
            assert!(fits, "{} bytes in a column {column:?}", value.len());
            extra += column.len_bytes(value.len());
            data += value.len();
        }
        self.bytes.clear();
        if extra + data > MAX_RECORD {
            return Err(TooLarge { size: extra + data });
        }
        self.bytes.resize(extra + data, 0);
        self.origin = extra;
        self.fill(layout, fields, child);
        Ok(())
    }

    fn fill<'f>(&mut self, layout: &Layout, fields: impl Iterator<Item = Option<&'f [u8]>>, child: Option<PageNo>) {
        let mut null_no = 0;
        let mut lens = self.origin - HEADER - layout.null_bytes();
        let mut at = self.origin;
        for (column, value) in layout.columns().iter().zip(fields) {
            if let Some(value) = value {
                match column.len_bytes(value.len()) {
                    0 => {}
                    1 => {
                        lens -= 1;
                        self.bytes[lens] = value.len() as u8;
                    }
                    _ => {
                        lens -= 2;
                        self.bytes[lens + 1] = 0x80 | (value.len() >> 8) as u8;
                        self.bytes[lens] = value.len() as u8;
                    }
                }
                self.bytes[at..at + value.len()].copy_from_slice(value);
                at += value.len();
            } else {
                self.bytes[self.origin - HEADER - 1 - null_no / 8] |= 1 << (null_no % 8);
            }
            null_no += usize::from(column.nullable);
        }
        if let Some(child) = child {
            self.bytes[self.origin - 3] = RecordType::NodePointer as u8;
            self.bytes[at..at + 4].copy_from_slice(&child.0.to_be_bytes());
        }
    }
}
