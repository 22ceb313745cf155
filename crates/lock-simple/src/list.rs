//! The list of all locks, granted and waiting, and what requests and changes of records do to it.
//!
//! The list is in the order of structures (Q1, Q4): a lock that joins an older structure stands before locks that came
//! earlier. The rules are those of `innolab-lock`, where they are explained.

use innolab_base::{TrxId, Waiter};
use innolab_lock::{
    Answer, DeadlockReport, Inherit, Key, Mode, Owner, RecordId, RecordMode, Target, WaitOutcome, WaitPolicy,
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
    pub(crate) structure_no: u64,
}

/// A transaction.
#[derive(Debug, Default)]
pub(crate) struct Trx {
    pub(crate) session: Arc<Waiter>,
    pub(crate) trx_id: Option<TrxId>,
    pub(crate) inherit: Inherit,
    pub(crate) undo_records: u64,
    /// Its structures, but the one that it waits with.
    pub(crate) structures: Vec<(Kind, u64)>,
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
    n_structures: u64,
    /// The numbers of waits that ended in this step, and the sessions to wake.
    pub(crate) woken: Vec<(u64, Arc<Waiter>)>,
    /// The transactions that were granted what they waited for in this step.
    pub(crate) granted: Vec<Owner>,
    #[cfg(test)]
    pub(crate) newest_first: bool,
}

impl Lock {
    pub(crate) fn new(owner: Owner, target: Target, mode: Mode, kind: Option<Kind>) -> Lock {
        Lock { owner, target, mode, kind, waiting: false, structure_no: 0 }
    }

    /// A lock on a record: on the supremum it is on the gap, in the structure of next-key locks (Q4).
    pub(crate) fn record(owner: Owner, at: &RecordId<'_>, requested: RecordMode) -> Lock {
        let target = Target::from(at);
        let is_supremum = matches!(target, Target::Record { key: Key::Supremum, .. });
        let (mode, of_structure) = match requested.as_gap().filter(|_| is_supremum) {
            Some(gap) => (gap, if gap.is_shared() { RecordMode::S } else { RecordMode::X }),
            None => (requested, requested),
        };
        Lock::new(owner, target, Mode::Record(mode), Some((at.index.0, at.leaf, Mode::Record(of_structure))))
    }

    /// True if this request must wait for another transaction's lock on the same target (M1–M4, N2).
    fn waits_for(&self, old: &Lock) -> bool {
        let meet = match (self.mode, old.mode) {
            (Mode::Metadata(new), Mode::Metadata(there)) => new.waits_for(there, old.waiting),
            (new, old) => new.waits_for(old),
        };
        meet && old.owner != self.owner && old.target == self.target
    }

    /// The mode, of a lock on a record.
    pub(crate) fn record_mode(&self) -> Option<RecordMode> {
        if let Mode::Record(mode) = self.mode { Some(mode) } else { None }
    }
}

impl State {
    /// # Panics
    /// If `owner` has ended (T1).
    pub(crate) fn trx(&mut self, owner: Owner) -> &mut Trx {
        self.trxs.get_mut(&owner).unwrap_or_else(|| panic!("T1: {owner:?} has ended"))
    }

    /// The position of the lock that `owner` waits for (Q3).
    pub(crate) fn wait_of(&self, owner: Owner) -> Option<usize> {
        self.list.iter().position(|lock| lock.owner == owner && lock.waiting)
    }

    /// The positions of the locks that a request must wait for, the first blocker first. `end`: where it stands in the
    /// list; only earlier locks count (Q1), but for a name all do, granted ones first (N2).
    pub(crate) fn blockers(&self, request: &Lock, end: usize) -> Vec<usize> {
        let end = if request.kind.is_some() { end } else { self.list.len() };
        let mut all: Vec<usize> = (0..end).filter(|at| request.waits_for(&self.list[*at])).collect();
        if request.kind.is_none() {
            all.sort_by_key(|at| self.list[*at].waiting);
        }
        all
    }

    /// True if the owner of `request` holds a lock that makes it unnecessary (M5, N3).
    pub(crate) fn holds(&self, request: &Lock) -> bool {
        let covers = |held: &Lock| {
            held.owner == request.owner
                && held.target == request.target
                && !held.waiting
                && held.mode.covers(request.mode)
        };
        self.list.iter().any(covers)
    }

    /// Grants, refuses or queues a request. `None`: it is queued.
    pub(crate) fn request(
        &mut self,
        mut request: Lock,
        policy: WaitPolicy,
        no_lock: bool,
        undo: u64,
    ) -> Option<Answer> {
        let owner = request.owner;
        assert!(self.trxs.contains_key(&owner) && self.wait_of(owner).is_none(), "T1, Q3: {owner:?}");
        // M6: if the record is held, next-key is a request for the gap.
        if let (Some(mode), Some((index, leaf, _))) = (request.record_mode(), request.kind)
            && let (Some(part), Some(gap)) = (mode.record_part(), mode.as_gap())
            && self.holds(&Lock { mode: Mode::Record(part), ..request.clone() })
        {
            request.mode = Mode::Record(gap);
            request.kind = Some((index, leaf, request.mode));
        }
        if self.holds(&request) {
            return Some(Answer::Granted { fresh: false });
        }
        if self.blockers(&request, self.list.len()).is_empty() {
            if !no_lock {
                self.grant(request);
            }
            return Some(Answer::Granted { fresh: !no_lock });
        }
        if policy == WaitPolicy::NoWait {
            return Some(Answer::Busy);
        }
        let structure_no = self.next_structure_no();
        self.n_waits += 1;
        let wait_no = self.n_waits;
        let trx = self.trx(owner);
        (trx.wait_no, trx.outcome) = (wait_no, None);
        trx.session.clear();
        if request.kind.is_some() {
            trx.undo_records = undo;
        }
        self.list.push(Lock { waiting: true, structure_no, ..request });
        None
    }

