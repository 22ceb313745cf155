//! A key range as a way along an index: where to begin, which way to go, where to stop.
//!
//! ```text
//!   low  ≥ / >  ●────────────────────────►│ high  ≤ / <      forward: seek low, stop beyond high
//!   low  ≥ / >  │◄────────────────────────● high  ≤ / <      backward: seek high, stop beyond low
//!   low = high  ●─►│                                         equality: stop at the first record that is not equal
//! ```
//!
//! RULES
//!
//! - **R1** A bound is a key or the first of its columns and is equal to every record that begins with it; an empty one
//!   is no bound.
//! - **R2** An equality that gives every column of a unique key, none of them NULL, has one answer at most: there is no
//!   next record, and no way back.
//!
//! InnoDB's counterpart: `page_cur_mode_t`, `match_mode`, `unique_search` in `row_search_mvcc`; the end of the range is
//! the server's (`handler::end_range`).

use super::lock_rule::RecordRole;
use crate::codec::{Datum, FieldList, Fields, IndexNo, KeyRange, Result};
use crate::dict::Table;
use innolab_btree::{Cursor, Field, Seek};
use innolab_page::RecordRef;
use std::cmp::Ordering;
use std::ops::Bound;

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// One record at most (R2).
    #[doc(alias = "unique_search")]
    Unique,
    /// Records that begin with a key.
    #[doc(alias = "ROW_SEL_EXACT")]
    Equal,
    /// Records between two bounds.
    Range,
}

/// How a record on the way stands to the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangePosition {
    /// In it.
    Inside,
    /// Beyond its end.
    Beyond,
}

/// A way along an index; see the module.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) search: Search,
    pub(crate) backward: bool,
    /// The bound it begins at, and how to find the first record; `None`: the first one of all.
    from: Option<(Fields, Seek)>,
    /// The bound it ends at, and whether records equal to it are inside.
    until: Option<(Fields, bool)>,
    /// Whether `from` is a whole key of the clustered index, to be found as it is.
    seeks_row: bool,
}

impl Route {
    /// The route of a range. ERRORS: a bound's value that its column cannot have.
    pub(crate) fn new(table: &Table, no: IndexNo, range: &KeyRange, reverse: bool) -> Result<Route> {
        let codec = &table.index(no).codec;
        let encode = |key: &[Datum]| {
            let mut fields = Fields::default();
            codec.encode_key(key, &mut fields)?;
            Ok::<Fields, crate::Error>(fields)
        };
        let search = search_of(table, no, range);
        let backward = reverse && search != Search::Unique;
        let (first, last) = if backward { (&range.high, &range.low) } else { (&range.low, &range.high) };
        let from = match bound(first) {
            None => None,
            Some((key, inclusive)) => {
                let seek = match (backward, inclusive) {
                    (false, true) => Seek::AtLeast,
                    (false, false) => Seek::Above,
                    (true, true) => Seek::AtMost,
                    (true, false) => Seek::Below,
                };
                Some((encode(key)?, seek))
            }
        };
        let until = match bound(last) {
            None => None,
            Some((key, inclusive)) => Some((encode(key)?, inclusive)),
        };
        let whole = |key: &[Datum]| no == IndexNo::CLUSTERED && key.len() == codec.layout().n_key();
        let seeks_row = !backward && bound(first).is_some_and(|(key, inclusive)| inclusive && whole(key));
        Ok(Route { search, backward, from, until, seeks_row })
    }

    /// Goes to the first record of the way; whether there is one.
    pub(crate) fn begin(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        Ok(match &self.from {
            Some((key, seek)) => cursor.seek(&key.iter().collect::<FieldList<'_>>(), *seek)?,
            None if self.backward => cursor.last()?,
            None => cursor.first()?,
        })
    }

    /// Goes to the record after the position where a backward way begins; whether there is one.
    pub(crate) fn before_begin(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        let Some((key, seek)) = &self.from else { return Ok(false) };
        let after = if *seek == Seek::AtMost { Seek::Above } else { Seek::AtLeast };
        Ok(cursor.seek(&key.iter().collect::<FieldList<'_>>(), after)?)
    }

    /// Goes on to the next record of the way; whether there is one.
    #[inline]
    pub(crate) fn advance(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        Ok(if self.backward { cursor.prev()? } else { cursor.next()? })
    }

    /// The key of the bound it ends at, for [`Route::position`].
    pub(crate) fn end(&self) -> FieldList<'_> {
        self.until.iter().flat_map(|(key, _)| key.iter()).collect()
    }

    /// Whether a record on the way is still in the range, which has this [`end`](Route::end).
    #[inline]
    pub(crate) fn position(&self, end: &[Field<'_>], record: RecordRef<'_>) -> RangePosition {
        let Some((_, inclusive)) = &self.until else { return RangePosition::Inside };
        let order = record.compare(end);
        let ahead = if self.backward { order.reverse() } else { order };
        match ahead {
            Ordering::Less => RangePosition::Inside,
            Ordering::Equal if *inclusive => RangePosition::Inside,
            _ => RangePosition::Beyond,
        }
    }

    /// What a locking read meets in a record (the table of `rule`). `showed_one`: it has shown a row already.
    pub(crate) fn role(&self, record: RecordRef<'_>, position: RangePosition, showed_one: bool) -> RecordRole {
        match (position, self.search) {
            (RangePosition::Beyond, Search::Unique | Search::Equal) if !(self.backward && showed_one) => {
                RecordRole::Unequal
            }
            (RangePosition::Beyond, _) => RecordRole::Record,
            (RangePosition::Inside, _) if self.is_at_row(record) => RecordRole::Sought,
            (RangePosition::Inside, _) => RecordRole::Record,
        }
    }

    fn is_at_row(&self, record: RecordRef<'_>) -> bool {
        let equal = |(key, _): &(Fields, Seek)| record.compare(&key.iter().collect::<FieldList<'_>>()).is_eq();
        self.seeks_row && self.from.as_ref().is_some_and(equal)
    }
}

/// R1
fn bound(bound: &Bound<Vec<Datum>>) -> Option<(&[Datum], bool)> {
    match bound {
        Bound::Included(key) if !key.is_empty() => Some((key, true)),
        Bound::Excluded(key) if !key.is_empty() => Some((key, false)),
        _ => None,
    }
}

/// R2
fn search_of(table: &Table, no: IndexNo, range: &KeyRange) -> Search {
    match (bound(&range.low), bound(&range.high)) {
        (Some((low, true)), Some((high, true))) if low == high => {
            let unique = no == IndexNo::CLUSTERED || table.def().indexes[no.0 - 1].unique;
            let whole = low.len() >= table.index(no).n_unique() && !low.contains(&Datum::Null);
            if unique && whole { Search::Unique } else { Search::Equal }
        }
        _ => Search::Range,
    }
}
