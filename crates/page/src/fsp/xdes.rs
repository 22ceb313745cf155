//! Extent descriptors: one for each 64 pages, 256 on an FSP_HDR or XDES page.
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
/// Number of descriptors of a page.
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

/// The state of an extent: which lists and segments its pages belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum State {
    /// All pages are free: in the space's FREE list.
    #[doc(alias = "XDES_FREE")]
    Free = 1,
    /// Shared by segments page by page, with free pages: in the space's FREE_FRAG list.
    #[doc(alias = "XDES_FREE_FRAG")]
    FreeFrag = 2,
    /// Shared by segments page by page, without free pages: in the space's FULL_FRAG list.
    #[doc(alias = "XDES_FULL_FRAG")]
    FullFrag = 3,
    /// Owned by one segment.
    #[doc(alias = "XDES_FSEG")]
    Segment = 4,
}

/// Returns the descriptor of the extent of `page`: the page that holds it, and its offset there.
pub fn of_page(page: PageNo) -> (PageNo, usize) {
    let holder = page.0 - page.0 % DESCRIBED_PAGES;
    (PageNo(holder), at((page.0 % DESCRIBED_PAGES / EXTENT_PAGES) as usize))
}

/// Returns the offset of the `i`-th descriptor of a page. REQUIRES `i` < [`PER_PAGE`].
pub const fn at(i: usize) -> usize {
    assert!(i < PER_PAGE);
    FIRST + i * LEN
}

/// Returns the first page of the extent whose descriptor is at offset `xdes` of page `holder`.
pub fn first_page(holder: PageNo, xdes: usize) -> PageNo {
    PageNo(holder.0 + ((xdes - FIRST) / LEN) as u32 * EXTENT_PAGES)
}

/// Returns the offset of the descriptor whose list node is at byte `node`.
/// ERRORS: no descriptor's node starts there.
pub fn of_node(node: u16) -> Result<usize, Corrupt> {
    let from_first = usize::from(node).checked_sub(FIRST + NODE);
    match from_first {
        Some(n) if n % LEN == 0 && n / LEN < PER_PAGE => Ok(FIRST + n),
        _ => Err(Corrupt::new("a list of extents has nodes of descriptors", format!("byte {node}"))),
    }
}

/// Returns the segment that owns the extent at offset `xdes`; 0 is none.
pub fn segment(page: &[u8], xdes: usize) -> SegId {
    SegId(get_u64(page, xdes + SEGMENT))
}

/// Returns the state of the extent at `xdes`. ERRORS: an unknown state (0: the descriptor is not valid yet).
pub fn state(page: &[u8], xdes: usize) -> Result<State, Corrupt> {
    match get_u32(page, xdes + STATE) {
        1 => Ok(State::Free),
        2 => Ok(State::FreeFrag),
        3 => Ok(State::FullFrag),
        4 => Ok(State::Segment),
        n => Err(Corrupt::new("an extent's state is 1 to 4", format!("{n} at byte {xdes}"))),
    }
}

/// True if the `i`-th page of the extent at `xdes` is free. REQUIRES `i` < [`EXTENT_PAGES`].
#[doc(alias = "xdes_is_free")]
pub fn is_free(page: &[u8], xdes: usize, i: u32) -> bool {
    page[bitmap_byte(xdes, i)] >> (i % 4 * 2) & 1 != 0
}

/// Returns the number of used pages of the extent at `xdes`.
#[doc(alias = "xdes_get_n_used")]
pub fn n_used(page: &[u8], xdes: usize) -> u32 {
    let free = |half: usize| (get_u64(page, xdes + BITMAP + 8 * half) & 0x5555_5555_5555_5555).count_ones();
    EXTENT_PAGES - free(0) - free(1)
}

/// Returns a free page of the extent at `xdes`: the first one from `hint` on, else the first one; `None` if all are
/// used.
#[doc(alias = "xdes_find_free")]
pub fn find_free(page: &[u8], xdes: usize, hint: u32) -> Option<u32> {
    let hint = hint % EXTENT_PAGES;
    (hint..EXTENT_PAGES).chain(0..hint).find(|&i| is_free(page, xdes, i))
}

/// Initialises the extent at `xdes` with 64 free pages and `state`, without segment and list, in one write.
#[doc(alias = "xdes_init")]
pub fn init(w: &mut (impl Write + ?Sized), xdes: usize, state: State) {
    let mut out = [0xff; LEN];
    out[..NODE].fill(0);
    out[NODE + 4..NODE + 6].fill(0);
    out[NODE + 10..NODE + 12].fill(0);
    out[STATE..BITMAP].copy_from_slice(&(state as u32).to_be_bytes());
    w.write(xdes, &out);
}

/// Sets the segment that owns the extent.
pub fn set_segment(w: &mut (impl Write + ?Sized), xdes: usize, segment: SegId) {
    w.write_u64(xdes + SEGMENT, segment.0);
}

/// Sets the state of the extent.
pub fn set_state(w: &mut (impl Write + ?Sized), xdes: usize, state: State) {
    w.write_u32(xdes + STATE, state as u32);
}

/// Marks the `i`-th page of the extent free or used. REQUIRES `i` < [`EXTENT_PAGES`].
#[doc(alias = "xdes_set_free")]
pub fn set_free(w: &mut (impl Write + ?Sized), xdes: usize, i: u32, free: bool) {
    let at = bitmap_byte(xdes, i);
    let bit = 1 << (i % 4 * 2);
    let old = w.bytes()[at];
    w.write_u8(at, if free { old | bit } else { old & !bit });
}

/// Returns the offset of the list node of the extent at `xdes`, for the functions of [`list`].
pub const fn node(xdes: usize) -> usize {
    xdes + NODE
}

fn bitmap_byte(xdes: usize, i: u32) -> usize {
    assert!(i < EXTENT_PAGES, "page {i} of an extent");
    xdes + BITMAP + i as usize / 4
}

const _: () = assert!(NODE + list::NODE_LEN == STATE && FIRST + LEN * PER_PAGE == 10390);
