//! Which pages of a file describe the others. The rules are those of [`fsp`](super).

use crate::fil::{self, PageType};
use crate::write::Write;
use innolab_base::{PageId, PageNo};

/// Number of pages of an extent: 1 MiB.
#[doc(alias = "FSP_EXTENT_SIZE")]
pub const EXTENT_PAGES: u32 = 64;
/// Number of pages that one FSP_HDR or XDES page describes: the distance to the next one.
pub const DESCRIBED_PAGES: u32 = 16384;
/// The FSP_HDR page.
pub const HEADER_PAGE: PageNo = PageNo(0);
/// The first INODE page.
#[doc(alias = "FSP_FIRST_INODE_PAGE_NO")]
pub const FIRST_INODE_PAGE: PageNo = PageNo(2);
/// True if `page` is an FSP_HDR or XDES page.
pub fn is_descriptor_page(page: PageNo) -> bool {
    page.0.is_multiple_of(DESCRIBED_PAGES)
}

/// True if `page` is an IBUF_BITMAP page.
fn is_bitmap_page(page: PageNo) -> bool {
    page.0 % DESCRIBED_PAGES == 1
}

/// Formats a page of zeros as an XDES page. REQUIRES [`is_descriptor_page`].
pub fn format_xdes(w: &mut (impl Write + ?Sized), id: PageId) {
    assert!(is_descriptor_page(id.page) && id.page != HEADER_PAGE, "an XDES page at {id}");
    fil::init(w, id, PageType::XDES);
}

/// Formats a page of zeros as an IBUF_BITMAP page without buffered changes. REQUIRES the place of such a page.
pub fn format_bitmap(w: &mut (impl Write + ?Sized), id: PageId) {
    assert!(is_bitmap_page(id.page), "an IBUF_BITMAP page at {id}");
    fil::init(w, id, PageType::IBUF_BITMAP);
}
