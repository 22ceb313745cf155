//! How a tablespace says which of its pages are used, and by whom.
//!
//! ```text
//! page 0  FSP_HDR      38 space header 150 ─ 256 extent descriptors of 40 bytes ─ 10390     its extents: pages 0 .. 16383
//! page 1  IBUF_BITMAP                                                                       four bits a page, all zero here
//! page 2  INODE        38 list node 50 ─ 85 inodes of 192 bytes ─ 16370
//! page 3  the first index's root
//! page 16384  XDES     like page 0, header zero; page 16385 IBUF_BITMAP; and so on every 16384 pages
//!
//! space ──FREE──► extents of 64 free pages        segment (inode) ── 32 single pages, then whole extents:
//!       ──FREE_FRAG─► extents shared page by page                    FREE ► NOT_FULL ► FULL
//!       ──FULL_FRAG─► the same, all pages taken
//! ```
//!
//! RULES
//!
//! - **R1** Pages below `free_limit` have a descriptor that counts; those from there on were never given out.
//!   `free_limit` ≤ the end of the last extent.
//! - **R2** An extent is in the one list that its state and its pages say: FREE; FREE_FRAG or FULL_FRAG; or a list of
//!   the segment whose id it bears.
//! - **R3** `frag_n_used` is the number of used pages in the FREE_FRAG extents; a segment's `not_full_n_used` that in
//!   its NOT_FULL ones.
//! - **R4** A list's base counts its nodes; `prev` and `next` agree; an address is a page and a byte in it ([`list`]).
//!
//! This crate reads and writes the fields; lists run through several pages, so walking and changing them is the store's.
//!
//! InnoDB's counterpart: `fsp0fsp`, `fut0lst`. Left out: other page sizes, the change buffer (its bitmap stays zero),
//! encryption information on page 0.

pub mod inode;
pub mod list;
pub mod xdes;

use crate::fil::{self, PageType};
use crate::write::Write;
use innolab_base::codec::{get_u32, get_u64, put_u32, put_u64};
use innolab_base::{PageId, PageNo, SegId, SpaceId};

pub use inode::{FSEG_HEADER_LEN, FsegHeader};
pub use list::{Addr, ListBase};

/// Pages of an extent: 1 MiB.
#[doc(alias = "FSP_EXTENT_SIZE")]
pub const EXTENT_PAGES: u32 = 64;
/// Pages whose descriptors one page holds: the distance from one FSP_HDR or XDES page to the next.
pub const DESCRIBED_PAGES: u32 = 16384;
/// The FSP_HDR page.
pub const HEADER_PAGE: PageNo = PageNo(0);
/// The first INODE page.
#[doc(alias = "FSP_FIRST_INODE_PAGE_NO")]
pub const FIRST_INODE_PAGE: PageNo = PageNo(2);
/// Flags of a space in [`Flavour::FullCrc32`](fil::Flavour::FullCrc32) of 16 KiB pages: the only ones that are written here.
pub const FLAGS_FULL_CRC32: u32 = 0x15;

/// Offset of the space's id (4 bytes).
#[doc(alias = "FSP_SPACE_ID")]
pub const SPACE_ID: usize = fil::DATA;
/// Offset of the file's size in pages (4 bytes).
#[doc(alias = "FSP_SIZE")]
pub const SIZE: usize = fil::DATA + 8;
/// Offset of the first page that no descriptor counts for (4 bytes, R1).
#[doc(alias = "FSP_FREE_LIMIT")]
pub const FREE_LIMIT: usize = fil::DATA + 12;
/// Offset of the flags (4 bytes).
#[doc(alias = "FSP_SPACE_FLAGS")]
pub const FLAGS: usize = fil::DATA + 16;
/// Offset of the number of used pages in FREE_FRAG extents (4 bytes, R3).
#[doc(alias = "FSP_FRAG_N_USED")]
pub const FRAG_N_USED: usize = fil::DATA + 20;
/// Offset of the base of the list of free extents (16 bytes).
#[doc(alias = "FSP_FREE")]
pub const FREE: usize = fil::DATA + 24;
/// Offset of the base of the list of shared extents with free pages.
#[doc(alias = "FSP_FREE_FRAG")]
pub const FREE_FRAG: usize = fil::DATA + 40;
/// Offset of the base of the list of shared extents without free pages.
#[doc(alias = "FSP_FULL_FRAG")]
pub const FULL_FRAG: usize = fil::DATA + 56;
/// Offset of the next segment's id (8 bytes).
#[doc(alias = "FSP_SEG_ID")]
pub const NEXT_SEG_ID: usize = fil::DATA + 72;
/// Offset of the base of the list of INODE pages without a free inode.
#[doc(alias = "FSP_SEG_INODES_FULL")]
pub const INODES_FULL: usize = fil::DATA + 80;
/// Offset of the base of the list of INODE pages with a free inode.
#[doc(alias = "FSP_SEG_INODES_FREE")]
pub const INODES_FREE: usize = fil::DATA + 96;
/// Offset of the first byte after the space header.
pub const HEADER_END: usize = fil::DATA + 112;

