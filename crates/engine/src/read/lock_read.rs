//! Options and results of reads.

use super::lock_rule::Strength;
use innolab_lock::WaitPolicy;

/// Which columns a read returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    /// All columns.
    #[default]
    All,
    /// Those that the index has; the others are NULL. In a secondary index this saves looking up the rows.
    #[doc(alias = "keyread")]
    #[doc(alias = "Using index")]
    Covering,
}

/// How a locking read locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockRead {
    /// For reading or for writing.
    pub strength: Strength,
    /// True if a record that another transaction has locked is passed over, instead of waited for.
    #[doc(alias = "SKIP LOCKED")]
    pub skip_locked: bool,
    /// True: at READ COMMITTED and below, a busy row is first shown as it was last committed
    /// ([`Fetched::Committed`]), and the caller decides if it waits for it. UPDATE does so. Only for scans of the
    /// clustered index.
    pub semi_consistent: bool,
    /// Which columns the rows have.
    pub columns: Columns,
    /// True: the end of the range and the condition of `LockingScan::next_where` are tested on the entry, before its
    /// row is locked: index condition pushdown.
    pub pushed: bool,
    /// True: the record that ends a backward scan for an equality is locked like the others, as in a range scan, not
    /// only the gap before it. The server does so for a value of an IN list on the first columns of an index.
    pub ranged: bool,
}

impl LockRead {
    /// Reads all columns and waits for busy rows.
    pub fn new(strength: Strength) -> LockRead {
        let columns = Columns::All;
        LockRead { strength, skip_locked: false, semi_consistent: false, columns, pushed: false, ranged: false }
    }

    /// What a request for a record does that would have to wait.
    pub(super) fn wait_policy(&self) -> WaitPolicy {
        if self.skip_locked { WaitPolicy::NoWait } else { WaitPolicy::Wait }
    }
}

/// The result of one call of a locking read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Fetched {
    /// There are no more rows.
    End,
    /// A row, locked.
    Row,
    /// A row as it was last committed, not locked: another transaction has it. A caller that wants the row calls
    /// `LockingScan::lock_current`.
    #[doc(alias = "DID_SEMI_CONSISTENT")]
    Committed,
}
