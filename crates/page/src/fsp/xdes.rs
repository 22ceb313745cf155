//! Extent descriptors: 64 pages each, 256 on an FSP_HDR or XDES page.
//!
//! ```text
//! 0          8              20      24                    40
//! ├─ segment ┼─ list node ──┼ state ┼─ bitmap ────────────┤      two bits a page, page 0 in the low bits of byte 0:
//!                                                                bit 0 free, bit 1 clean (always set here)
//! ```
//!
//! InnoDB's counterpart: `xdes_t` (`XDES_*`).

use super::header::HEADER_END;
use super::list;
use super::pages::{DESCRIBED_PAGES, EXTENT_PAGES};
use crate::Corrupt;
use crate::write::Write;
use innolab_base::codec::{get_u32, get_u64};
use innolab_base::{PageNo, SegId};

/// Offset of the first descriptor of a page.
#[doc(alias = "XDES_ARR_OFFSET")]
pub const FIRST: usize = HEADER_END;
/// Bytes of a descriptor.
#[doc(alias = "XDES_SIZE")]
pub const LEN: usize = 40;
/// Descriptors of a page.
pub const PER_PAGE: usize = (DESCRIBED_PAGES / EXTENT_PAGES) as usize;
/// Offset in a descriptor of its segment's id (8 bytes; 0 unless the state is [`State::Segment`]).
#[doc(alias = "XDES_ID")]
pub const SEGMENT: usize = 0;
/// Offset in a descriptor of its list node (12 bytes).
#[doc(alias = "XDES_FLST_NODE")]
pub const NODE: usize = 8;
/// Offset in a descriptor of its state (4 bytes).
#[doc(alias = "XDES_STATE")]
pub const STATE: usize = 20;
/// Offset in a descriptor of its bitmap (16 bytes).
#[doc(alias = "XDES_BITMAP")]
pub const BITMAP: usize = 24;

/// Who has an extent's pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum State {
    /// Nobody: the extent is in the space's FREE list.
    #[doc(alias = "XDES_FREE")]
    Free = 1,
    /// Several segments, page by page; some are free.
    #[doc(alias = "XDES_FREE_FRAG")]
    FreeFrag = 2,
    /// Several segments, page by page; none is free.
    #[doc(alias = "XDES_FULL_FRAG")]
    FullFrag = 3,
    /// One segment.
    #[doc(alias = "XDES_FSEG")]
    Segment = 4,
}

/// The descriptor that `page` belongs to: (page that holds it, offset there).
pub fn of_page(page: PageNo) -> (PageNo, usize) {
    let holder = page.0 - page.0 % DESCRIBED_PAGES;
    (PageNo(holder), at((page.0 % DESCRIBED_PAGES / EXTENT_PAGES) as usize))
}

/// Offset of the `i`-th descriptor of a page. REQUIRES `i` < [`PER_PAGE`].
pub const fn at(i: usize) -> usize {
    assert!(i < PER_PAGE);
    FIRST + i * LEN
}

/// The first page of the extent whose descriptor is at offset `xdes` of page `holder`.
pub fn first_page(holder: PageNo, xdes: usize) -> PageNo {
    PageNo(holder.0 + ((xdes - FIRST) / LEN) as u32 * EXTENT_PAGES)
}

/// The offset of the descriptor whose list node is at byte `node`.
/// ERRORS: no descriptor's node starts there.
pub fn of_node(node: u16) -> Result<usize, Corrupt> {
    let from_first = usize::from(node).checked_sub(FIRST + NODE);
    match from_first {
        Some(n) if n % LEN == 0 && n / LEN < PER_PAGE => Ok(FIRST + n),
        _ => Err(Corrupt::new("a list of extents leads to descriptors", format!("byte {node}"))),
    }
}

/// The segment that has the extent at offset `xdes`; 0 is none.
pub fn segment(page: &[u8], xdes: usize) -> SegId {
    SegId(get_u64(page, xdes + SEGMENT))
}

/// Who has the pages of the extent at `xdes`. ERRORS: no such state (0 is a descriptor that does not count yet).
pub fn state(page: &[u8], xdes: usize) -> Result<State, Corrupt> {
    match get_u32(page, xdes + STATE) {
        1 => Ok(State::Free),
        2 => Ok(State::FreeFrag),
        3 => Ok(State::FullFrag),
        4 => Ok(State::Segment),
        n => Err(Corrupt::new("an extent's state is 1 to 4", format!("{n} at byte {xdes}"))),
    }
}

/// Whether the `i`-th page of the extent at `xdes` is free. REQUIRES `i` < [`EXTENT_PAGES`].
#[doc(alias = "xdes_is_free")]
pub fn is_free(page: &[u8], xdes: usize, i: u32) -> bool {
    page[bitmap_byte(xdes, i)] >> (i % 4 * 2) & 1 != 0
}

/// How many pages of the extent at `xdes` are used.
#[doc(alias = "xdes_get_n_used")]
pub fn n_used(page: &[u8], xdes: usize) -> u32 {
    let free = |half: usize| (get_u64(page, xdes + BITMAP + 8 * half) & 0x5555_5555_5555_5555).count_ones();
    EXTENT_PAGES - free(0) - free(1)
}

/// A free page of the extent at `xdes`: the first one from `hint` on, else the first of all; `None` if all are used.
#[doc(alias = "xdes_find_free")]
pub fn find_free(page: &[u8], xdes: usize, hint: u32) -> Option<u32> {
    let hint = hint % EXTENT_PAGES;
    (hint..EXTENT_PAGES).chain(0..hint).find(|&i| is_free(page, xdes, i))
}

/// Makes the extent at `xdes` one of 64 free pages, in state `state`, of no segment, in no list: one write.
#[doc(alias = "xdes_init")]
pub fn init(w: &mut (impl Write + ?Sized), xdes: usize, state: State) {
    let mut out = [0xff; LEN];
    out[..NODE].fill(0);
    out[NODE + 4..NODE + 6].fill(0);
    out[NODE + 10..NODE + 12].fill(0);
    out[STATE..BITMAP].copy_from_slice(&(state as u32).to_be_bytes());
    w.write(xdes, &out);
}

/// Sets the segment that has the extent.
pub fn set_segment(w: &mut (impl Write + ?Sized), xdes: usize, segment: SegId) {
    w.write_u64(xdes + SEGMENT, segment.0);
}

/// Sets who has the pages.
pub fn set_state(w: &mut (impl Write + ?Sized), xdes: usize, state: State) {
    w.write_u32(xdes + STATE, state as u32);
}

/// Says whether the `i`-th page of the extent is free. REQUIRES `i` < [`EXTENT_PAGES`].
#[doc(alias = "xdes_set_free")]
pub fn set_free(w: &mut (impl Write + ?Sized), xdes: usize, i: u32, free: bool) {
    let at = bitmap_byte(xdes, i);
    let bit = 1 << (i % 4 * 2);
    let old = w.bytes()[at];
    w.write_u8(at, if free { old | bit } else { old & !bit });
}

/// The list node of the extent at `xdes`: where the functions of [`list`] find it.
pub const fn node(xdes: usize) -> usize {
    xdes + NODE
}

fn bitmap_byte(xdes: usize, i: u32) -> usize {
    assert!(i < EXTENT_PAGES, "page {i} of an extent");
    xdes + BITMAP + i as usize / 4
}

const _: () = assert!(NODE + list::NODE_LEN == STATE && FIRST + LEN * PER_PAGE == 10390);
