//! The lock table as its callers see it.
//!
//! ```text
//!                    ┌ Granted ──────────────────────────────► go on
//!   request(…) ──────┼ Busy (NOWAIT, SKIP LOCKED) ───────────► error 1205, or next row
//!   under latches,   ├ Deadlock(story): I am the victim ─────► error 1213, roll back
//!   never waits      └ Wait(ticket) ─ drop all latches ─► wait(ticket, timeout)
//!                                                            ├ Granted, Gone ─► come back to the row and ask again
//!                                                            ├ Deadlock(story) ► error 1213, roll back
//!                                                            └ TimedOut, Cancelled ► error 1205, 1317: roll back the statement
//! ```
//!
//! RULES
//!
//! - **T1** An [`Owner`] is one transaction, from [`LockTable::begin`] to [`LockTable::release_all`]; all its calls
//!   come one at a time.
//! - **T2** A request never waits; [`LockTable::wait`] does, with no mutex of this crate and no latch of the caller's
//!   held.
//! - **T3** After a wait the caller asks *again*: a record lock is then found held; an insert intention only said
//!   that its time has come, and somebody may have locked the gap since.
//! - **T4** An implicit lock (a row's `trx_id` of an active transaction) is nobody's here until somebody who meets it
//!   makes it explicit, before asking for a lock of its own.
//!
//! LOCKS: one mutex, a leaf in the order of latches: nothing is called with it but the event sink. `unpark` is called
//! after it.

use crate::deadlock::Story;
use crate::event::{DeadlockFound, Granted, Inherited, MadeExplicit, WaitBegan, WaitEnded};
use crate::mode::{Mode, RecordMode, TableMode};
use crate::place::{At, Name, RecordKey, Table};
use crate::report::Held;
use crate::state::{After, Entered, Request, State, record_mode};
use innolab_base::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use innolab_base::sync::{Mutex, MutexGuard};
use innolab_base::{Events, IndexId, Park, TrxId, Waiter, Wake};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A transaction as the lock table numbers it; the number is given again after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub(crate) u32);

/// A wait that has begun: [`LockTable::wait`] for it before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the request is in the queue until it is waited for or cancelled"]
pub struct Ticket {
    owner: Owner,
    seq: u64,
}

/// What to do when a lock cannot be had at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// Queue.
    #[default]
    Wait,
    /// Do not: `NOWAIT` makes an error of it, `SKIP LOCKED` passes over the row.
    NoWait,
}

/// Which locks of a transaction go on to the successor when their record is removed (H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Inherit {
    /// REPEATABLE READ and SERIALIZABLE.
    #[default]
    All,
    /// READ COMMITTED and READ UNCOMMITTED: only S, which a check for duplicates has left.
    SharedOnly,
    /// These, in a statement whose checks for duplicates lock X: `REPLACE`, `INSERT … ON DUPLICATE KEY UPDATE`.
    ExclusiveOnly,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Answer {
    /// Go on.
    Granted {
        /// Whether this made a lock; else the transaction had one as strong, or needs none (an insert into a free gap).
        fresh: bool,
    },
    /// It would have to wait and was told not to ([`Patience::NoWait`]).
    Busy,
    /// It is queued: drop all latches and [`LockTable::wait`]. If a deadlock had another victim, that one has been
    /// told.
    Wait(Ticket),
    /// It would close a circle, and is the victim: the request is taken back, the transaction must roll back.
    Deadlock(Arc<Story>),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// The lock is held. Ask again (T3).
    Granted,
    /// The record has been removed (H2). Look for it again.
    Gone,
    /// The time is over; the request is taken back. The statement is rolled back (error 1205).
    TimedOut,
    /// [`LockTable::cancel`] was called; the request is taken back.
    Cancelled,
    /// It was chosen as the victim; the request is taken back, the transaction must roll back (error 1213).
    Deadlock(Arc<Story>),
}

/// Who holds and who waits; see the module.
#[doc(alias = "lock_sys_t")]
pub struct LockTable {
    state: Mutex<State>,
    /// The state's [`State::n_records`].
    n_records: Arc<AtomicUsize>,
    n_auto_inc: Arc<AtomicUsize>,
    park: Arc<dyn Park>,
    events: Events,
}

impl LockTable {
    /// An empty table, whose waiters wait through `park`.
    pub fn new(park: Arc<dyn Park>, events: Events) -> LockTable {
        let state = State::default();
        let (n_records, n_auto_inc) = (state.n_records.clone(), state.n_auto_inc.clone());
        LockTable { state: Mutex::new(state), n_records, n_auto_inc, park, events }
    }

