//! The tree against `BTreeMap`: random changes over several seeds, sizes up to the largest record, a pool that is
//! smaller than the tree.

mod common;

use common::{Rng, memory, small_pool};
use innolab_base::IndexId;
use innolab_btree::{Change, Counts, Field, Inserted, Seek, Tree};
use innolab_page::{Column, IndexPage, Layout, RecordRef};
use innolab_store::{Options, Store};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What one run is like.
#[derive(Clone, Copy)]
struct Run {
    seed: u64,
    ops: usize,
    keys: u64,
    /// Key bytes beyond the first eight.
    key_tail: u64,
    value: u64,
    /// Operations between growing and shrinking.
    phase: usize,
    options: fn() -> Options,
}

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn tree(store: &Arc<Store>, layout: Layout) -> Tree {
    let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
    Tree::create(store, &space, IndexId(7), layout).expect("a new tree")
}

/// The key with number `n`: always the same, of any length.
fn key(run: Run, n: u64) -> Vec<u8> {
    let mut key = n.to_be_bytes().to_vec();
    if run.key_tail > 0 {
        let len = Rng(n).below(run.key_tail) as usize;
        key.resize(8 + len, b'k');
    }
    key
}

fn check_same(tree: &Tree, model: &Model) {
    let mut cursor = tree.cursor();
    let mut there = cursor.first().expect("reads");
    for (key, value) in model {
        assert!(there, "the tree ends before {key:?}");
        assert_eq!((cursor.record().field(0), cursor.record().field(1)), (Some(&key[..]), Some(&value[..])));
        there = cursor.next().expect("reads");
    }
    assert!(!there, "the tree has more records");
    let mut walked = Vec::new();
    cursor.first().expect("reads");
    let visit = |_: &IndexPage<'_>, record: RecordRef<'_>| {
        walked.push((record.field(0).map(<[u8]>::to_vec), record.field(1).map(<[u8]>::to_vec)));
        Ok::<_, innolab_btree::Error>(ControlFlow::Continue(()))
    };
    cursor.walk(visit).expect("walks");
    assert!(walked.into_iter().eq(model.iter().map(|(k, v)| (Some(k.clone()), Some(v.clone())))));
    let mut there = cursor.last().expect("reads");
    for key in model.keys().rev() {
        assert!(there && cursor.record().field(0) == Some(&key[..]));
        there = cursor.prev().expect("reads");
    }
    assert!(!there);
}

fn check_seeks(tree: &Tree, model: &Model, key: &[u8]) {
    let expect = |seek| match seek {
        Seek::AtLeast => model.range(key.to_vec()..).next(),
        Seek::Above => model.range(key.to_vec()..).find(|(k, _)| &k[..] != key),
        Seek::AtMost => model.range(..=key.to_vec()).next_back(),
        Seek::Below => model.range(..key.to_vec()).next_back(),
    };
    for seek in [Seek::AtLeast, Seek::Above, Seek::AtMost, Seek::Below] {
        let mut cursor = tree.cursor();
        let found =
            cursor.seek(&[Some(key)], seek).expect("reads").then(|| cursor.record().field(0).map(<[u8]>::to_vec));
        assert_eq!(found.flatten().as_ref(), expect(seek).map(|(k, _)| k), "{seek:?} {key:?}");
    }
}

fn one(tree: &Tree, model: &mut Model, rng: &mut Rng, run: Run, growing: bool) {
    let key = key(run, rng.below(run.keys));
    let limit = if rng.below(20) == 0 { run.value } else { run.value.min(250) };
    let value = vec![rng.below(251) as u8; rng.below(limit.min(8100 - key.len() as u64)) as usize];
    let fields: [Field<'_>; 2] = [Some(&key), Some(&value)];
    if rng.below(1000) == 0 {
        return remove_run(tree, model, &key);
    }
    let inserts = if growing { 6 } else { 2 };
    match rng.below(10) {
        op if op < inserts => {
            let outcome = tree.insert(&fields).expect("inserts");
            assert_eq!(outcome == Inserted::Yes, !model.contains_key(&key));
            model.entry(key).or_insert(value);
        }
        op if op == inserts => {
            let change = tree.modify(&fields[..1], |_, new| {
                new.leaf(tree.layout(), &fields).map(|()| Change::Put).map_err(Into::into)
            });
            assert_eq!(change.expect("updates"), model.contains_key(&key));
            model.entry(key).and_modify(|v| *v = value);
        }
        op if op == inserts + 1 => {
            let found = tree.get(&fields[..1], |r| r.field(1).map(<[u8]>::to_vec)).expect("reads");
            assert_eq!(found.flatten().as_ref(), model.get(&key));
            check_seeks(tree, model, &key);
        }
        _ => assert_eq!(tree.remove(&fields[..1]).expect("removes"), model.remove(&key).is_some()),
    }
}

/// All records from `key` on for a while: whole pages become empty, at the edges and in between.
fn remove_run(tree: &Tree, model: &mut Model, key: &[u8]) {
    let keys: Vec<Vec<u8>> = model.range(key.to_vec()..).take(80).map(|(k, _)| k.clone()).collect();
    for key in keys {
        assert!(tree.remove(&[Some(&key)]).expect("removes"));
        model.remove(&key);
    }
}

fn random(run: Run) -> Counts {
    println!("seed {}", run.seed);
    let store = memory((run.options)());
    let tree = tree(&store, Layout::new([Column::variable(3072), Column::variable(8100)], 1));
    let (mut model, mut rng) = (Model::new(), Rng(run.seed));
    for i in 0..run.ops {
        one(&tree, &mut model, &mut rng, run, (i / run.phase).is_multiple_of(2));
        if i % (run.ops / 8) == 0 {
            tree.validate().unwrap_or_else(|e| panic!("seed {} operation {i}: {e}", run.seed));
        }
    }
    let shape = tree.validate().expect("sound");
    assert_eq!(shape.records(), model.len() as u64);
    check_same(&tree, &model);
    for key in model.keys() {
        assert!(tree.remove(&[Some(key)]).expect("removes"));
    }
    assert_eq!(tree.validate().expect("sound").pages(), 1, "an empty tree is its root");
    tree.counts()
}

#[test]
fn random_changes_of_short_records() {
    for seed in 1..=3 {
        let run =
            Run { seed, ops: 100_000, keys: 20_000, key_tail: 0, value: 250, phase: 30_000, options: Options::default };
        let counts = random(run);
        assert!(counts.splits > 100 && counts.merges > 50 && counts.reorganises > 50, "{counts:?}");
    }
}

#[test]
fn random_changes_of_records_of_all_sizes_with_a_small_pool() {
    for seed in 1..=2 {
        let run =
            Run { seed, ops: 100_000, keys: 3_000, key_tail: 2900, value: 8000, phase: 15_000, options: small_pool };
        let counts = random(run);
        assert!(counts.raises > 2 && counts.shrinks > 2 && counts.discards > 10, "{counts:?}");
    }
}
