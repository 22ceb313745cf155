//! A SELECT runs: filter, group or sort, project, cut.
//!
//! ```text
//! rows of the access ─► WHERE ─┬─► groups ─► aggregates ─► HAVING ─┐
//!                              └─► HAVING ─────────────────────────┴─► ORDER BY's values ─► sort (stable) ─► DISTINCT ─► LIMIT ─► rows
//! ```
//!
//! RULES
//!
//! - **R1** Nothing is sorted that comes sorted from its index. A LIMIT then ends the scan: rows behind it are not
//!   read, nor locked.
//! - **R2** Rows are projected only if they are within the limit: an expression may fail on the others.
//!
//! InnoDB's counterpart: `JOIN::exec`, `end_send`, `sql/filesort.cc`.

use super::scan::{Fetch, Visit};
use super::sort::{sort_order, sort_values};
use crate::answer::SqlError;
use crate::catalog::Source;
use crate::engine::{Datum, Table, Transaction};
use crate::expr::{Context, Expr};
use crate::optimize::Access;
use crate::query::{Reading, Select};
use crate::types::{Number, Value};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Takes a row of the result. The transaction is there if no page is latched.
type Take<'a> = dyn FnMut(Option<&mut Transaction>, Vec<Value>) -> Result<(), SqlError> + 'a;

/// Takes a row of the result, and may write with the transaction.
type TakeAndWrite<'a> = dyn FnMut(&mut Transaction, Vec<Value>) -> Result<(), SqlError> + 'a;

/// The titles and rows of a SELECT.
pub(crate) struct Selected {
    pub(crate) titles: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

/// What a row is sorted by, and the row.
pub(super) type Sortable = (Vec<Value>, Vec<Value>);

/// Where a SELECT's rows come from.
pub(crate) struct Rows<'a> {
    pub(super) trx: Option<&'a mut Transaction>,
    pub(super) reading: &'a Reading,
    pub(super) access: Option<Access>,
}

impl Select {
    /// Runs it. REQUIRES a transaction if it reads a table.
    pub(crate) fn run(&self, trx: Option<&mut Transaction>, reading: &Reading) -> Result<Selected, SqlError> {
        let mut rows = Rows { trx, reading, access: None };
        let shown = if self.limit.rows == 0 {
            Vec::new()
        } else if self.aggregates.is_empty() && self.group.is_empty() {
            rows.access = self.access().map(|(_, access)| access);
            match (rows.access.as_ref().map_or(self.order.is_empty(), |access| access.sorted), self.distinct) {
                (true, false) => self.rows_as_they_come(rows)?,
                (false, false) => self.sorted_rows(rows)?,
                (sorted, true) => self.distinct_rows(rows, sorted)?,
            }
        } else if let Some((table, ends)) = self.ends() {
            self.by_ends(&table, &ends, rows)?
        } else {
            rows.access = self.access().map(|(_, access)| access);
            self.groups(rows)?
        };
        Ok(Selected { titles: self.titles.clone(), rows: shown })
    }

