//! INDEX pages: a node of a B+ tree.
//!
//! ```text
//!   0        38        74          94       99      112  120                heap_top        dir_start        16376    16384
//!   ├─ FIL ──┼─ header ┼─ 2 FSEG ──┼─ infimum ─ supremum ┼─ records, heap ──►│····· free ····│◄── directory ──┼─ trailer ┤
//!
//!   infimum ─► r1 ─► r2 ─► r3 ─► [r4] ─► r5 ─► r6 ─► r7 ─► [r8] ─► r9 ─► [supremum]      chain in key order, wherever they lie in the heap
//!      ▲                          ▲                         ▲                  ▲
//!    slot 0 owns 1          slot 1 owns 4             slot 2 owns 4      slot 3 owns 2    the directory: slot 0 is next to the trailer
//! ```
//!
//! RULES
//!
//! - **R1** The chain runs from the infimum to the supremum through all `n_recs` records in key order.
//! - **R2** A slot points to the last record of its group and that record's `n_owned` is the group's size: 1 for the
//!   infimum, 1 to 8 for the supremum, 4 to 8 for the others. All other records of the chain have `n_owned` 0.
//! - **R3** The free list holds what was removed; every heap number below `n_heap` is that of one record, in the chain
//!   or in the free list.
//! - **R4** No two records overlap. `garbage` is what the heap holds besides the records of the chain: removed records,
//!   and what was left over when a removed record's place was taken by a smaller one.
//! - **R5** Heap and directory never meet.
//! - **R6** A node page that is the leftmost of its level has `min_rec` on its first record; no other record has it.
//!
//! [`check`] demands all of them but the key order ([`check_order`]); [`IndexPage`] reads by them; [`IndexMut`] keeps
//! them; [`IndexBuilder`] makes them.
//!
//! InnoDB's counterpart: `page0page`, `page0cur`. Left out: REDUNDANT and compressed pages, `PAGE_INSTANT`, R-trees.

mod append_run;
mod build;
mod check;
mod mutate;
mod outline;
mod page;
mod remove;

pub use build::IndexBuilder;
pub use check::{check, check_order};
pub use mutate::IndexMut;
pub use outline::{Outline, outline};
pub use page::{Found, IndexPage};

use crate::Write;
use crate::fil;
use crate::fsp::FSEG_HEADER_LEN;
use innolab_base::codec::{get_u16, put_u16, put_u64};
use innolab_base::{IndexId, PageNo};

/// Offset of the page header; the offsets below are from here to the page's first byte added up.
#[doc(alias = "PAGE_HEADER")]
pub const HEADER: usize = fil::DATA;
/// Offset of the number of directory slots (2 bytes). The first of the nine counts of [`Counts`].
#[doc(alias = "PAGE_N_DIR_SLOTS")]
pub const N_SLOTS: usize = HEADER;
/// Offset of eight bytes for the tree's owner: the newest transaction that changed a secondary leaf
/// (`PAGE_MAX_TRX_ID`), or on a clustered root the last AUTO_INCREMENT value (MariaDB's `PAGE_ROOT_AUTO_INC`).
#[doc(alias = "PAGE_MAX_TRX_ID")]
pub const STAMP: usize = HEADER + 18;
/// Offset of the level, 0 for leaves (2 bytes).
#[doc(alias = "PAGE_LEVEL")]
pub const LEVEL: usize = HEADER + 26;
/// Offset of the index's id (8 bytes).
#[doc(alias = "PAGE_INDEX_ID")]
pub const INDEX_ID: usize = HEADER + 28;
/// Offset of the segment header of the leaves; only the root's counts.
#[doc(alias = "PAGE_BTR_SEG_LEAF")]
pub const SEG_LEAF: usize = HEADER + 36;
/// Offset of the segment header of the other pages; only the root's counts.
#[doc(alias = "PAGE_BTR_SEG_TOP")]
pub const SEG_TOP: usize = SEG_LEAF + FSEG_HEADER_LEN;
/// Offset of the first byte of the infimum's header.
#[doc(alias = "PAGE_DATA")]
pub const DATA: usize = SEG_TOP + FSEG_HEADER_LEN;
/// Offset of the first byte of the heap.
#[doc(alias = "PAGE_NEW_SUPREMUM_END")]
pub const HEAP: usize = 120;
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

