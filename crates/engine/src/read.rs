//! Reading rows: two ways along the same route.
//!
//! ```text
//!               KeyRange ──► route: where to begin, which way, where to end
//!                             │
//!            ┌────────────────┴─────────────────┐
//!  consistent: what a view sees        scan: what is there now, locked
//!  never waits; the rows are shown     one row at a call, nothing latched between two;
//!  under their leaf's latch            rule: which lock each record on the way gets
//! ```
//!
//! | module       | one idea                                                       | InnoDB's room                   |
//! |--------------|----------------------------------------------------------------|---------------------------------|
//! | `route`      | a key range as searches and comparisons                        | `row_sel_convert_mysql_key_to_innobase`, `btr_pcur` |
//! | `rule`       | what a record on the way gets: next-key, record, gap or nothing | `row_search_mvcc`, the middle   |
//! | `consistent` | reads under a view                                             | `row_search_mvcc`, `LOCK_NONE`  |
//! | `row_ref`    | a row as it is shown: columns are decoded when asked for       | `mysql_row_templ_t`             |
//! | `scan`       | locking reads                                                  | `row_search_mvcc`, `sel_set_rec_lock` |

mod consistent;
mod route;
mod row_ref;
mod rule;
mod scan;

pub(crate) use consistent::Buffers;
use innolab_lock::Patience;
pub use row_ref::RowRef;
pub use rule::Strength;
pub use scan::LockingScan;

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
    fn patience(self) -> Patience {
        if self == OnBusy::Wait { Patience::Wait } else { Patience::NoWait }
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
    /// Whether the end of the range, and the condition of [`LockingScan::next_where`], are looked at in the entry,
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
    /// [`LockingScan::lock_current`].
    #[doc(alias = "DID_SEMI_CONSISTENT")]
    Committed,
}
