//! SELECT runs: filter, group or sort, project, LIMIT.
//!
//! ```text
//! rows of the path ─► WHERE ─┬─► groups ─► aggregates ─► HAVING ─┐
//!                            └─► HAVING ─────────────────────────┴─► sort (stable) ─► DISTINCT ─► LIMIT ─► rows
//! ```
//!
//! RULES
//!
//! - **R1** Rows that the access path returns in order are not sorted. A LIMIT then ends the scan: rows behind it are
//!   neither read nor locked.
//! - **R2** Rows to be sorted are read from the clustered index where the plan is all of a covering index: the server's
//!   sort reads the table itself unless there are ranges. EXPLAIN shows the covering index, there and here.
//! - **R3** Of sorted rows only those within the limit are projected, because an expression may fail on the others.
//!
//! InnoDB's counterpart: `JOIN::exec`, `end_send`, `sql/filesort.cc`.

use super::row_source::RowSource;
use super::scan::{Scan, Visit};
use super::sort::sort_values;
use super::sorter::Sorter;
use crate::answer::SqlError;
use crate::catalog::Source;
use crate::engine::{Datum, Table, Transaction};
use crate::expr::{EvalContext, Expr};
use crate::optimize::{Access, AccessPath};
use crate::query::{ReadMode, Select};
use crate::types::{Number, Spill, Value};
use innolab_base::Counter;
use std::ops::ControlFlow;

/// Takes a row of the result. The transaction is passed if no page is latched, so that the engine may be called.
type Take<'a> = dyn FnMut(Option<&mut Transaction>, Vec<Value>) -> Result<(), SqlError> + 'a;

/// Takes a row of the result, and may write with the transaction.
type TakeAndWrite<'a> = dyn FnMut(&mut Transaction, Vec<Value>) -> Result<(), SqlError> + 'a;

