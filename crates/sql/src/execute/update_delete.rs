//! UPDATE and DELETE run: lock a row, check the condition, change the row, go on to the next.
//!
//! ```text
//! next ─► WHERE ─┬─ true ──► change ──► LIMIT reached? ─► end
//!  ▲             └─ false ─► unlock_row
//!  └──────────────────┴──────────┘
//!
//! all rows are collected before the first change, if
//!   · a column of the index that is read, or of the primary key, is assigned
//!   · an UPDATE has ORDER BY, or ORDER BY needs a sort
//! ```
//!
//! RULES
//!
//! - **R1** If the scan could meet a changed row again at its new place (the Halloween problem), all rows are collected
//!   and locked before the first one is changed.
//! - **R2** SET's assignments run from left to right; each sees the values that those before it assigned.
//! - **R3** A row is affected if its values change. A row that stays the same is not written.
//! - **R4** An UPDATE that changes rows while it scans evaluates its condition strictly, and `at row N` in its errors
//!   counts the rows read. If rows are collected first, N counts the rows to be changed.
//! - **R5** Of a row that another transaction has locked, an UPDATE checks the last committed version first, if the
//!   isolation level and the access path allow it ([`Fetched::Committed`]), and the rows are not sorted. It waits for the
//!   lock only if that version matches.
//! - **R6** LIMIT ends the scan with its last row: the next row is not locked.
//! - **R7** An interrupt ends the statement at the next row (1317), also while it changes collected rows.
//! - **R8** With IGNORE a value that a column cannot store is made to fit, with a warning. A row whose new key is a
//!   duplicate stays as it is, without a warning.
//!
//! InnoDB's counterpart: `sql/sql_update.cc`, `sql/sql_delete.cc`. Left out: several tables.

use super::cost::count_sort;
use super::row_builder::RowBuilder;
use super::row_source::bytes;
use super::scan::{LockedRows, check_interrupt};
use super::sort::sort_values;
use super::sorter::Sorter;
use crate::answer::{SqlError, Warnings};
use crate::engine::{Datum, Error, Fetched, IndexNo, Table, Transaction};
use crate::expr::{EvalContext, Expr};
use crate::optimize::{Access, AccessPath};
use crate::query::{Locking, UpdateDelete};
use innolab_base::Counter;

/// Takes a row to be changed, which is locked, and its number among the rows read, from 1.
type Matched<'a> = dyn FnMut(&mut Transaction, &[Datum], u64) -> Result<(), SqlError> + 'a;

/// What an UPDATE or DELETE did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Changed {
    /// Number of rows within the LIMIT for which the condition was true.
    pub(crate) matched: u64,
    /// Number of those that are affected (R3).
    pub(crate) affected: u64,
}

impl Changed {
    fn count(&mut self, is_affected: bool) {
        self.matched += 1;
        self.affected += u64::from(is_affected);
    }
}

impl UpdateDelete {
    /// Runs it.
    pub(crate) fn run(&self, trx: &mut Transaction, warnings: &mut Warnings) -> Result<Changed, SqlError> {
        let access = self.access_path();
        if self.rows.limit == 0 {
            return Ok(Changed::default());
        }
        if !access.order.sorted {
            return self.change_sorted(trx, &access, warnings);
        }
        if self.collects_first(&access) {
            let found = self.collect_rows(trx, &access)?;
            trx.count(Counter::HandlerReadRnd, found.len() as u64);
            return self.change_all(trx, found, warnings);
        }
        let mut changed = Changed::default();
        let strict = self.is_update() && !self.ignore && !access.order.wanted;
        self.for_each_target(trx, &access, strict, &mut |trx, row, number| {
            changed.count(self.change(trx, row, number, warnings)?);
            Ok(())
        })?;
        Ok(changed)
    }

    /// True if all rows are collected before the first is changed (R1): the scan could meet a changed row again; or it
    /// is an UPDATE with ORDER BY, for which the server does the same (`Using buffer`).
    pub(crate) fn collects_first(&self, access: &AccessPath) -> bool {
        let def = self.table.def();
        if self.is_update() && access.order.wanted {
            return true;
        }
        let is_assigned = |c: &usize| self.assignments.iter().flatten().any(|(index, _)| index == c);
        let assigns = |columns: &[usize]| {
            self.is_update() && columns.iter().any(|c| is_assigned(c) || def.columns[*c].on_update_now)
        };
        !matches!(access.access, Access::Const(_))
            && (assigns(def.index_columns(access.index())) || assigns(&def.primary_key))
    }

