//! One transaction's log: written by one owner, newest record first when it is rolled back.
//!
//! ```text
//! begin ─► append … append ─┬─► commit ──────────────► history (or given back at once, if it has inserts only)
//!            ▲     truncate │
//!            └──────┘       ├─► prepare ─► commit, or unprepare and roll back
//!                           └─► top / before … truncate ─► discard
//! ```
//!
//! RULES
//!
//! - **R1** A record, or as many of one call as there is room for, is one mini-transaction on one page, until the page
//!   is full: then a new page joins, in one mini-transaction with the record that needed it. The log's header is
//!   written with its first record.
//! - **R2** A record is logged before the row that refers to it is changed, by another mini-transaction. So after a
//!   crash the newest records may be of changes that did not happen; whoever rolls back looks whether the row bears the
//!   record's place.
//! - **R3** What gives records up needs no new pages: a full disk does not keep anybody from rolling back.
//! - **R4** The moment at which a log is committed or given back is one mini-transaction. What takes several (the pages
//!   of a long log) comes after it, and a recovery finishes it.
//!
//! How it ends: `ends`.
//!
//! InnoDB's counterpart: `trx_undo_t`, `trx_undo_report_row_operation`, `trx_undo_get_prev_rec`, `trx_undo_truncate_end`.

mod ends;

use crate::error::{Error, Result};
use crate::events::{Appended, Truncated};
use crate::rseg::{Cached, Chain, GROW_LOG, Rseg};
use innolab_base::{PAGE_SIZE, PageNo, TrxId, TrxNo};
use innolab_page::Write;
use innolab_page::undo::{
    END, Kind, LOG_HEADER, LogHeader, MAX_PAYLOAD, RECORD_EXTRA, RollPtr, State, UndoMut, UndoPage, UndoRecord,
    format_further,
};
use innolab_store::{Held, Mtr};
use std::ops::Range;
use std::sync::Arc;

/// Log space for a record beside its payload: page, header, ends.
const APPEND_LOG: usize = 256;

/// A transaction's undo log; see the module. A log that is dropped without an end stays on disk as it is: the next
/// opening of the rollback segment finds it.
#[doc(alias = "trx_undo_t")]
pub struct Log {
    rseg: Arc<Rseg>,
    trx: TrxId,
    slot: u16,
    chain: Chain,
    /// Where its header is on the first page, from its first record on.
    header: Option<u16>,
    /// Whether the header goes to the page's start: nobody needs the logs that are there.
    anew: bool,
    /// The number of the log before it on the page; 0 if there is none.
    prev_no: TrxNo,
    len: u64,
    /// The newest record.
    top: RollPtr,
    has_modify: bool,
    stage: Stage,
    batch: Batch,
}

/// Buffers for records that are appended together.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    /// Where they are on their page.
    at: Vec<u16>,
}

impl Batch {
    fn write<'p>(&mut self, page: &mut UndoMut<'_, impl Write>, kind: Kind, payloads: impl Iterator<Item = &'p [u8]>) {
        page.append_all(kind, payloads, &mut self.bytes, |at| self.at.push(at));
    }
}

/// Log space for the records that go to one page.
fn log_bytes<'p>(payloads: impl Iterator<Item = &'p [u8]>) -> usize {
    payloads.map(|payload| payload.len() + RECORD_EXTRA).sum::<usize>().min(PAGE_SIZE)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Active,
    Prepared,
    Ended,
}

impl Log {
    pub(crate) fn begin(rseg: &Arc<Rseg>, trx: TrxId, segment: Cached, anew: bool) -> Log {
        Log {
            rseg: rseg.clone(),
            trx,
            slot: segment.slot,
            chain: Chain { first: segment.first, last: segment.first, n_pages: 1 },
            header: None,
            anew,
            prev_no: if anew { TrxNo(0) } else { segment.last_no },
            len: 0,
            top: RollPtr::NONE,
            has_modify: false,
            stage: Stage::Active,
            batch: Batch::default(),
        }
    }

    /// The log that a crash left on the segment in `slot`; `header` is its newest one, at byte `at`.
    pub(crate) fn recovered(rseg: &Arc<Rseg>, slot: u16, chain: Chain, at: u16, header: &LogHeader) -> Result<Log> {
        let page = rseg.read_of(chain.first, chain.last)?;
        let undo = UndoPage::new(page.bytes());
        let range = undo.records_of(at);
        let len = undo.first_no() + undo.records(range.clone()).count() as u64;
        let top = undo.last_in(&range).map_or(RollPtr::NONE, |r| RollPtr::new(r.kind, chain.last, r.at));
        drop(page);
        let prev_no = match header.prev_log {
            0 => TrxNo(0),
            prev => {
                let page = rseg.read_of(chain.first, chain.first)?;
                UndoPage::new(page.bytes()).log(prev).map_or(TrxNo(0), |header| header.no)
            }
        };
        let (stage, has_modify) = match header.state {
            State::Prepared => (Stage::Prepared, header.has_modify),
            _ => (Stage::Active, true),
        };
        let (rseg, trx) = (rseg.clone(), header.trx);
        let (header, batch) = (Some(at), Batch::default());
        Ok(Log { rseg, trx, slot, chain, header, anew: false, prev_no, len, top, has_modify, stage, batch })
    }

    /// The transaction.
    pub fn trx(&self) -> TrxId {
        self.trx
    }

    /// How many records it has; the number that the next one gets.
    #[doc(alias = "undo_no")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no records.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Pages of its segment.
    pub fn pages(&self) -> u32 {
        self.chain.n_pages
    }

