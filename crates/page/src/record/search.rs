//! Comparing the records of a page with a search key, mostly by their first eight bytes.
//!
//! ```text
//! key     12 34 56 78 9a bc de f0 │ 11 22      head: these eight as one integer; a mask selects the bits to compare
//! record  12 34 56 79 ·  ·  ·  ·  │            one load, one swap, one compare; field by field only if these are equal
//! ```
//!
//! InnoDB's counterpart: `cmp_dtuple_rec_with_match`, which compares field by field.

use super::fields::RecordRef;
use super::header::HEADER;
use crate::layout::{Column, Layout, Width};
use innolab_base::PAGE_SIZE;
use std::cmp::Ordering;

/// A search key with its *head*: its first eight bytes as an integer, so that most comparisons with a record are one
/// load, one byte swap and one compare.
///
/// FACT: if the first eight bytes of two values of a column, padded with zeros, differ, their order is the order of the
/// values.
/// PROOF: take the first byte that differs. If it belongs to both values, it decides by R1 of
/// [`layout`](crate::layout). If it is padding of one value, it is 0 and the other value's byte is greater; the value
/// that ended is a prefix of the other, and the shorter one comes first. If the eight bytes are equal, all fields are
/// compared.
#[derive(Clone, Copy, Debug)]
pub struct SearchKey<'k> {
    fields: &'k [Option<&'k [u8]>],
    head: u64,
    bits: HeadBits,
}

/// Which bits of the eight bytes at a record's origin are compared with the head.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HeadBits {
    /// Those under `mask`: the leading fixed NOT NULL columns. `whole`: the head is the whole search key.
    Fixed { mask: u64, whole: bool },
    /// The first column is variable and NOT NULL: as many bytes as its value has. `long`: its length may have two
    /// bytes.
    Variable { null_bytes: usize, long: bool },
    /// None: the first column is nullable, or the search key has no fields.
    None,
}

impl<'k> SearchKey<'k> {
    /// Creates the search key `fields`, values of a prefix of the key columns of `layout`. A key without fields is
    /// equal to every record. REQUIRES values that their columns can hold.
    #[inline]
    pub fn new(layout: &Layout, fields: &'k [Option<&'k [u8]>]) -> SearchKey<'k> {
        assert!(fields.len() <= layout.n_key(), "a search key of {} fields", fields.len());
        let (head, bits) = match (layout.columns()[0], fields) {
            (Column { nullable: true, .. }, _) | (_, []) => (0, HeadBits::None),
            (Column { width: Width::Variable { max }, .. }, _) => {
                let bits = HeadBits::Variable { null_bytes: layout.null_bytes(), long: max > 255 };
                (padded_head(fields[0].unwrap_or_default()), bits)
            }
            (Column { width: Width::Fixed(len), .. }, [Some(value)]) => {
                let (n, whole) = (len.min(8), len <= 8);
                let mask = if n == 0 { 0 } else { !0 << (64 - 8 * n) };
                (padded_head(value), HeadBits::Fixed { mask, whole })
            }
            (Column { width: Width::Fixed(_), .. }, _) => fixed_head(layout, fields),
        };
        SearchKey { fields, head, bits }
    }

    /// Returns the head if it covers the same bytes as a record's [`full_head`]: only then can the two be compared
    /// directly.
    #[inline]
    pub(crate) fn full_head(&self, layout: &Layout) -> Option<u64> {
        match self.bits {
            HeadBits::Fixed { mask, .. } => (mask == layout.head_mask()).then_some(self.head),
            HeadBits::Variable { .. } => Some(self.head),
            HeadBits::None => None,
        }
    }

    /// True if the head is the whole search key.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.bits, HeadBits::Fixed { whole: true, .. })
    }

    /// Returns the fields of the search key.
    pub fn fields(&self) -> &'k [Option<&'k [u8]>] {
        self.fields
    }

    /// Compares the record at `origin` of a checked page with this key; ignores `min_rec`.
    #[inline(always)]
    pub(crate) fn compare_at(&self, page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Ordering {
        let mask = match self.bits {
            HeadBits::Fixed { mask, .. } => mask,
            HeadBits::Variable { null_bytes, long } => {
                let len = page[origin - HEADER - 1 - null_bytes];
                if (long && len & 0x80 != 0) || len >= 8 { !0 } else { !(!0u64 >> (8 * len)) }
            }
            HeadBits::None => return self.compare_fields(page, origin, layout),
        };
        // A page ends with eight bytes that belong to no record, so there are always eight to load.
        let mine = head_at(page, origin) & mask;
        if mine != self.head {
            return mine.cmp(&self.head);
        }
        match self.bits {
            HeadBits::Fixed { whole: true, .. } => Ordering::Equal,
            _ => self.compare_fields(page, origin, layout),
        }
    }

    #[inline(never)]
    fn compare_fields(&self, page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Ordering {
        RecordRef::new(page, origin, layout).compare_values(self.fields, 0)
    }
}

/// Returns the first eight bytes of a value, padded with zeros.
#[inline]
fn padded_head(value: &[u8]) -> u64 {
    match value.first_chunk::<8>() {
        Some(head) => u64::from_be_bytes(*head),
        None => value.iter().rev().fold(0, |head, byte| head >> 8 | u64::from(*byte) << 56),
    }
}

/// Returns the head of several fields, of which the first is fixed and NOT NULL.
fn fixed_head(layout: &Layout, fields: &[Option<&[u8]>]) -> (u64, HeadBits) {
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
    (u64::from_be_bytes(head), HeadBits::Fixed { mask, whole })
}

/// Returns a record's head in the form of a [`SearchKey`]'s: the first eight bytes of its leading fixed key columns, or
/// of its variable first column, padded with zeros; `None` if the first column is nullable.
#[inline]
pub(crate) fn full_head(page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Option<u64> {
    match layout.columns()[0] {
        Column { nullable: true, .. } => None,
        Column { width: Width::Fixed(_), .. } => Some(head_at(page, origin) & layout.head_mask()),
        Column { width: Width::Variable { max }, .. } => {
            let len = page[origin - HEADER - 1 - layout.null_bytes()];
            let mask = if (max > 255 && len & 0x80 != 0) || len >= 8 { !0 } else { !(!0u64 >> (8 * len)) };
            Some(head_at(page, origin) & mask)
        }
    }
}

/// Returns the eight bytes at `origin` as an integer that compares as they do.
#[inline(always)]
pub(crate) fn head_at(page: &[u8; PAGE_SIZE], origin: usize) -> u64 {
    match page[origin..].first_chunk::<8>() {
        Some(head) => u64::from_be_bytes(*head),
        None => 0,
    }
}
