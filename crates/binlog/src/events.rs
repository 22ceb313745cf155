//! What the log tells its sink: each step of a commit, so that a listener can crash there.

use crate::log::Position;
use innolab_base::{Xid, event};

event! {
    /// A participant has prepared a transaction: written, not synced.
    pub struct Prepared "binlog.prepared" {
        /// The transaction.
        xid: Xid,
        /// The participant.
        who: String,
    } => |e, f| write!(f, "{} prepared {}", e.who, e.xid)
}
event! {
    /// What the participants wrote for a group, its prepares above all, is durable.
    pub struct PreparedSynced "binlog.prepared-synced" {
        /// Transactions of the group.
        transactions: usize,
    } => |e, f| write!(f, "engines synced ({})", e.transactions)
}
event! {
    /// A group is in the log's file: written, not synced.
    pub struct Flushed "binlog.flushed" {
        /// Where it starts.
        from: Position,
        /// The offset behind it.
        to: u64,
        /// Its transactions.
        transactions: usize,
    } => |e, f| write!(f, "log written, {} to {} ({})", e.from.offset, e.to, e.transactions)
}
event! {
    /// The log was synced.
    pub struct Synced "binlog.synced" {
        /// Groups that shared the sync.
        groups: usize,
    } => |e, f| f.write_str(if e.groups == 1 { "log synced" } else { "log synced for several groups" })
}
event! {
    /// A participant has committed a transaction: written, not synced.
    pub struct Committed "binlog.committed" {
        /// The transaction.
        xid: Xid,
        /// The participant.
        who: String,
    } => |e, f| write!(f, "{} committed {}", e.who, e.xid)
}
event! {
    /// The log goes on in another file.
    pub struct Rotated "binlog.rotated" {
        /// The new file.
        file: String,
    } => |e, f| write!(f, "goes on in {}", e.file)
}
event! {
    /// The log refuses to go on (I10).
    pub struct PoisonedNow "binlog.poisoned" {
        /// The first failure.
        why: String,
    } => |e, f| f.write_str(&e.why)
}