    /// Milliseconds that its SLEEP()s take, each once: only a SELECT without a table sleeps. ERRORS: 1235 in one with a table.
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
            let seconds = seconds.eval(Context::of_row(&[]))?.number().map_or(0.0, Number::to_f64);
            Ok((seconds.max(0.0) * 1000.0) as u64)
        };
        sleeps.iter().map(ms).collect()
    }

    /// Shows `visit` each row that matches.
    pub(super) fn visit_matching(&self, rows: Rows<'_>, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let condition = self.condition.as_ref();
        match (&self.source, rows.trx, &rows.access) {
            (Some(Source::Table(table)), Some(trx), Some(access)) => {
                Fetch { table, access, condition, strict: self.strict }.each(trx, rows.reading, visit)
            }
            (Some(Source::Virtual(table)), ..) => self.visit_all(table.rows.iter().map(Vec::as_slice), visit),
            _ => self.visit_all(std::iter::once(&[][..]), visit),
        }
    }

    fn visit_all<'r>(&self, rows: impl Iterator<Item = &'r [Datum]>, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        for row in rows {
            let matches = self.condition.as_ref().map_or(Ok(true), |c| c.holds(self.context(row)))?;
            if matches && visit(None, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn context<'a>(&self, row: &'a [Datum]) -> Context<'a> {
        Context { strict: self.strict, ..Context::of_row(row) }
    }

    pub(super) fn project(&self, cx: Context<'_>) -> Result<Vec<Value>, SqlError> {
        self.items.iter().map(|item| item.eval(cx)).collect()
    }

    pub(super) fn passes_having(&self, cx: Context<'_>) -> Result<bool, SqlError> {
        self.having.as_ref().map_or(Ok(true), |having: &Expr| having.holds(cx))
    }

    fn rows_as_they_come(&self, from: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        self.each_row(from, &mut |_, row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    fn each_row(&self, from: Rows<'_>, take: &mut Take<'_>) -> Result<(), SqlError> {
        let mut met = 0;
        self.visit_matching(from, &mut |trx, row| {
            if !self.passes_having(self.context(row))? {
                return Ok(ControlFlow::Continue(()));
            }
            met += 1;
            if met > self.limit.offset {
                take(trx, self.project(self.context(row))?)?;
            }
            Ok(if met >= self.limit.end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
    }

    /// Runs it for INSERT ... SELECT: where rows are locked, and are neither grouped nor sorted, and are not those of
    /// `target`, `take` gets each with the transaction before the next one is locked; else all are read first.
    pub(crate) fn flow(
        &self,
        trx: &mut Transaction,
        target: &Table,
        reading: &Reading,
        take: &mut TakeAndWrite<'_>,
    ) -> Result<(), SqlError> {
        let plain = self.aggregates.is_empty() && self.group.is_empty() && !self.distinct && self.limit.rows > 0;
        let access = match (self.access(), reading) {
            (Some((table, access)), Reading::Locking(_)) if plain && table.id() != target.id() => Some(access),
            _ => None,
        };
        match access {
            Some(access) if access.sorted => {
                let from = Rows { trx: Some(trx), reading, access: Some(access) };
                self.each_row(from, &mut |trx, row| trx.map_or(Ok(()), |trx| take(trx, row)))
            }
            _ => self.run(Some(trx), reading)?.rows.into_iter().try_for_each(|row| take(trx, row)),
        }
    }

    fn distinct_rows(&self, from: Rows<'_>, sorted: bool) -> Result<Vec<Vec<Value>>, SqlError> {
        let enough = if sorted { self.limit.end() } else { usize::MAX };
        let mut distinct = Distinct::default();
        let mut rows: Vec<Sortable> = Vec::new();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let projected = self.project(cx)?;
            if self.passes_having(cx)? && distinct.is_new(&projected) {
                let keys = if sorted { Vec::new() } else { sort_values(&self.order, cx)? };
                rows.push((keys, projected));
            }
            Ok(if rows.len() >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if !sorted {
            rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        }
        Ok(self.within_limit(rows.into_iter().map(|(_, projected)| projected)))
    }

    /// R2.
    fn sorted_rows(&self, from: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows: Vec<(Vec<Value>, Vec<Datum>)> = Vec::new();
        self.visit_matching(from, &mut |_, row| {
            if self.passes_having(self.context(row))? {
                rows.push((sort_values(&self.order, self.context(row))?, row.to_vec()));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        let within = rows.iter().take(self.limit.end()).skip(self.limit.offset);
        within.map(|(_, row)| self.project(self.context(row))).collect()
    }

    pub(super) fn within_limit<T>(&self, rows: impl Iterator<Item = T>) -> Vec<T> {
        rows.take(self.limit.end()).skip(self.limit.offset).collect()
    }
}

/// Rows that were seen already.
#[derive(Default)]
pub(super) struct Distinct(BTreeSet<Vec<Option<Vec<u8>>>>);

impl Distinct {
    pub(super) fn is_new(&mut self, row: &[Value]) -> bool {
        self.0.insert(row.iter().map(Value::shown).collect())
    }
}
