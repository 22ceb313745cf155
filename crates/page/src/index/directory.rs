//! The places of records, the directory of every fourth to eighth of them, and the room that both need. The rules are
//! those of [`index`](super).

use super::header::HEAP;
use crate::fil;

/// The place of a record: the offset of its origin. Origins are not in key order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Origin(pub u16);

impl Origin {
    /// The infimum, before all keys.
    #[doc(alias = "PAGE_NEW_INFIMUM")]
    pub const INFIMUM: Origin = Origin(99);
    /// The supremum, after all keys.
    #[doc(alias = "PAGE_NEW_SUPREMUM")]
    pub const SUPREMUM: Origin = Origin(112);

    /// True if it is neither the infimum nor the supremum.
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
/// Bytes for records and their slots on an empty page: all except the slots of infimum and supremum.
#[doc(alias = "page_get_free_space_of_empty")]
pub const EMPTY_ROOM: usize = DIR_END - 4 - HEAP;
/// Smallest group of a slot between the first and the last (R2).
#[doc(alias = "PAGE_DIR_SLOT_MIN_N_OWNED")]
pub const MIN_OWNED: usize = 4;
/// Largest group of a slot (R2).
#[doc(alias = "PAGE_DIR_SLOT_MAX_N_OWNED")]
pub const MAX_OWNED: usize = 8;

/// Returns the directory bytes that `n` records can need beside the slots of infimum and supremum: with the smallest
/// groups.
#[doc(alias = "page_dir_calc_reserved_space")]
#[inline]
pub const fn dir_reserve(n: usize) -> usize {
    (2 * n).div_ceil(MIN_OWNED)
}

/// True if `n` records with `len` bytes in all fit on an empty page.
#[inline]
pub const fn fits(n: usize, len: usize) -> bool {
    len + dir_reserve(n) <= EMPTY_ROOM
}

/// Returns the offset of slot `i` of the directory.
#[inline]
pub(crate) const fn slot_at(i: usize) -> usize {
    DIR_END - 2 * (i + 1)
}