/// Infimum and supremum of an empty page, from [`DATA`] to [`HEAP`].
const EMPTY_ENDS: [u8; HEAP - DATA] = *b"\x01\x00\x02\x00\x0dinfimum\x00\x01\x00\x0b\x00\x00supremum";
/// Set in `n_heap`: the records are COMPACT.
const COMPACT: u16 = 0x8000;

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

/// What a run of inserts looks like: a split uses it to guess where the next one goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Each insert was right before the last one.
    #[doc(alias = "PAGE_LEFT")]
    Left = 1,
    /// Each insert was right after the last one.
    #[doc(alias = "PAGE_RIGHT")]
    Right = 2,
    /// No run.
    #[doc(alias = "PAGE_NO_DIRECTION")]
    None = 5,
}

/// The nine counts at the start of the page header, which an insert or a removal changes together and writes at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Slots of the directory, those of infimum and supremum included.
    #[doc(alias = "PAGE_N_DIR_SLOTS")]
    pub n_slots: u16,
    /// Offset of the first byte above the heap.
    #[doc(alias = "PAGE_HEAP_TOP")]
    pub heap_top: u16,
    /// Records in the heap: infimum, supremum, chain and free list.
    #[doc(alias = "PAGE_N_HEAP")]
    pub n_heap: u16,
    /// Origin of the first removed record; 0 if there is none.
    #[doc(alias = "PAGE_FREE")]
    pub free: u16,
    /// Bytes of the heap that no record of the chain uses.
    #[doc(alias = "PAGE_GARBAGE")]
    pub garbage: u16,
    /// Origin of the record that was inserted last; 0 after a removal.
    #[doc(alias = "PAGE_LAST_INSERT")]
    pub last_insert: u16,
    /// The run of inserts.
    #[doc(alias = "PAGE_DIRECTION")]
    pub direction: Direction,
    /// Inserts of the run, less one.
    #[doc(alias = "PAGE_N_DIRECTION")]
    pub n_direction: u16,
    /// Records of the chain.
    #[doc(alias = "PAGE_N_RECS")]
    pub n_recs: u16,
}

impl Counts {
    /// Those of a page without records.
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

    /// Reads them from a page.
    #[inline]
    pub fn read(page: &[u8]) -> Counts {
        // Cut out once, so that one look at the length does for all words.
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

    /// As the page stores them.
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

    /// Bytes of the chain's records.
    #[doc(alias = "page_get_data_size")]
    #[inline]
    pub fn data_len(&self) -> usize {
        usize::from(self.heap_top) - HEAP - usize::from(self.garbage)
    }
}

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

/// Makes the page an INDEX page without records and without neighbours. FIL number and space stay ([`fil::init`]), the
/// segment headers are zeros.
#[doc(alias = "page_create")]
pub fn format(w: &mut (impl Write + ?Sized), index_id: IndexId, level: u16) {
    fil::set_links(w, PageNo::NULL, PageNo::NULL);
    fil::set_page_type(w, fil::PageType::INDEX);
    let mut head = [0; HEAP - HEADER];
    head[..18].copy_from_slice(&Counts::EMPTY.encode());
    put_u16(&mut head, LEVEL - HEADER, level);
    put_u64(&mut head, INDEX_ID - HEADER, index_id.0);
    head[DATA - HEADER..].copy_from_slice(&EMPTY_ENDS);
    w.write(HEADER, &head);
    write_empty_dir(w);
}

fn write_empty_dir(w: &mut (impl Write + ?Sized)) {
    let mut dir = [0; 4];
    put_u16(&mut dir, 0, Origin::SUPREMUM.0);
    put_u16(&mut dir, 2, Origin::INFIMUM.0);
    w.write(slot_at(1), &dir);
}

const _: () = assert!(DATA == 94 && SEG_TOP == 84);
