//! The referee, a real MariaDB: it imports an exported file, shows its rows, checks and changes them.

use crate::common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{ColumnDef, ColumnType, Datum, Engine, Exported, IndexDef, Options, TableDef, packed};
use innolab_testing::{Server, installed, size};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// A server with a database `d`; `None` if something that the tests need is not installed.
pub(super) fn start() -> Option<Server> {
    let server = Server::start(["--innodb-stats-persistent=OFF"]).filter(|_| installed(&["innochecksum"]))?;
    server.sql("CREATE DATABASE d");
    Some(server)
}

/// Asserts that the server finds a table sound.
pub(super) fn check_table(server: &Server, table: &str) {
    let answer = server.sql(&format!("CHECK TABLE d.{table} EXTENDED"));
    assert!(answer.len() == 1 && answer[0].ends_with("\tOK"), "{answer:?}\n{}", server.log());
}

/// Imports an exported file, with the `.cfg` beside it, as table `table`.
pub(super) fn import(server: &Server, exported: &Exported, table: &str, file: &Path) {
    server.sql(&format!("USE d; {}; ALTER TABLE {table} DISCARD TABLESPACE", exported.create_table));
    let place = server.data().join("d").join(table);
    std::fs::copy(file, place.with_extension("ibd")).unwrap();
    std::fs::copy(file.with_extension("cfg"), place.with_extension("cfg")).unwrap();
    server.sql(&format!("ALTER TABLE d.{table} IMPORT TABLESPACE"));
    // A server that doubts the .cfg writes a warning to its log.
    let log = server.log();
    assert!(!log.contains("Schema mismatch") && !log.contains("cfg"), "{log}");
    std::fs::remove_file(place.with_extension("cfg")).unwrap();
    check_table(server, table);
}

pub(super) fn indexed(name: &str) -> TableDef {
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

pub(super) fn innochecksum(file: &Path) {
    let output = Command::new("innochecksum").arg(file).output().unwrap();
    assert!(output.status.success(), "innochecksum {}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
}

/// The rows as the server shows them for [`select`].
pub(super) fn shown(rows: &[Vec<Datum>], def: &TableDef) -> Vec<String> {
    let value = |(v, column): (&Datum, &ColumnDef)| match v {
        Datum::Null => "NULL".to_owned(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Bytes(b) => packed::show(column.ty, b)
            .unwrap_or_else(|| format!("x{}", b.iter().map(|b| format!("{b:02X}")).collect::<String>())),
    };
    rows.iter().map(|row| row.iter().zip(&def.columns).map(value).collect::<Vec<_>>().join("\t")).collect()
}

pub(super) fn select(def: &TableDef) -> String {
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

pub(super) fn engine_in(dir: &Path) -> Arc<Engine> {
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir).unwrap());
    Engine::open(disk, Options { innodb_flush_log_at_trx_commit: 0, ..options() }).unwrap()
}

/// Exports a table, imports it and compares all rows. Returns the exported file.
pub(super) fn export_and_compare(server: &Server, engine: &Arc<Engine>, name: &str, to: &Path) -> PathBuf {
    let table = engine.table(name).unwrap();
    let file = to.join(format!("{name}.export.ibd"));
    let exported = engine.export(name, &file, innolab_engine::Importer::MariaDb).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), u64::from(exported.pages) * 16384);
    innochecksum(&file);
    import(server, &exported, name, &file);
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

/// Has the server insert, update and delete until pages have split and merged.
pub(super) fn let_the_server_change(server: &Server, def: &TableDef) {
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
    let most = size(800, 4000);
    server.sql(&format!("USE d; INSERT IGNORE INTO {name} ({columns}) SELECT {values} FROM seq_1_to_{most}"));
    check_table(server, name);
    server.sql(&format!("UPDATE d.{name} SET {grow} WHERE {id} % 3 = 0"));
    check_table(server, name);
    server.sql(&format!("DELETE FROM d.{name} WHERE {id} % 11 <> 0; SET GLOBAL innodb_max_purge_lag_wait = 0"));
    check_table(server, name);
    let left = server.sql(&format!("SELECT COUNT(*), COUNT(IF({id} % 11 <> 0, 1, NULL)) FROM d.{name}"));
    assert!(left[0].ends_with("\t0"), "{left:?}");
    server.sql(&format!(
        "USE d; INSERT IGNORE INTO {name} ({columns}) SELECT {values} FROM seq_{}_to_{}",
        most + 1,
        most + most / 4
    ));
    check_table(server, name);
    server.sql(&format!("ALTER TABLE d.{name} ADD COLUMN later INT DEFAULT 5, FORCE"));
    check_table(server, name);
}
