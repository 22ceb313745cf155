//! The buffer pool: pages in frames.
//!
//! ```text
//! read(space, page) ─► page table ─► frame? ─► latch ─► still that page? ─► guard
//!                          │ no                              │ no: again
//!                          └─► take a frame (free, or the replacer's victim) ─► publish ─► read the file ─► verify
//! ```
//!
//! RULES
//!
//! - **R1** A frame is published in the page table while its exclusive latch is held and before the page is read. Other
//!   threads that want the page wait for the latch, so a page is read once and is never in two frames.
//! - **R2** A frame is given to another page only if it is not latched, it is clean, and no copy of it is on its way to
//!   the file.
//! - **R3** The pool's mutex is never held while waiting for the disk or for the latch of a page; a latch may be held
//!   while waiting for the mutex. One exception: a thread that claims a free frame waits for its latch under the mutex.
//!   The latch's holder found the frame in a stale entry of a page table, and releases it at once.
//! - **R4** Bytes from a file are verified (the checksum, and that they are the page asked for) before any reader gets
//!   them (I6, I11).
//!
//! Memory: `innodb_buffer_pool_size` for frames, headers and key hints, some 30 bytes a frame for the lists, and the
//! page tables. The hash index lives in frames that the pool has lent to it.
//!
//! InnoDB's counterpart: `buf0buf`. Left out: several instances, read-ahead, dump and load of the pool.

use crate::arena::{Arena, Exclusive, Header, Lent, Shared};
use crate::error::{Error, Result};
use crate::flush::FlushList;
use crate::replacer::{Replacer, is_due};
use crate::space::{Registry, Space};
use innolab_base::sync::Mutex;
use innolab_base::{Clock, PAGE_SIZE, PageNo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Frames that the replacer may offer before dirty pages are written back; a cousin of `innodb_lru_scan_depth`.
const VICTIM_DEPTH: usize = 128;

/// Counts since the pool was made.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) pages_read: AtomicU64,
    pub(crate) pages_written: AtomicU64,
    pub(crate) pages_created: AtomicU64,
    pub(crate) pages_evicted: AtomicU64,
    pub(crate) syncs: AtomicU64,
    pub(crate) dblwr_pages_written: AtomicU64,
    pub(crate) dblwr_writes: AtomicU64,
}

thread_local! {
    static REQUESTS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts a look of this thread at a page.
#[inline]
pub(crate) fn note_request() {
    REQUESTS.with(|requests| requests.set(requests.get() + 1));
}

/// Returns how often this thread has looked at a page of any store, also without its latch. A caller takes the difference
/// of two calls.
#[doc(alias = "Innodb_buffer_pool_read_requests")]
pub fn page_requests() -> u64 {
    REQUESTS.with(std::cell::Cell::get)
}

pub(crate) fn count(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

/// The frames and their pages.
pub(crate) struct Pool {
    pub(crate) arena: Arena,
    pub(crate) registry: Registry,
    pub(crate) flush_list: FlushList,
    pub(crate) counters: Counters,
    lists: Mutex<Lists>,
    /// Number of pages pushed out so far: the replacer's clock. It wraps around and skips 0, which means "none yet".
    evictions: AtomicU32,
    clock: Arc<dyn Clock>,
}

struct Lists {
    free: Vec<u32>,
    replacer: Box<dyn Replacer>,
}

/// The reason why no page could be evicted.
pub(crate) enum NoFrame {
    /// At least one offered page is dirty or being written: write pages back and try again.
    SomeDirty,
    /// All of the offered pages are latched.
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

    /// Returns the page latched shared; `None` if it is not in memory.
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

    /// Returns the page latched exclusively; `None` if it is not in memory.
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

    /// Reports a use to the replacer, if it is due. A use may be lost if another thread has the mutex: the order is
    /// only a guess.
    #[inline]
    pub(crate) fn used(&self, frame: u32, header: &Header) {
        note_request();
        let report_at = header.report_at.load(Ordering::Relaxed);
        let clock = self.evictions.load(Ordering::Relaxed);
        if is_due(report_at, clock) {
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

    /// Takes a frame for `page`: latched exclusively and published, its bytes those of its former page. `Ok(None)` if
    /// another thread published the page first.
    pub(crate) fn claim(&self, space: &Space, page: PageNo) -> std::result::Result<Option<Exclusive<'_>>, NoFrame> {
        let mut lists = self.lists.lock();
        if space.frames.get(page).is_some() {
            return Ok(None);
        }
        let mut guard = match lists.free.pop() {
            // A thread that found the frame in a stale page-table entry may hold its latch for a moment (R3).
            Some(frame) => self.arena.exclusive(frame),
            None => self.evict(&mut lists)?,
        };
        guard.assign(Some(space.page_id(page)));
        let published = space.frames.publish(page, guard.frame);
        assert!(published, "R1: pages are published under the pool's mutex");
        let clock = self.evictions.load(Ordering::Relaxed);
        let at = lists.replacer.loaded(guard.frame, space.page_id(page), clock);
        guard.header().report_at.store(at, Ordering::Relaxed);
        Ok(Some(guard))
    }

    /// Takes a frame out of the pool for good, for other memory than pages (arena R5).
    pub(crate) fn lend(&self) -> std::result::Result<Lent, NoFrame> {
        let mut lists = self.lists.lock();
        let guard = match lists.free.pop() {
            Some(frame) => self.arena.exclusive(frame),
            None => self.evict(&mut lists)?,
        };
        Ok(guard.lend())
    }

    /// Pushes a page out (R2); returns its frame, latched exclusively.
    fn evict(&self, lists: &mut Lists) -> std::result::Result<Exclusive<'_>, NoFrame> {
        let (mut found, mut dirty) = (None, false);
        lists.replacer.evict(VICTIM_DEPTH, &mut |frame| {
            let Some(guard) = self.arena.try_exclusive(frame) else { return false };
            if guard.header().is_dirty() || guard.header().writing.load(Ordering::Acquire) {
                dirty = true;
                return false;
            }
            found = Some(guard);
            true
        });
        let mut guard = found.ok_or(if dirty { NoFrame::SomeDirty } else { NoFrame::AllLatched })?;
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

    /// Makes a frame free. REQUIRES: it is clean.
    pub(crate) fn give_back(&self, mut guard: Exclusive<'_>) {
        assert!(!guard.header().is_dirty() && !guard.header().writing.load(Ordering::Acquire), "R2");
        let mut lists = self.lists.lock();
        lists.replacer.removed(guard.frame);
        self.unpublish(&mut guard);
        lists.free.push(guard.frame);
    }

    /// Reads the page from its file into the frame (R4). Returns false, and fills the frame with zeros, if the page was
    /// never written or lies behind the file's end.
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

    /// Returns the frames that will be pushed out first, at most `limit`.
    pub(crate) fn coldest(&self, limit: usize) -> Vec<u32> {
        let mut out = Vec::with_capacity(limit);
        self.lists.lock().replacer.peek(limit, &mut |frame| out.push(frame));
        out
    }

    /// Number of frames without a page.
    pub(crate) fn free_frames(&self) -> usize {
        self.lists.lock().free.len()
    }

    /// Frees the frames of all pages of a tablespace without writing dirty ones. REQUIRES: no thread uses the
    /// tablespace, and none of its pages is being written.
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

    /// As [`Pool::forget`], for one page. REQUIRES: no reader depends on the page, though a stale page number may still
    /// lead one to latch and re-check it.
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
