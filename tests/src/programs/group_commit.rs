//! How many syncs concurrent commits cost: counted on an engine whose disk takes long to sync.
//!
//! ```text
//! leader   sync of redo ····· until all others wait ─► binlog ─► its sync ····· until they form a group ─► commit
//! others   commit ─► wait                                        the next group: sync of redo ·····
//! ```
//!
//! The first thread starts alone, the others when it syncs: so the first group has one commit. A sync lasts until the
//! other threads have arrived, so the groups are the same on every machine. Longer syncs would not change them.

use super::Table;
use super::binlog::options;
use super::transactions::{open_with, run, session};
use innolab_base::{Event, Events, Sink};
use innolab_binlog::{Coordinator, events};
use innolab_disk::{Call, SimDisk};
use innolab_engine::Engine;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Commits of all committers together.
const COMMITS: usize = 96;
/// Milliseconds that a sync waits for the others at most: a fault then shows as a wrong table, not as a hang.
const MAX_WAIT_MS: u32 = 5000;

thread_local! {
    /// True if the group that this thread leads has synced redo: the next sync is the binary log's.
    static REDO_IS_SYNCED: Cell<bool> = const { Cell::new(false) };
}

struct Stages;

impl Sink for Stages {
    fn event(&self, event: &dyn Event) {
        let event = event.as_any();
        if event.is::<events::PreparedSynced>() {
            REDO_IS_SYNCED.set(true);
        } else if event.is::<events::Prepared>() {
            REDO_IS_SYNCED.set(false);
        }
    }
}

/// The committing threads.
#[derive(Default)]
struct Crowd {
    /// Number of threads with commits left to do.
    at_work: AtomicUsize,
    /// True once the first thread syncs: the others may start.
    has_begun: AtomicBool,
    /// Commits in the groups before the one that syncs redo now.
    before: AtomicU64,
    engine: Weak<Engine>,
}

impl Crowd {
    /// Waits until all threads that are not in the group that syncs redo wait for the next group.
    fn others_wait(&self, log: &Coordinator) {
        let gathered = log.counts().transactions;
        let group = gathered - self.before.swap(gathered, Ordering::SeqCst);
        until(|| log.waiting() as u64 + group >= self.at_work.load(Ordering::SeqCst) as u64);
    }

    fn before_call(&self, call: Call) {
        let Some(engine) = self.engine.upgrade().filter(|_| call == Call::Sync) else { return };
        self.has_begun.store(true, Ordering::SeqCst);
        let log = engine.binlog().expect("a binary log");
        if REDO_IS_SYNCED.get() {
            until(|| log.waiting() == 0);
        } else {
            self.others_wait(log);
        }
    }
}

/// Waits until `condition` is true, at most [`MAX_WAIT_MS`].
fn until(condition: impl Fn() -> bool) {
    (0..MAX_WAIT_MS).take_while(|_| !condition()).for_each(|_| std::thread::sleep(Duration::from_millis(1)));
}

/// The groups and syncs of 96 one-row commits, for 1 to 16 committers.
pub(super) fn syncs_by_committers() -> Table {
    let columns = ["commits", "groups", "syncs of redo", "syncs of binlog"];
    [1, 2, 4, 8, 16].into_iter().fold(Table::new(&columns), |table, committers| {
        let name = format!("{committers} committer{}", if committers == 1 { "" } else { "s" });
        table.row(&name, costs(committers))
    })
}

fn costs(committers: usize) -> [u64; 4] {
    let disk = SimDisk::new(1);
    let engine = open_with(Arc::new(disk.clone()), options(false), Events::to(Arc::new(Stages)));
    run(&mut session(&engine, 0), "create table t (id int primary key)");
    let log = engine.binlog().expect("a binary log");
    let counts = || {
        let log = log.counts();
        [log.transactions, log.groups, disk.counts().syncs - log.syncs, log.syncs]
    };
    let before = counts();
    let crowd = Arc::new(Crowd {
        at_work: committers.into(),
        has_begun: false.into(),
        before: before[0].into(),
        engine: Arc::downgrade(&engine),
    });
    disk.on_call({
        let crowd = crowd.clone();
        move |call| crowd.before_call(call)
    });
    std::thread::scope(|scope| {
        for number in 0..committers {
            let (crowd, mut session) = (&crowd, session(&engine, number as u64 + 1));
            scope.spawn(move || {
                if number > 0 {
                    until(|| crowd.has_begun.load(Ordering::SeqCst));
                }
                let ids = (number..COMMITS).step_by(committers);
                ids.for_each(|id| run(&mut session, &format!("insert into t values ({id})")));
                crowd.at_work.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    disk.clear_hook();
    let after = counts();
    std::array::from_fn(|i| after[i] - before[i])
}
