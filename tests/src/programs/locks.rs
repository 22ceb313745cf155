//! What excludes what, asked of a lock table: each pair of modes, by two transactions, on one thing.

use super::Table;
use innolab_base::{CondvarPark, Events, IndexId, Waiter};
use innolab_lock::{Answer, LockTable, Owner, RecordId, RecordKey, RecordMode, Table as Locked, TableMode, WaitPolicy};
use std::sync::Arc;

/// Two transactions.
fn two() -> (LockTable, [Owner; 2]) {
    let table = LockTable::new(Arc::new(CondvarPark), Events::none());
    let owners = [1, 2].map(|session| table.begin(Arc::new(Waiter::new(session))));
    (table, owners)
}

/// 1 for a lock that is granted.
fn is_granted(answer: Answer) -> u64 {
    u64::from(matches!(answer, Answer::Granted { .. }))
}

/// Rows ask, columns are held.
pub(super) fn of_tables() -> Table {
    let names = TableMode::ALL.map(TableMode::name);
    TableMode::ALL.iter().fold(Table::new(&names), |matrix, asked| {
        let cells = TableMode::ALL.map(|held| {
            let (table, [first, second]) = two();
            assert_eq!(is_granted(table.lock_table(first, Locked::Data(1), held, 0, WaitPolicy::Wait)), 1);
            is_granted(table.lock_table(second, Locked::Data(1), *asked, 0, WaitPolicy::NoWait))
        });
        matrix.row(asked.name(), cells)
    })
}

/// As [`of_tables`], on a record.
pub(super) fn of_records() -> Table {
    let name = |mode: RecordMode| if mode == RecordMode::Insert { "INSERT_INTENTION" } else { mode.name(false) };
    let names = RecordMode::ALL.map(name);
    RecordMode::ALL.iter().fold(Table::new(&names), |matrix, asked| {
        let cells = RecordMode::ALL.map(|held| {
            let (table, [first, second]) = two();
            let at = RecordId { index: IndexId(1), leaf: 1, key: RecordKey::Key(b"k") };
            assert_eq!(is_granted(table.lock_record(first, &at, held, 0, WaitPolicy::Wait)), 1);
            is_granted(table.lock_record(second, &at, *asked, 0, WaitPolicy::NoWait))
        });
        matrix.row(name(*asked), cells)
    })
}
