//! A power loss or a kill at any call.

use super::frame::*;
use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, Sink, Waiter};
use innolab_binlog::{Event as Logged, Order, Reader, events};
use innolab_disk::{Call, SimDisk};
use innolab_testing::{seeds, size};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The acknowledged ids at some moment, and the disk that a crash left then.
type Image = Option<(BTreeSet<i64>, SimDisk)>;

/// A crash before every call of a run with rotations and a rollback.
#[test]
fn i3_i4_i5_at_every_call() {
    let base = database();
    let disk = base.killed();
    let acked: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
    let faults: Arc<Mutex<Vec<String>>> = Arc::default();
    let tried: Arc<Mutex<u64>> = Arc::default();
    disk.on_call({
        let (disk, acked, faults, tried) = (disk.clone(), acked.clone(), faults.clone(), tried.clone());
        move |call| {
            let acked = acked.lock().clone();
            for (way, image) in
                [("kill", disk.killed()), ("power loss", disk.power_loss(0)), ("torn", disk.power_loss(7))]
            {
                *tried.lock() += 1;
                if !tried.lock().is_multiple_of(size(5, 1)) {
                    continue;
                }
                if let Err(e) = check(&image, &small(), &acked) {
                    faults.lock().push(format!("{way} before {call:?}: {e}"));
                }
            }
        }
    });
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    for id in 1..=12 {
        if id == 5 {
            let mut trx = begin(&engine, 1);
            put(&mut trx, &engine, 500, 0).expect("there is room");
            trx.rollback().expect("it can be");
        }
        pair(&engine, 1, id).expect("the disk is well");
        acked.lock().insert(id);
    }
    assert!(engine.binlog().expect("it has one").files().len() > 2, "the log has rotated");
    engine.close().expect("the disk is well");
    disk.clear_hook();
    let faults = std::mem::take(&mut *faults.lock());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), tried.lock(), faults.join("\n"));
    assert!(*tried.lock() > 150, "{}", tried.lock());
}

/// I5 for DDL: after a crash at any call the table exists if and only if the last statement in the log is its CREATE.
#[test]
fn i5_ddl_is_in_the_log_as_in_the_dictionary() {
    let base = SimDisk::new(9);
    open(&base, options(small()), Events::none()).and_then(|engine| engine.close()).expect("the disk is well");
    let disk = base.killed();
    let faults: Arc<Mutex<Vec<String>>> = Arc::default();
    let logged_late = Arc::new(Mutex::new(0));
    let look = {
        let (faults, logged_late) = (faults.clone(), logged_late.clone());
        move |image: &SimDisk, way: &str| {
            let engine = open(image, options(small()), Events::none()).expect("it opens");
            let files = engine.binlog().expect("it has one").files();
            let (mut word, mut last) = (String::new(), String::new());
            for name in files {
                for entry in Reader::open(image, &name).expect("it is whole") {
                    if let Logged::Query(query) = entry.expect("it is whole").event {
                        (word, last) = (query.sql[..6].to_owned(), name.clone());
                    }
                }
            }
            *logged_late.lock() += u32::from(engine.binlog().is_some_and(|log| *log.position().file == *last));
            if engine.table("t").is_some() != (word == "CREATE") {
                faults
                    .lock()
                    .push(format!("{way}: the table is there: {}, the log: {word:?}", engine.table("t").is_some()));
            }
        }
    };
    disk.on_call({
        let disk = disk.clone();
        move |call| {
            if disk.changes().is_multiple_of(size(3, 1)) {
                look(&disk.killed(), &format!("kill before {call:?}"));
                look(&disk.power_loss(0), &format!("power loss before {call:?}"));
            }
        }
    });
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    engine.create_table(table()).expect("there is room");
    engine.drop_table(&mut engine.ddl(&Arc::new(Waiter::new(1))), "t").expect("it is there");
    disk.clear_hook();
    assert!(faults.lock().is_empty(), "{}", faults.lock().join("\n"));
    assert!(*logged_late.lock() > 0, "no recovery had to log anything");
}

