//! The mini-transaction: changes of several pages that a crash keeps whole or not at all (I2).
//!
//! ```text
//! begin(bytes) ─ reserve log space, no latch held (I7)
//!   latch(page) … latch(page)         exclusive latches, kept to the end
//!   page(held).write(…)               changes the frame and appends the same change to a private buffer
//! commit() ─ under the log's append mutex: the group is copied into the log, its pages enter the flush list
//!          ─ the pages get the group's LSN, the latches are released
//! ```
//!
//! RULES
//!
//! - **R1** Latches are held until the group is in the log buffer: no reader sees, and no write to a file contains, a
//!   state that is not covered by redo.
//! - **R2** There is no rollback. Everything that can fail (latching, allocating, checking) comes before the first
//!   write. A mini-transaction that is dropped after a write poisons the store.
//! - **R3** Log space is reserved before the first latch, so no thread waits for a checkpoint while it holds a latch
//!   that the checkpoint may need.
//!
//! InnoDB's counterpart: `mtr0mtr`. Left out: shared latches and savepoints in the memo (readers use [`Store::read`]).

use crate::arena::Exclusive;
use crate::error::Result;
use crate::space::Space;
use crate::store::Store;
use crate::{image, log};
use innolab_base::{Lsn, PAGE_SIZE, PageId, PageNo, SpaceId, latches};
use innolab_page::{LeafHints, Write};
use innolab_redo::{GROUP_HEAD_BYTES, Reservation};
use smallvec::SmallVec;
use std::cell::Cell;
use std::ops::Range;

/// Names a page that a mini-transaction has latched. Valid only within that mini-transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held(u32);

struct Latched<'s> {
    guard: Exclusive<'s>,
    id: PageId,
    wrote: bool,
}

/// A mini-transaction; see the module.
///
/// | methods | file |
/// |---|---|
/// | latching, changing, committing | `mtr` |
/// | `create_segment`, `alloc_page`, `free_page` and the like | `segment/calls` |
#[must_use = "a mini-transaction is ended by commit"]
pub struct Mtr<'s> {
    store: &'s Store,
    reservation: Reservation,
    /// The latched pages, in the order of latching; `None` once released. [`Held`] is an index.
    held: SmallVec<[Option<Latched<'s>>; 4]>,
    log: Vec<u8>,
    /// The page that the last entries of `log` change.
    in_log: Option<u32>,
}

impl Store {
    /// Begins a mini-transaction that will log at most `log_bytes`. It waits, in the order of arrival, until the log
    /// has room; the first in the queue makes it (I7, R2 of the crate).
    /// REQUIRES: the caller has no page latched and no other mini-transaction. ERRORS: the store is poisoned; more
    /// bytes than the log ever allows.
    pub fn begin(&self, log_bytes: usize) -> Result<Mtr<'_>> {
        latches::assert_none();
        self.poison.check()?;
        let reservation = self.redo.reserve_with(log_bytes as u64, || self.make_log_room())?;
        Ok(Mtr::new(self, reservation))
    }
}

