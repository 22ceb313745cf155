//! The lock table as its callers see it.
//!
//! ```text
//!                    ┌ Granted ────────────────────────────► go on
//!   request(…) ──────┼ Busy (NOWAIT, SKIP LOCKED) ─────────► error 1205, or next row
//!   under latches,   ├ Deadlock(report): it is the victim ─► error 1213, roll back the transaction
//!   never waits      └ Wait(ticket) ─ drop all latches ─► wait(ticket, timeout)
//!                                      ┌──────────────────────┘
//!                                      ├ Granted, Gone ───────► find the row and request again
//!                                      ├ Deadlock(report) ────► error 1213, roll back the transaction
//!                                      └ TimedOut, Cancelled ─► error 1205, 1317, roll back the statement
//! ```
//!
//! RULES
//!
//! - **T1** An [`Owner`] is one transaction, from [`LockTable::begin`] to [`LockTable::release_all`]; its calls come
//!   one at a time.
//! - **T2** A request never waits. [`LockTable::wait`] does, while no mutex of this crate and no latch of the caller is
//!   held.
//! - **T3** After a wait the caller requests *again*. A record lock is then found held. A granted insert intention only
//!   says that the gap was free: another transaction may have locked it since.
//! - **T4** An implicit lock (a row whose `trx_id` is of an active transaction) has no entry here. A transaction that
//!   meets one makes it explicit for its holder ([`LockTable::make_explicit`]) before it requests a lock of its own.
//!
//! LOCKS: one mutex, the last in the order of latches: while it is held, only the event sink is called. `unpark` is
//! called after the mutex is released.

use crate::acquire::{Acquired, Request};
use crate::answer::{Answer, Inherit, Owner, Ticket, WaitOutcome, WaitPolicy};
use crate::data_lock::Target;
use crate::event::{DeadlockFound, Granted, Inherited, MadeExplicit, WaitBegan, WaitEnded};
use crate::mode::{Mode, RecordMode, TableMode};
use crate::resource::{Name, RecordId, RecordKey, Table};
use crate::state::{Deferred, Lock, State};
use innolab_base::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use innolab_base::sync::{Mutex, MutexGuard};
use innolab_base::{Events, IndexId, Park, TrxId, Waiter, Wake};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The lock table; see the module. Its methods by file:
///
/// | file     | what                                                                  |
/// |----------|-----------------------------------------------------------------------|
/// | `table`  | requests, waits, releases, record changes                             |
/// | `name_locks` | locks on names of tables                                          |
/// | `report` | locks, waits and transactions, as rows of the server's tables         |
/// | `draw`   | an index drawn as a number line                                       |
#[doc(alias = "lock_sys_t")]
pub struct LockTable {
    state: Mutex<State>,
    /// `State::n_records`, read without the mutex.
    n_records: Arc<AtomicUsize>,
    /// `State::n_auto_inc`, read without the mutex.
    n_auto_inc: Arc<AtomicUsize>,
    park: Arc<dyn Park>,
    events: Events,
}

impl LockTable {
    /// Returns an empty table whose waiters wait through `park`.
    pub fn new(park: Arc<dyn Park>, events: Events) -> LockTable {
        let state = State::default();
        let (n_records, n_auto_inc) = (state.n_records.clone(), state.n_auto_inc.clone());
        LockTable { state: Mutex::new(state), n_records, n_auto_inc, park, events }
    }

    /// Returns the way in which waiters wait.
    pub fn park(&self) -> &Arc<dyn Park> {
        &self.park
    }

    /// Adds a transaction, which waits on `session` and is reported under that session's number. Call it when the
    /// transaction first uses a table, not before: the order of the sessions' first calls decides which session is
    /// older, and so breaks some ties (D1).
    pub fn begin(&self, session: Arc<Waiter>) -> Owner {
        self.state.lock().begin(session)
    }

    /// Gives `owner` its transaction id: rows that carry it are implicitly locked by `owner` (T4).
    pub fn set_trx_id(&self, owner: Owner, trx_id: TrxId) {
        let mut state = self.state.lock();
        state.owner(owner).trx_id = Some(trx_id);
        state.by_trx_id.insert(trx_id, owner);
    }

    /// Sets which of `owner`'s locks are inherited when their records are removed, from now on (H2).
    pub fn set_inherit(&self, owner: Owner, inherit: Inherit) {
        self.state.lock().owner(owner).inherit = inherit;
    }

    /// Sets the number of rows that a rollback of `owner` would undo now (Q4). A request that waits sets it too.
    pub fn set_undo_records(&self, owner: Owner, undo_records: u64) {
        self.state.lock().owner(owner).undo_records = undo_records;
    }

