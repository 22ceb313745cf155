//! Lock modes, and the two questions about a pair of them, answered by constant tables: must a new request wait for an
//! old lock, and does a held lock make a new request unnecessary?
//!
//! A record's name in the lock table stands for two things: the record, and the open gap before it.
//!
//! ```text
//!        gap before 10 ┌────────┐ record 10
//!   ──────(5)──────────┴───────(10)──────          covers      and is written
//!                        S, X                      both        X                       next-key
//!                        SGap, XGap                the gap     X,GAP
//!                        SRec, XRec                the record  X,REC_NOT_GAP
//!                        Insert                    a point in the gap, to be filled    X,GAP,INSERT_INTENTION
//! ```
//!
//! RULES of waiting (a *new* request against an *old* lock of another transaction)
//!
//! - **M1** Two S locks never wait for each other. In any other pair, the new request waits if M2 or M3 holds:
//! - **M2** both cover the record;
//! - **M3** the new request is an insert intention, and the old lock covers the gap.
//! - **M4** So nothing waits for an insert intention, and gap locks never wait: gap locks of any mode coexist in one
//!   gap, and so do several inserts.
//!
//! RULES of strength (an *old* lock makes a *new* request of the same transaction unnecessary)
//!
//! - **M5** It does if the old mode is as strong (X ≥ S) and covers everything that the new one covers. An insert
//!   intention is never covered and covers nothing.
//! - **M6** If a transaction requests next-key and already holds the record as strongly, only the gap is requested. So
//!   `X,REC_NOT_GAP` and then next-key leave `X,REC_NOT_GAP` and `X,GAP`. A gap lock held first changes nothing:
//!   `X,GAP` and then next-key leave `X,GAP` and `X`.
//!
//! The tables of record modes are constants, for the reader; a test derives them again from M1–M5.
//!
//! InnoDB: `lock_rec_has_to_wait`, `lock_rec_has_expl`, `lock_compatibility_matrix`, `lock_strength_matrix`.

use crate::metadata_mode::MetadataMode;
use std::fmt;

/// The mode of a lock on a table.
#[doc(alias = "lock_mode")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TableMode {
    /// Intention to lock rows S.
    Is,
    /// Intention to lock rows X.
    Ix,
    /// The whole table, for reading.
    S,
    /// The whole table, for writing.
    X,
    /// The auto-increment counter, held to the end of the statement.
    AutoInc,
}

/// The mode of a lock on a record, its gap, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RecordMode {
    /// Next-key: the record and the gap before it, for reading.
    S,
    /// Next-key, for writing.
    X,
    /// The gap alone, for reading.
    SGap,
    /// The gap alone, for writing. It blocks exactly what [`RecordMode::SGap`] blocks, the inserts of others; it
    /// differs in name only.
    XGap,
    /// The record alone, for reading.
    SRec,
    /// The record alone, for writing.
    XRec,
    /// An insert intention: the transaction is about to insert into the gap.
    Insert,
}

const N: bool = false;
const Y: bool = true;

impl TableMode {
    /// All modes, in the order of the tables.
    pub const ALL: [TableMode; 5] = [TableMode::Is, TableMode::Ix, TableMode::S, TableMode::X, TableMode::AutoInc];

    /// True if one transaction can hold `self` while another holds `other`.
    #[doc(alias = "lock_mode_compatible")]
    pub fn compatible(self, other: TableMode) -> bool {
        #[rustfmt::skip]
        const COMPATIBLE: [[bool; 5]; 5] = [
            //          IS IX S  X  AUTO_INC
            /* IS */   [Y, Y, Y, N, Y],
            /* IX */   [Y, Y, N, N, Y],
            /* S  */   [Y, N, Y, N, N],
            /* X  */   [N, N, N, N, N],
            /* AI */   [Y, Y, N, N, N],
        ];
        COMPATIBLE[self as usize][other as usize]
    }

    /// True if a transaction that holds `self` does not need `other`.
    #[doc(alias = "lock_mode_stronger_or_eq")]
    pub fn covers(self, other: TableMode) -> bool {
        #[rustfmt::skip]
        const COVERS: [[bool; 5]; 5] = [
            //          IS IX S  X  AUTO_INC
            /* IS */   [Y, N, N, N, N],
            /* IX */   [Y, Y, N, N, N],
            /* S  */   [Y, N, Y, N, N],
            /* X  */   [Y, Y, Y, Y, Y],
            /* AI */   [N, N, N, N, Y],
        ];
        COVERS[self as usize][other as usize]
    }

