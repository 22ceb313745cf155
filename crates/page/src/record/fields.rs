//! Reading a record: its header, its values, its key beside another one.
//!
//! The rules are those of [`record`](super).

use super::header::{HEADER, INFO_DELETED, INFO_MIN_REC, RecordType};
use crate::layout::{Column, Layout, Width};
use innolab_base::PageNo;
use innolab_base::codec::{get_u16, get_u32};
use std::cmp::Ordering;

/// A record to read: bytes (of a page or of a [`Record`]) and an origin in them.
///
/// The accessors trust the bytes: a page has passed [`check`](crate::index::check).
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) origin: usize,
    layout: &'a Layout,
}

impl<'a> RecordRef<'a> {
    /// The record of `layout` whose origin is byte `origin` of `bytes`. REQUIRES a checked page or a [`Record`]'s bytes.
    #[inline]
    pub fn new(bytes: &'a [u8], origin: usize, layout: &'a Layout) -> RecordRef<'a> {
        RecordRef { bytes, origin, layout }
    }

    /// The layout it is read by.
    #[inline]
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// Whether a transaction has deleted it.
    #[inline]
    pub fn is_deleted(&self) -> bool {
        self.bytes[self.origin - 5] & INFO_DELETED != 0
    }

    /// Whether it is the leftmost node pointer of its level (R5).
    #[inline]
    pub fn is_min_rec(&self) -> bool {
        self.bytes[self.origin - 5] & INFO_MIN_REC != 0
    }

    /// The info bits: [`INFO_DELETED`], [`INFO_MIN_REC`].
    pub fn info(&self) -> u8 {
        self.bytes[self.origin - 5] & 0xf0
    }

    /// How many records its directory slot owns; 0 if no slot points to it.
    pub fn n_owned(&self) -> u8 {
        self.bytes[self.origin - 5] & 0x0f
    }

    /// Its number in the page's heap: infimum 0, supremum 1, the others from 2 on in the order in which they got their place.
    pub fn heap_no(&self) -> u16 {
        get_u16(self.bytes, self.origin - 4) >> 3
    }

    /// Whether it is a leaf's record, not a node pointer.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        self.bytes[self.origin - 3] & 7 == RecordType::Ordinary as u8
    }

    /// The value of column `i`; `None` is NULL. REQUIRES that the record stores column `i`.
    #[inline]
    pub fn field(&self, i: usize) -> Option<&'a [u8]> {
        match (self.layout.fixed_offset(i), self.layout.fixed_offset(i + 1)) {
            (Some(from), Some(to)) => Some(&self.bytes[self.origin + from..self.origin + to]),
            _ => self.loose_field(i),
        }
    }

    /// Column `i`, which is not fixed NOT NULL, or behind one that is not.
    fn loose_field(&self, i: usize) -> Option<&'a [u8]> {
        let first = self.layout.n_fixed().min(i);
        let mut fields = Fields::behind_fixed(self, first, i + 1);
        for _ in first..i {
            fields.step();
        }
        fields.next().flatten()
    }

    /// The stored values in order, without the child of a node pointer.
    #[inline]
    pub fn fields(&self) -> Fields<'a> {
        Fields::new(self, self.layout.stored_columns(self.is_leaf()).len())
    }

    /// The key's values in order.
    #[inline]
    pub fn key(&self) -> Fields<'a> {
        Fields::new(self, self.layout.n_key())
    }

    /// The key's bytes, if all its columns are fixed and NOT NULL: then they order as the key does.
    #[inline]
    pub fn fixed_key(&self) -> Option<&'a [u8]> {
        self.layout.fixed_key_len().map(|len| &self.bytes[self.origin..self.origin + len])
    }

    /// The page that a node pointer points to. REQUIRES a node pointer.
    #[doc(alias = "btr_node_ptr_get_child_page_no")]
    #[inline]
    pub fn child(&self) -> PageNo {
        let at = match self.layout.fixed_key_len() {
            Some(len) => self.origin + len,
            None => self.key().skip_all().0,
        };
        PageNo(get_u32(self.bytes, at))
    }

    /// Bytes before and from the origin on: (lengths, NULL bits and header; values and child).
    pub fn sizes(&self) -> (usize, usize) {
        let is_leaf = self.is_leaf();
        if let Some(data) = self.layout.fixed_data_len(is_leaf) {
            return (HEADER + self.layout.null_bytes(), data);
        }
        let (data_end, lens_at) = self.fields().skip_all();
        (self.origin - lens_at, data_end - self.origin + if is_leaf { 0 } else { 4 })
    }

    /// All its bytes, lengths first.
    pub fn bytes(&self) -> &'a [u8] {
        let (extra, data) = self.sizes();
        &self.bytes[self.origin - extra..self.origin + data]
    }

    /// All its bytes, in two: those before the origin, and the others.
    pub fn split(&self) -> (&'a [u8], &'a [u8]) {
        let (extra, data) = self.sizes();
        self.bytes[self.origin - extra..self.origin + data].split_at(extra)
    }

    /// Where column `i` of this record starts in the bytes it was read from.
    pub(crate) fn field_at(&self, i: usize) -> usize {
        match self.layout.fixed_offset(i) {
            Some(at) => self.origin + at,
            None => Fields::new(self, i).skip_all().0,
        }
    }

    /// How the record's key stands to `key`, a prefix of the key's columns: equal if all that is given is equal (R1 of
    /// [`layout`](crate::layout)). A `min_rec` is less than anything (R5).
    #[doc(alias = "cmp_dtuple_rec")]
    pub fn compare(&self, key: &[Option<&[u8]>]) -> Ordering {
        if self.is_min_rec() { Ordering::Less } else { self.compare_values(key, 0) }
    }

    /// Whether the record's key is below that of `other`, a record of the same layout. No regard to `min_rec`.
    #[inline]
    pub fn is_below(&self, other: &RecordRef<'_>) -> bool {
        match self.layout.fixed_key_len() {
            Some(8) => head_of(self) < head_of(other),
            Some(len) => self.bytes[self.origin..self.origin + len] < other.bytes[other.origin..other.origin + len],
            None => self.key().lt(other.key()),
        }
    }

    /// As [`compare`](Self::compare) from column `from` on, without regard to `min_rec`.
    pub(crate) fn compare_values(&self, key: &[Option<&[u8]>], from: usize) -> Ordering {
        let mut mine = Fields::new(self, key.len());
        for _ in 0..from {
            mine.next();
        }
        mine.cmp(key[from..].iter().copied())
    }

    /// The values as text: integers of no type, so hex, or text where all bytes are printable ASCII.
    pub fn show(&self) -> String {
        let mut out: Vec<String> = self.fields().map(show_field).collect();
        if !self.is_leaf() {
            out.push(format!("→ {}", self.child()));
        }
        out.join(", ")
    }
}

/// A value for people: NULL, 'text', or hex.
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

/// The values of a record, in order.
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
        Fields::behind_fixed(record, 0, n)
    }

    /// Columns `first` to `n`. REQUIRES that those before are fixed and NOT NULL: they have neither length nor NULL bit.
    #[inline]
    fn behind_fixed(record: &RecordRef<'a>, first: usize, n: usize) -> Fields<'a> {
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

    /// The next column's value as (start, length); `None` in the inner option is NULL.
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

    /// Runs to the end: (one past the last value byte, the lowest length or NULL byte).
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

/// The eight bytes at a record's origin as an integer that orders as they do.
#[inline(always)]
fn head_of(record: &RecordRef<'_>) -> u64 {
    record.bytes[record.origin..].first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}
