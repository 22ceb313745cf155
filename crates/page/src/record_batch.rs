//! Many records in one reusable buffer: what splits and merges cut and join, and what a batch of inserts brings.
//!
//! ```text
//! bytes    [ lengths · header │ values ][ lengths · header │ values ][ … ]
//! places   └ start             └ origin     └ start           └ origin
//! ```
//!
//! The bytes are those of a page's heap, except for the places and links in the headers, which
//! [`IndexMut::append_batch`](crate::IndexMut::append_batch) fills in: a batch goes to its page in one copy.
//!
//! InnoDB's counterpart: none.

use crate::index::IndexPage;
use crate::layout::{Layout, MAX_RECORD, Width};
use crate::record::{HEADER, RecordRef, TooLarge};
use std::ops::Range;

/// Records in one buffer; see the module.
#[derive(Default, Clone, Debug)]
pub struct RecordBatch {
    bytes: Vec<u8>,
    /// Start and origin of each record.
    places: Vec<(u32, u32)>,
}

impl RecordBatch {
    /// Copies all records of a page, in key order.
    pub fn of(page: &IndexPage<'_>) -> RecordBatch {
        let mut batch = RecordBatch::default();
        batch.append(page);
        batch
    }

    /// Appends the records of a page, in key order.
    pub fn append(&mut self, page: &IndexPage<'_>) {
        self.reserve(page.n_recs(), page.data_len());
        for (_, record) in page.records() {
            self.push(record);
        }
    }

    /// Appends a record.
    pub fn push(&mut self, record: RecordRef<'_>) {
        let (before, from) = record.split();
        let start = self.bytes.len();
        self.places.push((start as u32, (start + before.len()) as u32));
        self.bytes.extend_from_slice(before);
        self.bytes.extend_from_slice(from);
    }

    /// Appends the records `range` of another batch.
    pub fn push_range(&mut self, other: &RecordBatch, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (from, to) = (other.places[range.start].0 as usize, other.end_of(range.end - 1));
        let here = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes[from..to]);
        let moved = |at: u32| (at as usize - from + here) as u32;
        self.places.extend(other.places[range].iter().map(|(start, origin)| (moved(*start), moved(*origin))));
    }

    /// Appends a leaf record. For each column, `value` is called with its number, appends the value to the buffer, and
    /// returns false for NULL. REQUIRES values that their columns can hold.
    /// ERRORS: those of `value`; more than [`MAX_RECORD`] bytes. Then no record is appended.
    #[doc(alias = "rec_convert_dtuple_to_rec")]
    pub fn push_leaf<E: From<TooLarge>>(
        &mut self,
        layout: &Layout,
        mut value: impl FnMut(usize, &mut Vec<u8>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        let mut record = LeafWriter::begin(&mut self.bytes, layout);
        let written = (0..layout.columns().len()).try_for_each(|i| {
            let there = value(i, record.out)?;
            record.end_value(i, there);
            Ok(())
        });
        let origin = written.and_then(|()| Ok(record.end()?));
        match origin {
            Ok(origin) => self.places.push((start as u32, origin as u32)),
            Err(_) => self.bytes.truncate(start),
        }
        origin.map(drop)
    }

    /// Reserves memory for `records` more records with `bytes` in all.
    pub fn reserve(&mut self, records: usize, bytes: usize) {
        self.places.reserve(records);
        self.bytes.reserve(bytes);
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if there are no records.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Returns record `i`. REQUIRES the layout with which all were built.
    #[inline]
    pub fn get<'a>(&'a self, i: usize, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef::new(&self.bytes, self.places[i].1 as usize, layout)
    }

    /// Iterates over the records of `range`, in order.
    pub fn records<'a>(&'a self, range: Range<usize>, layout: &'a Layout) -> impl Iterator<Item = RecordRef<'a>> {
        range.map(move |i| self.get(i, layout))
    }

    /// Overwrites field `field` of record `i` with `value`. REQUIRES an old value of the same length, not NULL.
    #[inline]
    pub fn set_field(&mut self, i: usize, layout: &Layout, field: usize, value: &[u8]) {
        let at = self.get(i, layout).field_at(field);
        self.bytes[at..at + value.len()].copy_from_slice(value);
    }

    /// Returns the number of bytes of all records.
    pub fn data_len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the bytes of record `i`.
    #[inline]
    pub fn len_of(&self, i: usize) -> usize {
        self.end_of(i) - self.places[i].0 as usize
    }

    #[inline]
    fn end_of(&self, i: usize) -> usize {
        self.places.get(i + 1).map_or(self.bytes.len(), |next| next.0 as usize)
    }

    /// Moves the records from `at` on to a batch of their own.
    pub fn split_off(&mut self, at: usize) -> RecordBatch {
        let start = self.places.get(at).map_or(self.bytes.len() as u32, |place| place.0);
        let (bytes, mut places) = (self.bytes.split_off(start as usize), self.places.split_off(at));
        places.iter_mut().for_each(|(from, origin)| (*from, *origin) = (*from - start, *origin - start));
        RecordBatch { bytes, places }
    }

    /// Returns the bytes of record `i`, split at its origin.
    #[inline]
    pub(crate) fn split(&self, i: usize) -> (&[u8], &[u8]) {
        let (start, origin) = self.places[i];
        self.bytes[start as usize..self.end_of(i)].split_at((origin - start) as usize)
    }

    /// Drops the records and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// Returns the bytes of the records `range`, and each origin relative to them. REQUIRES at least one record.
    pub(crate) fn part(&mut self, range: Range<usize>) -> (&mut [u8], impl Iterator<Item = usize>) {
        let (from, to) = (self.places[range.start].0 as usize, self.end_of(range.end - 1));
        (&mut self.bytes[from..to], self.places[range].iter().map(move |(_, origin)| *origin as usize - from))
    }
}

