//! SELECT DISTINCT: of equal rows the first is kept.
//!
//! RULES
//!
//! - **R1** Rows come in the order of ORDER BY, and equal ones of it in the order of the scan, also those that were set
//!   aside ([`super::overflow`]): they carry their number as the last sort key, and come behind those in memory, since
//!   none of these is found once the memory is full.
//!
//! The server's counterpart: `end_write`, `remove_duplicates`.

use super::cost::Rows;
use super::overflow::{Key, KeyMemory, Overflow, key_bytes};
use super::row_source::RowSource;
use super::sort::sort_values;
use super::sorter::{SortRow, Sorter, read_row, write_row};
use crate::answer::SqlError;
use crate::query::Select;
use crate::types::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The rows seen so far, to drop equal ones.
#[derive(Default)]
pub(super) struct Distinct {
    seen: BTreeSet<Key>,
    bytes: usize,
    /// `None`: all rows have room.
    memory: Option<KeyMemory>,
    /// Number of passes before this one.
    pass: u64,
    overflow: Option<Overflow>,
}

/// What is known of a row.
enum Seen {
    First,
    Again,
    /// It is another row than those in memory, which is full.
    Unknown,
}

impl Distinct {
    fn new(memory: Option<KeyMemory>, pass: u64) -> Distinct {
        Distinct { memory, pass, ..Distinct::default() }
    }

    /// Notes a row. Returns true if no equal one was noted. REQUIRES: all rows have room.
    pub(super) fn is_new(&mut self, row: &[Value]) -> bool {
        self.seen.insert(row.iter().map(Value::shown).collect())
    }

    /// Notes a row, or sets it aside, as `write` writes it, if there is no room for it.
    fn note(&mut self, row: &[Value], write: impl FnOnce(&mut Vec<u8>)) -> Result<Seen, SqlError> {
        let key: Key = row.iter().map(Value::shown).collect();
        let Some(memory) = self.memory.as_ref().filter(|memory| self.bytes > memory.limit_bytes) else {
            let bytes = key_bytes(&key);
            let is_new = self.seen.insert(key);
            self.bytes += if is_new { bytes } else { 0 };
            return Ok(if is_new { Seen::First } else { Seen::Again });
        };
        if self.seen.contains(&key) {
            return Ok(Seen::Again);
        }
        self.overflow.get_or_insert_with(|| Overflow::new(&memory.files, self.pass)).push(&key, write)?;
        Ok(Seen::Unknown)
    }
}

impl Select {
    /// The rows of a SELECT DISTINCT without aggregates; `sorted`: they come in order.
    pub(super) fn distinct_rows(&self, from: &mut RowSource<'_>, sorted: bool) -> Result<Vec<Vec<Value>>, SqlError> {
        let enough = if sorted { self.limit.end() as u64 } else { u64::MAX };
        let order = if sorted { &[] } else { self.order.as_slice() };
        let memory = from.key_memory(self);
        let mut distinct = Distinct::new(memory.clone(), 0);
        let mut sorter = Sorter::new(order, self.limit.end(), from.sort_memory(self));
        let mut cost = Rows::default();
        self.visit_matching(from, &mut |_, row| {
            let cx = self.context(row);
            let projected = self.project(cx)?;
            if self.passes_having(cx)? {
                cost.given += 1;
                let keys = sort_values(order, cx)?;
                let write = |to: &mut Vec<u8>| {
                    let numbered: Vec<_> = keys.iter().cloned().chain([Value::UInt(cost.given)]).collect();
                    write_row(&numbered, &projected, to);
                };
                let seen = distinct.note(&projected[..self.titles.len()], write)?;
                cost.last_was_known = matches!(seen, Seen::Again);
                if matches!(seen, Seen::First) {
                    sorter.push(keys, projected)?;
                }
            }
            Ok(if sorter.pushed >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let is_overflown = distinct.overflow.is_some();
        let mut left = Vec::new();
        loop {
            let pass = distinct.pass + 1;
            let parts = distinct.overflow.map_or(Ok(Vec::new()), Overflow::finish)?;
            left.extend(parts.into_iter().map(|part| (pass, part)));
            let Some((pass, mut part)) = left.pop() else { break };
            distinct = Distinct::new(memory.clone(), pass);
            while let Some(record) = part.next()? {
                let (keys, projected): SortRow<Value> = read_row(record)?;
                let seen = distinct.note(&projected[..self.titles.len()], |to| write_row(&keys, &projected, to))?;
                if matches!(seen, Seen::First) {
                    sorter.push(keys, projected)?;
                }
            }
        }
        (cost.kept, cost.passed) = (sorter.pushed, sorter.pushed);
        from.count_temporary(self, &cost);
        from.count_overflow(is_overflown);
        self.rows_of(from, sorter)
    }
}
