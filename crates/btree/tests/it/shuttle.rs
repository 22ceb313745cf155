//! The hash index beside writers and eviction, under interleavings that a model checker samples: a get returns what
//! the key had at some moment of the get.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-btree --test it`

use crate::common::{memory, small_pool};
use innolab_base::sync::atomic::{AtomicU64, Ordering::SeqCst};
use innolab_base::sync::thread;
use innolab_base::{IndexId, SpaceId};
use innolab_btree::{Change, Field, Tree};
use innolab_page::{Column, Layout};
use innolab_store::Options;
use std::sync::Arc;

/// Keys that the threads share.
const KEYS: u64 = 8;
/// The value of a key that has none.
const NONE: u64 = 0;

/// A tree whose leaves the hash index has taken up, and what its keys may have at this moment.
struct Shared {
    tree: Tree,
    /// Many leaves, to fill the pool with.
    crowd: Tree,
    /// For each key the number of changes that have begun, and of those that are done. Change `n` gives the key the
    /// value `n`, or [`NONE`] if `n` is even.
    begun: Vec<AtomicU64>,
    done: Vec<AtomicU64>,
}

fn tree(store: &Arc<innolab_store::Store>, no: u32) -> Tree {
    let space = store.create_space(SpaceId(no), &format!("t{no}.ibd")).expect("a new file");
    let layout = Layout::new([Column::fixed(8), Column::fixed(8), Column::variable(4000)], 1);
    Tree::create(store, &space, IndexId(u64::from(no)), layout).expect("a new tree")
}

fn put(tree: &Tree, key: u64, value: u64, tail: &[u8]) {
    let (key, value) = (key.to_be_bytes(), value.to_be_bytes());
    let fields: [Field<'_>; 3] = [Some(&key), Some(&value), Some(tail)];
    tree.write(&fields[..1], Default::default(), &mut |_, record| {
        record.leaf(tree.layout(), &fields)?;
        Ok(Change::Put)
    })
    .expect("puts");
}

fn get(tree: &Tree, key: u64) -> u64 {
    let value = |field: Field<'_>| u64::from_be_bytes(field.expect("not NULL").try_into().expect("eight bytes"));
    let read = |record: innolab_page::RecordRef<'_>| {
        assert_eq!(value(record.field(0)), key, "a record of another key");
        value(record.field(1))
    };
    tree.get(&[Some(&key.to_be_bytes())], read).expect("reads").unwrap_or(NONE)
}

impl Shared {
    fn new(crowd: u64) -> Shared {
        let store = memory(Options { innodb_adaptive_hash_index: true, ..small_pool() });
        let shared = Shared {
            tree: tree(&store, 1),
            crowd: tree(&store, 2),
            begun: (0..KEYS).map(|_| AtomicU64::new(1)).collect(),
            done: (0..KEYS).map(|_| AtomicU64::new(1)).collect(),
        };
        (0..crowd).for_each(|n| put(&shared.crowd, n, 1, &[9; 4000]));
        (0..KEYS).for_each(|key| put(&shared.tree, key, 1, b"short"));
        for _ in 0..16 {
            (0..KEYS).for_each(|key| assert_eq!(get(&shared.tree, key), 1));
        }
        assert!(store.hash_counts().adaptive_hash_pages_added > 0);
        shared
    }

    /// Changes a key: removes it, gives it back its record, moves the record to another place, splits its leaf.
    fn change(&self, key: u64, tail: &[u8]) {
        let n = self.begun[key as usize].fetch_add(1, SeqCst) + 1;
        if n.is_multiple_of(2) {
            assert!(self.tree.remove(&[Some(&key.to_be_bytes())]).expect("removes"));
        } else {
            put(&self.tree, key, n, tail);
        }
        self.done[key as usize].store(n, SeqCst);
    }

    fn read(&self, key: u64) {
        let before = self.done[key as usize].load(SeqCst);
        let value = get(&self.tree, key);
        let after = self.begun[key as usize].load(SeqCst);
        let could = (before..=after).any(|n| value == if n.is_multiple_of(2) { NONE } else { n });
        assert!(could, "key {key} has {value}, but only changes {before} to {after} were made meanwhile");
    }
}

/// `crowd`: records that other threads read meanwhile, so that leaves leave the pool.
fn model(crowd: u64, runs: usize) {
    shuttle::check_random(
        move || {
            let shared = Arc::new(Shared::new(crowd));
            let spawn = |work: Box<dyn Fn(&Shared) + Send>| {
                let shared = shared.clone();
                thread::spawn(move || work(&shared))
            };
            let threads = [
                // Two keys that are removed and come back, the second time in the place of the other one.
                spawn(Box::new(|s| {
                    for key in [3, 4, 4, 3, 3, 3] {
                        s.change(key, b"short");
                        s.read(key);
                    }
                })),
                // Records that grow, until the leaf is split.
                spawn(Box::new(|s| {
                    for key in [0, 1, 2, 5, 6, 7] {
                        s.change(key, b"");
                        s.change(key, &[7; 3500]);
                    }
                })),
                spawn(Box::new(|s| (0..3).for_each(|_| (2..6).for_each(|key| s.read(key))))),
                spawn(Box::new(|s| (0..3).for_each(|_| (0..KEYS).for_each(|key| s.read(key))))),
                spawn(Box::new(move |s| (0..crowd).for_each(|n| assert_eq!(get(&s.crowd, n), 1)))),
            ];
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
            (0..KEYS).for_each(|key| shared.read(key));
            shared.tree.validate().expect("sound");
        },
        runs,
    );
}

#[test]
fn beside_writers_that_remove_move_and_split() {
    model(0, innolab_testing::size(200, 1500));
}

#[test]
fn beside_eviction() {
    model(300, innolab_testing::size(20, 200));
}
