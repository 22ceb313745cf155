//! Rows become groups, and groups rows of the result: GROUP BY, aggregates, HAVING.
//!
//! RULES
//!
//! - **R1** Groups come in the order of what they are grouped by.
//! - **R2** Where rows come from their index in that order, a LIMIT of groups ends the scan with the first row behind
//!   the last group.
//!
//! InnoDB's counterpart: `end_write_group`, `end_send_group` in `sql/sql_select.cc`.

use super::accumulator::Accumulator;
use super::select::{Distinct, Rows, Sortable};
use super::sort::{sort_order, sort_values};
use crate::answer::SqlError;
use crate::engine::{Datum, Table};
use crate::expr::Context;
use crate::optimize::End;
use crate::query::Select;
use crate::types::{Value, order};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Rows with equal values of what they are grouped by.
struct Group<'a> {
    by: Vec<Value>,
    /// `None`: there is no row.
    first_row: Option<Vec<Datum>>,
    accumulators: Vec<Accumulator<'a>>,
}

impl Select {
    /// One row of aggregates, each of one row.
    pub(super) fn by_ends(
        &self,
        table: &Arc<Table>,
        ends: &[End],
        rows: Rows<'_>,
    ) -> Result<Vec<Vec<Value>>, SqlError> {
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

    pub(super) fn groups(&self, from: Rows<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
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

    /// R2
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
