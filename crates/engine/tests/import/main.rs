//! The referee: a real MariaDB takes exported files, agrees with every row, and goes on changing them until pages split
//! and merge.
//!
//! Needs `mariadbd`, `mariadb` and `innochecksum`; without them the tests say SKIPPED, or fail if CI is set.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod server;

use common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{
    Alter, ColumnDef, ColumnType, Datum, Engine, IndexDef, KeyRange, Options, Preset, TableDef, packed,
};
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn innochecksum(file: &Path) {
    let output = Command::new("innochecksum").arg(file).output().unwrap();
    assert!(output.status.success(), "innochecksum {}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
}

/// What the server shows for the rows, by `select` below.
fn shown(rows: &[Vec<Datum>], def: &TableDef) -> Vec<String> {
    let value = |(v, column): (&Datum, &ColumnDef)| match v {
        Datum::Null => "NULL".to_owned(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Bytes(b) => packed::show(column.ty, b)
            .unwrap_or_else(|| format!("x{}", b.iter().map(|b| format!("{b:02X}")).collect::<String>())),
    };
    rows.iter().map(|row| row.iter().zip(&def.columns).map(value).collect::<Vec<_>>().join("\t")).collect()
}

fn select(def: &TableDef) -> String {
    let columns = def.columns.iter().map(|c| match c.ty {
        ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. } => {
            format!("CONCAT('x', HEX({}))", c.name)
        }
        _ => c.name.clone(),
    });
    let order: Vec<&str> = def.key_columns().map(|c| c.name.as_str()).collect();
    let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    format!("SELECT {} FROM d.{}{order}", columns.collect::<Vec<_>>().join(", "), def.name)
}

fn engine_in(dir: &Path) -> Arc<Engine> {
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir).unwrap());
    Engine::open(disk, Options { innodb_flush_log_at_trx_commit: 0, ..options() }).unwrap()
}

/// Exports `def.name`, imports it and compares all rows. The exported file.
fn export_and_compare(server: &Server, engine: &Arc<Engine>, name: &str, to: &Path) -> PathBuf {
    let table = engine.table(name).unwrap();
    let file = to.join(format!("{name}.export.ibd"));
    let exported = engine.export(name, &file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), u64::from(exported.pages) * 16384);
    innochecksum(&file);
    server.import(&exported, name, &file);
    let expected = shown(&rows(engine, &table), table.def());
    let got = server.sql(&select(table.def()));
    assert!(
        got == expected,
        "{name}: {} rows, {} expected; the server says {:?}",
        got.len(),
        expected.len(),
        got.first()
    );
    file
}

/// Lets the server insert, update and delete until pages have split and merged.
fn let_the_server_change(server: &Server, def: &TableDef) {
    let name = &def.name;
    let wide = def.columns.len() > 2;
    let (columns, values, grow) = match wide {
        true => (
            "name, n, medium, text",
            "CONCAT('s', seq % 97), seq, -CAST(seq AS SIGNED), REPEAT('s', seq % 300)",
            "text = REPEAT('G', 299)",
        ),
        false => {
            ("id, v", "CAST(seq AS SIGNED) * 7919 % 1000003 - 2000000, REPEAT('s', seq % 40)", "v = REPEAT('G', 40)")
        }
    };
    let id = if wide { "n" } else { "id" };
    server.sql(&format!("USE d; INSERT IGNORE INTO {name} ({columns}) SELECT {values} FROM seq_1_to_4000"));
    server.check_table(name);
    server.sql(&format!("UPDATE d.{name} SET {grow} WHERE {id} % 3 = 0"));
    server.check_table(name);
    server.sql(&format!("DELETE FROM d.{name} WHERE {id} % 11 <> 0; SET GLOBAL innodb_max_purge_lag_wait = 0"));
    server.check_table(name);
    let left = server.sql(&format!("SELECT COUNT(*), COUNT(IF({id} % 11 <> 0, 1, NULL)) FROM d.{name}"));
    assert!(left[0].ends_with("\t0"), "{left:?}");
    server.sql(&format!("USE d; INSERT IGNORE INTO {name} ({columns}) SELECT {values} FROM seq_4001_to_5000"));
    server.check_table(name);
    server.sql(&format!("ALTER TABLE d.{name} ADD COLUMN later INT DEFAULT 5, FORCE"));
    server.check_table(name);
}

