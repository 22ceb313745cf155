//! The door to the storage engine: the only file of this crate that names `innolab_engine`. Each item belongs to one of
//! five groups; an engine other than InnoDB would have to bring its own rows, and nothing else.
//!
//! | group       | items                                                                        | of [`Engine`]'s methods                |
//! |-------------|------------------------------------------------------------------------------|----------------------------------------|
//! | rows        | values and ranges of keys, a table's statistics, a transaction's reads, locks and changes, their errors | `begin`, `park`, `now_us` |
//! | catalogue   | definitions of tables, and the statements that change them atomically        | `table`, `tables`, `create_table`, `drop_table`, `truncate_table`, `rename_tables`, `alter_table` |
//! | binary log  | what a statement says of itself to the log                                   | `binlog`, `store` (the log's files)    |
//! | knobs       | what the engine was opened with, and what SET changes                        | `options`, `globals`, `change_globals` |
//! | views       | what `performance_schema`, `information_schema` and SHOW STATUS show         | `locks`, `lock_waits`, `transactions`, `latest_deadlock`, `history_length` |
//!
//! MySQL's counterpart: `handler` and `handlerton` in `sql/handler.h` for rows; the other groups are what MySQL 8 takes
//! from InnoDB directly.

// -- rows: what every storage engine has to bring
pub(crate) use innolab_engine::{
    Columns, Datum, DuplicateLock, Error, Fetched, Isolation, KeyRange, LockRead, LockingScan, OnBusy, Savepoint,
    Strength, Table, Transaction, packed,
};

// -- catalogue: definitions of tables, which only the home engine keeps
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
