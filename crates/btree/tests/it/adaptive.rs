//! The adaptive hash index: what it answers, when it grows and dies, and that nothing it once knew is believed.

use crate::common::{memory, open, small_pool};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::{Change, Field, Seek, Tree};
use innolab_disk::SimDisk;
use innolab_page::{Column, Layout};
use innolab_store::{HashCounts, Options, Store};
use std::sync::Arc;

const INDEX: IndexId = IndexId(7);

fn on(options: Options) -> Options {
    Options { innodb_adaptive_hash_index: true, background: false, ..options }
}

fn layout() -> Layout {
    Layout::new([Column::fixed(8), Column::variable(1000)], 1)
}

/// A tree of `n` records with even keys and values of 100 bytes.
fn tree(store: &Arc<Store>, n: u64) -> Tree {
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
    let tree = Tree::create(store, &space, INDEX, layout()).expect("a new tree");
    (0..n).for_each(|i| put(&tree, 2 * i));
    tree
}

fn put(tree: &Tree, key: u64) {
    let (key, value) = (key.to_be_bytes(), [key as u8; 100]);
    tree.insert(&[Some(&key), Some(&value)]).expect("inserts");
}

fn get(tree: &Tree, key: u64) -> Option<u8> {
    tree.get(&[Some(&key.to_be_bytes())], |r| r.field(1).map(|v| v[0])).expect("reads").flatten()
}

/// Gets the keys so often that their leaves are taken up, and that each record has an entry.
fn warm(tree: &Tree, keys: impl Iterator<Item = u64> + Clone) {
    for _ in 0..120 {
        keys.clone().for_each(|key| assert_eq!(get(tree, key), Some(key as u8)));
    }
}

/// Runs `work`; returns by how much it raised the counts.
fn counted(store: &Store, work: impl FnOnce()) -> HashCounts {
    let before = store.hash_counts();
    work();
    let after = store.hash_counts();
    HashCounts {
        adaptive_hash_searches: after.adaptive_hash_searches - before.adaptive_hash_searches,
        adaptive_hash_searches_btree: after.adaptive_hash_searches_btree - before.adaptive_hash_searches_btree,
        adaptive_hash_pages_added: after.adaptive_hash_pages_added - before.adaptive_hash_pages_added,
        adaptive_hash_pages_removed: after.adaptive_hash_pages_removed - before.adaptive_hash_pages_removed,
        adaptive_hash_rows_added: after.adaptive_hash_rows_added - before.adaptive_hash_rows_added,
    }
}

/// Asserts how many of some gets the hash index answered.
#[track_caller]
fn hits(store: &Store, hashed: u64, through_the_tree: u64, work: impl FnOnce()) {
    let counts = counted(store, work);
    let have = (counts.adaptive_hash_searches, counts.adaptive_hash_searches_btree);
    assert_eq!(have, (hashed, through_the_tree), "searches by hash, through the tree");
}

#[test]
fn a_leaf_is_taken_up_after_a_hundred_searches_and_one_for_each_sixteen_records_r3() {
    let store = memory(on(Options::default()));
    let tree = tree(&store, 100);
    let get = |n: u64| counted(&store, || (0..n).for_each(|_| assert_eq!(get(&tree, 50), Some(50))));
    assert_eq!(get(99).adaptive_hash_pages_added, 0, "a hundred votes of the tree");
    assert_eq!(tree.shape().expect("reads").records(), 100);
    assert_eq!(get(6).adaptive_hash_pages_added, 0, "more than a sixteenth of 100 records");
    let taken_up = get(1);
    assert_eq!((taken_up.adaptive_hash_pages_added, taken_up.adaptive_hash_rows_added), (1, 100));
    hits(&store, 10, 0, || {
        get(10);
    });
    hits(&store, 100, 0, || (0..100).for_each(|i| assert_eq!(self::get(&tree, 2 * i), Some(2 * i as u8))));
    hits(&store, 0, 100, || (0..100).for_each(|i| assert_eq!(self::get(&tree, 2 * i + 1), None)));
}

#[test]
fn off_it_neither_answers_nor_learns_and_costs_no_memory() {
    let store = memory(Options { background: false, ..Options::default() });
    let tree = tree(&store, 100);
    let warmed = counted(&store, || warm(&tree, (0..100).map(|i| 2 * i)));
    assert_eq!((warmed, store.hash_capacity()), (HashCounts::default(), 0));
    let free = store.counts().free_frames;
    store.set_adaptive_hash_index(true).expect("frames are free");
    let lent = free - store.counts().free_frames;
    assert_eq!(store.hash_capacity() as u64, lent * 2048, "8 bytes an entry, in frames of the pool");
    warm(&tree, (0..100).map(|i| 2 * i));
    hits(&store, 1, 0, || assert_eq!(get(&tree, 50), Some(50)));
    store.set_adaptive_hash_index(false).expect("switches off");
    hits(&store, 0, 0, || assert_eq!(get(&tree, 50), Some(50)));
    put(&tree, 51);
    store.set_adaptive_hash_index(true).expect("switches on");
    assert_eq!(free - store.counts().free_frames, lent, "the same memory");
    hits(&store, 1, 0, || assert_eq!(get(&tree, 50), Some(50)));
}

