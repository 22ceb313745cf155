//! COUNT, SUM, MIN, MAX and AVG over the rows of a statement.
//!
//! RULES
//!
//! - **R1** NULLs are passed over; over no values COUNT is 0 and all others are NULL.
//! - **R2** SUM and AVG of exact numbers are exact; of anything else they are doubles. AVG has the digits of a division.
//!
//! InnoDB's counterpart: `sql/item_sum.cc`. Groups are [`crate::execute`]'s.

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
