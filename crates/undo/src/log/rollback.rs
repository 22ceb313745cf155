//! Rolling back: a log's records, newest first, and cutting them off.
//!
//! ```text
//! page 5  [ header │ r0 │ r1 │ r2 ] ◄─► page 9  [ r3 │ r4 ]       top: r4; before(r4): r3; before(r3): r2 …
//!                                                                 truncate(2): page 9 is freed, page 5 ends behind r1
//! ```
//!
//! The rules are those of [`log`](super): R3.
//!
//! InnoDB's counterpart: `trx_roll_pop_top_rec`, `trx_undo_get_prev_rec`, `trx_undo_truncate_end`.

use super::handle::{HEADER_LOG, Log, Stage};
use crate::error::Result;
use crate::events::Truncated;
use innolab_base::PageNo;
use innolab_page::undo::{RollPtr, UndoMut, UndoPage, UndoRecord};

impl Log {
    /// Reads the newest record: copies its payload to `into` and returns its address, or `None` if the log is empty.
    /// LOCKS: its page, shared. ERRORS: reading pages.
    #[doc(alias = "trx_roll_pop_top_rec")]
    pub fn top(&self, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        if self.len == 0 {
            return Ok(None);
        }
        let page = self.rseg.read_of(self.chain.first, self.top.page())?;
        let record = UndoPage::new(page.bytes()).record(self.top.at());
        self.copy(self.top.page(), record, into)
    }

    /// Reads the record before the one at `at`, like [`Log::top`]; returns `None` if that is the log's oldest.
    /// REQUIRES: `at` is a record of this log.
    #[doc(alias = "trx_undo_get_prev_rec")]
    pub fn before(&self, at: RollPtr, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        let page = self.rseg.read_of(self.chain.first, at.page())?;
        let undo = UndoPage::new(page.bytes());
        if let Some(record) = undo.before(&self.range(undo), at.at()) {
            return self.copy(at.page(), Some(record), into);
        }
        if undo.is_first() {
            return Ok(None);
        }
        let (prev_no, first_no) = (undo.prev_page(), undo.first_no());
        drop(page);
        let page = self.rseg.read_of(self.chain.first, prev_no)?;
        let undo = UndoPage::new(page.bytes());
        if !undo.is_first() && undo.first_no() >= first_no {
            return Err(self.rseg.corrupt(prev_no, "the records of an undo log are numbered in order"));
        }
        match undo.last_in(&self.range(undo)) {
            None if undo.is_first() => Ok(None),
            record => self.copy(prev_no, record, into),
        }
    }

    fn copy(&self, page: PageNo, record: Option<UndoRecord<'_>>, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        let record = record.ok_or_else(|| self.rseg.corrupt(page, "an undo record is not where it was"))?;
        into.clear();
        into.extend_from_slice(record.payload);
        Ok(Some(RollPtr::new(record.kind, page, record.at)))
    }

    /// Cuts off the records from number `len` on (R3). REQUIRES: the rows that refer to them were rolled back; `len` is
    /// at most [`Log::len`]; the log is not prepared.
    /// ERRORS: reading pages; some of the records may have been cut off then.
    #[doc(alias = "trx_undo_truncate_end")]
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        assert!(self.stage == Stage::Active && len <= self.len, "an active log of {} records, not {len}", self.len);
        if len == self.len {
            return Ok(());
        }
        let from = self.len;
        self.rseg.free_pages_from(&mut self.chain, len)?;
        let mut mtr = self.rseg.store.begin(HEADER_LOG)?;
        let held = self.rseg.latch(&mut mtr, self.chain.last)?;
        let page = UndoPage::new(mtr.bytes(held));
        let range = self.range(page);
        let cut = match self.top.page() == self.chain.last {
            // No page was freed: count back from the newest record. A rollback cuts one record at a time.
            true => (len + 1..from).try_fold(self.top.at(), |at, _| page.before(&range, at).map(|record| record.at)),
            false => page.records(range.clone()).nth((len - page.first_no()) as usize).map(|record| record.at),
        };
        let newest = page.before(&range, cut.unwrap_or(range.end));
        let top = newest.map_or(RollPtr::NONE, |record| RollPtr::new(record.kind, self.chain.last, record.at));
        if let Some(cut) = cut {
            UndoMut::new(&mut mtr.page(held)).set_free(usize::from(cut));
        }
        mtr.commit()?;
        (self.len, self.top) = (len, top);
        self.rseg.events.emit(|| Truncated { trx: self.trx, from, to: len });
        Ok(())
    }
}
