//! The rollback segment: slots, segments to be used again, and the pages below.
//!
//! ```text
//! disk     header page: slots ─► first pages, history ends                    page::undo::rseg
//! memory   State, one mutex: free slots · cached segments · history ends      what the header says, and which segments nobody uses
//! ```
//!
//! A *cached* segment has a slot and a page that can take another log. Whoever begins takes the one that was left last:
//! its page is the warmest.
//!
//! RULES
//!
//! - **R1** Waited for in this order: the mutex for taking pages, log space, the mutex of [`State`], the header page,
//!   first pages (of several segments only under the mutex of `State`), further pages of one segment, file-space pages.
//!   Nobody who holds one of these waits for a tree's page.
//! - **R2** A segment is in one pair of hands: cached, a [`Log`](crate::Log)'s, or the history's. Others write into it
//!   only the address of the next log of the history.
//! - **R3** Pages are taken one at a time in the rollback segment, after [`SPARE`] more than needed were seen to be
//!   free. So a tree of the same tablespace that has reserved up to as many as that gets them, and so does undo.
//!
//! InnoDB's counterpart: `trx_rseg_t`, `trx_undo_seg_create`, `trx_undo_reuse_cached`. Left out: several rollback
//! segments (the roll pointer has room for 128), undo tablespaces and their truncation.

use crate::error::{Error, Result};
use crate::history::Purging;
use innolab_base::sync::{Mutex, MutexGuard};
use innolab_base::{Events, PAGE_SIZE, PageNo, TrxNo};
use innolab_page::undo::rseg::{self, HistoryBase};
use innolab_page::undo::{self, LogHeader, UndoMut, UndoPage, format_first};
use innolab_page::{Corrupt, fil};
use innolab_store::{Error as StoreError, Held, Mtr, PageRead, Space, Store};
use std::sync::Arc;

/// R3
const SPARE: u32 = 8;
/// Log space for taking a page: descriptors of a new part of the file may be among what is written.
pub(crate) const GROW_LOG: usize = 3 * PAGE_SIZE;
/// Log space for giving back [`BATCH`] pages.
pub(crate) const FREE_LOG: usize = PAGE_SIZE;
/// How many pages are given back in one mini-transaction.
const BATCH: usize = 8;
/// A page that is used further than this takes no other log.
#[doc(alias = "TRX_UNDO_PAGE_REUSE_LIMIT")]
pub(crate) const REUSE_LIMIT: usize = 3 * PAGE_SIZE / 4;

/// A segment that nobody uses, with its slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cached {
    pub(crate) slot: u16,
    pub(crate) first: PageNo,
    /// The number of the newest log on its page; 0 if there is none. Once that is purged the page is used from its start.
    pub(crate) last_no: TrxNo,
}

/// What the mutex guards: the header page says the same, but for `cached` and `purging`.
pub(crate) struct State {
    pub(crate) free_slots: Vec<u16>,
    pub(crate) cached: Vec<Cached>,
    pub(crate) history: HistoryBase,
    /// The number of the history's oldest log, if it has one.
    pub(crate) first_no: TrxNo,
    pub(crate) purging: Purging,
}

impl State {
    /// Whether nobody needs the log with this number, nor those before it.
    pub(crate) fn is_purged(&self, no: TrxNo) -> bool {
        self.history.len == 0 || no < self.first_no
    }
}

/// The pages of an undo segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    pub(crate) first: PageNo,
    pub(crate) last: PageNo,
    pub(crate) n_pages: u32,
}

impl Chain {
    /// As a first page says.
    pub(crate) fn of(first: PageNo, page: UndoPage<'_>) -> Chain {
        Chain { first, last: page.last_page(), n_pages: page.n_pages() }
    }
}

