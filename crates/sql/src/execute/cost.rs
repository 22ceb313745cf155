//! What sorts and temporary tables cost, counted as the server counts them.
//!
//! ```text
//! SELECT                          written to a temporary table             read from it
//! GROUP BY with aggregates        a search for each row; a write for each  each group once; sorted, then by position
//!                                 group, an update for each other row
//! GROUP BY without, DISTINCT      a write for each row                     the same
//! groups in another order         a write for each group                   the same
//! ```
//!
//! RULES
//!
//! - **R1** Whether a statement has a temporary table and a sort is what EXPLAIN says of it (`explain`).
//! - **R2** A sort with LIMIT keeps only the rows within it, in a priority queue (`Sort_rows`), if it is
//!   of a SELECT or an UPDATE.
//!
//! The server's counterpart: `create_tmp_table`, `end_update`, `end_write`, `filesort`.

use super::row_source::RowSource;
use super::sorting::sorting;
use crate::engine::Transaction;
use crate::expr::AggregateKind;
use crate::optimize::{Access, AccessPath, Scanned};
use crate::query::Select;
use innolab_base::Counter;

/// What a statement did with rows in memory.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Rows that were given to the temporary table.
    pub(super) given: u64,
    /// Those that it has: groups, or distinct rows.
    pub(super) kept: u64,
    /// True if the last row given was there already.
    pub(super) last_was_known: bool,
    /// Those that HAVING let through.
    pub(super) passed: u64,
}

/// Counts a sort of rows that a path returned, of which `end` are wanted. Returns how many it kept (R2).
pub(super) fn count_sort(trx: &mut Transaction, access: Option<&AccessPath>, rows: u64, end: usize) -> u64 {
    let is_range = access.is_some_and(|path| !path.access.is_full_scan());
    trx.count(if is_range { Counter::SortRange } else { Counter::SortScan }, 1);
    let is_cut = end != usize::MAX;
    trx.count(Counter::SortPriorityQueueSorts, is_cut.into());
    let kept = rows.min(end as u64);
    trx.count(Counter::SortRows, kept);
    kept
}

impl RowSource<'_> {
    /// Counts what a SELECT reads its rows by.
    pub(super) fn count_access(&mut self) {
        let counter = match self.access.as_ref().map_or(Scanned::No, |path| path.counted_as) {
            Scanned::Ranges => Counter::SelectRange,
            Scanned::All => Counter::SelectScan,
            Scanned::No => return,
        };
        self.trx.iter_mut().for_each(|trx| trx.count(counter, 1));
    }

    /// Counts the sort of a SELECT without temporary table.
    pub(super) fn count_sort(&mut self, rows: u64, end: usize) {
        if let (Some(trx), Some(access)) = (&mut self.trx, &self.access)
            && !matches!(access.access, Access::Const(_) | Access::Impossible)
        {
            count_sort(trx, Some(access), rows, end);
        }
    }

    /// Counts the temporary table and the sort of a SELECT that groups or drops equal rows (R1).
    pub(super) fn count_temporary(&mut self, select: &Select, rows: &Rows) {
        let (Some(trx), Some(access)) = (&mut self.trx, &self.access) else { return };
        if matches!(access.access, Access::Const(_) | Access::Impossible) {
            return;
        }
        let (is_temporary, is_sorted) = sorting(select, access);
        let distinct_aggregates = distinct_aggregates(select);
        if access.access.loose().is_none() {
            trx.count(Counter::CreatedTmpTables, distinct_aggregates);
        }
        let is_grouped_apart = !select.group.is_empty() && !access.order.grouped;
        if is_grouped_apart && distinct_aggregates > 0 {
            // The rows themselves are sorted, and then grouped as they come.
            count_sort(trx, Some(access), rows.given, usize::MAX);
            if !select.is_ordered_by_group() && select.order.iter().any(|part| !part.by.is_constant()) {
                write_groups(trx, select, rows, true);
            }
            return;
        }
        if !is_temporary {
            return;
        }
        if !is_grouped_apart && !select.group.is_empty() {
            return write_groups(trx, select, rows, is_sorted);
        }
        if is_grouped_apart && !select.aggregates.is_empty() {
            trx.count(Counter::HandlerReadKey, rows.given);
            trx.count(Counter::HandlerTmpUpdate, rows.given - rows.kept);
            return write_groups(trx, select, rows, is_sorted);
        }
        trx.count(Counter::HandlerTmpWrite, rows.given - rows.kept);
        // The place of a row that was there already stays free until the next one takes it.
        trx.count(Counter::HandlerReadRndDeleted, rows.last_was_known.into());
        write_groups(trx, select, rows, is_sorted);
    }
}

impl RowSource<'_> {
    /// Counts that groups or distinct rows had no room in memory.
    pub(super) fn count_overflow(&mut self, is_overflown: bool) {
        self.trx.iter_mut().for_each(|trx| trx.count(Counter::CreatedTmpDiskTables, is_overflown.into()));
    }
}

/// Number of aggregates that drop equal values.
fn distinct_aggregates(select: &Select) -> u64 {
    let drops = |kind| !matches!(kind, AggregateKind::Min | AggregateKind::Max);
    select.aggregates.iter().filter(|aggregate| aggregate.distinct && drops(aggregate.kind)).count() as u64
}

/// Counts the rows written to a temporary table, and how they are read from it.
fn write_groups(trx: &mut Transaction, select: &Select, rows: &Rows, is_sorted: bool) {
    trx.count(Counter::CreatedTmpTables, 1);
    trx.count(Counter::HandlerTmpWrite, rows.kept);
    let end = select.limit.end();
    if is_sorted {
        trx.count(Counter::HandlerReadRndNext, rows.kept + 1);
        let kept = count_sort(trx, None, rows.passed, end);
        trx.count(Counter::HandlerReadRnd, kept);
    } else {
        let is_cut = end as u64 <= rows.kept;
        trx.count(Counter::HandlerReadRndNext, if is_cut { end as u64 } else { rows.kept + 1 });
    }
}
