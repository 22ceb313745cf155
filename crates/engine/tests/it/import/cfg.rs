//! The `.cfg` file beside an export says what the server's own file for the same table says.

use super::referee::*;
use crate::common::*;
use innolab_testing::Server;
use std::time::Duration;

/// The contents of a `.cfg` as lines, without what differs between servers: host, table, ids, roots.
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

/// The `.cfg` that `FLUSH TABLES … FOR EXPORT` writes. The server removes it when the session that holds the table
/// ends, so one session holds it, and says so by a user lock, until the file is read.
fn exported_cfg(server: &Server, table: &str) -> Vec<u8> {
    let hold = format!("USE d; FLUSH TABLES {table} FOR EXPORT; DO GET_LOCK('exported', 0); DO SLEEP(60)");
    std::thread::scope(|scope| {
        let session = scope.spawn(|| server.query(&hold));
        let holder = loop {
            match server.sql("SELECT IS_USED_LOCK('exported')").remove(0) {
                none if none == "NULL" => assert!(!session.is_finished(), "FOR EXPORT failed:\n{}", server.log()),
                id => break id,
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let cfg = std::fs::read(server.data().join("d").join(table).with_extension("cfg")).unwrap();
        server.sql(&format!("KILL {holder}"));
        cfg
    })
}

/// Asserts that our file and the server's say the same of every kind of table.
#[test]
fn the_cfg_is_a_servers_own() {
    let Some(server) = start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(&dir.path().join("db"));
    let mut hidden = indexed("hidden");
    hidden.primary_key.clear();
    // A unique key without NULL would stand in for the primary key.
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
        let exported = engine.export(&name, &file, innolab_engine::Importer::MariaDb).unwrap();
        server.sql(&format!("USE d; {}", exported.create_table));
        let theirs = comparable(&exported_cfg(&server, &name));
        let ours = comparable(&std::fs::read(file.with_extension("cfg")).unwrap());
        let differ: Vec<_> = ours.iter().zip(&theirs).filter(|(a, b)| a != b).collect();
        assert!(ours == theirs, "{name}: {differ:#?}");
    }
}
