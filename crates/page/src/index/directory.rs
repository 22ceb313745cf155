//! Where records are, the directory that points to every fourth to eighth of them, and how much room both need.

use super::header::HEAP;
use crate::fil;

/// Where a record is: the offset of its origin. Order of origins says nothing of the order of keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Origin(pub u16);

impl Origin {
    /// The record before all.
    #[doc(alias = "PAGE_NEW_INFIMUM")]
    pub const INFIMUM: Origin = Origin(99);
    /// The record after all.
    #[doc(alias = "PAGE_NEW_SUPREMUM")]
    pub const SUPREMUM: Origin = Origin(112);

    /// Neither infimum nor supremum.
    #[inline]
    pub fn is_user(self) -> bool {
        self.0 > Origin::SUPREMUM.0
    }

    #[inline]
    pub(crate) fn at(self) -> usize {
        usize::from(self.0)
    }
}

/// The end of the directory: slot `i` is the two bytes at `DIR_END - 2 × (i + 1)`.
#[doc(alias = "PAGE_DIR")]
pub const DIR_END: usize = fil::TRAILER;
/// Bytes for records and their part of the directory on an empty page: all but the slots of infimum and supremum.
#[doc(alias = "page_get_free_space_of_empty")]
pub const EMPTY_ROOM: usize = DIR_END - 4 - HEAP;
/// The fewest records that a slot between the first and the last owns.
#[doc(alias = "PAGE_DIR_SLOT_MIN_N_OWNED")]
pub const MIN_OWNED: usize = 4;
/// The most records that a slot owns.
#[doc(alias = "PAGE_DIR_SLOT_MAX_N_OWNED")]
pub const MAX_OWNED: usize = 8;

/// Bytes of the directory that `n` records need beside the slots of infimum and supremum, when slots own as few as they may.
#[doc(alias = "page_dir_calc_reserved_space")]
#[inline]
pub const fn dir_reserve(n: usize) -> usize {
    (2 * n).div_ceil(MIN_OWNED)
}

/// Whether `n` records of `len` bytes together fit on a page that holds nothing else.
#[inline]
pub const fn fits(n: usize, len: usize) -> bool {
    len + dir_reserve(n) <= EMPTY_ROOM
}

/// Offset of slot `i` of the directory.
#[inline]
pub(crate) const fn slot_at(i: usize) -> usize {
    DIR_END - 2 * (i + 1)
}