/// Four committers at once and a power loss at a call that the seed picks; then another one after the recovery.
#[test]
fn i3_i4_i5_with_concurrent_committers() {
    let base = database();
    let mut in_doubt = 0;
    let seeds = seeds(20, 200);
    let n = seeds.end - seeds.start;
    for seed in seeds {
        let disk = base.killed();
        let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
        let acked: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
        let image: Arc<Mutex<Image>> = Arc::default();
        let at = disk.changes() + 1 + seed % 60;
        disk.on_call({
            let (disk, acked, image) = (disk.clone(), acked.clone(), image.clone());
            move |_| {
                let mut image = image.lock();
                if image.is_none() && disk.changes() >= at {
                    let acked = acked.lock().clone();
                    *image = Some((acked, disk.power_loss(seed)));
                }
            }
        });
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (engine, acked) = (&engine, &acked);
                scope.spawn(move || {
                    for i in 0..6 {
                        let id = 1 + thread * 100 + i;
                        pair(engine, thread as u64, id).expect("the disk is well");
                        acked.lock().insert(id);
                    }
                });
            }
        });
        disk.clear_hook();
        let image = image.lock().take();
        let Some((acked, image)) = image else { panic!("seed {seed}: there were too few calls") };
        let again = SimDisk::clone(&image).power_loss(seed + 1);
        check(&again, &small(), &acked).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let engine = open(&image, options(small()), Events::none()).expect("it opens");
        let recovery = engine.binlog_recovery().expect("it has a log");
        in_doubt += recovery.committed.len() + recovery.rolled_back.len();
        drop(engine);
        // What the recovery has decided survives a power loss right after it.
        check(&image.power_loss(0), &small(), &acked).unwrap_or_else(|e| panic!("seed {seed}, after recovery: {e}"));
    }
    assert!(in_doubt as u64 > n / 5, "{in_doubt} transactions were in doubt after {n} crashes");
}

thread_local! {
    /// True if the next sync of this thread is the binary log's.
    static SYNCS_THE_LOG: Cell<bool> = const { Cell::new(false) };
}

struct AtTheLog;

impl Sink for AtTheLog {
    fn event(&self, event: &dyn Event) {
        let event = event.as_any();
        if event.is::<events::Flushed>() {
            SYNCS_THE_LOG.set(true);
        } else if event.is::<events::Synced>() {
            SYNCS_THE_LOG.set(false);
        }
    }
}

/// No engine has committed, not even in memory, before the sync of the binary log: another session may flush the redo
/// log at that moment, and a power loss may follow.
#[test]
fn i5_no_commit_before_the_logs_sync() {
    let disk = database();
    let engine = open(&disk, options(small()), Events::to(Arc::new(AtTheLog))).expect("the disk is well");
    let acked: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
    let tried = Arc::new(Mutex::new(0));
    disk.on_call({
        let (disk, engine, acked, tried) = (disk.clone(), Arc::downgrade(&engine), acked.clone(), tried.clone());
        move |call| {
            let Some(engine) = engine.upgrade().filter(|_| call == Call::Sync && SYNCS_THE_LOG.get()) else { return };
            SYNCS_THE_LOG.set(false);
            engine.store().flush_log(engine.store().appended_lsn()).expect("the disk is well");
            for seed in [0, 1, 7] {
                let acked = acked.lock().clone();
                check(&disk.power_loss(seed), &small(), &acked).unwrap_or_else(|e| panic!("power loss {seed}: {e}"));
                *tried.lock() += 1;
            }
        }
    });
    for id in 1..=10 {
        pair(&engine, 1, id).expect("the disk is well");
        acked.lock().insert(id);
    }
    disk.clear_hook();
    assert_eq!(*tried.lock(), 30, "one sync of the log a commit");
}

/// The tests can fail: a commit in a wrong order breaks I5.
#[test]
fn i5_is_broken_by_a_wrong_order() {
    for order in [Order::EngineFirst, Order::BinlogFirst] {
        let log = innolab_binlog::Options { order, ..innolab_binlog::Options::default() };
        let disk = database().killed();
        let found: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let engine = open(&disk, options(log.clone()), Events::none()).expect("the disk is well");
        disk.on_call({
            let (disk, found, log) = (disk.clone(), found.clone(), log.clone());
            move |_| {
                if let Err(e) = check(&disk.power_loss(0), &log, &BTreeSet::new()) {
                    found.lock().insert(e.split(':').next().unwrap_or_default().to_owned());
                }
            }
        });
        pair(&engine, 1, 1).expect("the disk is well");
        disk.clear_hook();
        assert!(found.lock().contains("I5"), "{order:?}: {:?}", found.lock());
    }
}
