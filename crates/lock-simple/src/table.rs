//! The lock table as its callers see it. What each call promises is said at the same call of `innolab_lock::LockTable`.

use crate::list::{Lock, State, Trx};
use innolab_base::sync::Mutex;
use innolab_base::{Events, IndexId, Park, TrxId, Waiter, Wake};
use innolab_lock::{
    Answer, Inherit, MetadataMode, Mode, Owner, RecordId, RecordKey, RecordMode, Table, TableMode, Target, Ticket,
    WaitOutcome, WaitPolicy,
};
use std::sync::Arc;

/// The lock table; see the crate.
pub struct LockTable {
    pub(crate) state: Mutex<State>,
    park: Arc<dyn Park>,
}

impl LockTable {
    /// Returns an empty table whose waiters wait through `park`. It has no events.
    pub fn new(park: Arc<dyn Park>, _: Events) -> LockTable {
        LockTable { state: Mutex::default(), park }
    }

    /// Returns the way in which waiters wait.
    pub fn park(&self) -> &Arc<dyn Park> {
        &self.park
    }

    /// Adds a transaction, which waits on `session`.
    pub fn begin(&self, session: Arc<Waiter>) -> Owner {
        let mut state = self.state.lock();
        state.n_owners += 1;
        let owner = Owner(state.n_owners);
        state.trxs.insert(owner, Trx { session, ..Trx::default() });
        owner
    }

    /// Gives `owner` its transaction id (T4).
    pub fn set_trx_id(&self, owner: Owner, trx_id: TrxId) {
        self.state.lock().trx(owner).trx_id = Some(trx_id);
    }

    /// Sets which of `owner`'s locks are inherited when their records are removed (H2).
    pub fn set_inherit(&self, owner: Owner, inherit: Inherit) {
        self.state.lock().trx(owner).inherit = inherit;
    }

    /// Sets the number of rows that a rollback of `owner` would undo now (Q4).
    pub fn set_undo_records(&self, owner: Owner, undo_records: u64) {
        self.state.lock().trx(owner).undo_records = undo_records;
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
        let owner = lock.owner;
        let answer = self.step(|state| state.request(lock, policy, no_lock, undo));
        match self.state.lock().trx(owner).outcome.take_if(|outcome| matches!(outcome, WaitOutcome::Deadlock(_))) {
            Some(WaitOutcome::Deadlock(report)) => Answer::Deadlock(report),
            _ => answer,
        }
    }

