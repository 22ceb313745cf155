//! The isolation levels.

/// How much of the others a transaction sees, and how much it stops them.
#[doc(alias = "trx_isolation_level")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Isolation {
    /// Reads the newest versions, committed or not.
    ReadUncommitted,
    /// A view for each statement; locks on records without their gaps.
    ReadCommitted,
    /// A view from the first read on; next-key locks.
    #[default]
    RepeatableRead,
    /// As [`Isolation::RepeatableRead`]; `sql` makes plain reads locking ones.
    Serializable,
}

impl Isolation {
    /// Whether gaps are left to the others, but for checks of duplicates.
    #[doc(alias = "skip_gap_locks")]
    pub(crate) fn skips_gaps(self) -> bool {
        self <= Isolation::ReadCommitted
    }
}
