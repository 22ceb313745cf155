//! What a statement asks of the optimizer, about one table.

use super::access::{Access, AccessKind};
use super::cost::Size;
use super::loose_scan::Grouping;
use crate::catalog::indexes;
use crate::engine::{IndexNo, Table};
use crate::expr::Expr;
use crate::query::{Hints, OrderBy};

/// What a plan is made for.
///
/// | methods                                                  | file            |
/// |----------------------------------------------------------|-----------------|
/// | indexes that may be used, rows thought to be kept        | here            |
/// | ranges, reading everything, the cheapest of these        | `plan`          |
/// | another index for the sake of the order                  | `order`         |
/// | groups' ends                                             | `loose_choice`  |
pub(crate) struct Request<'a> {
    pub(crate) table: &'a Table,
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) hints: &'a Hints,
    /// Columns that are read; `None`: whole rows, as changing them needs.
    pub(crate) needed: Option<&'a [usize]>,
    /// The order in which rows are wanted, and how badly.
    pub(crate) order: &'a [OrderBy],
    pub(crate) need: OrderNeed,
    /// Rows wanted in that order.
    pub(crate) limit: usize,
    /// Rows wanted in whatever order: where these end the read early, ranges are better than all rows.
    pub(crate) first_rows: usize,
    /// What rows are put together to, if each group's ends say all about it.
    pub(crate) grouping: Option<&'a Grouping>,
}

/// Why rows are wanted in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderNeed {
    /// ORDER BY: else they are sorted.
    Sorted,
    /// GROUP BY and DISTINCT: else there is a temporary table, so an index will do at almost any price.
    Grouped,
}

impl Request<'_> {
    pub(crate) fn usable(&self) -> impl Iterator<Item = IndexNo> {
        indexes(self.table.def()).filter(|index| self.hints.allows(*index))
    }

    /// Whether the index has all columns that are wanted. The clustered one has, but that is not called covering.
    pub(crate) fn is_covered(&self, index: IndexNo) -> bool {
        index != IndexNo::CLUSTERED && self.needed.is_some_and(|columns| self.table.index(index).covers(columns))
    }

    /// How many rows of the access are thought to be wanted.
    pub(crate) fn kept(&self, access: &Access, ranged: &[Access], size: Size) -> f64 {
        (access.rows as f64 * self.filtered(access, ranged, size) / 100.0).max(1.0)
    }

    /// Of a hundred rows of the access, how many the condition keeps, as far as indexes with other columns tell.
    #[doc(alias = "calculate_cond_selectivity_for_table")]
    pub(crate) fn filtered(&self, access: &Access, ranged: &[Access], size: Size) -> f64 {
        let def = self.table.def();
        let used = |access: &Access| def.index_columns(access.index)[..access.columns].to_vec();
        let mut known = used(access);
        let mut kept = 1.0;
        for other in ranged.iter().filter(|other| other.kind != AccessKind::Const) {
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
