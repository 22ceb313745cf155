//! Atomic DDL: after any crash each table is as before a statement or as after it, and no other file or tree is left.
//!
//! ```text
//! CREATE   DDL log row ─flush─► file ─► trees ─► definition ─flush─► DDL log row removed
//! DROP     DDL log row ─► definition removed ─flush─► file removed ─► DDL log row removed
//!                         └ the one mini-transaction that decides (`dictionary` R1); ALTER and TRUNCATE: `alter`
//! ```
//!
//! RULES
//!
//! - **R1** A row of the DDL log says: *this file, or this tree of this file, may exist iff the dictionary knows it*.
//!   A file's row is durable before the file is created or removed; a tree's row precedes the tree's pages in the
//!   redo log. So recovery finds all leftovers by these rows, and removes nothing else.
//! - **R2** Recovery: for each row of the DDL log, a file or a tree that the dictionary does not know is removed;
//!   then the row is. Doing it twice is harmless.
//! - **R3** A tablespace file that neither the dictionary nor the DDL log knows is not ours to remove: opening
//!   is refused, and the error names the file.
//!
//! PROOF that R1 suffices: a file or a tree is made only after its row is in the log, and the row is removed only
//! after the dictionary's decision is in the log.
//!
//! A table's file is found by the tablespace id on its pages; the file's name is for people (`dict::names`).
//!
//! | file       | one idea                                                          | InnoDB's counterpart      |
//! |------------|-------------------------------------------------------------------|---------------------------|
//! | `recover`  | what a crash left half done                                       | `ddl_log`                 |
//! | `announce` | DDL statements in the binary log                                  | `Q_DDL_LOGGED_WITH_XID`   |
//! | `locks`    | the metadata locks of a DDL statement                             | `lock_table_names`        |
//! | `quiesce`  | tables whose files may be copied                                  | `row0quiesce`             |
//! | `create`   | CREATE and DROP, and the steps that all DDL is made of            | `row0mysql`               |
//! | `sort`     | records sorted with bounded memory                                | `row0merge`               |
//! | `build`    | indexes built from the rows of a tree                             | `row0merge`               |
//! | `alter`    | ALTER and TRUNCATE: the old table or the new one after a crash    | `handler0alter`           |
//! | `load`     | an empty table is filled in the order of its primary key          | `row_merge_bulk_t`        |
//! | `rename`   | several tables get other names at once                            | `mysql_rename_tables`     |
//!
//! InnoDB's counterpart: MariaDB's `ddl_log` and `row_drop_table_for_mysql`; MySQL 8's `innodb_ddl_log`.

mod alter;
mod announce;
mod build;
mod create;
mod load;
mod locks;
mod quiesce;
mod recover;
mod rename;
mod sort;

pub use alter::Alter;
pub use load::NextRow;
pub use locks::Ddl;
pub use quiesce::Quiesced;
pub(crate) use recover::recover;