    /// How its waiters wait.
    pub fn park(&self) -> &Arc<dyn Park> {
        &self.park
    }

    /// A transaction that may lock: its waits happen on `seat`, whose session is its name in reports. Call it when the
    /// transaction first touches a table, not before: the order in which sessions do so settles some ties (D1).
    pub fn begin(&self, seat: Arc<Waiter>) -> Owner {
        self.state.lock().begin(seat)
    }

    /// `owner` now writes as `writer`: rows that carry this id are implicitly locked by it (T4).
    pub fn name_writer(&self, owner: Owner, writer: TrxId) {
        let mut state = self.state.lock();
        state.owner(owner).writer = Some(writer);
        state.writers.insert(writer, owner);
    }

    /// Says what becomes of `owner`'s locks when their records are removed, from now on (H2).
    pub fn set_inherit(&self, owner: Owner, inherit: Inherit) {
        self.state.lock().owner(owner).inherit = inherit;
    }

    /// Says how many rows a rollback of `owner` would have to undo, between requests, which say it too (Q4).
    pub fn set_undo_records(&self, owner: Owner, undo_records: u64) {
        self.state.lock().owner(owner).undo_records = undo_records;
    }

    /// Asks for a lock on a table. `undo_records`: how many rows a rollback would have to undo now (Q4).
    ///
    /// REQUIRES: `owner` does not wait (Q3).
    pub fn lock_table(
        &self,
        owner: Owner,
        table: Table,
        mode: TableMode,
        undo_records: u64,
        patience: Patience,
    ) -> Answer {
        let request = State::table_request(owner, table, mode, undo_records);
        self.request(&Request { patience, ..request })
    }

    /// Asks for a lock on a record. For [`RecordMode::Insert`], `at` is the record that the new one will stand
    /// before; in a gap that is free this leaves no lock.
    ///
    /// REQUIRES: `owner` does not wait (Q3); an implicit lock on the record has been made explicit (T4). LOCKS: the
    /// leaf is latched.
    #[doc(alias = "lock_rec_lock")]
    #[doc(alias = "lock_rec_insert_check_and_lock")]
    pub fn lock_record(
        &self,
        owner: Owner,
        at: &At<'_>,
        mode: RecordMode,
        undo_records: u64,
        patience: Patience,
    ) -> Answer {
        let request = State::record_request(owner, at, mode, undo_records);
        self.request(&Request { patience, ..request })
    }

    /// Asks whether a record may be changed by `owner`, who then holds it implicitly: as [`RecordMode::XRec`], but when
    /// nobody is in the way this leaves no lock, because the change itself says whose the record is (T4). A wait for it
    /// is a wait for [`RecordMode::XRec`], which is held afterwards.
    ///
    /// REQUIRES and LOCKS: as [`LockTable::lock_record`].
    #[doc(alias = "lock_sec_rec_modify_check_and_lock")]
    #[doc(alias = "lock_clust_rec_modify_check_and_lock")]
    pub fn lock_implicitly(&self, owner: Owner, at: &At<'_>, undo_records: u64) -> Answer {
        let request = State::record_request(owner, at, RecordMode::XRec, undo_records);
        self.request(&Request { traceless: true, ..request })
    }

    fn request(&self, request: &Request<'_>) -> Answer {
        let mut state = self.state.lock();
        match state.enter(request) {
            Entered::Granted { fresh } => {
                self.events.emit(|| Granted { lock: state.as_held(request), fresh });
                Answer::Granted { fresh }
            }
            Entered::Busy => Answer::Busy,
            Entered::Waits => self.begin_wait(state, request.owner),
        }
    }

    fn begin_wait(&self, mut state: MutexGuard<'_, State>, owner: Owner) -> Answer {
        if let Some(wait) = state.owners[owner.0].wait {
            self.events.emit(|| WaitBegan { lock: state.held(wait.lock), on: state.owners[wait.on.0].seat.session });
        }
        let seq = state.owners[owner.0].ticket;
        let mut after = After { aimed: BTreeSet::from([(state.owners[owner.0].seniority, owner)]), ..After::default() };
        self.break_circles(&mut state, &mut after);
        let answer = match state.owners[owner.0].outcome.take() {
            Some(Waited::Deadlock(story)) => Answer::Deadlock(story),
            other => {
                // It may have been granted already, when the victim stood before it.
                state.owners[owner.0].outcome = other;
                Answer::Wait(Ticket { owner, seq })
            }
        };
        drop(state);
        self.call(after);
        answer
    }

