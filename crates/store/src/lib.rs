//! Pages in memory, and what makes them durable: tablespace files, the buffer pool, the mini-transaction, segments and extents,
//! and physical recovery.
//!
//! ```text
//!             read(space, page) ─► shared guard            Mtr: latch, change, commit
//!                        │                                   │             │ one group
//!  ┌─────────────────────▼───────────────────────────────────▼──┐   ┌──────▼──────┐
//!  │ buffer pool: frames, page table, midpoint LRU, flush list  │   │  redo log   │
//!  └───────┬────────────────────────────────────────────▲───────┘   └──────┬──────┘
//!          │ write back: redo first (I1), doublewrite   │ read, verify     │
//!  ┌───────▼────────────────────────────────────────────┴───────┐          │
//!  │ tablespace files *.ibd: pages; extents, segments           ◄──────────┘ recovery
//!  └────────────────────────────────────────────────────────────┘
//! ```
//!
//! | module        | one idea                                            | invariants |
//! |---------------|-----------------------------------------------------|------------|
//! | `arena`       | frames and their latches (the crate's `unsafe`)     |            |
//! | `space`       | files, page tables, the registry                    |            |
//! | [`replacer`]  | who leaves memory                                   |            |
//! | `pool`        | pages in frames                                     | I6, I11    |
//! | `read`        | a look at a page, latched shared                    |            |
//! | `glimpse`     | a look at a page without a latch                    |            |
//! | `flush`, `write_back` | dirty pages to their files                  | I1, I6, I10 |
//! | `mtr`, [`log`] | changes that are atomic                            | I2, I7     |
//! | `file`, `segment` | tablespace files; which pages are free, and whose |         |
//! | `unlogged`    | pages that are written to their places instead of being logged | I1, I6 |
//! | `recover`     | doublewrite, then redo                              | I2, I6     |
//! | `cleaner`     | room in the pool and the log, ahead of need         | I7         |
//!
//! RULES
//!
//! - **R1** Whoever has a page latched waits for nothing but further latches (in the order of `docs/latching.md`), a
//!   free frame and the log buffer. Log *space* is waited for before the first latch.
//! - **R2** Whoever finds no room, in the log or in the pool, makes it: writes the oldest or coldest dirty pages
//!   himself. The cleaner thread only does so earlier. So everything works, and repeats exactly, without the thread.
//!
//! InnoDB's counterpart: `buf`, `fil`, `fsp`, `mtr`.

mod arena;
mod cleaner;
mod error;
mod file;
mod flush;
mod glimpse;
mod image;
mod list;
pub mod log;
mod mtr;
mod options;
mod poison;
mod pool;
mod read;
mod recover;
pub mod replacer;
mod segment;
mod space;
mod unlogged;
mod write_back;

pub use error::{Error, Result};
pub use file::{SegmentUse, SpaceUse};
pub use glimpse::Glimpse;
pub use mtr::{Held, Mtr, PageMut};
pub use options::{Counts, Options};
pub use read::{Ahead, PageRead};
pub use recover::Recovery;
pub use space::Space;
pub use unlogged::Unlogged;

use arena::Exclusive;
use flush::BATCH;
use innolab_base::sync::Mutex;
use innolab_base::{Events, Lsn, PageNo, SpaceId, Worker, latches};
use innolab_disk::Disk;
use innolab_redo::{Redo, Reservation};
use poison::Poison;
use pool::{NoFrame, Pool, count};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use write_back::WriteBack;

/// How often a free frame is looked for before the pool counts as too small. Between two looks others get time to finish.
const FRAME_TRIES: usize = 2000;

/// The storage below the trees; see the crate.
pub struct Store {
    disk: Arc<dyn Disk>,
    redo: Redo,
    pool: Pool,
    write_back: Mutex<WriteBack>,
    poison: Poison,
    /// End of the last group whose pages are in the flush list (flush R1).
    linked: AtomicU64,
    options: Options,
    events: Events,
    cleaner: Worker,
}