#[test]
fn changes_that_leave_records_in_their_places_keep_the_entries_r6() {
    let store = memory(on(Options::default()));
    let tree = tree(&store, 50);
    warm(&tree, (0..50).map(|i| 2 * i));
    let key = |n: u64| n.to_be_bytes();
    let change = |n: u64, to: Option<u8>| {
        let key = key(n);
        let changed = tree.modify(&[Some(&key)], |_, record| match to {
            Some(byte) => {
                record.leaf(tree.layout(), &[Some(&key), Some(&[byte; 100])])?;
                Ok(Change::Put)
            }
            None => Ok(Change::DeleteMark(true)),
        });
        assert!(changed.expect("changes"));
    };
    let changes = counted(&store, || (put(&tree, 33), change(40, Some(1)), change(42, None)).0);
    assert_eq!((changes.adaptive_hash_searches, changes.adaptive_hash_pages_removed), (2, 0), "both writes use it");
    hits(&store, 3, 0, || assert_eq!([32, 34, 40].map(|k| get(&tree, k)), [Some(32), Some(34), Some(1)]));
    let deleted = |r: innolab_page::RecordRef<'_>| r.is_deleted();
    hits(&store, 1, 0, || assert_eq!(tree.get(&[Some(&key(42))], deleted).expect("reads"), Some(true)));
    hits(&store, 1, 1, || assert_eq!([get(&tree, 33), get(&tree, 33)], [Some(33); 2]));
    let removed = counted(&store, || assert!(tree.remove(&[Some(&key(10))]).expect("removes")));
    assert_eq!(removed.adaptive_hash_pages_removed, 1);
    hits(&store, 0, 2, || assert_eq!([get(&tree, 10), get(&tree, 12)], [None, Some(12)]));
}