    /// The end of every step that took locks away.
    fn finish(&self, mut state: MutexGuard<'_, State>, mut after: After) {
        self.break_circles(&mut state, &mut after);
        drop(state);
        self.call(after);
    }

    /// Breaks the circles that a step has closed (D1).
    fn break_circles(&self, state: &mut State, after: &mut After) {
        state.break_circles(after);
        if self.events.on() {
            for story in &after.stories {
                self.events.emit(|| DeadlockFound { story: story.clone() });
            }
            for owner in &after.granted {
                self.events.emit(|| WaitEnded { session: state.owners[owner.0].seat.session });
            }
        }
    }

    /// Calls those whose waits ended, in the order in which these began. The mutex is free.
    fn call(&self, mut after: After) {
        after.woken.sort_unstable_by_key(|(seq, _)| *seq);
        for (_, seat) in &after.woken {
            self.park.unpark(seat);
        }
    }

    /// Waits for the end of a wait, at most `timeout_ms` milliseconds if given (`innodb_lock_wait_timeout`).
    ///
    /// REQUIRES: no latch is held (T2).
    #[doc(alias = "lock_wait")]
    pub fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> Waited {
        loop {
            let seat = match self.poll(ticket) {
                Ok(outcome) => return outcome,
                Err(seat) => seat,
            };
            if self.park.park(&seat, timeout_ms) == Wake::TimedOut {
                return self.end_wait(ticket, Waited::TimedOut);
            }
            // Called: the outcome is there. A call meant for an earlier use of the seat only makes us look.
        }
    }

    /// The outcome, or where to wait for it.
    fn poll(&self, ticket: Ticket) -> Result<Waited, Arc<Waiter>> {
        let mut state = self.state.lock();
        let owner = state.owner(ticket.owner);
        assert_eq!(owner.ticket, ticket.seq, "Q3: that wait is over");
        owner.outcome.take().ok_or_else(|| owner.seat.clone())
    }

    /// Whether the wait has ended; then [`LockTable::wait`] returns at once.
    pub fn is_over(&self, ticket: Ticket) -> bool {
        self.state.lock().owner(ticket.owner).outcome.is_some()
    }

    /// Ends a wait for another reason; what it had come to before counts (it may have been granted just now).
    fn end_wait(&self, ticket: Ticket, outcome: Waited) -> Waited {
        let mut state = self.state.lock();
        let mut after = After::default();
        state.cancel(ticket.owner, outcome.clone(), &mut after);
        let ended = state.owner(ticket.owner).outcome.take().unwrap_or(outcome);
        self.finish(state, after);
        ended
    }

    /// Ends the wait of `owner`, if it waits: its statement or session was killed. Its [`LockTable::wait`] returns
    /// [`Waited::Cancelled`].
    #[doc(alias = "lock_trx_handle_wait")]
    pub fn cancel(&self, owner: Owner) {
        let mut state = self.state.lock();
        let mut after = After::default();
        state.cancel(owner, Waited::Cancelled, &mut after);
        self.finish(state, after);
    }

