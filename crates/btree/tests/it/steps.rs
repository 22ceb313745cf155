//! Reading a tree one step at a time: down to a leaf, the ends, across the edges of leaves both ways, seeks that end beside
//! a leaf, ranges in batches.

use crate::common::{memory, small_pool};
use innolab_base::IndexId;
use innolab_btree::{Change, Kv, Resumed, Seek, Tree};
use innolab_disk::SimDisk;
use innolab_page::{Column, Layout};
use innolab_store::Options;
use std::sync::Arc;

/// A tree with the keys 10, 20, …, `n` of them, in leaves of about sixty records.
fn tree(n: u32) -> Tree {
    let store = memory(Options { background: false, ..Options::default() });
    let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
    let layout = Layout::new([Column::fixed(4), Column::variable(300)], 1);
    let tree = Tree::create(&store, &space, IndexId(7), layout).expect("a new tree");
    for key in 1..=n {
        tree.insert(&[Some(&(10 * key).to_be_bytes()), Some(&[b'v'; 240])]).expect("inserts");
    }
    tree
}

fn number(key: Option<&[u8]>) -> u32 {
    u32::from_be_bytes(key.expect("it is not NULL").try_into().expect("four bytes"))
}

fn has(tree: &Tree, key: u32) -> bool {
    tree.get(&[Some(&key.to_be_bytes())], |record| assert_eq!(number(record.field(0)), key)).expect("reads").is_some()
}

#[test]
fn a_tree_of_one_leaf_is_read() {
    let tree = tree(5);
    assert!((0..70).all(|key| has(&tree, key) == ([10, 20, 30, 40, 50].contains(&key))));
}

#[test]
fn every_key_is_found_in_the_leaf_that_owns_it() {
    let tree = tree(5_000);
    assert!(tree.shape().expect("reads").pages() > 70, "a root and many leaves");
    for key in 0..50_020 {
        assert_eq!(has(&tree, key), key > 0 && key % 10 == 0 && key <= 50_000, "key {key}");
    }
}

#[test]
fn the_ends_of_a_tree() {
    let (full, empty) = (tree(1_000), tree(0));
    let mut cursor = full.cursor();
    assert!(cursor.first().expect("reads"));
    assert_eq!(number(cursor.record().field(0)), 10);
    assert!(cursor.last().expect("reads"));
    assert_eq!(number(cursor.record().field(0)), 10_000);
    let mut cursor = empty.cursor();
    assert!(!cursor.first().expect("reads") && !cursor.is_on_record());
    assert!(!cursor.last().expect("reads") && !cursor.is_on_record());
}

#[test]
fn forward_across_the_edges_of_leaves() {
    let tree = tree(1_000);
    let mut cursor = tree.cursor();
    assert!(cursor.first().expect("reads"));
    for key in 2..=1_000 {
        assert!(cursor.next().expect("reads"), "before key {}", 10 * key);
        assert_eq!(number(cursor.record().field(0)), 10 * key);
    }
    assert!(!cursor.next().expect("reads") && !cursor.is_on_record(), "R1: at the end it is on no record");
}

#[test]
fn backward_across_the_edges_of_leaves() {
    let tree = tree(1_000);
    let mut cursor = tree.cursor();
    assert!(cursor.last().expect("reads"));
    for key in (1..1_000).rev() {
        assert!(cursor.prev().expect("reads"), "after key {}", 10 * key);
        assert_eq!(number(cursor.record().field(0)), 10 * key);
    }
    assert!(!cursor.prev().expect("reads") && !cursor.is_on_record(), "R1: at the beginning it is on no record");
}

/// The record that is sought is often on the leaf beside the one that owns the key.
#[test]
fn a_seek_may_end_on_the_leaf_beside() {
    let tree = tree(1_000);
    for key in 0..10_020u32 {
        let expected = [
            (Seek::AtLeast, key.div_ceil(10).max(1)),
            (Seek::Above, key / 10 + 1),
            (Seek::AtMost, (key / 10).min(1_000)),
            (Seek::Below, (key.max(1) - 1) / 10),
        ];
        for (seek, nth) in expected {
            let mut cursor = tree.cursor();
            let there = cursor.seek(&[Some(&key.to_be_bytes())], seek).expect("a sound tree");
            let nth = if seek == Seek::Below { nth.min(1_000) } else { nth };
            assert_eq!(there, (1..=1_000).contains(&nth), "{seek:?} {key}");
            assert!(!there || number(cursor.record().field(0)) == 10 * nth, "{seek:?} {key}");
        }
    }
}

