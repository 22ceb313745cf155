//! What a crash leaves of the redo log and the binary log: the matrix of `innolab crash`, and commits under each pair
//! of flush knobs.

use super::Table;
use super::binlog::{self, transactions_in_log};
use super::transactions::{number, open_with, run, session};
use crate::lab;
use innolab_base::Events;
use innolab_disk::SimDisk;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// The cells of the crash matrix in which both logs are synced at each commit.
fn cells() -> impl Iterator<Item = &'static Value> {
    static MATRIX: OnceLock<Vec<Value>> = OnceLock::new();
    let matrix = MATRIX.get_or_init(|| {
        let done = lab::run(&["crash", "--json"]);
        assert!(done.status.success(), "innolab crash: {}", String::from_utf8_lossy(&done.stderr));
        lab::parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"))
    });
    matrix.iter().filter(|cell| cell["flush"] == "1" && cell["sync_binlog"] == "1")
}

/// The right order: which of client, engine, binary log and replica have the transaction if the power fails after a
/// step.
pub(super) fn points() -> Table {
    let columns = ["client was told", "engine has it", "binlog has it", "replica has it"];
    let cells = cells().filter(|cell| cell["order"] == "right" && cell["crash"] == "power");
    cells.fold(Table::new(&columns), |table, cell| {
        let flag = |member: &str| u64::from(cell[member] == true);
        let step = cell["step"].as_str().expect("a step's name");
        table.row(step, [flag("acknowledged"), flag("engine"), flag("binlog"), flag("replica")])
    })
}

/// For each order of the commit's steps, how its crashes end.
pub(super) fn orders() -> Table {
    let columns = ["crashes", "all have it", "none has it", "two truths", "client told, lost"];
    let orders = [
        ("prepare, binlog, commit", "right"),
        ("commit, then binlog", "engine-first"),
        ("binlog, then commit", "binlog-first"),
    ];
    orders.into_iter().fold(Table::new(&columns), |table, (name, order)| {
        let verdicts: Vec<_> = cells().filter(|cell| cell["order"] == order).map(|cell| &cell["verdict"]).collect();
        let count = |verdict: &str| verdicts.iter().filter(|v| **v == verdict).count() as u64;
        let ends = ["kept", "gone", "DIVERGED", "LOST"].map(count);
        assert_eq!(ends.iter().sum::<u64>(), verdicts.len() as u64, "every crash has one of these verdicts");
        table.row(name, [verdicts.len() as u64, ends[0], ends[1], ends[2], ends[3]])
    })
}

/// 95 acknowledged commits under each pair of knobs: how many of them the engine and the binary log have after a crash.
pub(super) fn flush_knobs() -> Table {
    const COMMITS: u64 = 95;
    let columns = ["engine, killed", "binlog, killed", "engine, power lost", "binlog, power lost"];
    let pairs = [0, 1, 2].into_iter().flat_map(|flush| [0, 1, 10].map(|sync| (flush, sync)));
    pairs.fold(Table::new(&columns), |table, (flush, sync)| {
        let disk = SimDisk::new(1);
        let mut options = binlog::options(false);
        let engine = open_with(Arc::new(disk.clone()), options.clone(), Events::none());
        run(&mut session(&engine, 1), "create table t (id int primary key)");
        engine.close().expect("a sound disk");
        let before = transactions_in_log(&disk);
        options.innodb_flush_log_at_trx_commit = flush;
        options.log_bin.as_mut().expect("it has one").log.sync_binlog = sync;
        let engine = open_with(Arc::new(disk.clone()), options.clone(), Events::none());
        let mut committer = session(&engine, 1);
        (0..COMMITS).for_each(|n| run(&mut committer, &format!("insert into t values ({n})")));
        let cells: Vec<u64> = [disk.killed(), disk.power_loss(0)]
            .into_iter()
            .flat_map(|left| {
                let logged = transactions_in_log(&left) - before;
                let after = open_with(Arc::new(left), options.clone(), Events::none());
                [number(&mut session(&after, 1), "select count(*) from t"), logged]
            })
            .collect();
        table.row(&format!("{flush}/{sync}"), cells)
    })
}
