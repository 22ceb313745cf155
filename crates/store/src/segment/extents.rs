//! Extents and single pages: the list that each extent is in, and its free pages.
//!
//! ```text
//!             ┌ FREE ──────────┐ take_extent         ┌─ NOT_FULL ─┐
//! behind the ─┘                ├────────────────────►│   segment  │ all its pages used, or not
//! free limit                   │                     └─ FULL ─────┘
//!                              └► FREE_FRAG ◄─► FULL_FRAG    single pages of small segments
//! ```
//!
//! The lists' nodes lie in descriptor pages. This file keeps R1, R2 and R5 of `segment`.
//!
//! InnoDB's counterpart: `flst`, `fsp_fill_free_list`, `fsp_alloc_free_page`.

use crate::error::{Error, Result};
use crate::mtr::Held;
use crate::segment::allocator::{Allocator, At, EXTENT};
use innolab_base::{PageNo, SegId};
use innolab_page::fsp::xdes::State;
use innolab_page::fsp::{self, Addr, ListBase, inode, list, xdes};

impl Allocator<'_, '_> {
    // ---- lists, whose nodes lie in several pages

    /// Latches the place that an address names; `None` at a list's end. `from` is the page that holds the address.
    pub(super) fn follow(&mut self, from: Held, addr: Addr) -> Result<Option<At>> {
        if addr.is_null() {
            return Ok(None);
        }
        let at = usize::from(addr.at);
        let is_node = at == inode::PAGE_NODE || (fsp::is_descriptor_page(addr.page) && xdes::of_node(addr.at).is_ok());
        if addr.page.0 >= self.space.size_pages() || !is_node {
            return Err(self.bad(from, format!("a list leads to {addr}, where no node is")));
        }
        Ok(Some(At { held: self.mtr.latch(self.space, addr.page)?, at }))
    }

    pub(super) fn base(&self, base: At) -> ListBase {
        ListBase::read(self.bytes(base), base.at)
    }

    pub(super) fn first(&mut self, base: At) -> Result<Option<At>> {
        self.follow(base.held, self.base(base).first)
    }

    /// Returns the descriptor of the first extent of a list.
    pub(super) fn first_extent(&mut self, base: At) -> Result<Option<At>> {
        let Some(node) = self.first(base)? else { return Ok(None) };
        let at = self.sound(node.held, xdes::of_node(node.at as u16))?;
        Ok(Some(At { at, ..node }))
    }

    pub(super) fn addr(&self, place: At) -> Addr {
        Addr { page: self.mtr.page_no(place.held), at: place.at as u16 }
    }

    pub(super) fn push_back(&mut self, base: At, node: At) -> Result<()> {
        let (old, addr) = (self.base(base), self.addr(node));
        let last = self.follow(base.held, old.last)?;
        list::set_node(&mut self.mtr.page(node.held), node.at, old.last, Addr::NULL);
        if let Some(last) = last {
            list::set_next(&mut self.mtr.page(last.held), last.at, addr);
        }
        let first = if old.first.is_null() { addr } else { old.first };
        ListBase { len: old.len.saturating_add(1), first, last: addr }.write(&mut self.mtr.page(base.held), base.at);
        Ok(())
    }

    pub(super) fn unlink(&mut self, base: At, node: At) -> Result<()> {
        let mut new = self.base(base);
        new.len = new.len.checked_sub(1).ok_or_else(|| self.bad(base.held, "a list has more nodes than it says"))?;
        let (before, after) = (list::prev(self.bytes(node), node.at), list::next(self.bytes(node), node.at));
        match self.follow(node.held, before)? {
            Some(prev) => list::set_next(&mut self.mtr.page(prev.held), prev.at, after),
            None => new.first = after,
        }
        match self.follow(node.held, after)? {
            Some(next) => list::set_prev(&mut self.mtr.page(next.held), next.at, before),
            None => new.last = before,
        }
        new.write(&mut self.mtr.page(base.held), base.at);
        Ok(())
    }

    pub(super) fn push_extent(&mut self, base: At, extent: At) -> Result<()> {
        self.push_back(base, extent.plus(xdes::NODE))
    }

    pub(super) fn move_extent(&mut self, from: At, to: At, extent: At) -> Result<()> {
        self.unlink(from, extent.plus(xdes::NODE))?;
        self.push_extent(to, extent)
    }

    // ---- extents

    /// Latches the descriptor of the extent that contains `page`.
    pub(super) fn descriptor(&mut self, page: PageNo) -> Result<At> {
        let (home, at) = xdes::of_page(page);
        Ok(At { held: self.mtr.latch(self.space, home)?, at })
    }

    pub(super) fn state(&self, extent: At) -> Result<State> {
        self.sound(extent.held, xdes::state(self.bytes(extent), extent.at))
    }

    pub(super) fn set_state(&mut self, extent: At, state: State) {
        xdes::set_state(&mut self.mtr.page(extent.held), extent.at, state);
    }

    pub(super) fn owner(&self, extent: At) -> SegId {
        xdes::segment(self.bytes(extent), extent.at)
    }

    pub(super) fn set_owner(&mut self, extent: At, owner: SegId) {
        xdes::set_segment(&mut self.mtr.page(extent.held), extent.at, owner);
    }

    pub(super) fn is_free(&self, extent: At, page: PageNo) -> bool {
        xdes::is_free(self.bytes(extent), extent.at, page.0 % EXTENT)
    }

