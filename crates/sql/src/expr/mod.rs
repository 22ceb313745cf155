//! Expressions: the tree, its names resolved, simplified, evaluated, printed.

mod aggregate;
mod bind;
mod conditional;
mod current_time;
mod eval;
mod eval_context;
mod keyword_call;
mod literal;
mod print;
mod simplify;
mod tree;

pub(crate) use aggregate::{Aggregate, AggregateKind};
pub(crate) use bind::{Binder, is_default};
pub(crate) use current_time::is_current_timestamp;
pub(crate) use eval_context::EvalContext;
pub(crate) use tree::{Comparison, Expr, Is};
