//! A disk that becomes full at any call of every kind of DDL statement.
//!
//! ```text
//! room for n more bytes, n = 0, 16 KiB, …     growing a file fails, writing inside one does not    1114, as before; the engine can be used
//! a call fails once, or it and all later      writing inside a file fails too (thin provisioning)  as before, or poisoned until it is opened again
//! ```
//!
//! `disk::os` R2 reserves space, so the second does not happen there; the engine must not depend on that.

use super::ddl::*;
use crate::common::*;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_engine::{Engine, Error, LogBin, Options, TimeSource};
use innolab_testing::size;
use std::sync::{Arc, Mutex};

fn open_with(disk: &SimDisk, log: bool) -> innolab_engine::Result<Arc<Engine>> {
    let (log_bin, time) = (log.then(LogBin::default), TimeSource::From(1_700_000_000));
    Engine::open(Arc::new(disk.clone()), Options { log_bin, time, ..tiny() })
}

/// The tables before and after a statement that meets no fault.
fn states(base: &SimDisk, ddl: Ddl) -> [Contents; 2] {
    let engine = open_tiny(&base.killed()).unwrap();
    let old = contents(&engine);
    ddl(&engine).unwrap();
    [old, contents(&engine)]
}

fn used(disk: &SimDisk) -> u64 {
    disk.list().unwrap().iter().map(|file| disk.open(file).unwrap().len().unwrap()).sum()
}

/// `n` crashes after a flush of the log, if it succeeds: a kill, then power losses.
fn crashes(disk: &SimDisk, engine: &Engine, n: u64) -> impl Iterator<Item = SimDisk> {
    let _ = engine.store().flush_log(engine.store().appended_lsn());
    (0..n).map(|i| if i == 0 { disk.killed() } else { disk.power_loss(1 + i) })
}

/// Runs a statement on a full disk. True if it succeeded; else it must have failed with 1114 and have left nothing.
/// Either way the database opens again with the same tables while the disk is still full.
fn done_or_nothing(disk: &SimDisk, ddl: Ddl, [old, new]: &[Contents; 2], at: &str) -> bool {
    let engine = open_tiny(disk).unwrap();
    let done = match ddl(&engine) {
        Ok(()) => true,
        Err(Error::DiskFull { .. }) => false,
        Err(e) => panic!("{at}: {e}"),
    };
    let expected = if done { new } else { old };
    sound(&engine, disk, at);
    assert!(contents(&engine) == *expected, "{at}");
    for crashed in crashes(disk, &engine, size(2, 5)) {
        let again = open_tiny(&crashed).unwrap_or_else(|e| panic!("{at}: {e}"));
        sound(&again, &crashed, at);
        assert!(contents(&again) == *expected, "{at}: opened again");
    }
    if !done {
        disk.set_capacity(None);
        ddl(&engine).unwrap_or_else(|e| panic!("{at}: with room: {e}"));
        sound(&engine, disk, at);
        assert!(contents(&engine) == *new, "{at}: with room");
    }
    done
}

#[test]
fn a_statement_without_room_leaves_the_table_as_it_was() {
    let base = filled();
    let mut failed = 0;
    for (kind, ddl) in KINDS {
        let states = states(&base, *ddl);
        for room in (0..).step_by(size(96 << 10, 16 << 10)) {
            let disk = base.killed();
            disk.set_capacity(Some(used(&disk) + room));
            if done_or_nothing(&disk, *ddl, &states, &format!("{kind}, room for {room} bytes")) {
                break;
            }
            failed += 1;
        }
    }
    assert!(failed > size(8, 40), "{failed} statements found the disk full");
}

/// Runs a statement under a fault. It succeeds; or fails with 1114 and leaves nothing; or the engine refuses everything
/// until it is opened again. Then the database is opened on a healthy disk.
fn under(fault: Fault, disk: &SimDisk, log: bool, ddl: Ddl, [old, new]: &[Contents; 2], at: &str) {
    let engine = open_with(disk, log).unwrap();
    disk.inject(fault);
    let result = ddl(&engine);
    disk.heal();
    let may_be = match &result {
        Ok(()) => vec![new],
        Err(Error::DiskFull { .. }) => {
            sound(&engine, disk, at);
            assert!(contents(&engine) == *old, "{at}");
            vec![old]
        }
        Err(e) => {
            let refused = engine.create_table(small_def("another"));
            assert!(
                refused.is_err() && !disk.exists("another.ibd").unwrap(),
                "{at}: {e}, and the engine is not poisoned"
            );
            vec![old, new]
        }
    };
    for disk in crashes(disk, &engine, 2) {
        let engine = open_with(&disk, log).unwrap_or_else(|e| panic!("{at}: {e}"));
        sound(&engine, &disk, at);
        let found = contents(&engine);
        assert!(may_be.contains(&&found), "{at}: {result:?}, {:?}", found.keys());
    }
}

/// Calls that may need space: all but reads and removals.
const CALLS: [Call; 6] = [Call::Create, Call::SetLen, Call::Write, Call::Rename, Call::Sync, Call::SyncDir];

/// Number of calls of each kind that a statement makes.
fn calls(base: &SimDisk, log: bool, ddl: Ddl) -> Vec<(Call, u64)> {
    let disk = base.killed();
    let engine = open_with(&disk, log).unwrap();
    let counted = Arc::new(Mutex::new(CALLS.map(|call| (call, 0)).to_vec()));
    disk.on_call({
        let counted = counted.clone();
        move |call| counted.lock().unwrap().iter_mut().filter(|(c, _)| *c == call).for_each(|(_, n)| *n += 1)
    });
    ddl(&engine).unwrap();
    disk.clear_hook();
    std::mem::take(&mut *counted.lock().unwrap())
}

#[test]
fn a_full_disk_at_every_call() {
    let base = filled();
    for (kind, ddl) in KINDS {
        let states = states(&base, *ddl);
        // A load is refused beside a binary log.
        for log in [false, true].into_iter().take(if *kind == "load" { 1 } else { 2 }) {
            for (call, times) in calls(&base, log, *ddl) {
                let faults = (1..=times).flat_map(|nth| [(nth, false), (nth, true)]);
                // 17: not a multiple of the two faults at a call.
                for (nth, lasting) in faults.step_by(size(17, 1)) {
                    let fault = Fault { call: Some(call), nth, kind: FaultKind::Full, lasting };
                    let at = format!("{kind}, log {log}, {call:?} {nth} of {times}, lasting {lasting}");
                    under(fault, &base.killed(), log, *ddl, &states, &at);
                }
            }
        }
    }
}