    pub(super) fn set_free(&mut self, extent: At, page: PageNo, free: bool) {
        xdes::set_free(&mut self.mtr.page(extent.held), extent.at, page.0 % EXTENT, free);
    }

    pub(super) fn n_used(&self, extent: At) -> u32 {
        xdes::n_used(self.bytes(extent), extent.at)
    }

    /// Returns a free page of the extent inside the file: `hint` itself, else the nearest after it, else the first.
    pub(super) fn free_page_near(&self, extent: At, hint: PageNo) -> Option<PageNo> {
        let start = xdes::first_page(self.mtr.page_no(extent.held), extent.at).0;
        let near = if hint.0 / EXTENT == start / EXTENT { hint.0 % EXTENT } else { 0 };
        let inside = |i: &u32| start + i < self.space.size_pages();
        (0..EXTENT)
            .map(|i| (near + i) % EXTENT)
            .find(|i| inside(i) && xdes::is_free(self.bytes(extent), extent.at, *i))
            .map(|i| PageNo(start + i))
    }

    /// Adds up to four further extents of the file to FREE.
    pub(super) fn fill_free_list(&mut self) -> Result<()> {
        for _ in 0..4 {
            let start = PageNo(fsp::free_limit(self.bytes(self.header(0))));
            if u64::from(start.0) + u64::from(EXTENT) > u64::from(self.space.size_pages()) {
                break;
            }
            fsp::set_free_limit(&mut self.mtr.page(self.page0), start.0 + EXTENT);
            if fsp::is_descriptor_page(start) {
                self.new_descriptor_pages(start)?;
            } else {
                let extent = self.descriptor(start)?;
                xdes::init(&mut self.mtr.page(extent.held), extent.at, State::Free);
                self.push_extent(self.header(fsp::FREE), extent)?;
            }
        }
        Ok(())
    }

    /// Formats the descriptor page and the bitmap page at the start of 256 extents (R5).
    pub(super) fn new_descriptor_pages(&mut self, start: PageNo) -> Result<()> {
        let bitmap = PageNo(start.0 + 1);
        let held = self.mtr.create(self.space, start)?;
        fsp::format_xdes(&mut self.mtr.page(held), self.space.page_id(start));
        let held = self.mtr.create(self.space, bitmap)?;
        fsp::format_bitmap(&mut self.mtr.page(held), self.space.page_id(bitmap));
        self.share_extent(start, &[start, bitmap])
    }

    /// Makes the extent at `start` a fragment extent with the pages `used` taken.
    pub(super) fn share_extent(&mut self, start: PageNo, used: &[PageNo]) -> Result<()> {
        let extent = self.descriptor(start)?;
        xdes::init(&mut self.mtr.page(extent.held), extent.at, State::FreeFrag);
        used.iter().for_each(|page| self.set_free(extent, *page, false));
        self.push_extent(self.header(fsp::FREE_FRAG), extent)?;
        self.add_u32(self.header(fsp::FRAG_N_USED), used.len() as i64)
    }

    /// Takes an extent from FREE; it is in no list then.
    pub(super) fn take_extent(&mut self) -> Result<At> {
        let free = self.header(fsp::FREE);
        if self.base(free).len == 0 {
            self.fill_free_list()?;
        }
        let extent = self.first_extent(free)?.ok_or_else(|| self.full())?;
        self.unlink(free, extent.plus(xdes::NODE))?;
        Ok(extent)
    }

    pub(super) fn full(&self) -> Error {
        Error::Full { file: self.space.name().to_string(), why: "all its pages are in use".to_owned() }
    }

    // ---- single pages

    /// Takes a page of a fragment extent.
    pub(super) fn take_fragment(&mut self, hint: PageNo) -> Result<PageNo> {
        let free_frag = self.header(fsp::FREE_FRAG);
        let extent = match self.first_extent(free_frag)? {
            Some(extent) => extent,
            None => {
                let extent = self.take_extent()?;
                self.set_state(extent, State::FreeFrag);
                self.push_extent(free_frag, extent)?;
                extent
            }
        };
        let page = self.free_page_near(extent, hint).ok_or_else(|| self.full())?;
        self.set_free(extent, page, false);
        let used = self.header(fsp::FRAG_N_USED);
        self.add_u32(used, 1)?;
        if self.n_used(extent) == EXTENT {
            self.set_state(extent, State::FullFrag);
            self.move_extent(free_frag, self.header(fsp::FULL_FRAG), extent)?;
            self.add_u32(used, -i64::from(EXTENT))?;
        }
        Ok(page)
    }

    pub(super) fn give_fragment(&mut self, extent: At, page: PageNo) -> Result<()> {
        let (free_frag, used) = (self.header(fsp::FREE_FRAG), self.header(fsp::FRAG_N_USED));
        if self.state(extent)? == State::FullFrag {
            self.set_state(extent, State::FreeFrag);
            self.move_extent(self.header(fsp::FULL_FRAG), free_frag, extent)?;
            self.add_u32(used, i64::from(EXTENT))?;
        }
        self.set_free(extent, page, true);
        self.add_u32(used, -1)?;
        if self.n_used(extent) == 0 {
            self.set_state(extent, State::Free);
            self.move_extent(free_frag, self.header(fsp::FREE), extent)?;
        }
        Ok(())
    }
}
