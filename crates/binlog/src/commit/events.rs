//! Events for the sink: one for each step of a commit, so that a listener can watch the step, or crash there.

use crate::log::Position;
use innolab_base::{Xid, event};

event! {
    /// A participant has prepared a transaction: written, not synced.
    pub struct Prepared "binlog.prepared" {
        /// The transaction.
        xid: Xid,
        /// The participant's name.
        participant: String,
    } => |e, f| write!(f, "{} prepared {}", e.participant, e.xid)
}
event! {
    /// The participants' prepares of a group are durable (in the wrong orders: their commits).
    pub struct PreparedSynced "binlog.prepared-synced" {
        /// Number of transactions of the group.
        transactions: usize,
    } => |e, f| write!(f, "engines synced ({})", e.transactions)
}
event! {
    /// A group was written to the log's file, not synced.
    pub struct Flushed "binlog.flushed" {
        /// The position of its first byte.
        from: Position,
        /// The offset behind it.
        to: u64,
        /// Number of transactions.
        transactions: usize,
    } => |e, f| write!(f, "log written, {} to {} ({})", e.from.offset, e.to, e.transactions)
}
event! {
    /// The log was synced.
    pub struct Synced "binlog.synced" {
        /// Number of groups that shared the sync.
        groups: usize,
    } => |e, f| f.write_str(if e.groups == 1 { "log synced" } else { "log synced for several groups" })
}
event! {
    /// A participant has committed a transaction: written, not synced.
    pub struct Committed "binlog.committed" {
        /// The transaction.
        xid: Xid,
        /// The participant's name.
        participant: String,
    } => |e, f| write!(f, "{} committed {}", e.participant, e.xid)
}
event! {
    /// The log goes on in another file.
    pub struct Rotated "binlog.rotated" {
        /// The new file.
        file: String,
    } => |e, f| write!(f, "goes on in {}", e.file)
}
event! {
    /// The log is poisoned: it refuses work until it is reopened (I10).
    pub struct PoisonedNow "binlog.poisoned" {
        /// The first failure.
        why: String,
    } => |e, f| f.write_str(&e.why)
}
