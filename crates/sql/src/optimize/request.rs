//! The optimizer's input: one table, and what a statement needs of it.

use super::loose_scan::Grouping;
use crate::catalog::{indexes, is_unique};
use crate::engine::{IndexNo, Table};
use crate::expr::Expr;
use crate::query::{Hints, OrderBy};

/// A request for the plan of one table.
///
/// | methods                                                          | file            |
/// |------------------------------------------------------------------|-----------------|
/// | usable and covering indexes, what the condition is made of       | here            |
/// | the ranges of each index, counted; the rows that are kept        | `estimate`      |
/// | a whole unique key; the cheapest of ranges, `ref` and full scan  | `plan`          |
/// | another index for the sake of the order                          | `order`         |
/// | a loose index scan                                               | `loose_choice`  |
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

    /// True for UPDATE and DELETE, which the server plans by its range optimizer alone: there is no `ref` and no
    /// `const`, and what the condition keeps is not estimated.
    pub(crate) fn is_change(&self) -> bool {
        self.needed.is_none()
    }

    /// The parts of the condition that must all be true.
    pub(crate) fn conjuncts(&self) -> Vec<&Expr> {
        self.condition.map_or(Vec::new(), Expr::conjuncts)
    }

    /// The columns that are a unique key alone, among the usable ones.
    pub(crate) fn unique_columns(&self) -> Vec<usize> {
        let def = self.table.def();
        let columns = self.usable().filter(|index| is_unique(def, *index)).map(|index| def.index_columns(index));
        columns.filter_map(|columns| if let [only] = columns { Some(*only) } else { None }).collect()
    }
}
