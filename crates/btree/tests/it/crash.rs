//! A crash before every call that changes the disk, by kill and by power loss: afterwards the tree is sound, and it
//! holds the result of some prefix of the changes, which includes all that were synced.
//!
//! The quick size crashes before every sixth call.

use crate::common::{Rng, hash_off_and_on, small_pool};
use innolab_btree::Kv;
use innolab_disk::SimDisk;
use innolab_store::Options;
use innolab_testing::{seeds, size};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// The changes so far, and how many of them were synced.
#[derive(Default)]
struct History {
    /// Each change: the key, and its new value, or `None` if it was removed.
    changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    synced: usize,
}

fn options() -> Options {
    Options { innodb_log_file_size: 2 << 20, ..small_pool() }
}

/// Opens the disk that a crash left and compares the map with the prefixes of the history.
fn check(disk: SimDisk, history: &History, what: &str) {
    let map = Kv::open(Arc::new(disk), options()).unwrap_or_else(|e| panic!("{what}: {e}"));
    let shape = map.tree().validate().unwrap_or_else(|e| panic!("{what}: {e}"));
    let have: Model = map.iter().collect::<Result<_, _>>().unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_eq!(shape.records(), have.len() as u64);
    let mut model = Model::new();
    for (i, (key, value)) in history.changes.iter().enumerate() {
        if i >= history.synced && model == have {
            return;
        }
        match value {
            Some(value) => model.insert(key.clone(), value.clone()),
            None => model.remove(key),
        };
    }
    assert!(
        model == have,
        "{what}: expected the result of at least {} of {} changes, got {} pairs that fit none",
        history.synced,
        history.changes.len(),
        have.len()
    );
}

fn key(n: u64) -> Vec<u8> {
    [&n.to_be_bytes()[..], &vec![b'k'; (n * 37 % 1600) as usize]].concat()
}

/// Makes a random change. It enters the history before: a crash during it may find it made or not.
fn change(map: &Kv, rng: &mut Rng, growing: bool, history: &Mutex<History>) {
    let key = key(rng.below(120));
    let value =
        (rng.below(10) < if growing { 8 } else { 1 }).then(|| vec![rng.below(256) as u8; rng.below(4000) as usize]);
    history.lock().expect("no panic").changes.push((key.clone(), value.clone()));
    match value {
        Some(value) => map.put(&key, &value).expect("puts"),
        None => drop(map.remove(&key).expect("removes")),
    }
}

fn crash_everywhere(seed: u64, changes: usize, options: &Options) {
    let disk = SimDisk::new(seed);
    let history = Arc::new(Mutex::new(History::default()));
    let points = Arc::new(Mutex::new(0u64));
    disk.on_call({
        let (disk, history, points) = (disk.clone(), history.clone(), points.clone());
        move |call| {
            let history = history.lock().expect("no panic");
            let n = {
                let mut points = points.lock().expect("no panic");
                *points += 1;
                *points
            };
            if !n.is_multiple_of(size(6, 1)) {
                return;
            }
            check(disk.killed(), &history, &format!("seed {seed}: killed before call {n}, a {call:?}"));
            for loss in [0, 1, 2 + n] {
                check(
                    disk.power_loss(loss),
                    &history,
                    &format!("seed {seed}: power loss {loss} before call {n}, a {call:?}"),
                );
            }
        }
    });
    let map = Kv::open(Arc::new(disk.clone()), options.clone()).expect("opens");
    let mut rng = Rng(seed);
    for i in 0..changes {
        change(&map, &mut rng, (i / (changes / 4)).is_multiple_of(2), &history);
        // Gets, so that changes find their leaves by the hash index, if it is on.
        (0..20).for_each(|n| drop(map.get(&key(n * 6)).expect("reads")));
        if rng.below(8) == 0 {
            let n = history.lock().expect("no panic").changes.len();
            map.sync().expect("syncs");
            history.lock().expect("no panic").synced = n;
        }
        if i % (changes / 3) == changes / 6 {
            map.tree().store().flush_all().expect("flushes");
        }
    }
    map.tree().validate().expect("sound");
    let counts = map.tree().counts();
    assert!(counts.splits > 10 && counts.merges + counts.discards > 3, "{counts:?}");
    let hash = map.tree().store().hash_counts();
    assert_eq!(hash.adaptive_hash_searches > 100, options.innodb_adaptive_hash_index, "{hash:?}");
    map.close().expect("closes");
    disk.clear_hook();
    println!("seed {seed}: {} crash points, {counts:?}", points.lock().expect("no panic"));
    check(disk.power_loss(0), &history.lock().expect("no panic"), "after the end");
}

#[test]
fn a_crash_anywhere_leaves_a_prefix() {
    for seed in seeds(1, 3) {
        for options in hash_off_and_on(options()) {
            crash_everywhere(seed, 600, &options);
        }
    }
}
