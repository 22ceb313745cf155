//! The storage engine: transactions on tables. It is to this lab what InnoDB is to MySQL.
//!
//! `sql` parses a statement and decides by which index to read. Then it calls this crate: "read the rows of `t` with
//! `id = 5` and lock them", "replace this row by that one", "commit". The engine makes these calls a transaction: all
//! changes or none, isolated from other sessions as its isolation level demands, and safe from a crash once the commit
//! is acknowledged. For this it combines the crates below, each of which does one part:
//!
//! ```text
//!                       `sql`:  begin · table · read · scan · insert · update · delete · commit
//!                                                   │
//!  ┌────────────────────────────────────────────────▼────────────────────────────────────────────────┐
//!  │ this crate:  which index has which rows · which lock a statement needs · in what order it writes │
//!  └──┬────────────────┬────────────────┬───────────────┬──────────────────┬────────────────┬─────────┘
//!   `btree`          `undo`           `mvcc`          `lock`            `binlog`         `store`
//!   one index        what changes     read views,     locks, waits,     the server's     pages in memory,
//!   (on `store`)     replaced         ids             deadlocks         log of changes   files, redo log
//!                    (on `store`)
//! ```
//!
//! # What a table is
//!
//! `t (id INT PRIMARY KEY, k INT, KEY (k))` is one file, `t.ibd`, with one B+ tree for each index:
//!
//! - The **clustered index** holds the rows, in the order of the primary key. Each row has two hidden columns:
//!   `DB_TRX_ID`, the transaction that wrote it last, and `DB_ROLL_PTR`, the address of an *undo record*, which holds
//!   the values that this write replaced. So a row in the tree is the newest of a chain of **versions**.
//! - A **secondary index** holds an *entry* for each row: the indexed columns and the primary key. An entry has no
//!   hidden columns; to know which version it belongs to, a reader looks at the row.
//! - A deleted row, or an entry with an old value, is only **delete-marked**: older transactions may still read it.
//!   **Purge** removes it when no transaction can.
//!
//! Which tables exist, and with which columns, is in the **dictionary**, in a file of its own, `sys.ibd`, together with
//! the undo records of all tables. The bytes of `t.ibd` are InnoDB's: a MariaDB server can import the file.
//!
//! # What is where
//!
//! The folders are floors: a file imports from its own folder and from folders below, never upward (`ddl`, `binlog` and
//! `tools` are one floor, `read` and `write` another). Each folder's `mod.rs` lists its files in the order in which to
//! read them, with InnoDB's file for each.
//!
//! | folder   | contents                                                                                           |
//! |----------|----------------------------------------------------------------------------------------------------|
//! | `api`    | [`Engine`] and [`Transaction`], the types that users hold; opening, closing, the background thread |
//! | `ddl`    | CREATE, ALTER, DROP, RENAME, TRUNCATE: each atomic, also across a crash; index builds and loads    |
//! | `binlog` | rows and statements for the binary log; two-phase commit with it                                   |
//! | `tools`  | locks shown, `check_database`, export to MariaDB; [`inspect`] reads the files without opening them    |
//! | `read`   | consistent reads, by a view; locking reads, record by record                                       |
//! | `write`  | inserts, updates and deletes of rows and of their entries                                          |
//! | `end`    | commit, rollback, purge; transactions that a crash interrupted                                     |
//! | `rows`   | earlier versions, implicit locks, AUTO_INCREMENT values, estimates for the planner                 |
//! | `core`   | the open engine that all share; a transaction's id, view and locks; settings, [`events`]           |
//! | `dict`   | the dictionary, `sys.ibd`, open tables, limits                                                     |
//! | `codec`  | values, definitions, rows and undo records as bytes; [`packed`] types; [`Error`]                   |
//!
//! [`Engine`], [`Core`] and [`Transaction`] each have a table of their methods and the files that they are in.
//!
//! # How a statement travels
//!
//! `UPDATE t SET k = 2 WHERE id = 5`, with the folder that does each step:
//!
//! ```text
//! api     begin_statement; table("t")       core   lock t's definition against ALTER (a metadata lock)
//! read    scan: search id = 5               core   lock t with IX (the intention to lock rows exclusively)
//!           latch the leaf                  rows   is the record's writer still active? then it holds the record
//!           request an X lock on it         core   granted; else unlatch, wait, search again
//!         show the row to `sql`, which computes the new one
//! write   update(old row, new row)          core   first change: an id for the transaction, an undo log
//!           write the undo record: k was 1
//!           replace the clustered row       rows   the row now has this transaction's id and the record's address
//!           index k: mark (1, 5), insert (2, 5)
//! binlog  keep the row before and after for the log
//! api     end_statement
//! end     commit, without a binary log: the undo log joins the history of committed ones, the redo log is synced,
//!           the id leaves the active set, the locks are released
//!         with one: prepare the undo log, sync the redo log, write the binary log, then commit as above
//! end     purge, later: remove the marked (1, 5), free the undo record
//! ```
//!
//! A *latch* protects the bytes of a page for one such step; a *lock* protects a row from other transactions, as a rule
//! until the transaction that holds it ends. A SELECT locks no rows, except under SERIALIZABLE: it reads by a **view**,
//! which knows the transactions that had committed when it was made, and follows roll pointers to a version written by
//! one of them.
//!
//! # One worked row
//!
//! ```text
//! clustered   5 · trx 9 · ptr A · 1    T1, id 17                        T2, with an older view
//! k           (1, 5)                   update t set k = 2 where id = 5
//!                                        1 undo record B: was trx 9, ptr A, k = 1
//!                                        2 clustered   5 · trx 17 · ptr B · 2
//!                                        3 k           (1, 5) marked · (2, 5)
//!                                                                       select … where k = 1
//!                                                                         (1, 5): its leaf was changed by 17,
//!                                                                           which the view does not see: read the row
//!                                                                         the row: 17 again; B leads to
//!                                                                           5 · trx 9 · 1: seen, and k = 1: found
//!                                      commit: B's log becomes the newest of the history
//! purge, once T2's view is closed: (1, 5) is removed, B is freed
//! ```
//!
//! If the power fails after step 2, recovery finds B in the log of an active transaction, and the row with B's address:
//! it rolls back and writes `5 · trx 9 · ptr A · 1` again. If it fails between 1 and 2, the row does not have B's
//! address: there is nothing to undo.
//!
//! # RULES
//!
//! I3, I4, … are the invariants of `docs/architecture.md`.
//!
//! - **R1** A table's bytes are InnoDB's: MariaDB 10.11 imports each table file, checks it and continues to change it
//!   (`tests/it/import`).
//! - **R2** An acknowledged commit is as durable as `innodb_flush_log_at_trx_commit` says (I3). DDL is always durable
//!   and atomic. A transaction that was not acknowledged survives whole or leaves nothing (I4).
//! - **R3** A view sees what was committed when it was made, and its own transaction's changes (I8). No lock is lost
//!   when records are inserted, purged or rolled back (I9).
//! - **R4** A row is stored whole on its page, so it has at most 8125 bytes, header included. InnoDB would store long
//!   columns off the page; here the row is refused (1118).
//! - **R5** Latches are taken in the order of `docs/latching.md`: an entry's leaf, its row's leaf, undo pages. Locks
//!   are requested with the leaf latched and waited for without latches (`docs/lock-rules.md`).
//!
//! Left out: columns stored off the page, persistent statistics, foreign keys.

mod api;
mod binlog;
mod codec;
mod core;
mod ddl;
mod dict;
mod end;
mod read;
mod rows;
mod tools;
mod write;

pub use self::core::{
    Deadlock, DeadlockMember, Engine as Core, Format, Globals, Isolation, LockRow, LogBin, MemoryLimits, Options,
    PlacedRecord, SessionSettings, ShownLock, TemporaryFile, TemporaryFiles, TimeSource, events,
};
pub use api::{Engine, LockingScan, Savepoint, Transaction};
pub use binlog::StatementText;
pub use codec::{
    ColumnDef, ColumnDefault, ColumnType, Datum, Error, IndexDef, IndexNo, KeyRange, Op, Result, TableDef, packed,
};
pub use ddl::{Alter, Ddl, NextRow, Quiesced};
pub use dict::{Index, MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES, MAX_KEY_COLUMNS, MAX_ROW_BYTES, Table};
pub use innolab_lock::{LockWait, Reason, Target, TrxStatus};
pub use read::{Columns, Fetched, LockRead, RowRef, Strength};
pub use tools::{Checked, CheckedIndex, Exported, Importer, Report, inspect};
pub use write::DuplicateLock;