    /// Whether there is no lock on any record: then who inserts, changes what is his, or removes need not ask, and
    /// there is nothing to inherit. Never so while somebody listens to the events.
    ///
    /// LOCKS: the leaf is latched. Whoever locks a record there does so with the leaf latched, or looks at the leaf
    /// again once the lock is held; so what is not seen here comes after.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.n_records.load(Relaxed) == 0 && !self.events.on()
    }

    /// Whether somebody has AUTO_INC on the table or waits for it.
    #[doc(alias = "n_waiting_or_granted_auto_inc_locks")]
    pub fn is_auto_inc_locked(&self, table: Table) -> bool {
        self.n_auto_inc.load(Relaxed) > 0
            && self.state.lock().is_locked(&Name::table(table), Mode::Table(TableMode::AutoInc))
    }

    /// Makes the implicit lock of `writer` on a record explicit (T4): X on the record alone. False: `writer` has
    /// released all its locks; look at the row again.
    ///
    /// LOCKS: the record's leaf is latched, so that the row's `trx_id` is still what the caller read.
    #[doc(alias = "lock_rec_convert_impl_to_expl")]
    pub fn make_explicit(&self, writer: TrxId, at: &At<'_>) -> bool {
        let mut state = self.state.lock();
        let Some(owner) = state.writers.get(&writer).copied() else { return false };
        let request = State::record_request(owner, at, RecordMode::XRec, 0);
        let held = state.places.find(&request.name).is_some_and(|place| state.holds(place, owner, request.mode));
        if !held {
            // It has had the lock since it wrote the row, so it has it whoever may have queued since.
            state.hold_anyway(&request);
            self.events.emit(|| MadeExplicit {
                session: state.owners[owner.0].seat.session,
                writer,
                target: Held::describe(at),
            });
        }
        true
    }

    /// A record has been inserted before `successor`: the locks on the gap are now on both halves (H1).
    ///
    /// LOCKS: both records' leaves are latched from the insert's own request until after this.
    #[doc(alias = "lock_update_insert")]
    pub fn inherit_on_insert(&self, new: &At<'_>, successor: &At<'_>) {
        let mut state = self.state.lock();
        let count = state.inherit_on_insert(new, successor);
        self.told_of_heirs(new, count);
    }

    /// A record is being removed (purge, the rollback of its insert): its locks go on to `successor` (H2).
    ///
    /// LOCKS: both records' leaves are latched.
    #[doc(alias = "lock_update_delete")]
    pub fn inherit_on_remove(&self, removed: &At<'_>, successor: &At<'_>) {
        let mut state = self.state.lock();
        let mut after = After::default();
        let count = state.inherit_on_remove(removed, successor, &mut after);
        self.told_of_heirs(successor, count);
        self.finish(state, after);
    }

    /// A record has been written anew in its page, because its size changed. Who has what stays; but, as in InnoDB, whose
    /// locks go off and on again there, waiters are heavier afterwards (Q4).
    ///
    /// LOCKS: the record's leaf is latched.
    #[doc(alias = "lock_rec_store_on_page_infimum")]
    #[doc(alias = "lock_rec_restore_from_page_infimum")]
    pub fn rewritten(&self, at: &At<'_>) {
        let mut state = self.state.lock();
        if let Some(place) = state.places.find(&Name::record(at.index, at.key)) {
            state.rewrite(place);
        }
    }

    fn told_of_heirs(&self, at: &At<'_>, count: usize) {
        if count > 0 {
            self.events.emit(|| Inherited { target: Held::describe(at), count });
        }
    }

    /// Lets go of one record: READ COMMITTED does so with a row that its condition did not match. REQUIRES: the lock was
    /// granted fresh, for else it is still needed for what it was first asked for.
    ///
    /// As in InnoDB, what goes is the owner's *first* granted lock there that is as exclusive, whatever it covers: who has
    /// waited there with an insert intention before loses that one and keeps the lock on the record.
    #[doc(alias = "lock_rec_unlock")]
    pub fn unlock_record(&self, owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode) {
        let at = At { index, leaf: 0, key };
        self.unlock(owner, &Name::record(index, key), record_mode(&at, mode));
    }

    /// Lets go of a table lock before the end, and its structure goes with it (Q4): AUTO-INC does so at the end of the
    /// statement, metadata locks when it is safe.
    #[doc(alias = "lock_unlock_table_autoinc")]
    pub fn unlock_table(&self, owner: Owner, table: Table, mode: TableMode) {
        let request = State::table_request(owner, table, mode, 0);
        self.unlock(owner, &request.name, request.mode);
        self.state.lock().give_back(&request);
    }

    fn unlock(&self, owner: Owner, name: &Name<'_>, mode: Mode) {
        let mut state = self.state.lock();
        let mut after = After::default();
        if let Some(place) = state.places.find(name) {
            let alike = |held: Mode| match (held, mode) {
                (Mode::Record(held), Mode::Record(mode)) => held.is_shared() == mode.is_shared(),
                (held, mode) => held == mode,
            };
            let found = state.queue(place).find(|(_, lock)| lock.owner == owner && alike(lock.mode) && !lock.waiting);
            if let Some((lock, _)) = found {
                state.release(lock, &mut after);
            }
        }
        self.finish(state, after);
    }

    /// The transaction has ended: all its locks go, newest first, and `owner` with them. REQUIRES: it does not wait.
    ///
    /// Call it after the end is visible (`mvcc::TrxSys::end`): who is let go then finds the rows committed.
    #[doc(alias = "lock_release")]
    pub fn release_all(&self, owner: Owner) {
        let mut state = self.state.lock();
        let mut after = After::default();
        state.end(owner, &mut after);
        self.finish(state, after);
    }

    /// What a victim is chosen by (Q4): lock structures, and rows to undo as of its last wait.
    pub fn weight(&self, owner: Owner) -> u64 {
        self.state.lock().weight(owner)
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