    /// Returns the mode as `LOCK_MODE` of `data_locks` writes it.
    pub fn name(self) -> &'static str {
        match self {
            TableMode::Is => "IS",
            TableMode::Ix => "IX",
            TableMode::S => "S",
            TableMode::X => "X",
            TableMode::AutoInc => "AUTO_INC",
        }
    }
}

impl RecordMode {
    /// All modes, in the order of the tables.
    pub const ALL: [RecordMode; 7] = [
        RecordMode::S,
        RecordMode::X,
        RecordMode::SGap,
        RecordMode::XGap,
        RecordMode::SRec,
        RecordMode::XRec,
        RecordMode::Insert,
    ];

    /// True if a new request `self` must wait for another transaction's `old` lock (M1–M4).
    #[doc(alias = "lock_rec_has_to_wait")]
    #[inline]
    pub fn waits_for(self, old: RecordMode) -> bool {
        #[rustfmt::skip]
        const WAITS: [[bool; 7]; 7] = [
            // old:        S  X  SGap XGap SRec XRec Insert
            /* S      */  [N, Y, N,   N,   N,   Y,   N],
            /* X      */  [Y, Y, N,   N,   Y,   Y,   N],
            /* SGap   */  [N, N, N,   N,   N,   N,   N],
            /* XGap   */  [N, N, N,   N,   N,   N,   N],
            /* SRec   */  [N, Y, N,   N,   N,   Y,   N],
            /* XRec   */  [Y, Y, N,   N,   Y,   Y,   N],
            /* Insert */  [Y, Y, Y,   Y,   N,   N,   N],
        ];
        WAITS[self as usize][old as usize]
    }

    /// True if a transaction that holds `self` does not need `new` (M5).
    #[doc(alias = "lock_rec_has_expl")]
    #[inline]
    pub fn covers(self, new: RecordMode) -> bool {
        #[rustfmt::skip]
        const COVERS: [[bool; 7]; 7] = [
            // new:        S  X  SGap XGap SRec XRec Insert
            /* S      */  [Y, N, Y,   N,   Y,   N,   N],
            /* X      */  [Y, Y, Y,   Y,   Y,   Y,   N],
            /* SGap   */  [N, N, Y,   N,   N,   N,   N],
            /* XGap   */  [N, N, Y,   Y,   N,   N,   N],
            /* SRec   */  [N, N, N,   N,   Y,   N,   N],
            /* XRec   */  [N, N, N,   N,   Y,   Y,   N],
            /* Insert */  [N, N, N,   N,   N,   N,   N],
        ];
        COVERS[self as usize][new as usize]
    }

    /// True if the lock covers the gap: others cannot insert before the record.
    pub fn covers_gap(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::X | RecordMode::SGap | RecordMode::XGap)
    }

    /// True if the lock covers the record.
    pub fn covers_record(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::X | RecordMode::SRec | RecordMode::XRec)
    }

    /// True for the S modes.
    pub fn is_shared(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::SGap | RecordMode::SRec)
    }

    /// Returns the gap lock of the same strength: the lock that another record inherits from this one. `None` for an
    /// insert intention, which is not inherited.
    pub fn as_gap(self) -> Option<RecordMode> {
        match self {
            RecordMode::S | RecordMode::SGap | RecordMode::SRec => Some(RecordMode::SGap),
            RecordMode::X | RecordMode::XGap | RecordMode::XRec => Some(RecordMode::XGap),
            RecordMode::Insert => None,
        }
    }

    /// Returns the mode on the record alone that a next-key mode contains; `None` for every other mode.
    pub fn record_part(self) -> Option<RecordMode> {
        match self {
            RecordMode::S => Some(RecordMode::SRec),
            RecordMode::X => Some(RecordMode::XRec),
            _ => None,
        }
    }

    /// Returns the mode as `LOCK_MODE` of `data_locks` writes it. On the supremum every lock is on the gap, since there
    /// is no record, and `LOCK_MODE` has neither `GAP` nor `REC_NOT_GAP`.
    pub fn name(self, supremum: bool) -> &'static str {
        match (self, supremum) {
            (RecordMode::S, _) | (RecordMode::SGap | RecordMode::SRec, true) => "S",
            (RecordMode::X, _) | (RecordMode::XGap | RecordMode::XRec, true) => "X",
            (RecordMode::SGap, false) => "S,GAP",
            (RecordMode::XGap, false) => "X,GAP",
            (RecordMode::SRec, false) => "S,REC_NOT_GAP",
            (RecordMode::XRec, false) => "X,REC_NOT_GAP",
            (RecordMode::Insert, false) => "X,GAP,INSERT_INTENTION",
            (RecordMode::Insert, true) => "X,INSERT_INTENTION",
        }
    }
}

