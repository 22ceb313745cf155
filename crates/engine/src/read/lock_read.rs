//! What a read wants, how it locks, and what it has come to.

use super::lock_rule::Strength;
use innolab_lock::Patience;

/// What of a row is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    /// All columns.
    #[default]
    All,
    /// Those that the index has; the others are shown as NULL. Of a secondary index this saves going to the rows.
    #[doc(alias = "keyread")]
    #[doc(alias = "Using index")]
    Covering,
}

/// What a locking read does about a record that is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBusy {
    /// Waits.
    #[default]
    Wait,
    /// Fails with [`crate::Error::NoWait`].
    NoWait,
    /// Passes over it.
    SkipLocked,
}

impl OnBusy {
    /// As the lock table takes it: SKIP LOCKED does not wait either.
    pub(super) fn wait_policy(self) -> WaitPolicy {
        if self == OnBusy::Wait { WaitPolicy::Wait } else { WaitPolicy::NoWait }
    }
}

/// How a locking read locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockRead {
    /// For reading or for writing.
    pub strength: Strength,
    /// What to do about records that are not free.
    pub on_busy: OnBusy,
    /// Whether, at READ COMMITTED and below, the caller looks at the last committed version of a row before it waits
    /// for it: UPDATE does. Only scans of the clustered index can.
    pub semi_consistent: bool,
    /// What of the rows is wanted.
    pub columns: Columns,
    /// Whether the end of the range, and the condition of `LockingScan::next_where`, are looked at in the entry,
    /// before its row is locked: index condition pushdown.
    pub pushed: bool,
    /// Whether an equality walked backward ends as a range does: at a record that is locked like the others, not at a
    /// gap. A value of an IN list that is the first of an index's columns.
    pub ranged: bool,
}

impl LockRead {
    /// All columns of all rows, waited for.
    pub fn new(strength: Strength) -> LockRead {
        let (on_busy, columns) = (OnBusy::Wait, Columns::All);
        LockRead { strength, on_busy, semi_consistent: false, columns, pushed: false, ranged: false }
    }
}

/// What a locking read has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Fetched {
    /// There are no more rows.
    End,
    /// A row, locked.
    Row,
    /// A row as it was last committed, not locked, because another transaction has it: if it is wanted,
    /// `LockingScan::lock_current`.
    #[doc(alias = "DID_SEMI_CONSISTENT")]
    Committed,
}
