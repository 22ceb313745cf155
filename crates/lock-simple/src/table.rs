//! The lock table as its callers see it. What each call promises is said at the same call of `innolab_lock::LockTable`.

use crate::list::{Lock, State, Trx};
use innolab_base::sync::{Mutex, MutexGuard};
use innolab_base::{Events, IndexId, Park, TrxId, Waiter, Wake};
use innolab_lock::event::{DeadlockFound, Granted, Inherited, MadeExplicit, WaitBegan, WaitEnded};
use innolab_lock::{
    Answer, Inherit, MetadataMode, Mode, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Target, Ticket,
    WaitOutcome, WaitPolicy,
};
use std::sync::Arc;

/// The lock table; see the crate.
pub struct LockTable {
    state: Mutex<State>,
    park: Arc<dyn Park>,
    events: Events,
}

impl LockTable {
    /// Returns an empty table whose waiters wait through `park`.
    pub fn new(park: Arc<dyn Park>, events: Events) -> LockTable {
        LockTable { state: Mutex::default(), park, events }
    }

    /// Returns the way in which waiters wait.
    pub fn park(&self) -> &Arc<dyn Park> {
        &self.park
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Adds a transaction, which waits on `session`.
    pub fn begin(&self, session: Arc<Waiter>) -> Owner {
        let mut state = self.state();
        state.n_owners += 1;
        let owner = Owner(state.n_owners);
        state.trxs.insert(owner, Trx { session, ..Trx::default() });
        owner
    }

    /// Gives `owner` its transaction id (T4).
    pub fn set_trx_id(&self, owner: Owner, trx_id: TrxId) {
        self.state().trx(owner).trx_id = Some(trx_id);
    }

    /// Sets which of `owner`'s locks are inherited when their records are removed (H2).
    pub fn set_inherit(&self, owner: Owner, inherit: Inherit) {
        self.state().trx(owner).inherit = inherit;
    }

    /// Sets the number of rows that a rollback of `owner` would undo now (Q4).
    pub fn set_undo_records(&self, owner: Owner, undo_records: u64) {
        self.state().trx(owner).undo_records = undo_records;
    }

    /// Requests a lock on a table.
    pub fn lock_table(&self, owner: Owner, table: Table, mode: TableMode, undo: u64, policy: WaitPolicy) -> Answer {
        let (target, mode) = (Target::Table(table), Mode::Table(mode));
        let kind = Some((table.0, u64::MAX, mode));
        self.request(Lock::new(owner, target, mode, kind), policy, false, undo)
    }

    /// Requests a lock on a record.
    pub fn lock_record(
        &self,
        owner: Owner,
        at: &RecordId<'_>,
        mode: RecordMode,
        undo: u64,
        policy: WaitPolicy,
    ) -> Answer {
        self.request(Lock::record(owner, at, mode), policy, mode == RecordMode::Insert, undo)
    }

    /// Requests to change a record, after which `owner` holds it implicitly.
    pub fn lock_implicitly(&self, owner: Owner, at: &RecordId<'_>, undo: u64, policy: WaitPolicy) -> Answer {
        self.request(Lock::record(owner, at, RecordMode::XRec), policy, true, undo)
    }

    /// Requests a lock on a table's name.
    pub fn lock_name(&self, owner: Owner, name: &str, mode: MetadataMode, policy: WaitPolicy) -> Answer {
        self.request(Lock::new(owner, Target::Name(name.into()), Mode::Metadata(mode), None), policy, false, 0)
    }

    fn request(&self, lock: Lock, policy: WaitPolicy, no_lock: bool, undo: u64) -> Answer {
        let (mut state, owner) = (self.state(), lock.owner);
        if let Some(answer) = state.request(lock.clone(), policy, no_lock, undo) {
            if let Answer::Granted { fresh } = answer {
                self.events.emit(|| Granted { lock: state.data_lock(&lock), fresh });
            }
            return answer;
        }
        if let (Some(at), Some(blocker)) = (state.wait_of(owner), state.edges(owner).first()) {
            let blocking_session = state.data_lock(&state.list[*blocker]).session;
            self.events.emit(|| WaitBegan { lock: state.data_lock(&state.list[at]), blocking_session });
        }
        let ticket = Ticket { owner, wait_no: state.trx(owner).wait_no };
        let mut state = self.finish(state);
        match state.trx(owner).outcome.take_if(|outcome| matches!(outcome, WaitOutcome::Deadlock(_))) {
            Some(WaitOutcome::Deadlock(report)) => Answer::Deadlock(report),
            _ => Answer::Wait(ticket),
        }
    }

    /// Ends a step: grants, breaks cycles, emits the events, wakes the sessions in the order in which their waits began.
    fn finish<'s>(&'s self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        for report in state.settle() {
            self.events.emit(|| DeadlockFound { report });
        }
        for owner in std::mem::take(&mut state.granted) {
            self.events.emit(|| WaitEnded { session: state.trxs[&owner].session.session });
        }
        let mut woken = std::mem::take(&mut state.woken);
        woken.sort_unstable_by_key(|(wait_no, _)| *wait_no);
        drop(state);
        woken.iter().for_each(|(_, session)| self.park.unpark(session));
        self.state()
    }

