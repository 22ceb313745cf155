//! Which statement took each lock: the locks after each step, compared with those before it.
//!
//! ```text
//! after step 4: T1 X,REC_NOT_GAP on t.PRIMARY 5                       new, and T1 ran: its statement took it
//! after step 5: T1 … 5, T2 X,REC_NOT_GAP on t.PRIMARY 10              new, and T2 ran
//! after step 6: …, T1 X,GAP on t.PRIMARY 15, which T1 had on 12       new, but T1 did not run: 12 was removed
//! ```
//!
//! RULES
//!
//! - **R1** In one step each session runs one statement at most. So a lock that a step adds was taken by the statement
//!   that its session ran in this step, whether that has ended or waits.
//! - **R2** A row that a transaction has changed is locked since the change, although the lock table may hear of it only
//!   when another transaction wants the row. The engine knows the number of the change, and a step is known to have made
//!   those changes by which the transaction's count has grown.
//! - **R3** A lock that is new although its session did not run was inherited: a record was removed in this step, and
//!   its locks went to the next record's gap.

use innolab_engine::{Engine, LockRow};
use std::collections::BTreeMap;

/// How a lock came to be, and in which step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// A statement requested it (R1).
    Requested(usize),
    /// A statement changed the row (R2).
    Changed(usize),
    /// It was inherited when a record was removed (R3).
    Inherited(usize),
}

impl Origin {
    pub(crate) fn step(self) -> usize {
        match self {
            Origin::Requested(step) | Origin::Changed(step) | Origin::Inherited(step) => step,
        }
    }
}

/// The origins of the locks that are held.
#[derive(Default)]
pub(crate) struct Origins {
    taken: BTreeMap<LockRow, Origin>,
    /// For each session the steps that changed rows, each with the transaction's number of changes after it.
    changes: BTreeMap<u64, Vec<(usize, u64)>>,
}

impl Origins {
    /// Compares the locks after a step with those before it. `ran`: for each session that ran in this step, or waits,
    /// its statement's step.
    pub(crate) fn update(&mut self, engine: &Engine, step: usize, ran: &BTreeMap<u64, usize>) {
        let before = std::mem::take(&mut self.taken);
        for lock in engine.locks() {
            let new = ran.get(&lock.session).map_or(Origin::Inherited(step), |step| Origin::Requested(*step));
            let lock = as_key(&lock);
            let origin = before.get(&lock).copied().unwrap_or(new);
            self.taken.insert(lock, origin);
        }
        let transactions = engine.transactions();
        self.changes.retain(|session, _| transactions.iter().any(|trx| trx.session == *session));
        for trx in transactions {
            let changes = self.changes.entry(trx.session).or_default();
            // ROLLBACK TO SAVEPOINT takes changes back.
            changes.retain(|(_, count)| *count <= trx.undo_records);
            if let (Some(step), true) =
                (ran.get(&trx.session), changes.last().map_or(0, |last| last.1) < trx.undo_records)
            {
                changes.push((*step, trx.undo_records));
            }
        }
    }

    /// Returns the origin of a lock that stands in the way during a step. `changed_as`: the number of the change that
    /// locked its row (R2). `current`: the step of its session's statement under way, which took the lock if it is new.
    pub(crate) fn of(&self, lock: &LockRow, changed_as: Option<u64>, current: usize) -> Origin {
        let requested = self.taken.get(&as_key(lock)).copied().unwrap_or(Origin::Requested(current));
        let Some(number) = changed_as else { return requested };
        let mut steps = self.changes.get(&lock.session).into_iter().flatten();
        let changed = steps.find(|(_, count)| *count > number).map_or(current, |(step, _)| *step);
        if changed < requested.step() || !self.taken.contains_key(&as_key(lock)) {
            Origin::Changed(changed)
        } else {
            requested
        }
    }
}

/// The lock without what changes while it is held: its transaction's number, and whether it is granted.
fn as_key(lock: &LockRow) -> LockRow {
    LockRow { trx_id: 0, waiting: false, ..lock.clone() }
}
