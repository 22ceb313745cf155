//! A loose scan runs: from group to group, one descent to each end.
//!
//! RULES
//!
//! - **R1** What is read is shown as rows, of which groups are made as of any others; a row that is not shown would
//!   have changed nothing. So it is a way to read and no more: the condition is asked of each row shown.
//!
//! InnoDB's counterpart: `QUICK_GROUP_MIN_MAX_SELECT::get_next`.

use super::scan::{Fetch, Visit};
use crate::answer::SqlError;
use crate::engine::{Datum, KeyRange, Table, Transaction};
use crate::expr::Expr;
use crate::optimize::{Access, AccessKind, Extreme, Loose, appended, behind};
use crate::query::Reading;
use std::ops::{Bound, ControlFlow};

/// A SELECT's rows by groups' ends.
pub(crate) struct Ends<'a> {
    pub(crate) fetch: Fetch<'a>,
    pub(crate) loose: &'a Loose,
    pub(crate) reading: &'a Reading,
}

impl Ends<'_> {
    /// Shows `visit` the rows at the ends of all groups (R1). REQUIRES: `visit` does not call the engine.
    pub(crate) fn each(&self, trx: &mut Transaction, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let key: Vec<usize> = self.table().index(self.fetch.access.index).key_columns().collect();
        for range in &self.fetch.access.ranges {
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

    /// The rows of one group, which begins with `first`.
    fn group(
        &self,
        trx: &mut Transaction,
        of: Vec<Datum>,
        first: Vec<Datum>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, SqlError> {
        let Loose { infix, extreme, intervals, is_bounded, .. } = self.loose;
        let base: Vec<Datum> = of.iter().chain(infix).cloned().collect();
        let all = KeyRange::equal(base.clone());
        let bounded: Vec<KeyRange> = match is_bounded {
            true => intervals.iter().map(|interval| behind(&base, interval)).collect(),
            false => vec![all.clone()],
        };
        let mut shown = Vec::new();
        let wants = |extreme: fn(&Extreme) -> bool| self.loose.extreme.as_ref().is_none_or(extreme);
        if wants(|e| e.min) {
            // The group's first row is the least one unless there is more to it than the group.
            let is_it = infix.is_empty() && !is_bounded;
            let least = if is_it { Some(first) } else { self.first_of(trx, bounded.iter(), false)? };
            let is_null = |row: &Vec<Datum>| extreme.is_some_and(|e| row[e.column] == Datum::Null);
            if least.as_ref().is_some_and(is_null) {
                let above = KeyRange { low: Bound::Excluded(appended(&base, &Datum::Null)), ..all.clone() };
                shown.extend(self.first_of(trx, std::iter::once(&above), false)?);
            }
            shown.extend(least);
        }
        if extreme.is_some_and(|e| e.max) {
            shown.extend(self.first_of(trx, bounded.iter().rev(), true)?);
        }
        for row in shown {
            if self.fetch.matches(&row)? && visit(Some(&mut *trx), &row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first row of several ranges that the condition is true for.
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

    fn first(
        &self,
        trx: &mut Transaction,
        range: &KeyRange,
        reverse: bool,
        condition: Option<&Expr>,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        let covering = self.fetch.access.covering;
        let mut access = Access::of_range(self.fetch.access.index, range.clone(), reverse, covering);
        // The last of those that begin with a key is an equality, which ends at a gap.
        if reverse && range.low == range.high {
            access.kind = AccessKind::Ref;
        }
        let mut found = None;
        let fetch = Fetch { access: &access, condition, ..self.fetch };
        fetch.each_in_ranges(trx, self.reading, &mut |_, row| {
            found = Some(row.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}
