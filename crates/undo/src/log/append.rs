//! Appending records to a log.
//!
//! ```text
//! append_all(a b c d)   last page has room for a, b: ─► one mini-transaction on it; the caller appends c, d next
//!                       no room for a:               ─► one mini-transaction: new page, links, as many as fit
//! ```
//!
//! The rules are those of [`log`](super): R1 and R2.
//!
//! InnoDB's counterpart: `trx_undo_report_row_operation`, `trx_undo_add_page`.

use super::handle::{Batch, HEADER_LOG, Log, Stage};
use crate::error::{Error, Result};
use crate::events::Appended;
use crate::rseg::{GROW_LOG, PageChain};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::Write;
use innolab_page::undo::{END, Kind, LOG_HEADER, MAX_PAYLOAD, RECORD_EXTRA, RollPtr, UndoMut, format_further};

impl Batch {
    /// Writes as many of the payloads as the page has room for.
    fn write<'p>(&mut self, page: &mut UndoMut<'_, impl Write>, kind: Kind, payloads: impl Iterator<Item = &'p [u8]>) {
        page.append_all(kind, payloads, &mut self.bytes, |at| self.at.push(at));
    }
}

/// Returns the log space for the records that go to one page.
fn log_bytes<'p>(payloads: impl Iterator<Item = &'p [u8]>) -> usize {
    payloads.map(|payload| payload.len() + RECORD_EXTRA).sum::<usize>().min(PAGE_SIZE)
}

impl Log {
    /// Appends a record; returns its address, which the row's `DB_ROLL_PTR` becomes. LOCKS, REQUIRES and ERRORS: as
    /// [`Log::append_all`].
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<RollPtr> {
        self.append_all(kind, std::iter::once(payload), |_| {})?;
        Ok(self.top)
    }

    /// Appends the first of these records, and as many of the following ones as fit on its page (R1, R2); passes the
    /// address of each appended record to `places`.
    /// LOCKS: the log's last page, exclusively; when it is full, the log's first page, the rollback segment's header
    /// page and the file-space pages.
    /// REQUIRES: at least one payload; no latch is held; the log is active.
    /// ERRORS: a first payload above [`MAX_PAYLOAD`]; a full disk (1114); reading pages. The log is unchanged then.
    #[doc(alias = "trx_undo_report_row_operation")]
    pub fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        mut places: impl FnMut(RollPtr),
    ) -> Result<()> {
        assert_eq!(self.stage, Stage::Active, "REQUIRES: the log is active");
        let first = payloads.clone().next().unwrap_or_default().len();
        if first > MAX_PAYLOAD {
            return Err(Error::TooLarge { bytes: first });
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.at.clear();
        let appended = self.append_here(kind, first, payloads.clone(), &mut batch).and_then(|done| match done {
            true => Ok(()),
            false => self.append_on_new_page(kind, payloads.clone(), &mut batch),
        });
        if appended.is_ok() {
            self.has_modify |= kind == Kind::Modify;
            for (at, payload) in batch.at.iter().zip(payloads) {
                self.top = RollPtr::new(kind, self.chain.last, *at);
                let undo_no = self.len;
                self.len += 1;
                self.rseg.events.emit(|| Appended { trx: self.trx, undo_no, at: self.top, bytes: payload.len() });
                places(self.top);
            }
        }
        self.batch = batch;
        appended
    }

    /// Appends to the last page. False if it has no room for the first record, of `first` bytes.
    fn append_here<'p>(
        &mut self,
        kind: Kind,
        first: usize,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        batch: &mut Batch,
    ) -> Result<bool> {
        let mut mtr = self.rseg.store.begin(HEADER_LOG + log_bytes(payloads.clone()))?;
        let held = self.rseg.latch(&mut mtr, self.chain.last)?;
        let record = first + RECORD_EXTRA;
        let header = match self.header {
            Some(at) if UndoMut::new(&mut mtr.page(held)).has_room(record) => at,
            None if self.header_place(&mtr, held)? + LOG_HEADER + record <= END => self.write_header(&mut mtr, held),
            _ => return Ok(false),
        };
        batch.write(&mut UndoMut::new(&mut mtr.page(held)), kind, payloads);
        mtr.commit()?;
        self.header = Some(header);
        Ok(true)
    }

    /// Adds a page to the segment and appends to it.
    #[cold]
    fn append_on_new_page<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        batch: &mut Batch,
    ) -> Result<()> {
        let _growing = self.rseg.reserve_page()?;
        let mut mtr = self.rseg.store.begin(GROW_LOG + log_bytes(payloads.clone()))?;
        let root = self.rseg.latch_root(&mut mtr)?;
        let first = self.rseg.latch_first(&mut mtr, self.chain.first)?;
        let last = self.rseg.latch(&mut mtr, self.chain.last)?;
        if self.header.is_none() {
            self.header_place(&mtr, first)?;
        }
        let (mut mtr, new) = self.rseg.allocate_page(mtr, root, PageNo(self.chain.last.0 + 1))?;
        let header = self.header.unwrap_or_else(|| self.write_header(&mut mtr, first));
        let new_no = mtr.page_no(new);
        let (owner, n_pages) = (self.chain.first, self.chain.n_pages + 1);
        format_further(&mut mtr.page(new), self.rseg.space.page_id(new_no), owner, self.chain.last, self.len);
        batch.write(&mut UndoMut::new(&mut mtr.page(new)), kind, payloads);
        UndoMut::new(&mut mtr.page(last)).set_next_page(new_no);
        UndoMut::new(&mut mtr.page(first)).set_pages(new_no, n_pages);
        mtr.set_checked(new);
        mtr.commit()?;
        self.header = Some(header);
        self.chain = PageChain { last: new_no, n_pages, ..self.chain };
        Ok(())
    }
}
