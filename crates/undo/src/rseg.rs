//! The rollback segment: its slots, the cached segments, and access to its pages.
//!
//! ```text
//! disk     header page: slots ─► first pages, ends of the history                   page::undo::rseg
//! memory   RsegState, one mutex: free slots · cached segments · ends of the history
//! ```
//!
//! A *cached* segment has a slot and a page that can take another log. A new log takes the segment that was cached
//! last: its page is the most likely to be in the processor's caches.
//!
//! RULES
//!
//! - **R1** Latches and mutexes are taken in this order: the mutex for allocating pages, log space, the mutex of
//!   [`RsegState`], the header page, first pages (of several segments only under
//!   the mutex of `RsegState`), further pages of one segment, file-space pages. A thread that holds one of these does
//!   not wait for a tree's page.
//! - **R2** A segment has one owner: the cache, a [`Log`](crate::Log), or the history. Others write into it only the
//!   address of the next log of the history.
//! - **R3** The rollback segment allocates one page at a time, and only when [`SPARE`] more pages are free. So a tree
//!   of the same tablespace that has reserved up to `SPARE` pages still gets them all.
//!
//! InnoDB's counterpart: `trx_rseg_t`, `trx_undo_seg_create`, `trx_undo_reuse_cached`. Left out: several rollback
//! segments (the roll pointer has room for 128), undo tablespaces and their truncation.

use crate::error::{Error, Result};
use innolab_base::sync::{Mutex, MutexGuard};
use innolab_base::{Events, PAGE_SIZE, PageNo, TrxNo};
use innolab_page::undo::rseg::{self, HistoryBase};
use innolab_page::undo::{self, LogHeader, UndoMut, UndoPage, format_first};
use innolab_page::{Corrupt, fil};
use innolab_store::{Error as StoreError, Held, Mtr, PageRead, Space, Store};
use std::sync::Arc;

/// Pages that must be free beside the one to be allocated (R3).
const SPARE: u32 = 8;
/// Log space for allocating a page: extent descriptors of a new part of the file may be written too.
pub(crate) const GROW_LOG: usize = 3 * PAGE_SIZE;
/// Log space for freeing [`BATCH`] pages.
pub(crate) const FREE_LOG: usize = PAGE_SIZE;
/// Pages that are freed in one mini-transaction.
const BATCH: usize = 8;
/// A page with more used bytes than this takes no other log.
#[doc(alias = "TRX_UNDO_PAGE_REUSE_LIMIT")]
pub(crate) const REUSE_LIMIT: usize = 3 * PAGE_SIZE / 4;

/// A segment without a log in progress, with its slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedSegment {
    pub(crate) slot: u16,
    pub(crate) first: PageNo,
    /// The number of the newest log on its page, or 0. Once that log is purged, the page is used from its start.
    pub(crate) last_no: TrxNo,
}

/// The state under the mutex: a copy of the header page's contents, and `cached` and `purging`, which are in memory
/// only.
pub(crate) struct RsegState {
    pub(crate) free_slots: Vec<u16>,
    pub(crate) cached: Vec<CachedSegment>,
    pub(crate) history: HistoryBase,
    /// The number of the history's oldest log; meaningless if the history is empty.
    pub(crate) first_no: TrxNo,
    /// True while a [`CommittedLog`](crate::CommittedLog) exists: only one log is purged at a time.
    pub(crate) purging: bool,
}

impl RsegState {
    /// True if the log with this number has been purged, and so have all before it.
    pub(crate) fn is_purged(&self, no: TrxNo) -> bool {
        self.history.len == 0 || no < self.first_no
    }
}

/// The pages of an undo segment: a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageChain {
    pub(crate) first: PageNo,
    pub(crate) last: PageNo,
    pub(crate) n_pages: u32,
}

impl PageChain {
    /// Reads the chain's ends from its first page.
    pub(crate) fn of(first: PageNo, page: UndoPage<'_>) -> PageChain {
        PageChain { first, last: page.last_page(), n_pages: page.n_pages() }
    }
}

/// A segment taken for a new log.
pub(crate) struct TakenSegment {
    pub(crate) segment: CachedSegment,
    /// True if the segment was cached, false if it is new.
    pub(crate) reused: bool,
    /// True if the page is used from its start: all logs on it have been purged.
    pub(crate) from_start: bool,
}

/// The rollback segment, shared by [`Undo`](crate::Undo), its logs and its history.
pub(crate) struct Rseg {
    pub(crate) store: Arc<Store>,
    pub(crate) space: Arc<Space>,
    pub(crate) root: PageNo,
    pub(crate) events: Events,
    pub(crate) state: Mutex<RsegState>,
    /// The mutex for allocating pages.
    growing: Mutex<()>,
}

