//! The transaction system: the counter, who is active, the views, and what purge may take.
//!
//! ```text
//!  begin ──► active ──number──► active + numbered ──end──► ended          (one mutex; each arrow is one step, R3)
//!              │                       │
//!              └── a view made now does not see it ──┘  └── a view made now sees it
//!
//!  moments   [ m1 ][ m2 ][ m3 ][ m4 = newest ]     one per change of the above that a view was made after
//!  views        2     0     1     0                references from outside
//!               ▲ horizon: the first_unsettled_no of the oldest moment that somebody looks at
//! ```
//!
//! # The horizon
//!
//! A transaction that updates or deletes leaves the versions before, in its undo log, under the number it got at its
//! commit. Purge goes through these logs in order of numbers and asks how far it may go.
//!
//! **FACT** When the number *n* of a transaction T is below [`TrxSys::horizon`], every view that is open now or will
//! be made later sees T; so nobody needs the versions that T replaced.
//!
//! **PROOF** A view's `first_unsettled_no` *u* is, when it is made, the smallest number of a transaction that is
//! numbered and has not ended, or, if there is none, the counter. Let *n < u*. T was numbered by then, else its
//! number, still to be drawn from the counter, would be at least *u*. And it had ended, else it would be among those
//! the minimum was taken over. So it is not in the view's active set; and its id is below *n* (R2), so below the
//! counter at that time, which is `first_unseen_id`. Such an id is seen. The horizon is at most the *u* of every open
//! view. A view made later has a *u* at least as large as one that would be made now, because the minimum never
//! falls: the counter grows, and numbers are drawn from it. ∎
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
        /// How many transactions were active.
        active: usize,
        /// Whether the newest copy of the active set served again.
        shared: bool,
        /// The first id it does not see.
        first_unseen_id: TrxId,
        /// The view itself. Who keeps it holds purge back as its reader does.
        view: ReadView,
    } => |e, f| write!(f, "view below {} with {} active{}", e.first_unseen_id, e.active, if e.shared { ", shared" } else { "" })
}

innolab_base::event! {
    /// A transaction got its id.
    pub struct Began "mvcc.begin" {
        /// The id.
        id: TrxId,
    } => |e, f| write!(f, "trx {} begins", e.id)
}

innolab_base::event! {
    /// A transaction ended: views made from now on see it.
    pub struct Ended "mvcc.end" {
        /// The transaction.
        id: TrxId,
        /// Its place in the history list, if it got one.
        no: Option<TrxNo>,
    } => |e, f| match e.no {
        Some(no) => write!(f, "trx {} ends as no {no}", e.id),
        None => write!(f, "trx {} ends", e.id),
    }
}

/// Transaction ids, the active set, the views and the horizon; see the module.
///
/// LOCKS: one mutex inside, held for the time of one call, and nothing is called with it but the event sink.
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
    /// Growing.
    active: Vec<TrxId>,
    /// Numbered and not ended, in order of numbers; all of them are active.
    numbered: VecDeque<(TrxNo, TrxId)>,
    /// What views were made of, oldest first. One that only this list refers to is nobody's.
    moments: VecDeque<Arc<Snapshot>>,
    /// Whether the last of `moments` is still how things are.
    fresh: bool,
    /// At this length `moments` is rid of those that are nobody's.
    sweep_at: usize,
}

/// Fewer moments than this are not worth a sweep.
const SWEEP_MIN: usize = 16;

impl TrxSys {
    /// A system whose first id will be `next`. REQUIRES: `next` is above 0, which stands for "no transaction".
    pub fn new(next: TrxId, events: Events) -> TrxSys {
        TrxSys::recovered(next, Vec::new(), events)
    }

