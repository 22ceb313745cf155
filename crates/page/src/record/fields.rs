//! Reading a record: its header, its values, its key beside that of another record. The rules are those of
//! [`record`](super).

use super::header::{HEADER, INFO_DELETED, INFO_MIN_REC, RecordType};
use crate::layout::{Column, Layout, Width};
use innolab_base::PageNo;
use innolab_base::codec::{get_u16, get_u32};
use std::cmp::Ordering;

/// A record to read: bytes (of a page or of a [`Record`](super::Record)) and its origin in them.
///
/// The accessors trust the bytes: a page has passed [`check`](crate::index::check) (R2 of the crate).
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) origin: usize,
    layout: &'a Layout,
}

impl<'a> RecordRef<'a> {
    /// Reads the record of `layout` whose origin is byte `origin` of `bytes`.
    /// REQUIRES a checked page, or the bytes of a [`Record`](super::Record).
    #[inline]
    pub fn new(bytes: &'a [u8], origin: usize, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef { bytes, origin, layout }
    }

    /// Returns the layout by which the record is read.
    #[inline]
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// True if it is delete-marked: a transaction has deleted it, and purge has not removed it.
    #[inline]
    pub fn is_deleted(&self) -> bool {
        self.bytes[self.origin - 5] & INFO_DELETED != 0
    }

    /// True if it is the leftmost node pointer of its level (R5).
    #[inline]
    pub fn is_min_rec(&self) -> bool {
        self.bytes[self.origin - 5] & INFO_MIN_REC != 0
    }

    /// Returns the info bits: [`INFO_DELETED`], [`INFO_MIN_REC`].
    pub fn info(&self) -> u8 {
        self.bytes[self.origin - 5] & 0xf0
    }

    /// Returns the number of records that its directory slot owns; 0 if no slot points to it.
    pub fn n_owned(&self) -> u8 {
        self.bytes[self.origin - 5] & 0x0f
    }

    /// Returns its number in the page's heap: infimum 0, supremum 1, the others from 2 on in order of their places'
    /// allocation.
    pub fn heap_no(&self) -> u16 {
        get_u16(self.bytes, self.origin - 4) >> 3
    }

    /// True for a record of a leaf, false for a node pointer.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        self.bytes[self.origin - 3] & 7 == RecordType::Ordinary as u8
    }

    /// Returns the value of column `i`; `None` is NULL. REQUIRES that the record stores column `i`.
    #[inline]
    pub fn field(&self, i: usize) -> Option<&'a [u8]> {
        match (self.layout.fixed_offset(i), self.layout.fixed_offset(i + 1)) {
            (Some(from), Some(to)) => Some(&self.bytes[self.origin + from..self.origin + to]),
            _ => self.walk_to_field(i),
        }
    }

    /// Returns column `i`, whose offset depends on the values of earlier columns, or which is itself variable or
    /// nullable.
    fn walk_to_field(&self, i: usize) -> Option<&'a [u8]> {
        let first = self.layout.n_fixed().min(i);
        let mut fields = Fields::after_fixed(self, first, i + 1);
        for _ in first..i {
            fields.step();
        }
        fields.next().flatten()
    }

    /// Iterates over the stored values in order, without the child of a node pointer.
    #[inline]
    pub fn fields(&self) -> Fields<'a> {
        Fields::new(self, self.layout.stored_columns(self.is_leaf()).len())
    }

    /// Iterates over the values of the key columns in order.
    #[inline]
    pub fn key(&self) -> Fields<'a> {
        Fields::new(self, self.layout.n_key())
    }

    /// Returns the bytes of the key if all its columns are fixed and NOT NULL: then they compare as the key does.
    #[inline]
    pub fn fixed_key(&self) -> Option<&'a [u8]> {
        self.layout.fixed_key_len().map(|len| &self.bytes[self.origin..self.origin + len])
    }

    /// Returns the page that a node pointer points to. REQUIRES a node pointer.
    #[doc(alias = "btr_node_ptr_get_child_page_no")]
    #[inline]
    pub fn child(&self) -> PageNo {
        let at = match self.layout.fixed_key_len() {
            Some(len) => self.origin + len,
            None => self.key().skip_all().0,
        };
        PageNo(get_u32(self.bytes, at))
    }

    /// Returns the number of bytes before the origin (lengths, NULL bits, header) and from the origin on (values,
    /// child).
    pub fn sizes(&self) -> (usize, usize) {
        let is_leaf = self.is_leaf();
        if let Some(data) = self.layout.fixed_data_len(is_leaf) {
            return (HEADER + self.layout.null_bytes(), data);
        }
        let (data_end, lens_at) = self.fields().skip_all();
        (self.origin - lens_at, data_end - self.origin + if is_leaf { 0 } else { 4 })
    }

    /// Returns all its bytes, lengths first.
    pub fn bytes(&self) -> &'a [u8] {
        let (extra, data) = self.sizes();
        &self.bytes[self.origin - extra..self.origin + data]
    }

    /// Returns all its bytes, split at the origin.
    pub fn split(&self) -> (&'a [u8], &'a [u8]) {
        let (extra, data) = self.sizes();
        self.bytes[self.origin - extra..self.origin + data].split_at(extra)
    }

    /// Returns where column `i` starts in the bytes that the record was read from.
    pub(crate) fn field_at(&self, i: usize) -> usize {
        match self.layout.fixed_offset(i) {
            Some(at) => self.origin + at,
            None => Fields::new(self, i).skip_all().0,
        }
    }

    /// Compares the record's key with `key`, values of a prefix of the key columns: equal if all given columns are (R1
    /// of [`layout`](crate::layout)). A `min_rec` is less than any key (R5).
    #[doc(alias = "cmp_dtuple_rec")]
    pub fn compare(&self, key: &[Option<&[u8]>]) -> Ordering {
        if self.is_min_rec() { Ordering::Less } else { self.compare_values(key, 0) }
    }

    /// True if the record's key is below that of `other`, a record of the same layout. Ignores `min_rec`.
    #[inline]
    pub fn is_below(&self, other: &RecordRef<'_>) -> bool {
        match self.layout.fixed_key_len() {
            Some(8) => head_of(self) < head_of(other),
            Some(len) => self.bytes[self.origin..self.origin + len] < other.bytes[other.origin..other.origin + len],
            None => self.key().lt(other.key()),
        }
    }

    /// Compares as [`compare`](Self::compare) does, from column `from` on; ignores `min_rec`.
    pub(crate) fn compare_values(&self, key: &[Option<&[u8]>], from: usize) -> Ordering {
        let mut mine = Fields::new(self, key.len());
        for _ in 0..from {
            mine.next();
        }
        mine.cmp(key[from..].iter().copied())
    }

    /// Returns the values as text, each as [`show_field`] renders it.
    pub fn show(&self) -> String {
        let mut out: Vec<String> = self.fields().map(show_field).collect();
        if !self.is_leaf() {
            out.push(format!("→ {}", self.child()));
        }
        out.join(", ")
    }
}