    /// Adds a record. Where it is: what the row's `DB_ROLL_PTR` becomes. LOCKS, REQUIRES and ERRORS as [`Log::append_all`].
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<RollPtr> {
        self.append_all(kind, std::iter::once(payload), |_| {})?;
        Ok(self.top)
    }

    /// Adds the first of these records, and of those that follow it as many as its page has room for (R1, R2); each
    /// one's place goes to `places`.
    /// LOCKS: the log's last page, exclusively; when it is full, those of the log and of the tablespace's free pages.
    /// REQUIRES: one payload at least; no latch is held; the log is active.
    /// ERRORS: a first payload above [`MAX_PAYLOAD`]; a full disk (1114); what reading pages can bring. The log is as
    /// before then.
    #[doc(alias = "trx_undo_report_row_operation")]
    pub fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        mut places: impl FnMut(RollPtr),
    ) -> Result<()> {
        assert_eq!(self.stage, Stage::Active, "a log that takes records");
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

    /// Whether the last page had room for the first one, of so many bytes.
    fn append_here<'p>(
        &mut self,
        kind: Kind,
        first: usize,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        batch: &mut Batch,
    ) -> Result<bool> {
        let mut mtr = self.rseg.store.begin(APPEND_LOG + log_bytes(payloads.clone()))?;
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

    #[cold]
    fn append_on_new_page<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        batch: &mut Batch,
    ) -> Result<()> {
        let _one_at_a_time = self.rseg.reserve_page()?;
        let mut mtr = self.rseg.store.begin(GROW_LOG + log_bytes(payloads.clone()))?;
        let root = self.rseg.latch_root(&mut mtr)?;
        let first = self.rseg.latch_first(&mut mtr, self.chain.first)?;
        let last = self.rseg.latch(&mut mtr, self.chain.last)?;
        if self.header.is_none() {
            self.header_place(&mtr, first)?;
        }
        let (mut mtr, new) = self.rseg.take_page(mtr, root, PageNo(self.chain.last.0 + 1))?;
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
        self.chain = Chain { last: new_no, n_pages, ..self.chain };
        Ok(())
    }

    /// Where the log's header will go on its first page. ERRORS: the page is not one that takes a log.
    fn header_place(&self, mtr: &Mtr<'_>, first: Held) -> Result<usize> {
        let page = UndoPage::new(mtr.bytes(first));
        let newest = page.last_log().filter(|_| !self.anew).and_then(|at| page.log(at));
        let at = if newest.is_none() { innolab_page::undo::START } else { page.free() };
        let fits = page.is_first() && page.n_pages() == 1 && at + LOG_HEADER <= END;
        match fits && newest.is_none_or(|header| header.state == State::Cached && header.no == self.prev_no) {
            true => Ok(at),
            false => Err(self.rseg.corrupt(self.chain.first, "the page is not as the last log left it")),
        }
    }

    fn write_header(&self, mtr: &mut Mtr<'_>, first: Held) -> u16 {
        UndoMut::new(&mut mtr.page(first)).begin_log(self.trx, self.prev_no == TrxNo(0))
    }

    // ---- newest first

    /// The newest record: its payload goes into `into`, its place is the answer; `None`: the log is empty.
    #[doc(alias = "trx_roll_pop_top_rec")]
    pub fn top(&self, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        if self.len == 0 {
            return Ok(None);
        }
        let page = self.rseg.read_of(self.chain.first, self.top.page())?;
        let record = UndoPage::new(page.bytes()).record(self.top.at());
        self.show(self.top.page(), record, into)
    }

    /// The record before the one at `at`, as [`Log::top`]; `None`: that is the log's oldest. REQUIRES: `at` is a record
    /// of this log.
    #[doc(alias = "trx_undo_get_prev_rec")]
    pub fn before(&self, at: RollPtr, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        let page = self.rseg.read_of(self.chain.first, at.page())?;
        let undo = UndoPage::new(page.bytes());
        if let Some(record) = undo.before(&self.range(undo), at.at()) {
            return self.show(at.page(), Some(record), into);
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
            record => self.show(prev_no, record, into),
        }
    }

    /// What the log has on this page of it.
    fn range(&self, page: UndoPage<'_>) -> Range<u16> {
        page.records_of(self.header.unwrap_or(innolab_page::undo::START as u16))
    }

    fn show(&self, page: PageNo, record: Option<UndoRecord<'_>>, into: &mut Vec<u8>) -> Result<Option<RollPtr>> {
        let record = record.ok_or_else(|| self.rseg.corrupt(page, "an undo record is not where it was"))?;
        into.clear();
        into.extend_from_slice(record.payload);
        Ok(Some(RollPtr::new(record.kind, page, record.at)))
    }

    /// Forgets the records from number `len` on (R3). REQUIRES: the rows that refer to them were rolled back; `len` is
    /// at most [`Log::len`]; the log is not prepared.
    /// ERRORS: what reading pages can bring; some of the records may be forgotten then.
    #[doc(alias = "trx_undo_truncate_end")]
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        assert!(self.stage == Stage::Active && len <= self.len, "an active log of {} records, not {len}", self.len);
        if len == self.len {
            return Ok(());
        }
        let from = self.len;
        self.rseg.cut_pages(&mut self.chain, len)?;
        let mut mtr = self.rseg.store.begin(APPEND_LOG)?;
        let held = self.rseg.latch(&mut mtr, self.chain.last)?;
        let page = UndoPage::new(mtr.bytes(held));
        let range = self.range(page);
        let cut = match self.top.page() == self.chain.last {
            // A rollback goes back record by record.
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

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Log(trx {}, slot {}, {} records, {:?})", self.trx, self.slot, self.len, self.stage)
    }
}
