//! What the lock table tells while it works.

use crate::deadlock::Story;
use crate::report::Held;
use std::sync::Arc;

innolab_base::event! {
    /// A request was granted at once.
    pub struct Granted "lock.granted" {
        /// What was asked for.
        lock: Held,
        /// Whether this made a lock.
        fresh: bool,
    } => |e, f| write!(f, "{}{}", e.lock, if e.fresh { "" } else { ", no new lock" })
}

innolab_base::event! {
    /// A request was queued.
    pub struct WaitBegan "lock.wait" {
        /// Who waits, and for what.
        lock: Held,
        /// For whom.
        on: u64,
    } => |e, f| write!(f, "{} behind T{}", e.lock, e.on)
}

innolab_base::event! {
    /// A waiter got its lock.
    pub struct WaitEnded "lock.grant" {
        /// Who waited.
        session: u64,
    } => |e, f| write!(f, "T{} has what it waited for", e.session)
}

innolab_base::event! {
    /// A circle of waits was found and broken.
    pub struct DeadlockFound "lock.deadlock" {
        /// The circle and the victim.
        story: Arc<Story>,
    } => |e, f| write!(f, "{}", e.story)
}

innolab_base::event! {
    /// Locks were copied to another record's gap.
    pub struct Inherited "lock.inherited" {
        /// Where they are now.
        target: String,
        /// How many.
        count: usize,
    } => |e, f| write!(f, "{} to the gap before {}", e.count, e.target)
}

innolab_base::event! {
    /// An implicit lock got an entry of its own.
    pub struct MadeExplicit "lock.explicit" {
        /// Whose.
        session: u64,
        /// The id in the row.
        writer: innolab_base::TrxId,
        /// The record.
        target: String,
    } => |e, f| write!(f, "T{} wrote {} as trx {}", e.session, e.target, e.writer)
}
