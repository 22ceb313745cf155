//! DDL as it must be: after any crash each table is as it was before or as it is after, and nothing else is on the
//! disk.
//!
//! ```text
//! CREATE   log row ─flush─► file ─► trees ─► definition ─flush─► log row goes
//! DROP     log row ─► definition goes ─flush─► file goes ─► log row goes
//!                     └ the one mini-transaction that decides (`dictionary` R1); ALTER and TRUNCATE: `alter`
//! ```
//!
//! RULES
//!
//! - **R1** A row of the DDL log says: *this file, or this tree of this file, may be there iff the dictionary knows
//!   it*. For a file it is durable before the file comes or goes; a tree is made of pages whose redo comes after the
//!   row's. So recovery removes nothing else.
//! - **R2** Recovery: for each row of the log, a file or a tree that the dictionary does not know is removed; then the
//!   row goes. Doing it twice is harmless.
//! - **R3** A tablespace file that neither the dictionary nor the log knows is not ours to remove: opening refuses, and
//!   says its name.
//!
//! PROOF that R1 is enough: what comes is made only after its row is in the log, and the row goes only after the
//! dictionary's word on it is in the log before it.
//!
//! A table is found by its tablespace's number, which its file bears; the file's name is for people (`names`).
//!
//! InnoDB's counterpart: MariaDB's `ddl_log` and `row_drop_table_for_mysql`; MySQL 8's `innodb_ddl_log`.
//!
//! | file       | one idea                                                          | InnoDB's room             |
//! |------------|-------------------------------------------------------------------|---------------------------|
//! | `create`   | CREATE and DROP, and what all DDL is made of                      | `row0mysql`               |
//! | `alter`    | a table becomes another one: ALTER, TRUNCATE                      | `handler0alter`           |
//! | `rename`   | tables get other names, all at once                               | `mysql_rename_tables`     |
//! | `load`     | an empty table is filled, in the order of its key                 | `row_merge_bulk_t`        |
//! | `build`    | rows from one tree into others                                    | `row0merge`               |
//! | `sort`     | records sorted with bounded memory                                | `row0merge`               |
//! | `announce` | DDL statements in the binary log                                  | `Q_DDL_LOGGED_WITH_XID`   |
//! | `recover`  | what a crash has left half done                                   | `ddl_log`                 |

mod alter;
mod announce;
mod build;
mod create;
mod load;
mod recover;
mod rename;
mod sort;

pub use alter::Alter;
pub use load::NextRow;
pub(crate) use recover::recover;
