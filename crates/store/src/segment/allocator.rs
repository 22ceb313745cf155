//! Segments: their inodes, and taking and giving back pages.
//!
//! ```text
//! take a page   1  the hint's own extent, if it belongs to the segment and has a free page
//!               2  the first extent of NOT_FULL
//!               3  a single page, while the inode has one of its 32 places free
//!               4  a new extent, which enters NOT_FULL
//! ```
//!
//! InnoDB's counterpart: `fseg_create_general`, `fseg_alloc_free_page_low`, `fseg_free_page_low`, `fseg_free_step`.

use crate::error::{Error, Result};
use crate::mtr::{Held, Mtr};
use crate::space::Space;
use innolab_base::codec::get_u32;
use innolab_base::{PageNo, SegId};
use innolab_page::fsp::xdes::State;
use innolab_page::fsp::{self, FsegHeader, inode, xdes};
use innolab_page::{Corrupt, Write};
use std::sync::atomic::Ordering;

/// Pages of an extent.
pub(crate) const EXTENT: u32 = fsp::EXTENT_PAGES;

/// A place in a latched page: a list's base, a list's node, a descriptor or an inode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) held: Held,
    pub(super) at: usize,
}

impl At {
    pub(super) fn plus(self, offset: usize) -> At {
        At { at: self.at + offset, ..self }
    }
}

/// One mini-transaction's access to one tablespace's file-space pages, with page 0 latched (R3).
pub(crate) struct Allocator<'a, 's> {
    pub(super) mtr: &'a mut Mtr<'s>,
    pub(super) space: &'a Space,
    pub(super) page0: Held,
}

impl<'a, 's> Allocator<'a, 's> {
    pub(crate) fn new(mtr: &'a mut Mtr<'s>, space: &'a Space) -> Result<Allocator<'a, 's>> {
        let page0 = mtr.latch(space, PageNo(0))?;
        Ok(Allocator { mtr, space, page0 })
    }

    pub(super) fn bytes(&self, place: At) -> &[u8] {
        self.mtr.bytes(place.held)
    }

    pub(super) fn add_u32(&mut self, place: At, n: i64) -> Result<()> {
        let v = i64::from(get_u32(self.bytes(place), place.at)) + n;
        let v = u32::try_from(v).map_err(|_| self.bad(place.held, "a count of pages is below zero"))?;
        self.mtr.page(place.held).write_u32(place.at, v);
        Ok(())
    }

    pub(super) fn bad(&self, held: Held, rule: impl ToString) -> Error {
        self.space.corrupt(self.mtr.page_no(held), rule)
    }

    pub(super) fn sound<T>(&self, held: Held, answer: std::result::Result<T, Corrupt>) -> Result<T> {
        answer.map_err(|e| self.bad(held, e))
    }

    pub(super) fn header(&self, at: usize) -> At {
        At { held: self.page0, at }
    }

    /// Formats page 0, the bitmap page and the first inode page of a new file of `size` pages. REQUIRES: they are
    /// latched and zeros.
    pub(crate) fn format(
        mtr: &'a mut Mtr<'s>,
        space: &'a Space,
        [page0, bitmap, inodes]: [Held; 3],
        size: u32,
    ) -> Result<()> {
        fsp::format_header(&mut mtr.page(page0), space.id(), size);
        fsp::format_bitmap(&mut mtr.page(bitmap), space.page_id(PageNo(1)));
        inode::format(&mut mtr.page(inodes), space.page_id(fsp::FIRST_INODE_PAGE));
        let mut this = Allocator { mtr, space, page0 };
        fsp::set_free_limit(&mut this.mtr.page(page0), EXTENT);
        this.share_extent(PageNo(0), &[PageNo(0), PageNo(1), fsp::FIRST_INODE_PAGE])?;
        this.push_back(this.header(fsp::INODES_FREE), At { held: inodes, at: inode::PAGE_NODE })
    }

    /// Latches the inode of the segment whose header is at `offset` of `held`.
    fn inode(&mut self, (held, offset): (Held, usize)) -> Result<At> {
        let header = FsegHeader::read(self.mtr.bytes(held), offset);
        let at = self.sound(held, header.inode(self.space.id()))?;
        if header.page.0 >= self.space.size_pages() {
            return Err(self.bad(held, format!("a segment's inode is on page {}, behind the file's end", header.page)));
        }
        let inode = At { held: self.mtr.latch(self.space, header.page)?, at };
        self.sound(inode.held, inode::check(self.bytes(inode), at))?;
        Ok(inode)
    }

    fn id(&self, inode: At) -> SegId {
        inode::id(self.bytes(inode), inode.at)
    }

