//! COMPACT records: what stands around a record's origin, how to read it, how to make one, how keys compare.
//!
//! ```text
//!        grows downwards from here ◄┐
//! ┌───────────────────┬─────────────┼───────────────────────────────────────────┬───────────────────────────────
//! │ lengths, last one │ NULL bits,  │ info 4 n_owned 4 │ heap_no 13 type 3 │next│ column 0 · column 1 · … [child 4]
//! │ first (1–2 each)  │ bit 0 last  │     1 byte       │      2 bytes      │ 2  │ values, NULLs left out
//! └───────────────────┴─────────────┴──────────────────┴───────────────────┴────┴───────────────────────────────
//!                                                                               ▲ origin: what every pointer points to
//! ```
//!
//! RULES
//!
//! - **R1** `next` is the distance from this origin to the next one, modulo 2^16; 0 is the end (the supremum, or the last free record).
//! - **R2** A length has one byte if the column's values have at most 255 bytes or this one has less than 128; else two, the first (nearer to
//!   the origin) with its top bit set and the upper six bits of the length. Bit 0x40 there would say *stored elsewhere*: not done here, corrupt.
//! - **R3** NULL bits are those of all columns of the index, also in a node pointer.
//! - **R4** A NULL has no value bytes and no length.
//! - **R5** The leftmost node pointer of a level bears `min_rec` and compares below every key: its own key is stale once smaller keys came.
//!
//! InnoDB's counterpart: `rem0rec`, `rem0cmp`. Left out: REDUNDANT records, externally stored columns.

use crate::layout::{Column, Kind, Layout, MAX_RECORD};
use innolab_base::codec::{get_u16, get_u32};
use innolab_base::{PAGE_SIZE, PageNo};
use std::cmp::Ordering;

/// Bytes of the header right before the origin.
#[doc(alias = "REC_N_NEW_EXTRA_BYTES")]
pub const HEADER: usize = 5;
/// Info bit: the leftmost node pointer of its level (R5).
#[doc(alias = "REC_INFO_MIN_REC_FLAG")]
pub const INFO_MIN_REC: u8 = 0x10;
/// Info bit: deleted by a transaction, not yet removed by purge.
#[doc(alias = "REC_INFO_DELETED_FLAG")]
pub const INFO_DELETED: u8 = 0x20;

/// What a record is: the low three bits of its heap number's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum RecordType {
    /// A leaf's record.
    #[doc(alias = "REC_STATUS_ORDINARY")]
    Ordinary = 0,
    /// A record above the leaves: key and child.
    #[doc(alias = "REC_STATUS_NODE_PTR")]
    NodePointer = 1,
    /// The record before all.
    #[doc(alias = "REC_STATUS_INFIMUM")]
    Infimum = 2,
    /// The record after all.
    #[doc(alias = "REC_STATUS_SUPREMUM")]
    Supremum = 3,
}

impl RecordType {
    pub(crate) fn of(bits: u8) -> Option<RecordType> {
        match bits {
            0 => Some(RecordType::Ordinary),
            1 => Some(RecordType::NodePointer),
            2 => Some(RecordType::Infimum),
            3 => Some(RecordType::Supremum),
            _ => None,
        }
    }
}

/// A record that does not fit where it should go (R2 of [`layout`](crate::layout)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record of {size} bytes; at most {MAX_RECORD} fit")]
pub struct TooLarge {
    /// Its bytes, header included.
    pub size: usize,
}

