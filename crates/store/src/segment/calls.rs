//! The calls of a mini-transaction that create, grow, shrink and remove segments.

use crate::error::Result;
use crate::mtr::{Held, Mtr};
use crate::segment::allocator::Allocator;
use crate::space::Space;
use innolab_base::PageNo;
use innolab_page::fil;
use innolab_page::fsp::FsegHeader;

impl<'s> Mtr<'s> {
    /// Creates a segment without pages and writes its header (10 bytes) at `offset` of the latched page.
    #[doc(alias = "fseg_create")]
    pub fn create_segment(&mut self, space: &Space, held: Held, offset: usize) -> Result<()> {
        Allocator::new(self, space)?.create_segment(held, offset)
    }

    /// Creates a segment and takes its first page. Returns the page, latched exclusively and zeros, and the segment's
    /// header, which the caller writes into the page once the page is formatted.
    #[doc(alias = "fseg_create")]
    pub fn create_segment_with_page(&mut self, space: &Space, hint: PageNo) -> Result<(Held, FsegHeader)> {
        Allocator::new(self, space)?.create_segment_with_page(hint)
    }

    /// Takes a page for the segment whose header is at the place `seg_of`, near `hint` if possible. Returns it latched
    /// exclusively, all zeros, without a FIL header. REQUIRES: the page was reserved
    /// ([`Store::reserve_pages`](crate::Store::reserve_pages)).
    #[doc(alias = "fseg_alloc_free_page")]
    pub fn alloc_page(&mut self, space: &Space, seg_of: (Held, usize), hint: PageNo) -> Result<Held> {
        Allocator::new(self, space)?.alloc_page(seg_of, hint)
    }

    /// Gives a page of the segment back. The page is latched if it was not, and its type becomes ALLOCATED.
    #[doc(alias = "fseg_free_page")]
    pub fn free_page(&mut self, space: &Space, seg_of: (Held, usize), page: PageNo) -> Result<()> {
        let held = self.latch(space, page)?;
        Allocator::new(self, space)?.free_page(seg_of, page)?;
        // A reader that remembered the page's number must not take the freed page for what it was.
        fil::set_page_type(&mut self.page(held), fil::PageType::ALLOCATED);
        Ok(())
    }

    /// Gives back a part of the segment, but never the page `keep`. Returns false if nothing is left to give back.
    /// REQUIRES: no thread uses the pages.
    #[doc(alias = "fseg_free_step_not_header")]
    pub fn free_segment_step(&mut self, space: &Space, seg_of: (Held, usize), keep: PageNo) -> Result<bool> {
        Allocator::new(self, space)?.free_some(seg_of, keep)
    }

    /// Removes a segment that has no pages, and its header. REQUIRES: the segment's last page was given back before,
    /// with [`Mtr::free_page`].
    #[doc(alias = "fsp_free_seg_inode")]
    pub fn remove_segment(&mut self, space: &Space, seg_of: (Held, usize)) -> Result<()> {
        Allocator::new(self, space)?.remove_segment(seg_of)
    }
}