thread_local! {
    /// The log buffer of this thread's last mini-transaction, for reuse.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Log buffers larger than this are not kept for reuse.
const KEEP_BYTES: usize = 256 * 1024;

impl<'s> Mtr<'s> {
    fn new(store: &'s Store, reservation: Reservation) -> Mtr<'s> {
        let mut log = SPARE.take();
        log.clear();
        Mtr { store, reservation, held: SmallVec::new(), log, in_log: None }
    }

    /// The store that it changes.
    pub fn store(&self) -> &'s Store {
        self.store
    }

    /// Latches a page exclusively; waits for other latches. A page that this mini-transaction has latched already is
    /// returned again. ERRORS: the page cannot be read or is corrupt; no frame is free.
    pub fn latch(&mut self, space: &Space, page: PageNo) -> Result<Held> {
        let id = space.page_id(page);
        if let Some(held) = self.find(id) {
            return Ok(held);
        }
        let guard = self.store.exclusive(space, page)?;
        Ok(self.keep(guard, id))
    }

    /// As [`Mtr::latch`], but returns `None` instead of waiting for another thread's latch.
    pub fn try_latch(&mut self, space: &Space, page: PageNo) -> Result<Option<Held>> {
        let id = space.page_id(page);
        if let Some(held) = self.find(id) {
            return Ok(Some(held));
        }
        let guard = self.store.try_exclusive(space, page)?;
        Ok(guard.map(|guard| self.keep(guard, id)))
    }

    /// As [`Mtr::try_latch`], but returns `None` for a page that is not in memory.
    pub fn try_latch_cached(&mut self, space: &Space, page: PageNo) -> Result<Option<Held>> {
        let id = space.page_id(page);
        if let Some(held) = self.find(id) {
            return Ok(Some(held));
        }
        let guard = self.store.try_exclusive_cached(space, page)?;
        Ok(guard.map(|guard| self.keep(guard, id)))
    }

    /// Latches a page and fills it with zeros, whatever its file holds; this is logged.
    pub(crate) fn create(&mut self, space: &Space, page: PageNo) -> Result<Held> {
        let id = space.page_id(page);
        let held = match self.find(id) {
            Some(held) => held,
            None => {
                let guard = self.store.fresh(space, page)?;
                self.keep(guard, id)
            }
        };
        self.enter(held);
        log::put_init(&mut self.log);
        self.latched_mut(held).guard.bytes_mut().fill(0);
        Ok(held)
    }

    fn find(&self, id: PageId) -> Option<Held> {
        let i = self.held.iter().position(|l| l.as_ref().is_some_and(|l| l.id == id))?;
        Some(Held(i as u32))
    }

    fn keep(&mut self, guard: Exclusive<'s>, id: PageId) -> Held {
        self.held.push(Some(Latched { guard, id, wrote: false }));
        Held(self.held.len() as u32 - 1)
    }

    #[inline]
    fn latched(&self, held: Held) -> &Latched<'s> {
        self.held[held.0 as usize].as_ref().expect("the caller does not use a page that it has released")
    }

    #[inline]
    fn latched_mut(&mut self, held: Held) -> &mut Latched<'s> {
        self.held[held.0 as usize].as_mut().expect("the caller does not use a page that it has released")
    }

    /// The page's bytes, with the changes so far.
    #[inline]
    pub fn bytes(&self, held: Held) -> &[u8; PAGE_SIZE] {
        self.latched(held).guard.bytes()
    }

    /// The page's number.
    pub fn page_no(&self, held: Held) -> PageNo {
        self.latched(held).id.page
    }

    /// Returns the writer through which the page is changed.
    #[inline]
    pub fn page(&mut self, held: Held) -> PageMut<'_, 's> {
        PageMut { mtr: self, held }
    }

    /// The page's version before this mini-transaction. A commit that changed the page raises it by one.
    pub fn version(&self, held: Held) -> u64 {
        self.latched(held).guard.version()
    }

    /// The key hints that a tree keeps beside the page while the page is in memory.
    pub fn hints(&self, held: Held) -> &LeafHints {
        self.latched(held).guard.hints()
    }

    /// True if this mini-transaction may have moved records of the page away from their origins.
    pub fn origins_moved(&self, held: Held) -> bool {
        self.latched(held).guard.origins_moved()
    }

    /// Sets [`Mtr::origins_moved`] back to what it was before some changes: the hash index keeps the page's entries
    /// (arena R4). REQUIRES: the changes left all records at their origins.
    pub fn set_origins_moved(&mut self, held: Held, moved: bool) {
        self.latched_mut(held).guard.set_origins_moved(moved);
    }

    /// True if [`Mtr::set_checked`] was called since the page came into memory.
    pub fn checked(&self, held: Held) -> bool {
        self.latched(held).guard.checked()
    }

    /// Records that the page's structure was checked and is sound.
    pub fn set_checked(&self, held: Held) {
        self.latched(held).guard.set_checked();
    }

    /// Releases a latch before the commit. REQUIRES: the page was not changed (R1).
    pub fn release(&mut self, held: Held) {
        let latched = self.held[held.0 as usize].take();
        assert!(latched.is_some_and(|l| !l.wrote), "R1: a changed page stays latched until the commit");
    }

    /// True if anything was changed so far.
    pub fn has_changes(&self) -> bool {
        !self.log.is_empty()
    }

    /// Bytes of redo so far.
    pub fn log_bytes(&self) -> usize {
        self.log.len()
    }

    pub(crate) fn log_create_file(&mut self, space: SpaceId, name: &str) {
        log::put_create(&mut self.log, space, name);
    }

    pub(crate) fn log_rename_file(&mut self, space: SpaceId, name: &str) {
        log::put_rename(&mut self.log, space, name);
    }

    pub(crate) fn log_unlogged(&mut self, first: PageId, pages: usize) {
        log::put_unlogged(&mut self.log, first, pages);
    }

    pub(crate) fn log_drop_file(&mut self, space: SpaceId) {
        log::put_drop(&mut self.log, space);
    }

    /// Makes this page the one that the next entries of the log change.
    #[inline]
    fn enter(&mut self, held: Held) {
        if self.in_log != Some(held.0) {
            let latched = self.latched_mut(held);
            latched.wrote = true;
            let id = latched.id;
            log::put_page(&mut self.log, id);
            self.in_log = Some(held.0);
        }
    }

    /// Appends the changes to the redo log as one group and releases all latches. Returns the group's end: the changes
    /// are durable once the log is durable up to this LSN ([`Store::flush_log`]).
    /// REQUIRES: no more was logged than [`Store::begin`] reserved. ERRORS: the store is poisoned.
    pub fn commit(mut self) -> Result<Lsn> {
        if self.log.is_empty() {
            return Ok(self.store.appended_lsn());
        }
        self.store.poison.check()?;
        let log = std::mem::take(&mut self.log);
        if let Some(missing) = (log.len() as u64 + GROUP_HEAD_BYTES as u64).checked_sub(self.reservation.bytes()) {
            // The caller reserved too little. It may take free room, but with latches held it must not wait for any.
            assert!(self.reservation.try_grow(missing), "R3: {missing} bytes of redo more than were reserved");
        }
        let end = self.store.append(&mut self.reservation, &log, |start, end| {
            let written = self.held.iter().flatten().filter(|l| l.wrote);
            self.store.pool.flush_list.changed(start, end, written.map(|l| (l.guard.frame, l.guard.header())));
        });
        for latched in self.held.iter_mut().flatten().filter(|l| l.wrote) {
            let moved = latched.guard.origins_moved();
            image::set_lsn(latched.guard.bytes_mut(), end);
            latched.guard.set_origins_moved(moved);
        }
        spare(log);
        Ok(end)
    }
}

