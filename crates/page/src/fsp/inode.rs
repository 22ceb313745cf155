//! Segments: an inode lists the pages of a segment; a segment header in a page of the owner gives the inode's address.
//!
//! ```text
//! INODE page    38 node in INODES_FREE or INODES_FULL 50 ─ inode 0 ─ 242 ─ inode 1 ─ … ─ inode 84 ─ 16370
//! inode         0 id 8 n_used of NOT_FULL 12 FREE 28 NOT_FULL 44 FULL 60 magic 64 ─ 32 single pages × 4 ─ 192
//! FSEG header   0 space 4 page of the inode 8 byte of the inode 10
//! ```
//!
//! A free inode has id 0. The first 32 pages of a segment are single pages (`PageNo::NULL` is a free entry); after them
//! it gets whole extents.
//!
//! InnoDB's counterpart: `fseg_inode_t` (`FSEG_*`).

use super::list::{self, ListBase};
use crate::Corrupt;
use crate::error::demand;
use crate::fil::{self, PageType};
use crate::write::Write;
use innolab_base::codec::{get_u16, get_u32, get_u64, put_u16, put_u32, put_u64};
use innolab_base::{PageId, PageNo, SegId, SpaceId};

/// Offset of an INODE page's node in the space's list of INODE pages.
#[doc(alias = "FSEG_INODE_PAGE_NODE")]
pub const PAGE_NODE: usize = fil::DATA;
/// Offset of the first inode of a page.
#[doc(alias = "FSEG_ARR_OFFSET")]
pub const FIRST: usize = PAGE_NODE + list::NODE_LEN;
/// Bytes of an inode.
#[doc(alias = "FSEG_INODE_SIZE")]
pub const LEN: usize = 192;
/// Number of inodes of a page.
#[doc(alias = "FSP_SEG_INODES_PER_PAGE")]
pub const PER_PAGE: usize = 85;
/// Offset in an inode of its segment's id (8 bytes; 0 is a free inode).
#[doc(alias = "FSEG_ID")]
pub const ID: usize = 0;
/// Offset in an inode of the number of used pages in NOT_FULL extents (4 bytes).
#[doc(alias = "FSEG_NOT_FULL_N_USED")]
pub const NOT_FULL_N_USED: usize = 8;
/// Offset in an inode of the base of the list of its extents without used pages.
#[doc(alias = "FSEG_FREE")]
pub const FREE: usize = 12;
/// Offset in an inode of the base of the list of its extents with used and free pages.
#[doc(alias = "FSEG_NOT_FULL")]
pub const NOT_FULL: usize = 28;
/// Offset in an inode of the base of the list of its extents without free pages.
#[doc(alias = "FSEG_FULL")]
pub const FULL: usize = 44;
/// Offset in an inode of [`MAGIC`] (4 bytes).
#[doc(alias = "FSEG_MAGIC_N")]
pub const MAGIC_AT: usize = 60;
/// The value at [`MAGIC_AT`] of every inode that was ever used.
#[doc(alias = "FSEG_MAGIC_N_VALUE")]
pub const MAGIC: u32 = 97_937_874;
/// Offset in an inode of its single pages (4 bytes each).
#[doc(alias = "FSEG_FRAG_ARR")]
pub const FRAG: usize = 64;
/// Number of single pages of a segment.
#[doc(alias = "FSEG_FRAG_ARR_N_SLOTS")]
pub const N_FRAG: usize = 32;
/// Bytes of a segment header.
#[doc(alias = "FSEG_HEADER_SIZE")]
pub const FSEG_HEADER_LEN: usize = 10;

/// The address of a segment's inode: ten bytes in a page of the segment's owner (an index's root).
#[doc(alias = "fseg_header_t")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FsegHeader {
    /// The space, the same as that of the owner.
    pub space: SpaceId,
    /// The INODE page.
    pub page: PageNo,
    /// The inode's first byte there.
    pub at: u16,
}

impl FsegHeader {
    /// Reads the ten bytes at byte `at`.
    pub fn read(page: &[u8], at: usize) -> FsegHeader {
        FsegHeader { space: SpaceId(get_u32(page, at)), page: PageNo(get_u32(page, at + 4)), at: get_u16(page, at + 8) }
    }

    /// Returns its ten bytes.
    pub fn encode(self) -> [u8; FSEG_HEADER_LEN] {
        let mut out = [0; FSEG_HEADER_LEN];
        put_u32(&mut out, 0, self.space.0);
        put_u32(&mut out, 4, self.page.0);
        put_u16(&mut out, 8, self.at);
        out
    }

    /// Writes it at byte `at`.
    pub fn write(self, w: &mut (impl Write + ?Sized), at: usize) {
        w.write(at, &self.encode());
    }

