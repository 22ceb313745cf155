//! What reports show of transactions and locks: plain data, with names and values instead of numbers and bytes.
//!
//! ```text
//! lock table              here                                                  shown by
//! DataLock                LockRow      names of table and index, the key        data_locks
//!   + its records         ShownLock    and the records on their pages           innodb_locks, SHOW ENGINE INNODB STATUS
//! DeadlockReport          Deadlock                                              SHOW ENGINE INNODB STATUS, `innolab run`
//! ```
//!
//! `tools::{locks, deadlock}` make them. InnoDB's counterpart: `i_s_locks_row_t`, `i_s_trx_row_t`.

use innolab_base::{PageNo, SpaceId};
use innolab_lock::{Reason, TrxStatus};

/// A lock that is held or waited for.
#[doc(alias = "performance_schema.data_locks")]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockRow {
    /// The session's number.
    pub session: u64,
    /// `ENGINE_TRANSACTION_ID`: the transaction's id, or a number that stands for it
    /// ([`innolab_lock::DataLock::shown_trx_id`]).
    pub trx_id: u64,
    /// `OBJECT_NAME`.
    pub table: String,
    /// `INDEX_NAME`; `None`: a lock on the table.
    pub index: Option<String>,
    /// `LOCK_MODE`.
    pub mode: &'static str,
    /// True: `LOCK_STATUS` is `WAITING`; false: `GRANTED`.
    pub waiting: bool,
    /// `LOCK_DATA`: the key's values, or `supremum pseudo-record`.
    pub data: Option<String>,
}

/// A lock and what it is on, as the server prints it: one of the locks of a lock structure, and the records of them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLock {
    /// The lock.
    pub row: LockRow,
    /// The table's number in the lock table ([`crate::Table::id`]).
    pub table_id: u64,
    /// The tablespace of the table.
    pub space: SpaceId,
    /// The records, in the order of their heap numbers; empty for a lock on a table.
    pub records: Vec<PlacedRecord>,
}

/// A locked record on its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRecord {
    /// The leaf.
    pub page_no: PageNo,
    /// The record's number in the leaf's heap; 1: the supremum.
    pub heap_no: u16,
    /// Number of records in the leaf's heap, the two pseudo-records included.
    pub n_heap: u16,
    /// The info bits of its header: 32 if it is delete-marked.
    pub info_bits: u8,
    /// Its fields; `None`: NULL.
    pub fields: Vec<Option<Vec<u8>>>,
}

/// A deadlock, as it was when its victim began to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    /// Its number among all deadlocks since the engine was opened, counted from 1.
    pub number: u64,
    /// When, in µs since 1970.
    pub at_us: u64,
    /// The transactions of the circle: each waits for the next one, the last for the first.
    pub members: Vec<DeadlockMember>,
    /// The position of the transaction that was rolled back.
    pub victim: usize,
    /// The position of the transaction whose request or whose new blocker closed the circle.
    pub start: Option<usize>,
    /// Why this victim.
    pub reason: Reason,
}

/// A transaction of a deadlock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlockMember {
    /// Its state when the deadlock was found.
    pub trx: TrxStatus,
    /// The lock that it waits for.
    pub waits_for: ShownLock,
    /// The lock of the next member that blocks it.
    pub blocked_by: LockRow,
    /// If the next member has changed the row that is waited for: how many changes it made before that one. The change
    /// itself locked the row.
    pub changed_as: Option<u64>,
    /// The lock structures that stand before its request in the queue
    /// ([`innolab_lock::LockTable::structures_before`]).
    pub conflicts: Vec<ShownLock>,
}