/// Keeps the buffer for the next mini-transaction of this thread.
fn spare(log: Vec<u8>) {
    if log.capacity() <= KEEP_BYTES {
        SPARE.set(log);
    }
}

impl Drop for Mtr<'_> {
    fn drop(&mut self) {
        if !self.log.is_empty() {
            self.store.poison.set("a mini-transaction was dropped after it had changed pages");
        }
        // A commit has taken the buffer away.
        if self.log.capacity() > 0 {
            spare(std::mem::take(&mut self.log));
        }
    }
}

/// Changes a page that a mini-transaction has latched: every write goes to the frame and to the redo.
pub struct PageMut<'a, 's> {
    mtr: &'a mut Mtr<'s>,
    held: Held,
}

impl Write for PageMut<'_, '_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.mtr.bytes(self.held)
    }

    #[inline]
    fn write(&mut self, at: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.mtr.enter(self.held);
        self.mtr.latched_mut(self.held).guard.bytes_mut()[at..at + bytes.len()].copy_from_slice(bytes);
        log::put_write(&mut self.mtr.log, at, bytes);
    }

    fn copy_within(&mut self, from: Range<usize>, to: usize) {
        if from.is_empty() {
            return;
        }
        self.mtr.enter(self.held);
        self.mtr.latched_mut(self.held).guard.bytes_mut().copy_within(from.clone(), to);
        log::put_copy(&mut self.mtr.log, from, to);
    }

    fn fill(&mut self, range: Range<usize>, byte: u8) {
        if range.is_empty() {
            return;
        }
        self.mtr.enter(self.held);
        self.mtr.latched_mut(self.held).guard.bytes_mut()[range.clone()].fill(byte);
        log::put_fill(&mut self.mtr.log, range, byte);
    }
}
