//! What a loose scan is: of each group of an index's entries only the ends are read.
//!
//! ```text
//! select a, min(c), max(c) from t where b = 3 group by a          index (a, b, c)
//!
//! (1,2,·) (1,3,4) (1,3,6) (1,3,9) (1,7,·) (2,1,·) (2,3,5) (3,2,·)
//!  ▲       ▲               ▲               ▲       ▲       ▲
//!  │       first of (1,3)  last of (1,3)   │       both    └ first behind (2): (3,3) has nothing
//!  └ first of all                          └ first behind (1)
//! ```
//!
//! When it is taken is `loose_choice`'s, how it runs `loose_scan`'s of [`crate::execute`].
//!
//! InnoDB's counterpart: `QUICK_GROUP_MIN_MAX_SELECT`. Left out: COUNT(DISTINCT a, b), `Using index for group-by (scanning)`.

use crate::engine::{Datum, KeyRange, TableDef};
use crate::expr::{AggregateKind, Expr};
use crate::query::Select;

/// What rows are put together to.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    pub(crate) columns: Vec<usize>,
    /// Whether the columns' order is part of the wish: GROUP BY; not of DISTINCT.
    pub(crate) in_order: bool,
    /// Whether the last column is that of a COUNT(DISTINCT).
    pub(crate) counts: bool,
    pub(crate) extreme: Option<Extreme>,
}

/// The column of a statement's MIN and MAX.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extreme {
    pub(crate) column: usize,
    pub(crate) min: bool,
    pub(crate) max: bool,
}

/// What of an index is read; see the module.
#[derive(Debug, Clone)]
pub(crate) struct Loose {
    /// How many columns of the key are the group's.
    pub(crate) group: usize,
    /// The constants of those behind them.
    pub(crate) infix: Vec<Datum>,
    pub(crate) extreme: Option<Extreme>,
    /// Of the extreme's column, and whether the condition says them.
    pub(crate) intervals: Vec<KeyRange>,
    pub(crate) is_bounded: bool,
}

impl Grouping {
    /// Of a SELECT that is grouped by plain columns and wants nothing else but at most one column's MIN and MAX;
    /// `None`: it is another one.
    pub(crate) fn of(select: &Select) -> Option<Grouping> {
        let column = |e: &Expr| if let Expr::Column(c) = e { Some(c.index) } else { None };
        let mut columns: Vec<usize> = if select.group.is_empty() && select.aggregates.is_empty() {
            select.distinct.then_some(())?;
            select.items.iter().map(column).collect::<Option<_>>()?
        } else {
            select.group.iter().map(column).collect::<Option<_>>()?
        };
        let mut extreme: Option<Extreme> = None;
        let mut counted: Option<usize> = None;
        for aggregate in &select.aggregates {
            let of = column(aggregate.of.as_ref()?)?;
            let is_distinct = aggregate.distinct;
            match aggregate.kind {
                AggregateKind::Min | AggregateKind::Max => {
                    let found = extreme.get_or_insert(Extreme { column: of, min: false, max: false });
                    (found.column == of).then_some(())?;
                    found.min |= aggregate.kind == AggregateKind::Min;
                    found.max |= aggregate.kind == AggregateKind::Max;
                }
                _ if is_distinct && counted.is_none_or(|c| c == of) => counted = Some(of),
                _ => return None,
            }
        }
        // The values that are counted are groups of their own.
        match (counted, extreme) {
            (Some(_), Some(_)) => return None,
            (Some(of), None) if !columns.contains(&of) => columns.push(of),
            _ => {}
        }
        let is_row = select.group.is_empty() && select.aggregates.is_empty();
        // What distinct rows are sorted by may be any of their columns.
        let sorted_by = select.order.iter().filter(|_| !is_row).map(|part| &part.by);
        let outside = select.items.iter().chain(&select.having).chain(sorted_by);
        let is_of_group = outside.flat_map(Expr::columns).all(|c| columns.contains(&c));
        (!columns.is_empty() && is_of_group).then_some(())?;
        Some(Grouping { columns, in_order: !select.group.is_empty(), counts: counted.is_some(), extreme })
    }
}

impl Loose {
    /// Whether the extreme's column is part of what is searched by: to pass over NULLs, or to keep to a range.
    pub(crate) fn reads_extreme(&self, def: &TableDef) -> bool {
        self.extreme.is_some_and(|extreme| self.is_bounded || extreme.min && def.columns[extreme.column].nullable)
    }

    /// How many columns of the key are the group's.
    pub(crate) fn group(&self) -> usize {
        self.group
    }
}