    /// Requests a lock on a table. `undo_records`: number of rows that a rollback would undo now (Q4).
    ///
    /// REQUIRES: `owner` does not wait (Q3).
    pub fn lock_table(
        &self,
        owner: Owner,
        table: Table,
        mode: TableMode,
        undo_records: u64,
        wait_policy: WaitPolicy,
    ) -> Answer {
        let request = Request::table(owner, table, mode, undo_records);
        self.request(&Request { wait_policy, ..request })
    }

    /// Requests a lock on a record. `undo_records`: number of rows that a rollback would undo now (Q4). For
    /// [`RecordMode::Insert`], `at` is the record before which the new one will stand; in a free gap this leaves no
    /// lock.
    ///
    /// REQUIRES: `owner` does not wait (Q3); an implicit lock on the record has been made explicit (T4). LOCKS: the
    /// record's leaf is latched.
    #[doc(alias = "lock_rec_lock")]
    #[doc(alias = "lock_rec_insert_check_and_lock")]
    pub fn lock_record(
        &self,
        owner: Owner,
        at: &RecordId<'_>,
        mode: RecordMode,
        undo_records: u64,
        wait_policy: WaitPolicy,
    ) -> Answer {
        let request = Request::record(owner, at, mode, undo_records);
        self.request(&Request { wait_policy, ..request })
    }

    /// Requests to change a record, after which `owner` holds it implicitly. The request waits as one for
    /// [`RecordMode::XRec`] does, and after a wait that lock is held. A request that need not wait leaves no lock,
    /// because the changed record itself names its holder (T4).
    ///
    /// REQUIRES and LOCKS: as [`LockTable::lock_record`].
    #[doc(alias = "lock_sec_rec_modify_check_and_lock")]
    #[doc(alias = "lock_clust_rec_modify_check_and_lock")]
    pub fn lock_implicitly(
        &self,
        owner: Owner,
        at: &RecordId<'_>,
        undo_records: u64,
        wait_policy: WaitPolicy,
    ) -> Answer {
        let request = Request::record(owner, at, RecordMode::XRec, undo_records);
        self.request(&Request { wait_policy, leaves_no_lock: true, ..request })
    }

    fn request(&self, request: &Request<'_>) -> Answer {
        let mut state = self.state.lock();
        match state.acquire(request) {
            Acquired::Granted { fresh } => {
                let lock = || state.as_granted(request.owner, &request.name, request.mode);
                self.events.emit(|| Granted { lock: lock(), fresh });
                Answer::Granted { fresh }
            }
            Acquired::Busy => Answer::Busy,
            Acquired::Waits => self.queued(state, request.owner),
        }
    }

    /// Searches for the cycle that a wait may have closed, and returns the answer to its request.
    pub(crate) fn queued(&self, mut state: MutexGuard<'_, State>, owner: Owner) -> Answer {
        if let (true, Some((blocker, _))) = (self.events.on(), state.blockers(owner).first()) {
            let blocking_session = state.owners[blocker.0].session_no();
            state
                .waits_for(owner)
                .into_iter()
                .for_each(|lock| self.events.emit(|| WaitBegan { lock, blocking_session }));
        }
        let (wait_no, seniority) = (state.owners[owner.0].wait_no, state.owners[owner.0].seniority);
        let mut deferred = Deferred { searches: BTreeSet::from([(seniority, owner)]), ..Deferred::default() };
        self.break_cycles(&mut state, &mut deferred);
        let answer = match state.owners[owner.0].outcome.take() {
            Some(WaitOutcome::Deadlock(report)) => Answer::Deadlock(report),
            other => {
                // The request is granted already if a victim's request stood before it: then `wait` returns at once.
                state.owners[owner.0].outcome = other;
                Answer::Wait(Ticket { owner, wait_no })
            }
        };
        drop(state);
        self.wake(deferred);
        answer
    }

    /// The last part of every call that may remove locks: breaks cycles, releases the mutex, wakes waiters.
    pub(crate) fn finish(&self, mut state: MutexGuard<'_, State>, mut deferred: Deferred) {
        self.break_cycles(&mut state, &mut deferred);
        drop(state);
        self.wake(deferred);
    }

    /// Breaks the cycles that a step has closed (D1), and emits the step's events.
    fn break_cycles(&self, state: &mut State, deferred: &mut Deferred) {
        state.break_cycles(deferred);
        if self.events.on() {
            for report in &deferred.deadlocks {
                self.events.emit(|| DeadlockFound { report: report.clone() });
            }
            for owner in &deferred.granted {
                self.events.emit(|| WaitEnded { session: state.owners[owner.0].session_no() });
            }
        }
    }

