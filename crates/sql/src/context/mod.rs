//! A session's state as its statements see it: its variables, and the record of what a statement has read from it.

mod bind_context;
mod charset;
mod variables;

pub(crate) use bind_context::{BindContext, GivenId};
pub(crate) use variables::{Variables, set_global};
