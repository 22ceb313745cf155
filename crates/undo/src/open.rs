//! Creating and opening the rollback segment; recovery of its logs; the crate's main type.
//!
//! ```text
//! slot ─► segment's newest log    active, prepared   returned to the engine: rolled back, or resolved by the binlog
//!                                 to be freed        its pages are freed, the segment is cached
//!                                 committed, none    the segment is cached
//! history ─► its two ends         read now; its logs are read when purge comes to them
//! ```
//!
//! | methods of [`Undo`] | file |
//! |---|---|
//! | [`validate`](Undo::validate), [`dump`](Undo::dump) | `survey` |
//! | all others | this one |
//!
//! InnoDB's counterpart: `trx_rseg_header_create`, `trx_rseg_mem_restore`, `trx_undo_lists_init`,
//! `trx_lists_init_at_db_start`.

use crate::error::Result;
use crate::events::LogBegan;
use crate::history::CommittedLog;
use crate::log::Log;
use crate::rseg::{CachedSegment, GROW_LOG, PageChain, REUSE_LIMIT, Rseg, RsegState, TakenSegment};
use innolab_base::{Events, PageNo, TrxId, TrxNo, Xid};
use innolab_page::fil;
use innolab_page::undo::rseg::{self, HistoryBase, N_SLOTS};
use innolab_page::undo::{self, LogHeader, RollPtr, UndoPage, UndoRecord};
use innolab_store::{Space, Store};
use std::sync::Arc;

/// The undo logs of a tablespace: one rollback segment. Cheap to clone; several threads may use it at once.
#[doc(alias = "trx_rseg_t")]
#[derive(Clone)]
pub struct Undo {
    rseg: Arc<Rseg>,
}

/// A log that a crash interrupted.
#[derive(Debug)]
pub struct RecoveredLog {
    /// The transaction.
    pub trx: TrxId,
    /// How the log has to be resolved.
    pub state: RecoveredState,
    /// The log.
    pub log: Log,
}

/// How a log that a crash interrupted has to be resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecoveredState {
    /// It has to be rolled back.
    Active,
    /// It is in doubt: to be committed if the binlog has this XID, else rolled back.
    Prepared(Xid),
}

impl Undo {
    /// Creates an empty rollback segment; returns its header page, by which it is opened.
    /// REQUIRES: no latch is held. ERRORS: a full disk; reading pages.
    #[doc(alias = "trx_rseg_header_create")]
    pub fn create(store: &Arc<Store>, space: &Arc<Space>) -> Result<PageNo> {
        store.reserve_pages(space, 1)?;
        let mut mtr = store.begin(GROW_LOG)?;
        let (root, segment) = mtr.create_segment_with_page(space, PageNo(0))?;
        let root_no = mtr.page_no(root);
        rseg::format(&mut mtr.page(root), space.page_id(root_no), segment);
        mtr.set_checked(root);
        mtr.commit()?;
        Ok(root_no)
    }

    /// Opens the rollback segment whose header page is `root`; also returns the logs that a crash interrupted, in the
    /// order of their slots. REQUIRES: it is not open.
    /// ERRORS: corrupt pages, named; reading pages.
    #[doc(alias = "trx_rseg_mem_restore")]
    pub fn open(
        store: &Arc<Store>,
        space: &Arc<Space>,
        root: PageNo,
        events: Events,
    ) -> Result<(Undo, Vec<RecoveredLog>)> {
        let (mut free_slots, mut taken) = (vec![], vec![]);
        let page = store.read(space, root)?;
        rseg::check(page.bytes()).map_err(|e| space.corrupt(root, e))?;
        page.set_checked();
        let history = HistoryBase::read(page.bytes());
        for slot in (0..N_SLOTS).rev() {
            match rseg::slot(page.bytes(), slot) {
                None => free_slots.push(slot as u16),
                Some(first) => taken.push((slot as u16, first)),
            }
        }
        drop(page);
        let state = RsegState { free_slots, cached: vec![], history, first_no: TrxNo(0), purging: false };
        let rseg = Arc::new(Rseg::new(store, space, root, events, state));
        if history.len > 0 {
            let page = rseg.read_of(history.first.page, history.first.page)?;
            let oldest = rseg.committed_log(history.first.page, UndoPage::new(page.bytes()), history.first.at)?;
            rseg.state.lock().first_no = oldest.no;
        }
        let mut recovered = vec![];
        for (slot, first) in taken.into_iter().rev() {
            recovered.extend(restore(&rseg, slot, first)?);
        }
        Ok((Undo { rseg }, recovered))
    }

    pub(crate) fn rseg(&self) -> &Rseg {
        &self.rseg
    }

