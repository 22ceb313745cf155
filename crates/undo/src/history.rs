//! Purge's side: the oldest committed log, its records, and giving it back.
//!
//! ```text
//! header page   first ──────────────┐                              last ─┐
//! logs                    no 12, on page 7+54 ─► no 15, on page 9+54 ─► no 17, on page 7+310 ─► ∅
//! ```
//!
//! RULES
//!
//! - **R1** Logs leave the history in the order of their numbers, one at a time: there is one [`History`] at a time.
//! - **R2** The pages of a long log go before it leaves the history, last page first; so a crash in between leaves a
//!   shorter log, whose purge is done again. Purging a record twice must do no harm.
//! - **R3** A log that is not the last one of its page leaves its bytes there: the page begins anew when all its logs
//!   have been purged, which is when the newest one's number has.
//!
//! InnoDB's counterpart: `trx_purge_fetch_next_rec`, `trx_purge_truncate_history`, `trx_purge_free_segment`. Left out:
//! several purge threads that share the records of one log among them.

use crate::error::Result;
use crate::events::Purged;
use crate::rseg::{Cached, Chain, FREE_LOG, Rseg};
use innolab_base::{PageNo, TrxId, TrxNo};
use innolab_page::undo::{RollPtr, START, State, UndoMut, UndoPage, rseg};
use innolab_store::{Held, Mtr};
use std::sync::Arc;

/// Of the segments that purge could give back, so many are kept for new logs.
const KEEP: usize = 16;

/// Whether there is a [`History`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purging {
    No,
    Yes,
}

/// The oldest committed log, to be purged. Dropped without [`History::free`] it stays in the history.
#[doc(alias = "purge_node_t")]
pub struct History {
    rseg: Arc<Rseg>,
    /// The transaction.
    pub trx: TrxId,
    /// Its number.
    pub no: TrxNo,
    state: State,
    first: PageNo,
    header: u16,
    /// Where the next record is, unless its page ends there.
    page: PageNo,
    at: u16,
    seen: u64,
}

impl History {
    /// The oldest log, if its number is below `horizon` and nobody else has it.
    pub(crate) fn oldest(rseg: &Arc<Rseg>, horizon: TrxNo) -> Result<Option<History>> {
        let mut state = rseg.state.lock();
        if state.purging == Purging::Yes || state.history.len == 0 || state.first_no >= horizon {
            return Ok(None);
        }
        let (place, no) = (state.history.first, state.first_no);
        let page = rseg.read_of(place.page, place.page)?;
        let header = rseg.committed_log(place.page, UndoPage::new(page.bytes()), place.at)?;
        if header.no != no {
            return Err(rseg.corrupt(place.page, format!("the oldest log has number {}, not {no}", header.no)));
        }
        drop(page);
        state.purging = Purging::Yes;
        drop(state);
        let at = place.at + innolab_page::undo::LOG_HEADER as u16;
        let (rseg, first) = (rseg.clone(), place.page);
        Ok(Some(History {
            rseg,
            trx: header.trx,
            no,
            state: header.state,
            first,
            header: place.at,
            page: first,
            at,
            seen: 0,
        }))
    }

    /// The next record, oldest first: its payload goes into `into`. `None`: that was all.
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
                (self.at, self.seen) = (record.end, self.seen + 1);
                return Ok(Some(ptr));
            }
            // Only a segment's last log has further pages, and only if the segment takes no other.
            let next = undo.next_page();
            if self.state == State::Cached || next.is_null() {
                return Ok(None);
            }
            drop(page);
            let page = self.rseg.read_of(self.first, next)?;
            let undo = UndoPage::new(page.bytes());
            if undo.is_first() || undo.prev_page() != self.page || undo.first_no() != self.seen {
                return Err(self
                    .rseg
                    .corrupt(next, "the pages of an undo log are a chain, its records are numbered in order"));
            }
            (self.page, self.at) = (next, START as u16);
        }
    }

    /// Takes the log out of the history and gives back what nobody needs any more (R1–R3). REQUIRES: its records are purged.
    /// ERRORS: what reading pages can bring; the log is in the history still, perhaps shorter.
    #[doc(alias = "trx_purge_free_segment")]
    pub fn free(self) -> Result<()> {
        let rseg = &self.rseg;
        if self.state == State::ToPurge {
            let mut chain = {
                let page = rseg.read_of(self.first, self.first)?;
                Chain::of(self.first, UndoPage::new(page.bytes()))
            };
            rseg.cut_pages(&mut chain, 0)?;
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
            self.let_go_of_segment(&mut mtr, root, first, slot)?;
        }
        history.write(&mut mtr.page(root));
        mtr.commit()?;
        (state.history, state.first_no) = (history, first_no);
        if let (State::ToPurge, Some(slot)) = (self.state, slot) {
            state.free_slots.pop();
            state.cached.push(Cached { slot, first: self.first, last_no: TrxNo(0) });
        }
        rseg.events.emit(|| Purged { trx: self.trx, no: self.no, history: history.len });
        Ok(())
    }

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

    /// The segment of the last log on its page: into a slot, to be used again, or back to the file space.
    fn let_go_of_segment(&self, mtr: &mut Mtr<'_>, root: Held, first: Held, slot: Option<u16>) -> Result<()> {
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

impl Drop for History {
    fn drop(&mut self) {
        self.rseg.state.lock().purging = Purging::No;
    }
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "History(trx {}, no {})", self.trx, self.no)
    }
}
