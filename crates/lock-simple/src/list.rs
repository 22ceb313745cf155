//! The list of all locks, granted and waiting, and what requests and changes of records do to it.
//!
//! The list is in the order of structures (Q1, Q4): a lock that joins an older structure stands before locks that came
//! earlier. The rules are those of `innolab-lock`, where they are explained.

use innolab_base::{TrxId, Waiter};
use innolab_lock::{
    Answer, DeadlockReport, Inherit, Mode, Owner, RecordId, RecordMode, Target, Ticket, WaitOutcome, WaitPolicy,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the locks of one structure have in common: index or table, leaf, mode (Q4).
pub(crate) type Kind = (u64, u64, Mode);

/// A lock, or a request for one.
#[derive(Debug, Clone)]
pub(crate) struct Lock {
    pub(crate) owner: Owner,
    pub(crate) target: Target,
    pub(crate) mode: Mode,
    /// `None` for a lock on a name, which is in no structure.
    pub(crate) kind: Option<Kind>,
    pub(crate) waiting: bool,
    /// Its place in the list. A request that is not yet in the list comes after all locks.
    pub(crate) structure_no: u64,
}

/// A transaction.
#[derive(Debug, Default)]
pub(crate) struct Trx {
    pub(crate) session: Arc<Waiter>,
    pub(crate) trx_id: Option<TrxId>,
    pub(crate) inherit: Inherit,
    pub(crate) undo_records: u64,
    /// Its structures by number, that of its wait too. They stay when their locks leave (Q4).
    pub(crate) structures: BTreeMap<u64, Kind>,
    pub(crate) wait_no: u64,
    pub(crate) outcome: Option<WaitOutcome>,
    pub(crate) deadlock: Option<Arc<DeadlockReport>>,
}

/// Everything that is under the mutex.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) list: Vec<Lock>,
    pub(crate) trxs: BTreeMap<Owner, Trx>,
    pub(crate) n_owners: u32,
    n_waits: u64,
    pub(crate) n_structures: u64,
    /// The sessions whose waits ended in this step, by the numbers of these waits.
    pub(crate) woken: BTreeMap<u64, Arc<Waiter>>,
    #[cfg(test)]
    pub(crate) newest_first: bool,
}

impl Lock {
    pub(crate) fn new(owner: Owner, target: Target, mode: Mode, kind: Option<Kind>) -> Lock {
        Lock { owner, target, mode, kind, waiting: false, structure_no: u64::MAX }
    }

    /// A lock on a record; on the supremum it is on the gap, in the structure of next-key locks (Q4).
    pub(crate) fn record(owner: Owner, at: &RecordId<'_>, mode: RecordMode) -> Lock {
        let kind = (at.index.0, at.leaf, Mode::Record(at.structure_mode(mode)));
        Lock::new(owner, Target::from(at), Mode::Record(at.effective_mode(mode)), Some(kind))
    }

    /// True if this request must wait for `old`, another transaction's lock on the same target (M1–M4, N2). In a queue
    /// only earlier locks count (Q1).
    fn waits_for(&self, old: &Lock) -> bool {
        let meet = match (self.mode, old.mode) {
            (Mode::Metadata(new), Mode::Metadata(there)) => new.waits_for(there, old.waiting),
            (new, there) => new.waits_for(there) && old.structure_no < self.structure_no,
        };
        meet && old.owner != self.owner && old.target == self.target
    }
}

impl State {
    /// # Panics
    /// If `owner` has ended (T1).
    pub(crate) fn trx(&mut self, owner: Owner) -> &mut Trx {
        self.trxs.get_mut(&owner).unwrap_or_else(|| panic!("T1: {owner:?} has ended"))
    }

    /// The lock that `owner` waits for (Q3).
    pub(crate) fn wait_of(&self, owner: Owner) -> Option<&Lock> {
        self.list.iter().find(|lock| lock.owner == owner && lock.waiting)
    }

    /// The locks that a request must wait for, the first blocker first; on a name granted ones come first (N2).
    pub(crate) fn blockers(&self, request: &Lock) -> Vec<&Lock> {
        let mut all: Vec<&Lock> = self.list.iter().filter(|old| request.waits_for(old)).collect();
        all.sort_by_key(|old| request.kind.is_none() && old.waiting);
        all
    }

    /// The position of the first lock that `owner` holds on `target` in such a mode.
    pub(crate) fn held(&self, owner: Owner, target: &Target, is_such: impl Fn(Mode) -> bool) -> Option<usize> {
        let is_it = |lock: &Lock| lock.owner == owner && lock.target == *target && !lock.waiting && is_such(lock.mode);
        self.list.iter().position(is_it)
    }

    /// True if the owner of `request` holds a lock that makes it unnecessary (M5, N3).
    pub(crate) fn holds(&self, request: &Lock) -> bool {
        self.held(request.owner, &request.target, |held| held.covers(request.mode)).is_some()
    }

