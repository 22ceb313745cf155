//! Which lock a record gets that a locking read comes to.
//!
//! ```text
//!   id >= 20 and id < 30          20          30        40           +∞
//!   forward            ────────── ● ───────── ● ─────── ○ ────────── ○
//!                            Sought: Record   Record: NextKey (it ended the range)
//!
//!   the same backward  10         20          30
//!                      ● ──────── ● ───────── ● ──────
//!         Record: NextKey   Record: NextKey   Successor: Gap (so that nobody inserts behind the first row)
//! ```
//!
//! The table is that of a real MariaDB 10.11, seen in `tests/scenarios/locks`:
//!
//! | role                                                                              | RR, SERIALIZABLE | RC, RU | seen in (`.sql`)                    |
//! |----------------------------------------------------------------------------------|------------------|--------|-------------------------------------|
//! | the row whose whole primary key was asked for by `=` or `>=`                     | record           | record | primary: hit, forward               |
//! | any other record on the way, delete-marked or not; the one beyond the range, too | next-key         | record | primary, secondary, unique, deleted |
//! | the first record that is not equal, in a search for `=`                          | gap              | –      | primary: miss; secondary: equality  |
//! | the record after the position where a backward scan begins                          | gap              | –      | primary, secondary: backward        |
//! | the end of the index                                                             | its gap          | –      | primary: miss, forward              |
//!
//! Why the first line needs no gap: nobody can insert a second row with that key, and what is below it is not asked
//! for. Why the entry of a whole unique secondary key is in the second line: MariaDB leaves out the gap in the
//! clustered index only.
//!
//! InnoDB's counterpart: the choice of `lock_type` in `row_search_mvcc`. MySQL 8.0.18 and later are documented to lock
//! less at the end of a range.

use innolab_lock::RecordMode;

/// What a locking read has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordRole {
    /// The row of the clustered index whose whole key was asked for, by `=` or as the first of `>=`.
    Sought,
    /// Any other record, in the range or the first one beyond.
    Record,
    /// The first record that is not equal, where only equal ones are wanted.
    Unequal,
    /// The record after the position where a backward scan begins.
    Successor,
    /// The end of the index.
    #[doc(alias = "supremum")]
    End,
}

/// How much of a record's name is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// The record and the gap before it.
    #[doc(alias = "LOCK_ORDINARY")]
    NextKey,
    /// The record.
    #[doc(alias = "LOCK_REC_NOT_GAP")]
    Record,
    /// The gap before it.
    #[doc(alias = "LOCK_GAP")]
    Gap,
}

/// The table above; `gaps`: whether the isolation level locks gaps.
pub(crate) fn span(role: RecordRole, gaps: bool) -> Option<Span> {
    match (role, gaps) {
        (RecordRole::Sought, _) => Some(Span::Record),
        (RecordRole::Record, true) => Some(Span::NextKey),
        (RecordRole::Record, false) => Some(Span::Record),
        (RecordRole::Unequal | RecordRole::Successor, true) => Some(Span::Gap),
        // A lock there is on the gap whatever it says; next-key is its name.
        (RecordRole::End, true) => Some(Span::NextKey),
        (RecordRole::Unequal | RecordRole::Successor | RecordRole::End, false) => None,
    }
}

/// What a locking read asks its locks for.
#[doc(alias = "select_lock_type")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// LOCK IN SHARE MODE; plain reads under SERIALIZABLE.
    Shared,
    /// FOR UPDATE; UPDATE and DELETE.
    Exclusive,
}

impl Strength {
    /// The mode that locks so much so strongly.
    pub(crate) fn of(self, span: Span) -> RecordMode {
        match (self, span) {
            (Strength::Shared, Span::NextKey) => RecordMode::S,
            (Strength::Shared, Span::Record) => RecordMode::SRec,
            (Strength::Shared, Span::Gap) => RecordMode::SGap,
            (Strength::Exclusive, Span::NextKey) => RecordMode::X,
            (Strength::Exclusive, Span::Record) => RecordMode::XRec,
            (Strength::Exclusive, Span::Gap) => RecordMode::XGap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_as_strong_and_cover_as_much_as_was_asked() {
        for strength in [Strength::Shared, Strength::Exclusive] {
            for span in [Span::NextKey, Span::Record, Span::Gap] {
                let mode = strength.of(span);
                assert_eq!(mode.is_shared(), strength == Strength::Shared);
                assert_eq!(mode.covers_record(), span != Span::Gap);
                assert_eq!(mode.covers_gap(), span != Span::Record);
            }
        }
    }

    #[test]
    fn without_gaps_only_records_are_locked() {
        for role in
            [RecordRole::Sought, RecordRole::Record, RecordRole::Unequal, RecordRole::Successor, RecordRole::End]
        {
            let (with, without) = (span(role, true), span(role, false));
            assert!(with.is_some(), "{role:?}");
            assert!(matches!(without, None | Some(Span::Record)), "{role:?}");
            // Whoever may return the record has it locked, at every level.
            assert_eq!(without.is_some(), matches!(role, RecordRole::Sought | RecordRole::Record), "{role:?}");
        }
    }
}
