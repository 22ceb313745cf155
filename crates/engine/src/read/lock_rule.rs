//! Which lock a locking read takes on each record that it reaches.
//!
//! ```text
//!   id >= 20 and id < 30          20          30        40           +∞
//!   forward            ────────── ● ───────── ● ─────── ○ ────────── ○
//!                            Sought: record   Record: next-key (it ended the range)
//!
//!   the same backward  10         20          30
//!                      ● ──────── ● ───────── ● ──────
//!         Record: next-key  Record: next-key  Successor: gap (no insert behind the first row)
//! ```
//!
//! The table is that of a real MariaDB 10.11, seen in `tests/scenarios/locks`:
//!
//! | role of the record                                                               | RR, SERIALIZABLE | RC, RU | seen in (`.sql`)                    |
//! |----------------------------------------------------------------------------------|------------------|--------|-------------------------------------|
//! | the row whose whole primary key was searched for by `=` or `>=`                  | record           | record | primary: hit, forward               |
//! | any other record on the route, delete-marked or not; the one beyond the range too | next-key        | record | primary, secondary, unique, deleted |
//! | the first record that is not equal, in a search for `=`                          | gap              | –      | primary: miss; secondary: equality  |
//! | the record that follows the start of a backward scan                             | gap              | –      | primary, secondary: backward        |
//! | the end of the index                                                             | its gap          | –      | primary: miss, forward              |
//!
//! The first line needs no gap: a second row with that key cannot be inserted, and what is below it was not searched
//! for. The entry of a whole unique secondary key belongs to the second line: MariaDB omits the gap in the clustered
//! index only.
//!
//! InnoDB's counterpart: the choice of `lock_type` in `row_search_mvcc`. MySQL 8.0.18 and later are documented to lock
//! less at the end of a range.

use innolab_lock::RecordMode;

/// The role of a record that a locking read reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordRole {
    /// The row of the clustered index whose whole key was searched for, by `=` or as the first of `>=`.
    Sought,
    /// Any other record in the range, or the first one beyond it.
    Record,
    /// The first record that is not equal, in a search for `=`.
    Unequal,
    /// The record that follows the start of a backward scan.
    Successor,
    /// The end of the index.
    #[doc(alias = "supremum")]
    End,
}

/// Which part of a record a lock covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// The record and the gap before it.
    #[doc(alias = "LOCK_ORDINARY")]
    NextKey,
    /// The record alone.
    #[doc(alias = "LOCK_REC_NOT_GAP")]
    Record,
    /// The gap before the record.
    #[doc(alias = "LOCK_GAP")]
    Gap,
}

/// The table above; `None`: no lock. `gaps`: true if the isolation level locks gaps.
pub(crate) fn span(role: RecordRole, gaps: bool) -> Option<Span> {
    match (role, gaps) {
        (RecordRole::Sought, _) => Some(Span::Record),
        (RecordRole::Record, true) => Some(Span::NextKey),
        (RecordRole::Record, false) => Some(Span::Record),
        (RecordRole::Unequal | RecordRole::Successor, true) => Some(Span::Gap),
        // A lock on the end covers its gap in every mode; the server shows it as next-key.
        (RecordRole::End, true) => Some(Span::NextKey),
        (RecordRole::Unequal | RecordRole::Successor | RecordRole::End, false) => None,
    }
}

/// The strength of a locking read's locks: shared or exclusive.
#[doc(alias = "select_lock_type")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// LOCK IN SHARE MODE; plain reads under SERIALIZABLE.
    Shared,
    /// FOR UPDATE; UPDATE and DELETE.
    Exclusive,
}

impl Strength {
    /// The lock mode of this strength that covers `span`.
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
    fn a_mode_has_its_strength_and_covers_its_span() {
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
            // A record that may be returned is locked at every level.
            assert_eq!(without.is_some(), matches!(role, RecordRole::Sought | RecordRole::Record), "{role:?}");
        }
    }
}
