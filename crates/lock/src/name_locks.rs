//! Locks on names, as transactions take them, wait for them and release them. Their rules are those of `metadata`.
//!
//! The server's counterpart: `MDL_context`.

use crate::acquire::Acquired;
use crate::answer::{Answer, Owner, WaitOutcome, WaitPolicy};
use crate::data_lock::{DataLock, Target};
use crate::event::Granted;
use crate::metadata::{Holder, NameLock};
use crate::metadata_mode::MetadataMode;
use crate::mode::Mode;
use crate::state::{Deferred, State};
use crate::table::LockTable;
use std::sync::Arc;

impl State {
    /// Grants, refuses or queues a request for a name (N2, N3). REQUIRES: its owner does not wait (Q3).
    fn acquire_name(&mut self, owner: Owner, name: &str, mode: MetadataMode, wait_policy: WaitPolicy) -> Acquired {
        assert!(!self.owner(owner).waits(), "Q3: {owner:?} waits");
        let request = Holder { owner, mode };
        if self.names.covers(name, request) {
            return Acquired::Granted { fresh: false };
        }
        let (name, is_granted) = self.names.grant(name, request);
        match (is_granted, wait_policy) {
            (true, _) => {
                self.owner(owner).names.push(NameLock { name, mode });
                Acquired::Granted { fresh: true }
            }
            (false, WaitPolicy::NoWait) => Acquired::Busy,
            (false, WaitPolicy::Wait) => {
                self.names.wait(&name, request);
                self.owner(owner).name_wait = Some(NameLock { name, mode });
                self.number_wait(owner);
                Acquired::Waits
            }
        }
    }

    /// Removes a lock on a name, or the request if it waits, and grants what is free then.
    fn remove_name(&mut self, owner: Owner, gone: &NameLock, waits: bool, deferred: &mut Deferred) {
        let granted = self.names.remove(&gone.name, Holder { owner, mode: gone.mode }, waits);
        self.grant_names(&gone.name, granted, deferred);
    }

    fn grant_names(&mut self, name: &Arc<str>, granted: Vec<Holder>, deferred: &mut Deferred) {
        for Holder { owner, mode } in granted {
            self.owner(owner).names.push(NameLock { name: name.clone(), mode });
            self.end_wait(owner, WaitOutcome::Granted, deferred);
            deferred.granted.push(owner);
        }
    }

    /// Removes the request for a name with which `owner` has waited.
    pub(crate) fn withdraw_name(&mut self, owner: Owner, request: &NameLock, deferred: &mut Deferred) {
        self.remove_name(owner, request, true, deferred);
    }

    /// Releases all of the owner's locks on names but the first `keep`, newest first.
    pub(crate) fn release_names(&mut self, owner: Owner, keep: usize, deferred: &mut Deferred) {
        while self.owner(owner).names.len() > keep {
            let Some(held) = self.owner(owner).names.pop() else { return };
            self.remove_name(owner, &held, false, deferred);
        }
    }

    /// Returns the lock or request, of either kind, for which `owner` waits; `None`: it runs.
    pub(crate) fn waits_for(&self, owner: Owner) -> Option<DataLock> {
        let state = &self.owners[owner.0];
        let name = || state.name_wait.as_ref().map(|request| self.name_lock(owner, request, true));
        state.wait.map(|wait| self.data_lock(wait.lock)).or_else(name)
    }

    /// Returns the transactions for which `owner` waits, each with its lock that is in the way: one for a wait in a
    /// queue (Q2), all for a wait for a name (N4).
    pub(crate) fn blockers(&self, owner: Owner) -> Vec<(Owner, DataLock)> {
        let state = &self.owners[owner.0];
        if let Some(wait) = state.wait {
            return vec![(wait.blocking_owner, self.data_lock(wait.blocker))];
        }
        let Some(NameLock { name, mode }) = &state.name_wait else { return vec![] };
        let shown = |(Holder { owner, mode }, waits): (Holder, bool)| {
            (owner, self.name_lock(owner, &NameLock { name: name.clone(), mode }, waits))
        };
        self.names.blockers(name, Holder { owner, mode: *mode }).into_iter().map(shown).collect()
    }

    /// Returns a lock on a name as reports show it.
    fn name_lock(&self, owner: Owner, held: &NameLock, waiting: bool) -> DataLock {
        let owner = &self.owners[owner.0];
        let (target, mode) = (Target::Name(held.name.clone()), Mode::Metadata(held.mode));
        DataLock {
            session: owner.session_no(),
            target,
            mode,
            waiting,
            trx_id: owner.trx_id,
            shown_trx_id: owner.shown_trx_id(),
            structure_no: 0,
        }
    }
}

impl LockTable {
    /// Requests a lock on a table's name. After a wait the lock is held.
    ///
    /// REQUIRES: `owner` does not wait (Q3).
    #[doc(alias = "MDL_context::acquire_lock")]
    pub fn lock_name(&self, owner: Owner, name: &str, mode: MetadataMode, wait_policy: WaitPolicy) -> Answer {
        let mut state = self.state();
        match state.acquire_name(owner, name, mode, wait_policy) {
            Acquired::Granted { fresh } => {
                let lock = || state.name_lock(owner, &NameLock { name: name.into(), mode }, false);
                self.events().emit(|| Granted { lock: lock(), fresh });
                Answer::Granted { fresh }
            }
            Acquired::Busy => Answer::Busy,
            Acquired::Waits => self.queued(state, owner),
        }
    }

    /// Returns the number of locks on names that `owner` has: a mark for [`LockTable::release_names_since`].
    #[doc(alias = "MDL_context::mdl_savepoint")]
    pub fn name_mark(&self, owner: Owner) -> usize {
        self.state().owner(owner).names.len()
    }

    /// Releases the locks on names that `owner` has taken since `mark`.
    #[doc(alias = "MDL_context::rollback_to_savepoint")]
    pub fn release_names_since(&self, owner: Owner, mark: usize) {
        let mut state = self.state();
        let mut deferred = Deferred::default();
        state.release_names(owner, mark, &mut deferred);
        self.finish(state, deferred);
    }

    /// Turns the `X` that `owner` holds on a name into a weaker mode.
    #[doc(alias = "MDL_ticket::downgrade_lock")]
    pub fn downgrade_name(&self, owner: Owner, name: &str, to: MetadataMode) {
        let mut state = self.state();
        let mut deferred = Deferred::default();
        let (held, names) = (Holder { owner, mode: MetadataMode::Exclusive }, &mut state.owner(owner).names);
        if let Some(lock) = names.iter_mut().find(|lock| &*lock.name == name && lock.mode == held.mode) {
            lock.mode = to;
            let name = lock.name.clone();
            let granted = state.names.downgrade(&name, held, to);
            state.grant_names(&name, granted, &mut deferred);
        }
        self.finish(state, deferred);
    }

    /// True if a transaction waits for this name; `None`: for any name.
    pub fn is_name_waited_for(&self, name: Option<&str>) -> bool {
        self.state().names.is_waited_for(name)
    }
}