/// What [`Undo`](crate::Undo), its logs and its history share.
pub(crate) struct Rseg {
    pub(crate) store: Arc<Store>,
    pub(crate) space: Arc<Space>,
    pub(crate) root: PageNo,
    pub(crate) events: Events,
    pub(crate) state: Mutex<State>,
    growing: Mutex<()>,
}

impl Rseg {
    pub(crate) fn new(store: &Arc<Store>, space: &Arc<Space>, root: PageNo, events: Events, state: State) -> Rseg {
        let (store, space) = (store.clone(), space.clone());
        Rseg { store, space, root, events, state: Mutex::new(state), growing: Mutex::new(()) }
    }

    /// A segment for a new log, whether it was there already, and whether its page is used from its start.
    pub(crate) fn claim(&self) -> Result<(Cached, bool, bool)> {
        let mut state = self.state.lock();
        if let Some(cached) = state.cached.pop() {
            let anew = state.is_purged(cached.last_no);
            return Ok((cached, true, anew));
        }
        let slot = state.free_slots.pop().ok_or(Error::TooManyTransactions { limit: rseg::N_SLOTS })?;
        drop(state);
        match self.create_segment(slot) {
            Ok(first) => Ok((Cached { slot, first, last_no: TrxNo(0) }, false, true)),
            Err(e) => {
                self.state.lock().free_slots.push(slot);
                Err(e)
            }
        }
    }

    /// A segment of one page without logs, in `slot`.
    #[doc(alias = "trx_undo_seg_create")]
    fn create_segment(&self, slot: u16) -> Result<PageNo> {
        let _one_at_a_time = self.reserve_page()?;
        let mut mtr = self.store.begin(GROW_LOG)?;
        let root = self.latch_root(&mut mtr)?;
        let (mut mtr, page) = self.take_page(mtr, root, self.root)?;
        let first = mtr.page_no(page);
        format_first(&mut mtr.page(page), self.space.page_id(first));
        rseg::set_slot(&mut mtr.page(root), usize::from(slot), Some(first));
        mtr.set_checked(page);
        mtr.commit()?;
        Ok(first)
    }

