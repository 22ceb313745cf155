//! What statements do with tables.

/// What a statement does with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableUse {
    /// It reads rows, or locks them shared.
    Read,
    /// It changes rows, or locks them for that.
    Change,
    /// It is UPDATE (R3 of `names`).
    Update,
}
