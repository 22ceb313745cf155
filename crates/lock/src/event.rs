//! The lock table's events.

use crate::data_lock::DataLock;
use crate::deadlock_report::DeadlockReport;
use std::sync::Arc;

innolab_base::event! {
    /// A request was granted at once.
    pub struct Granted "lock.granted" {
        /// The lock that was requested.
        lock: DataLock,
        /// True if the request created a lock.
        fresh: bool,
    } => |e, f| write!(f, "{}{}", e.lock, if e.fresh { "" } else { ", no new lock" })
}

innolab_base::event! {
    /// A request was queued.
    pub struct WaitBegan "lock.wait" {
        /// The lock that is waited for, and the session that waits.
        lock: DataLock,
        /// The session that blocks it (Q2).
        blocking_session: u64,
    } => |e, f| write!(f, "{} behind T{}", e.lock, e.blocking_session)
}

innolab_base::event! {
    /// A waiter was granted its lock.
    pub struct WaitEnded "lock.grant" {
        /// The session that waited.
        session: u64,
    } => |e, f| write!(f, "T{} has what it waited for", e.session)
}

innolab_base::event! {
    /// A cycle of waits was found and broken.
    pub struct DeadlockFound "lock.deadlock" {
        /// The cycle and the victim.
        report: Arc<DeadlockReport>,
    } => |e, f| write!(f, "{}", e.report)
}

innolab_base::event! {
    /// Locks were inherited by another record's gap.
    pub struct Inherited "lock.inherited" {
        /// The record that inherited the locks: they cover the gap before it.
        target: String,
        /// Number of locks.
        count: usize,
    } => |e, f| write!(f, "{} to the gap before {}", e.count, e.target)
}

innolab_base::event! {
    /// An implicit lock was made explicit.
    pub struct MadeExplicit "lock.explicit" {
        /// The session that holds the lock.
        session: u64,
        /// The transaction id in the row.
        writer: innolab_base::TrxId,
        /// The record.
        target: String,
    } => |e, f| write!(f, "T{} wrote {} as trx {}", e.session, e.target, e.writer)
}
