//! What DDL statements make, what they keep, and what they leave when they fail.

use super::ddl::*;
use crate::common::*;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_engine::{Alter, ColumnType, Datum, DuplicateLock, Engine, Error, IndexNo};
use innolab_testing::size;
use std::sync::Arc;

/// A statement that fails leaves the tables as they were, and they can be changed.
#[test]
fn a_failed_one_leaves_the_table_as_it_was() {
    let base = filled();
    let disk = base.killed();
    let engine = open_tiny(&disk).unwrap();
    let old = contents(&engine);
    let failed = |change: &dyn Fn(&mut Alter)| {
        let error = alter(&engine, change).unwrap_err();
        sound(&engine, &disk, &error.to_string());
        assert!(contents(&engine) == old, "{error}");
        error
    };
    let duplicate = failed(&|a| a.def.indexes.push(key("bu", &[2], true)));
    assert!(
        matches!(duplicate, Error::Duplicate { index: IndexNo(3), ref key } if *key == [Datum::Int(0)]),
        "{duplicate}"
    );
    let duplicate = failed(&|a| a.def.primary_key = vec![2]);
    assert!(matches!(duplicate, Error::Duplicate { index: IndexNo(0), .. }), "{duplicate}");
    let null = failed(&|a| a.def.columns[1].nullable = false);
    assert!(matches!(null, Error::Value { ref column, value: Datum::Null } if column == "a"), "{null}");
    let long = failed(&|a| a.def.columns[3].ty = ColumnType::VarChar { chars: 5 });
    assert!(matches!(long, Error::Value { ref column, .. } if column == "v"), "{long}");
    let taken = failed(&|a| a.def.name = "u".to_owned());
    assert!(matches!(taken, Error::TableExists { .. }), "{taken}");
    for names in [&[("u", "v"), ("t", "v")][..], &[("t", "u")], &[("t", "v"), ("u", "u"), ("u", "u")]] {
        let taken = rename(&engine, names).unwrap_err();
        assert!(matches!(taken, Error::TableExists { .. }), "{names:?}: {taken}");
        sound(&engine, &disk, "a taken name");
        assert!(contents(&engine) == old, "{names:?}");
    }
    for (call, nth) in [(Call::Create, 1), (Call::SetLen, 1)] {
        disk.inject(Fault { call: Some(call), nth, kind: FaultKind::Full, lasting: false });
        let full = alter(&engine, |a| {
            a.def.indexes.push(key("va", &[3, 1], false));
            a.def.columns[1].ty = int(8);
        });
        disk.heal();
        if let Err(full) = full {
            assert!(matches!(full, Error::DiskFull { .. }), "{full}");
            sound(&engine, &disk, "disk full");
            assert!(contents(&engine) == old);
        } else {
            panic!("no {call:?} was called");
        }
    }
    alter(&engine, |a| a.def.indexes.clear()).unwrap();
    sound(&engine, &disk, "in the end");
}

/// A new AUTO_INCREMENT column numbers the rows; a copy keeps the counter; TRUNCATE resets it.
#[test]
fn auto_increment_counters() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    alter(&engine, |a| {
        a.def.columns.push(column("n", uint(4), false));
        a.columns.push(None);
        a.def.auto_increment = Some(4);
        a.def.indexes.push(key("n", &[4], true));
    })
    .unwrap();
    let table = engine.table("t").unwrap();
    let numbers: Vec<Datum> = rows(&engine, &table).into_iter().map(|row| row[4].clone()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).map(Datum::UInt).collect::<Vec<_>>());
    assert_eq!(table.next_auto_increment(), numbers.len() as u64 + 1);
    table.bump_auto_increment(5000);
    let mut def = table.def().clone();
    def.columns[3].ty = ColumnType::VarChar { chars: 60 };
    let same = (0..def.columns.len()).map(Some).collect();
    engine
        .alter_table(
            &mut engine.ddl(&Arc::default()),
            &engine.table("t").unwrap(),
            Alter { def, columns: same, statement: String::new(), began_us: 0 },
        )
        .unwrap();
    assert_eq!(engine.table("t").unwrap().next_auto_increment(), 5001);
    engine.truncate_table(&mut engine.ddl(&Arc::default()), "t").unwrap();
    assert_eq!(engine.table("t").unwrap().next_auto_increment(), 1);
    sound(&engine, &disk, "counters");
}

