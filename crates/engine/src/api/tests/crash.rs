//! A kill or a power loss at any call of several interleaved transactions, and another one during the recovery: every
//! acknowledged transaction is there (I3), none is there in part (I4), every index agrees with the rows, undo and
//! history are sound.

use super::several::{MayBe, World};
use super::*;
use innolab_base::{CondvarPark, Event, Events, ManualClock, Sink};
use innolab_store::Store;
use innolab_testing::{seeds, size};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, Weak};

fn tiny() -> Options {
    let mut options = options();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options
}

fn open_tiny(disk: &SimDisk) -> crate::Result<Arc<Engine>> {
    Engine::open(Arc::new(disk.clone()), tiny())
}

/// Flushes the log between an undo record and its row, every third time, so that a crash leaves the record without
/// the row.
#[derive(Default)]
struct FlushBetween {
    store: OnceLock<Weak<Store>>,
    n: AtomicU64,
}

impl Sink for FlushBetween {
    fn event(&self, event: &dyn Event) {
        let due = event.kind() == "undo.append" && self.n.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        if let (true, Some(store)) = (due, self.store.get().and_then(Weak::upgrade)) {
            store.flush_log(store.appended_lsn()).unwrap();
        }
    }
}

/// The disk that a crash left, and what may be on it.
struct Crash {
    disk: SimDisk,
    may_be: [Rows; 2],
    what: String,
}

fn crashes(seed: u64, steps: usize) -> Vec<Crash> {
    let disk = SimDisk::new(seed);
    let sink = Arc::new(FlushBetween::default());
    let (clock, events) = (Arc::new(ManualClock::default()), Events::to(sink.clone()));
    let engine = Engine::open_with(Arc::new(disk.clone()), tiny(), clock, events, Arc::new(CondvarPark)).unwrap();
    sink.store.set(Arc::downgrade(engine.store())).unwrap();
    let may_be = MayBe::default();
    let mut world = World::new(engine.clone(), seed, may_be.clone());
    let crashes = Arc::new(Mutex::new(vec![]));
    let hook = {
        let (disk, crashes) = (disk.clone(), crashes.clone());
        move |_| {
            let call = disk.changes();
            let add = |what: &str, disk: SimDisk| {
                let (may_be, what) = (may_be.lock().unwrap().clone(), format!("seed {seed}, call {call}, {what}"));
                crashes.lock().unwrap().push(Crash { disk, may_be, what });
            };
            add("killed", disk.killed());
            add("power loss", disk.power_loss(call));
        }
    };
    disk.on_call(hook);
    for i in 0..steps {
        world.step();
        if i % 10 == 9 {
            // Pages are written back in the middle of transactions.
            engine.store().write_oldest(innolab_base::Lsn(u64::MAX)).unwrap();
            engine.store().checkpoint().unwrap();
        }
    }
    disk.clear_hook();
    std::mem::take(&mut *crashes.lock().unwrap())
}

/// Opens the disk, checks everything and works on. Returns the number of rows that were changed then.
fn look(crash: &Crash, disk: &SimDisk) -> u64 {
    let engine = open_tiny(disk).unwrap_or_else(|e| panic!("{}: {e}", crash.what));
    let table = engine.table("t").unwrap();
    assert!(crash.may_be.contains(&live(&table)), "{}: {:?}", crash.what, live(&table));
    check(&table);
    engine.undo.validate().unwrap();
    assert_eq!(engine.lock.size().owners, 0, "{}", crash.what);
    engine.purge().unwrap();
    assert_eq!(engine.history_length(), 0);
    check_purged(&table);
    engine.undo.validate().unwrap();
    // The database can be used.
    let mut world = World::new(engine, 1, MayBe::default());
    (0..5).for_each(|_| world.step());
    world.finish();
    world.counts[0]
}

#[test]
fn i3_i4_after_a_crash() {
    let mut n = 0;
    for seed in seeds(2, 3) {
        for crash in crashes(seed, 60).iter().step_by(size(5, 1)) {
            look(crash, &crash.disk);
            n += 1;
        }
    }
    assert!(n > size(50, 400), "{n} crash points");
}

#[test]
fn a_crash_during_recovery_changes_nothing() {
    for crash in crashes(7, 80).iter().step_by(size(67, 9)) {
        for n in [0, 1, 2, 3, 5, 9, 16] {
            let disk = crash.disk.killed();
            disk.die_after(n);
            let died = open_tiny(&disk).is_err();
            look(crash, &if n % 2 == 0 { disk.power_loss(n) } else { disk.killed() });
            if !died {
                break;
            }
        }
    }
}