    /// Begins a log for transaction `trx`. In the steady state its segment is a cached one: nothing is allocated, and
    /// nothing is written until the first record.
    /// REQUIRES: the transaction has no log; no latch is held.
    /// ERRORS: [`Error::TooManyTransactions`](crate::Error::TooManyTransactions); a full disk (1114); reading pages.
    #[doc(alias = "trx_undo_assign")]
    pub fn begin(&self, trx: TrxId) -> Result<Log> {
        let TakenSegment { segment, reused, from_start } = self.rseg.take_segment()?;
        self.rseg.events.emit(|| LogBegan { trx, slot: segment.slot, page: segment.first, reused });
        Ok(Log::begin(&self.rseg, trx, segment, from_start))
    }

    /// Copies the payload of the record at `at` to `into`. LOCKS: its page, shared; the call waits for nothing else, so
    /// the caller may hold the leaf in which it found `at`.
    /// ERRORS: [`Error::Gone`](crate::Error::Gone); reading pages.
    #[doc(alias = "trx_undo_get_undo_rec")]
    pub fn read(&self, at: RollPtr, into: &mut Vec<u8>) -> Result<()> {
        self.with_record(at, |_, record| {
            into.clear();
            into.extend_from_slice(record.payload);
        })
    }

    /// Returns the number of the record at `at` within its log: how many records of the transaction came before it.
    /// LOCKS and ERRORS: as [`Undo::read`].
    #[doc(alias = "undo_no_t")]
    pub fn number_of(&self, at: RollPtr) -> Result<u64> {
        self.with_record(at, |page, record| page.number_of(record.at))
    }

    fn with_record<R>(&self, at: RollPtr, show: impl FnOnce(UndoPage<'_>, UndoRecord<'_>) -> R) -> Result<R> {
        let gone = || crate::Error::Gone(at);
        if at.rseg() != 0 || at.page().0 >= self.rseg.space.size_pages() {
            return Err(gone());
        }
        let page = self.rseg.store.read(&self.rseg.space, at.page())?;
        if fil::page_type(page.bytes()) != fil::PageType::UNDO_LOG {
            return Err(gone());
        }
        if !page.checked() {
            undo::check(page.bytes()).map_err(|e| self.rseg.corrupt(at.page(), e))?;
            page.set_checked();
        }
        let page = UndoPage::new(page.bytes());
        page.record(at.at()).map(|record| show(page, record)).ok_or_else(gone)
    }

    /// Returns the largest number that a log ever got.
    pub fn largest_trx_no(&self) -> TrxNo {
        self.rseg.state.lock().history.largest_no
    }

    /// Returns the number of committed logs that purge has not freed yet.
    #[doc(alias = "trx_rseg_history_len")]
    pub fn history_length(&self) -> u64 {
        self.rseg.state.lock().history.len
    }

    /// Takes the oldest committed log for purging, if its number is below `horizon`. Returns `None`, too, while another
    /// [`CommittedLog`] exists: one log is purged at a time. ERRORS: reading pages.
    #[doc(alias = "trx_purge_choose_next_log")]
    pub fn next_purgeable(&self, horizon: TrxNo) -> Result<Option<CommittedLog>> {
        CommittedLog::oldest(&self.rseg, horizon)
    }
}

impl std::fmt::Debug for Undo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Undo(page {} of {})", self.rseg.root, self.rseg.space.name())
    }
}

/// Recovers the segment of a slot (see the module's picture); returns its log if a crash interrupted it.
fn restore(rseg: &Arc<Rseg>, slot: u16, first: PageNo) -> Result<Option<RecoveredLog>> {
    let page = rseg.read_of(first, first)?;
    let undo = UndoPage::new(page.bytes());
    let (chain, free) = (PageChain::of(first, undo), undo.free());
    let newest = undo.last_log().and_then(|at| Some((at, undo.log(at)?)));
    let prev_no = |header: &LogHeader| undo.log(header.prev_log).map_or(TrxNo(0), |prev| prev.no);
    let cache = |last_no| rseg.state.lock().cached.push(CachedSegment { slot, first, last_no });
    let Some((at, header)) = newest else {
        cache(TrxNo(0));
        return Ok(None);
    };
    match header.state {
        undo::State::Active | undo::State::Prepared => {
            drop(page);
            let log = Log::recovered(rseg, slot, chain, at, &header)?;
            let state = match header.state {
                undo::State::Prepared => RecoveredState::Prepared(header.xid),
                _ => RecoveredState::Active,
            };
            Ok(Some(RecoveredLog { trx: header.trx, state, log }))
        }
        undo::State::ToFree => {
            let (mut chain, prev_no) = (chain, prev_no(&header));
            drop(page);
            rseg.free_pages_from(&mut chain, 0)?;
            rseg.remove_log(slot, first, at, prev_no)?;
            Ok(None)
        }
        undo::State::Cached if chain.n_pages == 1 && free <= REUSE_LIMIT => {
            cache(header.no);
            Ok(None)
        }
        state => {
            Err(rseg.corrupt(first, format!("slot {slot} has a segment whose newest log is {state:?}, {free} bytes")))
        }
    }
}
