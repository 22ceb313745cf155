//! GROUP BY, aggregates and HAVING: rows become groups, and each group a row of the result.
//!
//! RULES
//!
//! - **R1** Groups come in the order of the values that they are grouped by.
//! - **R2** If the access path returns rows in that order, a LIMIT of groups ends the scan with the first row behind
//!   the last group.
//!
//! InnoDB's counterpart: `end_write_group`, `end_send_group` in `sql/sql_select.cc`.

use super::accumulator::Accumulator;
use super::select::{Distinct, RowSource, Sortable};
use super::sort::{sort_order, sort_values};
use crate::answer::SqlError;
use crate::engine::{Datum, Table};
use crate::expr::EvalContext;
use crate::optimize::MinMaxLookup;
use crate::query::Select;
use crate::types::{Value, order};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Rows that have the values of GROUP BY in common.
struct Group<'a> {
    /// The values of GROUP BY.
    by: Vec<Value>,
    /// Columns beside aggregates are read from it. `None`: the group has no row.
    first_row: Option<Vec<Datum>>,
    accumulators: Vec<Accumulator<'a>>,
}

impl Select {
    /// The row of MIN and MAX by lookups, one for each aggregate; no row if HAVING is false.
    pub(super) fn min_max_row(
        &self,
        table: &Arc<Table>,
        lookups: &[MinMaxLookup],
        rows: RowSource<'_>,
    ) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut accumulators: Vec<_> = self.aggregates.iter().map(Accumulator::new).collect();
        if let Some(trx) = rows.trx {
            for (lookup, accumulator) in lookups.iter().zip(&mut accumulators) {
                if let Some(row) = lookup.find(table, self, trx, rows.reading)? {
                    accumulator.add(self.context(&row))?;
                }
            }
        }
        self.group_rows(vec![Group { by: Vec::new(), first_row: None, accumulators }])
    }

    /// The rows of a SELECT with GROUP BY or aggregates.
    pub(super) fn groups(&self, from: RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let is_cut = !self.group.is_empty() && !self.distinct && self.limit.end() != usize::MAX;
        let is_in_order = from.access.as_ref().is_some_and(|access| access.grouped && access.sorted);
        if is_cut && is_in_order {
            return self.groups_in_scan_order(from);
        }
        let mut found: Vec<Group<'_>> = Vec::new();
        let mut positions: BTreeMap<Vec<Option<Vec<u8>>>, usize> = BTreeMap::new();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let by = self.group.iter().map(|e| e.eval(cx)).collect::<Result<Vec<_>, _>>()?;
            let position = *positions.entry(by.iter().map(Value::shown).collect()).or_insert(found.len());
            if position == found.len() {
                found.push(Group { first_row: Some(row.to_vec()), ..self.new_group(by) });
            }
            found[position].accumulators.iter_mut().try_for_each(|a| a.add(cx))?;
            Ok(ControlFlow::Continue(()))
        })?;
        // Of no rows, aggregates without GROUP BY give one row; GROUP BY gives none.
        if found.is_empty() && self.group.is_empty() {
            found.push(self.new_group(Vec::new()));
        }
        found.sort_by(|a, b| a.by.iter().zip(&b.by).map(|(a, b)| order(a, b)).fold(Ordering::Equal, Ordering::then));
        self.group_rows(found)
    }

    /// The result's rows: groups that HAVING keeps, distinct, sorted and cut to the limit.
    fn group_rows(&self, groups: Vec<Group<'_>>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut distinct = Distinct::default();
        let mut rows = Vec::new();
        for group in groups {
            let finished = self.group_row(group)?;
            rows.extend(finished.filter(|(_, projected)| !self.distinct || distinct.is_new(projected)));
        }
        rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        Ok(self.within_limit(rows.into_iter().map(|(_, projected)| projected)))
    }

    /// The values that a group is sorted by, and its row of the result; `None`: HAVING drops it.
    fn group_row(&self, group: Group<'_>) -> Result<Option<Sortable>, SqlError> {
        let results: Vec<_> = group.accumulators.into_iter().map(Accumulator::finish).collect();
        let row = group.first_row.as_deref().unwrap_or(&[]);
        let cx = EvalContext { row, aggregates: &results, strict: self.strict };
        if !self.passes_having(cx)? {
            return Ok(None);
        }
        let projected = self.project(cx)?;
        Ok(Some((sort_values(&self.order, cx)?, projected)))
    }

    /// The groups of rows that come in the groups' order, until the LIMIT (R2).
    fn groups_in_scan_order(&self, from: RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        let mut open: Option<Group<'_>> = None;
        let shown = |by: &[Value]| by.iter().map(Value::shown).collect::<Vec<_>>();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let by = self.group.iter().map(|e| e.eval(cx)).collect::<Result<Vec<_>, _>>()?;
            if let Some(ended) = open.take_if(|open| shown(&open.by) != shown(&by)) {
                rows.extend(self.group_row(ended)?.map(|(_, projected)| projected));
                if rows.len() >= self.limit.end() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let group = open.get_or_insert_with(|| Group { first_row: Some(row.to_vec()), ..self.new_group(by) });
            group.accumulators.iter_mut().try_for_each(|a| a.add(cx))?;
            Ok(ControlFlow::Continue(()))
        })?;
        if let Some(last) = open {
            rows.extend(self.group_row(last)?.map(|(_, projected)| projected));
        }
        Ok(self.within_limit(rows.into_iter()))
    }

    /// A group without rows.
    fn new_group(&self, by: Vec<Value>) -> Group<'_> {
        Group { by, first_row: None, accumulators: self.aggregates.iter().map(Accumulator::new).collect() }
    }
}
