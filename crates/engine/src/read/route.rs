//! A key range as a route along an index: where to begin, in which direction to go, where to stop.
//!
//! ```text
//!   low  ≥ / >  ●────────────────────────►│ high  ≤ / <      forward: seek low, stop beyond high
//!   low  ≥ / >  │◄────────────────────────● high  ≤ / <      backward: seek high, stop beyond low
//!   low = high  ●─►│                                         equality: stop at the first record that is not equal
//! ```
//!
//! RULES
//!
//! - **R1** A bound is a key or its first columns, and equals every record that begins with it. An empty bound is no
//!   bound.
//! - **R2** An equality on all columns of a unique key, none of them NULL, has one answer at most: the route has no
//!   next record and no direction.
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

/// The kind of search that a route makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// At most one record (R2).
    #[doc(alias = "unique_search")]
    Unique,
    /// Records that begin with a key.
    #[doc(alias = "ROW_SEL_EXACT")]
    Equal,
    /// Records between two bounds.
    Range,
}

/// Where a record on the route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangePosition {
    /// In the range.
    Inside,
    /// Beyond the end of the range.
    Beyond,
}

/// A route along an index; see the module.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) search: Search,
    pub(crate) backward: bool,
    /// The bound to begin at, and how to seek it. `None`: begins at the first record of the index.
    from: Option<(Fields, Seek)>,
    /// The bound to end at, and true if records that equal it are in the range. `None`: ends at the last record.
    until: Option<(Fields, bool)>,
    /// True if `from` is a whole key of the clustered index and a record that equals it is in the range.
    seeks_row: bool,
}

impl Route {
    /// The route of a range. ERRORS: a value in a bound that its column cannot have.
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

    /// Moves to the first record of the route. Returns false if there is no record.
    pub(crate) fn begin(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        Ok(match &self.from {
            Some((key, seek)) => cursor.seek(&key.iter().collect::<FieldList<'_>>(), *seek)?,
            None if self.backward => cursor.last()?,
            None => cursor.first()?,
        })
    }

    /// Moves to the record that follows the start of a backward route. Returns false if there is no record.
    pub(crate) fn before_begin(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        let Some((key, seek)) = &self.from else { return Ok(false) };
        let after = if *seek == Seek::AtMost { Seek::Above } else { Seek::AtLeast };
        Ok(cursor.seek(&key.iter().collect::<FieldList<'_>>(), after)?)
    }

    /// Moves to the next record of the route. Returns false if there is no record.
    #[inline]
    pub(crate) fn advance(&self, cursor: &mut Cursor<'_>) -> Result<bool> {
        Ok(if self.backward { cursor.prev()? } else { cursor.next()? })
    }

    /// The key of the bound to end at, for [`Route::position`].
    pub(crate) fn end(&self) -> FieldList<'_> {
        self.until.iter().flat_map(|(key, _)| key.iter()).collect()
    }

    /// Where a record on the route is. REQUIRES: `end` is what [`Route::end`] returns.
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

    /// The role of a record in the table of `lock_rule`. `showed_one`: the scan has returned a row.
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

/// The key of a bound, and true if it is inclusive; `None`: no bound (R1).
fn bound(bound: &Bound<Vec<Datum>>) -> Option<(&[Datum], bool)> {
    match bound {
        Bound::Included(key) if !key.is_empty() => Some((key, true)),
        Bound::Excluded(key) if !key.is_empty() => Some((key, false)),
        _ => None,
    }
}

/// The kind of search for a range of an index (R2).
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
