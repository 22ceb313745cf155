//! The modes, and the two questions about a pair of them, as data: must one wait for the other, does one make the
//! other needless.
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
//! - **M1** S and S never wait for each other. All else does, where it meets:
//! - **M2** on the record: both cover the record.
//! - **M3** in the gap: the new one is an insert intention and the old one covers the gap.
//! - **M4** Nobody waits for an insert intention: gap locks of any mode live side by side, inserts into one gap too.
//!
//! RULES of strength (an *old* lock makes a *new* request of the same transaction needless)
//!
//! - **M5** The old mode is as strong (X ≥ S) and covers all that the new one does; an insert intention is never
//!   covered and covers nothing.
//! - **M6** Who holds the record as strongly and asks for next-key asks for the gap alone. So `X,REC_NOT_GAP` and then
//!   next-key leave `X,REC_NOT_GAP` and `X,GAP`; the other way round, `X,GAP` and then next-key leave both in full.
//!
//! The matrices are constants, written out to be read; a test derives them again from M1–M5.
//! InnoDB: `lock_rec_has_to_wait`, `lock_rec_has_expl`, `lock_compatibility_matrix`, `lock_strength_matrix`.

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
    /// The whole table for reading.
    S,
    /// The whole table for writing.
    X,
    /// The auto-increment counter, until the end of the statement.
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
    /// The gap alone.
    SGap,
    /// The gap alone. Differs from [`RecordMode::SGap`] in name only: neither lets others insert.
    XGap,
    /// The record alone.
    SRec,
    /// The record alone.
    XRec,
    /// About to insert into the gap.
    Insert,
}

const N: bool = false;
const Y: bool = true;

impl TableMode {
    /// All, in the order of the matrices.
    pub const ALL: [TableMode; 5] = [TableMode::Is, TableMode::Ix, TableMode::S, TableMode::X, TableMode::AutoInc];

    /// Whether `self` may be held by one transaction while another holds `other`.
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

    /// Whether who holds `self` needs no lock `other`.
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

    /// The word of `data_locks`.
    pub fn word(self) -> &'static str {
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
    /// All, in the order of the matrices.
    pub const ALL: [RecordMode; 7] = [
        RecordMode::S,
        RecordMode::X,
        RecordMode::SGap,
        RecordMode::XGap,
        RecordMode::SRec,
        RecordMode::XRec,
        RecordMode::Insert,
    ];

    /// Whether a new request `self` must wait for another transaction's `old` lock (M1–M4).
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

    /// Whether who holds `self` needs no lock `new` (M5).
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

    /// Whether it forbids others to insert before the record.
    pub fn covers_gap(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::X | RecordMode::SGap | RecordMode::XGap)
    }

    /// Whether it is on the record itself.
    pub fn covers_record(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::X | RecordMode::SRec | RecordMode::XRec)
    }

    /// Whether it is for reading only.
    pub fn is_shared(self) -> bool {
        matches!(self, RecordMode::S | RecordMode::SGap | RecordMode::SRec)
    }

    /// The gap lock that an heir gets of it: same strength, the gap only. `None`: insert intentions are not inherited.
    pub fn as_gap(self) -> Option<RecordMode> {
        match self {
            RecordMode::S | RecordMode::SGap | RecordMode::SRec => Some(RecordMode::SGap),
            RecordMode::X | RecordMode::XGap | RecordMode::XRec => Some(RecordMode::XGap),
            RecordMode::Insert => None,
        }
    }

    /// The record's part of a next-key lock; `None` for all other modes.
    pub(crate) fn record_part(self) -> Option<RecordMode> {
        match self {
            RecordMode::S => Some(RecordMode::SRec),
            RecordMode::X => Some(RecordMode::XRec),
            _ => None,
        }
    }

    /// The words of `data_locks`. On the supremum there is no record, so a lock there is on the gap whatever it says,
    /// and the words say neither.
    pub fn words(self, supremum: bool) -> &'static str {
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

/// The mode of a lock on anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    Table(TableMode),
    Record(RecordMode),
}

impl Mode {
    /// REQUIRES of both: modes of one kind; of different kinds they never meet, being of different places.
    #[inline]
    pub(crate) fn waits_for(self, old: Mode) -> bool {
        match (self, old) {
            (Mode::Record(new), Mode::Record(old)) => new.waits_for(old),
            (Mode::Table(new), Mode::Table(old)) => !new.compatible(old),
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn covers(self, new: Mode) -> bool {
        match (self, new) {
            (Mode::Record(old), Mode::Record(new)) => old.covers(new),
            (Mode::Table(old), Mode::Table(new)) => old.covers(new),
            _ => false,
        }
    }
}

impl fmt::Display for TableMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for RecordMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words(false))
    }
}

/// The matrices as tables: a row asks, a column is there.
pub fn matrices() -> String {
    let mut out = String::new();
    out += "Table locks: may the row be granted beside the column?\n";
    grid(&mut out, 10, &TableMode::ALL, |new, old| if new.compatible(old) { "+" } else { "wait" });
    out += "\nTable locks: who holds the row needs no column\n";
    grid(&mut out, 10, &TableMode::ALL, |held, new| if held.covers(new) { "has it" } else { "" });
    out += "\nRecord locks: must the row (new) wait for the column (there before, another transaction's)?\n";
    grid(&mut out, 24, &RecordMode::ALL, |new, old| if new.waits_for(old) { "wait" } else { "+" });
    out += "\nRecord locks: who holds the row needs no column\n";
    grid(&mut out, 24, &RecordMode::ALL, |held, new| if held.covers(new) { "has it" } else { "" });
    out
}

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
    fn the_table_matrices_are_sound() {
        for a in TableMode::ALL {
            assert!(a.covers(a));
            for b in TableMode::ALL {
                assert_eq!(a.compatible(b), b.compatible(a), "{a} {b}");
                // What a stronger lock lets live, a weaker one does too.
                for c in TableMode::ALL {
                    assert!(!a.covers(b) || !a.compatible(c) || b.compatible(c), "{a} covers {b}, {c}");
                }
            }
        }
    }
}
