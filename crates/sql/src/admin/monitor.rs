//! Transactions, locks and the latest deadlock as SHOW ENGINE INNODB STATUS prints them.
//!
//! ```text
//! *** (1) TRANSACTION:
//! TRANSACTION 40, ACTIVE 0 sec starting index read
//! mysql tables in use 1, locked 1
//! LOCK WAIT 3 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1
//! MariaDB thread id 9, OS thread handle 0, query id 61 localhost root Updating
//! update t set v = 7 where id = 5
//! *** WAITING FOR THIS LOCK TO BE GRANTED:
//! RECORD LOCKS space id 7 page no 3 n bits 320 index PRIMARY of table `test`.`t` trx id 40 lock_mode X locks rec but not gap waiting
//! Record lock, heap no 2 PHYSICAL RECORD: n_fields 4; compact format; info bits 0
//!  0: len 4; hex 80000005; asc     ;;
//! ```
//!
//! RULES
//!
//! - **R1** The form is MariaDB 10.11's, to the letter, so that programs which read it read ours. Ids and numbers of
//!   pages are ours; the handle of a thread is 0, because the same steps must print the same text.
//! - **R2** CONFLICTING WITH lists what stands before the request in its queue, as the server does: also locks that do
//!   not conflict with it, and locks of the same transaction. Of each lock structure all records are printed.
//!
//! InnoDB's counterpart: `Deadlock::report`, `trx_print_latched`, `lock_rec_print`, `rec_print_new`.

use crate::catalog::{HOST, LOCK_HEAP_BYTES, USER, full_name, operation_state, thread_state};
use crate::engine::{Deadlock, DeadlockMember, Engine, LockRow, PlacedRecord, ShownLock, TrxStatus};
use innolab_base::temporal::DateTime;
use std::fmt::Write;

/// Bits of the smallest bitmap of a lock structure.
#[doc(alias = "REC_LOCK_SIZE")]
const LEAST_BITS: usize = 320;
/// Spare bits of a larger one, for records that come to the page later.
#[doc(alias = "LOCK_PAGE_BITMAP_MARGIN")]
const SPARE_BITS: usize = 64;
/// Bytes of a field that are printed.
const SHOWN_BYTES: usize = 30;

/// The section LATEST DETECTED DEADLOCK, without its title.
pub(super) fn deadlock(deadlock: &Deadlock, home: &str) -> String {
    let mut out = format!("{} 0x0\n", packed_time(deadlock.at_us));
    for (number, member) in (1..).zip(&deadlock.members) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "*** ({number}) TRANSACTION:");
        out += &self::member(member, deadlock.at_us, home);
    }
    let _ = writeln!(out, "*** WE ROLL BACK TRANSACTION ({})", deadlock.victim + 1);
    out
}

fn member(member: &DeadlockMember, at_us: u64, home: &str) -> String {
    let DeadlockMember { trx, waits_for, conflicts, .. } = member;
    let mut out = transaction(trx, Some(waits_for), at_us);
    out += "*** WAITING FOR THIS LOCK TO BE GRANTED:\n";
    out += &lock(waits_for, home);
    if !conflicts.is_empty() {
        out += "*** CONFLICTING WITH:\n";
        out.extend(conflicts.iter().map(|conflict| lock(conflict, home)));
    }
    out + "\n"
}

/// The transactions of the section TRANSACTIONS, and the sessions that have none.
pub(super) fn transactions(engine: &Engine, home: &str) -> String {
    let (now_us, trxs) = (engine.now_us(), engine.transactions());
    let mut out = "LIST OF TRANSACTIONS FOR EACH SESSION:\n".to_owned();
    for trx in &trxs {
        let waits_for = trx.wait.as_ref().and_then(|wait| engine.show_lock(&wait.lock));
        out += "---";
        out += &transaction(trx, waits_for.as_ref(), now_us);
        if let Some(waits_for) = &waits_for {
            let waited_us = now_us.saturating_sub(trx.activity.waits_since_us.unwrap_or(now_us));
            let _ = writeln!(out, "------- TRX HAS BEEN WAITING {waited_us} us FOR THIS LOCK TO BE GRANTED:");
            out += &lock(waits_for, home);
            out += "------------------\n";
        }
    }
    let sessions = engine.sessions();
    for (session, _) in sessions.iter().filter(|(session, _)| !trxs.iter().any(|trx| trx.session == *session)) {
        let _ = writeln!(out, "---TRANSACTION (session {session}), not started");
        let _ = writeln!(out, "0 lock struct(s), heap size {LOCK_HEAP_BYTES}, 0 row lock(s)");
    }
    out
}

