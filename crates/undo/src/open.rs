//! The rollback segment comes into being, and comes back after a crash.
//!
//! After a restart each slot says what its segment is: a log under way is handed to the engine, which rolls it back or
//! asks the binlog; one that was being given back is given back; the others are cached. The history is found by its
//! ends; its logs are read when purge comes to them.
//!
//! InnoDB's counterpart: `trx_rseg_header_create`, `trx_rseg_mem_restore`, `trx_undo_lists_init`, `trx_lists_init_at_db_start`.

use crate::error::Result;
use crate::events::LogBegan;
use crate::history::{History, Purging};
use crate::log::Log;
use crate::rseg::{Cached, Chain, GROW_LOG, REUSE_LIMIT, Rseg, State};
use innolab_base::{Events, PageNo, TrxId, TrxNo, Xid};
use innolab_page::fil;
use innolab_page::undo::rseg::{self, HistoryBase, N_SLOTS};
use innolab_page::undo::{self, LogHeader, RollPtr, UndoPage};
use innolab_store::{Space, Store};
use std::sync::Arc;

/// The undo logs of a tablespace: one rollback segment. Cheap to clone; safe to use from several threads.
#[doc(alias = "trx_rseg_t")]
#[derive(Clone)]
pub struct Undo {
    rseg: Arc<Rseg>,
}

/// A log that a crash left under way.
#[derive(Debug)]
pub struct Recovered {
    /// The transaction.
    pub trx: TrxId,
    /// What is to be done with it.
    pub state: RecoveredState,
    /// Its log.
    pub log: Log,
}

/// What is to be done with a log that a crash left under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecoveredState {
    /// It is to be rolled back.
    Active,
    /// It is in doubt: committed if the binlog has this XID, else rolled back.
    Prepared(Xid),
}

impl Undo {
    /// Makes an empty rollback segment. Its header page, by which it is opened. REQUIRES: no latch is held. ERRORS: no
    /// room on the disk; what reading pages can bring.
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

    /// Opens the rollback segment whose header page is `root`: the logs that were under way, in the order of their
    /// slots. REQUIRES: nobody else has opened it.
    /// ERRORS: pages that are not what they must be, named.
    #[doc(alias = "trx_rseg_mem_restore")]
    pub fn open(
        store: &Arc<Store>,
        space: &Arc<Space>,
        root: PageNo,
        events: Events,
    ) -> Result<(Undo, Vec<Recovered>)> {
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
        let state = State { free_slots, cached: vec![], history, first_no: TrxNo(0), purging: Purging::No };
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

    /// A log for transaction `trx`, which has none. In the steady state its segment is one that was used before:
    /// nothing is allocated, and nothing is written until the first record.
    /// REQUIRES: no latch is held. ERRORS: [`Error::TooManyTransactions`](crate::Error::TooManyTransactions); no room
    /// on the disk (1114); what reading pages can bring.
    #[doc(alias = "trx_undo_assign")]
    pub fn begin(&self, trx: TrxId) -> Result<Log> {
        let (segment, reused, anew) = self.rseg.claim()?;
        self.rseg.events.emit(|| LogBegan { trx, slot: segment.slot, page: segment.first, reused });
        Ok(Log::begin(&self.rseg, trx, segment, anew))
    }

    /// Copies the payload of the record at `at` into `into`. LOCKS: its page, shared; nothing is waited for with it, so
    /// a caller may hold the leaf that it found `at` in.
    /// ERRORS: [`Error::Gone`](crate::Error::Gone); what reading pages can bring.
    #[doc(alias = "trx_undo_get_undo_rec")]
    pub fn read(&self, at: RollPtr, into: &mut Vec<u8>) -> Result<()> {
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
        let record = UndoPage::new(page.bytes()).record(at.at()).ok_or_else(gone)?;
        into.clear();
        into.extend_from_slice(record.payload);
        Ok(())
    }

    /// The largest number that a log ever got.
    pub fn largest_trx_no(&self) -> TrxNo {
        self.rseg.state.lock().history.largest_no
    }

    /// How many committed logs purge has not taken yet.
    #[doc(alias = "trx_rseg_history_len")]
    pub fn history_length(&self) -> u64 {
        self.rseg.state.lock().history.len
    }

    /// The oldest committed log, if its number is below `horizon`. `None`, too, while another [`History`] is there: one
    /// purges at a time.
    /// ERRORS: what reading pages can bring.
    #[doc(alias = "trx_purge_choose_next_log")]
    pub fn next_purgeable(&self, horizon: TrxNo) -> Result<Option<History>> {
        History::oldest(&self.rseg, horizon)
    }
}

impl std::fmt::Debug for Undo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Undo(page {} of {})", self.rseg.root, self.rseg.space.name())
    }
}

/// What a slot's segment is.
fn restore(rseg: &Arc<Rseg>, slot: u16, first: PageNo) -> Result<Option<Recovered>> {
    let page = rseg.read_of(first, first)?;
    let undo = UndoPage::new(page.bytes());
    let (chain, free) = (Chain::of(first, undo), undo.free());
    let newest = undo.last_log().and_then(|at| Some((at, undo.log(at)?)));
    let prev_no = |header: &LogHeader| undo.log(header.prev_log).map_or(TrxNo(0), |prev| prev.no);
    let cache = |last_no| rseg.state.lock().cached.push(Cached { slot, first, last_no });
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
            Ok(Some(Recovered { trx: header.trx, state, log }))
        }
        undo::State::ToFree => {
            let (mut chain, prev_no) = (chain, prev_no(&header));
            drop(page);
            rseg.cut_pages(&mut chain, 0)?;
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
