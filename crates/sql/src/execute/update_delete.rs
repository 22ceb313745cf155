//! UPDATE and DELETE: read a row and lock it, look whether it is meant, change it, go on to the next.
//!
//! ```text
//! next ─► WHERE ─┬─ true ──► change ──► LIMIT reached? ─► end
//!  ▲             └─ false ─► unlock_row                            first all rows, then the changes, if:
//!  └──────────────────┴──────────┘                                  · the index that is read, or the primary key, is assigned to
//!                                                                   · an UPDATE has ORDER BY, or ORDER BY needs a sort
//! ```
//!
//! RULES
//!
//! - **R1** Where a changed row could be met again behind its new place, all rows are found and locked before the first
//!   one is changed.
//! - **R2** SET's assignments run from left to right; each sees what those before it made.
//! - **R3** A row counts as affected if it is not what it was before. A row that stays the same is not touched.
//! - **R4** An UPDATE that changes rows while it scans has strict conditions, and `at row N` in its errors counts the
//!   rows that were read; else N counts the rows to be changed.
//! - **R5** An UPDATE looks at the last committed version of a row that another has locked, where the level and the
//!   access allow it (the engine says [`Fetched::Committed`]); only if that matches it waits.
//! - **R6** LIMIT ends the scan with the row that fulfils it: the next one is not locked.
//! - **R7** With IGNORE an UPDATE makes what a column refuses fit, with a warning, and leaves a row as it is whose new
//!   key is taken, without one.
//!
//! InnoDB's counterpart: `sql/sql_update.cc`, `sql/sql_delete.cc`. Left out: several tables.

use super::row_maker::RowMaker;
use super::scan::LockedRows;
use super::sort::{sort_order, sort_values};
use crate::answer::{SqlError, Warnings};
use crate::engine::{Datum, Error, Fetched, Table, Transaction};
use crate::expr::Context;
use crate::optimize::{Access, AccessKind};
use crate::query::{Change, Locking};
use crate::types::Value;

/// Sees a row to be changed, locked, and its number among those that were read.
type Matched<'a> = dyn FnMut(&mut Transaction, &[Datum], u64) -> Result<(), SqlError> + 'a;

impl Change {
    /// Runs it. The number of rows affected.
    pub(crate) fn run(&self, trx: &mut Transaction, warnings: &mut Warnings) -> Result<u64, SqlError> {
        let access = self.access();
        if self.rows.limit == 0 {
            return Ok(0);
        }
        if !access.sorted {
            let found = self.sorted(trx, &access)?;
            return self.change_all(trx, found, warnings);
        }
        if self.finds_first(&access) {
            let found = self.found(trx, &access)?;
            return self.change_all(trx, found, warnings);
        }
        let mut affected = 0;
        let strict = self.is_update() && !self.ignore && self.rows.order.is_empty();
        self.walk(trx, &access, strict, &mut |trx, row, number| {
            affected += u64::from(self.change(trx, row, number, warnings)?);
            Ok(())
        })?;
        Ok(affected)
    }

    /// Whether all rows are found first (R1): one may be met again behind its change; or ORDER BY is asked for, for
    /// which the server does the same.
    pub(crate) fn finds_first(&self, access: &Access) -> bool {
        let def = self.table.def();
        if self.is_update() && !self.rows.order.is_empty() {
            return true;
        }
        let is_assigned = |c: &usize| self.assignments.iter().flatten().any(|(index, _)| index == c);
        let assigns = |columns: &[usize]| {
            self.is_update() && columns.iter().any(|c| is_assigned(c) || def.columns[*c].on_update_now)
        };
        access.kind != AccessKind::Const && (assigns(def.index_columns(access.index)) || assigns(&def.primary_key))
    }

