//! The levels.

use crate::suite::About;

/// A level of the suite; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Modes and order of arrival.
    Modes,
    /// Gaps and inheritance.
    Gaps,
    /// Any valid victim.
    Victims,
    /// InnoDB's exact weights.
    Weights,
    /// The server's tie-breaks.
    Ties,
}

impl Level {
    pub(super) fn about(self) -> About {
        let (name, read) = match self {
            Level::Modes => ("lock table, modes", "crates/lock/src/mode.rs (M), crates/lock/src/state.rs (Q)"),
            Level::Gaps => ("lock table, gaps", "crates/lock/src/inherit.rs (H), docs/lock-rules.md (T)"),
            Level::Victims => ("lock table, victims", "crates/lock/src/deadlock.rs (D)"),
            Level::Weights => ("lock table, weights", "crates/lock/src/owner.rs (Q4), crates/lock/src/state.rs (Q)"),
            Level::Ties => ("lock table, ties", "crates/lock/src/deadlock.rs (D3)"),
        };
        About { name, read }
    }
}