    /// Wakes the sessions whose waits ended, in the order in which these began. REQUIRES: the mutex is free.
    fn wake(&self, mut deferred: Deferred) {
        deferred.woken.sort_unstable_by_key(|(wait_no, _)| *wait_no);
        for (_, session) in &deferred.woken {
            self.park.unpark(session);
        }
    }

    /// Blocks until the wait ends, at most `timeout_ms` milliseconds if given (`innodb_lock_wait_timeout`), or until the
    /// session's statement is interrupted ([`Waiter::interrupt`]). Returns how it ended.
    ///
    /// REQUIRES: the caller holds no latch (T2).
    #[doc(alias = "lock_wait")]
    pub fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome {
        loop {
            let session = match self.poll(ticket) {
                Ok(outcome) => return outcome,
                Err(session) => session,
            };
            if session.is_interrupted() {
                return self.withdraw(ticket, WaitOutcome::Cancelled);
            }
            if self.park.park(&session, timeout_ms) == Wake::TimedOut {
                return self.withdraw(ticket, WaitOutcome::TimedOut);
            }
            // A wake-up for an earlier wait of the session may be late: it only makes us look again.
        }
    }

    /// Takes the outcome of a wait; `Err`: the wait goes on, on this session.
    fn poll(&self, ticket: Ticket) -> Result<WaitOutcome, Arc<Waiter>> {
        let mut state = self.state.lock();
        let owner = state.owner(ticket.owner);
        assert_eq!(owner.wait_no, ticket.wait_no, "Q3: that wait is over");
        owner.outcome.take().ok_or_else(|| owner.session().clone())
    }

    /// True if the wait has ended: then [`LockTable::wait`] returns at once.
    pub fn is_over(&self, ticket: Ticket) -> bool {
        self.state.lock().owner(ticket.owner).outcome.is_some()
    }

    /// Ends a wait whose time is up or whose statement is interrupted, and returns its outcome: `why`, unless the wait
    /// ended just before.
    fn withdraw(&self, ticket: Ticket, why: WaitOutcome) -> WaitOutcome {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        state.cancel(ticket.owner, why.clone(), &mut deferred);
        let ended = state.owner(ticket.owner).outcome.take().unwrap_or(why);
        self.finish(state, deferred);
        ended
    }

    /// Ends the wait of `owner`, if it waits, because its statement or session was killed: its [`LockTable::wait`]
    /// returns [`WaitOutcome::Cancelled`].
    #[doc(alias = "lock_trx_handle_wait")]
    pub fn cancel(&self, owner: Owner) {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        state.cancel(owner, WaitOutcome::Cancelled, &mut deferred);
        self.finish(state, deferred);
    }

