//! The handle of a log: the state that the log's owner keeps in memory.
//!
//! The rules are those of [`log`](super).

use crate::error::Result;
use crate::rseg::{CachedSegment, PageChain, Rseg};
use innolab_base::{TrxId, TrxNo};
use innolab_page::undo::{END, LOG_HEADER, LogHeader, RollPtr, START, State, UndoMut, UndoPage};
use innolab_store::{Held, Mtr};
use std::ops::Range;
use std::sync::Arc;

/// Log space for a record beside its payload, or for a change of the header: page, header, ends.
pub(super) const HEADER_LOG: usize = 256;

/// A transaction's undo log. The head of the module `log` says which file has which method. A log that is dropped
/// before it has ended stays on disk as it is, and the next opening of the rollback segment finds it.
#[doc(alias = "trx_undo_t")]
pub struct Log {
    pub(super) rseg: Arc<Rseg>,
    pub(super) trx: TrxId,
    pub(super) slot: u16,
    pub(super) chain: PageChain,
    /// Byte offset of the log's header on the first page; `None` until the first record.
    pub(super) header: Option<u16>,
    /// True if the header goes to the page's start: the logs there are no longer needed.
    pub(super) from_start: bool,
    /// The number of the log before this one on the page, or 0.
    pub(super) prev_no: TrxNo,
    pub(super) len: u64,
    /// The newest record.
    pub(super) top: RollPtr,
    /// True if the log ever had a record of an update or a delete.
    pub(super) has_modify: bool,
    pub(super) stage: Stage,
    pub(super) batch: Batch,
}

/// How far a log has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Active,
    Prepared,
    Ended,
}

/// Buffers for records that are appended together, used again by the next call.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    /// The records' places on their page.
    pub(super) at: Vec<u16>,
}

impl Log {
    /// An empty log in a segment. `from_start`: see [`Log::from_start`].
    pub(crate) fn begin(rseg: &Arc<Rseg>, trx: TrxId, segment: CachedSegment, from_start: bool) -> Log {
        Log {
            rseg: rseg.clone(),
            trx,
            slot: segment.slot,
            chain: PageChain { first: segment.first, last: segment.first, n_pages: 1 },
            header: None,
            from_start,
            prev_no: if from_start { TrxNo(0) } else { segment.last_no },
            len: 0,
            top: RollPtr::NONE,
            has_modify: false,
            stage: Stage::Active,
            batch: Batch::default(),
        }
    }

    /// The log that a crash left on the segment in `slot`. `header`: the segment's newest log header, at byte `at`.
    pub(crate) fn recovered(rseg: &Arc<Rseg>, slot: u16, chain: PageChain, at: u16, header: &LogHeader) -> Result<Log> {
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
            // An active log does not say whether it has updates. It will be rolled back, so that does not matter.
            _ => (Stage::Active, true),
        };
        let (rseg, trx) = (rseg.clone(), header.trx);
        let (header, batch) = (Some(at), Batch::default());
        Ok(Log { rseg, trx, slot, chain, header, from_start: false, prev_no, len, top, has_modify, stage, batch })
    }

    /// Returns the transaction.
    pub fn trx(&self) -> TrxId {
        self.trx
    }

    /// Returns the number of records, which is the number that the next record gets.
    #[doc(alias = "undo_no")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True if the log has no records.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the number of pages of the log's segment.
    pub fn pages(&self) -> u32 {
        self.chain.n_pages
    }

    /// Returns the byte offset on the first page to which the log's header will go. ERRORS: the page cannot take a log.
    pub(super) fn header_place(&self, mtr: &Mtr<'_>, first: Held) -> Result<usize> {
        let page = UndoPage::new(mtr.bytes(first));
        let newest = page.last_log().filter(|_| !self.from_start).and_then(|at| page.log(at));
        let at = if newest.is_none() { START } else { page.free() };
        let fits = page.is_first() && page.n_pages() == 1 && at + LOG_HEADER <= END;
        match fits && newest.is_none_or(|header| header.state == State::Cached && header.no == self.prev_no) {
            true => Ok(at),
            false => Err(self.rseg.corrupt(self.chain.first, "the page is not as the last log left it")),
        }
    }

    /// Writes the log's header on the first page; returns its byte.
    pub(super) fn write_header(&self, mtr: &mut Mtr<'_>, first: Held) -> u16 {
        UndoMut::new(&mut mtr.page(first)).begin_log(self.trx, self.prev_no == TrxNo(0))
    }

    /// Returns the bytes of the log's records on a page of its segment.
    pub(super) fn range(&self, page: UndoPage<'_>) -> Range<u16> {
        page.records_of(self.header.unwrap_or(START as u16))
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Log(trx {}, slot {}, {} records, {:?})", self.trx, self.slot, self.len, self.stage)
    }
}
