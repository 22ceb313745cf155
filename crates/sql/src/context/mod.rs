//! What a session tells the statement that is bound: its variables, and what the statement asked of them.

mod bind_context;
mod variables;

pub(crate) use bind_context::BindContext;
pub(crate) use variables::{Variables, set_global};