    /// R3: there is a free page, until the guard goes. REQUIRES: no latch is held.
    pub(crate) fn reserve_page(&self) -> Result<MutexGuard<'_, ()>> {
        let guard = self.growing.lock();
        self.store.reserve_pages(&self.space, 1 + SPARE)?;
        Ok(guard)
    }

    /// A page of zeros. REQUIRES: it was reserved; nothing was written in this mini-transaction.
    pub(crate) fn take_page<'s>(&self, mut mtr: Mtr<'s>, root: Held, near: PageNo) -> Result<(Mtr<'s>, Held)> {
        match mtr.alloc_page(&self.space, (root, rseg::SEGMENT), near) {
            Ok(page) => Ok((mtr, page)),
            Err(e @ StoreError::PoolExhausted { .. }) => {
                // The page was taken and given back, which is to be logged.
                mtr.commit()?;
                Err(e.into())
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Gives back those last pages of a segment whose records are all from number `len` on.
    #[doc(alias = "trx_undo_free_page")]
    pub(crate) fn cut_pages(&self, chain: &mut Chain, len: u64) -> Result<()> {
        while chain.last != chain.first {
            let mut mtr = self.store.begin(FREE_LOG)?;
            let root = self.latch_root(&mut mtr)?;
            let first = self.latch_first(&mut mtr, chain.first)?;
            let (mut gone, mut last) = (vec![], chain.last);
            // All latches before the first write.
            while last != chain.first && gone.len() < BATCH {
                let held = self.latch_further(&mut mtr, chain.first, last)?;
                let page = UndoPage::new(mtr.bytes(held));
                if page.first_no() < len {
                    break;
                }
                gone.push(last);
                last = page.prev_page();
            }
            if gone.is_empty() {
                return Ok(());
            }
            let n_pages =
                chain.n_pages.checked_sub(gone.len() as u32).filter(|n| *n > 0 && (*n == 1) == (last == chain.first));
            let n_pages =
                n_pages.ok_or_else(|| self.corrupt(chain.first, "the segment has as many pages as it says"))?;
            let end = if last == chain.first { first } else { self.latch_further(&mut mtr, chain.first, last)? };
            for page_no in gone {
                mtr.free_page(&self.space, (root, rseg::SEGMENT), page_no)?;
            }
            UndoMut::new(&mut mtr.page(end)).set_next_page(PageNo::NULL);
            UndoMut::new(&mut mtr.page(first)).set_pages(last, n_pages);
            mtr.commit()?;
            (chain.last, chain.n_pages) = (last, n_pages);
        }
        Ok(())
    }

    /// Frees what a log of one page used of it and gives the segment to the cache. `last_no`: the newest log that stays
    /// on the page.
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
        self.state.lock().cached.push(Cached { slot, first, last_no });
        Ok(lsn)
    }

    // ---- pages, latched and checked

    /// The error that says that `rule` does not hold on a page.
    #[cold]
    pub(crate) fn corrupt(&self, page: PageNo, rule: impl ToString) -> Error {
        self.space.corrupt(page, rule).into()
    }

    fn admit(&self, page: PageNo, bytes: &[u8], check: fn(&[u8]) -> std::result::Result<(), Corrupt>) -> Result<()> {
        check(bytes).map_err(|e| self.corrupt(page, e))
    }

    /// The header page, exclusively.
    pub(crate) fn latch_root(&self, mtr: &mut Mtr<'_>) -> Result<Held> {
        let held = mtr.latch(&self.space, self.root)?;
        if !mtr.checked(held) {
            self.admit(self.root, mtr.bytes(held), rseg::check)?;
            mtr.set_checked(held);
        }
        Ok(held)
    }

    /// An undo page, exclusively.
    #[inline]
    pub(crate) fn latch(&self, mtr: &mut Mtr<'_>, page: PageNo) -> Result<Held> {
        let held = mtr.latch(&self.space, page)?;
        if !mtr.checked(held) || fil::page_type(mtr.bytes(held)) != fil::PageType::UNDO_LOG {
            self.admit(page, mtr.bytes(held), undo::check)?;
            mtr.set_checked(held);
        }
        Ok(held)
    }

    /// A first page, exclusively.
    pub(crate) fn latch_first(&self, mtr: &mut Mtr<'_>, page: PageNo) -> Result<Held> {
        let held = self.latch(mtr, page)?;
        match UndoPage::new(mtr.bytes(held)).is_first() {
            true => Ok(held),
            false => Err(self.corrupt(page, "the first page of an undo segment was expected")),
        }
    }

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

    /// An undo page, shared.
    #[inline]
    pub(crate) fn read(&self, page_no: PageNo) -> Result<PageRead<'_>> {
        let page = self.store.read(&self.space, page_no)?;
        if !page.checked() || fil::page_type(page.bytes()) != fil::PageType::UNDO_LOG {
            self.admit(page_no, page.bytes(), undo::check)?;
            page.set_checked();
        }
        Ok(page)
    }

    /// A page of the segment that begins at `first`, shared.
    pub(crate) fn read_of(&self, first: PageNo, page_no: PageNo) -> Result<PageRead<'_>> {
        let page = self.read(page_no)?;
        let undo = UndoPage::new(page.bytes());
        match page_no == first && undo.is_first() {
            true => Ok(page),
            false => self.check_further(first, page_no, undo).map(|()| page),
        }
    }

    /// The committed log at a place of the history.
    pub(crate) fn committed_log(&self, page_no: PageNo, page: UndoPage<'_>, at: u16) -> Result<LogHeader> {
        let header = page.log(at).filter(|header| page.is_first() && header.state.is_committed());
        header
            .ok_or_else(|| self.corrupt(page_no, format!("the history leads to byte {at}, where no committed log is")))
    }
}