#[doc(alias = "trx_print_low")]
fn transaction(trx: &TrxStatus, waits_for: Option<&ShownLock>, now_us: u64) -> String {
    let activity = &trx.activity;
    let seconds = now_us.saturating_sub(activity.transaction_began_us) / 1_000_000;
    let mut out = format!("TRANSACTION {}, ACTIVE {seconds} sec", trx.shown_trx_id);
    if let Some(lock) = waits_for {
        let _ = write!(out, " {}", operation_state(activity, Some(&lock.row)));
    }
    out += "\n";
    // In a deadlock, the statement of a transaction that waits is under way.
    let is_running = activity.is_running || waits_for.is_some();
    if is_running {
        let n_tables = trx.locked_tables.len().max(1);
        let _ = writeln!(out, "mysql tables in use {n_tables}, locked {n_tables}");
    }
    let state = if waits_for.is_some() { "LOCK WAIT " } else { "" };
    let (structures, rows) = (trx.structures, trx.row_locks);
    let _ = write!(out, "{state}{structures} lock struct(s), heap size {LOCK_HEAP_BYTES}, {rows} row lock(s)");
    if trx.undo_records > 0 {
        let _ = write!(out, ", undo log entries {}", trx.undo_records);
    }
    let (session, query_id, word) = (trx.session, activity.query_id, thread_state(activity));
    let _ =
        write!(out, "\nMariaDB thread id {session}, OS thread handle 0, query id {query_id} {HOST} {USER} {word}\n");
    if is_running && !activity.statement.is_empty() {
        out += &activity.statement;
        out += "\n";
    }
    out
}

/// A lock and its records (R2).
#[doc(alias = "lock_rec_print")]
fn lock(lock: &ShownLock, home: &str) -> String {
    let ShownLock { row, space, records, .. } = lock;
    let (table, trx, mode) = (full_name(row, home), row.trx_id, mode_words(row));
    let waiting = if row.waiting { " waiting" } else { "" };
    let Some(index) = &row.index else {
        return format!("TABLE LOCK table {table} trx id {trx} {mode}{waiting}\n");
    };
    let first = records.first();
    let page_no = first.map_or(0, |record| record.page_no.0);
    let bits = first.map_or(LEAST_BITS, |record| n_bits(record.n_heap.into()));
    let mut out = format!(
        "RECORD LOCKS space id {} page no {page_no} n bits {bits} index {index} of table {table} trx id {trx} {mode}{waiting}\n",
        space.0
    );
    out.extend(records.iter().map(record));
    out
}

/// The size of a lock structure's bitmap for a page with a heap of `n_heap` records.
fn n_bits(n_heap: usize) -> usize {
    ((1 + (n_heap + SPARE_BITS) / 8) * 8).max(LEAST_BITS)
}

/// `lock_mode X locks rec but not gap`; `lock mode S`, without the underscore.
fn mode_words(lock: &LockRow) -> String {
    let mut words = lock.mode.split(',');
    let mut out = match words.next().unwrap_or_default() {
        "X" if lock.index.is_some() => "lock_mode X".to_owned(),
        "AUTO_INC" => "lock mode AUTO-INC".to_owned(),
        mode => format!("lock mode {mode}"),
    };
    for word in words {
        out += match word {
            "GAP" => " locks gap before rec",
            "REC_NOT_GAP" => " locks rec but not gap",
            _ => " insert intention",
        };
    }
    out
}

#[doc(alias = "rec_print_new")]
fn record(record: &PlacedRecord) -> String {
    let PlacedRecord { heap_no, info_bits, fields, .. } = record;
    let mut out = format!(
        "Record lock, heap no {heap_no} PHYSICAL RECORD: n_fields {}; compact format; info bits {info_bits}\n",
        fields.len()
    );
    for (number, field) in fields.iter().enumerate() {
        let _ = match field {
            None => writeln!(out, " {number}: SQL NULL;"),
            Some(bytes) => writeln!(out, " {number}: {};", shown_field(bytes)),
        };
    }
    out + "\n"
}

/// `len 4; hex 80000005; asc     ;`, of a long field the first bytes.
#[doc(alias = "ut_print_buf")]
fn shown_field(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let hex: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let text: String =
        shown.iter().map(|&byte| if (b' '..=b'~').contains(&byte) { byte as char } else { ' ' }).collect();
    let total = if bytes.len() > SHOWN_BYTES { format!(" (total {} bytes)", bytes.len()) } else { String::new() };
    format!("len {}; hex {hex}; asc {text};{total}", shown.len())
}

fn packed_time(us: u64) -> String {
    DateTime::since_1970(us).with_fsp(0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_the_server_prints_them() {
        assert_eq!(shown_field(b"\x80\0\0\x05"), "len 4; hex 80000005; asc     ;");
        let long = shown_field(&[b'a'; 40]);
        assert_eq!(long, format!("len 30; hex {}; asc {}; (total 40 bytes)", "61".repeat(30), "a".repeat(30)));
        assert_eq!((n_bits(5), n_bits(256), n_bits(400)), (320, 328, 472));
    }
}
