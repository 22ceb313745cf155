//! Exported tables of every kind and size: the server shows the same rows and changes them.

use super::referee::*;
use crate::common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Alter, ColumnDefault, Datum, Engine, KeyRange, TableDef};
use innolab_testing::{is_full, size};
use std::sync::Arc;

fn defs(n: usize) -> Vec<TableDef> {
    let mut hidden = wide_def(&format!("hidden{n}"));
    hidden.primary_key.clear();
    vec![small_def(&format!("small{n}")), wide_def(&format!("wide{n}")), hidden]
}

#[test]
fn a_server_imports_and_changes_the_tables() {
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let many = size(150, 1000);
    for n in [0, 1, many] {
        for def in defs(n) {
            let name = def.name.clone();
            engine.create_table(def.clone()).unwrap();
            let table = engine.table(&name).unwrap();
            let (mut model, mut rng) = (Model::default(), Rng(n as u64));
            let mut changes = 0;
            while model.rows.len() < n || (n > 1 && changes < 2 * n) {
                change(&engine, &table, &mut model, &mut rng);
                changes += 1;
            }
            model.check(&engine, &table);
            export_and_compare(&server, &engine, &name, dir.path());
            if n == many || is_full() {
                let_the_server_change(&server, &def);
            }
        }
    }
    engine.close().unwrap();
    for file in ["sys.ibd", &format!("wide{many}.ibd"), "hidden0.ibd"] {
        innochecksum(&dir.path().join("db").join(file));
    }
}

#[test]
fn merged_and_shrunk_trees_are_imported() {
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let def = wide_def("shrunk");
    engine.create_table(def.clone()).unwrap();
    let table = engine.table("shrunk").unwrap();
    let mut rng = Rng(9);
    let mut statement = begin(&engine);
    for _ in 0..size(4_000, 20_000) {
        let _ = statement.add(&table, &row(&mut rng, &def));
    }
    statement.commit().unwrap();
    let mut statement = begin(&engine);
    for (i, row) in rows(&engine, &table).iter().enumerate() {
        if i % 40 != 0 {
            statement.delete(&table, row).unwrap();
        }
    }
    statement.commit().unwrap();
    engine.purge().unwrap();
    let counts = table.tree().counts();
    let many = size(20, 100);
    assert!(counts.merges > many && counts.splits > many, "{counts:?}");
    export_and_compare(&server, &engine, "shrunk", dir.path());
    let_the_server_change(&server, &def);
}

#[test]
fn auto_increment_and_odd_names_arrive() {
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let mut def = small_def("t");
    def.auto_increment = Some(0);
    def.columns[1].name = "a `b` ünd 漢".to_owned();
    def.columns[1].default = Some(ColumnDefault::Value(Datum::Bytes("it's".into())));
    engine.create_table(def).unwrap();
    let table = engine.table("t").unwrap();
    let mut statement = begin(&engine);
    for id in [1, 900, 17] {
        statement.add(&table, &[Datum::Int(id), Datum::Null]).unwrap();
    }
    statement.delete(&table, &[Datum::Int(900), Datum::Null]).unwrap();
    statement.commit().unwrap();
    let file = dir.path().join("t.ibd");
    let exported = engine.export("t", &file, innolab_engine::Importer::MariaDb).unwrap();
    assert!(
        engine.export("t", &file, innolab_engine::Importer::MariaDb).is_err() && file.exists(),
        "an existing file is not replaced"
    );
    import(&server, &exported, "t", &file);
    server.sql("INSERT INTO d.t () VALUES ()");
    assert_eq!(server.sql("SELECT * FROM d.t"), ["1\tNULL", "17\tNULL", "901\tit's"]);
}

/// Tables with secondary indexes; the server then changes rows through each index.
#[test]
fn tables_with_secondary_indexes_are_imported() {
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    for (name, n) in [("none", 0), ("one", 1), ("many", size(150, 800))] {
        let mut def = indexed(name);
        // The last index is built over the rows.
        let late = def.indexes.pop().unwrap();
        engine.create_table(def.clone()).unwrap();
        let table = engine.table(name).unwrap();
        let mut rng = Rng(n);
        let mut trx = begin(&engine);
        for i in 0..n {
            let _ = trx.add(&table, &row(&mut rng, &def));
            if i % 3 == 2 && i % 100 > 50 {
                let all = rows_in(&engine, &table, &KeyRange::all(), true);
                let _ = all.first().map(|row| trx.delete(&table, row));
            }
        }
        trx.commit().unwrap();
        def.indexes.push(late);
        let columns = (0..def.columns.len()).map(Some).collect();
        engine
            .alter_table(
                &mut engine.ddl(&Arc::default()),
                &engine.table(name).unwrap(),
                Alter { def: def.clone(), columns, statement: String::new(), began_us: 0 },
            )
            .unwrap();
        assert!(engine.check_database(&mut |_, _| {}).unwrap().is_sound());
        export_and_compare(&server, &engine, name, dir.path());
        for index in &def.indexes {
            let first = &def.columns[index.columns[0]].name;
            let by = |columns: &str| {
                server.sql(&format!(
                    "SELECT {columns} FROM d.{name} FORCE INDEX ({}) WHERE {first} IS NOT NULL ORDER BY {first}",
                    index.name
                ))
            };
            let counted = server.sql(&format!("SELECT COUNT({first}) FROM d.{name} FORCE INDEX (PRIMARY)"));
            assert_eq!(by(&format!("COUNT({first})")), counted);
            server.sql(&format!("UPDATE d.{name} FORCE INDEX ({}) SET tiny = n % 100, small = ABS(n % 1000), code = CONCAT(n % 7) WHERE {first} IS NOT NULL", index.name));
            check_table(&server, name);
        }
        let_the_server_change(&server, &def);
    }
}

#[test]
fn a_table_with_an_open_transaction_is_not_exported() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    engine.create_table(small_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    trx.add(&table, &[Datum::Int(1), Datum::Null]).unwrap();
    let file = dir.path().join("t.export.ibd");
    let refused = engine.export("t", &file, innolab_engine::Importer::MariaDb).unwrap_err().to_string();
    assert!(refused.contains("a transaction is open") && !file.exists(), "{refused}");
    trx.commit().unwrap();
    engine.export("t", &file, innolab_engine::Importer::MariaDb).unwrap();
}

#[test]
fn a_million_rows() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: a million rows only in release mode");
        return;
    }
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut options = options();
    options.store.innodb_buffer_pool_size = 64 << 20;
    options.store.innodb_log_file_size = 96 << 20;
    options.innodb_flush_log_at_trx_commit = 0;
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path().join("db")).unwrap());
    let engine = Engine::open(disk, options).unwrap();
    let def = small_def("million");
    engine.create_table(def.clone()).unwrap();
    let table = engine.table("million").unwrap();
    let mut rng = Rng(10);
    let mut n = 0;
    while n < 1_000_000 {
        let mut statement = begin(&engine);
        for _ in 0..1000 {
            n += u32::from(statement.add(&table, &row(&mut rng, &def)).is_ok());
        }
        statement.commit().unwrap();
    }
    export_and_compare(&server, &engine, "million", dir.path());
    let_the_server_change(&server, &def);
}
