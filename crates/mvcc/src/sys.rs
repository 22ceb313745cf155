//! The transaction system: the counter of ids and numbers, the active transactions, the read views, and the purge
//! horizon.
//!
//! ```text
//!  begin ──► active ──number──► active + numbered ──end──► ended          (one mutex; each arrow is one step, R3)
//!              │                       │                     │
//!              └─ a view made now does not see it ─┘         └─ a view made now sees it
//!
//!  snapshots  [ s1 ][ s2 ][ s3 ][ s4 = current ]   the first view after a begin, number or end makes a new one
//!  views         2     0     1     0               references from views
//!                ▲ horizon: the purge_limit_no of the oldest snapshot that a view refers to
//! ```
//!
//! # The horizon
//!
//! A transaction that updates or deletes leaves the replaced versions in its undo log, under the number that it gets at
//! its commit. Purge takes these logs in order of numbers, and stops at the horizon.
//!
//! **FACT** If the number *n* of a transaction T is below [`TrxSys::horizon`], every view that is open now or will be
//! made later sees T. So no view needs the versions that T replaced.
//!
//! **PROOF** When a view is made, its `purge_limit_no` *u* is the smallest number of a transaction that is numbered and
//! has not ended; if no such transaction exists, *u* is the counter. Let *n < u*. T was numbered by then: otherwise its
//! number would still have to be drawn from the counter and would be at least *u*. And T had ended: otherwise *u*, the
//! minimum over all that are numbered and have not ended, would be at most *n*. So T is not in the view's active set.
//! T's id is below *n* (R2), so below the counter at that time, which is `first_unseen_id`: the view sees it. The
//! horizon is at most the *u* of every open view. A view made later has a *u* at least as large as one made now,
//! because the minimum never falls: the counter grows, and numbers are drawn from it. ∎
//!
//! InnoDB: `trx_sys_t` (`rw_trx_ids`, `serialisation_list`), `MVCC` in `read0read`; the purge view is a clone of the
//! oldest view.

use crate::view::{ReadView, Snapshot};
use innolab_base::sync::Mutex;
use innolab_base::{Events, TrxId, TrxNo};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

innolab_base::event! {
    /// A read view was made.
    pub struct ViewOpened "mvcc.view" {
        /// The reader's id, if it has one.
        own: Option<TrxId>,
        /// Number of transactions that were active.
        active: usize,
        /// True if the view shares its snapshot with an earlier one.
        shared: bool,
        /// The first id that the view does not see.
        first_unseen_id: TrxId,
        /// The view itself: a listener that keeps it holds purge back, as its reader does.
        view: ReadView,
    } => |e, f| write!(f, "view below {} with {} active{}", e.first_unseen_id, e.active, if e.shared { ", shared" } else { "" })
}

innolab_base::event! {
    /// A transaction got its id.
    pub struct Began "mvcc.begin" {
        /// The transaction.
        id: TrxId,
    } => |e, f| write!(f, "trx {} begins", e.id)
}

innolab_base::event! {
    /// A transaction ended: views made from now on see it.
    pub struct Ended "mvcc.end" {
        /// The transaction.
        id: TrxId,
        /// Its number, which is its place in the history list; `None` if it got none.
        no: Option<TrxNo>,
    } => |e, f| match e.no {
        Some(no) => write!(f, "trx {} ends as no {no}", e.id),
        None => write!(f, "trx {} ends", e.id),
    }
}

/// Transaction ids, the active transactions, the views and the horizon; see the module.
///
/// LOCKS: one mutex inside, held within one call; nothing is called under it but the event sink.
#[doc(alias = "trx_sys_t")]
#[derive(Debug)]
pub struct TrxSys {
    state: Mutex<State>,
    events: Events,
}

#[derive(Debug)]
struct State {
    /// The next id or number (R2).
    next: u64,
    /// In growing order.
    active: Vec<TrxId>,
    /// The transactions that are numbered and have not ended, in order of numbers; all of them are active.
    numbered: VecDeque<(TrxNo, TrxId)>,
    /// The snapshots of views, oldest first. A snapshot to which only this list refers is unused.
    snapshots: VecDeque<Arc<Snapshot>>,
    /// True if nothing has changed since the last of `snapshots` was made.
    is_current: bool,
    /// The length of `snapshots` at which the unused ones are dropped.
    sweep_at: usize,
}

/// The smallest number of snapshots that is worth a sweep.
const SWEEP_MIN: usize = 16;

impl TrxSys {
    /// Returns a system whose first id is `next`. REQUIRES: `next` is above 0, which stands for "no transaction".
    pub fn new(next: TrxId, events: Events) -> TrxSys {
        TrxSys::recovered(next, Vec::new(), events)
    }

