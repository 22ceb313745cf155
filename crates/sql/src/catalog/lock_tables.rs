//! The tables of locks and of waits for them.
//!
//! `performance_schema.data_locks` has every lock. MariaDB's `innodb_locks` has only those that are waited for and those
//! that block a waiter, and its modes do not tell a record from a record with its gap. The last two columns of the view
//! in `sys` are statements for the server; here KILL is refused by name (1235).
//!
//! InnoDB's counterpart: `fill_locks_row`, `add_trx_relevant_locks_to_cache`; `p_s.cc` and the `sys` schema of MySQL 8.

use super::trx_table::lock_id;
use super::view_columns::{NUMBER, Row, Rows, TIME, ViewColumn, WORD, number, text, text_or_null, time};
use crate::engine::{Datum, Engine, LockRow, ShownLock, TrxStatus};

/// A waiter and a lock for which it must wait.
struct Wait<'a> {
    waiter: &'a TrxStatus,
    lock: ShownLock,
    blocker: Option<&'a TrxStatus>,
    blocking: ShownLock,
}

/// All waits for locks on rows and tables, the oldest waiter first, its blockers in the queue's order.
fn waits<'a>(engine: &Engine, trxs: &'a [TrxStatus]) -> Vec<Wait<'a>> {
    let mut all = Vec::new();
    for waiter in trxs {
        let Some(wait) = &waiter.wait else { continue };
        for blocking in &wait.blockers {
            let (Some(lock), Some(shown)) = (engine.show_lock(&wait.lock), engine.show_lock(blocking)) else {
                continue;
            };
            let blocker = trxs.iter().find(|trx| trx.shown_trx_id == blocking.shown_trx_id);
            all.push(Wait { waiter, lock, blocker, blocking: shown });
        }
    }
    all.sort_by_key(|wait| wait.waiter.activity.waits_since_us);
    all
}

fn lock_type(lock: &LockRow) -> &'static str {
    if lock.index.is_some() { "RECORD" } else { "TABLE" }
}

// -- information_schema: MariaDB

pub(super) fn innodb_locks() -> (&'static [ViewColumn], Rows) {
    const COLUMNS: [ViewColumn; 10] = [
        ("lock_id", WORD),
        ("lock_trx_id", NUMBER),
        ("lock_mode", WORD),
        ("lock_type", WORD),
        ("lock_table", WORD),
        ("lock_index", WORD),
        ("lock_space", NUMBER),
        ("lock_page", NUMBER),
        ("lock_rec", NUMBER),
        ("lock_data", WORD),
    ];
    (&COLUMNS, |engine, home| {
        let trxs = engine.transactions();
        let mut shown: Vec<ShownLock> = Vec::new();
        for lock in waits(engine, &trxs).into_iter().flat_map(|wait| [wait.lock, wait.blocking]) {
            if !shown.contains(&lock) {
                shown.push(lock);
            }
        }
        shown.iter().map(|lock| innodb_lock(lock, home)).collect()
    })
}

fn innodb_lock(lock: &ShownLock, home: &str) -> Row {
    let ShownLock { row, space, records, .. } = lock;
    let of_record = |value: Option<u64>| value.map_or(Datum::Null, Datum::UInt);
    let record = records.first();
    vec![
        text(&lock_id(lock)),
        number(row.trx_id),
        text(short_mode(row.mode)),
        text(lock_type(row)),
        text(&full_name(row, home)),
        text_or_null(row.index.as_deref()),
        of_record(record.map(|_| space.0.into())),
        of_record(record.map(|record| record.page_no.0.into())),
        of_record(record.map(|record| record.heap_no.into())),
        text_or_null(row.data.as_deref()),
    ]
}

/// `` `database`.`table` ``
pub(crate) fn full_name(lock: &LockRow, home: &str) -> String {
    format!("`{home}`.`{}`", lock.table)
}

