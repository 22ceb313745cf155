//! The ends of a log: prepared, committed, given back.
//!
//! ```text
//! commit    number ─► header: committed ─► behind the newest log of the history ─► the slot is free, or the page takes another log
//!           └────────────────────────── one mini-transaction, under the history's mutex ──────────────────────────────────┘
//! discard   one page: its header goes          several: to be freed ─► pages go, one by one ─► its header goes
//! ```
//!
//! The rules are those of [`log`](super): R4 above all.
//!
//! InnoDB's counterpart: `trx_undo_set_state_at_prepare`, `trx_write_serialisation_history`, `trx_undo_commit_cleanup`.

use super::{APPEND_LOG, Log, Stage};
use crate::error::Result;
use crate::events::{Committed, GivenBack, Prepared};
use crate::rseg::{Cached, REUSE_LIMIT};
use innolab_base::{Lsn, TrxNo, Xid};
use innolab_page::fsp::Addr;
use innolab_page::undo::{State, UndoMut, UndoPage, rseg};

/// Log space for a commit: three pages, some dozens of bytes each.
const COMMIT_LOG: usize = 1024;

impl Log {
    /// Makes the log one in doubt: after a crash [`Undo::open`](crate::Undo::open) gives it back as prepared with this
    /// XID. It is so once the log is durable up to the answer.
    #[doc(alias = "trx_undo_set_state_at_prepare")]
    pub fn prepare(&mut self, xid: Xid) -> Result<Lsn> {
        assert_eq!(self.stage, Stage::Active, "a log is prepared once");
        let mut mtr = self.rseg.store.begin(APPEND_LOG)?;
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

    /// Makes a prepared log an active one again: it will be rolled back, after a crash too.
    pub fn unprepare(&mut self) -> Result<Lsn> {
        assert_eq!(self.stage, Stage::Prepared, "a log that was prepared");
        let lsn = self.set_state(State::Active)?;
        self.stage = Stage::Active;
        Ok(lsn)
    }

    fn set_state(&mut self, state: State) -> Result<Lsn> {
        let mut mtr = self.rseg.store.begin(APPEND_LOG)?;
        let first = self.rseg.latch_first(&mut mtr, self.chain.first)?;
        let Some(header) = self.header else { return Ok(self.rseg.store.appended_lsn()) };
        UndoMut::new(&mut mtr.page(first)).set_state(header, state);
        Ok(mtr.commit()?)
    }

    /// Commits: the log gets its number and becomes the newest of the history, in one mini-transaction (R4). The
    /// transaction is durable when the redo log is, up to the answer. `number` is called under the history's mutex, so
    /// that the history is in the order of numbers; it must not wait, and its numbers must rise. A log that has inserts
    /// only gets none: nobody needs it any more, and it is given back at once.
    /// ERRORS: what reading pages can bring; nothing has changed then, and it can be tried again, or rolled back.
    #[doc(alias = "trx_write_serialisation_history")]
    pub fn commit(&mut self, number: &mut dyn FnMut() -> TrxNo) -> Result<Lsn> {
        assert_ne!(self.stage, Stage::Ended, "a log ends once");
        let (true, Some(log)) = (self.has_modify && self.len > 0, self.header) else { return self.give_back() };
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
            true => state.cached.push(Cached { slot: self.slot, first: self.chain.first, last_no: no }),
            false => state.free_slots.push(self.slot),
        }
        self.stage = Stage::Ended;
        let (trx, records) = (self.trx, self.len);
        rseg.events.emit(|| Committed { trx, no, records, history: history.len });
        Ok(lsn)
    }

    /// Gives the log back after its transaction was rolled back: REQUIRES that all rows are as they were. It is not in
    /// the history; after a crash it is there no more once the log is durable up to the answer. ERRORS: as
    /// [`Log::commit`].
    #[doc(alias = "trx_undo_commit_cleanup")]
    pub fn discard(&mut self) -> Result<Lsn> {
        assert_ne!(self.stage, Stage::Ended, "a log ends once");
        self.give_back()
    }

    fn give_back(&mut self) -> Result<Lsn> {
        let rseg = self.rseg.clone();
        let segment = Cached { slot: self.slot, first: self.chain.first, last_no: self.prev_no };
        let lsn = match self.header {
            None => {
                rseg.state.lock().cached.push(segment);
                rseg.store.appended_lsn()
            }
            Some(log) if self.chain.n_pages == 1 => rseg.remove_log(self.slot, self.chain.first, log, self.prev_no)?,
            Some(log) => {
                let lsn = self.set_state(State::ToFree)?;
                // It has ended. What fails from here on leaves the segment in its slot, and the next opening gives its
                // pages back.
                let rest = rseg.cut_pages(&mut self.chain, 0);
                let _ = rest.and_then(|()| rseg.remove_log(self.slot, self.chain.first, log, self.prev_no));
                lsn
            }
        };
        self.stage = Stage::Ended;
        rseg.events.emit(|| GivenBack { trx: self.trx, records: self.len });
        Ok(lsn)
    }
}