impl Store {
    /// Opens the store in a directory, or makes one in an empty directory: repairs torn pages from the doublewrite file, then
    /// repeats the redo log. ERRORS: files that are damaged or not ours, named; nothing is changed then.
    pub fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn innolab_base::Clock>,
        events: Events,
    ) -> Result<(Arc<Store>, Recovery)> {
        options.check()?;
        recover::open(disk, options, clock, events)
    }

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

    pub(crate) fn try_exclusive(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        match space.frames.get(page) {
            Some(_) => self.try_exclusive_cached(space, page),
            // Whoever is faster has it latched, and is not waited for.
            None => {
                self.poison.check()?;
                self.load(space, page)
            }
        }
    }

    pub(crate) fn try_exclusive_cached(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        self.poison.check()?;
        let guard = space.frames.get(page).and_then(|frame| self.pool.arena.try_exclusive(frame));
        Ok(guard.filter(|guard| guard.header().is(space.page_id(page))))
    }

    /// A frame for a page whose bytes in the file do not matter.
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

    /// Reads the page from its file; `None`: another thread was faster.
    fn load(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
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

    /// No page is written before its redo is (I1): one that is newer than the log says that the log has lost its end,
    /// and other pages what was there.
    fn not_ahead(&self, space: &Space, page: PageNo, guard: &Exclusive<'_>, there: bool) -> Result<bool> {
        let (lsn, end) = (image::lsn(guard.bytes()), self.redo.current());
        if there && lsn > end {
            return Err(space.corrupt(page, format!("its LSN is {lsn}, but the redo log ends at {end}")));
        }
        Ok(there)
    }

    /// A frame for the page, its bytes undefined; makes room in the pool (R2). `None`: another thread was faster.
    pub(crate) fn claim(&self, space: &Space, page: PageNo) -> Result<Option<Exclusive<'_>>> {
        for _ in 0..FRAME_TRIES {
            match self.pool.claim(space, page) {
                Ok(answer) => return Ok(answer),
                Err(NoFrame::AllDirty) => {
                    if self.write_coldest()? == 0 {
                        std::thread::yield_now();
                    }
                }
                Err(NoFrame::AllLatched) => std::thread::yield_now(),
            }
        }
        Err(Error::PoolExhausted { frames: self.pool.arena.frames() })
    }

    /// Begins a mini-transaction that will log at most `log_bytes`. REQUIRES: the caller has no page latched. It may wait until
    /// a checkpoint has made room in the log (I7).
    pub fn begin(&self, log_bytes: usize) -> Result<Mtr<'_>> {
        latches::assert_none();
        self.poison.check()?;
        loop {
            if let Some(reservation) = self.redo.try_reserve(log_bytes as u64)? {
                return Ok(Mtr::new(self, reservation));
            }
            self.make_log_room()?;
        }
    }

    /// R2: the oldest pages are written and the checkpoint moves on.
    fn make_log_room(&self) -> Result<()> {
        let before = self.redo.checkpoint_lsn();
        self.write_oldest(Lsn(u64::MAX))?;
        if self.checkpoint()? == before {
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Appends a group; `link` is called with its LSNs, in the order of LSNs.
    pub(crate) fn append(&self, reservation: &mut Reservation, group: &[u8], link: impl FnOnce(Lsn, Lsn)) -> Lsn {
        let linked = |start, end: Lsn| {
            link(start, end);
            self.linked.store(end.0, Ordering::Release);
        };
        self.redo.append(reservation, group, linked).1
    }

    /// End of the last group that was appended.
    pub fn appended_lsn(&self) -> Lsn {
        Lsn(self.linked.load(Ordering::Acquire))
    }

    /// Makes everything up to `lsn` durable.
    pub fn flush_log(&self, lsn: Lsn) -> Result<()> {
        self.poison.check()?;
        self.poison.guard("flushing the redo log", || Ok(self.redo.flush_to(lsn)?))
    }

    /// Hands everything up to `lsn` to the system, which keeps it if only this process dies (`innodb_flush_log_at_trx_commit=2`).
    pub fn write_log(&self, lsn: Lsn) -> Result<()> {
        self.poison.check()?;
        self.poison.guard("writing the redo log", || Ok(self.redo.write_to(lsn)?))
    }

    /// Writes a batch of the pages that became dirty first, before `below`. How many.
    pub fn write_oldest(&self, below: Lsn) -> Result<usize> {
        let mut write_back = self.write_back.lock();
        let frames = self.pool.flush_list.candidates(&self.pool.arena, below, BATCH);
        write_back.write(&self.pool, &self.redo, &self.poison, &frames)
    }

    /// Writes a batch of the dirty pages that will be pushed out first. How many.
    fn write_coldest(&self) -> Result<usize> {
        let mut write_back = self.write_back.lock();
        let mut frames = self.pool.coldest(4 * BATCH);
        frames.retain(|f| self.pool.arena.header(*f).is_dirty());
        write_back.write(&self.pool, &self.redo, &self.poison, &frames)
    }

    /// Tells the redo log what a recovery does not need any more. The new checkpoint.
    pub fn checkpoint(&self) -> Result<Lsn> {
        self.poison.check()?;
        self.poison.guard("making a checkpoint", || {
            // Before the flush list: what is appended later starts at or behind this.
            let linked = self.appended_lsn();
            let lsn = self.pool.flush_list.oldest(&self.pool.arena).map_or(linked, |oldest| oldest.min(linked));
            if lsn > self.redo.checkpoint_lsn() {
                self.redo.flush_to(lsn)?;
                self.redo.checkpoint(lsn)?;
            }
            Ok(self.redo.checkpoint_lsn())
        })
    }

    /// Writes all dirty pages and makes a checkpoint. REQUIRES: no mini-transaction is under way in this thread.
    pub fn flush_all(&self) -> Result<()> {
        while self.pool.flush_list.len() > 0 {
            if self.write_oldest(Lsn(u64::MAX))? == 0 {
                std::thread::yield_now();
            }
        }
        self.checkpoint()?;
        Ok(())
    }

    /// Flushes everything and stops the cleaner. The files are complete without the log then, and every one of them passes
    /// `innochecksum`.
    pub fn close(&self) -> Result<()> {
        self.cleaner.stop();
        self.flush_all()
    }

    /// Ends the page cleaner and waits for it: after this its thread does not hold the store, and who needs room makes it (R2).
    pub fn stop_cleaner(&self) {
        self.cleaner.stop();
    }

    /// An open tablespace.
    pub fn space(&self, id: SpaceId) -> Option<Arc<Space>> {
        self.pool.registry.get(id)
    }

    /// An open tablespace by its file's name.
    pub fn space_by_name(&self, name: &str) -> Option<Arc<Space>> {
        self.pool.registry.by_name(name)
    }

    /// All open tablespaces, by number.
    pub fn spaces(&self) -> Vec<Arc<Space>> {
        self.pool.registry.all()
    }

    /// The settings it was opened with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where the events of this store and of what is built on it go.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The directory it works in.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// What was done so far.
    pub fn counts(&self) -> Counts {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let counters = &self.pool.counters;
        Counts {
            pages_read: get(&counters.pages_read),
            pages_written: get(&counters.pages_written),
            pages_created: get(&counters.pages_created),
            pages_evicted: get(&counters.pages_evicted),
            dirty_pages: self.pool.flush_list.len() as u64,
            free_frames: self.pool.free_frames() as u64,
            log_bytes: self.appended_lsn().0,
            checkpoint_age: self.appended_lsn().0.saturating_sub(self.redo.checkpoint_lsn().0),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.cleaner.abandon();
    }
}
