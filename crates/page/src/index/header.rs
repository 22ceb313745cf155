//! The header of an INDEX page: the places of its fields, and the nine counts that most changes touch. The rules are
//! those of [`index`](super).

use crate::fil;
use crate::fsp::FSEG_HEADER_LEN;
use innolab_base::codec::{get_u16, put_u16};

/// Offset of the page header. All offsets here count from the page's first byte.
#[doc(alias = "PAGE_HEADER")]
pub const HEADER: usize = fil::DATA;
/// Offset of the number of directory slots (2 bytes). The first of the nine counts of [`Counts`].
#[doc(alias = "PAGE_N_DIR_SLOTS")]
pub const N_SLOTS: usize = HEADER;
/// Offset of the *stamp*, eight bytes that the tree's owner defines: on a secondary leaf the newest transaction that
/// changed it (`PAGE_MAX_TRX_ID`), on a clustered root the last AUTO_INCREMENT value (MariaDB's `PAGE_ROOT_AUTO_INC`).
#[doc(alias = "PAGE_MAX_TRX_ID")]
pub const STAMP: usize = HEADER + 18;
/// Offset of the level, 0 for leaves (2 bytes).
#[doc(alias = "PAGE_LEVEL")]
pub const LEVEL: usize = HEADER + 26;
/// Offset of the index's id (8 bytes).
#[doc(alias = "PAGE_INDEX_ID")]
pub const INDEX_ID: usize = HEADER + 28;
/// Offset of the segment header of the leaves; valid in the root only.
#[doc(alias = "PAGE_BTR_SEG_LEAF")]
pub const SEG_LEAF: usize = HEADER + 36;
/// Offset of the segment header of the other pages; valid in the root only.
#[doc(alias = "PAGE_BTR_SEG_TOP")]
pub const SEG_TOP: usize = SEG_LEAF + FSEG_HEADER_LEN;
/// Offset of the first byte of the infimum's header.
#[doc(alias = "PAGE_DATA")]
pub const DATA: usize = SEG_TOP + FSEG_HEADER_LEN;
/// Offset of the first byte of the heap.
#[doc(alias = "PAGE_NEW_SUPREMUM_END")]
pub const HEAP: usize = 120;
/// Set in `n_heap`: the records are COMPACT.
pub(super) const COMPACT: u16 = 0x8000;

/// The pattern of the last inserts: a split uses it to guess where the next one goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Each insert came directly before the previous one.
    #[doc(alias = "PAGE_LEFT")]
    Left = 1,
    /// Each insert came directly after the previous one.
    #[doc(alias = "PAGE_RIGHT")]
    Right = 2,
    /// No pattern.
    #[doc(alias = "PAGE_NO_DIRECTION")]
    None = 5,
}

/// The nine counts at the start of the page header. An insert or a removal changes several and writes them at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Number of directory slots, those of infimum and supremum included.
    #[doc(alias = "PAGE_N_DIR_SLOTS")]
    pub n_slots: u16,
    /// Offset of the first byte above the heap.
    #[doc(alias = "PAGE_HEAP_TOP")]
    pub heap_top: u16,
    /// Number of records in the heap: infimum, supremum, chain and free list.
    #[doc(alias = "PAGE_N_HEAP")]
    pub n_heap: u16,
    /// Origin of the first record of the free list; 0 if the list is empty.
    #[doc(alias = "PAGE_FREE")]
    pub free: u16,
    /// Bytes of the heap outside the records of the chain (R4).
    #[doc(alias = "PAGE_GARBAGE")]
    pub garbage: u16,
    /// Origin of the record inserted last; 0 after a removal.
    #[doc(alias = "PAGE_LAST_INSERT")]
    pub last_insert: u16,
    /// The pattern of the last inserts.
    #[doc(alias = "PAGE_DIRECTION")]
    pub direction: Direction,
    /// Number of successive inserts in this direction, less one.
    #[doc(alias = "PAGE_N_DIRECTION")]
    pub n_direction: u16,
    /// Number of records in the chain.
    #[doc(alias = "PAGE_N_RECS")]
    pub n_recs: u16,
}

impl Counts {
    /// The counts of a page without records.
    pub const EMPTY: Counts = Counts {
        n_slots: 2,
        heap_top: HEAP as u16,
        n_heap: 2,
        free: 0,
        garbage: 0,
        last_insert: 0,
        direction: Direction::None,
        n_direction: 0,
        n_recs: 0,
    };

    /// Reads the counts of a page.
    #[inline]
    pub fn read(page: &[u8]) -> Counts {
        // Sliced once, so that one bounds check serves all words.
        let header = &page[HEADER..HEADER + 18];
        let word = |i: usize| get_u16(header, 2 * i);
        Counts {
            n_slots: word(0),
            heap_top: word(1),
            n_heap: word(2) & !COMPACT,
            free: word(3),
            garbage: word(4),
            last_insert: word(5),
            direction: match word(6) & 7 {
                1 => Direction::Left,
                2 => Direction::Right,
                _ => Direction::None,
            },
            n_direction: word(7),
            n_recs: word(8),
        }
    }

    /// Returns the bytes of the counts as the page stores them.
    pub fn encode(&self) -> [u8; 18] {
        let words = [
            self.n_slots,
            self.heap_top,
            self.n_heap | COMPACT,
            self.free,
            self.garbage,
            self.last_insert,
            self.direction as u16,
            self.n_direction,
            self.n_recs,
        ];
        let mut out = [0; 18];
        for (i, word) in words.into_iter().enumerate() {
            put_u16(&mut out, 2 * i, word);
        }
        out
    }

    /// Returns the number of bytes of the chain's records.
    #[doc(alias = "page_get_data_size")]
    #[inline]
    pub fn data_len(&self) -> usize {
        usize::from(self.heap_top) - HEAP - usize::from(self.garbage)
    }
}

const _: () = assert!(DATA == 94 && SEG_TOP == 84);