/// The first record that is equal to a prefix may be on an earlier leaf than the one that owns the prefix.
#[test]
fn a_seek_for_a_prefix_finds_the_first_and_the_last_of_many() {
    let store = memory(Options { background: false, ..Options::default() });
    let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
    let layout = Layout::new([Column::fixed(4), Column::fixed(4), Column::variable(300)], 2);
    let tree = Tree::create(&store, &space, IndexId(7), layout).expect("a new tree");
    let bytes = |n: u32| n.to_be_bytes();
    for (first, second) in (1..=4).flat_map(|first| (0..400).map(move |second| (first, second))) {
        tree.insert(&[Some(&bytes(first)), Some(&bytes(second)), Some(&[b'v'; 240])]).expect("inserts");
    }
    for prefix in 1..=4 {
        let expected = [
            (Seek::AtLeast, Some((prefix, 0))),
            (Seek::Above, (prefix < 4).then_some((prefix + 1, 0))),
            (Seek::AtMost, Some((prefix, 399))),
            (Seek::Below, (prefix > 1).then_some((prefix - 1, 399))),
        ];
        for (seek, expected) in expected {
            let mut cursor = tree.cursor();
            let there = cursor.seek(&[Some(&bytes(prefix))], seek).expect("a sound tree");
            let found = there.then(|| (number(cursor.record().field(0)), number(cursor.record().field(1))));
            assert_eq!(found, expected, "{seek:?} {prefix}");
        }
    }
}

#[test]
fn a_cursor_comes_back_to_its_record_its_key_or_the_next() {
    let tree = tree(1_000);
    let (mut cursor, mut position) = (tree.cursor(), innolab_btree::Position::default());
    let key = 500u32.to_be_bytes();
    assert!(cursor.seek(&[Some(&key)], Seek::AtLeast).expect("reads"));
    cursor.suspend(&mut position);
    assert_eq!(cursor.resume(&position).expect("reads"), Resumed::Unchanged);
    assert_eq!(number(cursor.record().field(0)), 500);
    cursor.suspend(&mut position);
    tree.insert(&[Some(&505u32.to_be_bytes()), Some(b"new")]).expect("inserts");
    assert_eq!(cursor.resume(&position).expect("reads"), Resumed::SameKey, "R2: the leaf has changed");
    assert_eq!(number(cursor.record().field(0)), 500);
    cursor.suspend(&mut position);
    assert!(tree.modify(&[Some(&key)], |_, _| Ok(Change::Remove)).expect("removes"));
    assert_eq!(cursor.resume(&position).expect("reads"), Resumed::Gone, "R2: the record is gone");
    assert_eq!(number(cursor.record().field(0)), 505, "R2: on the next record");
}

/// A range is read in batches; between two of them the map may change.
#[test]
fn a_range_is_read_in_batches() {
    let map = Kv::open(Arc::new(SimDisk::new(1)), small_pool()).expect("opens");
    for key in 0..1_000u32 {
        map.put(&key.to_be_bytes(), b"v").expect("room");
    }
    let read = |range: std::ops::Range<u32>| -> Vec<u32> {
        let pairs = map.range(range.start.to_be_bytes()..range.end.to_be_bytes());
        pairs.map(|pair| number(Some(&pair.expect("reads").0))).collect()
    };
    for range in [0..1_000, 0..0, 5..6, 99..101, 100..200, 0..5_000, 990..5_000] {
        let end = range.end.min(1_000);
        assert_eq!(read(range.clone()), (range.start..end).collect::<Vec<_>>(), "{range:?}");
    }
    let mut seen = 0;
    for pair in map.range(100u32.to_be_bytes()..) {
        let (key, _) = pair.expect("reads");
        seen += 1;
        map.remove(&key).expect("no latch is held");
    }
    assert_eq!((seen, map.iter().count()), (900, 100));
}
