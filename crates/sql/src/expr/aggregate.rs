//! COUNT, SUM, MIN, MAX and AVG as a statement names them. How they take rows is [`crate::execute`]'s.
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
    /// The aggregate of this lower-case name.
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

/// An aggregate of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) kind: AggregateKind,
    /// What is aggregated; `None` is `*`.
    pub(crate) of: Option<Expr>,
    /// Each value counts once.
    pub(crate) distinct: bool,
}