#[test]
fn a_split_a_merge_and_an_update_that_moves_a_record_end_the_entries() {
    let store = memory(on(Options::default()));
    let tree = tree(&store, 1000);
    let all = || (0..1000).map(|i| 2 * i);
    warm(&tree, all());
    hits(&store, 1000, 0, || all().for_each(|key| assert_eq!(get(&tree, key), Some(key as u8))));
    // Each leaf is split by the records that come in between.
    all().for_each(|key| put(&tree, key + 1));
    assert!((0..2000).all(|key| get(&tree, key) == Some(key as u8)));
    warm(&tree, 0..2000);
    // Each leaf loses three quarters of its records and is merged.
    (0..2000u64)
        .filter(|key| key % 4 != 0)
        .for_each(|key| assert!(tree.remove(&[Some(&key.to_be_bytes())]).expect("removes")));
    assert!(tree.counts().merges > 3);
    assert!((0..2000).all(|key| get(&tree, key) == (key % 4 == 0).then_some(key as u8)));
    warm(&tree, (0..500).map(|i| 4 * i));
    for key in (0..500u64).map(|i| 4 * i) {
        let (bytes, long) = (key.to_be_bytes(), vec![key as u8; 300]);
        let fields: [Field<'_>; 2] = [Some(&bytes), Some(&long)];
        tree.modify(&fields[..1], |_, record| Ok(record.leaf(tree.layout(), &fields).map(|()| Change::Put)?))
            .expect("updates");
        assert_eq!(get(&tree, key), Some(key as u8));
    }
    assert!((0..2000).all(|key| get(&tree, key) == (key % 4 == 0).then_some(key as u8)));
}

#[test]
fn a_frame_that_holds_another_page_is_not_believed() {
    let store = memory(on(small_pool()));
    let tree = tree(&store, 20_000);
    warm(&tree, (0..40).map(|i| 2 * i));
    hits(&store, 1, 0, || assert_eq!(get(&tree, 50), Some(50)));
    // Other leaves, more than the pool has frames, all taken up in their turn.
    let evictions = counted(&store, || (0..20_000).for_each(|i| assert_eq!(get(&tree, 2 * i), Some((2 * i) as u8))));
    assert!(evictions.adaptive_hash_pages_removed > 1);
    assert!((0..20_000).rev().all(|i| get(&tree, 2 * i) == Some((2 * i) as u8) && get(&tree, 2 * i + 1).is_none()));
}

#[test]
fn an_index_that_was_destroyed_is_forgotten_even_by_one_of_the_same_number() {
    let store = memory(on(Options::default()));
    let old = tree(&store, 5000);
    warm(&old, (0..5000).map(|i| 2 * i));
    let (space, root) = (old.space().clone(), old.root());
    let before = store.hash_counts();
    drop(old);
    Tree::destroy(&store, &space, root, INDEX).expect("freed");
    let removed = store.hash_counts().adaptive_hash_pages_removed - before.adaptive_hash_pages_removed;
    assert!(removed > 30, "{removed} leaves, extent by extent");
    let new = Tree::create(&store, &space, INDEX, layout()).expect("a new tree");
    (0..200).for_each(|i| put(&new, 100_000 + i));
    warm(&new, 100_000..100_200);
    assert!((0..5000).all(|i| get(&new, 2 * i).is_none()));
}

#[test]
fn an_index_does_not_answer_for_another_one_in_its_file_or_of_its_number() {
    let store = memory(on(Options::default()));
    let first = tree(&store, 300);
    let elsewhere = store.create_space(SpaceId(2), "u.ibd").expect("a new file");
    for (space, index) in [(first.space(), IndexId(8)), (&elsewhere, INDEX)] {
        let second = Tree::create(&store, space, index, layout()).expect("a new tree");
        for i in 0..300u64 {
            second.insert(&[Some(&(2 * i).to_be_bytes()), Some(b"second")]).expect("inserts");
        }
        for _ in 0..3 {
            warm(&first, (0..300).map(|i| 2 * i));
            for i in 0..300 {
                assert_eq!(get(&second, 2 * i), Some(b's'));
            }
        }
    }
}

#[test]
fn a_prefix_leads_to_its_first_record_r1() {
    let store = memory(on(Options::default()));
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
    let tree =
        Tree::create(&store, &space, INDEX, Layout::new([Column::fixed(2), Column::fixed(8)], 2)).expect("a tree");
    let insert = |v: u16, id: u64| {
        tree.insert(&[Some(&v.to_be_bytes()), Some(&id.to_be_bytes())]).expect("inserts");
    };
    for v in 0..500 {
        (10..20).for_each(|id| insert(2 * v, id));
    }
    let first = |v: u16| {
        let mut cursor = tree.cursor();
        let there = cursor.seek(&[Some(&v.to_be_bytes())], Seek::AtLeast).expect("seeks");
        there.then(|| cursor.record().key().map(|f| f.expect("a value").to_vec()).collect::<Vec<_>>())
    };
    let expect = |v: u16, id: u64| Some(vec![v.to_be_bytes().to_vec(), id.to_be_bytes().to_vec()]);
    for _ in 0..60 {
        (0..500).for_each(|v| assert_eq!(first(2 * v), expect(2 * v, 10)));
    }
    let counts = counted(&store, || (0..500).for_each(|v| assert_eq!(first(2 * v), expect(2 * v, 10))));
    let leaves = tree.shape().expect("reads").levels.last().expect("leaves").pages;
    assert!(counts.adaptive_hash_searches >= 500 - leaves, "all but the first of a leaf: {counts:?}, {leaves} leaves");
    // A new first record of each splits the leaves, which are full.
    (0..500).for_each(|v| insert(2 * v, 5));
    for _ in 0..60 {
        (0..500).for_each(|v| assert_eq!(first(2 * v), expect(2 * v, 5)));
    }
    // Now there is room for a few: the entries stay, and lead to what is the second one.
    let some = || (0..500).step_by(20);
    let counts = counted(&store, || some().for_each(|v| insert(2 * v, 3)));
    assert_eq!(counts.adaptive_hash_pages_removed, 0);
    some().for_each(|v| assert_eq!(first(2 * v), expect(2 * v, 3)));
    (0..499).for_each(|v| assert_eq!(first(2 * v + 1), expect(2 * v + 2, if (v + 1) % 20 == 0 { 3 } else { 5 })));
}

#[test]
fn it_is_empty_after_a_reopening() {
    let disk = Arc::new(SimDisk::new(1));
    let store = open(disk.clone(), on(Options::default()));
    let tree = tree(&store, 300);
    let root = tree.root();
    warm(&tree, (0..300).map(|i| 2 * i));
    store.close().expect("closes");
    drop((tree, store));
    let store = open(disk, on(Options::default()));
    let space = store.space_by_name("t.ibd").expect("the file");
    let tree = Tree::open(&store, &space, root, layout()).expect("opens");
    hits(&store, 0, 90, || (0..90).for_each(|i| assert_eq!(get(&tree, 2 * i), Some((2 * i) as u8))));
}
