//! The boundary to the storage engine: the only file of this crate that names `innolab_engine`. Its items are in five
//! groups. Every storage engine has the first one. The others belong to the *home engine*, which also keeps the
//! catalogue of tables: in MySQL 8 that is InnoDB.
//!
//! | group      | items                                                                                         |
//! |------------|-----------------------------------------------------------------------------------------------|
//! | rows       | values and key ranges, a table's statistics, a transaction's reads, locks and changes, errors |
//! | catalogue  | definitions of tables, and the statements that change them atomically                         |
//! | binary log | what is logged about a statement                                                              |
//! | knobs      | the options that the engine was opened with, the settings that SET GLOBAL changes             |
//! | views      | what `performance_schema`, `information_schema` and SHOW STATUS show                          |
//!
//! The methods of [`Engine`] that this crate calls, by group: *rows* `begin`, `park`, `now_us`; *catalogue* `table`,
//! `tables`, `create_table`, `drop_table`, `truncate_table`, `rename_tables`, `alter_table`, `quiesce`,
//! `flush_pages`; *binary log* `binlog`,
//! `log_administration`, `store` (the log's files); *knobs* `options`, `globals`, `change_globals`; *views* `open_session`, `add_session`,
//! `next_statement`, `sessions`, `locks`, `transactions`, `show_lock`, `deadlocks`, `next_trx_id`,
//! `history_length`.
//!
//! MySQL's counterpart: `handler` and `handlerton` in `sql/handler.h` for rows. For the other groups MySQL 8 calls
//! InnoDB directly.

// -- rows: what every storage engine has
pub(crate) use innolab_engine::{
    Columns, Datum, DuplicateLock, Error, Fetched, Isolation, KeyRange, LockRead, LockingScan, Savepoint, Strength,
    Table, TemporaryFile, TemporaryFiles, Transaction, packed,
};

// -- catalogue: definitions of tables, which the home engine keeps
pub(crate) use innolab_engine::{
    Alter, ColumnDef, ColumnDefault, ColumnType, Ddl, IndexDef, IndexNo, MAX_INDEXES, MAX_ROW_BYTES, Quiesced, TableDef,
};

// -- binary log
pub(crate) use innolab_engine::{Format, StatementText};

// -- knobs
pub(crate) use innolab_engine::{Globals, MemoryLimits, Options, SessionSettings, TimeSource};

// -- views
pub(crate) use innolab_engine::{Deadlock, DeadlockMember, LockRow, PlacedRecord, ShownLock, TrxStatus};

// The handle, through which each group is reached.
pub(crate) use innolab_engine::Engine;
