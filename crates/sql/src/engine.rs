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
//! `tables`, `create_table`, `drop_table`, `truncate_table`, `rename_tables`, `alter_table`; *binary log* `binlog`,
//! `store` (the log's files); *knobs* `options`, `globals`, `change_globals`; *views* `locks`, `lock_waits`,
//! `transactions`, `latest_deadlock`, `history_length`.
//!
//! MySQL's counterpart: `handler` and `handlerton` in `sql/handler.h` for rows. For the other groups MySQL 8 calls
//! InnoDB directly.

// -- rows: what every storage engine has
pub(crate) use innolab_engine::{
    Columns, Datum, DuplicateLock, Error, Fetched, Isolation, KeyRange, LockRead, LockingScan, OnBusy, Savepoint,
    Strength, Table, Transaction, packed,
};

// -- catalogue: definitions of tables, which the home engine keeps
pub(crate) use innolab_engine::{
    Alter, ColumnDef, ColumnDefault, ColumnType, IndexDef, IndexNo, MAX_ROW_BYTES, TableDef,
};

// -- binary log
pub(crate) use innolab_engine::{Format, StatementText};

// -- knobs
pub(crate) use innolab_engine::{Globals, Options, SessionSettings};

// -- views
pub(crate) use innolab_engine::LockRow;

// The handle, through which each group is reached.
pub(crate) use innolab_engine::Engine;
