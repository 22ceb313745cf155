//! The optimizer's input: one table, and what a statement needs of it.

use super::access::{AccessKind, AccessPath};
use super::cost::TableSize;
use super::loose_scan::Grouping;
use crate::catalog::indexes;
use crate::engine::{IndexNo, Table};
use crate::expr::Expr;
use crate::query::{Hints, OrderBy};

/// A request for the plan of one table.
///
/// | methods                                                  | file            |
/// |----------------------------------------------------------|-----------------|
/// | usable and covering indexes, estimates of rows kept      | here            |
/// | paths by ranges, full scans, the cheapest of them        | `plan`          |
/// | another index for the sake of the order                  | `order`         |
/// | a loose index scan                                       | `loose_choice`  |
pub(crate) struct PlanRequest<'a> {
    pub(crate) table: &'a Table,
    /// WHERE.
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) hints: &'a Hints,
    /// Columns that are read, as places in a row; `None`: whole rows, for a statement that changes them.
    pub(crate) needed: Option<&'a [usize]>,
    /// The order in which rows are needed; empty: none.
    pub(crate) order: &'a [OrderBy],
    pub(crate) need: OrderNeed,
    /// Number of rows needed in that order.
    pub(crate) limit: usize,
    /// Number of rows needed in any order. If the read ends early, ranges are better than a full scan.
    pub(crate) first_rows: usize,
    /// The grouping, if the first and last entries of each group may be all that it needs.
    pub(crate) grouping: Option<&'a Grouping>,
}

/// Why rows are needed in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderNeed {
    /// For ORDER BY. Without such an index rows are sorted.
    Sorted,
    /// For GROUP BY or DISTINCT. Without such an index there is a temporary table, which the server avoids at nearly
    /// any cost.
    Grouped,
}

impl PlanRequest<'_> {
    /// The indexes that hints allow, the clustered one first.
    pub(crate) fn usable(&self) -> impl Iterator<Item = IndexNo> {
        indexes(self.table.def()).filter(|index| self.hints.allows(*index))
    }

    /// True if the index is a secondary one that has all needed columns. The clustered index has them too, but the
    /// server does not call that covering.
    pub(crate) fn is_covered(&self, index: IndexNo) -> bool {
        index != IndexNo::CLUSTERED && self.needed.is_some_and(|columns| self.table.index(index).covers(columns))
    }

    /// Estimated number of the path's rows for which the condition is true; at least 1.
    pub(crate) fn kept(&self, path: &AccessPath, range_paths: &[AccessPath], size: TableSize) -> f64 {
        (path.rows as f64 * self.filtered(path, range_paths, size) / 100.0).max(1.0)
    }

    /// Estimated percentage of the path's rows for which the condition is true, as far as the ranges of indexes on
    /// other columns tell. Conditions on different columns are taken to be independent.
    #[doc(alias = "calculate_cond_selectivity_for_table")]
    pub(crate) fn filtered(&self, path: &AccessPath, range_paths: &[AccessPath], size: TableSize) -> f64 {
        let def = self.table.def();
        let used = |path: &AccessPath| def.index_columns(path.index)[..path.key_parts].to_vec();
        let mut known = used(path);
        let mut kept = 1.0;
        for other in range_paths.iter().filter(|other| other.kind != AccessKind::Const) {
            let columns = used(other);
            if columns.iter().any(|c| known.contains(c)) {
                continue;
            }
            known.extend(columns);
            kept *= (other.rows as f64 / size.rows as f64).min(1.0);
        }
        kept * 100.0
    }
}
