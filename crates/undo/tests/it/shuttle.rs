//! Transactions that begin, change, commit and roll back beside purge, under interleavings that a model checker
//! samples: the history is in order, records exist as long as they are needed, and a cached segment goes to one log.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-undo --test it`

use crate::common::{World, id_of, kind, payload, records_of};
use innolab_base::sync::atomic::{AtomicU64, Ordering::SeqCst};
use innolab_base::sync::{Mutex, thread};
use innolab_base::{TrxId, TrxNo};
use innolab_undo::{Kind, RollPtr, Undo};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the threads share.
struct Shared {
    undo: Undo,
    next: AtomicU64,
    /// Number → ids of the records of each log that went into the history.
    committed: Mutex<BTreeMap<u64, Vec<u64>>>,
    /// Records that must exist. A thread that gives one up waits for the readers.
    wanted: Mutex<BTreeMap<u64, RollPtr>>,
}

impl Shared {
    fn draw(&self) -> u64 {
        self.next.fetch_add(1, SeqCst)
    }

    fn give_up(&self, ids: &[u64]) {
        self.wanted.lock().retain(|id, _| !ids.contains(id));
    }
}

/// One transaction of `n` records, which commits or rolls back.
fn transaction(shared: &Shared, n: u64, commits: bool) {
    let mut log = shared.undo.begin(TrxId(shared.draw())).expect("begins");
    let mut ids = vec![];
    for _ in 0..n {
        let id = shared.draw();
        let at = log.append(kind(id), &payload(id)).expect("appended");
        ids.push(id);
        shared.wanted.lock().insert(id, at);
    }
    assert_eq!(records_of(&log), ids, "a log has its own records");
    let inserts_only = ids.iter().all(|id| kind(*id) == Kind::Insert);
    if !commits || inserts_only {
        shared.give_up(&ids);
    }
    if !commits {
        log.truncate(log.len() / 2).expect("cut");
        assert_eq!(records_of(&log), ids[..ids.len() / 2], "and keeps what was not cut");
        log.discard().expect("given back");
        return;
    }
    log.commit(&mut || {
        let no = shared.draw();
        shared.committed.lock().insert(no, ids.clone());
        TrxNo(no)
    })
    .expect("commits");
}

/// Purges the whole history; returns the last number purged.
fn purge(shared: &Shared, mut last: u64) -> u64 {
    while let Some(mut history) = shared.undo.next_purgeable(TrxNo(u64::MAX)).expect("read") {
        assert!(history.no.0 > last, "in the order of numbers");
        last = history.no.0;
        let (mut into, mut ids) = (vec![], vec![]);
        while let Some(at) = history.next(&mut into).expect("read") {
            ids.push(id_of(at, &into));
        }
        shared.give_up(&ids);
        assert_eq!(shared.committed.lock().remove(&last), Some(ids), "a log comes to purge as it was committed");
        history.free().expect("freed");
    }
    last
}

/// Reads all records that must exist.
fn read(shared: &Shared) {
    let mut into = vec![];
    let wanted = shared.wanted.lock();
    for (id, at) in wanted.iter() {
        shared.undo.read(*at, &mut into).expect("read");
        assert_eq!(id_of(*at, &into), *id);
    }
}

fn model(writers: &'static [(u64, bool)], runs: usize) {
    shuttle::check_random(
        move || {
            let world = World::new(1);
            let shared = Arc::new(Shared {
                undo: world.undo.clone(),
                next: AtomicU64::new(1),
                committed: Mutex::default(),
                wanted: Mutex::default(),
            });
            let writers: Vec<_> = (0..2)
                .map(|_| {
                    let shared = shared.clone();
                    thread::spawn(move || writers.iter().for_each(|&(n, commits)| transaction(&shared, n, commits)))
                })
                .collect();
            let reader = thread::spawn({
                let shared = shared.clone();
                move || (0..2).for_each(|_| read(&shared))
            });
            let mut last = 0;
            (0..2).for_each(|_| last = purge(&shared, last));
            writers.into_iter().chain([reader]).for_each(|thread| thread.join().expect("no panic"));
            purge(&shared, last);
            assert!(shared.committed.lock().is_empty() && shared.undo.history_length() == 0, "purge takes all");
            let survey = shared.undo.validate().expect("sound");
            assert!(survey.open.is_empty() && survey.history.is_empty(), "{survey}");
        },
        runs,
    );
}

/// Small logs, one after the other in the same segments.
#[test]
fn segments_are_used_again() {
    model(&[(2, true), (1, false), (3, true)], 1500);
}

/// Logs of several pages, which are allocated and freed.
#[test]
fn pages_are_allocated_and_freed() {
    model(&[(8, true), (8, false)], 400);
}