    fn next_structure_no(&mut self) -> u64 {
        self.n_structures += 1;
        self.n_structures
    }

    /// Adds a granted lock, whatever is in its way: to the oldest structure of its kind, or to a new one if there is none
    /// or a request waits for the target (Q4).
    pub(crate) fn grant(&mut self, lock: Lock) {
        let has_waiter = self.list.iter().any(|other| other.target == lock.target && other.waiting);
        let structures = &self.trx(lock.owner).structures;
        let same = structures.iter().filter(|(kind, _)| Some(*kind) == lock.kind).map(|(_, number)| *number);
        let known = same.min().filter(|_| !has_waiter);
        let structure_no = known.unwrap_or_else(|| self.next_structure_no());
        if let (None, Some(kind)) = (known, lock.kind) {
            self.trx(lock.owner).structures.push((kind, structure_no));
        }
        let at = self.list.partition_point(|other| other.structure_no <= structure_no);
        self.list.insert(at, Lock { waiting: false, structure_no, ..lock });
    }

    /// Ends the wait of `owner`. Its structure stays if the wait was granted or its record is gone (Q4).
    pub(crate) fn end_wait(&mut self, lock: &Lock, outcome: WaitOutcome) {
        let stays = matches!(outcome, WaitOutcome::Granted | WaitOutcome::Gone);
        let trx = self.trx(lock.owner);
        trx.structures.extend(lock.kind.filter(|_| stays).map(|kind| (kind, lock.structure_no)));
        trx.outcome = Some(outcome);
        let woken = (trx.wait_no, trx.session.clone());
        self.woken.push(woken);
    }

    /// Removes the request that `owner` waits with, if it waits.
    pub(crate) fn cancel(&mut self, owner: Owner, outcome: WaitOutcome) {
        if let Some(at) = self.wait_of(owner) {
            let lock = self.list.remove(at);
            self.end_wait(&lock, outcome);
        }
    }

    /// A record was inserted: the locks on its successor's gap cover it too (H1). Returns the number of locks added.
    pub(crate) fn inserted(&mut self, new: &RecordId<'_>, successor: &RecordId<'_>) -> usize {
        let from = Target::from(successor);
        let covers_gap = |lock: &&Lock| lock.target == from && lock.record_mode().is_some_and(RecordMode::covers_gap);
        let gaps: Vec<Lock> = self.list.iter().filter(covers_gap).cloned().collect();
        gaps.into_iter().filter(|lock| self.inherit(lock, new)).count()
    }

    /// A record is removed: its successor's gap inherits its locks (H2). Returns the number of locks added.
    pub(crate) fn removed(&mut self, removed: &RecordId<'_>, successor: &RecordId<'_>) -> usize {
        let from = Target::from(removed);
        let left: Vec<Lock> = self.list.iter().filter(|lock| lock.target == from).cloned().collect();
        let allows = |lock: &&Lock| lock.record_mode().is_some_and(|mode| self.trxs[&lock.owner].inherit.allows(mode));
        let gaps: Vec<Lock> = left.iter().filter(allows).cloned().collect();
        let count = gaps.iter().filter(|lock| self.inherit(lock, successor)).count();
        self.list.retain(|lock| lock.target != from);
        left.iter().filter(|lock| lock.waiting).for_each(|lock| self.end_wait(lock, WaitOutcome::Gone));
        count
    }

    /// Adds `lock` as a gap lock at `at`, unless the very same is there and no request waits there (H3).
    fn inherit(&mut self, lock: &Lock, at: &RecordId<'_>) -> bool {
        let Some(gap) = lock.record_mode().and_then(RecordMode::as_gap) else { return false };
        let new = Lock::record(lock.owner, at, gap);
        let there: Vec<&Lock> = self.list.iter().filter(|other| other.target == new.target).collect();
        let same = there.iter().any(|other| other.owner == new.owner && other.mode == new.mode);
        let is_new = !same || there.iter().any(|other| other.waiting);
        if is_new {
            self.grant(new);
        }
        is_new
    }

    /// A record is rewritten in its page: each lock from the first waiter on starts two structures (Q4).
    pub(crate) fn rewritten(&mut self, at: &RecordId<'_>) {
        let target = Target::from(at);
        let of_record = (0..self.list.len()).filter(|at| self.list[*at].target == target);
        let from_waiter: Vec<usize> = of_record.skip_while(|at| !self.list[*at].waiting).collect();
        for at in from_waiter {
            let (empty, new) = (self.next_structure_no(), self.next_structure_no());
            let old = std::mem::replace(&mut self.list[at].structure_no, new);
            let Lock { owner, kind: Some(kind), .. } = self.list[at] else { continue };
            self.trx(owner).structures.extend([(kind, old), (kind, empty)]);
        }
        self.list.sort_by_key(|lock| lock.structure_no);
    }
}
