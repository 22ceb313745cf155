//! Reading pages, latched shared; and prefetching them into the processor's caches.
//!
//! ```text
//! read         waits for the latch; reads the page from its file if it is not in memory
//! try_read     never waits for a latch: for callers that go against the latch order
//! read_again   returns to a page by a stored frame and version, if it has not changed since
//! prefetch     reads nothing: starts loading cache lines that will be needed soon
//! ```
//!
//! InnoDB's counterpart: `buf_page_get_gen` with `RW_S_LATCH`, `buf_page_optimistic_get`.

use crate::arena::{Arena, Shared};
use crate::error::Result;
use crate::pool::note_request;
use crate::space::Space;
use crate::store::Store;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::LeafHints;

/// A page latched shared.
pub struct PageRead<'s> {
    pub(crate) guard: Shared<'s>,
    pub(crate) page: PageNo,
}

impl PageRead<'_> {
    /// The page's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8; PAGE_SIZE] {
        self.guard.bytes()
    }

    /// The page's number.
    #[inline]
    pub fn page_no(&self) -> PageNo {
        self.page
    }

    /// Version of the page's bytes. It grows with every change; a pair of frame ([`PageRead::frame`]) and version never
    /// recurs.
    #[inline]
    pub fn version(&self) -> u64 {
        self.guard.version()
    }

    /// The page's frame, for [`Store::read_again`].
    #[inline]
    pub fn frame(&self) -> u32 {
        self.guard.frame
    }

    /// The key hints that a tree keeps beside the page while the page is in memory.
    #[inline]
    pub fn hints(&self) -> &LeafHints {
        self.guard.hints()
    }

    /// Returns a handle to prefetch parts of the page.
    #[inline]
    pub fn ahead(&self) -> Ahead<'_> {
        Ahead { arena: self.guard.arena(), frame: self.guard.frame }
    }

    /// True if [`PageRead::set_checked`] was called since the page came into memory.
    #[inline]
    pub fn checked(&self) -> bool {
        self.guard.checked()
    }

    /// Records that the page's structure was checked and is sound.
    pub fn set_checked(&self) {
        self.guard.set_checked();
    }
}

/// Prefetches parts of a page in memory into the processor's caches, without a latch. The frame may hold another page
/// by the time of the read.
#[derive(Clone, Copy)]
pub struct Ahead<'s> {
    arena: &'s Arena,
    frame: u32,
}

impl<'s> Ahead<'s> {
    /// Prefetches the cache line of byte `at` of the page. REQUIRES: `at` is less than [`PAGE_SIZE`].
    #[inline]
    pub fn fetch(&self, at: usize) {
        self.arena.prefetch_byte(self.frame, at);
    }

    /// The key hints beside the page. They were not read under a latch: use them only for guesses.
    #[inline]
    pub fn hints(&self) -> &'s LeafHints {
        self.arena.hints(self.frame)
    }
}

impl Store {
    /// Returns a page, latched shared. ERRORS: the page cannot be read, is corrupt, or was never written.
    #[inline]
    pub fn read(&self, space: &Space, page: PageNo) -> Result<PageRead<'_>> {
        self.poison.check()?;
        if let Some(guard) = self.pool.cached_shared(space, page) {
            return Ok(PageRead { guard, page });
        }
        self.read_in(space, page)
    }

    #[cold]
    fn read_in(&self, space: &Space, page: PageNo) -> Result<PageRead<'_>> {
        note_request();
        loop {
            if let Some(guard) = self.load(space, page)? {
                return Ok(PageRead { guard: guard.downgrade(), page });
            }
            if let Some(guard) = self.pool.cached_shared(space, page) {
                return Ok(PageRead { guard, page });
            }
        }
    }

    /// As [`Store::read`], but returns `None` instead of waiting for an exclusive latch: for callers that go against
    /// the latch order.
    pub fn try_read(&self, space: &Space, page: PageNo) -> Result<Option<PageRead<'_>>> {
        self.poison.check()?;
        match space.frames.get(page) {
            Some(frame) => Ok(self
                .pool
                .arena
                .try_shared(frame)
                .filter(|guard| guard.header().is(space.page_id(page)))
                .map(|guard| PageRead { guard, page })),
            None => Ok(self.load(space, page)?.map(|guard| PageRead { guard: guard.downgrade(), page })),
        }
    }

    /// Returns the page that was in `frame` with `version`, latched shared; `None` if it has changed since or is
    /// latched exclusively. So a cursor returns to a stored position without a search.
    pub fn read_again(&self, space: &Space, page: PageNo, frame: u32, version: u64) -> Option<PageRead<'_>> {
        self.poison.check().ok()?;
        // Try only: the frame may hold any page by now, so its latch has no place in the caller's latch order.
        let guard = self.pool.arena.try_shared(frame)?;
        note_request();
        (guard.header().is(space.page_id(page)) && guard.version() == version).then_some(PageRead { guard, page })
    }

    /// Prefetches the first cache lines of a page that will be read soon, if it is in memory.
    #[inline]
    pub fn prefetch(&self, space: &Space, page: PageNo) {
        if let Some(frame) = space.frames.get(page) {
            self.pool.arena.prefetch(frame);
        }
    }

    /// As [`Store::prefetch`], for a walk along the leaves that will reach the page later; `None` if it is not in
    /// memory.
    pub fn ahead(&self, space: &Space, page: PageNo) -> Option<Ahead<'_>> {
        let frame = space.frames.get(page)?;
        self.pool.arena.prefetch_to_walk(frame);
        Some(Ahead { arena: &self.pool.arena, frame })
    }
}
