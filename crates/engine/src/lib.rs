//! Tables: the dictionary, rows in clustered indexes, statements, and a file that a real server takes.
//!
//! ```text
//!   create_table · drop_table          begin_statement                      export
//!            │                   insert · scan · update · delete               │
//!  ┌─────────▼──────────┐        ┌───────────▼────────────┐        ┌───────────▼──────────┐
//!  │ ddl   what a crash │        │ statement   each row a │        │ all pages to their   │
//!  │ leaves of CREATE   │        │ mini-transaction, and  │        │ places, copied, with │
//!  │ and DROP           │        │ the way back           │        │ the CREATE TABLE     │
//!  ├────────────────────┤        ├────────────────────────┤        └───────────┬──────────┘
//!  │ dict  what tables  │        │ row   values ⇄ records │                    │
//!  │ there are          │        │       as InnoDB's      │                    │
//!  ├────────────────────┤        └───────────┬────────────┘                    │
//!  │ sys   counters     │                    │                                 │
//!  └─────────┬──────────┘                    │                                 │
//!     trees of sys.ibd            the tree of NAME.ibd ───────────────────► FILE.ibd ──► MariaDB: IMPORT TABLESPACE
//! ```
//!
//! | module      | one idea                                                          | InnoDB's room             |
//! |-------------|-------------------------------------------------------------------|---------------------------|
//! | `def`       | what a table is: plain data, and the limits                       | `dict0mem`                |
//! | `row`       | values ⇄ the fields of a DYNAMIC record                           | `row0mysql`, `row0row`    |
//! | `sys`       | `sys.ibd`: header, counters, roots                                | `trx0sys`, `dict0boot`    |
//! | `dict`      | definitions, in rows of a tree                                    | `dict0crea`, `dict0load`  |
//! | `ddl`       | CREATE and DROP, whole or not at all                              | `ddl_log`, `row0mysql`    |
//! | `statement` | insert, scan, update, delete; commit, rollback                    | `row0ins`, `row0upd`, `row0sel` |
//! | `estimate`  | how many rows, without reading them                               | `btr0cur`, `dict0stats`   |
//! | `export`    | a file for a real server                                          | `row0quiesce`             |
//! | [`look`]    | a database's files, without opening it                            | (none)                    |
//! | `engine`    | opening and closing                                               | `srv0start`               |
//! | [`events`]  | what the engine tells                                             | (none)                    |
//!
//! # One worked crash
//!
//! ```text
//! CREATE TABLE t   1 log row (tablespace 1, t.ibd) ─ synced
//!                  2 t.ibd is made, its pages are formatted
//!          ⚡      3 the tree
//!                  4 dictionary row ─ synced: the table is there
//!                  5 log row goes
//! ```
//!
//! The power fails at ⚡. The store repeats the log, so `t.ibd` is back as far as it got. The engine finds the log row, finds no `t` in the dictionary, removes the
//! file and then the row. Had the power failed a moment after 4, it would have kept the file and removed the row. Run it: `cargo run -p innolab-engine --example crash`.
//!
//! # RULES
//!
//! - **R1** A table's bytes are InnoDB's: whatever is written here, MariaDB 10.11 imports, checks and goes on changing (`tests/import.rs`).
//! - **R2** An acknowledged statement is as durable as `innodb_flush_log_at_trx_commit` says (I3); CREATE and DROP always are, and are atomic.
//! - **R3** A statement that fails leaves nothing while the process lives. **A crash in the middle of a statement of several rows may leave some of them**: the way
//!   back is in memory until undo logs exist. Such a statement was never acknowledged; single-row statements are whole or not there (I4).
//! - **R4** A row lies on its page as a whole: 8125 bytes, header included. InnoDB would store long columns elsewhere; here the row is refused with 1118.
//! - **R5** One statement at a time: there are no locks yet. Reading and changing different rows from several threads is safe for the pages, not for the meaning.
//!
//! # What comes next, and where it goes
//!
//! Undo takes the place of the list in `statement`: `Inverse` is what an undo record says. The roll pointer of each row is written already; the header of `sys.ibd` has
//! room for rollback segments; transaction ids come from one counter that a transaction, not a statement, will ask. Read views enter at `Statement::scan`, locks between its
//! cursor and `visit`.
//!
//! Left out: secondary indexes, ALTER TABLE, columns stored off the page, persistent statistics, foreign keys.

mod background;
mod binlog;
mod commit;
mod ddl;
mod def;
mod dict;
mod engine;
mod error;
mod estimate;
pub mod events;
mod export;
mod implicit;
mod locks;
pub mod look;
mod options;
mod purge;
mod read;
mod recover;
mod rollback;
mod row;
mod sys;
mod table;
mod trx;
mod undo_rec;
mod version;
mod write;

pub use binlog::{Format, LogBin, Since1970, StatementText};
pub use def::{
    ColumnDef, ColumnType, Datum, IndexDef, IndexNo, KeyRange, MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES,
    MAX_KEY_COLUMNS, MAX_ROW_BYTES, TableDef,
};
pub use engine::Engine;
pub use error::{Error, Result};
pub use export::Exported;
pub use locks::{DeadlockReport, LockRow};
pub use options::Options;
pub use read::{Columns, Fetched, LockRead, LockingScan, OnBusy, Strength};
pub use table::{Index, Table};
pub use trx::{Isolation, Savepoint, Transaction};
pub use undo_rec::Op;
pub use write::DuplicateLock;

#[cfg(test)]
mod trx_tests;
