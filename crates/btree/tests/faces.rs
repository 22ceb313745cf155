//! The tree's smaller promises: positions that come back, neighbours across leaf edges, stamps, bulk load, keys of several columns with NULLs, full disks.

mod common;

use common::{memory, small_pool};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::{Ask, Change, Error, Field, FillFactor, Inserted, Plain, Position, Result, Resumed, Seek, Tree};
use innolab_disk::{Call, Fault, SimDisk, Trouble};
use innolab_page::{Column, IndexMut, IndexPage, Layout};
use innolab_store::{Options, Store};
use std::sync::Arc;

fn tree_of(store: &Arc<Store>, layout: Layout) -> Tree {
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
    Tree::create(store, &space, IndexId(7), layout).expect("a new tree")
}

fn numbers(n: u64) -> (Arc<Store>, Tree) {
    let store = memory(small_pool());
    let tree = tree_of(&store, Layout::new([Column::fixed(8), Column::variable(500)], 1));
    for i in 0..n {
        assert_eq!(tree.insert(&[Some(&key(2 * i)), Some(&[7; 300])]).expect("inserts"), Inserted::Yes);
    }
    (store, tree)
}

fn key(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

#[test]
fn a_suspended_cursor_comes_back() {
    let (_store, tree) = numbers(500);
    let (mut cursor, mut position) = (tree.cursor(), Position::default());
    assert_eq!(cursor.resume(&position).expect("resumes"), Resumed::Gone);
    assert!(cursor.seek(&[Some(&key(400))], Seek::AtLeast).expect("seeks"));
    cursor.suspend(&mut position);
    assert!(!cursor.is_on_record());
    assert_eq!(cursor.resume(&position).expect("resumes"), Resumed::Unchanged);
    assert_eq!(cursor.record().field(0), Some(&key(400)[..]));

    cursor.suspend(&mut position);
    for i in 0..200 {
        tree.insert(&[Some(&key(2 * i + 1)), Some(&[8; 300])]).expect("inserts");
    }
    assert_eq!(cursor.resume(&position).expect("resumes"), Resumed::SameKey);
    assert_eq!(cursor.record().field(0), Some(&key(400)[..]));

    cursor.suspend(&mut position);
    assert!(tree.remove(&[Some(&key(400))]).expect("removes"));
    assert_eq!(cursor.resume(&position).expect("resumes"), Resumed::Gone);
    assert_eq!(cursor.record().field(0), Some(&key(402)[..]));
    cursor.suspend(&mut position);
    for i in 201..500 {
        tree.remove(&[Some(&key(2 * i))]).expect("removes");
    }
    assert_eq!(cursor.resume(&position).expect("resumes"), Resumed::Gone);
    assert!(!cursor.is_on_record(), "nothing is behind it");
}

#[test]
fn neighbours_are_shown_across_leaf_edges() {
    let (_store, tree) = numbers(300);
    assert!(tree.shape().expect("reads").levels[1].pages > 3);
    for i in 0..300u64 {
        for (n, there) in [(2 * i, true), (2 * i + 1, false)] {
            let (before, after) = ((2 * i).checked_sub(2 * u64::from(there)), (2 * i + 2 < 600).then_some(2 * i + 2));
            let ask = Ask { prev: true, next: true, stamp: 0 };
            tree.write(&[Some(&key(n))], ask, &mut |site, _| {
                assert_eq!(site.record().is_some(), there);
                assert_eq!(
                    site.prev().and_then(|r| r.field(0)),
                    before.map(key).as_ref().map(|k| &k[..]),
                    "before {n}"
                );
                assert_eq!(site.next().and_then(|r| r.field(0)), after.map(key).as_ref().map(|k| &k[..]), "after {n}");
                Ok(Change::Keep)
            })
            .expect("looks");
        }
    }
}

#[test]
fn errors_of_the_caller_change_nothing() {
    let (_store, tree) = numbers(100);
    let before = tree.validate().expect("sound");
    let huge = vec![1; 9000];
    let wide = tree_of(&memory(small_pool()), Layout::new([Column::fixed(8), Column::variable(10_000)], 1));
    assert!(matches!(wide.insert(&[Some(&key(1)), Some(&huge)]), Err(Error::TooLarge(_))));
    assert_eq!(wide.validate().expect("sound").records(), 0);
    let refused: Result<bool> = tree.modify(&[Some(&key(2))], |_, _| Err(Error::Order));
    assert!(matches!(refused, Err(Error::Order)));
    assert_eq!(tree.insert(&[Some(&key(4)), Some(b"again")]).expect("answers"), Inserted::Duplicate { deleted: false });
    assert!(tree.modify(&[Some(&key(4))], |_, _| Ok(Change::DeleteMark(true))).expect("marks"));
    assert_eq!(tree.insert(&[Some(&key(4)), Some(b"again")]).expect("answers"), Inserted::Duplicate { deleted: true });
    assert!(!tree.modify(&[Some(&key(5))], |_, _| Ok(Change::Remove)).expect("looks"));
    assert_eq!(tree.validate().expect("sound"), before);
}

/// In no order with the keys.
fn stamp_of(c: &[u8; 4]) -> u64 {
    u64::from(u32::from_be_bytes(*c) * 17 % 3001) + 1
}

/// A secondary index: all columns are key, some NULL; its leaves bear stamps, its root keeps none when it rises.
#[test]
fn keys_of_several_columns_and_stamps() {
    let store = memory(small_pool());
    let tree = tree_of(
        &store,
        Layout::new([Column::variable(200).nullable(), Column::fixed(4).nullable(), Column::fixed(4)], 3),
    );
    let mut rows: Vec<(Option<Vec<u8>>, Option<[u8; 4]>, [u8; 4])> = vec![];
    for i in 0..3000u32 {
        let name = (i % 7 != 0).then(|| vec![b'a' + (i % 5) as u8; (i * 31 % 190) as usize]);
        rows.push((name, (i % 3 != 0).then(|| (i % 11).to_be_bytes()), (i * 7919 % 3001).to_be_bytes()));
    }
    for (a, b, c) in &rows {
        let fields: [Field<'_>; 3] = [a.as_deref(), b.as_ref().map(|b| &b[..]), Some(c)];
        tree.write(&fields, Ask { stamp: stamp_of(c), ..Ask::default() }, &mut |site, record| {
            assert!(site.record().is_none());
            record.leaf(tree.layout(), &fields)?;
            Ok(Change::Put)
        })
        .expect("puts");
    }
    let shape = tree.validate().expect("sound");
    assert!(shape.height() > 1 && shape.records() == 3000);
    rows.sort();
    let mut cursor = tree.cursor();
    let mut there = cursor.first().expect("reads");
    for (a, b, c) in &rows {
        assert!(there);
        let fields: Vec<Field<'_>> = cursor.record().fields().collect();
        assert_eq!(fields, [a.as_deref(), b.as_ref().map(|b| &b[..]), Some(&c[..])]);
        let stamp = cursor.stamp();
        assert!(
            (stamp_of(c)..=3001).contains(&stamp),
            "a leaf's stamp is that of its newest record or above, also after a split"
        );
        there = cursor.next().expect("reads");
    }
    drop(cursor);
    // The beginning of a key finds all that begin with it, wherever the leaves' edges are.
    for prefix in [None, Some(&b"bbbb"[..]), Some(b"c"), Some(b"eeeeeeeeeeeeeeeeeeeeeeeeeeeeee")] {
        let equal = |row: &&(Option<Vec<u8>>, Option<[u8; 4]>, [u8; 4])| row.0.as_deref() == prefix;
        let (mut cursor, mut n) = (tree.cursor(), 0);
        let mut there = cursor.seek(&[prefix], Seek::AtLeast).expect("seeks");
        while there && cursor.record().field(0) == prefix {
            n += 1;
            there = cursor.next().expect("steps");
        }
        assert_eq!(n, rows.iter().filter(equal).count(), "{prefix:?}");
        let last =
            cursor.seek(&[prefix], Seek::AtMost).expect("seeks").then(|| cursor.record().field(0).map(<[u8]>::to_vec));
        assert_eq!(last.flatten(), rows.iter().rfind(|row| row.0.as_deref() <= prefix).and_then(|row| row.0.clone()));
    }
}

#[test]
fn a_bulk_load_fills_leaves_and_keeps_order() {
    for (n, percent) in [(0, 100), (1, 100), (20, 100), (5000, 100), (5000, 50)] {
        let store = memory(Options { background: false, ..Options::default() });
        let tree = tree_of(&store, Layout::new([Column::fixed(8), Column::fixed(300)], 1));
        let mut load = |from: u64, to: u64| {
            let mut i = from;
            tree.bulk_load(FillFactor::percent(percent), |record| {
                i += 1;
                record.leaf(tree.layout(), &[Some(&key(i - 1)), Some(&[1; 300])])?;
                Ok(i <= to)
            })
        };
        assert_eq!(load(0, n).expect("loads"), n);
        let shape = tree.validate().expect("sound");
        assert_eq!(shape.records(), n);
        if n > 1000 {
            let leaves = shape.levels.last().expect("leaves");
            let full = leaves.data_bytes as f64 / (leaves.pages * 16252) as f64;
            let want = if percent == 100 { 0.90..0.95 } else { 0.46..0.51 };
            assert!(want.contains(&full), "{percent} percent: {full}");
            assert!(matches!(load(n - 1, n + 5), Err(Error::Order)), "not above what is there");
            assert_eq!(load(n, n + 500).expect("goes on behind"), 500);
            assert_eq!(tree.validate().expect("sound").records(), n + 500);
        }
    }
}

/// A disk that is full while the file wants to grow: an error, nothing lost, and it goes on when there is room.
#[test]
fn a_full_disk_is_an_error_and_the_tree_goes_on() {
    let disk = SimDisk::new(3);
    let map = Plain::open(Arc::new(disk.clone()), small_pool()).expect("opens");
    disk.inject(Fault { call: Some(Call::SetLen), nth: 3, trouble: Trouble::Full, lasting: true });
    let mut n = 0u64;
    let error = loop {
        match map.put(&key(n), &[1; 1000]) {
            Ok(()) => n += 1,
            Err(e) => break e,
        }
    };
    assert!(matches!(error, Error::Store(innolab_store::Error::Full { .. })), "{error}");
    assert_eq!(map.tree().validate().expect("sound").records(), n);
    assert!(
        map.remove(&key(0)).expect("removing needs no room") && map.update(&key(1), b"smaller").expect("nor does this")
    );
    disk.heal();
    for i in n..n + 500 {
        map.put(&key(i), &[1; 1000]).expect("there is room again");
    }
    assert_eq!(map.tree().validate().expect("sound").records(), n + 499);
}

/// A node pointer that leads to a page of another tree, which that one has checked by another layout.
#[test]
fn another_trees_page_is_not_believed() {
    let (store, tree) = numbers(300);
    let other =
        Tree::create(&store, tree.space(), IndexId(8), Layout::new([Column::variable(90), Column::fixed(2)], 1))
            .expect("a new tree");
    for i in 0..50 {
        other.insert(&[Some(&key(i)[..3 + i as usize % 5]), Some(b"xy")]).expect("inserts");
    }
    assert!(matches!(other.get(&[Some(&key(0)[..3])], |_| ()), Ok(Some(()))));
    let mut mtr = store.begin(1000).expect("begins");
    let root = mtr.latch(tree.space(), tree.root()).expect("latches");
    let second = IndexPage::new(mtr.bytes(root), tree.layout()).nth(1);
    IndexMut::new(&mut mtr.page(root), tree.layout()).set_child(second, other.root());
    mtr.commit().expect("commits");
    let errors = (0..600)
        .filter(|n| tree.get(&[Some(&key(*n))], |_| ()).is_err_and(|e| e.to_string().contains("index 8, not 7")));
    assert!(errors.count() > 10);
    assert!(tree.validate().is_err());
}