    /// Creates a segment and writes its header at `offset` of `held`.
    pub(crate) fn create_segment(&mut self, held: Held, offset: usize) -> Result<()> {
        let header = self.new_segment()?.1;
        header.write(&mut self.mtr.page(held), offset);
        Ok(())
    }

    /// Creates a segment and takes its first page. Returns the page, latched and zeros, and the segment's header,
    /// which the caller writes into it.
    pub(crate) fn create_segment_with_page(&mut self, hint: PageNo) -> Result<(Held, FsegHeader)> {
        let (inode, header) = self.new_segment()?;
        let page = self.anywhere(inode, hint)?;
        Ok((self.mtr.create(self.space, page)?, header))
    }

    fn new_segment(&mut self) -> Result<(At, FsegHeader)> {
        let inodes_free = self.header(fsp::INODES_FREE);
        let page = match self.first(inodes_free)? {
            Some(node) => node.held,
            None => self.new_inode_page()?,
        };
        let at = inode::find_free(self.mtr.bytes(page));
        let at = at.ok_or_else(|| self.bad(page, "a full inode page is in the list of those with room"))?;
        let id = fsp::next_seg_id(self.mtr.bytes(self.page0));
        fsp::set_next_seg_id(&mut self.mtr.page(self.page0), SegId(id.0.wrapping_add(1)));
        inode::init(&mut self.mtr.page(page), at, id);
        if inode::find_free(self.mtr.bytes(page)).is_none() {
            let node = At { held: page, at: inode::PAGE_NODE };
            self.unlink(inodes_free, node)?;
            self.push_back(self.header(fsp::INODES_FULL), node)?;
        }
        let header = FsegHeader { space: self.space.id(), page: self.mtr.page_no(page), at: at as u16 };
        Ok((At { held: page, at }, header))
    }

    fn new_inode_page(&mut self) -> Result<Held> {
        let page = self.take_fragment(PageNo(0))?;
        let held = self.mtr.create(self.space, page)?;
        inode::format(&mut self.mtr.page(held), self.space.page_id(page));
        self.push_back(self.header(fsp::INODES_FREE), At { held, at: inode::PAGE_NODE })?;
        Ok(held)
    }

    /// Takes a page for the segment, near `hint` if possible. Returns it latched and zeros.
    pub(crate) fn alloc_page(&mut self, seg_of: (Held, usize), hint: PageNo) -> Result<Held> {
        let page = self.take_page(seg_of, hint)?;
        match self.mtr.create(self.space, page) {
            Ok(held) => Ok(held),
            // No frame is free: the page goes back.
            Err(e) => self.free_page(seg_of, page).and(Err(e)),
        }
    }

    /// As [`Allocator::alloc_page`], but neither latches nor clears the page.
    pub(crate) fn take_page(&mut self, seg_of: (Held, usize), hint: PageNo) -> Result<PageNo> {
        let inode = self.inode(seg_of)?;
        match self.near_hint(inode, hint)? {
            Some(page) => Ok(page),
            None => self.anywhere(inode, hint),
        }
    }

    /// Takes a page of the hint's extent; `None` if the extent is not the segment's or is full.
    fn near_hint(&mut self, inode: At, hint: PageNo) -> Result<Option<PageNo>> {
        if hint.0 >= fsp::free_limit(self.mtr.bytes(self.page0)).min(self.space.size_pages()) {
            return Ok(None);
        }
        let extent = self.descriptor(hint)?;
        if self.state(extent)? != State::Segment || self.owner(extent) != self.id(inode) {
            return Ok(None);
        }
        let Some(page) = self.free_page_near(extent, hint) else { return Ok(None) };
        self.take_from_extent(inode, extent, page)?;
        Ok(Some(page))
    }

    /// Takes a page wherever the segment has or can get one (steps 2 to 4 of the module).
    fn anywhere(&mut self, inode: At, hint: PageNo) -> Result<PageNo> {
        let not_full = inode.plus(inode::NOT_FULL);
        let extent = match self.first_extent(not_full)? {
            Some(extent) => extent,
            None => {
                if let Some(slot) = inode::find_frag(self.bytes(inode), inode.at, PageNo::NULL) {
                    let page = self.take_fragment(hint)?;
                    inode::set_frag(&mut self.mtr.page(inode.held), inode.at, slot, page);
                    return Ok(page);
                }
                let (extent, owner) = (self.take_extent()?, self.id(inode));
                self.set_owner(extent, owner);
                self.set_state(extent, State::Segment);
                self.push_extent(not_full, extent)?;
                extent
            }
        };
        let page = self.free_page_near(extent, hint);
        let page = page.ok_or_else(|| self.bad(extent.held, "a full extent is in a list of those with room"))?;
        self.take_from_extent(inode, extent, page)?;
        Ok(page)
    }