/// The space's id, as its header says.
pub fn space_id(page: &[u8]) -> SpaceId {
    SpaceId(get_u32(page, SPACE_ID))
}
/// The file's size in pages.
pub fn size(page: &[u8]) -> u32 {
    get_u32(page, SIZE)
}
/// The first page that no descriptor counts for (R1).
pub fn free_limit(page: &[u8]) -> u32 {
    get_u32(page, FREE_LIMIT)
}
/// The space's flags.
pub fn flags(page: &[u8]) -> u32 {
    get_u32(page, FLAGS)
}
/// Used pages in FREE_FRAG extents (R3).
pub fn frag_n_used(page: &[u8]) -> u32 {
    get_u32(page, FRAG_N_USED)
}
/// The id that the next segment gets.
pub fn next_seg_id(page: &[u8]) -> SegId {
    SegId(get_u64(page, NEXT_SEG_ID))
}
/// Sets the file's size in pages.
pub fn set_size(w: &mut (impl Write + ?Sized), pages: u32) {
    w.write_u32(SIZE, pages);
}
/// Sets the first page that no descriptor counts for.
pub fn set_free_limit(w: &mut (impl Write + ?Sized), page: u32) {
    w.write_u32(FREE_LIMIT, page);
}
/// Sets the number of used pages in FREE_FRAG extents.
pub fn set_frag_n_used(w: &mut (impl Write + ?Sized), pages: u32) {
    w.write_u32(FRAG_N_USED, pages);
}
/// Sets the id that the next segment gets.
pub fn set_next_seg_id(w: &mut (impl Write + ?Sized), id: SegId) {
    w.write_u64(NEXT_SEG_ID, id.0);
}

/// Whether `page` is an FSP_HDR or XDES page.
pub fn is_descriptor_page(page: PageNo) -> bool {
    page.0.is_multiple_of(DESCRIBED_PAGES)
}

/// Whether `page` is an IBUF_BITMAP page.
fn is_bitmap_page(page: PageNo) -> bool {
    page.0 % DESCRIBED_PAGES == 1
}

/// Makes a page of zeros the FSP_HDR page of a space with `size` pages: no descriptor counts yet, no segment.
/// REQUIRES page 0 of its space.
#[doc(alias = "fsp_header_init")]
pub fn format_header(w: &mut (impl Write + ?Sized), space: SpaceId, size: u32) {
    fil::init(w, PageId::new(space, HEADER_PAGE), PageType::FSP_HDR);
    let mut head = [0; HEADER_END - SPACE_ID];
    put_u32(&mut head, SPACE_ID - fil::DATA, space.0);
    put_u32(&mut head, SIZE - fil::DATA, size);
    put_u32(&mut head, FLAGS - fil::DATA, FLAGS_FULL_CRC32);
    put_u64(&mut head, NEXT_SEG_ID - fil::DATA, 1);
    for base in [FREE, FREE_FRAG, FULL_FRAG, INODES_FULL, INODES_FREE] {
        head[base - fil::DATA..base - fil::DATA + list::BASE_LEN].copy_from_slice(&ListBase::EMPTY.encode());
    }
    w.write(SPACE_ID, &head);
}

/// Makes a page of zeros an XDES page. REQUIRES [`is_descriptor_page`].
pub fn format_xdes(w: &mut (impl Write + ?Sized), id: PageId) {
    assert!(is_descriptor_page(id.page) && id.page != HEADER_PAGE, "an XDES page at {id}");
    fil::init(w, id, PageType::XDES);
}

/// Makes a page of zeros an IBUF_BITMAP page: nothing is buffered for any page. REQUIRES that it is one.
pub fn format_bitmap(w: &mut (impl Write + ?Sized), id: PageId) {
    assert!(is_bitmap_page(id.page), "an IBUF_BITMAP page at {id}");
    fil::init(w, id, PageType::IBUF_BITMAP);
}
