//! The ends of a log: prepared, committed, discarded.
//!
//! ```text
//! commit    number ─► header: committed ─► behind the newest log of the history ─► segment cached, or its slot freed
//!           └────────────────── one mini-transaction, under RsegState's mutex ────────────────────────────┘
//! discard   one page: its header is removed     several: state to-be-freed ─► pages are freed ─► its header is removed
//! ```
//!
//! The rules are those of [`log`](super): R4 above all.
//!
//! InnoDB's counterpart: `trx_undo_set_state_at_prepare`, `trx_write_serialisation_history`, `trx_undo_commit_cleanup`.

use super::handle::{HEADER_LOG, Log, Stage};
use crate::error::Result;
use crate::events::{Committed, GivenBack, Prepared};
use crate::rseg::{CachedSegment, REUSE_LIMIT};
use innolab_base::{Lsn, TrxNo, Xid};
use innolab_page::fsp::Addr;
use innolab_page::undo::{State, UndoMut, UndoPage, rseg};

/// Log space for a commit: three pages, some dozens of bytes each.
const COMMIT_LOG: usize = 1024;

impl Log {
    /// Marks the log as prepared: after a crash [`Undo::open`](crate::Undo::open) returns it as in doubt, with this
    /// XID. The mark is durable when the redo log is durable up to the returned LSN.
    /// REQUIRES: the log is active. ERRORS: reading pages.
    #[doc(alias = "trx_undo_set_state_at_prepare")]
    pub fn prepare(&mut self, xid: Xid) -> Result<Lsn> {
        assert_eq!(self.stage, Stage::Active, "REQUIRES: the log is active");
        let mut mtr = self.rseg.store.begin(HEADER_LOG)?;
        let first = self.rseg.latch_first(&mut mtr, self.chain.first)?;
        let header = match self.header {
            Some(at) => at,
            None => {
                self.header_place(&mtr, first)?;
                self.write_header(&mut mtr, first)
            }
        };
        UndoMut::new(&mut mtr.page(first)).prepare(header, xid, self.has_modify);
        let lsn = mtr.commit()?;
        (self.header, self.stage) = (Some(header), Stage::Prepared);
        self.rseg.events.emit(|| Prepared { trx: self.trx, xid });
        Ok(lsn)
    }

    /// Marks a prepared log as active again: it will be rolled back, after a crash too.
    pub fn unprepare(&mut self) -> Result<Lsn> {
        assert_eq!(self.stage, Stage::Prepared, "REQUIRES: the log is prepared");
        let lsn = self.set_state(State::Active)?;
        self.stage = Stage::Active;
        Ok(lsn)
    }

    /// Writes a state to the log's header, if it has one.
    fn set_state(&mut self, state: State) -> Result<Lsn> {
        let mut mtr = self.rseg.store.begin(HEADER_LOG)?;
        let first = self.rseg.latch_first(&mut mtr, self.chain.first)?;
        let Some(header) = self.header else { return Ok(self.rseg.store.appended_lsn()) };
        UndoMut::new(&mut mtr.page(first)).set_state(header, state);
        Ok(mtr.commit()?)
    }

    /// Commits: in one mini-transaction the log gets its number and becomes the newest of the history (R4). The
    /// transaction is durable when the redo log is durable up to the returned LSN. `number` is called under the
    /// mutex of `RsegState`, so that the history is in the order of numbers; it must not wait, and its numbers must rise. A
    /// log that has only inserts gets no number: no reader needs it, and it is freed at once.
    /// LOCKS: the mutex of `RsegState`, then the header page and first pages (`rseg` R1).
    /// ERRORS: reading pages; nothing has changed then, and the commit can be repeated, or the log rolled back.
    #[doc(alias = "trx_write_serialisation_history")]
    pub fn commit(&mut self, number: &mut dyn FnMut() -> TrxNo) -> Result<Lsn> {
        assert_ne!(self.stage, Stage::Ended, "REQUIRES: the log has not ended");
        let (true, Some(log)) = (self.has_modify && self.len > 0, self.header) else { return self.free() };
        let rseg = self.rseg.clone();
        let mut mtr = rseg.store.begin(COMMIT_LOG)?;
        let mut state = rseg.state.lock();
        let mut history = state.history;
        let root = rseg.latch_root(&mut mtr)?;
        let tail = match history.len {
            0 => None,
            _ => {
                let tail = rseg.latch_first(&mut mtr, history.last.page)?;
                rseg.committed_log(history.last.page, UndoPage::new(mtr.bytes(tail)), history.last.at)?;
                Some(tail)
            }
        };
        let first = rseg.latch_first(&mut mtr, self.chain.first)?;
        let reusable = self.chain.n_pages == 1 && UndoPage::new(mtr.bytes(first)).free() <= REUSE_LIMIT;
        let no = number();
        assert!(no > history.largest_no, "numbers rise: {no} after {}", history.largest_no);
        let place = Addr { page: self.chain.first, at: log };
        let end = if reusable { State::Cached } else { State::ToPurge };
        UndoMut::new(&mut mtr.page(first)).commit(log, no, end);
        if let Some(tail) = tail {
            UndoMut::new(&mut mtr.page(tail)).set_next_history(history.last.at, place);
        }
        (history.len, history.last, history.largest_no) = (history.len + 1, place, no);
        if history.len == 1 {
            history.first = place;
        }
        history.write(&mut mtr.page(root));
        if !reusable {
            rseg::set_slot(&mut mtr.page(root), usize::from(self.slot), None);
        }
        let lsn = mtr.commit()?;
        if history.len == 1 {
            state.first_no = no;
        }
        state.history = history;
        match reusable {
            true => state.cached.push(CachedSegment { slot: self.slot, first: self.chain.first, last_no: no }),
            false => state.free_slots.push(self.slot),
        }
        self.stage = Stage::Ended;
        let (trx, records) = (self.trx, self.len);
        rseg.events.emit(|| Committed { trx, no, records, history: history.len });
        Ok(lsn)
    }

    /// Frees the log after a rollback. It stays freed after a crash if the redo log was durable up to the returned LSN.
    /// REQUIRES: all rows are as they were before the transaction. ERRORS: as [`Log::commit`].
    #[doc(alias = "trx_undo_commit_cleanup")]
    pub fn discard(&mut self) -> Result<Lsn> {
        assert_ne!(self.stage, Stage::Ended, "REQUIRES: the log has not ended");
        self.free()
    }

    /// Frees the records and caches the segment (R4).
    fn free(&mut self) -> Result<Lsn> {
        let rseg = self.rseg.clone();
        let segment = CachedSegment { slot: self.slot, first: self.chain.first, last_no: self.prev_no };
        let lsn = match self.header {
            None => {
                rseg.state.lock().cached.push(segment);
                rseg.store.appended_lsn()
            }
            Some(log) if self.chain.n_pages == 1 => rseg.remove_log(self.slot, self.chain.first, log, self.prev_no)?,
            Some(log) => {
                let lsn = self.set_state(State::ToFree)?;
                // The log has ended. An error from here on leaves the segment in its slot, and the next opening frees
                // its pages.
                let rest = rseg.free_pages_from(&mut self.chain, 0);
                let _ = rest.and_then(|()| rseg.remove_log(self.slot, self.chain.first, log, self.prev_no));
                lsn
            }
        };
        self.stage = Stage::Ended;
        rseg.events.emit(|| GivenBack { trx: self.trx, records: self.len });
        Ok(lsn)
    }
}
