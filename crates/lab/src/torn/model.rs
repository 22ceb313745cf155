//! The model: what becomes of a torn write, derived from its bytes and the setting. There is no engine in it.
//!
//! RULES
//!
//! - **M1** Bytes that are all old or all new are no tear. So it is when all sectors that the write changes are on one
//!   side of it.
//! - **M2** While the doublewrite file is written, all pages in their places are whole.
//! - **M3** With a copy a page is repaired.
//! - **M4** Without a copy a page that was never written before is made anew by redo, because all that was ever done to
//!   it is in the log. Any other page is lost, since redo has only its last changes; so the database must not open.
//! - **M5** A list names its pages as torn. Without a list there is only the wrong checksum.

use innolab_store::Doublewrite;
use std::fmt;

/// A write during which the power is lost.
pub(super) struct Tear<'a> {
    /// True if a page is written to its place, false if the doublewrite file is written.
    pub(super) in_place: bool,
    pub(super) old: &'a [u8],
    pub(super) new: &'a [u8],
    pub(super) torn: &'a [u8],
}

/// What becomes of a torn page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// The page is whole: there is nothing to notice.
    Whole,
    /// The page was noticed, and repaired from its copy.
    Repaired,
    /// Redo made the page anew. `named`: it was noticed as torn before.
    Rebuilt { named: bool },
    /// The database does not open: the page is named as torn.
    Named,
    /// The database does not open: the page has a wrong checksum.
    Refused,
    /// The database opened, and rows are missing or wrong. No model predicts it.
    Served,
}

impl Tear<'_> {
    /// The page's fate.
    pub(super) fn fate(&self, setting: Doublewrite) -> Fate {
        let is_new = self.old.iter().all(|byte| *byte == 0);
        match setting {
            _ if self.torn == self.old || self.torn == self.new || !self.in_place => Fate::Whole, // M1, M2
            Doublewrite::On => Fate::Repaired,                                                    // M3
            Doublewrite::DetectOnly if is_new => Fate::Rebuilt { named: true },                   // M4, M5
            Doublewrite::DetectOnly => Fate::Named,
            Doublewrite::Off if is_new => Fate::Rebuilt { named: false },
            Doublewrite::Off => Fate::Refused,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Whole => "whole",
            Fate::Repaired => "repaired",
            Fate::Rebuilt { named: true } => "named and rebuilt",
            Fate::Rebuilt { named: false } => "rebuilt",
            Fate::Named => "named",
            Fate::Refused => "refused",
            Fate::Served => "SERVED",
        })
    }
}
