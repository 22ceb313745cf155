//! The lookups of MIN and MAX run: one row each. The rules are in `min_max` of [`crate::optimize`].

use super::scan::Scan;
use crate::answer::SqlError;
use crate::engine::{Datum, IndexNo, KeyRange, Table, Transaction};
use crate::optimize::{Access, AccessPath, MinMaxLookup, RangeRead};
use crate::query::{ReadMode, Select};
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

impl MinMaxLookup {
    /// Returns the row of the MIN or MAX; `None`: no row counts (R2, R3). LOCKS: what a read of the range locks until
    /// it has its first row.
    pub(crate) fn find(
        &self,
        table: &Arc<Table>,
        select: &Select,
        trx: &mut Transaction,
        reading: &ReadMode,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        // For an equality MIN reads the first row from the key on. If that row is behind the key, no row counts (R4).
        let open = !self.reverse && self.range.low == self.range.high;
        let range = match open {
            true => KeyRange { high: Bound::Unbounded, ..self.range.clone() },
            false => self.range.clone(),
        };
        for (range, open) in std::iter::once((&range, open)).chain(self.nulls.iter().map(|nulls| (nulls, false))) {
            let read = RangeRead { index: self.index, ranges: vec![range.clone()], key_parts: 0 };
            let access = AccessPath::until_found(Access::Range(read), self.reverse, self.index != IndexNo::CLUSTERED);
            let fetch = Scan { table, access: &access, condition: None, strict: select.strict };
            let of_where = Scan { condition: select.condition.as_ref(), ..fetch };
            let mut found = None;
            fetch.for_each_in_ranges(trx, reading, &mut |_, row| {
                if (open || row[self.column] != Datum::Null) && !of_where.matches(row)? {
                    return Ok(if open { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
                }
                found = Some(row.to_vec());
                Ok(ControlFlow::Break(()))
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}
