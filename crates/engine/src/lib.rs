//! Transactions on tables: the dictionary, rows in clustered and secondary indexes, versions, locks, undo; and a file
//! that a real server takes.
//!
//! ```text
//!   create · alter · drop                 begin ─► Transaction                                  purge          export
//!         │            read · scan          │  insert · update · delete   commit · rollback       │               │
//!  ┌──────▼─────┐  ┌────────▼─────────┐  ┌──▼───────────────────────┐  ┌────────▼─────────┐  ┌────▼────┐  ┌───────▼──────┐
//!  │ ddl        │  │ read  by a view, │  │ write  undo record, row, │  │ commit, rollback │  │ purge   │  │ all pages to │
//!  │ dict       │  │ or locking       │  │ entries; gaps,           │  │ recover          │  │         │  │ their places │
//!  │ sys        │  │ version implicit │  │ duplicates               │  │ binlog           │  │         │  └───────┬──────┘
//!  └──────┬─────┘  └───┬────────┬─────┘  └──┬─────────┬──────────┬──┘  └───┬──────────┬───┘  └──┬────┬─┘          ▼
//!         │            │        │           │         │          │         │          │         │    │        FILE.ibd ──► MariaDB:
//!      `btree` ◄───────┴────────┼───────────┘       `lock`     `undo` ◄────┴──────────┼─────────┘    │        IMPORT TABLESPACE
//!         ▲                   `mvcc` ◄────────────────────────────────────────────────┘              │
//!         └──────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! | module      | one idea                                                          | InnoDB's room             |
//! |-------------|-------------------------------------------------------------------|---------------------------|
//! | `def`       | what a table is: plain data, and the limits                       | `dict0mem`                |
//! | `calendar`  | what time it is, for statements and for the log                   | `THD::set_time`           |
//! | [`packed`]  | DECIMAL, DATETIME, DATE: bytes that the server makes              | `Field_*`                 |
//! | `row`       | values ⇄ the fields of DYNAMIC records, clustered and secondary   | `row0mysql`, `row0row`    |
//! | `sys`       | `sys.ibd`: header, counters, roots, the rollback segment          | `trx0sys`, `dict0boot`    |
//! | `dict`      | definitions, in rows of a tree                                    | `dict0crea`, `dict0load`  |
//! | `ddl`       | changes of definitions, whole or not at all                       | `ddl_log`, `row0mysql`    |
//! | `trx`       | a transaction: what it holds, how it asks for locks               | `trx0trx`, `lock0lock`    |
//! | `write`     | changes of rows, and of their entries                             | `row0ins`, `row0upd`      |
//! | `auto_increment` | who gives the next value, who waits for whom                  | `ha_innobase`, `dict0mem` |
//! | `undo_rec`  | what an undo record says of a row, and the way back               | `trx0rec`                 |
//! | `rollback`  | rows taken back                                                   | `row0undo`, `row0uins`, `row0umod` |
//! | `commit`    | the end: history, log, view, locks, in this order                 | `trx0trx`                 |
//! | `purge`     | what nobody can see any more goes                                 | `row0purge`, `trx0purge`  |
//! | `recover`   | what a crash has left under way                                   | `trx0roll`                |
//! | `background` | the thread that rolls back and purges                            | `srv0srv`                 |
//! | `version`, `implicit` | earlier versions of a row; who holds it unsaid          | `row0vers`                |
//! | `read`      | reads by a view, and locking ones                                 | `row0sel`                 |
//! | `locks`     | who holds what, as `data_locks` shows it                          | `p_s.data_locks`          |
//! | `binlog`    | what the binary log is told, and two-phase commit                 | `handler`, `ha_innodb`    |
//! | `estimate`, `cardinality` | how many rows, and how many values, without reading them | `btr0cur`, `dict0stats`   |
//! | `metadata`  | a table stays what it is while it is used                         | MDL                       |
//! | `check`     | is all of it sound?                                               | `CHECK TABLE`             |
//! | `export`    | a file for a real server                                          | `row0quiesce`             |
//! | [`look`]    | a database's files, without opening it                            | (none)                    |
//! | `engine`, `handle`, `options` | opening and closing; what users hold; the settings | `srv0start`             |
//! | [`events`]  | what the engine tells                                             | (none)                    |
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

mod auto_increment;
mod background;
mod binlog;
mod calendar;
mod cardinality;
mod check;
mod commit;
mod ddl;
mod def;
mod dict;
mod engine;
mod error;
mod estimate;
pub mod events;
mod export;
mod handle;
mod implicit;
mod locks;
pub mod look;
mod metadata;
mod options;
pub mod packed;
mod purge;
mod read;
mod records;
mod recover;
mod rollback;
mod row;
mod sys;
mod table;
mod trx;
mod undo_rec;
mod version;
mod write;

pub use binlog::{Format, LogBin, StatementText};
pub use calendar::Since1970;
pub use check::{Checked, CheckedIndex, Report};
pub use ddl::{Alter, NextRow};
pub use def::{
    ColumnDef, ColumnType, Datum, IndexDef, IndexNo, KeyRange, MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES,
    MAX_KEY_COLUMNS, MAX_ROW_BYTES, Preset, TableDef,
};
pub use engine::Engine as Core;
pub use error::{Error, Result};
pub use export::Exported;
pub use handle::Engine;
pub use innolab_lock::Standing;
pub use locks::{DeadlockReport, LockRow};
pub use options::{Globals, Options, SessionSettings};
pub use read::{Columns, Fetched, LockRead, LockingScan, OnBusy, RowRef, Strength};
pub use table::{Index, Table};
pub use trx::{Isolation, Savepoint, Transaction};
pub use undo_rec::Op;
pub use write::DuplicateLock;

#[cfg(test)]
mod trx_tests;
