//! The buffer pool: pages in frames.
//!
//! ```text
//! read(space, page) ─► page table ─► frame? ─► latch ─► is it still that page? ─► guard
//!                          │ no                              │ no: again
//!                          └─► take a frame (free, or the replacer's victim) ─► publish ─► read the file ─► verify
//! ```
//!
//! RULES
//!
//! - **R1** A frame is published in the page table while its exclusive latch is held and before the page is read:
//!   others who want the page wait for the latch, so a page is read once and is never in two frames.
//! - **R2** A frame is given away only if nobody has a latch on it, it is clean, and no copy of it is on its way to the file.
//! - **R3** The pool's mutex is never held while waiting for the disk or for the latch of a page; a latch may be held
//!   while waiting for it. Only a free frame's latch is waited for under it: whoever has that came by a stale entry and
//!   gives it back at once.
//! - **R4** What comes from a file is verified (checksum, and that it is the page asked for) before anybody sees it (I6, I11).
//!
//! The memory: `innodb_buffer_pool_size` for frames, headers and aids, some 30 bytes a frame for the lists, and the page tables.
//!
//! InnoDB's counterpart: `buf0buf`. Left out: several instances, read-ahead, dump and load of the pool.

use crate::arena::{Arena, Exclusive, Header, Shared};
use crate::error::{Error, Result};
use crate::flush::FlushList;
use crate::replacer::Replacer;
use crate::space::{Registry, Space};
use innolab_base::sync::Mutex;
use innolab_base::{Clock, PAGE_SIZE, PageNo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How many pages the search for a victim looks at before it writes dirty ones (`innodb_lru_scan_depth` is its cousin).
const VICTIM_DEPTH: usize = 128;

/// What the pool did so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) pages_read: AtomicU64,
    pub(crate) pages_written: AtomicU64,
    pub(crate) pages_created: AtomicU64,
    pub(crate) pages_evicted: AtomicU64,
}

