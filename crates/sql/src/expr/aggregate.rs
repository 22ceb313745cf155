//! The aggregates COUNT, SUM, MIN, MAX and AVG as a statement names them. [`crate::execute`] computes them.
//!
//! InnoDB's counterpart: `sql/item_sum.h`.

use super::tree::Expr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AggregateKind {
    Count,
    Sum,
    Min,
    Max,
    Avg,
}

impl AggregateKind {
    /// The aggregate with this name, in lower case.
    pub(crate) fn find(name: &str) -> Option<AggregateKind> {
        Some(match name {
            "count" => AggregateKind::Count,
            "sum" => AggregateKind::Sum,
            "min" => AggregateKind::Min,
            "max" => AggregateKind::Max,
            "avg" => AggregateKind::Avg,
            _ => return None,
        })
    }
}

/// One aggregate call of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) kind: AggregateKind,
    /// The argument; `None` is `*`.
    pub(crate) of: Option<Expr>,
    /// The other arguments of COUNT(DISTINCT a, b).
    pub(crate) also: Vec<Expr>,
    /// DISTINCT: each value counts once.
    pub(crate) distinct: bool,
}
