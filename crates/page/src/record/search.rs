//! Comparing the records of a page with a key: mostly by their first eight bytes.
//!
//! ```text
//! key     12 34 56 78 9a bc de f0 │ 11 22      head: these eight as one integer, those that a record must have under a mask
//! record  12 34 56 79 ·  ·  ·  ·  │            one load, one swap, one compare; field by field only where these are equal
//! ```
//!
//! InnoDB's counterpart: `cmp_dtuple_rec_with_match`, which goes field by field.

use super::fields::RecordRef;
use super::header::HEADER;
use crate::layout::{Column, Layout, Width};
use innolab_base::PAGE_SIZE;
use std::cmp::Ordering;

/// A key to look for, with its first eight bytes as an integer: most comparisons are one load, one swap and one compare.
///
/// FACT: the first eight bytes of a key, padded with zeros, order two keys of a column correctly wherever they differ.
/// PROOF: look at the first byte that differs. If both are bytes of the values, it decides by R1 of
/// [`layout`](crate::layout). If one is padding, it is 0, the other is larger, and the value that has ended there is
/// the beginning of the other one: shorter first. If the eight bytes are equal, all fields are compared.
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
            (Column { width: Width::Variable { max }, .. }, _) => {
                let how = How::Variable { null_bytes: layout.null_bytes(), long: max > 255 };
                (padded_head(fields[0].unwrap_or_default()), how)
            }
            (Column { width: Width::Fixed(len), .. }, [Some(value)]) => {
                let (n, whole) = (len.min(8), len <= 8);
                let mask = if n == 0 { 0 } else { !0 << (64 - 8 * n) };
                (padded_head(value), How::Fixed { mask, whole })
            }
            (Column { width: Width::Fixed(_), .. }, _) => fixed_head(layout, fields),
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

/// A record's head as a [`SearchKey`] has it: the first eight bytes of its leading fixed key columns, or of its
/// variable first column, padded with zeros; `None` if its first column may be NULL.
#[inline]
pub(crate) fn whole_head(page: &[u8; PAGE_SIZE], origin: usize, layout: &Layout) -> Option<u64> {
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

/// The eight bytes at `origin` as an integer that orders as they do.
#[inline(always)]
pub(crate) fn head_at(page: &[u8; PAGE_SIZE], origin: usize) -> u64 {
    match page[origin..].first_chunk::<8>() {
        Some(head) => u64::from_be_bytes(*head),
        None => 0,
    }
}