    /// Returns the system after a restart. `active`: the transactions that recovery found unfinished, to be rolled back
    /// or in doubt.
    ///
    /// REQUIRES: their ids, and all numbers in the history list, are below `next` and above 0.
    pub fn recovered(next: TrxId, mut active: Vec<TrxId>, events: Events) -> TrxSys {
        active.sort_unstable();
        active.dedup();
        assert!(next > TrxId(0), "R1: 0 is no transaction's id");
        assert!(active.iter().all(|id| *id > TrxId(0) && *id < next), "R2: ids come from the counter");
        let snapshots = VecDeque::new();
        let state = State {
            next: next.0,
            active,
            numbered: VecDeque::new(),
            snapshots,
            is_current: false,
            sweep_at: SWEEP_MIN,
        };
        TrxSys { state: Mutex::new(state), events }
    }

    /// Begins a transaction that is about to write for the first time. Returns its id; it is active from now on (R1).
    #[doc(alias = "trx_assign_id_for_rw")]
    pub fn begin(&self) -> TrxId {
        let mut state = self.state.lock();
        let id = TrxId(state.draw());
        state.active.push(id);
        self.events.emit(|| Began { id });
        id
    }

    /// Numbers transaction `id`, which is committing. Returns its number, which orders the history list (R2). New views
    /// do not see the transaction yet.
    ///
    /// REQUIRES: it is active and not numbered. LOCKS: a caller that keeps a history list holds the list's latch, so
    /// that the list is filled in order.
    #[doc(alias = "trx->no")]
    #[doc(alias = "trx_serialisation_number_get")]
    pub fn number(&self, id: TrxId) -> TrxNo {
        let mut state = self.state.lock();
        assert!(state.active.binary_search(&id).is_ok(), "R3: trx {id} is not active");
        debug_assert!(state.numbered.iter().all(|(_, other)| *other != id), "R2: trx {id} has a number");
        let no = TrxNo(state.draw());
        state.numbered.push_back((no, id));
        no
    }

    /// Ends transaction `id`, which has committed or rolled back: every view made from now on sees all of it (R3).
    /// REQUIRES: it is active.
    #[doc(alias = "trx_sys_t::deregister_rw")]
    pub fn end(&self, id: TrxId) {
        let mut state = self.state.lock();
        let no = state.end(id);
        self.events.emit(|| Ended { id, no });
    }

    /// Does [`TrxSys::number`] and [`TrxSys::end`] in one step, for a caller that keeps no history list.
    pub fn commit(&self, id: TrxId) -> TrxNo {
        let mut state = self.state.lock();
        let no = TrxNo(state.draw());
        let earlier = state.end(id);
        assert_eq!(earlier, None, "R2: trx {id} has a number");
        self.events.emit(|| Ended { id, no: Some(no) });
        no
    }

    /// Opens a view of what is committed now, for transaction `own` or for a reader without an id. Dropping it closes
    /// it.
    #[doc(alias = "trx_assign_read_view")]
    #[doc(alias = "view_open")]
    pub fn view(&self, own: Option<TrxId>) -> ReadView {
        let mut state = self.state.lock();
        let shared = state.is_current;
        let snapshot = state.current_snapshot();
        drop(state);
        let (active, first_unseen_id) = (snapshot.active.len(), snapshot.first_unseen_id);
        let view = ReadView::new(snapshot, own);
        self.events.emit(|| ViewOpened { own, active, shared, first_unseen_id, view: view.clone() });
        view
    }

    /// Returns the purge horizon: no view needs what transactions with a number *below* it replaced (R5).
    #[doc(alias = "purge_sys.view.low_limit_no")]
    pub fn horizon(&self) -> TrxNo {
        let mut state = self.state.lock();
        state.drop_unused_oldest();
        let now = state.purge_limit_no();
        state.snapshots.front().filter(|oldest| in_use(oldest)).map_or(now, |oldest| oldest.purge_limit_no)
    }

    /// True if every view that is open now or will be made later sees the changes of `id`: then no view needs a version
    /// that they replaced. It answers for one transaction what [`TrxSys::horizon`] answers for all; the transaction
    /// need not have a number.
    #[doc(alias = "purge_sys.view.changes_visible")]
    pub fn seen_by_all(&self, id: TrxId) -> bool {
        let mut state = self.state.lock();
        state.drop_unused_oldest();
        if state.active.binary_search(&id).is_ok() {
            return false;
        }
        let oldest = state.snapshots.front().filter(|oldest| in_use(oldest));
        oldest.is_none_or(|oldest| id < oldest.first_unseen_id && oldest.active.binary_search(&id).is_err())
    }

    /// Returns the next id or number. A restart must continue from it.
    #[doc(alias = "trx_sys_get_max_trx_id")]
    pub fn next_id(&self) -> TrxId {
        TrxId(self.state.lock().next)
    }

    /// Returns the active transactions, in order of ids.
    pub fn active(&self) -> Vec<TrxId> {
        self.state.lock().active.clone()
    }

