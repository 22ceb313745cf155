//! `information_schema.innodb_trx`.
//!
//! A transaction is listed from its first use of a table to its end. `trx_id` of one that has written nothing is a
//! number above all ids (`LockRow::trx_id`). The server shows 0 until a transaction locks a row exclusively, and MySQL
//! such a number.
//!
//! InnoDB's counterpart: `fill_trx_row`, `fill_innodb_trx_from_cache`.

use super::session_table::operation_state;
use super::view_columns::{NUMBER, Row, Rows, TIME, ViewColumn, WORD, cut, number, text, text_or_null, time};
use crate::engine::{Datum, Engine, ShownLock, TrxStatus};

const COLUMNS: [ViewColumn; 22] = [
    ("trx_id", NUMBER),
    ("trx_state", WORD),
    ("trx_started", TIME),
    ("trx_requested_lock_id", WORD),
    ("trx_wait_started", TIME),
    ("trx_weight", NUMBER),
    ("trx_mysql_thread_id", NUMBER),
    ("trx_query", WORD),
    ("trx_operation_state", WORD),
    ("trx_tables_in_use", NUMBER),
    ("trx_tables_locked", NUMBER),
    ("trx_lock_structs", NUMBER),
    ("trx_lock_memory_bytes", NUMBER),
    ("trx_rows_locked", NUMBER),
    ("trx_rows_modified", NUMBER),
    ("trx_concurrency_tickets", NUMBER),
    ("trx_isolation_level", WORD),
    ("trx_unique_checks", NUMBER),
    ("trx_foreign_key_checks", NUMBER),
    ("trx_last_foreign_key_error", WORD),
    ("trx_is_read_only", NUMBER),
    ("trx_autocommit_non_locking", NUMBER),
];

/// Bytes of a transaction's first block of memory for locks; the next blocks are not counted.
#[doc(alias = "lock_heap")]
pub(crate) const LOCK_HEAP_BYTES: u64 = 1128;
/// Characters of a statement in `trx_query`.
const QUERY_CHARS: usize = 1024;

pub(super) fn innodb_trx() -> (&'static [ViewColumn], Rows) {
    (&COLUMNS, |engine, _| engine.transactions().iter().map(|trx| row(engine, trx)).collect())
}

fn row(engine: &Engine, trx: &TrxStatus) -> Row {
    let activity = &trx.activity;
    let waits_for = trx.wait.as_ref().and_then(|wait| engine.show_lock(&wait.lock));
    let is_waiting = waits_for.is_some();
    let is_non_locking = activity.is_autocommit && trx.structures == 0;
    vec![
        number(trx.shown_trx_id),
        text(if is_waiting { "LOCK WAIT" } else { "RUNNING" }),
        time(activity.transaction_began_us),
        waits_for.as_ref().map_or(Datum::Null, |lock| text(&lock_id(lock))),
        activity.waits_since_us.filter(|_| is_waiting).map_or(Datum::Null, time),
        number(trx.weight()),
        number(trx.session),
        text_or_null(activity.running().map(|statement| cut(statement, QUERY_CHARS))),
        text(operation_state(activity, waits_for.as_ref().map(|lock| &lock.row))),
        number(tables_in_use(trx)),
        number(trx.table_locks),
        number(trx.structures),
        number(LOCK_HEAP_BYTES),
        number(trx.row_locks),
        number(trx.undo_records),
        number(0u64),
        text(activity.isolation),
        number(1u64),
        number(1u64),
        Datum::Null,
        number(activity.is_read_only),
        number(is_non_locking),
    ]
}

/// Number of tables of the statement under way: those that the transaction has locked, at least one.
fn tables_in_use(trx: &TrxStatus) -> u64 {
    if trx.activity.is_running { trx.locked_tables.len().max(1) as u64 } else { 0 }
}

/// The name of a lock in `innodb_locks`: transaction, tablespace, page and heap number; of a lock on a table,
/// transaction and table.
#[doc(alias = "trx_i_s_create_lock_id")]
pub(crate) fn lock_id(lock: &ShownLock) -> String {
    let ShownLock { row, table_id, space, records } = lock;
    match records.first() {
        Some(record) => format!("{}:{}:{}:{}", row.trx_id, space.0, record.page_no.0, record.heap_no),
        None => format!("{}:{table_id}", row.trx_id),
    }
}