    /// A system after a restart: `active` are the transactions that recovery has brought back (to be rolled back, or
    /// in doubt).
    ///
    /// REQUIRES: all of them, and all numbers in the history list, are below `next` and above 0.
    pub fn recovered(next: TrxId, mut active: Vec<TrxId>, events: Events) -> TrxSys {
        active.sort_unstable();
        active.dedup();
        assert!(next > TrxId(0), "R1: 0 is never given");
        assert!(active.iter().all(|id| *id > TrxId(0) && *id < next), "R2: ids come from the counter");
        let moments = VecDeque::new();
        let state =
            State { next: next.0, active, numbered: VecDeque::new(), moments, fresh: false, sweep_at: SWEEP_MIN };
        TrxSys { state: Mutex::new(state), events }
    }

    /// A transaction is about to write for the first time: it gets its id and is active (R1).
    #[doc(alias = "trx_assign_id_for_rw")]
    pub fn begin(&self) -> TrxId {
        let mut state = self.state.lock();
        let id = TrxId(state.draw());
        state.active.push(id);
        self.events.emit(|| Began { id });
        id
    }

    /// Transaction `id` is committing: its number, which orders the history list (R2). New views do not see it yet.
    ///
    /// REQUIRES: it is active and not numbered. LOCKS: who keeps the history list calls this under the list's own
    /// latch, so that it is filled in order.
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

    /// Transaction `id` has committed or rolled back: views made from now on see it, whole (R3). REQUIRES: it is
    /// active.
    #[doc(alias = "trx_sys_t::deregister_rw")]
    pub fn end(&self, id: TrxId) {
        let mut state = self.state.lock();
        let no = state.end(id);
        self.events.emit(|| Ended { id, no });
    }

    /// [`TrxSys::number`] and [`TrxSys::end`] in one step, for who keeps no history list.
    pub fn commit(&self, id: TrxId) -> TrxNo {
        let mut state = self.state.lock();
        let no = TrxNo(state.draw());
        let earlier = state.end(id);
        assert_eq!(earlier, None, "R2: trx {id} has a number");
        self.events.emit(|| Ended { id, no: Some(no) });
        no
    }

    /// A view of this moment, for the transaction `own` or a reader without an id. Closed by dropping it.
    #[doc(alias = "trx_assign_read_view")]
    #[doc(alias = "view_open")]
    pub fn view(&self, own: Option<TrxId>) -> ReadView {
        let mut state = self.state.lock();
        let shared = state.fresh;
        let snapshot = state.newest();
        drop(state);
        let (active, first_unseen_id) = (snapshot.active.len(), snapshot.first_unseen_id);
        let view = ReadView::new(snapshot, own);
        self.events.emit(|| ViewOpened { own, active, shared, first_unseen_id, view: view.clone() });
        view
    }

    /// How far purge may go: what transactions with a number *below* this one replaced, nobody needs (R5).
    #[doc(alias = "purge_sys.view.low_limit_no")]
    pub fn horizon(&self) -> TrxNo {
        let mut state = self.state.lock();
        state.forget_oldest();
        let now = state.first_unsettled_no();
        state.moments.front().filter(|oldest| in_use(oldest)).map_or(now, |oldest| oldest.first_unsettled_no)
    }

    /// Whether every view that is open now or will be made later sees the changes of `id`: then nobody needs a version
    /// that they replaced. As [`TrxSys::horizon`], for one transaction, whether it has a number or not.
    #[doc(alias = "purge_sys.view.changes_visible")]
    pub fn seen_by_all(&self, id: TrxId) -> bool {
        let mut state = self.state.lock();
        state.forget_oldest();
        if state.active.binary_search(&id).is_ok() {
            return false;
        }
        let oldest = state.moments.front().filter(|oldest| in_use(oldest));
        oldest.is_none_or(|oldest| id < oldest.first_unseen_id && oldest.active.binary_search(&id).is_err())
    }

    /// The next id or number to be given: what must be kept across a restart.
    #[doc(alias = "trx_sys_get_max_trx_id")]
    pub fn next_id(&self) -> TrxId {
        TrxId(self.state.lock().next)
    }

    /// The active transactions, in order of ids.
    pub fn active(&self) -> Vec<TrxId> {
        self.state.lock().active.clone()
    }