    /// Changes the list; then grants, breaks cycles, and wakes the sessions in the order in which their waits began.
    fn step<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        state.settle();
        let woken = std::mem::take(&mut state.woken);
        drop(state);
        woken.values().for_each(|session| self.park.unpark(session));
        result
    }

    /// Blocks until the wait ends, at most `timeout_ms` milliseconds if given, or until the statement is interrupted.
    pub fn wait(&self, ticket: Ticket, timeout_ms: Option<u64>) -> WaitOutcome {
        let owner = ticket.owner;
        let session = self.state.lock().trx(owner).session.clone();
        assert_eq!(self.state.lock().trx(owner).wait_no, ticket.wait_no, "Q3: that wait is over");
        loop {
            if let Some(outcome) = self.state.lock().trx(owner).outcome.take() {
                return outcome;
            }
            if session.is_interrupted() {
                self.cancel(owner);
            } else if self.park.park(&session, timeout_ms) == Wake::TimedOut {
                self.step(|state| state.cancel(owner, WaitOutcome::TimedOut));
            }
        }
    }

    /// True if the wait has ended.
    pub fn is_over(&self, ticket: Ticket) -> bool {
        self.state.lock().trx(ticket.owner).outcome.is_some()
    }

    /// Ends the wait of `owner`, if it waits.
    pub fn cancel(&self, owner: Owner) {
        self.step(|state| state.cancel(owner, WaitOutcome::Cancelled));
    }

    /// True if there are no record locks.
    pub fn is_idle(&self) -> bool {
        self.state.lock().list.iter().all(|lock| lock.mode.record().is_none())
    }

    /// True if AUTO_INC on the table is held or waited for.
    pub fn is_auto_inc_locked(&self, table: Table) -> bool {
        let is_it = |lock: &Lock| lock.target == Target::Table(table) && lock.mode == Mode::Table(TableMode::AutoInc);
        self.state.lock().list.iter().any(is_it)
    }

    /// Makes the implicit lock of transaction `trx_id` on a record explicit (T4). False if it has ended.
    pub fn make_explicit(&self, trx_id: TrxId, at: &RecordId<'_>) -> bool {
        let mut state = self.state.lock();
        let writer = state.trxs.iter().find(|(_, trx)| trx.trx_id == Some(trx_id)).map(|(owner, _)| *owner);
        let Some(owner) = writer else { return false };
        let lock = Lock::record(owner, at, RecordMode::XRec);
        if !state.holds(&lock) {
            state.grant(lock);
        }
        true
    }

    /// A record was inserted before `successor` (H1).
    pub fn inherit_on_insert(&self, new: &RecordId<'_>, successor: &RecordId<'_>) {
        self.state.lock().inserted(new, successor);
    }

    /// A record is being removed: `successor` inherits its locks (H2).
    pub fn inherit_on_remove(&self, removed: &RecordId<'_>, successor: &RecordId<'_>) {
        self.step(|state| state.removed(removed, successor));
    }

    /// A record was rewritten in its page, because its size changed (Q4).
    pub fn rewritten(&self, at: &RecordId<'_>) {
        self.state.lock().rewritten(at);
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
        self.state.lock().trx(owner).structures.retain(|_, of| *of != kind);
    }

    fn unlock(&self, owner: Owner, target: &Target, alike: impl Fn(Mode) -> bool) {
        self.step(|state| state.held(owner, target, alike).map(|at| state.list.remove(at)));
    }

    /// Ends a transaction: releases all its locks, and `owner` itself.
    pub fn release_all(&self, owner: Owner) {
        self.step(|state| {
            state.release(owner, |_| true);
            state.trxs.remove(&owner);
        });
    }

    /// Releases all locks of `owner` but those on names; the transaction begins again.
    pub fn restart(&self, owner: Owner) {
        self.step(|state| {
            state.release(owner, |lock| lock.kind.is_some());
            let trx = state.trx(owner);
            let (session, inherit, wait_no) = (trx.session.clone(), trx.inherit, trx.wait_no);
            *trx = Trx { session, inherit, wait_no, ..Trx::default() };
        });
    }

    /// Returns the number of locks on names that `owner` has.
    pub fn name_mark(&self, owner: Owner) -> usize {
        self.state.lock().list.iter().filter(|lock| lock.owner == owner && lock.kind.is_none()).count()
    }

    /// Releases the locks on names that `owner` has taken since `mark`.
    pub fn release_names_since(&self, owner: Owner, mark: usize) {
        let mut kept = 0..mark;
        self.step(|all| all.list.retain(|lock| lock.owner != owner || lock.kind.is_some() || kept.next().is_some()));
    }

    /// Turns the `X` that `owner` holds on a name into a weaker mode.
    pub fn downgrade_name(&self, owner: Owner, name: &str, to: MetadataMode) {
        let exclusive = |held| held == Mode::Metadata(MetadataMode::Exclusive);
        self.step(|state| {
            if let Some(at) = state.held(owner, &Target::Name(name.into()), exclusive) {
                state.list[at].mode = Mode::Metadata(to);
            }
        });
    }

    /// True if a transaction waits for this name; `None`: for any name.
    pub fn is_name_waited_for(&self, name: Option<&str>) -> bool {
        let is_it = |target: &Target| matches!(target, Target::Name(of) if name.is_none_or(|name| **of == *name));
        self.state.lock().list.iter().any(|lock| lock.waiting && is_it(&lock.target))
    }
}

impl std::fmt::Debug for LockTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LockTable({} locks)", self.state.lock().list.len())
    }
}
