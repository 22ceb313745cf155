use super::*;
use crate::Engine;
use crate::codec::{ColumnDef, ColumnType, Datum, IndexDef, TableDef};
use crate::{DuplicateLock, Isolation, Options};
use expect_test::expect;
use innolab_btree::Inserted;
use innolab_disk::SimDisk;
use std::sync::Arc;

fn open() -> Arc<Engine> {
    let mut options = Options { log_bin: None, ..Options::default() };
    options.store.innodb_buffer_pool_size = 2 << 20;
    options.store.background = false;
    Engine::open(Arc::new(SimDisk::new(1)), options).unwrap()
}

fn def() -> TableDef {
    let int = ColumnType::Int { bytes: 4, unsigned: false };
    let column = |name: &str, nullable| ColumnDef::new(name, int, nullable);
    TableDef {
        name: "t".into(),
        columns: vec![column("id", false), column("u", true), column("a", true)],
        primary_key: vec![0],
        indexes: vec![
            IndexDef { name: "u".into(), columns: vec![1], unique: true },
            IndexDef { name: "a".into(), columns: vec![2, 1], unique: false },
        ],
        ..TableDef::default()
    }
}

/// 40 rows; one was changed and one deleted, without purge.
fn filled() -> (Arc<Engine>, Arc<Table>) {
    let engine = open();
    engine.create_table(def()).unwrap();
    let table = engine.table("t").unwrap();
    let row = |id: i64, u: Option<i64>| vec![Datum::Int(id), u.map_or(Datum::Null, Datum::Int), Datum::Int(id % 3)];
    let mut trx = engine.begin(&Arc::default(), Isolation::default());
    for id in 0..40 {
        trx.insert(&table, &row(id, (id % 4 > 0).then_some(id)), DuplicateLock::Shared).unwrap();
    }
    trx.commit().unwrap();
    let mut trx = engine.begin(&Arc::default(), Isolation::default());
    trx.update(&table, &row(1, Some(1)), &row(1, Some(100))).unwrap();
    trx.delete(&table, &row(2, Some(2))).unwrap();
    trx.commit().unwrap();
    (engine, table)
}

fn report(engine: &Engine) -> String {
    engine.check_database(&mut |_, _| {}).unwrap().to_string()
}

#[test]
fn a_sound_database_has_no_faults() {
    let (engine, _) = filled();
    expect![[r#"
        t.PRIMARY                                        39 live        1 deleted       1 pages
        t.u                                              39 live        2 deleted       1 pages
        t.a                                              39 live        2 deleted       1 pages
        history: 1 transactions to purge
        sound
    "#]]
    .assert_eq(&report(&engine));
    engine.purge().unwrap();
    expect![[r#"
        t.PRIMARY                                        39 live        0 deleted       1 pages
        t.u                                              39 live        0 deleted       1 pages
        t.a                                              39 live        0 deleted       1 pages
        history: 0 transactions to purge
        sound
    "#]]
    .assert_eq(&report(&engine));
}

/// Each rule is broken on purpose, and the fault is found.
#[test]
fn c1_c2_c3_faults_are_found() {
    let faults = |break_it: &dyn Fn(&Engine, &Table)| {
        let (engine, table) = filled();
        break_it(&engine, &table);
        engine.check_database(&mut |_, _| {}).unwrap().faults.join("\n") + "\n"
    };
    let int = |v: u32| (v | 1 << 31).to_be_bytes();
    let mut found = String::new();
    found += &faults(&|_, t| assert!(t.indexes()[1].tree.remove(&[Some(&int(5)), Some(&int(5))]).unwrap()));
    found += &faults(&|_, t| {
        let mark = |_: RecordRef<'_>, _: &mut Record| Ok(innolab_btree::Change::DeleteMark(true));
        assert!(t.indexes()[1].tree.modify(&[Some(&int(5)), Some(&int(5))], mark).unwrap());
    });
    found += &faults(&|_, t| {
        assert_eq!(t.indexes()[2].tree.insert(&[Some(&int(7)), None, Some(&int(8))]).unwrap(), Inserted::Yes)
    });
    found += &faults(&|_, t| {
        assert_eq!(t.indexes()[2].tree.insert(&[Some(&int(7)), None, Some(&int(99))]).unwrap(), Inserted::Yes)
    });
    found += &faults(&|_, t| assert!(t.tree().remove(&[Some(&int(39))]).unwrap()));
    found += &faults(&|_, t| {
        assert_eq!(t.indexes()[1].tree.insert(&[Some(&int(6)), Some(&int(7))]).unwrap(), Inserted::Yes)
    });
    found += &faults(&|engine, t| {
        let layout = innolab_page::Layout::new([innolab_page::Column::fixed(4)], 1);
        Tree::create(&engine.store, t.tree().space(), innolab_base::IndexId(77), layout).unwrap();
    });
    expect![[r#"
        t.PRIMARY: C2: row 80000005 has no entry in u
        t.PRIMARY: C2: row 80000005 has a deleted entry in u
        t.a: C2: entry 80000007 NULL 80000008 is live, its row is not, or has other values
        t.a: C2: entry 80000007 NULL 80000063 has no row
        t.u: C2: entry 80000027 80000027 has no row
        t.a: C2: entry 80000000 80000027 80000027 has no row
        t.u: C2: entry 80000006 80000007 is live, its row is not, or has other values
        t.u: C3: entry 80000006 80000007 is not the only live one of its unique values
        t.PRIMARY: t.ibd: C1: 8 segments for 3 indexes
    "#]]
    .assert_eq(&found);
}