    /// Whether `id` is active: then a version or record that carries it is its writer's alone (an implicit lock).
    #[doc(alias = "trx_rw_is_active")]
    pub fn is_active(&self, id: TrxId) -> bool {
        self.state.lock().active.binary_search(&id).is_ok()
    }

    /// Whether a transaction with this id or a smaller one is active: if not, nothing on a secondary leaf with this
    /// stamp is locked implicitly.
    #[doc(alias = "trx_sys_t::get_min_trx_id")]
    pub fn any_active_up_to(&self, id: TrxId) -> bool {
        self.state.lock().active.first().is_some_and(|first| *first <= id)
    }
}

impl State {
    fn draw(&mut self) -> u64 {
        self.fresh = false;
        let drawn = self.next;
        self.next += 1;
        drawn
    }

    fn end(&mut self, id: TrxId) -> Option<TrxNo> {
        self.fresh = false;
        let at = self.active.binary_search(&id);
        assert!(at.is_ok(), "R3: trx {id} is not active");
        self.active.remove(at.unwrap_or_default());
        let at = self.numbered.iter().position(|(_, other)| *other == id)?;
        self.numbered.remove(at).map(|(no, _)| no)
    }

    fn first_unsettled_no(&self) -> TrxNo {
        self.numbered.front().map_or(TrxNo(self.next), |(no, _)| *no)
    }

    /// The snapshot of now: the newest, if nothing changed since, else a new one in recycled memory.
    fn newest(&mut self) -> Arc<Snapshot> {
        if let (true, Some(newest)) = (self.fresh, self.moments.back()) {
            return newest.clone();
        }
        let mut snapshot = self.recycle();
        let now = Arc::get_mut(&mut snapshot).map(|into| self.copy_to(into));
        debug_assert!(now.is_some(), "nobody has a recycled snapshot");
        self.moments.push_back(snapshot.clone());
        self.fresh = true;
        snapshot
    }

    fn copy_to(&self, into: &mut Snapshot) {
        into.active.clear();
        into.active.extend_from_slice(&self.active);
        into.first_unseen_id = TrxId(self.next);
        into.first_unsettled_no = self.first_unsettled_no();
    }

    /// A snapshot that nobody has: the newest if no view looks at it any more, else a new one.
    fn recycle(&mut self) -> Arc<Snapshot> {
        if self.moments.back_mut().is_some_and(|newest| Arc::get_mut(newest).is_some())
            && let Some(newest) = self.moments.pop_back()
        {
            return newest;
        }
        if self.moments.len() >= self.sweep_at {
            self.moments.retain(in_use);
            self.sweep_at = SWEEP_MIN.max(2 * self.moments.len());
        }
        let empty = Snapshot { active: Vec::new(), first_unseen_id: TrxId(0), first_unsettled_no: TrxNo(0) };
        Arc::new(empty)
    }

    /// Lets go of the oldest moments that no view looks at; the newest stays, for the next view.
    fn forget_oldest(&mut self) {
        while self.moments.len() > 1 && self.moments.front().is_some_and(|oldest| !in_use(oldest)) {
            self.moments.pop_front();
        }
    }
}

/// Whether a view refers to it. A view that closes at this moment may still count: then the horizon is one step late,
/// which is safe. New references are made under the mutex only, so a `false` stays true while it is held.
fn in_use(snapshot: &Arc<Snapshot>) -> bool {
    if Arc::strong_count(snapshot) > 1 {
        return true;
    }
    // What purge does next comes after all that the closed view's reader did.
    std::sync::atomic::fence(std::sync::atomic::Ordering::Acquire);
    false
}

/// One line: `next 12 · active 3 5 8 · numbered 5 as 9 · views below 4 (×2) 10 (×1) · horizon 4`
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
        for moment in state.moments.iter().filter(|m| in_use(m)) {
            write!(f, " <{} (×{})", moment.first_unseen_id, Arc::strong_count(moment) - 1)?;
        }
        write!(f, " · horizon {horizon}")
    }
}
