//! The levels.

use crate::suite::About;

/// A level of the suite; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What a view sees.
    Views,
    /// Purge up to the horizon leaves each view its versions.
    Horizon,
    /// The horizon does not lag when nothing holds it back.
    Tight,
}

impl Level {
    pub(super) fn about(self) -> About {
        let (name, read) = match self {
            Level::Views => ("read views, views", "crates/mvcc/src/view.rs (V), crates/mvcc/src/lib.rs (R)"),
            Level::Horizon => ("read views, horizon", "crates/mvcc/src/sys.rs, crates/mvcc/src/lib.rs (R5)"),
            Level::Tight => ("read views, tight", "crates/mvcc/src/sys.rs, crates/mvcc/src/lib.rs (R5)"),
        };
        About { name, read }
    }
}
