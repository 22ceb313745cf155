//! A loose index scan runs: it jumps from group to group, with one descent for each row that it reads.
//!
//! RULES
//!
//! - **R1** The scan leaves out only rows that do not change the result of their group. The rows that it shows are
//!   treated as those of any other scan: the condition is checked on each, and groups are built from them.
//!
//! InnoDB's counterpart: `QUICK_GROUP_MIN_MAX_SELECT::get_next`.

use super::scan::{Scan, Visit};
use crate::answer::SqlError;
use crate::engine::{Datum, KeyRange, Table, Transaction};
use crate::expr::Expr;
use crate::optimize::{Access, AccessPath, Lookup, LooseScan, MinMaxColumn, RangeRead, with_prefix, with_value};
use crate::query::ReadMode;
use std::ops::{Bound, ControlFlow};

/// A loose index scan of a SELECT.
pub(crate) struct LooseScanner<'a> {
    pub(crate) fetch: Scan<'a>,
    pub(crate) read: &'a RangeRead,
    pub(crate) loose: &'a LooseScan,
    pub(crate) reading: &'a ReadMode,
}

impl LooseScanner<'_> {
    /// Shows `visit` the first and last rows of all groups (R1). REQUIRES: `visit` calls the engine only by the
    /// transaction that it is given.
    pub(crate) fn for_each(&self, trx: &mut Transaction, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let key: Vec<usize> = self.table().index(self.read.index).key_columns().collect();
        for range in &self.read.ranges {
            let mut range = range.clone();
            while let Some(first) = self.first(trx, &range, false, None)? {
                let of: Vec<Datum> = key[..self.loose.group].iter().map(|c| first[*c].clone()).collect();
                range.low = Bound::Excluded(of.clone());
                if self.group(trx, of, first, visit)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn table(&self) -> &Table {
        self.fetch.table
    }

    /// Shows `visit` the rows of the group with the values `of`, whose first entry is `first`.
    fn group(
        &self,
        trx: &mut Transaction,
        of: Vec<Datum>,
        first: Vec<Datum>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, SqlError> {
        let LooseScan { infix, min_max, intervals, is_bounded, .. } = self.loose;
        let base: Vec<Datum> = of.iter().chain(infix).cloned().collect();
        let all = KeyRange::equal(base.clone());
        let bounded: Vec<KeyRange> = match is_bounded {
            true => intervals.iter().map(|interval| with_prefix(&base, interval)).collect(),
            false => vec![all.clone()],
        };
        let mut shown = Vec::new();
        let wants = |min_max: fn(&MinMaxColumn) -> bool| self.loose.min_max.as_ref().is_none_or(min_max);
        if wants(|e| e.min) {
            // The group's first entry has the least value, unless an infix or a bound selects among its entries.
            let is_first = infix.is_empty() && !is_bounded;
            let least = if is_first { Some(first) } else { self.first_of(trx, bounded.iter(), false)? };
            let is_null = |row: &Vec<Datum>| min_max.is_some_and(|e| row[e.column] == Datum::Null);
            if least.as_ref().is_some_and(is_null) {
                let above = KeyRange { low: Bound::Excluded(with_value(&base, &Datum::Null)), ..all.clone() };
                shown.extend(self.first_of(trx, std::iter::once(&above), false)?);
            }
            shown.extend(least);
        }
        if min_max.is_some_and(|e| e.max) {
            shown.extend(self.first_of(trx, bounded.iter().rev(), true)?);
        }
        for row in shown {
            if self.fetch.matches(&row)? && visit(Some(&mut *trx), &row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first row of several ranges for which the condition is true.
    fn first_of<'r>(
        &self,
        trx: &mut Transaction,
        mut ranges: impl Iterator<Item = &'r KeyRange>,
        reverse: bool,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        ranges.try_fold(None, |found, range| match found {
            Some(found) => Ok(Some(found)),
            None => self.first(trx, range, reverse, self.fetch.condition),
        })
    }

    /// The first row of a range, or the last one if `reverse`, for which `condition` is true.
    fn first(
        &self,
        trx: &mut Transaction,
        range: &KeyRange,
        reverse: bool,
        condition: Option<&Expr>,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        let index = self.read.index;
        // A backward search for one key counts as an equality (`ref`), whose search ends with a lock on a gap; that of
        // a range ends with a lock on a record.
        let access = match &range.low {
            Bound::Included(key) if reverse && range.low == range.high => {
                Access::Ref(Lookup { index, key: key.clone() })
            }
            _ => Access::Range(RangeRead { index, ranges: vec![range.clone()], key_parts: 0 }),
        };
        let access = AccessPath::until_found(access, reverse, self.fetch.access.covering);
        let mut found = None;
        let fetch = Scan { access: &access, condition, ..self.fetch };
        fetch.for_each_in_ranges(trx, self.reading, &mut |_, row| {
            found = Some(row.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}
