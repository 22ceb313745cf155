//! The history: committed logs in the order of their numbers, read and freed by purge from the oldest on.
//!
//! ```text
//! header page   first ──────────────┐                              last ─┐
//! logs                    no 12, on page 7+54 ─► no 15, on page 9+54 ─► no 17, on page 7+310 ─► ∅
//! ```
//!
//! RULES
//!
//! - **R1** Logs leave the history in the order of their numbers, one at a time: one [`CommittedLog`] exists at a time.
//! - **R2** The pages of a long log are freed before it leaves the history, last page first. So a crash in between
//!   leaves a shorter log, which is purged again. Purging a record twice must do no harm.
//! - **R3** A log that is not the last one of its page leaves its bytes there. The page is used from its start again
//!   when all its logs have been purged, that is, when the newest one has.
//!
//! InnoDB's counterpart: `trx_purge_fetch_next_rec`, `trx_purge_truncate_history`, `trx_purge_free_segment`. Left out:
//! several purge threads that share the records of one log.

use crate::error::Result;
use crate::events::Purged;
use crate::rseg::{CachedSegment, FREE_LOG, PageChain, Rseg};
use innolab_base::{PageNo, TrxId, TrxNo};
use innolab_page::undo::{RollPtr, START, State, UndoMut, UndoPage, rseg};
use innolab_store::{Held, Mtr};
use std::sync::Arc;

/// Purge caches a segment instead of freeing it while fewer segments than this are cached.
const KEEP: usize = 16;

/// The oldest committed log, taken for purging. If it is dropped without [`CommittedLog::free`], it stays in the
/// history.
#[doc(alias = "purge_node_t")]
pub struct CommittedLog {
    rseg: Arc<Rseg>,
    /// The transaction that wrote the log.
    pub trx: TrxId,
    /// The transaction's number.
    pub no: TrxNo,
    state: State,
    first: PageNo,
    header: u16,
    /// Page and byte of the next record; it is on the next page if the log's records on this one end there.
    page: PageNo,
    at: u16,
    /// Records read so far.
    n_read: u64,
}

impl CommittedLog {
    /// Takes the oldest log, if its number is below `horizon` and no other one is taken (R1).
    pub(crate) fn oldest(rseg: &Arc<Rseg>, horizon: TrxNo) -> Result<Option<CommittedLog>> {
        let mut state = rseg.state.lock();
        if state.purging || state.history.len == 0 || state.first_no >= horizon {
            return Ok(None);
        }
        let (place, no) = (state.history.first, state.first_no);
        let page = rseg.read_of(place.page, place.page)?;
        let header = rseg.committed_log(place.page, UndoPage::new(page.bytes()), place.at)?;
        if header.no != no {
            return Err(rseg.corrupt(place.page, format!("the oldest log has number {}, not {no}", header.no)));
        }
        drop(page);
        state.purging = true;
        drop(state);
        let at = place.at + innolab_page::undo::LOG_HEADER as u16;
        let (rseg, first) = (rseg.clone(), place.page);
        Ok(Some(CommittedLog {
            rseg,
            trx: header.trx,
            no,
            state: header.state,
            first,
            header: place.at,
            page: first,
            at,
            n_read: 0,
        }))
    }

    /// Reads the next record, oldest first: copies its payload to `into` and returns its address, or `None` at the end.
    /// LOCKS: its page, shared. ERRORS: reading pages.
    #[doc(alias = "trx_purge_get_next_rec")]
    pub fn next(&mut self, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        loop {
            let page = self.rseg.read_of(self.first, self.page)?;
            let undo = UndoPage::new(page.bytes());
            if self.at < undo.records_of(self.header).end {
                let record = undo.record(self.at);
                let record =
                    record.ok_or_else(|| self.rseg.corrupt(self.page, "an undo record is not where it was"))?;
                into.clear();
                into.extend_from_slice(record.payload);
                let ptr = RollPtr::new(record.kind, self.page, record.at);
                (self.at, self.n_read) = (record.end, self.n_read + 1);
                return Ok(Some(ptr));
            }
            // Only a segment's last log has further pages, and only if the segment takes no other log.
            let next = undo.next_page();
            if self.state == State::Cached || next.is_null() {
                return Ok(None);
            }
            drop(page);
            let page = self.rseg.read_of(self.first, next)?;
            let undo = UndoPage::new(page.bytes());
            if undo.is_first() || undo.prev_page() != self.page || undo.first_no() != self.n_read {
                return Err(self
                    .rseg
                    .corrupt(next, "the pages of an undo log are a chain, its records are numbered in order"));
            }
            (self.page, self.at) = (next, START as u16);
        }
    }

