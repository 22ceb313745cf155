//! Finding a page in memory, or claiming a frame and reading the page into it.
//!
//! ```text
//! exclusive ─► in the pool? ─ yes ─► latch
//!                   └ no ─► claim a frame ─► read the file ─► verify ─► not newer than the log? ─► latched exclusively
//!                              └ none free: write dirty pages back, and try again (R2 of the crate)
//! fresh                     a page whose bytes in the file do not matter: claimed, not read
//! ```
//!
//! InnoDB's counterpart: `buf_page_get_gen`, `buf_page_create`, `buf_LRU_get_free_block`.

use crate::arena::Exclusive;
use crate::error::{Error, Result};
use crate::image;
use crate::pool::{NoFrame, count};
use crate::space::Space;
use crate::store::Store;
use innolab_base::PageNo;
use innolab_base::sync::thread;

/// Attempts to claim a frame before [`Error::PoolExhausted`] is returned. Between two attempts other threads may
/// release latches.
const FRAME_TRIES: usize = 2000;

impl Store {
    /// Returns the page, latched exclusively. It waits for the latch and reads the file if needed.
    pub(crate) fn exclusive(&self, space: &Space, page: PageNo) -> Result<Exclusive<'_>> {
        self.poison.check()?;
        loop {
            if let Some(guard) = self.pool.cached_exclusive(space, page) {
                return Ok(guard);
            }
            if let Some(guard) = self.load(space, page)? {
                return Ok(guard);
            }
        }
    }

    /// As [`Store::exclusive`], but returns `None` instead of waiting for another thread's latch.
    pub(crate) fn try_exclusive(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        match space.frames.get(page) {
            Some(_) => self.try_exclusive_cached(space, page),
            // If another thread publishes the page first, `load` returns `None` instead of waiting for that thread's
            // latch.
            None => {
                self.poison.check()?;
                self.load(space, page)
            }
        }
    }

    /// As [`Store::try_exclusive`], but returns `None` for a page that is not in memory.
    pub(crate) fn try_exclusive_cached(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        self.poison.check()?;
        let guard = space.frames.get(page).and_then(|frame| self.pool.arena.try_exclusive(frame));
        Ok(guard.filter(|guard| guard.header().is(space.page_id(page))))
    }

    /// Returns a frame for a page whose bytes in the file do not matter; the frame's bytes are undefined.
    pub(crate) fn fresh(&self, space: &Space, page: PageNo) -> Result<Exclusive<'_>> {
        loop {
            if let Some(guard) = self.pool.cached_exclusive(space, page) {
                return Ok(guard);
            }
            if let Some(guard) = self.claim(space, page)? {
                count(&self.pool.counters.pages_created, 1);
                return Ok(guard);
            }
        }
    }

    /// Reads the page from its file; `None` if another thread published it first.
    pub(crate) fn load(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        let size = space.size_pages();
        if page.0 >= size {
            return Err(space.corrupt(page, format!("the page lies behind the end of a file of {size} pages")));
        }
        let Some(mut guard) = self.claim(space, page)? else { return Ok(None) };
        match self.pool.fill(space, page, &mut guard).and_then(|there| self.not_ahead(space, page, &guard, there)) {
            Ok(true) => Ok(Some(guard)),
            Ok(false) => {
                self.pool.give_back(guard);
                Err(space.corrupt(page, "the page was never written"))
            }
            Err(e) => {
                self.pool.give_back(guard);
                Err(e)
            }
        }
    }

    /// No page is written before its redo is durable (I1). A page newer than the log therefore proves that the log has
    /// lost its end, and with it the changes of other pages.
    fn not_ahead(&self, space: &Space, page: PageNo, guard: &Exclusive<'_>, there: bool) -> Result<bool> {
        let (lsn, end) = (image::lsn(guard.bytes()), self.redo.current());
        if there && lsn > end {
            return Err(space.corrupt(page, format!("its LSN is {lsn}, but the redo log ends at {end}")));
        }
        Ok(there)
    }

    /// Claims a frame for the page, its bytes undefined; writes dirty pages back if no clean one can be pushed out (R2
    /// of the crate). `None` if another thread published the page first.
    pub(crate) fn claim(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        for _ in 0..FRAME_TRIES {
            match self.pool.claim(space, page) {
                Ok(answer) => return Ok(answer),
                Err(NoFrame::SomeDirty) => {
                    if self.write_coldest()? == 0 {
                        thread::yield_now();
                    }
                }
                Err(NoFrame::AllLatched) => thread::yield_now(),
            }
        }
        Err(Error::PoolExhausted { frames: self.pool.arena.frames() })
    }
}
