//! GROUP BY, aggregates and HAVING: rows become groups, and each group a row of the result.
//!
//! RULES
//!
//! - **R1** Groups come in the order of the values that they are grouped by.
//! - **R2** If the access path returns rows in that order, a LIMIT of groups ends the scan with the first row behind
//!   the last group.
//! - **R3** Groups beyond `tmp_table_size` have no room: their rows are set aside, and grouped when the groups in memory
//!   are done ([`super::overflow`]). The values of a group's COUNT(DISTINCT) stay in memory.
//! - **R4** DISTINCT keeps the first of equal rows in the groups' order, before ORDER BY. The rows that it has seen stay in
//!   memory.
//!
//! InnoDB's counterpart: `end_write_group`, `end_send_group` in `sql/sql_select.cc`.

use super::accumulator::Accumulator;
use super::cost::Rows;
use super::distinct::Distinct;
use super::overflow::{Key, KeyMemory, Overflow, key_bytes};
use super::row_source::RowSource;
use super::sort::sort_values;
use super::sorter::{SortRow, Sorter, bytes_of, read_row, write_row};
use crate::answer::SqlError;
use crate::engine::{Datum, Table};
use crate::expr::EvalContext;
use crate::optimize::MinMaxLookup;
use crate::query::Select;
use crate::types::{Value, order};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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

/// The groups that are in memory, and the rows of others (R3).
struct Groups<'a> {
    found: Vec<Group<'a>>,
    positions: BTreeMap<Key, usize>,
    bytes: usize,
    /// `None`: all groups have room.
    memory: Option<KeyMemory>,
    /// Number of passes before this one.
    pass: u64,
    overflow: Option<Overflow>,
}

impl Groups<'_> {
    fn new<'a>(memory: Option<KeyMemory>, pass: u64) -> Groups<'a> {
        Groups { found: Vec::new(), positions: BTreeMap::new(), bytes: 0, memory, pass, overflow: None }
    }

    fn is_full(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| self.bytes > memory.limit_bytes)
    }

    /// Sets a row of another group aside. REQUIRES: the memory is full.
    fn set_aside(&mut self, key: &Key, row: &[Datum]) -> Result<(), SqlError> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let overflow = self.overflow.get_or_insert_with(|| Overflow::new(&memory.files, self.pass));
        overflow.push(key, |to| write_row(&[], row, to))
    }
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
        let row = self.group_row(Group { by: Vec::new(), first_row: None, accumulators })?;
        Ok(self.within_limit(row.into_iter().map(|(_, projected)| projected)))
    }

    /// The rows of a SELECT with GROUP BY or aggregates.
    pub(super) fn groups(&self, from: &mut RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
        let is_cut = !self.group.is_empty() && !self.distinct && self.limit.end() != usize::MAX;
        let is_in_order = from.access.as_ref().is_some_and(|access| access.order.grouped && access.order.sorted);
        if is_cut && is_in_order {
            return self.groups_in_scan_order(from);
        }
        let memory = from.key_memory(self);
        let mut groups = Groups::new(memory.clone(), 0);
        let mut cost = Rows::default();
        self.visit_matching(from, &mut |_, row| {
            cost.given += 1;
            cost.last_was_known = self.add_to_group(&mut groups, row)?;
            Ok(ControlFlow::Continue(()))
        })?;
        // Of no rows, aggregates without GROUP BY give one row; GROUP BY gives none.
        if groups.found.is_empty() && self.group.is_empty() {
            groups.found.push(self.new_group(Vec::new()));
        }
        let is_overflown = groups.overflow.is_some();
        // R4
        let (order, wanted) = if self.distinct { (&[][..], usize::MAX) } else { (&self.order[..], self.limit.end()) };
        let mut sorter = Sorter::new(order, wanted, from.sort_memory(self));
        let mut left = Vec::new();
        loop {
            cost.kept += groups.found.len() as u64;
            let pass = groups.pass + 1;
            let parts = groups.overflow.take().map_or(Ok(Vec::new()), Overflow::finish)?;
            left.extend(parts.into_iter().map(|part| (pass, part)));
            self.end_groups(groups.found, &mut sorter)?;
            let Some((pass, mut part)) = left.pop() else { break };
            groups = Groups::new(memory.clone(), pass);
            while let Some(record) = part.next()? {
                let (_, row): SortRow<Datum> = read_row(record)?;
                self.add_to_group(&mut groups, &row)?;
            }
        }
        if self.distinct {
            sorter = self.distinct_groups(from, sorter)?;
        }
        from.count_temporary(self, &Rows { passed: sorter.pushed, ..cost });
        from.count_overflow(is_overflown);
        self.rows_of(from, sorter)
    }

    /// Adds a row to its group, or sets it aside if there is no room for the group. Returns true if there was the group.
    fn add_to_group<'s>(&'s self, groups: &mut Groups<'s>, row: &[Datum]) -> Result<bool, SqlError> {
        let cx = self.context(row);
        let by = self.group.iter().map(|e| e.eval(cx)).collect::<Result<Vec<_>, _>>()?;
        let count = groups.found.len();
        let is_full = groups.is_full();
        let position = match groups.positions.entry(by.iter().map(Value::shown).collect()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) if is_full => {
                let key = place.into_key();
                groups.set_aside(&key, row)?;
                return Ok(false);
            }
            Entry::Vacant(place) => {
                groups.bytes += key_bytes(place.key()) + bytes_of(&by, row);
                groups.bytes += self.aggregates.len() * size_of::<Accumulator<'_>>();
                groups.found.push(Group { first_row: Some(row.to_vec()), ..self.new_group(by) });
                *place.insert(count)
            }
        };
        groups.found[position].accumulators.iter_mut().try_for_each(|a| a.add(cx))?;
        Ok(position < count)
    }

    /// Passes the rows of groups that HAVING keeps to the sorter: by ORDER BY, then by the values of GROUP BY (R1). With
    /// DISTINCT: by the latter, and the values of ORDER BY are part of the row (R4).
    fn end_groups(&self, mut groups: Vec<Group<'_>>, sorter: &mut Sorter<Value>) -> Result<(), SqlError> {
        groups.sort_by(|a, b| a.by.iter().zip(&b.by).map(|(a, b)| order(a, b)).fold(Ordering::Equal, Ordering::then));
        for mut group in groups {
            let by = std::mem::take(&mut group.by);
            let Some((mut keys, projected)) = self.group_row(group)? else { continue };
            if self.distinct {
                keys.extend(projected);
                sorter.push(by, keys)?;
            } else {
                keys.extend(by);
                sorter.push(keys, projected)?;
            }
        }
        Ok(())
    }

    /// Passes the first of equal rows to another sorter, by ORDER BY (R4).
    fn distinct_groups(&self, from: &mut RowSource<'_>, by_group: Sorter<Value>) -> Result<Sorter<Value>, SqlError> {
        let mut distinct = Distinct::default();
        let mut sorter = Sorter::new(&self.order, self.limit.end(), from.sort_memory(self));
        let mut rows = by_group.finish()?;
        from.trx.iter_mut().for_each(|trx| rows.count(trx));
        while let Some((_, mut keys)) = rows.next()? {
            let projected = keys.split_off(self.order.len());
            if distinct.is_new(&projected) {
                sorter.push(keys, projected)?;
            }
        }
        Ok(sorter)
    }

    /// The values that a group is sorted by, and its row of the result; `None`: HAVING drops it.
    fn group_row(&self, group: Group<'_>) -> Result<Option<SortRow<Value>>, SqlError> {
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
    fn groups_in_scan_order(&self, from: &mut RowSource<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
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