    /// Changes the list, and ends the step.
    fn step(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        drop(self.finish(state));
    }

    /// Blocks until the wait ends, at most `timeout_ms` milliseconds if given, or until the statement is interrupted.
    pub fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome {
        let owner = ticket.owner;
        loop {
            let mut state = self.state();
            let trx = state.trx(owner);
            assert_eq!(trx.wait_no, ticket.wait_no, "Q3: that wait is over");
            if let Some(outcome) = trx.outcome.take() {
                return outcome;
            }
            let session = trx.session.clone();
            drop(state);
            let why = if session.is_interrupted() {
                WaitOutcome::Cancelled
            } else if self.park.park(&session, timeout_ms) == Wake::TimedOut {
                WaitOutcome::TimedOut
            } else {
                continue;
            };
            self.step(|state| state.cancel(owner, why.clone()));
            return self.state().trx(owner).outcome.take().unwrap_or(why);
        }
    }

    /// True if the wait has ended.
    pub fn is_over(&self, ticket: Ticket) -> bool {
        self.state().trx(ticket.owner).outcome.is_some()
    }

    /// Ends the wait of `owner`, if it waits.
    pub fn cancel(&self, owner: Owner) {
        self.step(|state| state.cancel(owner, WaitOutcome::Cancelled));
    }

    /// True if there are no record locks. Always false while events are recorded.
    pub fn is_idle(&self) -> bool {
        !self.events.on() && self.state().list.iter().all(|lock| lock.record_mode().is_none())
    }

    /// True if AUTO_INC on the table is held or waited for.
    pub fn is_auto_inc_locked(&self, table: Table) -> bool {
        let is_it = |lock: &Lock| lock.target == Target::Table(table) && lock.mode == Mode::Table(TableMode::AutoInc);
        self.state().list.iter().any(is_it)
    }

    /// Makes the implicit lock of transaction `trx_id` on a record explicit (T4). False if it has ended.
    pub fn make_explicit(&self, trx_id: TrxId, at: &RecordId<'_>) -> bool {
        let mut state = self.state();
        let found = state.trxs.iter().find(|(_, trx)| trx.trx_id == Some(trx_id)).map(|(owner, _)| *owner);
        let Some(owner) = found else { return false };
        let lock = Lock::record(owner, at, RecordMode::XRec);
        if !state.holds(&lock) {
            let (session, target) = (state.data_lock(&lock).session, lock.target.to_string());
            state.grant(lock);
            self.events.emit(|| MadeExplicit { session, writer: trx_id, target });
        }
        true
    }

    /// A record was inserted before `successor` (H1).
    pub fn inherit_on_insert(&self, new: &RecordId<'_>, successor: &RecordId<'_>) {
        let count = self.state().inserted(new, successor);
        self.emit_inherited(new, count);
    }

    /// A record is being removed: `successor` inherits its locks (H2).
    pub fn inherit_on_remove(&self, removed: &RecordId<'_>, successor: &RecordId<'_>) {
        self.step(|state| {
            let count = state.removed(removed, successor);
            self.emit_inherited(successor, count);
        });
    }

