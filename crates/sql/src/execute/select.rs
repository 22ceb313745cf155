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
//! - **R3** Groups come in the order of what they are grouped by.
//! - **R4** Where rows come from their index in that order, a LIMIT of groups ends the scan with the first row behind
//!   the last group.
//!
//! InnoDB's counterpart: `JOIN::exec`, `end_send`, `end_write_group`, `sql/filesort.cc`.

use super::accumulator::Accumulator;
use super::scan::{Fetch, Visit};
use super::sort::{sort_order, sort_values};
use crate::answer::SqlError;
use crate::catalog::Source;
use crate::engine::{Datum, Table, Transaction};
use crate::expr::{Context, Expr};
use crate::optimize::{Access, End};
use crate::query::{Reading, Select};
use crate::types::{Number, Value, order};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

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
type Sortable = (Vec<Value>, Vec<Value>);

/// Rows with equal values of what they are grouped by.
struct Group<'a> {
    by: Vec<Value>,
    /// `None`: there is no row.
    first_row: Option<Vec<Datum>>,
    accumulators: Vec<Accumulator<'a>>,
}

/// Where a SELECT's rows come from.
pub(crate) struct Rows<'a> {
    trx: Option<&'a mut Transaction>,
    reading: &'a Reading,
    access: Option<Access>,
}

impl Select {
    /// One row of aggregates, each of one row.
    fn by_ends(&self, table: &Arc<Table>, ends: &[End], rows: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut accumulators: Vec<_> = self.aggregates.iter().map(Accumulator::new).collect();
        if let Some(trx) = rows.trx {
            for (end, accumulator) in ends.iter().zip(&mut accumulators) {
                if let Some(row) = end.find(table, self, trx, rows.reading)? {
                    accumulator.add(self.context(&row))?;
                }
            }
        }
        self.finished(vec![Group { by: Vec::new(), first_row: None, accumulators }])
    }

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
    fn visit_matching(&self, rows: Rows<'_>, visit: &mut Visit<'_>) -> Result<(), SqlError> {
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

    fn context<'a>(&self, row: &'a [Datum]) -> Context<'a> {
        Context { strict: self.strict, ..Context::of_row(row) }
    }

    fn project(&self, cx: Context<'_>) -> Result<Vec<Value>, SqlError> {
        self.items.iter().map(|item| item.eval(cx)).collect()
    }

    fn passes_having(&self, cx: Context<'_>) -> Result<bool, SqlError> {
        self.having.as_ref().map_or(Ok(true), |having: &Expr| having.holds(cx))
    }

    // -- without groups

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

    fn within_limit<T>(&self, rows: impl Iterator<Item = T>) -> Vec<T> {
        rows.take(self.limit.end()).skip(self.limit.offset).collect()
    }

    // -- groups

    fn groups(&self, from: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let is_cut = !self.group.is_empty() && !self.distinct && self.limit.end() != usize::MAX;
        let comes = from.access.as_ref().is_some_and(|access| access.grouped && access.sorted);
        if is_cut && comes {
            return self.groups_as_they_come(from);
        }
        let mut found: Vec<Group<'_>> = Vec::new();
        let mut places: BTreeMap<Vec<Option<Vec<u8>>>, usize> = BTreeMap::new();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let by = self.group.iter().map(|e| e.eval(cx)).collect::<Result<Vec<_>, _>>()?;
            let place = *places.entry(by.iter().map(Value::shown).collect()).or_insert(found.len());
            if place == found.len() {
                found.push(Group { first_row: Some(row.to_vec()), ..self.group_of(by) });
            }
            found[place].accumulators.iter_mut().try_for_each(|a| a.add(cx))?;
            Ok(ControlFlow::Continue(()))
        })?;
        // Aggregates over nothing are one row, groups of nothing are none.
        if found.is_empty() && self.group.is_empty() {
            found.push(self.group_of(Vec::new()));
        }
        found.sort_by(|a, b| a.by.iter().zip(&b.by).map(|(a, b)| order(a, b)).fold(Ordering::Equal, Ordering::then));
        self.finished(found)
    }

    fn finished(&self, groups: Vec<Group<'_>>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut distinct = Distinct::default();
        let mut rows = Vec::new();
        for group in groups {
            let finished = self.finished_group(group)?;
            rows.extend(finished.filter(|(_, projected)| !self.distinct || distinct.is_new(projected)));
        }
        rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        Ok(self.within_limit(rows.into_iter().map(|(_, projected)| projected)))
    }

    /// What a group is sorted by, and its row; `None`: HAVING does not want it.
    fn finished_group(&self, group: Group<'_>) -> Result<Option<Sortable>, SqlError> {
        let results: Vec<_> = group.accumulators.into_iter().map(Accumulator::finish).collect();
        let row = group.first_row.as_deref().unwrap_or(&[]);
        let cx = Context { row, aggregates: &results, strict: self.strict };
        if !self.passes_having(cx)? {
            return Ok(None);
        }
        let projected = self.project(cx)?;
        Ok(Some((sort_values(&self.order, cx)?, projected)))
    }

    /// R4
    fn groups_as_they_come(&self, from: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        let mut open: Option<Group<'_>> = None;
        let shown = |by: &[Value]| by.iter().map(Value::shown).collect::<Vec<_>>();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let by = self.group.iter().map(|e| e.eval(cx)).collect::<Result<Vec<_>, _>>()?;
            if let Some(ended) = open.take_if(|open| shown(&open.by) != shown(&by)) {
                rows.extend(self.finished_group(ended)?.map(|(_, projected)| projected));
                if rows.len() >= self.limit.end() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let group = open.get_or_insert_with(|| Group { first_row: Some(row.to_vec()), ..self.group_of(by) });
            group.accumulators.iter_mut().try_for_each(|a| a.add(cx))?;
            Ok(ControlFlow::Continue(()))
        })?;
        if let Some(last) = open {
            rows.extend(self.finished_group(last)?.map(|(_, projected)| projected));
        }
        Ok(self.within_limit(rows.into_iter()))
    }

    fn group_of(&self, by: Vec<Value>) -> Group<'_> {
        Group { by, first_row: None, accumulators: self.aggregates.iter().map(Accumulator::new).collect() }
    }
}

/// Rows that were seen already.
#[derive(Default)]
struct Distinct(BTreeSet<Vec<Option<Vec<u8>>>>);

impl Distinct {
    fn is_new(&mut self, row: &[Value]) -> bool {
        self.0.insert(row.iter().map(Value::shown).collect())
    }
}
