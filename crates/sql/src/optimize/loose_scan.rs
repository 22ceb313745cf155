//! A loose index scan: of each group of an index's entries only the first and last are read.
//!
//! ```text
//! select a, min(c), max(c) from t where b = 3 group by a          index (a, b, c)
//!
//! (1,2,·) (1,3,4) (1,3,6) (1,3,9) (1,7,·) (2,1,·) (2,3,5) (3,2,·)
//!  ▲       ▲               ▲               ▲       ▲       ▲
//!  │       first of (1,3)  last of (1,3)   │       both    └ first after (2): (3,3) has no entry
//!  └ first of all                          └ first after (1)
//! ```
//!
//! In EXPLAIN it is a `range` with `Using index for group-by`. When it is chosen: `loose_choice`. How it runs:
//! `loose_scan` of [`crate::execute`].
//!
//! InnoDB's counterpart: `QUICK_GROUP_MIN_MAX_SELECT`. Left out: COUNT(DISTINCT a, b), `Using index for group-by
//! (scanning)`.

use crate::engine::{Datum, KeyRange, TableDef};
use crate::expr::{AggregateKind, Expr};
use crate::query::Select;

/// The groups of a SELECT that a loose index scan may be able to read.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    /// The columns that a group has in common, as places in a row.
    pub(crate) columns: Vec<usize>,
    /// True if the key must begin with the columns in this order: for GROUP BY, not for DISTINCT.
    pub(crate) in_order: bool,
    /// True if there is a COUNT, SUM or AVG of DISTINCT: the values of its column are groups too.
    pub(crate) counts: bool,
    pub(crate) min_max: Option<MinMaxColumn>,
}

/// The column of a statement's MIN and MAX.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MinMaxColumn {
    /// Its place in a row.
    pub(crate) column: usize,
    /// True if MIN is needed.
    pub(crate) min: bool,
    /// True if MAX is needed.
    pub(crate) max: bool,
}

/// The part of each group that a loose index scan reads: entries that begin with the group's columns and the infix.
///
/// ```text
/// index    a          b       c           select a, max(c) … where b = 3 and c < 9 group by a
///          group      infix   min_max
/// ```
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LooseScan {
    /// Number of first key parts that are the group's.
    pub(crate) group: usize,
    /// The constants that the key parts behind the group equal.
    pub(crate) infix: Vec<Datum>,
    /// The key part behind the infix. `None`: the first entry of each group is all that is read.
    pub(crate) min_max: Option<MinMaxColumn>,
    /// The values of that key part that the condition allows.
    pub(crate) intervals: Vec<KeyRange>,
    /// True if the condition restricts that key part.
    pub(crate) is_bounded: bool,
}

impl Grouping {
    /// The grouping of a SELECT; `None` unless it groups by plain columns, and its aggregates are MIN and MAX of one
    /// column, or are DISTINCT of one column.
    pub(crate) fn of(select: &Select) -> Option<Grouping> {
        let column = |e: &Expr| if let Expr::Column(c) = e { Some(c.index) } else { None };
        let mut columns: Vec<usize> = if select.group.is_empty() && select.aggregates.is_empty() {
            select.distinct.then_some(())?;
            select.items.iter().map(column).collect::<Option<_>>()?
        } else {
            select.group.iter().map(column).collect::<Option<_>>()?
        };
        let mut min_max: Option<MinMaxColumn> = None;
        let mut counted: Option<usize> = None;
        for aggregate in &select.aggregates {
            let of = column(aggregate.of.as_ref()?).filter(|_| aggregate.also.is_empty())?;
            let is_distinct = aggregate.distinct;
            match aggregate.kind {
                AggregateKind::Min | AggregateKind::Max => {
                    let found = min_max.get_or_insert(MinMaxColumn { column: of, min: false, max: false });
                    (found.column == of).then_some(())?;
                    found.min |= aggregate.kind == AggregateKind::Min;
                    found.max |= aggregate.kind == AggregateKind::Max;
                }
                _ if is_distinct && counted.is_none_or(|c| c == of) => counted = Some(of),
                _ => return None,
            }
        }
        match (counted, min_max) {
            (Some(_), Some(_)) => return None,
            // Each value that is counted is a group of its own.
            (Some(of), None) if !columns.contains(&of) => columns.push(of),
            _ => {}
        }
        let is_distinct_rows = select.group.is_empty() && select.aggregates.is_empty();
        // Distinct rows may be sorted by any columns.
        let sorted_by = select.order.iter().filter(|_| !is_distinct_rows).map(|part| &part.by);
        let outside = select.items.iter().chain(&select.having).chain(sorted_by);
        let is_of_group = outside.flat_map(Expr::columns).all(|c| columns.contains(&c));
        (!columns.is_empty() && is_of_group).then_some(())?;
        Some(Grouping { columns, in_order: !select.group.is_empty(), counts: counted.is_some(), min_max })
    }
}

impl LooseScan {
    /// True if the MIN/MAX column is part of the keys that are searched for: to skip NULLs, or to stay within its
    /// intervals.
    pub(crate) fn searches_min_max(&self, def: &TableDef) -> bool {
        self.min_max.is_some_and(|of| self.is_bounded || of.min && def.columns[of.column].nullable)
    }
}
