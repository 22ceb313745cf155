//! Virtual tables: the engine's state as rows, generated when a statement names the table.
//!
//! | table                                      | one row for                                            | file            |
//! |--------------------------------------------|--------------------------------------------------------|-----------------|
//! | `information_schema.processlist`           | an open session                                        | `session_table` |
//! | `information_schema.tables`, `columns`     | a table; a column                                      | `schema_tables` |
//! | `information_schema.triggers`              | nothing: there are none                                | `schema_tables` |
//! | `information_schema.innodb_trx`            | a transaction that has used a table                    | `trx_table`     |
//! | `information_schema.innodb_locks`          | a lock that is waited for or blocks a waiter           | `lock_tables`   |
//! | `information_schema.innodb_lock_waits`     | a waiter and a lock that blocks it                     | `lock_tables`   |
//! | `performance_schema.data_locks`            | a lock, held or waited for                             | `lock_tables`   |
//! | `performance_schema.data_lock_waits`       | a waiter and a lock that blocks it                     | `lock_tables`   |
//! | `sys.innodb_lock_waits`                    | the same, with both transactions and their statements  | `lock_tables`   |
//!
//! RULES
//!
//! - **R1** Names and order of the columns are those of MariaDB 10.11; of `performance_schema` and `sys`, those of
//!   MySQL 8. A column about a part that does not exist here (thread ids of the system, memory, addresses) is 0 or
//!   NULL.
//! - **R2** A session's number is its connection id and its thread id. A transaction is the same number in all tables
//!   (`LockRow::trx_id`).
//!
//! InnoDB's counterpart: `i_s.cc`, `trx0i_s.cc`; `p_s.cc` of MySQL 8.

use super::lock_tables::{data_lock_waits, data_locks, innodb_lock_waits, innodb_locks, sys_lock_waits};
use super::schema_tables;
use super::session_table::processlist;
use super::source::VirtualTable;
use super::trx_table::innodb_trx;
use super::view_columns::{Rows, ViewColumn};
use crate::engine::{ColumnDef, Engine, TableDef};

/// The virtual table with this name, filled with the engine's current state. `home`: the name of the database of stored
/// tables.
pub(crate) fn find_virtual_table(database: &str, name: &str, engine: &Engine, home: &str) -> Option<VirtualTable> {
    let name = name.to_ascii_lowercase();
    let (columns, rows): (&[ViewColumn], Rows) = match (database.to_ascii_lowercase().as_str(), name.as_str()) {
        ("information_schema", "processlist") => processlist(),
        ("information_schema", "tables") => schema_tables::tables(),
        ("information_schema", "columns") => schema_tables::columns(),
        ("information_schema", "triggers") => schema_tables::triggers(),
        ("information_schema", "innodb_trx") => innodb_trx(),
        ("information_schema", "innodb_locks") => innodb_locks(),
        ("information_schema", "innodb_lock_waits") => innodb_lock_waits(),
        ("performance_schema", "data_locks") => data_locks(),
        ("performance_schema", "data_lock_waits") => data_lock_waits(),
        ("sys", "innodb_lock_waits") => sys_lock_waits(),
        _ => return None,
    };
    let columns = columns.iter().map(|(name, ty)| ColumnDef::new(*name, *ty, true)).collect();
    Some(VirtualTable { def: TableDef { name, columns, ..TableDef::default() }, rows: rows(engine, home) })
}
