//! MIN and MAX read at an index's ends: one row each (rules: `min_max` of [`crate::optimize`]).

use super::scan::Fetch;
use crate::answer::SqlError;
use crate::engine::{Datum, IndexNo, KeyRange, Table, Transaction};
use crate::optimize::{Access, End};
use crate::query::{Reading, Select};
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

impl End {
    /// Its row, and whether there is one at all (R3). LOCKS: what a read of this range locks until it has its first row.
    pub(crate) fn find(
        &self,
        table: &Arc<Table>,
        select: &Select,
        trx: &mut Transaction,
        reading: &Reading,
    ) -> Result<Option<Vec<Datum>>, SqlError> {
        // What MIN finds for an equality is the first row from there on, which may lie behind: then there is none (R4).
        let open = !self.reverse && self.range.low == self.range.high;
        let range = match open {
            true => KeyRange { high: Bound::Unbounded, ..self.range.clone() },
            false => self.range.clone(),
        };
        for (range, open) in std::iter::once((&range, open)).chain(self.nulls.iter().map(|nulls| (nulls, false))) {
            let access = Access::of_range(self.index, range.clone(), self.reverse, self.index != IndexNo::CLUSTERED);
            let fetch = Fetch { table, access: &access, condition: None, strict: select.strict };
            let of_where = Fetch { condition: select.condition.as_ref(), ..fetch };
            let mut found = None;
            fetch.each_in_ranges(trx, reading, &mut |_, row| {
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