impl Rseg {
    pub(crate) fn new(store: &Arc<Store>, space: &Arc<Space>, root: PageNo, events: Events, state: RsegState) -> Rseg {
        let (store, space) = (store.clone(), space.clone());
        Rseg { store, space, root, events, state: Mutex::new(state), growing: Mutex::new(()) }
    }

    /// Takes a segment for a new log: the one cached last, or a new one.
    /// ERRORS: [`Error::TooManyTransactions`]; a full disk; reading pages.
    pub(crate) fn take_segment(&self) -> Result<TakenSegment> {
        let mut state = self.state.lock();
        if let Some(segment) = state.cached.pop() {
            let from_start = state.is_purged(segment.last_no);
            return Ok(TakenSegment { segment, reused: true, from_start });
        }
        let slot = state.free_slots.pop().ok_or(Error::TooManyTransactions { limit: rseg::N_SLOTS })?;
        drop(state);
        match self.create_segment(slot) {
            Ok(first) => {
                let segment = CachedSegment { slot, first, last_no: TrxNo(0) };
                Ok(TakenSegment { segment, reused: false, from_start: true })
            }
            Err(e) => {
                self.state.lock().free_slots.push(slot);
                Err(e)
            }
        }
    }

    /// Creates a segment of one page without logs, in `slot`; returns its page.
    #[doc(alias = "trx_undo_seg_create")]
    fn create_segment(&self, slot: u16) -> Result<PageNo> {
        let _growing = self.reserve_page()?;
        let mut mtr = self.store.begin(GROW_LOG)?;
        let root = self.latch_root(&mut mtr)?;
        let (mut mtr, page) = self.allocate_page(mtr, root, self.root)?;
        let first = mtr.page_no(page);
        format_first(&mut mtr.page(page), self.space.page_id(first));
        rseg::set_slot(&mut mtr.page(root), usize::from(slot), Some(first));
        mtr.set_checked(page);
        mtr.commit()?;
        Ok(first)
    }

