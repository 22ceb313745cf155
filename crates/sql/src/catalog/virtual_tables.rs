//! Virtual tables: the engine's state as rows, generated when a statement names the table.
//!
//! | table                                  | one row for                              |
//! |----------------------------------------|------------------------------------------|
//! | `performance_schema.data_locks`        | a lock, held or waited for               |
//! | `performance_schema.data_lock_waits`   | a waiter and the session that blocks it  |
//! | `information_schema.innodb_trx`        | a transaction that has used a table      |
//!
//! InnoDB's counterpart: `storage/innobase/handler/p_s.cc` of MySQL 8, `fill_innodb_trx_from_cache`. The names are
//! MySQL 8's; MariaDB has `INNODB_LOCKS` instead. Left out of `innodb_trx`: times, texts of statements, columns about
//! the server rather than InnoDB, and the number of locked rows, which the server does not decrement.

use super::source::VirtualTable;
use crate::engine::{ColumnDef, ColumnType, Datum, Engine, TableDef};

/// The virtual table with this name, filled with the engine's current state.
pub(crate) fn find_virtual_table(database: &str, name: &str, engine: &Engine) -> Option<VirtualTable> {
    match (database.to_ascii_lowercase().as_str(), name.to_ascii_lowercase().as_str()) {
        ("performance_schema", "data_locks") => Some(data_locks(engine)),
        ("performance_schema", "data_lock_waits") => Some(data_lock_waits(engine)),
        ("information_schema", "innodb_trx") => Some(innodb_trx(engine)),
        _ => None,
    }
}

const LOCK_COLUMNS: [&str; 8] = [
    "ENGINE_TRANSACTION_ID",
    "THREAD_ID",
    "OBJECT_NAME",
    "INDEX_NAME",
    "LOCK_TYPE",
    "LOCK_MODE",
    "LOCK_STATUS",
    "LOCK_DATA",
];

/// `data_locks`. The session's number serves as transaction id and as thread id.
fn data_locks(engine: &Engine) -> VirtualTable {
    let rows = engine.locks().into_iter().map(|lock| {
        let text = |text: &str| Datum::Bytes(text.as_bytes().to_vec());
        let kind = if lock.index.is_some() { "RECORD" } else { "TABLE" };
        vec![
            Datum::UInt(lock.session),
            Datum::UInt(lock.session),
            text(&lock.table),
            lock.index.as_deref().map_or(Datum::Null, text),
            text(kind),
            text(lock.mode),
            text(if lock.waiting { "WAITING" } else { "GRANTED" }),
            lock.data.as_deref().map_or(Datum::Null, text),
        ]
    });
    VirtualTable { def: table_def("data_locks", &LOCK_COLUMNS), rows: rows.collect() }
}

const WAIT_COLUMNS: [&str; 2] = ["REQUESTING_THREAD_ID", "BLOCKING_THREAD_ID"];

/// `data_lock_waits`: each waiter and its blocker.
fn data_lock_waits(engine: &Engine) -> VirtualTable {
    let waits = engine.lock_waits().into_iter();
    let rows = waits.map(|(waiter, blocker)| vec![Datum::UInt(waiter), Datum::UInt(blocker)]);
    VirtualTable { def: table_def("data_lock_waits", &WAIT_COLUMNS), rows: rows.collect() }
}

const TRX_COLUMNS: [&str; 6] =
    ["trx_id", "trx_state", "trx_weight", "trx_mysql_thread_id", "trx_lock_structs", "trx_rows_modified"];

/// `innodb_trx`. The session's number serves as thread id. `trx_id` is 0 for a transaction that has not written.
fn innodb_trx(engine: &Engine) -> VirtualTable {
    let rows = engine.transactions().into_iter().map(|trx| {
        let state = if trx.waits_for.is_some() { "LOCK WAIT" } else { "RUNNING" };
        vec![
            Datum::UInt(trx.trx_id.map_or(0, |id| id.0)),
            Datum::Bytes(state.into()),
            Datum::UInt(trx.weight()),
            Datum::UInt(trx.session),
            Datum::UInt(trx.structures),
            Datum::UInt(trx.undo_records),
        ]
    });
    VirtualTable { def: table_def("innodb_trx", &TRX_COLUMNS), rows: rows.collect() }
}

/// The definition of a virtual table: columns with the name of a state, mode or the like are text, all others numbers.
fn table_def(name: &str, columns: &[&str]) -> TableDef {
    let column = |name: &&str| {
        let is_text = ["_NAME", "_TYPE", "_MODE", "_STATUS", "_DATA", "_state"].iter().any(|end| name.ends_with(end));
        let ty = match is_text {
            true => ColumnType::VarChar { chars: 1024 },
            false => ColumnType::Int { bytes: 8, unsigned: true },
        };
        ColumnDef::new(*name, ty, true)
    };
    TableDef { name: name.to_string(), columns: columns.iter().map(column).collect(), ..TableDef::default() }
}