/// The mode as MariaDB's tables show it: with `GAP` if only the gap is locked.
fn short_mode(mode: &'static str) -> &'static str {
    match mode {
        "X,GAP" | "X,GAP,INSERT_INTENTION" => "X,GAP",
        "S,GAP" => "S,GAP",
        "AUTO_INC" | "IS" | "IX" => mode,
        _ => &mode[..1],
    }
}

pub(super) fn innodb_lock_waits() -> (&'static [ViewColumn], Rows) {
    const COLUMNS: [ViewColumn; 4] = [
        ("requesting_trx_id", NUMBER),
        ("requested_lock_id", WORD),
        ("blocking_trx_id", NUMBER),
        ("blocking_lock_id", WORD),
    ];
    (&COLUMNS, |engine, _| {
        let row = |Wait { lock, blocking, .. }: Wait<'_>| {
            let id = |lock: &ShownLock| [number(lock.row.trx_id), text(&lock_id(lock))];
            [id(&lock), id(&blocking)].concat()
        };
        waits(engine, &engine.transactions()).into_iter().map(row).collect()
    })
}

// -- performance_schema: MySQL 8

pub(super) fn data_locks() -> (&'static [ViewColumn], Rows) {
    const COLUMNS: [ViewColumn; 15] = [
        ("ENGINE", WORD),
        ("ENGINE_LOCK_ID", WORD),
        ("ENGINE_TRANSACTION_ID", NUMBER),
        ("THREAD_ID", NUMBER),
        ("EVENT_ID", NUMBER),
        ("OBJECT_SCHEMA", WORD),
        ("OBJECT_NAME", WORD),
        ("PARTITION_NAME", WORD),
        ("SUBPARTITION_NAME", WORD),
        ("INDEX_NAME", WORD),
        ("OBJECT_INSTANCE_BEGIN", NUMBER),
        ("LOCK_TYPE", WORD),
        ("LOCK_MODE", WORD),
        ("LOCK_STATUS", WORD),
        ("LOCK_DATA", WORD),
    ];
    (&COLUMNS, |engine, home| engine.locks().iter().map(|lock| data_lock(lock, home)).collect())
}

fn data_lock(lock: &LockRow, home: &str) -> Row {
    vec![
        text("INNODB"),
        text(&engine_lock_id(lock)),
        number(lock.trx_id),
        number(lock.session),
        Datum::Null,
        text(home),
        text(&lock.table),
        Datum::Null,
        Datum::Null,
        text_or_null(lock.index.as_deref()),
        number(0u64),
        text(lock_type(lock)),
        text(lock.mode),
        text(if lock.waiting { "WAITING" } else { "GRANTED" }),
        text_or_null(lock.data.as_deref()),
    ]
}

/// `ENGINE_LOCK_ID`: a text that means nothing but the lock.
fn engine_lock_id(lock: &LockRow) -> String {
    let LockRow { trx_id, table, index, mode, data, .. } = lock;
    let place = [index, data].into_iter().flatten().map(|part| format!(":{part}")).collect::<String>();
    format!("{trx_id}:{table}{place}:{mode}")
}

pub(super) fn data_lock_waits() -> (&'static [ViewColumn], Rows) {
    const COLUMNS: [ViewColumn; 11] = [
        ("ENGINE", WORD),
        ("REQUESTING_ENGINE_LOCK_ID", WORD),
        ("REQUESTING_ENGINE_TRANSACTION_ID", NUMBER),
        ("REQUESTING_THREAD_ID", NUMBER),
        ("REQUESTING_EVENT_ID", NUMBER),
        ("REQUESTING_OBJECT_INSTANCE_BEGIN", NUMBER),
        ("BLOCKING_ENGINE_LOCK_ID", WORD),
        ("BLOCKING_ENGINE_TRANSACTION_ID", NUMBER),
        ("BLOCKING_THREAD_ID", NUMBER),
        ("BLOCKING_EVENT_ID", NUMBER),
        ("BLOCKING_OBJECT_INSTANCE_BEGIN", NUMBER),
    ];
    (&COLUMNS, |engine, _| {
        let side = |lock: &LockRow| {
            vec![text(&engine_lock_id(lock)), number(lock.trx_id), number(lock.session), Datum::Null, number(0u64)]
        };
        let row = |wait: Wait<'_>| [vec![text("INNODB")], side(&wait.lock.row), side(&wait.blocking.row)].concat();
        waits(engine, &engine.transactions()).into_iter().map(row).collect()
    })
}