fn defs(n: usize) -> Vec<TableDef> {
    let mut hidden = wide_def(&format!("hidden{n}"));
    hidden.primary_key.clear();
    vec![small_def(&format!("small{n}")), wide_def(&format!("wide{n}")), hidden]
}

#[test]
fn a_server_takes_the_tables_and_goes_on() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    for n in [0, 1, 1000] {
        for def in defs(n) {
            let name = def.name.clone();
            engine.create_table(def.clone()).unwrap();
            let table = engine.table(&name).unwrap();
            let (mut model, mut rng) = (Model::default(), Rng(n as u64));
            let mut changes = 0;
            while model.0.len() < n || (n > 1 && changes < 2 * n) {
                change(&engine, &table, &mut model, &mut rng);
                changes += 1;
            }
            model.check(&engine, &table);
            export_and_compare(&server, &engine, &name, dir.path());
            let_the_server_change(&server, &def);
        }
    }
    engine.close().unwrap();
    for file in ["sys.ibd", "wide1000.ibd", "hidden0.ibd"] {
        innochecksum(&dir.path().join("db").join(file));
    }
}

#[test]
fn merged_and_shrunk_trees_are_taken_too() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let def = wide_def("shrunk");
    engine.create_table(def.clone()).unwrap();
    let table = engine.table("shrunk").unwrap();
    let mut rng = Rng(9);
    let mut statement = begin(&engine);
    for _ in 0..20_000 {
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
    assert!(counts.merges > 100 && counts.splits > 100, "{counts:?}");
    export_and_compare(&server, &engine, "shrunk", dir.path());
    let_the_server_change(&server, &def);
}

#[test]
fn auto_increment_and_odd_names_arrive() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let mut def = small_def("t");
    def.auto_increment = Some(0);
    def.columns[1].name = "a `b` ünd 漢".to_owned();
    def.columns[1].default = Some(Preset::Value(Datum::Bytes("it's".into())));
    engine.create_table(def).unwrap();
    let table = engine.table("t").unwrap();
    let mut statement = begin(&engine);
    for id in [1, 900, 17] {
        statement.add(&table, &[Datum::Int(id), Datum::Null]).unwrap();
    }
    statement.delete(&table, &[Datum::Int(900), Datum::Null]).unwrap();
    statement.commit().unwrap();
    let file = dir.path().join("t.ibd");
    let exported = engine.export("t", &file).unwrap();
    assert!(engine.export("t", &file).is_err() && file.exists(), "a file that is there stays");
    server.import(&exported, "t", &file);
    server.sql("INSERT INTO d.t () VALUES ()");
    assert_eq!(server.sql("SELECT * FROM d.t"), ["1\tNULL", "17\tNULL", "901\tit's"]);
}