/// Builds a leaf record in place: values are appended after as much room as the bytes before the origin can need. Those
/// grow downwards; at the end the record is moved to close the gap before them.
struct LeafWriter<'a> {
    out: &'a mut Vec<u8>,
    layout: &'a Layout,
    start: usize,
    origin: usize,
    /// The lowest byte before the origin so far.
    head: usize,
    /// The start of the next value.
    at: usize,
    null_no: usize,
}

impl<'a> LeafWriter<'a> {
    #[inline]
    fn begin(out: &'a mut Vec<u8>, layout: &'a Layout) -> LeafWriter<'a> {
        let start = out.len();
        let origin = start + layout.max_head_len();
        out.resize(origin, 0);
        LeafWriter { out, layout, start, origin, head: origin - HEADER - layout.null_bytes(), at: origin, null_no: 0 }
    }

    /// Ends the value of column `i`: the bytes appended since the previous one, or NULL.
    #[inline]
    fn end_value(&mut self, i: usize, there: bool) {
        let column = &self.layout.columns()[i];
        let len = self.out.len() - self.at;
        self.at += len;
        if !there {
            assert!(column.nullable && len == 0, "NULL in a column that is NOT NULL");
            self.out[self.origin - HEADER - 1 - self.null_no / 8] |= 1 << (self.null_no % 8);
        } else if let Width::Fixed(fixed) = column.width {
            assert!(len == usize::from(fixed), "{len} bytes in a column {column:?}");
        } else {
            assert!(len <= column.max_len(), "{len} bytes in a column {column:?}");
            if column.len_bytes(len) == 1 {
                self.out[self.head - 1] = len as u8;
                self.head -= 1;
            } else {
                self.out[self.head - 1] = 0x80 | (len >> 8) as u8;
                self.out[self.head - 2] = len as u8;
                self.head -= 2;
            }
        }
        self.null_no += usize::from(column.nullable);
    }

    /// Ends the record and returns its origin.
    #[inline]
    fn end(self) -> Result<usize, TooLarge> {
        let (size, unused) = (self.out.len() - self.head, self.head - self.start);
        if size > MAX_RECORD {
            return Err(TooLarge { size });
        }
        if unused > 0 {
            self.out.copy_within(self.head.., self.start);
            self.out.truncate(self.start + size);
        }
        Ok(self.origin - unused)
    }
}
