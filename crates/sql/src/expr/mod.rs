//! Expressions. Read the files in this order: the tree (`tree`), how names and calls are bound to it (`bind`, `literal`,
//! `keyword_call`, `row_binding`, `current_time`), what is simplified before a row is read (`simplify`), how it is
//! evaluated on a row (`eval_context`, `eval`, `conditional`, `row`, `regexp`), how errors print it (`print`);
//! `aggregate` names the aggregates, `select_names` what names behind a select list refer to.

mod aggregate;
mod bind;
mod conditional;
mod current_time;
mod eval;
mod eval_context;
mod keyword_call;
mod literal;
mod print;
mod regexp;
mod row;
mod row_binding;
mod scope;
mod select_names;
mod simplify;
mod tree;
mod zero_date;

pub(crate) use aggregate::{Aggregate, AggregateKind};
pub(crate) use bind::{Binder, is_default};
pub(crate) use current_time::is_current_timestamp;
pub(crate) use eval_context::EvalContext;
pub(crate) use scope::{DuplicateScope, SelectNames};
pub(crate) use select_names::name_parts;
pub(crate) use tree::{Column, Comparison, Expr, Is};
