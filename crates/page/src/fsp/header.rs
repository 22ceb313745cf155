//! The space header on page 0. The rules are those of [`fsp`](super).

use super::list::{self, ListBase};
use super::pages::HEADER_PAGE;
use crate::fil::{self, PageType};
use crate::write::Write;
use innolab_base::codec::{get_u32, get_u64, put_u32, put_u64};
use innolab_base::{PageId, SegId, SpaceId};

/// Flags of a space of 16 KiB pages with [`ChecksumAlgorithm::FullCrc32`](fil::ChecksumAlgorithm::FullCrc32): the only
/// ones that are written here.
pub const FLAGS_FULL_CRC32: u32 = 0x15;

/// Offset of the space's id (4 bytes).
#[doc(alias = "FSP_SPACE_ID")]
pub const SPACE_ID: usize = fil::DATA;
/// Offset of the file's size in pages (4 bytes).
#[doc(alias = "FSP_SIZE")]
pub const SIZE: usize = fil::DATA + 8;
/// Offset of the free limit: the first page without a valid descriptor (4 bytes, R1).
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

/// Returns the space's id.
pub fn space_id(page: &[u8]) -> SpaceId {
    SpaceId(get_u32(page, SPACE_ID))
}
/// Returns the file's size in pages.
pub fn size(page: &[u8]) -> u32 {
    get_u32(page, SIZE)
}
/// Returns the first page without a valid descriptor (R1).
pub fn free_limit(page: &[u8]) -> u32 {
    get_u32(page, FREE_LIMIT)
}
/// Returns the space's flags.
pub fn flags(page: &[u8]) -> u32 {
    get_u32(page, FLAGS)
}
/// Returns the number of used pages in FREE_FRAG extents (R3).
pub fn frag_n_used(page: &[u8]) -> u32 {
    get_u32(page, FRAG_N_USED)
}
/// Returns the id of the next segment.
pub fn next_seg_id(page: &[u8]) -> SegId {
    SegId(get_u64(page, NEXT_SEG_ID))
}
/// Sets the file's size in pages.
pub fn set_size(w: &mut (impl Write + ?Sized), pages: u32) {
    w.write_u32(SIZE, pages);
}
/// Sets the first page without a valid descriptor.
pub fn set_free_limit(w: &mut (impl Write + ?Sized), page: u32) {
    w.write_u32(FREE_LIMIT, page);
}
/// Sets the number of used pages in FREE_FRAG extents.
pub fn set_frag_n_used(w: &mut (impl Write + ?Sized), pages: u32) {
    w.write_u32(FRAG_N_USED, pages);
}
/// Sets the id of the next segment.
pub fn set_next_seg_id(w: &mut (impl Write + ?Sized), id: SegId) {
    w.write_u64(NEXT_SEG_ID, id.0);
}

/// Formats a page of zeros as the FSP_HDR page of a space with `size` pages, without valid descriptors and segments.
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
