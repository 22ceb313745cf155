//! The levels.

use crate::suite::About;

/// A level of the suite; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// An ordered map.
    Map,
    /// Large pairs, and many.
    Large,
    /// Closed and opened again.
    Close,
    /// Power losses.
    PowerLoss,
}

impl Level {
    pub(super) fn about(self) -> About {
        let (name, read) = match self {
            Level::Map => ("ordered map, map", "crates/btree/src/kv.rs"),
            Level::Large => ("ordered map, large", "crates/btree/src/lib.rs"),
            Level::Close => ("ordered map, close", "crates/btree/src/kv.rs"),
            Level::PowerLoss => ("ordered map, power loss", "crates/store/src/lib.rs, docs/architecture.md (I1–I4)"),
        };
        About { name, read }
    }
}
