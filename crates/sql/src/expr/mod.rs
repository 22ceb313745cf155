//! Expressions: the tree, its names resolved, simplified, evaluated, printed.

mod aggregate;
mod bind;
mod choice;
mod current_time;
mod eval;
mod keyword_call;
mod literal;
mod print;
mod row_context;
mod simplify;
mod tree;

pub(crate) use aggregate::{Aggregate, AggregateKind};
pub(crate) use bind::{Binder, is_default};
pub(crate) use current_time::is_current_timestamp;
pub(crate) use row_context::Context;
pub(crate) use tree::{Comparison, Expr, Is};
