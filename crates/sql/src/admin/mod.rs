//! Statements about the server (the binary log, SHOW STATUS), and the check whether a statement is safe to log as text.

pub(crate) mod binlog;
mod binlog_safety;
mod monitor;
mod name_values;
mod process_list;
mod status;

pub(crate) use binlog_safety::unsafe_reasons;
pub(crate) use name_values::name_value_rows;
pub(crate) use process_list::process_list;
pub(crate) use status::{innodb_status, status};