/// A record to read: bytes (of a page or of a [`Record`]) and an origin in them.
///
/// The accessors trust the bytes: a page has passed [`check`](crate::index::check).
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    bytes: &'a [u8],
    origin: usize,
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

    /// What it is, or `None` for bits that mean nothing.
    pub fn record_type(&self) -> Option<RecordType> {
        RecordType::of(self.bytes[self.origin - 3] & 7)
    }

    /// Whether it is a leaf's record, not a node pointer.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        self.bytes[self.origin - 3] & 7 == RecordType::Ordinary as u8
    }

    /// How many columns it stores: all, or the key's in a node pointer.
    pub fn n_fields(&self) -> usize {
        self.layout.stored_columns(self.is_leaf()).len()
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
        Fields::new(self, self.n_fields())
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
        let len = match column.kind {
            Kind::Fixed(len) => usize::from(len),
            Kind::Variable { max } => {
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

/// A record being made, in a buffer that is used again and again: lengths, NULL bits, header, values, as on a page.
///
/// `next`, `heap_no` and `n_owned` are zero until [`IndexMut::insert_after`](crate::IndexMut::insert_after) gives it a place.
#[derive(Clone, Default, Debug)]
pub struct Record {
    pub(crate) bytes: Vec<u8>,
    pub(crate) origin: usize,
}

impl Record {
    /// An empty buffer.
    pub fn new() -> Record {
        Record::default()
    }

    /// Becomes a leaf record of `fields`, one for each column.
    /// REQUIRES values that their columns can hold. ERRORS: more than [`MAX_RECORD`] bytes (then the buffer is empty).
    #[doc(alias = "rec_convert_dtuple_to_rec")]
    pub fn leaf(&mut self, layout: &Layout, fields: &[Option<&[u8]>]) -> Result<(), TooLarge> {
        assert_eq!(fields.len(), layout.columns().len(), "one field for each column");
        self.build(layout, fields.iter().copied(), None)
    }

    /// Becomes a node pointer to `child` with the key `key`.
    /// REQUIRES all key columns. ERRORS: more than [`MAX_RECORD`] bytes.
    #[doc(alias = "dict_index_build_node_ptr")]
    pub fn node(&mut self, layout: &Layout, key: &[Option<&[u8]>], child: PageNo) -> Result<(), TooLarge> {
        assert_eq!(key.len(), layout.n_key(), "one field for each key column");
        self.build(layout, key.iter().copied(), Some(child))
    }

    /// Becomes a node pointer to `child` with the key of `record`, leaf record or node pointer.
    /// ERRORS: more than [`MAX_RECORD`] bytes.
    pub fn node_of(&mut self, record: RecordRef<'_>, child: PageNo) -> Result<(), TooLarge> {
        self.build(record.layout(), record.key(), Some(child))
    }

    /// Becomes a copy of `record`, info bits included.
    pub fn copy(&mut self, record: RecordRef<'_>) {
        let (extra, _) = record.sizes();
        self.bytes.clear();
        self.bytes.extend_from_slice(record.bytes());
        self.origin = extra;
        self.bytes[extra - 5] &= 0xf0;
        self.bytes[extra - 4..extra].copy_from_slice(&[0, record.bytes[record.origin - 3] & 7, 0, 0]);
    }

    /// Bytes, header included.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// To read it. REQUIRES that it was made with this layout.
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
            let fits = match column.kind {
                Kind::Fixed(len) => value.len() == usize::from(len),
                Kind::Variable { max } => value.len() <= usize::from(max),
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

/// A key to look for, with its first eight bytes as an integer: most comparisons are one load, one swap and one compare.
///
/// FACT: the first eight bytes of a key, padded with zeros, order two keys of a column correctly wherever they differ.
/// PROOF: look at the first byte that differs. If both are bytes of the values, it decides by R1 of [`layout`](crate::layout). If one is padding, it is 0, the
/// other is larger, and the value that has ended there is the beginning of the other one: shorter first. If the eight bytes are equal, all fields are compared.
#[derive(Clone, Copy, Debug)]
pub struct SearchKey<'k> {
    fields: &'k [Option<&'k [u8]>],
    head: u64,
    how: How,
}

/// What the eight bytes at a record's origin say of the key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// The leading fixed NOT NULL columns: the bytes under `mask`. `whole`: they are all that is looked for.
    Fixed { mask: u64, whole: bool },
    /// A variable NOT NULL column is the first: as many bytes as it has.
    Variable { null_bytes: usize, long: bool },
    /// The first column may be NULL, or nothing is looked for: nothing.
    Nothing,
}

impl<'k> SearchKey<'k> {
    /// The key `fields`, a prefix of the key's columns of `layout`; no field at all is equal to every record.
    /// REQUIRES values that their columns can hold.
    #[inline]
    pub fn new(layout: &Layout, fields: &'k [Option<&'k [u8]>]) -> SearchKey<'k> {
        assert!(fields.len() <= layout.n_key(), "a search key of {} fields", fields.len());
        let (head, how) = match (layout.columns()[0], fields) {
            (Column { nullable: true, .. }, _) | (_, []) => (0, How::Nothing),
            (Column { kind: Kind::Variable { max }, .. }, _) => {
                let how = How::Variable { null_bytes: layout.null_bytes(), long: max > 255 };
                (padded_head(fields[0].unwrap_or_default()), how)
            }
            (Column { kind: Kind::Fixed(len), .. }, [Some(value)]) => {
                let (n, whole) = (len.min(8), len <= 8);
                let mask = if n == 0 { 0 } else { !0 << (64 - 8 * n) };
                (padded_head(value), How::Fixed { mask, whole })
            }
            (Column { kind: Kind::Fixed(_), .. }, _) => fixed_head(layout, fields),
        };
        SearchKey { fields, head, how }
    }

    /// The key's head if it says as much as a record's [`whole_head`]: only then may the two be compared as they are.
    #[inline]
    pub(crate) fn whole_head(&self, layout: &Layout) -> Option<u64> {
        match self.how {
            How::Fixed { mask, .. } => (mask == layout.head_mask()).then_some(self.head),
            How::Variable { .. } => Some(self.head),
            How::Nothing => None,
        }
    }

    /// Whether the head is all that is looked for.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.how, How::Fixed { whole: true, .. })
    }

    /// How the record at `origin` stands to this key, without regard to `min_rec`.
    #[inline]
    pub(crate) fn compare_record(&self, page: &crate::IndexPage<'_>, origin: crate::Origin) -> Ordering {
        self.compare_at(page.array(), origin.at(), page.layout())
    }

    /// The fields looked for.
    pub fn fields(&self) -> &'k [Option<&'k [u8]>] {
        self.fields
    }

    /// How the record at `origin` of a checked page stands to this key, without regard to `min_rec`.
    #[inline(always)]
    pub(crate) fn compare_at(&self, page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Ordering {
        let mask = match self.how {
            How::Fixed { mask, .. } => mask,
            How::Variable { null_bytes, long } => {
                let len = page[origin - HEADER - 1 - null_bytes];
                if (long && len & 0x80 != 0) || len >= 8 { !0 } else { !(!0u64 >> (8 * len)) }
            }
            How::Nothing => return self.compare_slowly(page, origin, layout),
        };
        // A page ends with eight bytes that are no record's, so there are always eight to load.
        let mine = head_at(page, origin) & mask;
        if mine != self.head {
            return mine.cmp(&self.head);
        }
        match self.how {
            How::Fixed { whole: true, .. } => Ordering::Equal,
            _ => self.compare_slowly(page, origin, layout),
        }
    }

    #[inline(never)]
    fn compare_slowly(&self, page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Ordering {
        RecordRef::new(page, origin, layout).compare_values(self.fields, 0)
    }
}

/// The first eight bytes of a value, padded with zeros.
#[inline]
fn padded_head(value: &[u8]) -> u64 {
    match value.first_chunk::<8>() {
        Some(head) => u64::from_be_bytes(*head),
        None => value.iter().rev().fold(0, |head, byte| head >> 8 | u64::from(*byte) << 56),
    }
}

/// The head of several fields, the first of which is fixed and NOT NULL.
fn fixed_head(layout: &Layout, fields: &[Option<&[u8]>]) -> (u64, How) {
    let (mut head, mut n, mut whole) = ([0; 8], 0, true);
    for (i, value) in fields.iter().enumerate() {
        let value = value.unwrap_or_default();
        let take = value.len().min(8 - n);
        whole &= take == value.len() && layout.fixed_offset(i + 1).is_some();
        if layout.fixed_offset(i + 1).is_none() {
            break;
        }
        head[n..n + take].copy_from_slice(&value[..take]);
        n += take;
    }
    let mask = if n == 0 { 0 } else { !0 << (64 - 8 * n) };
    (u64::from_be_bytes(head), How::Fixed { mask, whole })
}

/// A record's head as a [`SearchKey`] has it: the first eight bytes of its leading fixed key columns, or of its variable first column, padded
/// with zeros; `None` if its first column may be NULL.
#[inline]
pub(crate) fn whole_head(page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Option<u64> {
    match layout.columns()[0] {
        Column { nullable: true, .. } => None,
        Column { kind: Kind::Fixed(_), .. } => Some(head_at(page, origin) & layout.head_mask()),
        Column { kind: Kind::Variable { max }, .. } => {
            let len = page[origin - HEADER - 1 - layout.null_bytes()];
            let mask = if (max > 255 && len & 0x80 != 0) || len >= 8 { !0 } else { !(!0u64 >> (8 * len)) };
            Some(head_at(page, origin) & mask)
        }
    }
}

/// The eight bytes at a record's origin as an integer that orders as they do.
#[inline(always)]
fn head_of(record: &RecordRef<'_>) -> u64 {
    record.bytes[record.origin..].first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

/// The eight bytes at `origin` as an integer that orders as they do.
#[inline(always)]
pub(crate) fn head_at(page: &[u8; PAGE_SIZE], origin: usize) -> u64 {
    match page[origin..].first_chunk::<8>() {
        Some(head) => u64::from_be_bytes(*head),
        None => 0,
    }
}
