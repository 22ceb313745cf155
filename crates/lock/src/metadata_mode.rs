//! The modes of locks on names of tables, and which of them wait for which.
//!
//! | mode  | taken by                                                        |
//! |-------|-----------------------------------------------------------------|
//! | `SH`  | SHOW CREATE TABLE, DESCRIBE: a look at the definition            |
//! | `SR`  | SELECT, also with LOCK IN SHARE MODE                             |
//! | `SW`  | SELECT … FOR UPDATE, and statements that change rows             |
//! | `SU`  | ALTER TABLE and CREATE TABLE, before they take the table alone   |
//! | `SNW` | ALTER TABLE that copies rows: readers may stay, writers may not  |
//! | `X`   | DDL, to change what the name means                               |
//!
//! Which request waits for which lock of another transaction (`-`: it waits):
//!
//! ```text
//!   request   granted                    waiting
//!             SH  SR  SW  SU  SNW X      SH  SR  SW  SU  SNW X
//!   SH        +   +   +   +   +   -      +   +   +   +   +   +
//!   SR        +   +   +   +   +   -      +   +   +   +   +   -
//!   SW        +   +   +   +   -   -      +   +   +   +   -   -
//!   SU        +   +   +   -   -   -      +   +   +   +   +   -
//!   SNW       +   +   -   -   -   -      +   +   +   +   +   -
//!   X         -   -   -   -   -   -      +   +   +   +   +   +
//! ```
//!
//! The rules N1–N5 are those of `metadata`. InnoDB does not know these modes: the server's counterpart is `sql/mdl.h`.

use std::fmt;

/// The mode of a lock on a table's name.
#[doc(alias = "enum_mdl_type")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataMode {
    /// `SH`: a look at the definition.
    #[doc(alias = "MDL_SHARED_HIGH_PRIO")]
    Look,
    /// `SR`: rows are read.
    #[doc(alias = "MDL_SHARED_READ")]
    Read,
    /// `SW`: rows are changed, or locked for that.
    #[doc(alias = "MDL_SHARED_WRITE")]
    Write,
    /// `SU`: the definition is planned upon, and may be changed next.
    #[doc(alias = "MDL_SHARED_UPGRADABLE")]
    Upgradable,
    /// `SNW`: rows are copied.
    #[doc(alias = "MDL_SHARED_NO_WRITE")]
    NoWrite,
    /// `X`: the definition changes.
    #[doc(alias = "MDL_EXCLUSIVE")]
    Exclusive,
}

/// The two tables of the module head: a row for each requested mode, a column for each mode that is there.
const GRANTED: [&[u8; 6]; 6] = [b"+++++-", b"+++++-", b"++++--", b"+++---", b"++----", b"------"];
const WAITING: [&[u8; 6]; 6] = [b"++++++", b"+++++-", b"++++--", b"+++++-", b"+++++-", b"++++++"];

impl MetadataMode {
    /// All modes, in the order of the tables.
    pub const ALL: [MetadataMode; 6] = [
        MetadataMode::Look,
        MetadataMode::Read,
        MetadataMode::Write,
        MetadataMode::Upgradable,
        MetadataMode::NoWrite,
        MetadataMode::Exclusive,
    ];

    /// Returns the server's short name.
    pub fn name(self) -> &'static str {
        ["SH", "SR", "SW", "SU", "SNW", "X"][self as usize]
    }

    /// True if a request for `self` waits for another transaction's lock of mode `there` (N2).
    pub fn waits_for(self, there: MetadataMode, is_waiting: bool) -> bool {
        let table = if is_waiting { &WAITING } else { &GRANTED };
        table[self as usize][there as usize] == b'-'
    }

    /// True if a transaction that holds `self` does not need `new` (N3).
    pub fn covers(self, new: MetadataMode) -> bool {
        let all_are_blocked = || {
            let mut blocked = MetadataMode::ALL.into_iter().filter(|other| new.waits_for(*other, false));
            blocked.all(|other| self.waits_for(other, false))
        };
        self == new || self != MetadataMode::Look && all_are_blocked()
    }

    /// The weight of a transaction that waits for this mode, in a cycle through names alone (N4).
    #[doc(alias = "get_deadlock_weight")]
    pub fn deadlock_weight(self) -> u64 {
        if self >= MetadataMode::Upgradable { 100 } else { 0 }
    }
}

impl fmt::Display for MetadataMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::MetadataMode as M;
    use super::*;

    #[test]
    fn the_tables_are_those_of_the_module_head() {
        let head = include_str!("metadata_mode.rs");
        for (i, mode) in M::ALL.into_iter().enumerate() {
            let row = [GRANTED[i], WAITING[i]].map(|row| {
                let cells: Vec<String> = row.iter().map(|cell| format!("{:<4}", char::from(*cell))).collect();
                cells.concat()
            });
            let line = format!("//!   {:<9} {}   {}", mode.name(), row[0], row[1]);
            assert!(head.contains(line.trim_end()), "no line {line:?}");
        }
    }

    #[test]
    fn stronger_modes_cover_weaker_ones_n3() {
        for mode in M::ALL {
            let covered: Vec<&str> = M::ALL.into_iter().filter(|new| mode.covers(*new)).map(M::name).collect();
            let expected = match mode {
                M::Look => "SH",
                M::Read => "SH SR",
                M::Write => "SH SR SW",
                M::Upgradable => "SH SR SW SU",
                M::NoWrite => "SH SR SW SU SNW",
                M::Exclusive => "SH SR SW SU SNW X",
            };
            assert_eq!(covered.join(" "), expected, "{mode}");
        }
    }
}