    /// Takes the log out of the history and frees its pages, or caches its segment (R1–R3). REQUIRES: its records were
    /// purged. ERRORS: reading pages; the log stays in the history, perhaps shorter.
    #[doc(alias = "trx_purge_free_segment")]
    pub fn free(self) -> Result<()> {
        let rseg = &self.rseg;
        if self.state == State::ToPurge {
            let mut chain = {
                let page = rseg.read_of(self.first, self.first)?;
                PageChain::of(self.first, UndoPage::new(page.bytes()))
            };
            rseg.free_pages_from(&mut chain, 0)?;
        }
        let mut mtr = rseg.store.begin(FREE_LOG)?;
        let mut state = rseg.state.lock();
        let root = rseg.latch_root(&mut mtr)?;
        let first = rseg.latch_first(&mut mtr, self.first)?;
        let header = rseg.committed_log(self.first, UndoPage::new(mtr.bytes(first)), self.header)?;
        let mut history = state.history;
        history.len -= 1;
        history.first = header.next_history;
        let mut first_no = state.first_no;
        match history.len {
            0 => history.last = header.next_history,
            _ => first_no = self.number_of_next(&mut mtr, header.next_history)?,
        }
        if history.len == 0 && !header.next_history.is_null() {
            return Err(rseg.corrupt(self.first, "the history is longer than it says"));
        }
        let slot = state.free_slots.last().copied().filter(|_| state.cached.len() < KEEP);
        if self.state == State::ToPurge {
            self.release_segment(&mut mtr, root, first, slot)?;
        }
        history.write(&mut mtr.page(root));
        mtr.commit()?;
        (state.history, state.first_no) = (history, first_no);
        if let (State::ToPurge, Some(slot)) = (self.state, slot) {
            state.free_slots.pop();
            state.cached.push(CachedSegment { slot, first: self.first, last_no: TrxNo(0) });
        }
        rseg.events.emit(|| Purged { trx: self.trx, no: self.no, history: history.len });
        Ok(())
    }

    /// Returns the number of the log that becomes the oldest. ERRORS: it does not rise.
    fn number_of_next(&self, mtr: &mut Mtr<'_>, next: innolab_page::fsp::Addr) -> Result<TrxNo> {
        let rseg = &self.rseg;
        let held = rseg.latch_first(mtr, next.page)?;
        let header = rseg.committed_log(next.page, UndoPage::new(mtr.bytes(held)), next.at)?;
        match header.no > self.no {
            true => Ok(header.no),
            false => {
                Err(rseg.corrupt(next.page, format!("log no {} follows no {} in the history", header.no, self.no)))
            }
        }
    }

    /// Puts the segment into `slot`, to be cached, or frees it. REQUIRES: this is the last log on its page.
    fn release_segment(&self, mtr: &mut Mtr<'_>, root: Held, first: Held, slot: Option<u16>) -> Result<()> {
        match slot {
            Some(slot) => {
                UndoMut::new(&mut mtr.page(first)).remove_all_logs();
                rseg::set_slot(&mut mtr.page(root), usize::from(slot), Some(self.first));
            }
            None => mtr.free_page(&self.rseg.space, (root, rseg::SEGMENT), self.first)?,
        }
        Ok(())
    }
}

impl Drop for CommittedLog {
    fn drop(&mut self) {
        self.rseg.state.lock().purging = false;
    }
}

impl std::fmt::Debug for CommittedLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CommittedLog(trx {}, no {})", self.trx, self.no)
    }
}
