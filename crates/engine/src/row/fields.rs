//! Some fields of a record, encoded one behind the other in one buffer that is used again.

use innolab_btree::Field;
use std::ops::Range;

/// Values of some fields; see the module.
#[doc(alias = "dtuple_t")]
#[derive(Debug, Default, Clone)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    ranges: Vec<Option<Range<u32>>>,
}

impl Fields {
    /// Each field's bytes; `None` is NULL.
    pub(crate) fn refs(&self) -> Vec<Field<'_>> {
        self.iter().collect()
    }

    /// Each field's bytes, one after the other.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.ranges.iter().map(|r| r.as_ref().map(|r| &self.bytes[r.start as usize..r.end as usize]))
    }

    /// Forgets all, but keeps the room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
    }

    /// Adds a field.
    pub(crate) fn push(&mut self, field: Field<'_>) {
        match field {
            None => self.ranges.push(None),
            Some(bytes) => self.push_with(|out| out.extend_from_slice(bytes)),
        }
    }

    /// Adds a field that `append` writes at the buffer's end. What it answers; the field may be used only if the caller likes the answer.
    pub(crate) fn push_with<R>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let start = self.bytes.len() as u32;
        let answer = append(&mut self.bytes);
        self.ranges.push(Some(start..self.bytes.len() as u32));
        answer
    }
}