    /// Marks a page as used. REQUIRES: the extent is in the segment's NOT_FULL, and the page is free.
    fn take_from_extent(&mut self, inode: At, extent: At, page: PageNo) -> Result<()> {
        self.set_free(extent, page, false);
        let used = inode.plus(inode::NOT_FULL_N_USED);
        self.add_u32(used, 1)?;
        if self.n_used(extent) == EXTENT {
            self.move_extent(inode.plus(inode::NOT_FULL), inode.plus(inode::FULL), extent)?;
            self.add_u32(used, -i64::from(EXTENT))?;
        }
        Ok(())
    }

    /// Gives a page of the segment back.
    pub(crate) fn free_page(&mut self, seg_of: (Held, usize), page: PageNo) -> Result<()> {
        self.space.gave_back.store(true, Ordering::Release);
        let inode = self.inode(seg_of)?;
        if page.0 >= self.space.size_pages() {
            return Err(self.space.corrupt(page, "a page behind the end of the file is given back"));
        }
        let extent = self.descriptor(page)?;
        if self.is_free(extent, page) {
            return Err(self.space.corrupt(page, "a page is given back that is free already"));
        }
        let stranger = || self.space.corrupt(page, "a page is given back that is another segment's");
        if self.state(extent)? != State::Segment {
            let slot = inode::find_frag(self.bytes(inode), inode.at, page).ok_or_else(stranger)?;
            inode::set_frag(&mut self.mtr.page(inode.held), inode.at, slot, PageNo::NULL);
            return self.give_fragment(extent, page);
        }
        if self.owner(extent) != self.id(inode) {
            return Err(stranger());
        }
        let (not_full, used) = (inode.plus(inode::NOT_FULL), inode.plus(inode::NOT_FULL_N_USED));
        if self.n_used(extent) == EXTENT {
            self.move_extent(inode.plus(inode::FULL), not_full, extent)?;
            self.add_u32(used, i64::from(EXTENT))?;
        }
        self.set_free(extent, page, true);
        self.add_u32(used, -1)?;
        if self.n_used(extent) == 0 {
            self.set_owner(extent, SegId(0));
            self.set_state(extent, State::Free);
            self.move_extent(not_full, self.header(fsp::FREE), extent)?;
        }
        Ok(())
    }

    /// Gives back one extent, or one single page other than `keep`. Returns false if the segment has neither. The pages
    /// keep their bytes.
    pub(crate) fn free_some(&mut self, seg_of: (Held, usize), keep: PageNo) -> Result<bool> {
        self.space.gave_back.store(true, Ordering::Release);
        let inode = self.inode(seg_of)?;
        for list in [inode::FULL, inode::NOT_FULL] {
            let Some(extent) = self.first_extent(inode.plus(list))? else { continue };
            if self.owner(extent) != self.id(inode) {
                return Err(self.bad(extent.held, "an extent in a segment's list is another segment's"));
            }
            if list == inode::NOT_FULL {
                self.add_u32(inode.plus(inode::NOT_FULL_N_USED), -i64::from(self.n_used(extent)))?;
            }
            self.unlink(inode.plus(list), extent.plus(xdes::NODE))?;
            xdes::init(&mut self.mtr.page(extent.held), extent.at, State::Free);
            self.push_extent(self.header(fsp::FREE), extent)?;
            return Ok(true);
        }
        let single = |i: &usize| inode::frag(self.bytes(inode), inode.at, *i);
        let Some(slot) = (0..inode::N_FRAG).rev().find(|i| !single(i).is_null() && single(i) != keep) else {
            return Ok(false);
        };
        let page = single(&slot);
        self.free_page(seg_of, page)?;
        Ok(true)
    }

    /// Frees the inode of a segment without pages, and clears its header.
    pub(crate) fn remove_segment(&mut self, seg_of: (Held, usize)) -> Result<()> {
        let inode = self.inode(seg_of)?;
        if inode::find_free(self.mtr.bytes(inode.held)).is_none() {
            let node = At { at: inode::PAGE_NODE, ..inode };
            self.unlink(self.header(fsp::INODES_FULL), node)?;
            self.push_back(self.header(fsp::INODES_FREE), node)?;
        }
        inode::free(&mut self.mtr.page(inode.held), inode.at);
        let (held, at) = seg_of;
        self.mtr.page(held).fill(at..at + fsp::FSEG_HEADER_LEN, 0);
        Ok(())
    }
}
