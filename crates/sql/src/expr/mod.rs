//! Expressions. Read the files in this order: the tree (`tree`), how names and calls are bound to it (`bind`,
//! `literal`, `keyword_call`, `current_time`), what is simplified before a row is read (`simplify`), how it is
//! evaluated on a row (`eval_context`, `eval`, `conditional`), how errors print it (`print`); `aggregate` names the
//! aggregates.

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
