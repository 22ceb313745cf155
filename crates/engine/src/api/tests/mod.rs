//! Transactions from inside the crate: rows and entries as they are on their pages, compared with a model.
#![allow(clippy::unwrap_used)]

mod background;
mod crash;
mod ends;
mod gaps;
mod several;
mod single;
mod threads;

use crate::codec::Fields;
use crate::{
    ColumnDef, ColumnType, Datum, Engine, Index, IndexDef, IndexNo, Isolation, Options, Table, TableDef, Transaction,
};
use innolab_base::Waiter;
pub(crate) use innolab_base::rng::Rng;
use innolab_disk::SimDisk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) fn options() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 4 << 20;
    options.store.innodb_log_file_size = 8 << 20;
    options.store.background = false;
    options.store.innodb_adaptive_hash_index = innolab_testing::hash_index();
    options.log_bin = None;
    options
}

pub(crate) fn open(disk: &SimDisk) -> Arc<Engine> {
    Engine::open(Arc::new(disk.clone()), options()).unwrap()
}

fn column(name: &str, ty: ColumnType, nullable: bool) -> ColumnDef {
    ColumnDef::new(name, ty, nullable)
}

/// `t (id INT PRIMARY KEY, c INT, u INT, v VARCHAR(20), KEY (c), UNIQUE (u), KEY (v, c))`
pub(crate) fn def(name: &str) -> TableDef {
    let int = ColumnType::Int { bytes: 4, unsigned: false };
    let index =
        |name: &str, columns: &[usize], unique| IndexDef { name: name.to_owned(), columns: columns.to_vec(), unique };
    TableDef {
        name: name.to_owned(),
        columns: vec![
            column("id", int, false),
            column("c", int, true),
            column("u", int, true),
            column("v", ColumnType::VarChar { chars: 20 }, true),
        ],
        primary_key: vec![0],
        indexes: vec![index("c", &[1], false), index("u", &[2], true), index("vc", &[3, 1], false)],
        sql: "CREATE TABLE".to_owned(),
        ..TableDef::default()
    }
}

pub(crate) fn begin(engine: &Arc<Engine>) -> Transaction {
    engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead)
}

pub(crate) fn int(v: i64) -> Datum {
    Datum::Int(v)
}

pub(crate) fn text(v: &str) -> Datum {
    Datum::Bytes(v.as_bytes().to_vec())
}

/// Rows by primary key.
pub(crate) type Rows = BTreeMap<Datum, Vec<Datum>>;

/// The newest versions that are not delete-marked.
pub(crate) fn live(table: &Table) -> Rows {
    let index = table.clustered();
    let (mut rows, mut row) = (Rows::new(), vec![]);
    let mut cursor = index.tree.cursor();
    let mut there = cursor.first().unwrap();
    while there {
        if !cursor.record().is_deleted() {
            index.codec.decode(cursor.record(), &mut row);
            rows.insert(row[0].clone(), row.clone());
        }
        there = cursor.next().unwrap();
    }
    rows
}

/// Every record of an index: its fields, and true if it is delete-marked.
pub(crate) fn records(table: &Table, no: IndexNo) -> Vec<(Vec<Option<Vec<u8>>>, bool)> {
    let index = table.index(no);
    let mut all = vec![];
    let mut cursor = index.tree.cursor();
    let mut there = cursor.first().unwrap();
    while there {
        let record = cursor.record();
        all.push((record.fields().map(|f| f.map(<[u8]>::to_vec)).collect(), record.is_deleted()));
        there = cursor.next().unwrap();
    }
    all
}

/// The fields of a row's entry in an index.
pub(crate) fn entry(index: &Index, row: &[Datum]) -> Vec<Option<Vec<u8>>> {
    let mut fields = Fields::default();
    index.codec.entry_of(row, &mut fields).unwrap();
    fields.iter().map(|f| f.map(<[u8]>::to_vec)).collect()
}

/// Asserts that the trees are sound, each live row has its entry in each index, and each unmarked entry has its row.
pub(crate) fn check(table: &Table) {
    table.validate().unwrap();
    let rows = live(table);
    for (no, index) in table.secondaries() {
        let expected: BTreeSet<Vec<Option<Vec<u8>>>> = rows.values().map(|row| entry(index, row)).collect();
        let found = records(table, no).into_iter().filter(|(_, deleted)| !deleted).map(|(fields, _)| fields).collect();
        assert_eq!(expected, found, "{no:?} of {}", table.def().name);
    }
}

/// As [`check`]; and no delete-marked record is left.
pub(crate) fn check_purged(table: &Table) {
    check(table);
    for no in 0..table.indexes().len() {
        let left = records(table, IndexNo(no)).into_iter().filter(|(_, deleted)| *deleted).count();
        assert_eq!(left, 0, "marked entries of index {no}");
    }
}