    fn emit_inherited(&self, at: &RecordId<'_>, count: usize) {
        if count > 0 {
            self.events.emit(|| Inherited { target: Target::from(at).to_string(), count });
        }
    }

    /// A record was rewritten in its page, because its size changed (Q4).
    pub fn rewritten(&self, at: &RecordId<'_>) {
        self.state().rewritten(at);
    }

    /// Releases the owner's first granted lock of the same strength on one record.
    pub fn unlock_record(&self, owner: Owner, index: IndexId, key: RecordKey<'_>, mode: RecordMode) {
        let target = Target::from(&RecordId { index, leaf: 0, key });
        self.unlock(owner, &target, |held| matches!(held, Mode::Record(held) if held.is_shared() == mode.is_shared()));
    }

    /// Releases a table lock before the end of the transaction, and gives back its structure (Q4).
    pub fn unlock_table(&self, owner: Owner, table: Table, mode: TableMode) {
        self.unlock(owner, &Target::Table(table), |held| held == Mode::Table(mode));
        let kind = (table.0, u64::MAX, Mode::Table(mode));
        self.state().trx(owner).structures.retain(|(of, _)| *of != kind);
    }

    fn unlock(&self, owner: Owner, target: &Target, alike: impl Fn(Mode) -> bool) {
        let is_it = |lock: &Lock| lock.owner == owner && lock.target == *target && alike(lock.mode) && !lock.waiting;
        self.step(|state| drop(state.list.iter().position(is_it).map(|at| state.list.remove(at))));
    }

    /// Ends a transaction: releases all its locks, and `owner` itself.
    pub fn release_all(&self, owner: Owner) {
        self.step(|state| {
            assert!(state.wait_of(owner).is_none(), "Q3: {owner:?} still waits");
            state.list.retain(|lock| lock.owner != owner);
            state.trxs.remove(&owner);
        });
    }

    /// Releases all locks of `owner` but those on names; the transaction begins again.
    pub fn restart(&self, owner: Owner) {
        self.step(|state| {
            assert!(state.wait_of(owner).is_none(), "Q3: {owner:?} still waits");
            state.list.retain(|lock| lock.owner != owner || lock.kind.is_none());
            let trx = state.trx(owner);
            let (session, inherit, wait_no) = (trx.session.clone(), trx.inherit, trx.wait_no);
            *trx = Trx { session, inherit, wait_no, ..Trx::default() };
        });
    }

    /// Returns the number of locks on names that `owner` has.
    pub fn name_mark(&self, owner: Owner) -> usize {
        self.state().list.iter().filter(|lock| lock.owner == owner && lock.kind.is_none()).count()
    }

    /// Releases the locks on names that `owner` has taken since `mark`.
    pub fn release_names_since(&self, owner: Owner, mark: usize) {
        self.step(|state| {
            let mut n = 0;
            state.list.retain(|lock| {
                let is_name = lock.owner == owner && lock.kind.is_none();
                n += usize::from(is_name);
                !is_name || n <= mark
            });
        });
    }

    /// Turns the `X` that `owner` holds on a name into a weaker mode.
    pub fn downgrade_name(&self, owner: Owner, name: &str, to: MetadataMode) {
        let (target, held) = (Target::Name(name.into()), Mode::Metadata(MetadataMode::Exclusive));
        let is_it = |lock: &&mut Lock| lock.owner == owner && lock.target == target && lock.mode == held;
        self.step(|state| {
            if let Some(lock) = state.list.iter_mut().find(is_it) {
                lock.mode = Mode::Metadata(to);
            }
        });
    }

    /// True if a transaction waits for this name; `None`: for any name.
    pub fn is_name_waited_for(&self, name: Option<&str>) -> bool {
        let is_it = |target: &Target| matches!(target, Target::Name(of) if name.is_none_or(|name| **of == *name));
        self.state().list.iter().any(|lock| lock.waiting && is_it(&lock.target))
    }
}

impl std::fmt::Debug for LockTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LockTable({} locks)", self.state().list.len())
    }
}