/// A `.cfg` without what is one server's own: host, table, ids, roots.
fn comparable(mut cfg: &[u8]) -> Vec<String> {
    fn take<'a>(cfg: &mut &'a [u8], n: usize) -> &'a [u8] {
        cfg.split_off(..n).unwrap()
    }
    fn number(cfg: &mut &[u8]) -> u32 {
        u32::from_be_bytes(take(cfg, 4).try_into().unwrap())
    }
    fn name(cfg: &mut &[u8]) -> String {
        let len = number(cfg) as usize;
        String::from_utf8(take(cfg, len).to_vec()).unwrap()
    }
    fn numbers<const N: usize>(cfg: &mut &[u8]) -> [u32; N] {
        std::array::from_fn(|_| number(cfg))
    }
    let cfg = &mut cfg;
    let version = number(cfg);
    let _host_and_table = (name(cfg), name(cfg));
    let counter = take(cfg, 8).to_vec();
    let mut lines = vec![format!("{version} {counter:?} {:?}", numbers::<2>(cfg))];
    for _ in 0..number(cfg) {
        lines.push(format!("column {:x?} {}", numbers::<7>(cfg), name(cfg)));
    }
    for _ in 0..number(cfg) {
        take(cfg, 16);
        let head = numbers::<6>(cfg);
        lines.push(format!("index {head:?} {}", name(cfg)));
        for _ in 0..head[5] {
            lines.push(format!("field {:?} {}", numbers::<2>(cfg), name(cfg)));
        }
    }
    assert!(cfg.is_empty(), "{} bytes more", cfg.len());
    lines
}

fn indexed(name: &str) -> TableDef {
    let mut def = wide_def(name);
    let key = |name: &str, columns: &[usize], unique| IndexDef { name: name.into(), columns: columns.to_vec(), unique };
    def.indexes = vec![
        key("u", &[2, 3], true),
        key("un", &[5], true),
        key("text", &[8], false),
        key("code", &[7, 4, 0], false),
        key("raw", &[9, 10, 1], false),
        key("price", &[11, 14, 16], false),
        key("moment", &[15, 13], false),
    ];
    def
}

/// What we say of a table is what a server says of its own.
#[test]
fn the_cfg_is_a_servers_own() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let mut hidden = indexed("hidden");
    hidden.primary_key.clear();
    // Else it would stand in for the primary key.
    hidden.indexes[0].unique = false;
    hidden.indexes.sort_by_key(|index| !index.unique);
    let mut counted = small_def("counted");
    counted.auto_increment = Some(0);
    let mut promoted = indexed("promoted");
    promoted.primary_name = Some("first".to_owned());
    for def in [indexed("t"), hidden, counted, promoted, wide_def("plain")] {
        let name = def.name.clone();
        engine.create_table(def).unwrap();
        let file = dir.path().join(format!("{name}.ibd"));
        let exported = engine.export(&name, &file).unwrap();
        // The lock that FOR EXPORT takes ends with the client, and the file with the lock.
        let theirs = server.dir.path().join(format!("data/d/{name}.cfg"));
        let copy = dir.path().join("theirs.cfg");
        server.sql(&format!("USE d; {}", exported.create_table));
        server.sql(&format!("USE d; FLUSH TABLES {name} FOR EXPORT;\n\\! cp {} {}", theirs.display(), copy.display()));
        let [ours, theirs] = [file.with_extension("cfg"), copy].map(|f| comparable(&std::fs::read(f).unwrap()));
        let differ: Vec<_> = ours.iter().zip(&theirs).filter(|(a, b)| a != b).collect();
        assert!(ours == theirs, "{name}: {differ:#?}");
    }
}

/// With secondary indexes; the server then changes the rows through each of them.
#[test]
fn tables_with_secondary_indexes_are_taken() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    for (name, n) in [("indexed0", 0), ("indexed1", 1), ("indexed800", 800)] {
        let mut def = indexed(name);
        // One index is built over the rows.
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
                &Arc::default(),
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
            server.check_table(name);
        }
        let_the_server_change(&server, &def);
    }
}

#[test]
fn an_open_transaction_stands_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    engine.create_table(small_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut trx = begin(&engine);
    trx.add(&table, &[Datum::Int(1), Datum::Null]).unwrap();
    let file = dir.path().join("t.export.ibd");
    let refused = engine.export("t", &file).unwrap_err().to_string();
    assert!(refused.contains("a transaction is open") && !file.exists(), "{refused}");
    trx.commit().unwrap();
    engine.export("t", &file).unwrap();
}

#[test]
fn a_million_rows() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: a million rows only in release mode");
        return;
    }
    let Some(server) = Server::start() else { return };
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
