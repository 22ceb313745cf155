//! Metadata locks: DDL waits for transactions and transactions for DDL, deadlocks through rows and definitions, and
//! views that are older than a definition.

use crate::common::*;
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{
    Alter, Columns, Datum, DuplicateLock, Engine, Error, IndexDef, IndexNo, Isolation, KeyRange, Table, Transaction,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::JoinHandle;

fn session(n: u64) -> Arc<Waiter> {
    Arc::new(Waiter::new(n))
}

fn two_tables() -> Arc<Engine> {
    let engine = open(&SimDisk::new(1));
    for name in ["t", "u"] {
        engine.create_table(small_def(name)).unwrap();
        let mut trx = begin(&engine);
        let table = trx.table(name).unwrap();
        trx.insert(&table, &[Datum::Int(1), Datum::Null], DuplicateLock::Shared).unwrap();
        trx.commit().unwrap();
    }
    engine
}

fn add_index(engine: &Arc<Engine>, session_no: u64, name: &str) -> innolab_engine::Result<()> {
    let table = engine.table(name).unwrap();
    let mut def = table.def().clone();
    def.indexes.push(IndexDef { name: format!("k{}", def.indexes.len()), columns: vec![1], unique: false });
    engine.alter_table(
        &mut engine.ddl(&session(session_no)),
        &table,
        Alter { columns: vec![Some(0), Some(1)], def, statement: String::new(), began_us: 0 },
    )
}

fn read(trx: &mut Transaction, table: &Table, index: IndexNo) -> innolab_engine::Result<usize> {
    let mut n = 0;
    trx.read(table, index, &KeyRange::all(), false, Columns::All, &mut |_| {
        n += 1;
        ControlFlow::Continue(())
    })?;
    Ok(n)
}

/// Starts `work` on a thread and returns once that thread waits for a lock.
fn waiting<R: Send + 'static>(
    engine: &Arc<Engine>,
    work: impl FnOnce(Arc<Engine>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let before = engine.lock_waits().len();
    let thread = std::thread::spawn({
        let engine = engine.clone();
        move || work(engine)
    });
    while engine.lock_waits().len() == before && !thread.is_finished() {
        std::thread::yield_now();
    }
    assert!(!thread.is_finished(), "the thread does not wait");
    thread
}

#[test]
fn ddl_waits_for_users_of_the_table_and_later_ones_wait_for_ddl() {
    let engine = two_tables();
    let mut reader = engine.begin(&session(1), Isolation::RepeatableRead);
    let table = reader.table("t").unwrap();
    assert_eq!(read(&mut reader, &table, IndexNo::CLUSTERED).unwrap(), 1);
    let ddl = waiting(&engine, |engine| engine.truncate_table(&mut engine.ddl(&session(2)), "t"));
    let late = waiting(&engine, |engine| {
        let mut trx = engine.begin(&session(3), Isolation::RepeatableRead);
        let table = trx.table("t").unwrap();
        (table.id(), read(&mut trx, &table, IndexNo::CLUSTERED).unwrap())
    });
    // The first user goes on with the table; other tables are free.
    let same = reader.table("t").unwrap();
    assert_eq!(read(&mut reader, &same, IndexNo::CLUSTERED).unwrap(), 1);
    add_index(&engine, 4, "u").unwrap();
    reader.commit().unwrap();
    ddl.join().unwrap().unwrap();
    let (id, n) = late.join().unwrap();
    assert!(id > table.id() && n == 0, "the late reader sees the new table");
}

/// Uses one more table and ends.
fn end_with(mut trx: Transaction, name: &str) -> innolab_engine::Result<&'static str> {
    match trx.table(name) {
        Ok(_) => trx.commit().map(|()| "went on"),
        Err(Error::Deadlock(_)) => trx.rollback().map(|()| "deadlock"),
        Err(e) => Err(e),
    }
}

/// Two transactions use a table each and want the other's, and between them on each table waits DDL: a deadlock.
#[test]
fn a_deadlock_through_definitions_is_found() {
    let engine = two_tables();
    let mut one = engine.begin(&session(1), Isolation::RepeatableRead);
    let u = one.table("u").unwrap();
    assert_eq!(read(&mut one, &u, IndexNo::CLUSTERED).unwrap(), 1);
    // DDL on u waits for one, DDL on t for two.
    let ddl_on_u = waiting(&engine, |engine| engine.drop_table(&mut engine.ddl(&session(3)), "u"));
    let mut two = engine.begin(&session(2), Isolation::RepeatableRead);
    let t = two.table("t").unwrap();
    assert_eq!(read(&mut two, &t, IndexNo::CLUSTERED).unwrap(), 1);
    let ddl_on_t = waiting(&engine, |engine| engine.drop_table(&mut engine.ddl(&session(4)), "t"));
    // two waits behind the DDL on u, one behind the DDL on t.
    let second = waiting(&engine, move |_| end_with(two, "u"));
    let first = end_with(one, "t");
    let ends: Vec<String> = vec![
        format!("{:?}", first.map_err(|e| e.to_string())),
        format!("{:?}", second.join().unwrap().map_err(|e| e.to_string())),
        format!("{:?}", ddl_on_u.join().unwrap().map_err(|e| e.to_string())),
        format!("{:?}", ddl_on_t.join().unwrap().map_err(|e| e.to_string())),
    ];
    assert!(ends.iter().any(|end| end.contains("deadlock")), "{ends:?}");
    assert!(engine.lock_waits().is_empty() && engine.check_database(&mut |_, _| {}).unwrap().is_sound());
}

/// Error 1412, as in the server: also for a table that was made after the view, not for an index that was there
/// before it.
#[test]
fn a_view_may_not_read_by_a_newer_definition() {
    let engine = two_tables();
    add_index(&engine, 9, "t").unwrap();
    let mut old = engine.begin(&session(1), Isolation::RepeatableRead);
    old.open_view();
    add_index(&engine, 2, "t").unwrap();
    engine.truncate_table(&mut engine.ddl(&session(2)), "u").unwrap();
    engine.create_table(small_def("w")).unwrap();
    let mut may = |name: &str, index: usize| {
        let table = old.table(name).unwrap();
        match read(&mut old, &table, IndexNo(index)) {
            Ok(n) => Some(n),
            Err(Error::TableDefChanged) => None,
            Err(e) => panic!("{e}"),
        }
    };
    assert_eq!([may("t", 0), may("t", 1), may("t", 2), may("u", 0), may("w", 0)], [Some(1), Some(1), None, None, None]);
    old.commit().unwrap();
    let mut new = engine.begin(&session(1), Isolation::RepeatableRead);
    let t = new.table("t").unwrap();
    assert_eq!(read(&mut new, &t, IndexNo(2)).unwrap(), 1);
}
