//! `Engine::load_table`: what it makes, what it refuses, what it counts.

use super::ddl::*;
use crate::common::*;
use innolab_disk::SimDisk;
use innolab_engine::{Datum, DuplicateLock, Error, IndexNo, TableDef};
use std::sync::Arc;

/// A load leaves the rows that inserts would have left, and they can be changed; a load that fails leaves the table
/// empty.
#[test]
fn a_load_leaves_all_rows_or_an_empty_table() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    let number = |id: i64| vec![Datum::Int(id), Datum::Null, Datum::Int(id), Datum::Bytes(b"v".to_vec())];
    let not_empty = load(&engine, "t", &mut [number(1)].into_iter()).unwrap_err();
    assert!(matches!(not_empty, Error::Unsupported(_)), "{not_empty}");
    engine.truncate_table(&mut engine.ddl(&Arc::default()), "t").unwrap();
    let twice = |unique: i64| vec![Datum::Int(unique), Datum::Int(7), Datum::Int(1), Datum::Null];
    let null = vec![Datum::Int(1), Datum::Null, Datum::Null, Datum::Null];
    type Check = fn(&Error) -> bool;
    let failing: [(Vec<Vec<Datum>>, Check); 5] = [
        (vec![number(1), number(3), number(2)], |e| matches!(e, Error::OutOfOrder)),
        (vec![number(1), number(1)], |e| matches!(e, Error::OutOfOrder)),
        (vec![twice(1), twice(2)], |e| matches!(e, Error::Duplicate { index: IndexNo(2), .. })),
        (vec![null], |e| matches!(e, Error::Value { column, .. } if column == "b")),
        (vec![number(1 << 40)], |e| matches!(e, Error::Value { column, .. } if column == "id")),
    ];
    for (rows_to_load, expected) in failing {
        let error = load(&engine, "t", &mut rows_to_load.clone().into_iter()).unwrap_err();
        assert!(expected(&error), "{error}");
        sound(&engine, &disk, &error.to_string());
        assert_eq!(rows(&engine, &engine.table("t").unwrap()).len(), 0, "{error}");
    }

    let all: Vec<_> = (1..=ROWS).map(row_of).collect();
    assert_eq!(load(&engine, "t", &mut all.clone().into_iter()).unwrap(), ROWS as u64);
    sound(&engine, &disk, "loaded");
    let table = engine.table("t").unwrap();
    assert_eq!(rows(&engine, &table), all);
    let mut cursor = table.tree().cursor();
    cursor.first().unwrap();
    let written = [1, 2].map(|field| cursor.record().field(field).unwrap().to_vec());
    assert_eq!(written, [vec![0; 6], [&[0x80][..], &[0; 6]].concat()], "no writer, and no version before");
    drop(cursor);
    let mut trx = begin(&engine);
    trx.delete(&table, &all[0]).unwrap();
    trx.update(&table, &all[1], &row_of(1)).unwrap();
    trx.rollback().unwrap();
    assert_eq!(rows(&engine, &table), all);
    engine.close().unwrap();
    drop((table, engine));
    let engine = open_tiny(&disk).unwrap();
    assert_eq!(rows(&engine, &engine.table("t").unwrap()), all);
}

/// Hidden row ids and the AUTO_INCREMENT counter continue above the loaded values.
#[test]
fn counters_continue_above_a_load() {
    let engine = open_tiny(&SimDisk::new(1)).unwrap();
    let mut def = small_def("c");
    (def.columns[0], def.auto_increment) = (column("id", uint(4), false), Some(0));
    engine.create_table(def).unwrap();
    engine.create_table(TableDef { primary_key: vec![], ..small_def("r") }).unwrap();
    load(&engine, "c", &mut (1..=9).map(|id| vec![Datum::UInt(10 * id), Datum::Null])).unwrap();
    assert_eq!(engine.table("c").unwrap().next_auto_increment(), 91);
    load(&engine, "r", &mut (0..100).map(|id| vec![Datum::Int(id % 3), Datum::Null])).unwrap();
    let table = engine.table("r").unwrap();
    let mut trx = begin(&engine);
    trx.insert(&table, &[Datum::Int(5), Datum::Null], DuplicateLock::Shared).unwrap();
    trx.commit().unwrap();
    let found = rows(&engine, &table);
    assert!(found.len() == 101 && found[100][0] == Datum::Int(5), "its row id is above theirs: {:?}", found[100]);
}