/// A statement that was planned against an older definition is refused.
#[test]
fn a_table_that_was_altered_meanwhile() {
    let engine = open_tiny(&filled()).unwrap();
    let old = engine.table("t").unwrap();
    alter(&engine, |a| a.def.indexes.clear()).unwrap();
    let alter =
        Alter { def: old.def().clone(), columns: (0..4).map(Some).collect(), statement: String::new(), began_us: 0 };
    let late = engine.alter_table(&mut engine.ddl(&Arc::default()), &old, alter).unwrap_err();
    assert!(matches!(late, Error::TableDefChanged), "{late}");
    let late =
        engine.rename_tables(&mut engine.ddl(&Arc::default()), &[(old.clone(), old.def().clone())], "").unwrap_err();
    assert!(matches!(late, Error::TableDefChanged), "{late}");
    assert_eq!(engine.table("t").unwrap().def().indexes, []);
}

/// A file that belongs to no table keeps its name; the table's file gets its name once that file is gone.
#[test]
fn a_file_in_the_way_is_not_replaced() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    disk.create("other.ibd").unwrap().write_at(0, b"mine").unwrap();
    rename(&engine, &[("t", "other")]).unwrap();
    let mut bytes = [0; 4];
    disk.open("other.ibd").unwrap().read_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"mine");
    assert!(disk.exists("t.ibd").unwrap());
    engine.close().unwrap();
    drop(engine);
    disk.remove("other.ibd").unwrap();
    let engine = open_tiny(&disk).unwrap();
    sound(&engine, &disk, "the file is gone");
}

/// An index with the same columns keeps its tree, a table whose rows stay keeps its number; a new file has new ones
/// (`alter` R3).
#[test]
fn r3_indexes_and_rows_that_stay_keep_their_numbers() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    let old = engine.table("t").unwrap();
    alter(&engine, |a| a.def.indexes = vec![key("new", &[3], false), key("renamed", &[2], false)]).unwrap();
    let new = engine.table("t").unwrap();
    assert_eq!((new.id(), new.indexes()[2].id()), (old.id(), old.indexes()[1].id()));
    assert!(new.indexes()[1].id() > old.indexes()[2].id());
    assert!(engine.table_by_id(old.id()).is_some_and(|t| Arc::ptr_eq(&t, &new)));
    engine.truncate_table(&mut engine.ddl(&Arc::default()), "t").unwrap();
    assert!(engine.table("t").unwrap().id() > new.id() && engine.table_by_id(old.id()).is_none());
}

/// One scan feeds all new indexes (`build` R3): pages read, with a pool that holds a part of the table.
#[test]
fn r3_one_scan_builds_all_indexes() {
    let disk = SimDisk::new(9);
    let mut options = tiny();
    options.store.innodb_buffer_pool_size = 1 << 20;
    let open = |disk: &SimDisk| Engine::open(Arc::new(disk.clone()), options.clone()).unwrap();
    let engine = open(&disk);
    engine.create_table(before()).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    for id in 1..=size(12_000, 20_000) {
        let row = [Datum::Int(id), Datum::Null, Datum::Int(0), Datum::Bytes(vec![b'x'; 30])];
        trx.insert(&table, &row, DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    drop(table);
    engine.close().unwrap();
    let pages_read = |indexes: usize, by_copy: bool| {
        let engine = open(&disk.killed());
        let before = engine.store().counts().pages_read;
        alter(&engine, |a| {
            a.def.columns[3].nullable = !by_copy;
            a.def.indexes =
                (0..indexes).map(|n| key(&format!("k{n}"), [&[2, 1][..], &[1, 2], &[2, 1, 0]][n % 3], false)).collect();
        })
        .unwrap();
        engine.store().counts().pages_read - before
    };
    for by_copy in [false, true] {
        let [one, six] = [1, 6].map(|indexes| pages_read(indexes, by_copy));
        assert!(
            one > size(40, 80) && six < one + one / 2,
            "by copy: {by_copy}; {one} pages for one index, {six} for six"
        );
    }
}
