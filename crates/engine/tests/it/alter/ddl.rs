//! Two tables, and every kind of DDL statement on them.

use crate::common::*;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{Alter, ColumnDefault, ColumnType, Datum, DuplicateLock, Engine, IndexDef, Options, TableDef};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const ROWS: i64 = 300;

pub(super) type Contents = BTreeMap<String, (TableDef, Vec<Vec<Datum>>)>;

pub(super) fn tiny() -> Options {
    let mut options = options();
    options.store.innodb_buffer_pool_size = 2 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    // The log buffer fills while an index is built, and sorts write runs to the disk.
    options.store.innodb_log_buffer_size = 64 << 10;
    options.innodb_sort_buffer_size = 8 << 10;
    options.log_bin = None;
    options
}

pub(super) fn open_tiny(disk: &SimDisk) -> innolab_engine::Result<Arc<Engine>> {
    Engine::open(Arc::new(disk.clone()), tiny())
}

pub(super) fn key(name: &str, columns: &[usize], unique: bool) -> IndexDef {
    IndexDef { name: name.to_owned(), columns: columns.to_vec(), unique }
}

/// `id` (primary key), `a` (sometimes NULL, else unique), `b` (few values), `v`; KEY (b), UNIQUE (a).
pub(super) fn before() -> TableDef {
    let columns = vec![
        column("id", int(4), false),
        column("a", int(4), true),
        column("b", int(8), false),
        column("v", ColumnType::VarChar { chars: 30 }, true),
    ];
    TableDef { indexes: vec![key("b", &[2], false), key("a", &[1], true)], ..table_def("t", columns, &[0]) }
}

pub(super) fn row_of(id: i64) -> Vec<Datum> {
    let a = if id % 7 == 0 { Datum::Null } else { Datum::Int(id * 37 % 1009) };
    vec![Datum::Int(id), a, Datum::Int(id % 5), Datum::Bytes(format!("row {id} {}", "x".repeat(20)).into_bytes())]
}

/// A database with `t`, some of its rows deleted and not purged, and `u`, which is empty.
pub(super) fn filled() -> SimDisk {
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

/// The definition and the rows of each table, without hidden row ids: a repeated statement draws new ones.
pub(super) fn contents(engine: &Arc<Engine>) -> Contents {
    let of = |name: String| {
        let table = engine.table(&name).unwrap();
        let mut rows = rows(engine, &table);
        rows.iter_mut().for_each(|row| row.truncate(table.def().columns.len()));
        (name, (table.def().clone(), rows))
    };
    engine.tables().into_iter().map(of).collect()
}

/// Asserts that `check_database` finds no fault and that the files are those of the tables, under their names.
pub(super) fn sound(engine: &Engine, disk: &SimDisk, at: &str) {
    let report = engine.check_database(&mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{at}: {report}");
    let mut files = disk.list().unwrap();
    files.retain(|f| f.ends_with(".ibd") || f.ends_with(".tmp"));
    let mut names: Vec<String> = engine.tables().into_iter().map(|name| format!("{name}.ibd")).collect();
    names.push("sys.ibd".to_owned());
    names.sort();
    assert_eq!(files, names, "{at}");
}

pub(super) type Ddl = fn(&Arc<Engine>) -> innolab_engine::Result<()>;

pub(super) fn alter(engine: &Arc<Engine>, change: impl FnOnce(&mut Alter)) -> innolab_engine::Result<()> {
    let def = before();
    let mut alter =
        Alter { columns: (0..def.columns.len()).map(Some).collect(), def, statement: String::new(), began_us: 0 };
    change(&mut alter);
    engine.alter_table(&mut engine.ddl(&Arc::default()), &engine.table("t").unwrap(), alter)
}

pub(super) fn rename(engine: &Arc<Engine>, names: &[(&str, &str)]) -> innolab_engine::Result<()> {
    let renamed = |(from, to): &(&str, &str)| {
        let table = engine.table(from).unwrap();
        let def = TableDef { name: (*to).to_owned(), ..table.def().clone() };
        (table, def)
    };
    engine.rename_tables(
        &mut engine.ddl(&Arc::default()),
        &names.iter().map(renamed).collect::<Vec<_>>(),
        "RENAME TABLE …",
    )
}

/// A statement of each kind, on the tables of [`filled`].
pub(super) const KINDS: &[(&str, Ddl)] = &[
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
            a.def.columns[1].default = Some(ColumnDefault::Value(Datum::Int(42)));
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
    ("truncate", |e| e.truncate_table(&mut e.ddl(&Arc::default()), "t")),
    ("drop", |e| e.drop_table(&mut e.ddl(&Arc::default()), "t")),
    ("load", |e| {
        // Enough rows for several leaves in both indexes.
        let mut rows = (0..5 * ROWS).map(|id| vec![Datum::Int(3 * id), Datum::Bytes(format!("row {id}").into_bytes())]);
        load(e, "u", &mut rows).map(|loaded| assert_eq!(loaded, 5 * ROWS as u64))
    }),
];

pub(super) fn load(
    engine: &Arc<Engine>,
    table: &str,
    rows: &mut dyn Iterator<Item = Vec<Datum>>,
) -> innolab_engine::Result<u64> {
    engine.load_table(&Arc::default(), table, &mut |row| {
        let next = rows.next();
        row.clear();
        row.extend(next.iter().flatten().cloned());
        Ok(next.is_some())
    })
}
