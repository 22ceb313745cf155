//! The promises of single calls: resumed positions, neighbours across leaf boundaries, stamps, keys of several columns
//! with NULLs, full disks, pages that contradict each other.

use crate::common::{memory, small_pool};
use innolab_base::{IndexId, PageNo, SpaceId};
use innolab_btree::{Change, Error, Field, Inserted, Kv, Position, Result, Resumed, Seek, Tree, WriteOptions};
use innolab_disk::{Call, Fault, FaultKind, SimDisk};
use innolab_page::{Column, IndexMut, Layout};
use innolab_store::{PageMut, Store};
use innolab_testing::size;
use std::sync::Arc;
use std::sync::mpsc::channel;

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
fn a_suspended_cursor_resumes() {
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
    assert!(!cursor.is_on_record(), "no record follows");
}

#[test]
fn neighbours_are_shown_across_leaf_boundaries() {
    let (_store, tree) = numbers(300);
    assert!(tree.shape().expect("reads").levels[1].pages > 3);
    for i in 0..300u64 {
        for (n, there) in [(2 * i, true), (2 * i + 1, false)] {
            let (before, after) = ((2 * i).checked_sub(2 * u64::from(there)), (2 * i + 2 < 600).then_some(2 * i + 2));
            let options = WriteOptions { prev: true, next: true, ..WriteOptions::default() };
            tree.write(&[Some(&key(n))], options, &mut |site, _| {
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

type Row = (Option<Vec<u8>>, Option<[u8; 4]>, [u8; 4]);

/// A stamp that does not rise with the keys.
fn stamp_of(c: &[u8; 4]) -> u64 {
    u64::from(u32::from_be_bytes(*c) * 17 % 3001) + 1
}

/// A secondary index: all columns are key, some are NULL; its leaves carry stamps, its root loses its own when it
/// rises.
#[test]
fn keys_of_several_columns_and_stamps() {
    let store = memory(small_pool());
    let tree = tree_of(
        &store,
        Layout::new([Column::variable(200).nullable(), Column::fixed(4).nullable(), Column::fixed(4)], 3),
    );
    let mut rows: Vec<Row> = vec![];
    for i in 0..3000u32 {
        let name = (i % 7 != 0).then(|| vec![b'a' + (i % 5) as u8; (i * 31 % 190) as usize]);
        rows.push((name, (i % 3 != 0).then(|| (i % 11).to_be_bytes()), (i * 7919 % 3001).to_be_bytes()));
    }
    for (a, b, c) in &rows {
        let fields: [Field<'_>; 3] = [a.as_deref(), b.as_ref().map(|b| &b[..]), Some(c)];
        tree.write(&fields, WriteOptions { stamp: stamp_of(c), ..WriteOptions::default() }, &mut |site, record| {
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
            "a leaf's stamp is at least that of each record, also after a split"
        );
        there = cursor.next().expect("reads");
    }
    drop(cursor);
    // A prefix finds all keys that begin with it, on whatever leaves.
    for prefix in [None, Some(&b"bbbb"[..]), Some(b"c"), Some(b"eeeeeeeeeeeeeeeeeeeeeeeeeeeeee")] {
        let equal = |row: &&Row| row.0.as_deref() == prefix;
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

/// The disk is full when the file has to grow: an error, no data lost, and changes work again when there is room.
#[test]
fn a_full_disk_is_an_error_and_the_tree_goes_on() {
    let disk = SimDisk::new(3);
    let map = Kv::open(Arc::new(disk.clone()), small_pool()).expect("opens");
    disk.inject(Fault { call: Some(Call::SetLen), nth: 3, kind: FaultKind::Full, lasting: true });
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

/// Changes a page without the tree.
fn edit(tree: &Tree, page: PageNo, change: impl FnOnce(&mut IndexMut<'_, PageMut<'_, '_>>)) {
    let mut mtr = tree.store().begin(1000).expect("begins");
    let held = mtr.latch(tree.space(), page).expect("latches");
    change(&mut IndexMut::new(&mut mtr.page(held), tree.layout()));
    mtr.commit().expect("commits");
}

/// Returns the leaves of a tree of two levels, from left to right.
fn leaves(tree: &Tree) -> Vec<PageNo> {
    let mut leaves = vec![];
    tree.for_each_page(|no, _| leaves.push(no)).expect("reads");
    leaves.split_off(1)
}

fn walk(tree: &Tree) -> Result<u64> {
    let (mut cursor, mut n) = (tree.cursor(), 0);
    let mut there = cursor.first()?;
    while there {
        n += 1;
        there = cursor.next()?;
    }
    Ok(n)
}

fn walk_back(tree: &Tree) -> Result<u64> {
    let (mut cursor, mut n) = (tree.cursor(), 0);
    let mut there = cursor.last()?;
    while there {
        n += 1;
        there = cursor.prev()?;
    }
    Ok(n)
}

/// Each of these contradictions, if it were believed, would let a search or a walk run in a circle or skip records.
#[test]
fn pages_that_contradict_each_other_are_errors() {
    let (_store, tree) = numbers(300);
    let pages = leaves(&tree);
    assert_eq!((walk(&tree).expect("sound"), walk_back(&tree).expect("sound")), (300, 300));

    edit(&tree, tree.root(), |root| {
        let second = root.page().nth(1);
        root.set_child(second, tree.root());
    });
    assert!((0..600).any(|n| tree.get(&[Some(&key(n))], |_| ()).is_err()), "the root is its own child");
    assert!(tree.validate().is_err());
    edit(&tree, tree.root(), |root| {
        let second = root.page().nth(1);
        root.set_child(second, pages[1]);
    });
    tree.validate().expect("sound again");

    edit(&tree, pages[0], |leaf| leaf.set_next_page(pages[2]));
    assert!(walk(&tree).is_err() && walk_back(&tree).is_err() && tree.validate().is_err(), "a link that skips a page");
    edit(&tree, pages[0], |leaf| leaf.set_next_page(pages[1]));

    let mut old = [0; 8];
    edit(&tree, pages[2], |leaf| {
        let first = leaf.page().first();
        old.copy_from_slice(leaf.page().record(first).field(0).expect("a key"));
        leaf.set_field(first, 0, &key(0));
    });
    assert!(walk(&tree).is_err() && walk_back(&tree).is_err() && tree.validate().is_err(), "a key that does not rise");
    edit(&tree, pages[2], |leaf| {
        let first = leaf.page().first();
        leaf.set_field(first, 0, &old);
    });
    tree.validate().expect("sound again");
}

/// A node pointer leads to a page of another tree, which has checked the page by another layout.
#[test]
fn a_page_of_another_tree_is_an_error() {
    let (store, tree) = numbers(300);
    let other =
        Tree::create(&store, tree.space(), IndexId(8), Layout::new([Column::variable(90), Column::fixed(2)], 1))
            .expect("a new tree");
    for i in 0..50 {
        other.insert(&[Some(&key(i)[..3 + i as usize % 5]), Some(b"xy")]).expect("inserts");
    }
    assert!(matches!(other.get(&[Some(&key(0)[..3])], |_| ()), Ok(Some(()))));
    edit(&tree, tree.root(), |root| {
        let second = root.page().nth(1);
        root.set_child(second, other.root());
    });
    let errors = (0..600)
        .filter(|n| tree.get(&[Some(&key(*n))], |_| ()).is_err_and(|e| e.to_string().contains("index 8, not 7")));
    assert!(errors.count() > 10);
    assert!(tree.validate().is_err());
}

/// Fewer and fewer frames of the pool are latched by another thread: whichever step of a split fails to get a frame,
/// the split leaves nothing behind.
#[test]
fn a_split_that_gets_no_frame_frees_its_pages() {
    let (store, filler) = numbers(3000);
    let held = leaves(&filler);
    let space = store.create_space(SpaceId(2), "u.ibd").expect("a new file");
    let tree = Tree::create(&store, &space, IndexId(9), Layout::new([Column::fixed(8), Column::fixed(1000)], 1))
        .expect("a new tree");
    let insert = |n: u64| tree.insert(&[Some(&key(n)), Some(&[3; 1000])]);
    let (mut n, mut refused) = (0, 0);
    while tree.counts().splits < size(1, 3) {
        let splits = tree.counts().splits;
        for others in (40..64).rev() {
            // Another thread holds these latches: a thread that inserts may hold none. A thread that panics drops its
            // end of a channel, so neither waits for the other for ever.
            let (store, filler, held) = (&store, &filler, &held);
            let outcome = std::thread::scope(|scope| {
                let ((take, taken), (done, is_done)) = (channel::<()>(), channel::<()>());
                scope.spawn(move || {
                    let _guards: Vec<_> = held.iter().take(others).map(|no| store.read(filler.space(), *no)).collect();
                    take.send(()).expect("the thread that inserts waits for it");
                    let _ = is_done.recv();
                });
                taken.recv().expect("the other thread holds the latches");
                let outcome = insert(n);
                drop(done);
                outcome
            });
            match outcome {
                Ok(_) => break,
                Err(Error::Store(innolab_store::Error::PoolExhausted { .. })) => refused += 1,
                Err(e) => panic!("{others} frames taken: {e}"),
            }
            assert_eq!(tree.validate().expect("sound").records(), n, "{others} frames taken");
            assert_eq!(tree.counts().splits, splits);
        }
        n += 1;
    }
    assert!(refused > size(3, 10), "{refused}");
    assert_eq!(tree.validate().expect("sound").records(), n);
}