    /// True if there are no record locks: inserts, changes of the transaction's own rows, and removals can skip the
    /// lock table, and nothing is inherited. Always false while events are recorded.
    ///
    /// LOCKS: the leaf is latched. A transaction locks a record of the leaf under the leaf's latch, or checks the leaf
    /// again once it holds the lock. So the holder of a lock that this call misses looks at the leaf after the caller.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.n_records.load(Relaxed) == 0 && !self.events.on()
    }

    /// True if AUTO_INC on the table is held or waited for.
    #[doc(alias = "n_waiting_or_granted_auto_inc_locks")]
    pub fn is_auto_inc_locked(&self, table: Table) -> bool {
        self.n_auto_inc.load(Relaxed) > 0
            && self.state.lock().is_locked(&Name::table(table), Mode::Table(TableMode::AutoInc))
    }

    /// Makes the implicit lock of transaction `trx_id` on a record explicit (T4): X on the record alone. Returns false
    /// if that transaction has released all its locks: read the row again.
    ///
    /// LOCKS: the record's leaf is latched, so that the row's `trx_id` is still what the caller read.
    #[doc(alias = "lock_rec_convert_impl_to_expl")]
    pub fn make_explicit(&self, trx_id: TrxId, at: &RecordId<'_>) -> bool {
        let mut state = self.state.lock();
        let Some(owner) = state.by_trx_id.get(&trx_id).copied() else { return false };
        let request = Request::record(owner, at, RecordMode::XRec, 0);
        let resource = state.resources.find(&request.name);
        let held = resource.is_some_and(|resource| state.holds(resource, owner, request.mode));
        if !held {
            // The writer has had the lock since it wrote the row: longer than any request waits for it.
            state.grant_unchecked(&request);
            let session = state.owners[owner.0].session_no();
            self.events.emit(|| MadeExplicit { session, writer: trx_id, target: Target::from(at).to_string() });
        }
        true
    }

    /// A record was inserted before `successor`: the locks on the gap now cover both halves of it (H1).
    ///
    /// LOCKS: both records' leaves are latched, from the insert's own request until this returns.
    #[doc(alias = "lock_update_insert")]
    pub fn inherit_on_insert(&self, new: &RecordId<'_>, successor: &RecordId<'_>) {
        let mut state = self.state.lock();
        let count = state.inherit_on_insert(new, successor);
        self.emit_inherited(new, count);
    }

    /// A record is being removed (purge, the rollback of its insert): `successor` inherits its locks (H2).
    ///
    /// LOCKS: both records' leaves are latched.
    #[doc(alias = "lock_update_delete")]
    pub fn inherit_on_remove(&self, removed: &RecordId<'_>, successor: &RecordId<'_>) {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        let count = state.inherit_on_remove(removed, successor, &mut deferred);
        self.emit_inherited(successor, count);
        self.finish(state, deferred);
    }

    fn emit_inherited(&self, at: &RecordId<'_>, count: usize) {
        if count > 0 {
            self.events.emit(|| Inherited { target: Target::from(at).to_string(), count });
        }
    }

    /// A record was rewritten in its page, because its size changed. Locks and waits stay, but as in InnoDB, which
    /// removes and adds the record's locks again, the transactions that wait there become heavier (Q4).
    ///
    /// LOCKS: the record's leaf is latched.
    #[doc(alias = "lock_rec_store_on_page_infimum")]
    #[doc(alias = "lock_rec_restore_from_page_infimum")]
    pub fn rewritten(&self, at: &RecordId<'_>) {
        let mut state = self.state.lock();
        if let Some(resource) = state.resources.find(&Name::record(at.index, at.key)) {
            state.rewrite(resource);
        }
    }

    /// Releases the lock on one record: READ COMMITTED does so for a row that does not match the condition. REQUIRES:
    /// the lock was granted fresh; otherwise an earlier request still needs it.
    ///
    /// As in InnoDB, this releases the owner's *first* granted lock there of the same strength (S or X), whatever it
    /// covers: an owner that once waited there with an insert intention loses the insert intention, and keeps the
    /// record lock.
    #[doc(alias = "lock_rec_unlock")]
    pub fn unlock_record(&self, owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode) {
        let at = RecordId { index, leaf: 0, key };
        self.unlock(owner, &Name::record(index, key), Mode::Record(at.effective_mode(mode)));
    }

    /// Releases a table lock before the end of the transaction, and gives back its structure (Q4): AUTO_INC at the end
    /// of the statement.
    #[doc(alias = "lock_unlock_table_autoinc")]
    pub fn unlock_table(&self, owner: Owner, table: Table, mode: TableMode) {
        let request = Request::table(owner, table, mode, 0);
        self.unlock(owner, &request.name, request.mode);
        self.state.lock().give_back_structure(&request);
    }

    fn unlock(&self, owner: Owner, name: &Name<'_>, mode: Mode) {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        if let Some(resource) = state.resources.find(name) {
            let alike = |held: Mode| match (held, mode) {
                (Mode::Record(held), Mode::Record(mode)) => held.is_shared() == mode.is_shared(),
                (held, mode) => held == mode,
            };
            let releases = |lock: &Lock| lock.owner == owner && alike(lock.mode) && !lock.waiting;
            let found = state.queue(resource).find(|(_, lock)| releases(lock)).map(|(lock, _)| lock);
            if let Some(lock) = found {
                state.release(lock, &mut deferred);
            }
        }
        self.finish(state, deferred);
    }

    /// Ends a transaction: releases all its locks, newest first, and `owner` itself. REQUIRES: `owner` does not wait
    /// (Q3).
    ///
    /// Call it after the end is visible (`mvcc::TrxSys::end`): a transaction that then gets a lock finds the rows
    /// committed.
    #[doc(alias = "lock_release")]
    pub fn release_all(&self, owner: Owner) {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        state.end(owner, &mut deferred);
        self.finish(state, deferred);
    }

    /// Ends a transaction as [`LockTable::release_all`], but `owner` keeps its locks on names and begins again: ROLLBACK TO
    /// a savepoint that is older than the transaction's first use of a table. REQUIRES: `owner` does not wait (Q3).
    pub fn restart(&self, owner: Owner) {
        let mut state = self.state.lock();
        let mut deferred = Deferred::default();
        state.restart(owner, &mut deferred);
        self.finish(state, deferred);
    }

    /// Returns the weight by which a deadlock's victim is chosen (Q4): lock structures, and rows to undo as last
    /// reported.
    pub fn weight(&self, owner: Owner) -> u64 {
        self.state.lock().owners[owner.0].weight()
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl std::fmt::Debug for LockTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state.lock();
        write!(f, "LockTable({} locks of {} owners)", state.locks.len(), state.owners.len())
    }
}