    /// Shows `matched` the rows to be changed, each locked, with its number among those that were read, until the limit.
    fn walk(
        &self,
        trx: &mut Transaction,
        access: &Access,
        strict: bool,
        matched: &mut Matched<'_>,
    ) -> Result<(), SqlError> {
        let mut rows = LockedRows::new(&self.table, access, &Locking::EXCLUSIVE, self.is_update(), false);
        let mut row = Vec::new();
        let (mut read, mut left) = (0, if access.sorted { self.rows.limit } else { usize::MAX });
        let mut fetched = rows.next(trx, &mut row, &mut |_| true)?;
        while fetched != Fetched::End {
            read += 1;
            let cx = Context { strict, ..Context::of_row(&row) };
            if !self.rows.condition.as_ref().map_or(Ok(true), |c| c.holds(cx))? {
                rows.unlock_row(trx);
            } else if fetched == Fetched::Committed {
                // The version matched that was committed last; now the row itself is waited for and looked at (R5).
                read -= 1;
                fetched = rows.lock_current(trx, &mut row)?;
                continue;
            } else {
                matched(trx, &row, read)?;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            fetched = rows.next(trx, &mut row, &mut |_| true)?;
        }
        Ok(())
    }

    /// All rows to be changed, in the order of the index.
    fn found(&self, trx: &mut Transaction, access: &Access) -> Result<Vec<Vec<Datum>>, SqlError> {
        let mut found = Vec::new();
        self.walk(trx, access, false, &mut |_, row, _| {
            found.push(row.to_vec());
            Ok(())
        })?;
        Ok(found)
    }

    /// All rows to be changed, as ORDER BY wants them.
    fn sorted(&self, trx: &mut Transaction, access: &Access) -> Result<Vec<Vec<Datum>>, SqlError> {
        let order = &self.rows.order;
        let mut found: Vec<(Vec<Value>, Vec<Datum>)> = Vec::new();
        self.walk(trx, access, false, &mut |_, row, _| {
            found.push((sort_values(order, Context::of_row(row))?, row.to_vec()));
            Ok(())
        })?;
        found.sort_by(|(a, _), (b, _)| sort_order(order, a, b));
        found.truncate(self.rows.limit);
        Ok(found.into_iter().map(|(_, row)| row).collect())
    }

    fn change_all(
        &self,
        trx: &mut Transaction,
        found: Vec<Vec<Datum>>,
        warnings: &mut Warnings,
    ) -> Result<u64, SqlError> {
        let mut affected = 0;
        for (number, row) in (1..).zip(&found) {
            affected += u64::from(self.change(trx, row, number, warnings)?);
        }
        Ok(affected)
    }

    /// Changes a row; whether it counts (R3).
    fn change(
        &self,
        trx: &mut Transaction,
        row: &[Datum],
        row_number: u64,
        warnings: &mut Warnings,
    ) -> Result<bool, SqlError> {
        let failed = |e| SqlError::from_change(e, self.table.def());
        let Some(assignments) = &self.assignments else {
            trx.delete(&self.table, row).map_err(failed)?;
            return Ok(true);
        };
        let (def, ignore) = (self.table.def(), self.ignore);
        let mut maker =
            RowMaker { def, shown_table: &self.shown_table, row_number, began_us: self.began_us, ignore, warnings };
        // R2
        let mut new_row = row.to_vec();
        for (index, expr) in assignments {
            let value = maker.eval(expr, &new_row)?;
            new_row[*index] = maker.store(&value, *index)?;
        }
        if new_row == row {
            return Ok(false);
        }
        maker.touch(&mut new_row, assignments);
        match trx.update(&self.table, row, &new_row) {
            Err(Error::Duplicate { .. }) if self.ignore => return Ok(false),
            updated => updated.map_err(failed)?,
        };
        count_on(&self.table, &new_row);
        Ok(true)
    }
}

/// A value that an AUTO_INCREMENT column was set to moves the counter beyond it.
pub(crate) fn count_on(table: &Table, row: &[Datum]) {
    let Some(index) = table.def().auto_increment else { return };
    let value = match row[index] {
        Datum::Int(value) => u64::try_from(value).unwrap_or(0),
        Datum::UInt(value) => value,
        _ => 0,
    };
    if value >= table.next_auto_increment() {
        table.bump_auto_increment(value);
    }
}