    /// Grants, refuses or queues a request. `no_lock`: granted, it leaves no lock.
    pub(crate) fn request(&mut self, mut request: Lock, policy: WaitPolicy, no_lock: bool, undo: u64) -> Answer {
        let owner = request.owner;
        assert!(self.trxs.contains_key(&owner) && self.wait_of(owner).is_none(), "T1, Q3: {owner:?}");
        // M6: if the record is held, next-key is a request for the gap.
        if let Some(mode) = request.mode.record()
            && let (Some(part), Some(gap)) = (mode.record_part(), mode.as_gap())
            && self.holds(&Lock { mode: Mode::Record(part), ..request.clone() })
        {
            request.mode = Mode::Record(gap);
            request.kind = request.kind.map(|(index, leaf, _)| (index, leaf, Mode::Record(gap)));
        }
        if self.holds(&request) {
            return Answer::Granted { fresh: false };
        }
        if self.blockers(&request).is_empty() {
            if !no_lock {
                self.grant(request);
            }
            return Answer::Granted { fresh: !no_lock };
        }
        if policy == WaitPolicy::NoWait {
            return Answer::Busy;
        }
        self.n_waits += 1;
        let wait_no = self.n_waits;
        let trx = self.trx(owner);
        (trx.wait_no, trx.outcome) = (wait_no, None);
        trx.session.clear();
        if request.kind.is_some() {
            trx.undo_records = undo;
        }
        let structure_no = self.new_structure(&request);
        self.list.push(Lock { waiting: true, structure_no, ..request });
        Answer::Wait(Ticket { owner, wait_no })
    }

    fn new_structure(&mut self, lock: &Lock) -> u64 {
        self.n_structures += 1;
        let number = self.n_structures;
        self.trx(lock.owner).structures.extend(lock.kind.map(|kind| (number, kind)));
        number
    }

    /// Adds a granted lock, whatever is in its way: to the oldest structure of its kind, or to a new one if there is none
    /// or a request waits for the target (Q4).
    pub(crate) fn grant(&mut self, lock: Lock) {
        let has_waiter = self.list.iter().any(|other| other.target == lock.target && other.waiting);
        let of_wait = self.wait_of(lock.owner).map(|wait| wait.structure_no);
        let mut structures = self.trx(lock.owner).structures.iter();
        let known = structures.find(|(number, kind)| Some(**kind) == lock.kind && Some(**number) != of_wait);
        let known = known.map(|(number, _)| *number).filter(|_| !has_waiter);
        let structure_no = known.unwrap_or_else(|| self.new_structure(&lock));
        let at = self.list.partition_point(|other| other.structure_no <= structure_no);
        self.list.insert(at, Lock { structure_no, ..lock });
    }

    /// Ends the wait for `lock`. Its structure stays if the wait was granted or its record is gone (Q4).
    pub(crate) fn end_wait(&mut self, lock: &Lock, outcome: WaitOutcome) {
        let trx = self.trx(lock.owner);
        if !matches!(outcome, WaitOutcome::Granted | WaitOutcome::Gone) {
            trx.structures.remove(&lock.structure_no);
        }
        trx.outcome = Some(outcome);
        let woken = (trx.wait_no, trx.session.clone());
        self.woken.extend([woken]);
    }

    /// Removes those locks of `owner`, which does not wait (Q3).
    pub(crate) fn release(&mut self, owner: Owner, leaves: impl Fn(&Lock) -> bool) {
        assert!(self.wait_of(owner).is_none(), "Q3: {owner:?} still waits");
        self.list.retain(|lock| lock.owner != owner || !leaves(lock));
    }

    /// Removes the request that `owner` waits with, if it waits.
    pub(crate) fn cancel(&mut self, owner: Owner, outcome: WaitOutcome) {
        if let Some(lock) = self.wait_of(owner).cloned() {
            self.list.retain(|other| other.owner != owner || !other.waiting);
            self.end_wait(&lock, outcome);
        }
    }

    /// A record was inserted: the locks on its successor's gap cover it too (H1).
    pub(crate) fn inserted(&mut self, new: &RecordId<'_>, successor: &RecordId<'_>) {
        for lock in self.on(successor) {
            if lock.mode.record().is_some_and(RecordMode::covers_gap) {
                self.inherit(&lock, new);
            }
        }
    }

    /// A record is removed: its successor's gap inherits its locks (H2), and the waits for it are over.
    pub(crate) fn removed(&mut self, removed: &RecordId<'_>, successor: &RecordId<'_>) {
        for lock in self.on(removed) {
            let inherit = self.trx(lock.owner).inherit;
            if lock.mode.record().is_some_and(|mode| inherit.allows(mode)) {
                self.inherit(&lock, successor);
            }
        }
        for lock in self.on(removed).iter().filter(|lock| lock.waiting) {
            self.end_wait(lock, WaitOutcome::Gone);
        }
        self.list.retain(|lock| lock.target != Target::from(removed));
    }

    /// The locks on a record.
    fn on(&self, at: &RecordId<'_>) -> Vec<Lock> {
        let target = Target::from(at);
        self.list.iter().filter(|lock| lock.target == target).cloned().collect()
    }

    /// Adds `lock` as a gap lock at `at`, unless the very same is there and no request waits there (H3).
    fn inherit(&mut self, lock: &Lock, at: &RecordId<'_>) {
        let Some(gap) = lock.mode.record().and_then(RecordMode::as_gap) else { return };
        let (new, there) = (Lock::record(lock.owner, at, gap), self.on(at));
        let is_there = there.iter().any(|other| other.owner == new.owner && other.mode == new.mode);
        if !is_there || there.iter().any(|other| other.waiting) {
            self.grant(new);
        }
    }

    /// A record is rewritten in its page: each lock from the first waiter on starts two structures, and is in the second
    /// (Q4).
    pub(crate) fn rewritten(&mut self, at: &RecordId<'_>) {
        for lock in self.on(at).iter().skip_while(|lock| !lock.waiting) {
            let numbers = [self.new_structure(lock), self.new_structure(lock)];
            let old = |other: &&mut Lock| other.structure_no == lock.structure_no && other.target == lock.target;
            self.list.iter_mut().filter(old).for_each(|lock| lock.structure_no = numbers[1]);
        }
        self.list.sort_by_key(|lock| lock.structure_no);
    }
}
