//! Several writers, a purger and readers at once: no record is lost or mixed up, and at the end everything agrees.

use crate::common::{ROOT, World, id_of, kind, open_store, options, payload, records_of};
use innolab_base::rng::Rng;
use innolab_base::{Events, SpaceId, TrxId, TrxNo};
use innolab_disk::SimDisk;
use innolab_store::Options;
use innolab_testing::size;
use innolab_undo::{Kind, RollPtr, Undo};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

const WRITERS: u64 = 4;

/// Transactions of each writer.
fn transactions() -> u64 {
    size(400, 1000)
}

/// What the threads share.
struct Shared {
    undo: Undo,
    next: AtomicU64,
    done: AtomicBool,
    /// Number → ids of the records of each log that went into the history.
    committed: Mutex<BTreeMap<u64, Vec<u64>>>,
    /// Records of logs in progress or not yet purged. A reader holds the lock to keep purge away from the record.
    wanted: Mutex<BTreeMap<u64, RollPtr>>,
}

impl Shared {
    fn draw(&self) -> u64 {
        self.next.fetch_add(1, SeqCst)
    }
}

fn write(shared: &Shared, seed: u64) {
    let mut rng = Rng(seed);
    for _ in 0..transactions() {
        let mut log = shared.undo.begin(TrxId(shared.draw())).expect("begins");
        let mut ids = vec![];
        let many = if rng.below(20) == 0 { 80 } else { 6 };
        for _ in 0..rng.below(many) {
            let id = shared.draw();
            let at = log.append(kind(id), &payload(id)).expect("appended");
            shared.wanted.lock().expect("no panic").insert(id, at);
            ids.push(id);
        }
        let forget = |ids: &[u64]| {
            let mut wanted = shared.wanted.lock().expect("no panic");
            wanted.retain(|id, _| !ids.contains(id));
        };
        assert_eq!(records_of(&log), ids);
        if rng.below(5) == 0 {
            forget(&ids);
            log.truncate(log.len() / 2).expect("cut");
            log.discard().expect("given back");
            continue;
        }
        if ids.iter().all(|id| kind(*id) == Kind::Insert) {
            forget(&ids);
        }
        log.commit(&mut || {
            let no = shared.draw();
            shared.committed.lock().expect("no panic").insert(no, ids.clone());
            TrxNo(no)
        })
        .expect("commits");
    }
}

fn purge(shared: &Shared) -> u64 {
    let (mut last, mut n) = (0, 0);
    loop {
        let done = shared.done.load(SeqCst);
        let Some(mut history) = shared.undo.next_purgeable(TrxNo(u64::MAX)).expect("read") else {
            if done {
                return n;
            }
            std::thread::yield_now();
            continue;
        };
        assert!(history.no.0 > last, "in the order of numbers");
        last = history.no.0;
        let (mut into, mut ids) = (vec![], vec![]);
        while let Some(at) = history.next(&mut into).expect("read") {
            ids.push(id_of(at, &into));
        }
        assert_eq!(shared.committed.lock().expect("no panic").remove(&last), Some(ids.clone()));
        let mut wanted = shared.wanted.lock().expect("no panic");
        wanted.retain(|id, _| !ids.contains(id));
        drop(wanted);
        history.free().expect("freed");
        n += 1;
    }
}

/// Reads records that must exist. A writer or purger that gives one up waits for the lock.
fn read(shared: &Shared, seed: u64) {
    let (mut rng, mut into) = (Rng(seed), vec![]);
    while !shared.done.load(SeqCst) {
        let wanted = shared.wanted.lock().expect("no panic");
        let nth = rng.below(wanted.len() as u64) as usize;
        if let Some((id, at)) = wanted.iter().nth(nth) {
            shared.undo.read(*at, &mut into).expect("read");
            assert_eq!(id_of(*at, &into), *id);
        }
        drop(wanted);
        std::thread::yield_now();
    }
}

fn all_at_once(options: Options) {
    let disk = SimDisk::new(1);
    let store = open_store(&disk, options);
    let space = store.create_space(SpaceId(1), "undo.ibd").expect("made");
    assert_eq!(Undo::create(&store, &space).expect("made"), ROOT);
    let (undo, _) = Undo::open(&store, &space, ROOT, Events::none()).expect("opens");
    let shared = Arc::new(Shared {
        undo: undo.clone(),
        next: AtomicU64::new(1),
        done: AtomicBool::new(false),
        committed: Mutex::default(),
        wanted: Mutex::default(),
    });
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                scope.spawn({
                    let s = &shared;
                    move || write(s, 10 + n)
                })
            })
            .collect();
        let purger = scope.spawn(|| purge(&shared));
        scope.spawn(|| read(&shared, 99));
        // Joins all writers before it looks at their results: if one panics, the others must still be stopped.
        let ends: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        shared.done.store(true, SeqCst);
        ends.into_iter().for_each(|end| end.expect("no panic"));
        assert!(purger.join().expect("no panic") > transactions());
    });
    let survey = undo.validate().expect("sound");
    assert!(survey.open.is_empty() && survey.history.is_empty(), "{survey}");
    assert_eq!(survey.pages.len(), 1 + survey.cached.len());
    store.flush_log(store.appended_lsn()).expect("flushed");
    drop((undo, shared, store));
    // The redo log says the same.
    let (world, recovered) = World::open(disk.killed()).expect("opens");
    assert!(recovered.is_empty());
    world.undo.validate().expect("sound");
}

#[test]
fn with_all_pages_in_memory() {
    all_at_once(Options { innodb_buffer_pool_size: 16 << 20, ..options() });
}

#[test]
fn with_a_small_pool_and_a_cleaner() {
    all_at_once(Options { background: true, ..options() });
}
