//! `cargo run -p innolab-engine --example crash`: a power loss before every call of a CREATE TABLE, and what the next open
//! finds and does.

use innolab_base::event::Lines;
use innolab_base::{CondvarPark, Events, ManualClock};
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{ColumnDef, ColumnType, Engine, Options, Result, TableDef};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

fn main() {
    print!("{}", output());
}

fn options() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.background = false;
    options
}

fn open(disk: &SimDisk, lines: &Arc<Lines>) -> Result<Arc<Engine>> {
    let events = Events::to(lines.clone());
    Engine::open_with(
        Arc::new(disk.clone()),
        options(),
        Arc::new(ManualClock::default()),
        events,
        Arc::new(CondvarPark),
    )
}

fn table() -> TableDef {
    let ty = ColumnType::Int { bytes: 4, unsigned: false };
    TableDef {
        name: "t".to_owned(),
        columns: vec![ColumnDef::new("id", ty, false)],
        primary_key: vec![0],
        sql: "CREATE TABLE t (id INT PRIMARY KEY)".to_owned(),
        ..TableDef::default()
    }
}

/// The output of the example.
pub(crate) fn output() -> String {
    run().unwrap_or_else(|e| format!("the simulated disk is healthy, but: {e}\n"))
}

fn run() -> Result<String> {
    let disk = SimDisk::new(7);
    let engine = open(&disk, &Arc::default())?;
    let crashes = Arc::new(Mutex::new(vec![]));
    let (handle, taken) = (disk.clone(), crashes.clone());
    disk.on_call(move |call| {
        // The mutex is poisoned only after a panic in this closure.
        if let Ok(mut taken) = taken.lock() {
            // Seed 1: everything that was written survives, synced or not.
            taken.push((format!("{call:?}"), handle.power_loss(1)));
        }
    });
    engine.create_table(table())?;
    disk.clear_hook();
    let mut out =
        "CREATE TABLE t, and a power loss before each of its calls; then the directory is opened again.\n\n".to_owned();
    let crashes = crashes.lock().map(|mut c| std::mem::take(&mut *c)).unwrap_or_default();
    for (call, disk) in crashes {
        let lines = Arc::new(Lines::default());
        let left: Vec<String> = disk.list()?.into_iter().filter(|f| f.ends_with(".ibd")).collect();
        let engine = open(&disk, &lines)?;
        let settled: Vec<String> = lines.take().into_iter().filter(|l| l.starts_with("engine.")).collect();
        let what = if settled.is_empty() { "nothing to settle".to_owned() } else { settled.join("; ") };
        // Writing to a String does not fail.
        let _ = writeln!(out, "before {call}\n    files {left:?}\n    {what}\n    tables {:?}", engine.tables());
    }
    Ok(out)
}
