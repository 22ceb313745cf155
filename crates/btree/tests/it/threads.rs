//! Several threads at once: each changes keys of its own among those of the others, and compares them with a model;
//! walks in both directions see keys in order.

use crate::common::{Rng, hash_off_and_on, memory, small_pool};
use innolab_base::{IndexId, PageNo, SpaceId};
use innolab_btree::{Change, Cursor, Field, Seek, Tree, WriteOptions};
use innolab_page::{Column, IndexPage, Layout, RecordRef};
use innolab_store::Options;
use innolab_testing::size;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

const THREADS: u64 = 4;
const KEYS: u64 = 4000;

type Model = BTreeMap<[u8; 8], Vec<u8>>;

fn key(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

/// Puts a pair and checks that the neighbours that the tree shows are on the right sides.
fn put(tree: &Tree, key: &[u8; 8], value: &[u8], options: WriteOptions) {
    let fields: [Field<'_>; 2] = [Some(key), Some(value)];
    tree.write(&fields[..1], options, &mut |site, record| {
        if options.prev {
            assert!(site.prev().is_none_or(|r| r.field(0) < Some(&key[..])));
        }
        if options.next {
            assert!(site.next().is_none_or(|r| r.field(0) > Some(&key[..])));
        }
        record.leaf(tree.layout(), &fields)?;
        Ok(Change::Put)
    })
    .expect("puts");
}

/// Changes keys that are `id` modulo the number of threads.
fn writer(tree: &Tree, id: u64, ops: u64) -> Model {
    let (mut model, mut rng, mut hint) = (Model::new(), Rng(id + 1), PageNo::NULL);
    for i in 0..ops {
        let key = key(rng.below(KEYS) * THREADS + id);
        let growing = (i / (ops / 4)).is_multiple_of(2);
        match rng.below(10) {
            op if op < if growing { 6 } else { 2 } => {
                let value = vec![id as u8; rng.below(600) as usize];
                // A fresh hint, or one that was for another key long ago.
                if rng.below(2) == 0 {
                    hint = tree.prefetch_leaf(&[Some(&key)]).expect("descends");
                }
                let options =
                    WriteOptions { prev: rng.below(4) == 0, next: rng.below(4) == 0, hint, ..WriteOptions::default() };
                put(tree, &key, &value, options);
                model.insert(key, value);
            }
            op if op < 7 => assert_eq!(tree.remove(&[Some(&key)]).expect("removes"), model.remove(&key).is_some()),
            op if op < 9 => {
                // Some keys are searched often, and their leaves taken up by the hash index.
                let key = if op == 7 { self::key(rng.below(50) * THREADS + id) } else { key };
                let found = tree.get(&[Some(&key)], |r| r.field(1).map(<[u8]>::to_vec)).expect("reads");
                assert_eq!(found.flatten().as_ref(), model.get(&key));
            }
            _ => walk(tree, &mut rng, 50),
        }
    }
    model
}

/// A walk from a random key in a random direction.
fn walk(tree: &Tree, rng: &mut Rng, steps: usize) {
    let start = key(rng.below(KEYS * THREADS));
    let forward = rng.below(2) == 0;
    let mut cursor = tree.cursor();
    let mut there = cursor.seek(&[Some(&start)], if forward { Seek::AtLeast } else { Seek::AtMost }).expect("seeks");
    if forward && there && rng.below(2) == 0 {
        return walk_on(cursor, &start, steps);
    }
    let mut last: Option<Vec<u8>> = None;
    for _ in 0..steps {
        if !there {
            break;
        }
        let here = cursor.record().field(0).map(<[u8]>::to_vec);
        if last.is_some() {
            assert!(if forward { here > last } else { here < last }, "{here:?} after {last:?}");
        }
        last = here;
        there = if forward { cursor.next() } else { cursor.prev() }.expect("steps");
    }
}

/// Like [`walk`], forward and leaf by leaf.
fn walk_on(mut cursor: Cursor<'_>, start: &[u8], steps: usize) {
    let (mut last, mut n) = (None, 0);
    let visit = |_: &IndexPage<'_>, record: RecordRef<'_>| {
        let here = record.field(0).map(<[u8]>::to_vec);
        assert!(here > last && here.as_deref() >= Some(start), "{here:?} after {last:?}");
        (last, n) = (here, n + 1);
        Ok(if n == steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    cursor.walk::<innolab_btree::Error>(visit).expect("walks");
    assert_eq!(cursor.is_on_record().then(|| cursor.record().field(0)), (n == steps).then_some(last.as_deref()));
}

fn run(options: Options, ops: u64) {
    let store = memory(options);
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
    let tree = Tree::create(&store, &space, IndexId(7), Layout::new([Column::fixed(8), Column::variable(1000)], 1))
        .expect("a new tree");
    let done = AtomicBool::new(false);
    let models: Vec<Model> = std::thread::scope(|scope| {
        let (tree, done) = (&tree, &done);
        let reader = scope.spawn(move || {
            let mut rng = Rng(99);
            let mut walks = 0;
            while !done.load(Ordering::Relaxed) || walks < 10 {
                walk(tree, &mut rng, 1000);
                tree.validate().expect("sound at any moment");
                walks += 1;
            }
        });
        let writers: Vec<_> = (0..THREADS).map(|id| scope.spawn(move || writer(tree, id, ops))).collect();
        // Joins all writers before it looks at their results: if one panics, the reader must still be stopped.
        let models: Vec<_> = writers.into_iter().map(|w| w.join()).collect();
        done.store(true, Ordering::Relaxed);
        reader.join().expect("no panic");
        models.into_iter().map(|model| model.expect("no panic")).collect()
    });
    let model: Model = models.into_iter().flatten().collect();
    assert_eq!(tree.validate().expect("sound").records(), model.len() as u64);
    let mut cursor = tree.cursor();
    let mut there = cursor.first().expect("reads");
    for (key, value) in &model {
        assert!(there);
        assert_eq!((cursor.record().field(0), cursor.record().field(1)), (Some(&key[..]), Some(&value[..])));
        there = cursor.next().expect("reads");
    }
    assert!(!there);
    let counts = tree.counts();
    assert!(counts.splits > size(20, 100) && counts.merges > size(0, 5), "{counts:?}");
    let hash = store.hash_counts();
    assert_eq!(hash.adaptive_hash_searches > 20, store.adaptive_hash_index(), "{hash:?}");
}

#[test]
fn four_threads_in_memory() {
    for options in hash_off_and_on(Options { background: false, ..Options::default() }) {
        run(options, size(4_000, 20_000));
    }
}

#[test]
fn four_threads_with_a_small_pool() {
    for options in hash_off_and_on(Options { innodb_buffer_pool_size: 2 << 20, ..small_pool() }) {
        run(options, size(3_000, 8_000));
    }
}
