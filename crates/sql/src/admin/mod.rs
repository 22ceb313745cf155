//! Statements about the server: the binary log, SHOW STATUS; and whether a statement is safe to be logged as text.

pub(crate) mod binlog;
mod binlog_safety;
mod pairs;
mod status;

pub(crate) use binlog_safety::why_not_safe;
pub(crate) use pairs::pairs;
pub(crate) use status::{counters, innodb_status};