/// The result of a SELECT.
pub(crate) struct SelectResult {
    pub(crate) titles: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Select {
    /// Runs it. REQUIRES: a transaction, if it reads a stored table.
    pub(crate) fn run(&self, trx: Option<&mut Transaction>, reading: &ReadMode) -> Result<SelectResult, SqlError> {
        let mut rows = RowSource { trx, reading, access: None };
        let shown = if self.limit.rows == 0 {
            Vec::new()
        } else if self.aggregates.is_empty() && self.group.is_empty() {
            rows.access = self.access_path().map(|(_, access)| access);
            match (rows.access.as_ref().map_or(self.order.is_empty(), |access| access.order.sorted), self.distinct) {
                (true, false) => self.rows_in_scan_order(&mut rows)?,
                (false, false) => self.sorted_rows(&mut rows)?,
                (sorted, true) => self.distinct_rows(&mut rows, sorted)?,
            }
        } else if let Some((table, lookups)) = self.min_max_lookups() {
            self.min_max_row(&table, &lookups, rows)?
        } else {
            rows.access = self.access_path().map(|(_, access)| access);
            self.groups(&mut rows)?
        };
        Ok(SelectResult { titles: self.titles.clone(), rows: shown })
    }

    /// How long each of its SLEEP() calls takes, in milliseconds. ERRORS: 1235 if it has a table: then SLEEP() would be
    /// called for each row.
    pub(crate) fn sleeps_ms(&self) -> Result<Vec<u64>, SqlError> {
        let mut sleeps = Vec::new();
        let parts = self.items.iter().chain(&self.condition);
        parts.for_each(|e| {
            e.visit(&mut |e| {
                sleeps.extend(match e {
                    Expr::Call(function, with) if function.name == "sleep" => with.first().cloned(),
                    _ => None,
                })
            });
        });
        if self.source.is_some() && !sleeps.is_empty() {
            return Err(SqlError::not_supported("SLEEP() beside a table"));
        }
        let ms = |seconds: &Expr| {
            let seconds = seconds.eval(EvalContext::of_row(&[]))?.number().map_or(0.0, Number::to_f64);
            Ok((seconds.max(0.0) * 1000.0) as u64)
        };
        sleeps.iter().map(ms).collect()
    }

    /// Shows `visit` each row for which WHERE is true.
    pub(super) fn visit_matching(&self, rows: &mut RowSource<'_>, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let condition = self.condition.as_ref();
        rows.count_access();
        match (&self.source, &mut rows.trx, &rows.access) {
            (Some(Source::Table(table)), Some(trx), Some(access)) => {
                Scan { table, access, condition, strict: self.strict }.for_each(trx, rows.reading, visit)
            }
            (Some(Source::Virtual(table)), ..) => self.visit_all(table.rows.iter().map(Vec::as_slice), visit),
            _ => self.visit_all(std::iter::once(&[][..]), visit),
        }
    }

    /// Shows `visit` each of these rows for which WHERE is true.
    fn visit_all<'r>(&self, rows: impl Iterator<Item = &'r [Datum]>, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        for row in rows {
            let matches = self.condition.as_ref().map_or(Ok(true), |c| c.holds(self.context(row)))?;
            if matches && visit(None, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn context<'a>(&self, row: &'a [Datum]) -> EvalContext<'a> {
        EvalContext { strict: self.strict, ..EvalContext::of_row(row) }
    }

    /// The items of the select list for a row.
    pub(super) fn project(&self, cx: EvalContext<'_>) -> Result<Vec<Value>, SqlError> {
        self.items.iter().map(|item| item.eval(cx)).collect()
    }

    /// True if HAVING is true or absent.
    pub(super) fn passes_having(&self, cx: EvalContext<'_>) -> Result<bool, SqlError> {
        self.having.as_ref().map_or(Ok(true), |having: &Expr| having.holds(cx))
    }

    /// The rows of a SELECT that is neither sorted, grouped nor distinct.
    fn rows_in_scan_order(&self, from: &mut RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        self.each_row(from, &mut |_, row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Shows `take` each row of the result, in the order of the scan, until the LIMIT (R1).
    fn each_row(&self, from: &mut RowSource<'_>, take: &mut Take<'_>) -> Result<(), SqlError> {
        let mut found = 0;
        self.visit_matching(from, &mut |trx, row| {
            if !self.passes_having(self.context(row))? {
                return Ok(ControlFlow::Continue(()));
            }
            found += 1;
            if found > self.limit.offset {
                take(trx, self.project(self.context(row))?)?;
            }
            Ok(if found >= self.limit.end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
    }

    /// Runs it for INSERT ... SELECT. If rows are locked, neither grouped nor sorted, and not rows of `target`, `take`
    /// gets each before the next one is locked; else all are read first.
    pub(crate) fn run_into(
        &self,
        trx: &mut Transaction,
        target: &Table,
        reading: &ReadMode,
        take: &mut TakeAndWrite<'_>,
    ) -> Result<(), SqlError> {
        let plain = self.aggregates.is_empty() && self.group.is_empty() && !self.distinct && self.limit.rows > 0;
        let access = match (self.access_path(), reading) {
            (Some((table, access)), ReadMode::Locking(_)) if plain && table.id() != target.id() => Some(access),
            _ => None,
        };
        match access {
            Some(access) if access.order.sorted => {
                let mut from = RowSource { trx: Some(trx), reading, access: Some(access) };
                self.each_row(&mut from, &mut |trx, row| trx.map_or(Ok(()), |trx| take(trx, row)))
            }
            _ => {
                let rows = self.run(Some(&mut *trx), reading)?.rows;
                self.count_own_rows(trx, target, rows.len() as u64);
                rows.into_iter().try_for_each(|row| take(trx, row))
            }
        }
    }

    /// Counts the temporary table of an INSERT that reads `rows` of its own table.
    fn count_own_rows(&self, trx: &mut Transaction, target: &Table, rows: u64) {
        let reads_own = |(table, access): &(std::sync::Arc<Table>, AccessPath)| {
            table.id() == target.id() && !matches!(access.access, Access::Const(_) | Access::Impossible)
        };
        if self.limit.rows > 0 && self.access_path().as_ref().is_some_and(reads_own) {
            trx.count(Counter::CreatedTmpTables, 1);
            trx.count(Counter::HandlerTmpWrite, rows);
            trx.count(Counter::HandlerReadRndNext, rows + u64::from(rows < self.limit.rows as u64));
        }
    }

    /// The rows of a SELECT that is sorted (R2, R3).
    fn sorted_rows(&self, from: &mut RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        from.access = from.access.take().map(AccessPath::of_table);
        let mut sorter = Sorter::new(&self.order, self.limit.end(), from.sort_memory(self));
        self.visit_matching(from, &mut |_, row| {
            if self.passes_having(self.context(row))? {
                sorter.push(sort_values(&self.order, self.context(row))?, row.to_vec())?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        from.count_sort(sorter.pushed, self.limit.end());
        let mut rows = Vec::new();
        self.each_within_limit(from, sorter, &mut |row| {
            rows.push(self.project(self.context(&row))?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The sorted rows within LIMIT.
    pub(super) fn rows_of(&self, from: &mut RowSource<'_>, sorter: Sorter<Value>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        self.each_within_limit(from, sorter, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Sorts, and shows `take` the rows within LIMIT.
    fn each_within_limit<T: Spill>(
        &self,
        from: &mut RowSource<'_>,
        sorter: Sorter<T>,
        take: &mut dyn FnMut(Vec<T>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let mut sorted = sorter.finish()?;
        from.trx.iter_mut().for_each(|trx| sorted.count(trx));
        let mut number = 0;
        while let Some((_, row)) = sorted.next()? {
            number += 1;
            if number > self.limit.offset {
                take(row)?;
            }
        }
        Ok(())
    }

    /// The rows within LIMIT.
    pub(super) fn within_limit<T>(&self, rows: impl Iterator<Item = T>) -> Vec<T> {
        rows.take(self.limit.end()).skip(self.limit.offset).collect()
    }
}