/// Renders a value: NULL, 'text' if all bytes are printable ASCII, else hex (its type is not known here).
pub fn show_field(value: Option<&[u8]>) -> String {
    match value {
        None => "NULL".to_string(),
        Some(v) if !v.is_empty() && v.iter().all(|b| (0x20..0x7f).contains(b)) => {
            format!("'{}'", v.iter().map(|&b| b as char).collect::<String>())
        }
        Some([]) => "''".to_string(),
        Some(v) => v.iter().map(|b| format!("{b:02x}")).collect(),
    }
}

impl std::fmt::Debug for RecordRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({})", self.show())
    }
}

/// Iterates over the values of a record, in column order.
#[derive(Clone)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    columns: std::slice::Iter<'a, Column>,
    /// One past the byte that holds the NULL bits of the next nullable column.
    nulls: usize,
    null_bit: u8,
    /// One past the next length byte.
    lens: usize,
    data: usize,
}

impl<'a> Fields<'a> {
    #[inline]
    fn new(record: &RecordRef<'a>, n: usize) -> Fields<'a> {
        Fields::after_fixed(record, 0, n)
    }

    /// Starts at column `first` and ends before column `n`. REQUIRES that all columns before `first` are fixed and NOT
    /// NULL: they have neither length nor NULL bit.
    #[inline]
    fn after_fixed(record: &RecordRef<'a>, first: usize, n: usize) -> Fields<'a> {
        let nulls = record.origin - HEADER;
        Fields {
            bytes: record.bytes,
            columns: record.layout.columns()[first..n].iter(),
            nulls,
            null_bit: 1,
            lens: nulls - record.layout.null_bytes(),
            data: record.origin + record.layout.fixed_offset(first).unwrap_or_default(),
        }
    }

    /// Returns start and length of the next column's value; the inner `None` is NULL.
    #[inline]
    fn step(&mut self) -> Option<Option<(usize, usize)>> {
        let column = self.columns.next()?;
        if column.nullable {
            let null = self.bytes[self.nulls - 1] & self.null_bit != 0;
            self.null_bit = self.null_bit.rotate_left(1);
            self.nulls -= usize::from(self.null_bit == 1);
            if null {
                return Some(None);
            }
        }
        let len = match column.width {
            Width::Fixed(len) => usize::from(len),
            Width::Variable { max } => {
                self.lens -= 1;
                let first = self.bytes[self.lens];
                if max > 255 && first & 0x80 != 0 {
                    self.lens -= 1;
                    usize::from(first & 0x3f) << 8 | usize::from(self.bytes[self.lens])
                } else {
                    usize::from(first)
                }
            }
        };
        let at = self.data;
        self.data += len;
        Some(Some((at, len)))
    }

    /// Runs to the end; returns one past the last value byte, and the lowest length or NULL byte.
    #[inline]
    fn skip_all(mut self) -> (usize, usize) {
        while self.step().is_some() {}
        (self.data, self.lens)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<&'a [u8]>;

    #[inline]
    fn next(&mut self) -> Option<Option<&'a [u8]>> {
        let value = self.step()?;
        Some(value.map(|(at, len)| &self.bytes[at..at + len]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.columns.size_hint()
    }
}

impl ExactSizeIterator for Fields<'_> {}

/// Returns the eight bytes at a record's origin as an integer that compares as they do.
#[inline(always)]
fn head_of(record: &RecordRef<'_>) -> u64 {
    record.bytes[record.origin..].first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}