    /// Returns the offset of the inode. ERRORS: another space, a byte where no inode starts.
    pub fn inode(self, space: SpaceId) -> Result<usize, Corrupt> {
        demand!(self.space == space, "a segment header names its own space", "space {} in {space}", self.space);
        let n = usize::from(self.at).checked_sub(FIRST);
        match n {
            Some(n) if n % LEN == 0 && n / LEN < PER_PAGE => Ok(FIRST + n),
            _ => Err(Corrupt::new("a segment header has the address of an inode", format!("byte {}", self.at))),
        }
    }
}

/// Returns the offset of the `i`-th inode of a page. REQUIRES `i` < [`PER_PAGE`].
pub const fn at(i: usize) -> usize {
    assert!(i < PER_PAGE);
    FIRST + i * LEN
}

/// Formats a page of zeros as an INODE page of free inodes, in no list.
#[doc(alias = "fsp_alloc_seg_inode_page")]
pub fn format(w: &mut (impl Write + ?Sized), id: PageId) {
    fil::init(w, id, PageType::INODE);
    list::set_node(w, PAGE_NODE, list::Addr::NULL, list::Addr::NULL);
}

/// Returns the segment of the inode at offset `inode`; 0 if it is free.
pub fn id(page: &[u8], inode: usize) -> SegId {
    SegId(get_u64(page, inode + ID))
}

/// Returns the offset of the first free inode of a page.
pub fn find_free(page: &[u8]) -> Option<usize> {
    (0..PER_PAGE).map(at).find(|&inode| id(page, inode) == SegId(0))
}

/// Returns the number of used inodes of a page.
pub fn n_used(page: &[u8]) -> usize {
    (0..PER_PAGE).filter(|&i| id(page, at(i)) != SegId(0)).count()
}

/// Checks that the inode at `inode` is in use. ERRORS: id 0, a wrong magic number.
pub fn check(page: &[u8], inode: usize) -> Result<(), Corrupt> {
    demand!(id(page, inode) != SegId(0), "a segment has an id", "inode at byte {inode} is free");
    let magic = get_u32(page, inode + MAGIC_AT);
    demand!(magic == MAGIC, "an inode bears the magic number", "{magic} at byte {inode}");
    Ok(())
}

/// Returns the number of used pages in the NOT_FULL extents of the segment.
pub fn not_full_n_used(page: &[u8], inode: usize) -> u32 {
    get_u32(page, inode + NOT_FULL_N_USED)
}

/// Returns the `i`-th single page of the segment; [`PageNo::NULL`] is a free entry. REQUIRES `i` < [`N_FRAG`].
#[doc(alias = "fseg_get_nth_frag_page_no")]
pub fn frag(page: &[u8], inode: usize, i: usize) -> PageNo {
    assert!(i < N_FRAG);
    PageNo(get_u32(page, inode + FRAG + 4 * i))
}

/// Sets the `i`-th single page of the segment. REQUIRES `i` < [`N_FRAG`].
#[doc(alias = "fseg_set_nth_frag_page_no")]
pub fn set_frag(w: &mut (impl Write + ?Sized), inode: usize, i: usize, page: PageNo) {
    assert!(i < N_FRAG);
    w.write_u32(inode + FRAG + 4 * i, page.0);
}

/// Returns the number of the entry that holds `wanted`; for [`PageNo::NULL`], of the first free entry.
#[doc(alias = "fseg_find_free_frag_page_slot")]
pub fn find_frag(page: &[u8], inode: usize, wanted: PageNo) -> Option<usize> {
    (0..N_FRAG).find(|&i| frag(page, inode, i) == wanted)
}

/// Initialises the inode at `inode` for segment `id`, without pages, in one write.
#[doc(alias = "fseg_create")]
pub fn init(w: &mut (impl Write + ?Sized), inode: usize, id: SegId) {
    let mut out = [0xff; LEN];
    put_u64(&mut out, ID, id.0);
    put_u32(&mut out, NOT_FULL_N_USED, 0);
    for base in [FREE, NOT_FULL, FULL] {
        out[base..base + list::BASE_LEN].copy_from_slice(&ListBase::EMPTY.encode());
    }
    put_u32(&mut out, MAGIC_AT, MAGIC);
    w.write(inode, &out);
}

/// Frees the inode at `inode`. REQUIRES that its segment has no pages.
#[doc(alias = "fsp_free_seg_inode")]
pub fn free(w: &mut (impl Write + ?Sized), inode: usize) {
    w.fill(inode..inode + LEN, 0);
}

const _: () = assert!(FIRST + LEN * PER_PAGE == 16370 && FRAG + 4 * N_FRAG == LEN);