    /// Reserves a free page, for as long as the guard lives (R3). REQUIRES: no latch is held. ERRORS: a full disk.
    pub(crate) fn reserve_page(&self) -> Result<MutexGuard<'_, ()>> {
        let guard = self.growing.lock();
        self.store.reserve_pages(&self.space, 1 + SPARE)?;
        Ok(guard)
    }

    /// Allocates a page of zeros. REQUIRES: it was reserved; nothing was written in this mini-transaction.
    /// ERRORS: no free frame; nothing is allocated then.
    pub(crate) fn allocate_page<'s>(&self, mut mtr: Mtr<'s>, root: Held, near: PageNo) -> Result<(Mtr<'s>, Held)> {
        match mtr.alloc_page(&self.space, (root, rseg::SEGMENT), near) {
            Ok(page) => Ok((mtr, page)),
            Err(e @ StoreError::PoolExhausted { .. }) => {
                // The page was allocated and freed again, which has to be logged.
                mtr.commit()?;
                Err(e.into())
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Frees the last pages of a segment, as long as all their records have numbers from `len` on. ERRORS: reading
    /// pages; `chain` says which pages are left.
    #[doc(alias = "trx_undo_free_page")]
    pub(crate) fn free_pages_from(&self, chain: &mut PageChain, len: u64) -> Result<()> {
        while chain.last != chain.first {
            let mut mtr = self.store.begin(FREE_LOG)?;
            let root = self.latch_root(&mut mtr)?;
            let first = self.latch_first(&mut mtr, chain.first)?;
            let (mut freed, mut last) = (vec![], chain.last);
            // All latches come before the first write.
            while last != chain.first && freed.len() < BATCH {
                let held = self.latch_further(&mut mtr, chain.first, last)?;
                let page = UndoPage::new(mtr.bytes(held));
                if page.first_no() < len {
                    break;
                }
                freed.push(last);
                last = page.prev_page();
            }
            if freed.is_empty() {
                return Ok(());
            }
            let n_pages =
                chain.n_pages.checked_sub(freed.len() as u32).filter(|n| *n > 0 && (*n == 1) == (last == chain.first));
            let n_pages = n_pages
                .ok_or_else(|| self.corrupt(chain.first, "the segment has another number of pages than it says"))?;
            let end = if last == chain.first { first } else { self.latch_further(&mut mtr, chain.first, last)? };
            for page_no in freed {
                mtr.free_page(&self.space, (root, rseg::SEGMENT), page_no)?;
            }
            UndoMut::new(&mut mtr.page(end)).set_next_page(PageNo::NULL);
            UndoMut::new(&mut mtr.page(first)).set_pages(last, n_pages);
            mtr.commit()?;
            (chain.last, chain.n_pages) = (last, n_pages);
        }
        Ok(())
    }

    /// Removes the newest log of a segment of one page and caches the segment; returns the LSN. `log`: the byte of its
    /// header; `last_no`: the number of the newest log that stays on the page.
    pub(crate) fn remove_log(&self, slot: u16, first: PageNo, log: u16, last_no: TrxNo) -> Result<innolab_base::Lsn> {
        let mut mtr = self.store.begin(FREE_LOG)?;
        let held = self.latch_first(&mut mtr, first)?;
        let page = UndoPage::new(mtr.bytes(held));
        if page.last_log() != Some(log) || page.n_pages() != 1 {
            return Err(
                self.corrupt(first, format!("the newest log is not the one at byte {log}, or has further pages"))
            );
        }
        UndoMut::new(&mut mtr.page(held)).remove_last_log();
        let lsn = mtr.commit()?;
        self.state.lock().cached.push(CachedSegment { slot, first, last_no });
        Ok(lsn)
    }

    // ---- pages, latched and checked

    /// Returns the error for a page on which `rule` does not hold.
    #[cold]
    pub(crate) fn corrupt(&self, page: PageNo, rule: impl ToString) -> Error {
        self.space.corrupt(page, rule).into()
    }

    /// Checks the structure of a page before anything reads it.
    fn admit(&self, page: PageNo, bytes: &[u8], check: fn(&[u8]) -> std::result::Result<(), Corrupt>) -> Result<()> {
        check(bytes).map_err(|e| self.corrupt(page, e))
    }

    /// Latches the header page exclusively.
    pub(crate) fn latch_root(&self, mtr: &mut Mtr<'_>) -> Result<Held> {
        let held = mtr.latch(&self.space, self.root)?;
        if !mtr.checked(held) {
            self.admit(self.root, mtr.bytes(held), rseg::check)?;
            mtr.set_checked(held);
        }
        Ok(held)
    }

    /// Latches an undo page exclusively.
    #[inline]
    pub(crate) fn latch(&self, mtr: &mut Mtr<'_>, page: PageNo) -> Result<Held> {
        let held = mtr.latch(&self.space, page)?;
        if !mtr.checked(held) || fil::page_type(mtr.bytes(held)) != fil::PageType::UNDO_LOG {
            self.admit(page, mtr.bytes(held), undo::check)?;
            mtr.set_checked(held);
        }
        Ok(held)
    }

    /// Latches the first page of a segment exclusively.
    pub(crate) fn latch_first(&self, mtr: &mut Mtr<'_>, page: PageNo) -> Result<Held> {
        let held = self.latch(mtr, page)?;
        match UndoPage::new(mtr.bytes(held)).is_first() {
            true => Ok(held),
            false => Err(self.corrupt(page, "the first page of an undo segment was expected")),
        }
    }

    /// Latches a further page of the segment that begins at `first` exclusively.
    fn latch_further(&self, mtr: &mut Mtr<'_>, first: PageNo, page: PageNo) -> Result<Held> {
        let held = self.latch(mtr, page)?;
        self.check_further(first, page, UndoPage::new(mtr.bytes(held)))?;
        Ok(held)
    }

    fn check_further(&self, first: PageNo, page_no: PageNo, page: UndoPage<'_>) -> Result<()> {
        match !page.is_first() && page.owner() == first {
            true => Ok(()),
            false => Err(self.corrupt(page_no, format!("a further page of undo segment {first} was expected"))),
        }
    }

    /// Latches an undo page shared.
    #[inline]
    pub(crate) fn read(&self, page_no: PageNo) -> Result<PageRead<'_>> {
        let page = self.store.read(&self.space, page_no)?;
        if !page.checked() || fil::page_type(page.bytes()) != fil::PageType::UNDO_LOG {
            self.admit(page_no, page.bytes(), undo::check)?;
            page.set_checked();
        }
        Ok(page)
    }

    /// Latches a page of the segment that begins at `first` shared.
    pub(crate) fn read_of(&self, first: PageNo, page_no: PageNo) -> Result<PageRead<'_>> {
        let page = self.read(page_no)?;
        let undo = UndoPage::new(page.bytes());
        match page_no == first && undo.is_first() {
            true => Ok(page),
            false => self.check_further(first, page_no, undo).map(|()| page),
        }
    }

    /// Returns the header of the committed log at a place of the history. ERRORS: no committed log is there.
    pub(crate) fn committed_log(&self, page_no: PageNo, page: UndoPage<'_>, at: u16) -> Result<LogHeader> {
        let header = page.log(at).filter(|header| page.is_first() && header.state.is_committed());
        header
            .ok_or_else(|| self.corrupt(page_no, format!("the history leads to byte {at}, where no committed log is")))
    }
}