    /// Shows `matched` the rows to be changed, each locked, with its number among the rows read, until the LIMIT (R6).
    fn for_each_target(
        &self,
        trx: &mut Transaction,
        access: &AccessPath,
        strict: bool,
        matched: &mut Matched<'_>,
    ) -> Result<(), SqlError> {
        let semi_consistent = self.is_update() && access.order.sorted; // R5
        let mut rows = LockedRows::new(&self.table, access, &Locking::EXCLUSIVE, semi_consistent, false);
        let mut row = Vec::new();
        let (mut read, mut left) = (0, if access.order.sorted { self.rows.limit } else { usize::MAX });
        let mut fetched = rows.next(trx, &mut row, &mut |_| true)?;
        while fetched != Fetched::End {
            read += 1;
            let cx = EvalContext { strict, ..EvalContext::of_row(&row) };
            if !self.rows.condition.as_ref().map_or(Ok(true), |c| c.holds(cx))? {
                rows.unlock_row(trx);
            } else if fetched == Fetched::Committed {
                // The last committed version matches: wait for the row, and check its newest version (R5).
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

    /// Collects all rows to be changed, in the order of the index.
    fn collect_rows(&self, trx: &mut Transaction, access: &AccessPath) -> Result<Vec<Vec<Datum>>, SqlError> {
        let mut found = Vec::new();
        // Where rows are read first, the server reads a whole table by its primary key.
        let by_key = access.access == Access::All && !self.table.def().has_row_id();
        let read = if by_key { Access::Index(IndexNo::CLUSTERED) } else { access.access.clone() };
        self.for_each_target(trx, &AccessPath { access: read, ..access.clone() }, false, &mut |_, row, _| {
            found.push(row.to_vec());
            Ok(())
        })?;
        Ok(found)
    }

    /// Locks all rows, sorts them by ORDER BY, and changes those within the LIMIT.
    fn change_sorted(
        &self,
        trx: &mut Transaction,
        access: &AccessPath,
        warnings: &mut Warnings,
    ) -> Result<Changed, SqlError> {
        let order = &self.rows.order;
        let memory = (bytes(self.memory.sort_buffer_size), trx.temporary_files());
        let mut sorter = Sorter::new(order, self.rows.limit, Some(memory));
        self.for_each_target(trx, &access.clone().of_table(), false, &mut |_, row, _| {
            sorter.push(sort_values(order, EvalContext::of_row(row))?, row.to_vec())
        })?;
        // DELETE sorts all rows (`cost` R2).
        let end = if self.is_update() { self.rows.limit } else { usize::MAX };
        count_sort(trx, Some(access), sorter.pushed, end);
        trx.count(Counter::HandlerReadRnd, sorter.pushed.min(self.rows.limit as u64));
        let mut sorted = sorter.finish()?;
        sorted.count(trx);
        let mut changed = Changed::default();
        while let Some((_, row)) = sorted.next()? {
            changed.count(self.change(trx, &row, changed.matched + 1, warnings)?);
        }
        Ok(changed)
    }

    /// True if a column is assigned that the statement does not read; columns of indexes are always read. The server
    /// then cannot tell that a row stays the same, and leaves it to its storage engine.
    #[doc(alias = "records_are_comparable")]
    fn assigns_unread_columns(&self) -> bool {
        let assignments = || self.assignments.iter().flatten();
        let read = self.rows.condition.iter().chain(self.rows.order.iter().map(|part| &part.by));
        let read: Vec<usize> = read.chain(assignments().map(|(_, value)| value)).flat_map(Expr::columns).collect();
        let def = self.table.def();
        let is_in_index =
            |c: &usize| (0..self.table.indexes().len()).any(|i| def.index_columns(IndexNo(i)).contains(c));
        assignments().any(|(index, _)| !read.contains(index) && !is_in_index(index))
    }

    /// Changes collected rows.
    fn change_all(
        &self,
        trx: &mut Transaction,
        found: Vec<Vec<Datum>>,
        warnings: &mut Warnings,
    ) -> Result<Changed, SqlError> {
        let mut changed = Changed::default();
        for (number, row) in (1..).zip(&found) {
            changed.count(self.change(trx, row, number, warnings)?);
        }
        Ok(changed)
    }

    /// Changes or deletes a row. Returns true if it is affected (R3).
    fn change(
        &self,
        trx: &mut Transaction,
        row: &[Datum],
        row_number: u64,
        warnings: &mut Warnings,
    ) -> Result<bool, SqlError> {
        check_interrupt(trx.session())?;
        let failed = |e| SqlError::from_change(e, self.table.def());
        let Some(assignments) = &self.assignments else {
            trx.delete(&self.table, row).map_err(failed)?;
            return Ok(true);
        };
        let (def, ignore) = (self.table.def(), self.ignore);
        let mut builder =
            RowBuilder { def, shown_table: &self.shown_table, row_number, began_us: self.began_us, ignore, warnings };
        // R2
        let mut new_row = row.to_vec();
        for (index, expr) in assignments {
            let value = builder.eval(expr, &new_row)?;
            new_row[*index] = builder.coerce(&value, *index)?;
        }
        if new_row == row {
            trx.count(Counter::HandlerUpdate, self.assigns_unread_columns().into());
            return Ok(false);
        }
        builder.set_update_timestamps(&mut new_row, assignments);
        match trx.update(&self.table, row, &new_row) {
            Err(Error::Duplicate { .. }) if self.ignore => return Ok(false),
            updated => updated.map_err(failed)?,
        };
        advance_auto_increment(&self.table, &new_row);
        Ok(true)
    }
}

/// Advances the AUTO_INCREMENT counter beyond the value of an updated row.
pub(crate) fn advance_auto_increment(table: &Table, row: &[Datum]) {
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
