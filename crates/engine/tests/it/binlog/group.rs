//! Group commit: a group costs two syncs, one of the redo log and one of the binary log, however many commits it has.
//!
//! The test makes the groups the same in every run by slow syncs: a sync of the redo log ends when all committers
//! that are not in this group wait for the next one, a sync of the binary log when those have been taken as a group.

use super::frame::*;
use innolab_base::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use innolab_base::{Event, Events, Sink};
use innolab_binlog::events;
use innolab_disk::Call;
use innolab_engine::Engine;
use std::cell::Cell;
use std::sync::{Arc, Weak};
use std::time::Duration;

thread_local! {
    /// Set while this thread leads a group: true once the redo log is synced.
    static REDO_IS_SYNCED: Cell<Option<bool>> = const { Cell::new(None) };
}

struct Stages;

impl Sink for Stages {
    fn event(&self, event: &dyn Event) {
        let event = event.as_any();
        if event.is::<events::Prepared>() {
            REDO_IS_SYNCED.set(Some(false));
        } else if event.is::<events::PreparedSynced>() {
            REDO_IS_SYNCED.set(Some(true));
        }
    }
}

/// Waits until `come` returns true, at most five seconds: a fault is a wrong count, not a hang.
fn until(come: impl Fn() -> bool) {
    (0..5000).take_while(|_| !come()).for_each(|_| std::thread::sleep(Duration::from_millis(1)));
}

/// Syncs of the redo log, syncs of the binary log, and groups, of so many commits by so many committers.
fn costs(committers: usize, commits: usize) -> [u64; 3] {
    let disk = database();
    let engine = open(&disk, options(innolab_binlog::Options::default()), Events::to(Arc::new(Stages)));
    let engine = engine.expect("the disk is well");
    let at_work = Arc::new(AtomicUsize::new(committers));
    let before = AtomicU64::new(0);
    disk.on_call({
        let (engine, at_work): (Weak<Engine>, _) = (Arc::downgrade(&engine), at_work.clone());
        move |call| {
            let Some(engine) = engine.upgrade().filter(|_| call == Call::Sync) else { return };
            let log = engine.binlog().expect("it has one");
            match REDO_IS_SYNCED.get() {
                None => {}
                Some(true) => until(|| log.waiting() == 0),
                Some(false) => {
                    let gathered = log.counts().transactions;
                    let group = gathered - before.swap(gathered, Ordering::SeqCst);
                    until(|| log.waiting() as u64 + group >= at_work.load(Ordering::SeqCst) as u64);
                }
            }
        }
    });
    let syncs = disk.counts().syncs;
    std::thread::scope(|scope| {
        for number in 0..committers {
            let (engine, at_work) = (&engine, &at_work);
            scope.spawn(move || {
                let ids = (number..commits).step_by(committers);
                ids.for_each(|id| pair(engine, number as u64, 1 + id as i64).expect("the disk is well"));
                at_work.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    disk.clear_hook();
    let counts = engine.binlog().expect("it has one").counts();
    assert_eq!(counts.transactions, commits as u64);
    [disk.counts().syncs - syncs - counts.syncs, counts.syncs, counts.groups]
}

/// More committers need fewer syncs a commit, and the binary log adds one sync a group.
#[test]
fn a_group_costs_one_sync_of_each_log() {
    let groups = [1, 2, 4, 8, 16].map(|committers| {
        let [redo, binlog, groups] = costs(committers, 48);
        assert_eq!((redo, binlog), (groups, groups), "{committers} committers");
        groups
    });
    // While one group is under way the other committers wait for the next: two groups for a commit of each.
    assert_eq!(groups, [48, 48, 24, 12, 6]);
}
