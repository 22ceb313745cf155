//! Which lock modes are compatible: for each pair of modes, two transactions request a lock on the same resource.

use super::Table;
use innolab_base::{CondvarPark, Events, IndexId, Waiter};
use innolab_lock::{Answer, LockTable, Owner, RecordId, RecordKey, RecordMode, Table as Locked, TableMode, WaitPolicy};
use std::sync::Arc;

/// Returns a lock table with two transactions.
fn two() -> (LockTable, [Owner; 2]) {
    let table = LockTable::new(Arc::new(CondvarPark), Events::none());
    let owners = [1, 2].map(|session| table.begin(Arc::new(Waiter::new(session))));
    (table, owners)
}

/// Returns 1 for a granted lock, else 0.
fn is_granted(answer: Answer) -> u64 {
    u64::from(matches!(answer, Answer::Granted { .. }))
}

/// Table locks: rows are requested modes, columns are held ones.
pub(super) fn of_tables() -> Table {
    let names = TableMode::ALL.map(TableMode::name);
    TableMode::ALL.iter().fold(Table::new(&names), |matrix, requested| {
        let cells = TableMode::ALL.map(|held| {
            let (table, [first, second]) = two();
            assert_eq!(is_granted(table.lock_table(first, Locked(1), held, 0, WaitPolicy::Wait)), 1);
            is_granted(table.lock_table(second, Locked(1), *requested, 0, WaitPolicy::NoWait))
        });
        matrix.row(requested.name(), cells)
    })
}

/// Record locks: rows are requested modes, columns are held ones.
pub(super) fn of_records() -> Table {
    let name = |mode: RecordMode| if mode == RecordMode::Insert { "INSERT_INTENTION" } else { mode.name(false) };
    let names = RecordMode::ALL.map(name);
    RecordMode::ALL.iter().fold(Table::new(&names), |matrix, requested| {
        let cells = RecordMode::ALL.map(|held| {
            let (table, [first, second]) = two();
            let at = RecordId { index: IndexId(1), leaf: 1, key: RecordKey::Key(b"k") };
            assert_eq!(is_granted(table.lock_record(first, &at, held, 0, WaitPolicy::Wait)), 1);
            is_granted(table.lock_record(second, &at, *requested, 0, WaitPolicy::NoWait))
        });
        matrix.row(name(*requested), cells)
    })
}
