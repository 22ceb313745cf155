//! Fields of a record under construction: their bytes one after the other in one reusable buffer.

use super::error::Result;
use innolab_btree::Field;
use smallvec::SmallVec;
use std::ops::Range;

/// References to the fields of a record; up to 16 need no allocation.
pub(crate) type FieldList<'a> = SmallVec<[Field<'a>; 16]>;

/// Owned fields, see the module.
#[doc(alias = "dtuple_t")]
#[derive(Debug, Default, Clone)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    ranges: Vec<Option<Range<u32>>>,
}

impl Fields {
    /// Returns the bytes of each field; `None` is NULL.
    pub(crate) fn refs(&self) -> Vec<Field<'_>> {
        self.iter().collect()
    }

    /// Iterates over the bytes of each field; `None` is NULL.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.ranges.iter().map(|r| r.as_ref().map(|r| &self.bytes[r.start as usize..r.end as usize]))
    }

    /// Removes all fields and keeps the buffer.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
    }

    /// Replaces all fields by `fields`.
    pub(crate) fn set<'f>(&mut self, fields: impl Iterator<Item = Field<'f>>) {
        self.clear();
        fields.for_each(|field| self.push(field));
    }

    /// Adds a field.
    pub(crate) fn push(&mut self, field: Field<'_>) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(field.unwrap_or_default());
        self.ranges.push(field.map(|_| start..self.bytes.len() as u32));
    }

    /// Adds a field whose bytes `append` writes at the buffer's end; `append` returns false for NULL. ERRORS: those of
    /// `append`; then only [`Fields::clear`] may follow.
    pub(crate) fn push_with(&mut self, append: impl FnOnce(&mut Vec<u8>) -> Result<bool>) -> Result<()> {
        let start = self.bytes.len() as u32;
        let there = append(&mut self.bytes)?;
        self.ranges.push(there.then_some(start..self.bytes.len() as u32));
        Ok(())
    }
}