pub(crate) fn count(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

/// Frames and who is in them.
pub(crate) struct Pool {
    pub(crate) arena: Arena,
    pub(crate) registry: Registry,
    pub(crate) flush_list: FlushList,
    pub(crate) counters: Counters,
    lists: Mutex<Lists>,
    /// Pages pushed out so far, wrapping: the replacer's clock. 0 until the first.
    evictions: AtomicU32,
    clock: Arc<dyn Clock>,
}

struct Lists {
    free: Vec<u32>,
    replacer: Box<dyn Replacer>,
}

/// Nobody could be pushed out.
pub(crate) enum NoFrame {
    /// There are dirty pages: write some and try again.
    AllDirty,
    /// Every frame is latched.
    AllLatched,
}

impl Pool {
    pub(crate) fn new(frames: usize, replacer: Box<dyn Replacer>, clock: Arc<dyn Clock>) -> Result<Pool> {
        let arena = Arena::new(frames).map_err(|e| Error::Setting(format!("no memory for {frames} pages: {e}")))?;
        Ok(Pool {
            arena,
            registry: Registry::default(),
            flush_list: FlushList::new(frames),
            counters: Counters::default(),
            lists: Mutex::new(Lists { free: (0..frames as u32).rev().collect(), replacer }),
            evictions: AtomicU32::new(0),
            clock,
        })
    }

    /// The page in memory, latched shared; `None`: it is not there.
    #[inline]
    pub(crate) fn cached_shared(&self, space: &Space, page: PageNo) -> Option<Shared<'_>> {
        loop {
            let frame = space.frames.get(page)?;
            let Some(guard) = self.arena.shared_while(frame, || space.frames.get(page) == Some(frame)) else {
                continue;
            };
            if guard.header().is(space.page_id(page)) {
                self.used(frame, guard.header());
                return Some(guard);
            }
        }
    }

    /// The page in memory, latched exclusively; `None`: it is not there.
    pub(crate) fn cached_exclusive(&self, space: &Space, page: PageNo) -> Option<Exclusive<'_>> {
        loop {
            let frame = space.frames.get(page)?;
            let Some(guard) = self.arena.exclusive_while(frame, || space.frames.get(page) == Some(frame)) else {
                continue;
            };
            if guard.header().is(space.page_id(page)) {
                self.used(frame, guard.header());
                return Some(guard);
            }
        }
    }

    /// Tells the replacer of a use, if it wants to know. Under contention a use may go untold: the order is a guess anyway.
    #[inline]
    pub(crate) fn used(&self, frame: u32, header: &Header) {
        let report_at = header.report_at.load(Ordering::Relaxed);
        let clock = self.evictions.load(Ordering::Relaxed);
        if (clock.wrapping_sub(report_at) as i32) >= 0 && clock != 0 {
            self.report(frame, clock);
        }
    }

    #[cold]
    fn report(&self, frame: u32, clock: u32) {
        if let Some(mut lists) = self.lists.try_lock() {
            let at = lists.replacer.accessed(frame, clock, self.clock.now_ms());
            self.arena.header(frame).report_at.store(at, Ordering::Relaxed);
        }
    }

    /// A frame for `page`, exclusively latched and published, its bytes those of whoever was there before; `Ok(None)`: another
    /// thread published the page meanwhile.
    pub(crate) fn claim(&self, space: &Space, page: PageNo) -> std::result::Result<Option<Exclusive<'_>>, NoFrame> {
        let mut lists = self.lists.lock();
        if space.frames.get(page).is_some() {
            return Ok(None);
        }
        let mut guard = match lists.free.pop() {
            // Somebody who came by a stale entry of a page table may look at it for a moment: not long.
            Some(frame) => self.arena.exclusive(frame),
            None => self.evict(&mut lists)?,
        };
        guard.assign(Some(space.page_id(page)));
        let published = space.frames.publish(page, guard.frame);
        assert!(published, "R1: pages are published under the pool's mutex");
        let at = lists.replacer.loaded(guard.frame, self.evictions.load(Ordering::Relaxed));
        guard.header().report_at.store(at, Ordering::Relaxed);
        Ok(Some(guard))
    }

    /// R2
    fn evict(&self, lists: &mut Lists) -> std::result::Result<Exclusive<'_>, NoFrame> {
        let (mut found, mut dirty) = (None, false);
        lists.replacer.victims(VICTIM_DEPTH, &mut |frame| {
            let Some(guard) = self.arena.try_exclusive(frame) else { return false };
            if guard.header().is_dirty() || guard.header().writing.load(Ordering::Acquire) {
                dirty = true;
                return false;
            }
            found = Some(guard);
            true
        });
        let mut guard = found.ok_or(if dirty { NoFrame::AllDirty } else { NoFrame::AllLatched })?;
        lists.replacer.removed(guard.frame);
        self.unpublish(&mut guard);
        count(&self.counters.pages_evicted, 1);
        if self.evictions.fetch_add(1, Ordering::Relaxed) == u32::MAX {
            self.evictions.store(1, Ordering::Relaxed);
        }
        Ok(guard)
    }

    fn unpublish(&self, guard: &mut Exclusive<'_>) {
        if let Some(id) = guard.header().id()
            && let Some(space) = self.registry.get(id.space)
        {
            space.frames.clear(id.page);
        }
        guard.assign(None);
    }

    /// Gives a frame back that has no page worth keeping. REQUIRES: it is clean.
    pub(crate) fn give_back(&self, mut guard: Exclusive<'_>) {
        assert!(!guard.header().is_dirty() && !guard.header().writing.load(Ordering::Acquire), "R2");
        let mut lists = self.lists.lock();
        lists.replacer.removed(guard.frame);
        self.unpublish(&mut guard);
        lists.free.push(guard.frame);
    }

    /// Reads the page from its file into the frame (R4). A page that was never written, or lies behind the file's end, is
    /// zeros: the answer is false.
    pub(crate) fn fill(&self, space: &Space, page: PageNo, guard: &mut Exclusive<'_>) -> Result<bool> {
        let at = u64::from(page.0) * PAGE_SIZE as u64;
        let bytes = guard.bytes_mut();
        match space.file.read_at(at, bytes) {
            Ok(()) => count(&self.counters.pages_read, 1),
            Err(innolab_disk::Error::PastEnd { .. }) => bytes.fill(0),
            Err(e) => return Err(e.into()),
        }
        crate::image::verify(space, page, bytes)
    }

    /// The frames from the victims' end of the replacer's list, at most `limit`.
    pub(crate) fn coldest(&self, limit: usize) -> Vec<u32> {
        let mut out = Vec::with_capacity(limit);
        self.lists.lock().replacer.victims(limit, &mut |frame| {
            out.push(frame);
            false
        });
        out
    }

    /// Frames without a page.
    pub(crate) fn free_frames(&self) -> usize {
        self.lists.lock().free.len()
    }

    /// Forgets all pages of a tablespace, written or not. REQUIRES: nobody uses it any more and nothing of it is being written.
    pub(crate) fn forget(&self, space: &Space) {
        for frame in 0..self.arena.frames() as u32 {
            if self.arena.header(frame).id().is_some_and(|id| id.space == space.id()) {
                let guard = self.arena.exclusive(frame);
                if guard.header().id().is_some_and(|id| id.space == space.id()) {
                    self.drop_frame(guard);
                }
            }
        }
    }

    /// As [`Pool::forget`], one page. REQUIRES: nobody wants it, though somebody may look whether it is what he wants.
    pub(crate) fn forget_page(&self, space: &Space, page: PageNo) {
        if let Some(guard) = self.cached_exclusive(space, page) {
            self.drop_frame(guard);
        }
    }

    fn drop_frame(&self, guard: Exclusive<'_>) {
        self.flush_list.forget(guard.header(), guard.frame);
        self.give_back(guard);
    }
}
