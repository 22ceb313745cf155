//! Transactions on tables: the dictionary, rows in clustered and secondary indexes, versions, locks, undo; and a file
//! that a real server takes.
//!
//! ```text
//!   create · alter · drop                 begin ─► Transaction                                  purge          export
//!         │            read · scan          │  insert · update · delete   commit · rollback       │               │
//!  ┌──────▼─────┐  ┌────────▼─────────┐  ┌──▼───────────────────────┐  ┌────────▼─────────┐  ┌────▼────┐  ┌───────▼──────┐
//!  │ ddl        │  │ read  by a view, │  │ write  undo record, row, │  │ end: commit,     │  │ end:    │  │ tools: pages │
//!  │ dict       │  │ or locking       │  │ entries; gaps,           │  │ rollback         │  │ purge   │  │ to places    │
//!  │            │  │ rows: versions   │  │ duplicates               │  │ binlog           │  │         │  └───────┬──────┘
//!  └──────┬─────┘  └───┬────────┬─────┘  └──┬─────────┬──────────┬──┘  └───┬──────────┬───┘  └──┬────┬─┘          ▼
//!         │            │        │           │         │          │         │          │         │    │        FILE.ibd ──► MariaDB:
//!      `btree` ◄───────┴────────┼───────────┘       `lock`     `undo` ◄────┴──────────┼─────────┘    │        IMPORT TABLESPACE
//!         ▲                   `mvcc` ◄────────────────────────────────────────────────┘              │
//!         └──────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! The crate has floors; a file imports from its own folder and from folders below, never upward. Each folder's `mod.rs`
//! lists its files in the order in which to read them.
//!
//! | floor                       | what stands there                                                                        |
//! |-----------------------------|------------------------------------------------------------------------------------------|
//! | `api`                       | what users hold: the engine, transactions; opening and closing                           |
//! | `ddl`, `binlog`, `tools`    | changes of definitions, whole or not at all · rows in the binary log, two-phase commit · locks shown, checking, exporting, [`look`]ing at files |
//! | `read`, `write`             | reads by a view, and locking ones · changes of rows and of their entries                 |
//! | `end`                       | commit, rollback, purge, what a crash has left under way                                 |
//! | `rows`                      | earlier versions, implicit locks, names of records, AUTO_INCREMENT, estimates            |
//! | `core`                      | the open engine that all share, a transaction at work, how it asks for locks; [`events`] |
//! | `dict`                      | which tables there are, and what they may be; `sys.ibd`; open tables                     |
//! | `codec`                     | values, definitions, rows, undo records and their bytes; [`packed`]; errors              |
//!
//! [`Engine`], [`Core`] and [`Transaction`] each have a table of which methods stand where.
//!
//! # One worked row
//!
//! ```text
//! t (id INT PRIMARY KEY, k INT, KEY (k))          T1 (trx 17)                       T2, whose view is older
//! clustered   5 · trx 9 · ptr A · 1               update t set k = 2 where id = 5
//! k           (1, 5)                                1 undo record B: was trx 9, ptr A, k = 1
//!                                                   2 clustered   5 · trx 17 · ptr B · 2
//!                                                   3 k           (1, 5) marked · (2, 5)
//!                                                                                   select … where k = 1
//!                                                                                     (1, 5) is marked, the leaf's stamp is 17: to the row
//!                                                                                     17 is not seen: B leads to  5 · trx 9 · 1: found
//!                                                 commit: B's log becomes the newest of the history
//! purge, when T2's view is closed: (1, 5) goes; B goes
//! ```
//!
//! Had the power failed after 2, recovery would have found B in the log of an active transaction and the row bearing
//! its address: it puts `5 · trx 9 · ptr A · 1` back.
//!
//! # RULES
//!
//! - **R1** A table's bytes are InnoDB's: whatever is written here, MariaDB 10.11 imports, checks and goes on changing
//!   (`tests/import`).
//! - **R2** An acknowledged commit is as durable as `innodb_flush_log_at_trx_commit` says (I3); DDL always is, and is
//!   atomic. A transaction that was not acknowledged survives whole or leaves nothing (I4).
//! - **R3** A view sees what was committed when it was made, and its own (I8). What is locked stays locked, whatever is
//!   inserted, purged or rolled back around it (I9).
//! - **R4** A row lies on its page as a whole: 8125 bytes, header included. InnoDB would store long columns elsewhere;
//!   here the row is refused with 1118.
//! - **R5** Latches in the order of `docs/latching.md`: an entry's leaf, then its row's leaf, then undo pages. Locks
//!   are asked for under latches and waited for without (`docs/lock-rules.md`).
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
    Engine as Core, Format, Globals, Isolation, LogBin, Options, SessionSettings, TimeSource, events,
};
pub use api::{Engine, LockingScan, Savepoint, Transaction};
pub use binlog::StatementText;
pub use codec::{
    ColumnDef, ColumnDefault, ColumnType, Datum, Error, IndexDef, IndexNo, KeyRange, Op, Result, TableDef, packed,
};
pub use ddl::{Alter, NextRow};
pub use dict::{Index, MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES, MAX_KEY_COLUMNS, MAX_ROW_BYTES, Table};
pub use innolab_lock::TrxStatus;
pub use read::{Columns, Fetched, LockRead, OnBusy, RowRef, Strength};
pub use tools::{Checked, CheckedIndex, DeadlockReport, Exported, LockRow, Report, look};
pub use write::DuplicateLock;