    /// True if transaction `id` is active: then it implicitly locks each row and record that carries its id.
    #[doc(alias = "trx_rw_is_active")]
    pub fn is_active(&self, id: TrxId) -> bool {
        self.state.lock().active.binary_search(&id).is_ok()
    }

    /// True if a transaction with this id or a smaller one is active. If not, no record on a secondary leaf whose
    /// PAGE_MAX_TRX_ID is `id` is implicitly locked.
    #[doc(alias = "trx_sys_t::get_min_trx_id")]
    pub fn any_active_up_to(&self, id: TrxId) -> bool {
        self.state.lock().active.first().is_some_and(|first| *first <= id)
    }
}

impl State {
    /// Draws the next id or number.
    fn draw(&mut self) -> u64 {
        self.is_current = false;
        let drawn = self.next;
        self.next += 1;
        drawn
    }

    /// Removes a transaction. Returns its number, if it has one.
    fn end(&mut self, id: TrxId) -> Option<TrxNo> {
        self.is_current = false;
        let at = self.active.binary_search(&id);
        assert!(at.is_ok(), "R3: trx {id} is not active");
        self.active.remove(at.unwrap_or_default());
        let at = self.numbered.iter().position(|(_, other)| *other == id)?;
        self.numbered.remove(at).map(|(no, _)| no)
    }

    /// Returns the number below which every transaction has ended.
    fn purge_limit_no(&self) -> TrxNo {
        self.numbered.front().map_or(TrxNo(self.next), |(no, _)| *no)
    }

    /// Returns the snapshot of the current state: the newest one if nothing has changed since, else a new one.
    fn current_snapshot(&mut self) -> Arc<Snapshot> {
        if let (true, Some(newest)) = (self.is_current, self.snapshots.back()) {
            return newest.clone();
        }
        let mut snapshot = self.take_unused();
        let filled = Arc::get_mut(&mut snapshot).map(|into| self.copy_to(into));
        debug_assert!(filled.is_some(), "no view refers to an unused snapshot");
        self.snapshots.push_back(snapshot.clone());
        self.is_current = true;
        snapshot
    }

    fn copy_to(&self, into: &mut Snapshot) {
        into.active.clear();
        into.active.extend_from_slice(&self.active);
        into.first_unseen_id = TrxId(self.next);
        into.purge_limit_no = self.purge_limit_no();
    }

    /// Returns a snapshot to which nothing else refers: the newest one, removed from the list, if no view refers to it;
    /// else a new one.
    fn take_unused(&mut self) -> Arc<Snapshot> {
        if self.snapshots.back_mut().is_some_and(|newest| Arc::get_mut(newest).is_some())
            && let Some(newest) = self.snapshots.pop_back()
        {
            return newest;
        }
        if self.snapshots.len() >= self.sweep_at {
            self.snapshots.retain(in_use);
            self.sweep_at = SWEEP_MIN.max(2 * self.snapshots.len());
        }
        let empty = Snapshot { active: Vec::new(), first_unseen_id: TrxId(0), purge_limit_no: TrxNo(0) };
        Arc::new(empty)
    }

    /// Drops the oldest snapshots to which no view refers. The newest stays, for the next view.
    fn drop_unused_oldest(&mut self) {
        while self.snapshots.len() > 1 && self.snapshots.front().is_some_and(|oldest| !in_use(oldest)) {
            self.snapshots.pop_front();
        }
    }
}

/// True if a view refers to the snapshot. A view that is being closed may still count: then the horizon lags by one
/// step, which is safe. REQUIRES: the mutex is held. New references are made only under it, so `false` stays right
/// until the mutex is released.
fn in_use(snapshot: &Arc<Snapshot>) -> bool {
    if Arc::strong_count(snapshot) > 1 {
        return true;
    }
    // All that the closed view's reader did happens before what purge does next.
    std::sync::atomic::fence(std::sync::atomic::Ordering::Acquire);
    false
}

/// `next 12 · active 3 5 8 · numbered 5 as 9 · views <4 (×2) <10 (×1) · horizon 4`
impl fmt::Display for TrxSys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let horizon = self.horizon();
        let state = self.state.lock();
        write!(f, "next {} · active", state.next)?;
        for id in &state.active {
            write!(f, " {id}")?;
        }
        if !state.numbered.is_empty() {
            f.write_str(" · numbered")?;
            for (no, id) in &state.numbered {
                write!(f, " {id} as {no}")?;
            }
        }
        f.write_str(" · views")?;
        for snapshot in state.snapshots.iter().filter(|snapshot| in_use(snapshot)) {
            write!(f, " <{} (×{})", snapshot.first_unseen_id, Arc::strong_count(snapshot) - 1)?;
        }
        write!(f, " · horizon {horizon}")
    }
}
