//! Pages as readers see them: latched shared, or only fetched ahead of the look.
//!
//! ```text
//! read         waits for the latch; reads the page from its file if it is not in memory
//! try_read     waits for no latch: for those who go against the latch order
//! read_again   a stored position comes back by frame and version, without a search
//! prefetch     no look at all: cache lines that will be wanted are on their way
//! ```
//!
//! InnoDB's counterpart: `buf_page_get_gen` with `RW_S_LATCH`, `buf_page_optimistic_get`.

use crate::Store;
use crate::arena::{Arena, Shared};
use crate::error::Result;
use crate::space::Space;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::LeafHints;

/// A page latched shared.
pub struct PageRead<'s> {
    pub(crate) guard: Shared<'s>,
    page: PageNo,
}

impl PageRead<'_> {
    /// The page's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8; PAGE_SIZE] {
        self.guard.bytes()
    }

    /// Its number.
    #[inline]
    pub fn page_no(&self) -> PageNo {
        self.page
    }

    /// Names this state of the page: it grows with every change and is never used again for the same frame ([`PageRead::frame`]).
    #[inline]
    pub fn version(&self) -> u64 {
        self.guard.version()
    }

    /// The frame it is in, for [`Store::read_again`].
    #[inline]
    pub fn frame(&self) -> u32 {
        self.guard.frame
    }

    /// What a tree keeps beside the page while it is in memory.
    #[inline]
    pub fn hints(&self) -> &LeafHints {
        self.guard.hints()
    }

    /// To fetch parts of it into the processor's caches before they are wanted.
    #[inline]
    pub fn ahead(&self) -> Ahead<'_> {
        Ahead { arena: self.guard.arena(), frame: self.guard.frame }
    }

    /// Whether somebody said [`PageRead::set_checked`] since the page came into memory.
    #[inline]
    pub fn checked(&self) -> bool {
        self.guard.checked()
    }

    /// Remembers that the page's structure was found sound.
    pub fn set_checked(&self) {
        self.guard.set_checked();
    }
}

/// A page in memory, seen from outside its latch: to fetch parts of it into the processor's caches before they are
/// wanted. It may be another page by then.
#[derive(Clone, Copy)]
pub struct Ahead<'s> {
    arena: &'s Arena,
    frame: u32,
}

impl<'s> Ahead<'s> {
    /// The cache line of byte `at` of the page is on its way. REQUIRES less than [`PAGE_SIZE`].
    #[inline]
    pub fn fetch(&self, at: usize) {
        self.arena.prefetch_byte(self.frame, at);
    }

    /// What is kept beside it; without a latch only for guesses.
    #[inline]
    pub fn hints(&self) -> &'s LeafHints {
        self.arena.hints(self.frame)
    }
}

impl Store {
    /// A page, latched shared. ERRORS: it cannot be read, is corrupt or was never written.
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
        loop {
            if let Some(guard) = self.load(space, page)? {
                return Ok(PageRead { guard: guard.downgrade(), page });
            }
            if let Some(guard) = self.pool.cached_shared(space, page) {
                return Ok(PageRead { guard, page });
            }
        }
    }

    /// As [`Store::read`], but `None` instead of waiting for somebody's exclusive latch: for those who go against the latch
    /// order.
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

    /// The page that was in `frame` with `version`, latched shared, if nothing of it has changed since: a stored position comes
    /// back without a search.
    pub fn read_again(&self, space: &Space, page: PageNo, frame: u32, version: u64) -> Option<PageRead<'_>> {
        self.poison.check().ok()?;
        // Not waited for: the frame may hold any page by now, so its latch has no place in the caller's order.
        let guard = self.pool.arena.try_shared(frame)?;
        (guard.header().is(space.page_id(page)) && guard.version() == version).then_some(PageRead { guard, page })
    }

    /// Says that the page will be wanted: its first cache lines are fetched if it is in memory.
    #[inline]
    pub fn prefetch(&self, space: &Space, page: PageNo) {
        if let Some(frame) = space.frames.get(page) {
            self.pool.arena.prefetch(frame);
        }
    }

    /// As [`Store::prefetch`] for a walk that comes to the page after a while; `None`: it is not in memory.
    pub fn ahead(&self, space: &Space, page: PageNo) -> Option<Ahead<'_>> {
        let frame = space.frames.get(page)?;
        self.pool.arena.prefetch_to_walk(frame);
        Some(Ahead { arena: &self.pool.arena, frame })
    }
}
