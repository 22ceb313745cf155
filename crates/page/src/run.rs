//! Records in a row, in a buffer that is used again and again: what splits and merges cut and join, and what a batch of inserts brings.
//!
//! ```text
//! bytes    [ lengths · header │ values ][ lengths · header │ values ][ … ]
//! origins                     └ r0                         └ r1
//! ```
//!
//! The bytes are those of a page's heap, but for the headers' places and links, which [`IndexMut::append_run`](crate::IndexMut::append_run) fills in: so a run goes to its page in one copy.

use crate::index::IndexPage;
use crate::layout::Layout;
use crate::record::{RecordRef, TooLarge, append_leaf};
use std::ops::Range;

/// Records in a row; see the module.
#[derive(Default, Clone, Debug)]
pub struct Run {
    bytes: Vec<u8>,
    /// The origin of each record.
    origins: Vec<u32>,
}

impl Run {
    /// All records of a page, in key order.
    pub fn of(page: &IndexPage<'_>) -> Run {
        let mut run = Run::default();
        run.append(page);
        run
    }

    /// Adds the records of a page, in key order.
    pub fn append(&mut self, page: &IndexPage<'_>) {
        self.reserve(page.n_recs(), page.data_len());
        for (_, record) in page.records() {
            self.push(record);
        }
    }

    /// Adds a record.
    pub fn push(&mut self, record: RecordRef<'_>) {
        let (before, from) = record.split();
        self.bytes.extend_from_slice(before);
        self.origins.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(from);
    }

    /// Adds a leaf record of `fields`. REQUIRES and ERRORS as [`Record::leaf`](crate::Record::leaf); it is not added then.
    #[doc(alias = "rec_convert_dtuple_to_rec")]
    pub fn push_leaf(&mut self, layout: &Layout, fields: &[Option<&[u8]>]) -> Result<(), TooLarge> {
        let origin = append_leaf(&mut self.bytes, layout, fields)?;
        self.origins.push(origin as u32);
        Ok(())
    }

    /// Room for so many records more, of so many bytes.
    pub fn reserve(&mut self, records: usize, bytes: usize) {
        self.origins.reserve(records);
        self.bytes.reserve(bytes);
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Record `i`. REQUIRES the layout that all were made with.
    #[inline]
    pub fn get<'a>(&'a self, i: usize, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef::new(&self.bytes, self.origins[i] as usize, layout)
    }

    /// The records of `range`, in order.
    pub fn records<'a>(&'a self, range: Range<usize>, layout: &'a Layout) -> impl Iterator<Item = RecordRef<'a>> {
        range.map(move |i| self.get(i, layout))
    }

    /// Puts `value` in field `field` of record `i`. REQUIRES a value there that is not NULL and has as many bytes.
    #[inline]
    pub fn set_field(&mut self, i: usize, layout: &Layout, field: usize, value: &[u8]) {
        let at = self.get(i, layout).field_at(field);
        self.bytes[at..at + value.len()].copy_from_slice(value);
    }

    /// Bytes of all records.
    pub fn data_len(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets the records, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.origins.clear();
    }

    /// The bytes of `range`, and the origin of each record among them.
    pub(crate) fn part(&mut self, range: Range<usize>, layout: &Layout) -> (&mut [u8], impl Iterator<Item = usize>) {
        let extra = |run: &Run, i: usize| run.get(i, layout).sizes().0;
        let from = self.origins[range.start] as usize - extra(self, range.start);
        let to = match self.origins.get(range.end) {
            Some(next) => *next as usize - extra(self, range.end),
            None => self.bytes.len(),
        };
        (&mut self.bytes[from..to], self.origins[range].iter().map(move |origin| *origin as usize - from))
    }
}
