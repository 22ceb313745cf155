//! The isolation levels.

/// The isolation level of a transaction: what it sees of others' changes, and which locks it takes.
#[doc(alias = "trx_isolation_level")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Isolation {
    /// Plain reads see the newest versions, committed or not. Locks as [`Isolation::ReadCommitted`].
    ReadUncommitted,
    /// Each statement has its own read view. Record locks without gaps.
    ReadCommitted,
    /// One read view for the transaction, made at its first read. Next-key locks.
    #[default]
    RepeatableRead,
    /// As [`Isolation::RepeatableRead`]; `sql` turns plain reads into locking ones.
    Serializable,
}

impl Isolation {
    /// Returns the level as SQL names it.
    pub fn name(self) -> &'static str {
        match self {
            Isolation::ReadUncommitted => "READ UNCOMMITTED",
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::Serializable => "SERIALIZABLE",
        }
    }

    /// True if no gaps are locked, except by checks for duplicate keys.
    #[doc(alias = "skip_gap_locks")]
    pub(crate) fn skips_gaps(self) -> bool {
        self <= Isolation::ReadCommitted
    }
}
