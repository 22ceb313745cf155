//! When the last owner of an engine has dropped it, its threads have ended and its directory can be opened again at
//! once (`handle` R1), also while other tests start processes (`os` R5 of the crate `disk`).

use crate::common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Datum, Engine, Result};
use innolab_testing::size;
use std::path::Path;
use std::sync::Arc;

const ROWS: i64 = 40;

fn open_in(dir: &Path) -> Result<Arc<Engine>> {
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir)?);
    let mut options = options();
    options.store.innodb_log_file_size = 1 << 20;
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.background = true;
    options.log_bin = None;
    Engine::open(disk, options)
}

fn row(id: i64) -> [Datum; 2] {
    [Datum::Int(id), Datum::Bytes(vec![b'x'; 30])]
}

/// Every second engine is dropped with something to purge; the next one finds the directory free and every row.
#[test]
fn r1_a_dropped_engine_frees_its_directory_at_once() {
    // In memory if possible: the test is about threads, not about the disk.
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let engine = open_in(dir.path()).unwrap();
    engine.create_table(small_def("t")).unwrap();
    drop(engine);
    for round in 0..size(40, 500) {
        let engine = open_in(dir.path()).unwrap_or_else(|e| panic!("round {round}: {e}"));
        let mut trx = begin(&engine);
        let table = trx.table("t").unwrap();
        let there = rows(&engine, &table);
        assert_eq!(there.len() as i64, if round % 2 == 0 { 0 } else { ROWS }, "round {round}");
        there.iter().for_each(|row| trx.delete(&table, row).unwrap());
        if there.is_empty() {
            (0..ROWS).for_each(|id| trx.add(&table, &row(id)).unwrap());
        }
        trx.commit().unwrap();
    }
}

/// R2 of `handle`.
#[test]
fn r2_a_transaction_outlives_its_engine() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(dir.path()).unwrap();
    engine.create_table(small_def("t")).unwrap();
    let mut trx = begin(&engine);
    let table = trx.table("t").unwrap();
    trx.add(&table, &row(1)).unwrap();
    drop(engine);
    trx.add(&table, &row(2)).unwrap();
    assert!(open_in(dir.path()).is_err(), "the transaction keeps the directory in use");
    trx.commit().unwrap();
    drop(table);
    let engine = open_in(dir.path()).unwrap();
    assert_eq!(rows(&engine, &engine.table("t").unwrap()).len(), 2);
}
