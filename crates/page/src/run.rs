//! Records in a row, in a buffer that is used again and again: what splits and merges cut and join, and what a batch of inserts brings.
//!
//! ```text
//! bytes    [ lengths · header │ values ][ lengths · header │ values ][ … ]
//! places   └ start             └ origin     └ start           └ origin
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
    /// Where each record starts, and its origin.
    places: Vec<(u32, u32)>,
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
        let start = self.bytes.len();
        self.places.push((start as u32, (start + before.len()) as u32));
        self.bytes.extend_from_slice(before);
        self.bytes.extend_from_slice(from);
    }

    /// Adds a leaf record of `fields`. REQUIRES and ERRORS as [`Record::leaf`](crate::Record::leaf); it is not added then.
    #[doc(alias = "rec_convert_dtuple_to_rec")]
    pub fn push_leaf(&mut self, layout: &Layout, fields: &[Option<&[u8]>]) -> Result<(), TooLarge> {
        let start = self.bytes.len();
        let origin = append_leaf(&mut self.bytes, layout, fields)?;
        self.places.push((start as u32, origin as u32));
        Ok(())
    }

    /// Room for so many records more, of so many bytes.
    pub fn reserve(&mut self, records: usize, bytes: usize) {
        self.places.reserve(records);
        self.bytes.reserve(bytes);
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Record `i`. REQUIRES the layout that all were made with.
    #[inline]
    pub fn get<'a>(&'a self, i: usize, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef::new(&self.bytes, self.places[i].1 as usize, layout)
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

    /// Bytes of record `i`.
    #[inline]
    pub fn len_of(&self, i: usize) -> usize {
        self.end_of(i) - self.places[i].0 as usize
    }

    #[inline]
    fn end_of(&self, i: usize) -> usize {
        self.places.get(i + 1).map_or(self.bytes.len(), |next| next.0 as usize)
    }

    /// Forgets the records, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// The bytes of `range`, and the origin of each record among them. REQUIRES one record at least.
    pub(crate) fn part(&mut self, range: Range<usize>) -> (&mut [u8], impl Iterator<Item = usize>) {
        let (from, to) = (self.places[range.start].0 as usize, self.end_of(range.end - 1));
        (&mut self.bytes[from..to], self.places[range].iter().map(move |(_, origin)| *origin as usize - from))
    }
}