// -- sys: MySQL 8

pub(super) fn sys_lock_waits() -> (&'static [ViewColumn], Rows) {
    const COLUMNS: [ViewColumn; 30] = [
        ("wait_started", TIME),
        ("wait_age", WORD),
        ("wait_age_secs", NUMBER),
        ("locked_table", WORD),
        ("locked_table_schema", WORD),
        ("locked_table_name", WORD),
        ("locked_table_partition", WORD),
        ("locked_table_subpartition", WORD),
        ("locked_index", WORD),
        ("locked_type", WORD),
        ("waiting_trx_id", NUMBER),
        ("waiting_trx_started", TIME),
        ("waiting_trx_age", WORD),
        ("waiting_trx_rows_locked", NUMBER),
        ("waiting_trx_rows_modified", NUMBER),
        ("waiting_pid", NUMBER),
        ("waiting_query", WORD),
        ("waiting_lock_id", WORD),
        ("waiting_lock_mode", WORD),
        ("blocking_trx_id", NUMBER),
        ("blocking_pid", NUMBER),
        ("blocking_query", WORD),
        ("blocking_lock_id", WORD),
        ("blocking_lock_mode", WORD),
        ("blocking_trx_started", TIME),
        ("blocking_trx_age", WORD),
        ("blocking_trx_rows_locked", NUMBER),
        ("blocking_trx_rows_modified", NUMBER),
        ("sql_kill_blocking_query", WORD),
        ("sql_kill_blocking_connection", WORD),
    ];
    (&COLUMNS, |engine, home| {
        let (now_us, trxs) = (engine.now_us(), engine.transactions());
        waits(engine, &trxs).iter().filter_map(|wait| sys_lock_wait(wait, home, now_us)).collect()
    })
}

fn sys_lock_wait(wait: &Wait<'_>, home: &str, now_us: u64) -> Option<Row> {
    let Wait { waiter, lock, blocking, .. } = wait;
    let (blocker, began_us) = (wait.blocker?, waiter.activity.waits_since_us?);
    let seconds = |since_us: u64| now_us.saturating_sub(since_us) / 1_000_000;
    let age = |since_us: u64| text(&age(seconds(since_us)));
    let query = |trx: &TrxStatus| trx.activity.running().map_or(Datum::Null, |sql| text(&abridged(sql)));
    let (waiter_began_us, blocker_began_us) =
        (waiter.activity.transaction_began_us, blocker.activity.transaction_began_us);
    let row = &lock.row;
    Some(vec![
        time(began_us),
        age(began_us),
        number(seconds(began_us)),
        text(&full_name(row, home)),
        text(home),
        text(&row.table),
        Datum::Null,
        Datum::Null,
        text_or_null(row.index.as_deref()),
        text(lock_type(row)),
        number(waiter.shown_trx_id),
        time(waiter_began_us),
        age(waiter_began_us),
        number(waiter.row_locks),
        number(waiter.undo_records),
        number(waiter.session),
        query(waiter),
        text(&engine_lock_id(row)),
        text(row.mode),
        number(blocker.shown_trx_id),
        number(blocker.session),
        query(blocker),
        text(&engine_lock_id(&blocking.row)),
        text(blocking.row.mode),
        time(blocker_began_us),
        age(blocker_began_us),
        number(blocker.row_locks),
        number(blocker.undo_records),
        text(&format!("KILL QUERY {}", blocker.session)),
        text(&format!("KILL {}", blocker.session)),
    ])
}

/// A duration as a TIME.
fn age(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A statement of at most 64 characters: of a longer one the begin and the end.
#[doc(alias = "sys.format_statement")]
fn abridged(statement: &str) -> String {
    let chars: Vec<char> = statement.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    match chars.len() {
        0..=64 => chars.into_iter().collect(),
        n => chars[..30].iter().chain(&[' ', '.', '.', '.', ' ']).chain(&chars[n - 30..]).collect(),
    }
}
