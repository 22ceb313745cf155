//! The types that a caller and the lock table exchange: the transaction, its wait policy, the answer, the outcome of a
//! wait.
//!
//! ```text
//!  Owner + WaitPolicy ─► request ─► Answer ─ Wait(Ticket) ─► wait ─► WaitOutcome
//! ```

use crate::deadlock_report::DeadlockReport;
use crate::mode::RecordMode;
use std::sync::Arc;

/// A transaction, by the lock table's number for it; the number may be reused after the transaction has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub u32);

/// A wait that has begun. REQUIRES: the owner passes it to [`crate::LockTable::wait`] before its next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the request is in the queue until it is waited for or cancelled"]
pub struct Ticket {
    /// The transaction that waits.
    pub owner: Owner,
    /// The number of the wait: waits are numbered as they begin.
    pub wait_no: u64,
}

/// What to do if a lock cannot be granted at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitPolicy {
    /// Queue the request.
    #[default]
    Wait,
    /// Answer [`Answer::Busy`] and leave nothing in the queue: `NOWAIT` turns that into an error, `SKIP LOCKED` skips
    /// the row.
    NoWait,
}

/// Which of a transaction's locks on a record the successor record inherits when the record is removed (H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Inherit {
    /// All: REPEATABLE READ and SERIALIZABLE.
    #[default]
    All,
    /// Only S locks, as a check for duplicates leaves them: READ COMMITTED and READ UNCOMMITTED.
    SharedOnly,
    /// Only X locks: the same levels in a statement whose check for duplicates locks X (`REPLACE`, `INSERT … ON
    /// DUPLICATE KEY UPDATE`).
    ExclusiveOnly,
}

impl Inherit {
    /// True if a lock of `mode` is inherited by the successor when its record is removed.
    pub fn allows(self, mode: RecordMode) -> bool {
        match self {
            Inherit::All => true,
            Inherit::SharedOnly => mode.is_shared(),
            Inherit::ExclusiveOnly => !mode.is_shared(),
        }
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Answer {
    /// The transaction has the lock.
    Granted {
        /// True if the request created a lock. False if the transaction already had one as strong, or if none is left
        /// behind (an insert into a free gap).
        fresh: bool,
    },
    /// The request would have to wait, under [`WaitPolicy::NoWait`].
    Busy,
    /// The request is queued: drop all latches and call [`crate::LockTable::wait`]. If the request closed a cycle,
    /// another transaction was the victim.
    Wait(Ticket),
    /// The request would close a cycle and this transaction is the victim: the request is removed, and the transaction
    /// must roll back (error 1213).
    Deadlock(Arc<DeadlockReport>),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitOutcome {
    /// The lock is held. Request it again (T3).
    Granted,
    /// The record was removed (H2). Find the position again and request again.
    Gone,
    /// The timeout has passed and the request is removed: roll back the statement (error 1205).
    TimedOut,
    /// The statement was interrupted, or [`crate::LockTable::cancel`] was called, and the request is removed (error
    /// 1317).
    Cancelled,
    /// The transaction was chosen as the victim and its request is removed: it must roll back (error 1213).
    Deadlock(Arc<DeadlockReport>),
}
