//! The levels.

use crate::suite::About;

/// A level of the suite; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What is appended is read.
    Groups,
    /// Room and laps.
    Room,
    /// Power losses.
    PowerLoss,
    /// Failed writes and syncs.
    Faults,
}

impl Level {
    pub(super) fn about(self) -> About {
        let (name, read) = match self {
            Level::Groups => ("write-ahead log, groups", "crates/redo/src/lib.rs (R1), crates/redo/src/scan.rs"),
            Level::Room => ("write-ahead log, room", "crates/redo/src/room.rs (R5)"),
            Level::PowerLoss => ("write-ahead log, power loss", "crates/redo/src/lib.rs (R2–R4, R8, the FACT)"),
            Level::Faults => ("write-ahead log, faults", "crates/redo/src/flush.rs (R6)"),
        };
        About { name, read }
    }
}