/// The mode of a lock on a table, a record or a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Of a lock on a table.
    Table(TableMode),
    /// Of a lock on a record.
    Record(RecordMode),
    /// Of a lock on a name, which is in no queue of a resource.
    Metadata(MetadataMode),
}

impl Mode {
    /// The mode of a lock on a record; `None`: it is on something else.
    pub fn record(self) -> Option<RecordMode> {
        if let Mode::Record(mode) = self { Some(mode) } else { None }
    }

    /// True if a new request `self` must wait for another transaction's `old` lock. The locks of one resource are all
    /// on a table or all on a record, so modes of different kinds never meet. False for names, which have two tables
    /// ([`MetadataMode::waits_for`]).
    #[inline]
    pub fn waits_for(self, old: Mode) -> bool {
        match (self, old) {
            (Mode::Record(new), Mode::Record(old)) => new.waits_for(old),
            (Mode::Table(new), Mode::Table(old)) => !new.compatible(old),
            _ => false,
        }
    }

    /// True if a transaction that holds `self` does not need `new`.
    #[inline]
    pub fn covers(self, new: Mode) -> bool {
        match (self, new) {
            (Mode::Record(old), Mode::Record(new)) => old.covers(new),
            (Mode::Table(old), Mode::Table(new)) => old.covers(new),
            (Mode::Metadata(old), Mode::Metadata(new)) => old.covers(new),
            _ => false,
        }
    }
}

impl fmt::Display for TableMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for RecordMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name(false))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mode::Table(mode) => write!(f, "{mode}"),
            Mode::Record(mode) => write!(f, "{mode}"),
            Mode::Metadata(mode) => write!(f, "{mode}"),
        }
    }
}

/// Returns all four tables as text.
pub fn matrices() -> String {
    let mut out = String::new();
    out += "Table locks: can the row be granted while another transaction holds the column?\n";
    grid(&mut out, 10, &TableMode::ALL, |new, old| if new.compatible(old) { "+" } else { "wait" });
    out += "\nTable locks: does holding the row make the column unnecessary?\n";
    grid(&mut out, 10, &TableMode::ALL, |held, new| if held.covers(new) { "covers" } else { "" });
    out += "\nRecord locks: must the row (a new request) wait for the column (another transaction's earlier lock)?\n";
    grid(&mut out, 24, &RecordMode::ALL, |new, old| if new.waits_for(old) { "wait" } else { "+" });
    out += "\nRecord locks: does holding the row make the column unnecessary?\n";
    grid(&mut out, 24, &RecordMode::ALL, |held, new| if held.covers(new) { "covers" } else { "" });
    out
}

/// Appends one table to `out`, a row and a column for each mode.
fn grid<M: Copy + fmt::Display>(out: &mut String, width: usize, all: &[M], cell: impl Fn(M, M) -> &'static str) {
    let mut line = |head: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().zip(all).map(|(cell, m)| format!("{cell:^0$}", column(m))).collect();
        *out += format!("  {head:width$}{}", cells.concat()).trim_end();
        *out += "\n";
    };
    line("", all.iter().map(M::to_string).collect());
    for row in all {
        line(&row.to_string(), all.iter().map(|old| cell(*row, *old).to_owned()).collect());
    }
}

/// Returns the width of a mode's column, in characters.
fn column<M: fmt::Display>(mode: &M) -> usize {
    mode.to_string().len().max(6) + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_matrices_follow_from_the_rules() {
        for new in RecordMode::ALL {
            for old in RecordMode::ALL {
                let both_read = new.is_shared() && old.is_shared(); // M1
                let on_record = new.covers_record() && old.covers_record(); // M2
                let in_gap = new == RecordMode::Insert && old.covers_gap(); // M3; M4: an old insert covers nothing
                assert_eq!(new.waits_for(old), !both_read && (on_record || in_gap), "{new} for {old}");
                let insert = [new, old].contains(&RecordMode::Insert);
                let as_strong = !old.is_shared() || new.is_shared();
                let all = (old.covers_record() || !new.covers_record()) && (old.covers_gap() || !new.covers_gap());
                assert_eq!(old.covers(new), !insert && as_strong && all, "{old} covers {new}"); // M5
            }
        }
    }

    #[test]
    fn compatibility_is_symmetric_and_covering_modes_are_stricter() {
        for a in TableMode::ALL {
            assert!(a.covers(a));
            for b in TableMode::ALL {
                assert_eq!(a.compatible(b), b.compatible(a), "{a} {b}");
                // What is compatible with the stronger mode is compatible with the weaker one.
                for c in TableMode::ALL {
                    assert!(!a.covers(b) || !a.compatible(c) || b.compatible(c), "{a} covers {b}, {c}");
                }
            }
        }
    }
}
