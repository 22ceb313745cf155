//! ALTER, TRUNCATE, RENAME, loads, indexes built over rows: what they make, what they leave when they fail, and a crash
//! at *every* call of each of them: afterwards the table is as before or as after, every index agrees with the rows,
//! each file is called as its table, and no file, tree or segment is left over.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod full;

use common::*;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_engine::{
    Alter, ColumnType, Datum, DuplicateLock, Engine, Error, IndexDef, IndexNo, Options, Preset, TableDef,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const ROWS: i64 = 300;

type Contents = BTreeMap<String, (TableDef, Vec<Vec<Datum>>)>;

fn tiny() -> Options {
    let mut options = options();
    options.store.innodb_buffer_pool_size = 2 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    // The log is written while an index is built, and sorts go to the disk.
    options.store.innodb_log_buffer_size = 64 << 10;
    options.innodb_sort_buffer_size = 8 << 10;
    options.log_bin = None;
    options
}

fn open_tiny(disk: &SimDisk) -> innolab_engine::Result<Arc<Engine>> {
    Engine::open(Arc::new(disk.clone()), tiny())
}

fn key(name: &str, columns: &[usize], unique: bool) -> IndexDef {
    IndexDef { name: name.to_owned(), columns: columns.to_vec(), unique }
}

/// `id`, `a` (NULL now and then, otherwise unique), `b` (few values), `v`; keys on `b` and on (`a`).
fn before() -> TableDef {
    let columns = vec![
        column("id", int(4), false),
        column("a", int(4), true),
        column("b", int(8), false),
        column("v", ColumnType::VarChar { chars: 30 }, true),
    ];
    TableDef { indexes: vec![key("b", &[2], false), key("a", &[1], true)], ..table_def("t", columns, &[0]) }
}

fn row_of(id: i64) -> Vec<Datum> {
    let a = if id % 7 == 0 { Datum::Null } else { Datum::Int(id * 37 % 1009) };
    vec![Datum::Int(id), a, Datum::Int(id % 5), Datum::Bytes(format!("row {id} {}", "x".repeat(20)).into_bytes())]
}

/// `t` with rows, some of them deleted and not purged, and `u`, empty.
fn filled() -> SimDisk {
    let disk = SimDisk::new(5);
    let engine = open_tiny(&disk).unwrap();
    engine.create_table(before()).unwrap();
    let indexes = vec![key("v", &[1], false)];
    engine.create_table(TableDef { indexes, ..small_def("u") }).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    for id in (1..=ROWS).rev() {
        trx.insert(&table, &row_of(id), DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    let mut trx = begin(&engine);
    for id in (10..ROWS).step_by(29) {
        trx.delete(&table, &row_of(id)).unwrap();
    }
    trx.commit().unwrap();
    engine.close().unwrap();
    disk
}

/// Without hidden row ids: these are never given twice, so a statement that is repeated has other ones.
fn contents(engine: &Arc<Engine>) -> Contents {
    let of = |name: String| {
        let table = engine.table(&name).unwrap();
        let mut rows = rows(engine, &table);
        rows.iter_mut().for_each(|row| row.truncate(table.def().columns.len()));
        (name, (table.def().clone(), rows))
    };
    engine.tables().into_iter().map(of).collect()
}

/// No fault, and each table's file under its name, and no other.
fn sound(engine: &Engine, disk: &SimDisk, at: &str) {
    let report = engine.check_database(&mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{at}: {report}");
    let mut files = disk.list().unwrap();
    files.retain(|f| f.ends_with(".ibd") || f.ends_with(".tmp"));
    let mut names: Vec<String> = engine.tables().into_iter().map(|name| format!("{name}.ibd")).collect();
    names.push("sys.ibd".to_owned());
    names.sort();
    assert_eq!(files, names, "{at}");
}

type Ddl = fn(&Arc<Engine>) -> innolab_engine::Result<()>;

fn alter(engine: &Arc<Engine>, change: impl FnOnce(&mut Alter)) -> innolab_engine::Result<()> {
    let def = before();
    let mut alter =
        Alter { columns: (0..def.columns.len()).map(Some).collect(), def, statement: String::new(), began_us: 0 };
    change(&mut alter);
    engine.alter_table(&Arc::default(), &engine.table("t").unwrap(), alter)
}

fn rename(engine: &Arc<Engine>, names: &[(&str, &str)]) -> innolab_engine::Result<()> {
    let renamed = |(from, to): &(&str, &str)| {
        let table = engine.table(from).unwrap();
        let def = TableDef { name: (*to).to_owned(), ..table.def().clone() };
        (table, def)
    };
    engine.rename_tables(&Arc::default(), &names.iter().map(renamed).collect::<Vec<_>>(), "RENAME TABLE …")
}

const KINDS: &[(&str, Ddl)] = &[
    ("add an index", |e| alter(e, |a| a.def.indexes.push(key("v", &[3, 2], false)))),
    ("add a unique index and drop one", |e| {
        alter(e, |a| a.def.indexes = vec![key("a", &[1], true), key("va", &[3, 1], true)])
    }),
    ("drop an index", |e| alter(e, |a| drop(a.def.indexes.remove(0)))),
    ("rename table, index and column", |e| {
        alter(e, |a| {
            a.def.name = "other".to_owned();
            a.def.indexes[0].name = "bee".to_owned();
            a.def.columns[2].name = "bee".to_owned();
            // Several rows of the dictionary.
            a.def.sql = "CREATE TABLE other (…)".to_owned() + &" long".repeat(3000);
        })
    }),
    ("add a column and an index on it", |e| {
        alter(e, |a| {
            a.def.columns.insert(1, column("n", int(2), false));
            a.def.columns[1].default = Some(Preset::Value(Datum::Int(42)));
            a.columns.insert(1, None);
            a.def.indexes = vec![key("n", &[1, 3], false), key("a", &[2], true)];
        })
    }),
    ("drop a column, under another name", |e| {
        alter(e, |a| {
            a.def.columns.remove(3);
            a.columns.remove(3);
            a.def.name = "other".to_owned();
        })
    }),
    ("another primary key", |e| {
        alter(e, |a| {
            a.def.primary_key = vec![2, 0];
            a.def.indexes = vec![key("a", &[1], true)];
        })
    }),
    ("no primary key", |e| alter(e, |a| a.def.primary_key.clear())),
    ("rename", |e| rename(e, &[("t", "other")])),
    ("swap two names", |e| rename(e, &[("t", "u"), ("u", "t")])),
    ("move two names on", |e| rename(e, &[("u", "v"), ("t", "u")])),
    ("truncate", |e| e.truncate_table(&Arc::default(), "t")),
    ("drop", |e| e.drop_table(&Arc::default(), "t")),
    ("load", |e| {
        // Several leaves, in both indexes.
        let mut rows = (0..5 * ROWS).map(|id| vec![Datum::Int(3 * id), Datum::Bytes(format!("row {id}").into_bytes())]);
        load(e, "u", &mut rows).map(|loaded| assert_eq!(loaded, 5 * ROWS as u64))
    }),
];

fn load(engine: &Arc<Engine>, table: &str, rows: &mut dyn Iterator<Item = Vec<Datum>>) -> innolab_engine::Result<u64> {
    engine.load_table(&Arc::default(), table, &mut |row| {
        let next = rows.next();
        row.clear();
        row.extend(next.iter().flatten().cloned());
        Ok(next.is_some())
    })
}

/// What was loaded is what inserts would have made, and works on; what cannot be loaded leaves the table empty.
#[test]
fn a_load() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    let number = |id: i64| vec![Datum::Int(id), Datum::Null, Datum::Int(id), Datum::Bytes(b"v".to_vec())];
    let not_empty = load(&engine, "t", &mut [number(1)].into_iter()).unwrap_err();
    assert!(matches!(not_empty, Error::Unsupported(_)), "{not_empty}");
    engine.truncate_table(&Arc::default(), "t").unwrap();
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
    assert_eq!(written, [vec![0; 6], [&[0x80][..], &[0; 6]].concat()], "by nobody, and there is no version before");
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

/// Hidden row ids and the AUTO_INCREMENT counter go on behind what was loaded.
#[test]
fn what_a_load_counts() {
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

#[test]
fn a_table_is_as_before_or_as_after() {
    let base = filled();
    for (kind, ddl) in KINDS {
        let states = {
            let disk = base.killed();
            let engine = open_tiny(&disk).unwrap();
            let old = contents(&engine);
            ddl(&engine).unwrap();
            sound(&engine, &disk, kind);
            let new = contents(&engine);
            engine.close().unwrap();
            assert!(old != new && contents(&open_tiny(&disk).unwrap()) == new, "{kind}: it stays so");
            [old, new]
        };
        let disk = base.killed();
        let engine = open_tiny(&disk).unwrap();
        let crashes = Arc::new(Mutex::new(vec![]));
        disk.on_call({
            let (disk, crashes) = (disk.clone(), crashes.clone());
            move |call| {
                let mut crashes = crashes.lock().unwrap();
                let n = crashes.len() as u64;
                crashes.push((format!("{kind}: killed before {call:?} {n}"), disk.killed()));
                for loss in [0, 2 + n] {
                    crashes.push((format!("{kind}: power loss {loss} before {call:?} {n}"), disk.power_loss(loss)));
                }
            }
        });
        ddl(&engine).unwrap();
        disk.clear_hook();
        let crashes = std::mem::take(&mut *crashes.lock().unwrap());
        let (mut old, mut new) = (0, 0);
        for (at, disk) in &crashes {
            let engine = open_tiny(disk).unwrap_or_else(|e| panic!("{at}: {e}"));
            sound(&engine, disk, at);
            let found = contents(&engine);
            assert!(states.contains(&found), "{at}: {:?}", found.keys());
            if found == states[0] { old += 1 } else { new += 1 }
        }
        assert!(old > 0 && new > 0, "{kind}: {old} as before, {new} as after");
    }
}

/// What fails leaves nothing, and the table works on.
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
        sound(&engine, &disk, "a name that is taken");
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
            panic!("{call:?} does not happen");
        }
    }
    alter(&engine, |a| a.def.indexes.clear()).unwrap();
    sound(&engine, &disk, "after all");
}

/// The AUTO_INCREMENT counter: a new column numbers the rows, a copy keeps what was given, TRUNCATE begins again.
#[test]
fn counters() {
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
            &Arc::default(),
            &engine.table("t").unwrap(),
            Alter { def, columns: same, statement: String::new(), began_us: 0 },
        )
        .unwrap();
    assert_eq!(engine.table("t").unwrap().next_auto_increment(), 5001);
    engine.truncate_table(&Arc::default(), "t").unwrap();
    assert_eq!(engine.table("t").unwrap().next_auto_increment(), 1);
    sound(&engine, &disk, "counters");
}

/// What was thought of another definition is not done.
#[test]
fn a_table_that_was_altered_meanwhile() {
    let engine = open_tiny(&filled()).unwrap();
    let old = engine.table("t").unwrap();
    alter(&engine, |a| a.def.indexes.clear()).unwrap();
    let alter =
        Alter { def: old.def().clone(), columns: (0..4).map(Some).collect(), statement: String::new(), began_us: 0 };
    let late = engine.alter_table(&Arc::default(), &old, alter).unwrap_err();
    assert!(matches!(late, Error::TableDefChanged), "{late}");
    let late = engine.rename_tables(&Arc::default(), &[(old.clone(), old.def().clone())], "").unwrap_err();
    assert!(matches!(late, Error::TableDefChanged), "{late}");
    assert_eq!(engine.table("t").unwrap().def().indexes, []);
}

/// A file that is no table's keeps its name: the table's waits until it is gone.
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

/// An index with the same columns keeps its tree, a table whose rows stay its number; a new file brings new ones.
#[test]
fn what_stays_is_not_made_again() {
    let disk = filled();
    let engine = open_tiny(&disk).unwrap();
    let old = engine.table("t").unwrap();
    alter(&engine, |a| a.def.indexes = vec![key("new", &[3], false), key("renamed", &[2], false)]).unwrap();
    let new = engine.table("t").unwrap();
    assert_eq!((new.id(), new.indexes()[2].id()), (old.id(), old.indexes()[1].id()));
    assert!(new.indexes()[1].id() > old.indexes()[2].id());
    assert!(engine.table_by_id(old.id()).is_some_and(|t| Arc::ptr_eq(&t, &new)));
    engine.truncate_table(&Arc::default(), "t").unwrap();
    assert!(engine.table("t").unwrap().id() > new.id() && engine.table_by_id(old.id()).is_none());
}

/// Rows are read once, however many indexes are made of them: counted in pages, with a pool that holds a part of the table.
#[test]
fn one_scan_for_all_indexes() {
    let disk = SimDisk::new(9);
    let mut options = tiny();
    options.store.innodb_buffer_pool_size = 1 << 20;
    let open = |disk: &SimDisk| Engine::open(Arc::new(disk.clone()), options.clone()).unwrap();
    let engine = open(&disk);
    engine.create_table(before()).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    for id in 1..=20_000 {
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
        assert!(one > 80 && six < one + one / 2, "by copy: {by_copy}; {one} pages for one index, {six} for six");
    }
}
