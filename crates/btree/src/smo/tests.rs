use super::apply::apply;
use super::level::LevelChange;
use super::plan::{PathLevel, PlanStep};
use super::plan_level::{Fate, plan_change};
use super::splice::{Entry, PageRef, Splice};
use crate::{FillFactor, Tree};
use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_disk::SimDisk;
use innolab_page::{Column, Layout, Record};
use innolab_store::{Held, Mtr, Options, Store};
use std::sync::Arc;
use std::time::Duration;

/// Records with the keys 10, 20, 30, … on leaves that are so many percent full.
fn tree_of(rows: u64, percent: u8) -> (Arc<Store>, Tree) {
    let options = Options { background: false, ..Options::default() };
    let (store, _) =
        Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none()).unwrap();
    let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
    let layout = Layout::new([Column::fixed(8), Column::fixed(400)], 1);
    let tree = Tree::create(&store, &space, IndexId(7), layout).unwrap();
    let mut k = 0u64;
    let next = |record: &mut Record| {
        k += 10;
        record.leaf(tree.layout(), &[Some(&k.to_be_bytes()), Some(&[1; 400])])?;
        Ok(k <= 10 * rows)
    };
    tree.bulk_load(FillFactor::percent(percent), 0, next).unwrap();
    (store, tree)
}

/// A root and its leaves.
fn two_levels(percent: u8) -> (Arc<Store>, Tree) {
    tree_of(200, percent)
}

fn get(tree: &Tree, k: u64) -> bool {
    tree.get(&[Some(&k.to_be_bytes())], |_| ()).unwrap().is_some()
}

fn record(tree: &Tree, k: u64) -> Entry {
    let mut record = Record::new();
    record.leaf(tree.layout(), &[Some(&k.to_be_bytes()), Some(&[2; 400])]).unwrap();
    Entry { record, child: None }
}

/// Latches the root and the leaf at position `n`, with its neighbours.
fn latch_path(tree: &Tree, mtr: &mut Mtr<'_>, n: usize) -> [PathLevel; 2] {
    let root = tree.latch(mtr, tree.root, Some(1)).unwrap();
    let leaf_no = {
        let page = tree.held_page(mtr, root);
        page.record(page.nth(n)).child()
    };
    let mut latch = |no: innolab_base::PageNo| no.some().map(|no| tree.latch(mtr, no, Some(0)).unwrap());
    let leaf = latch(leaf_no).unwrap();
    let (prev, next) = {
        let page = tree.held_page(mtr, leaf);
        (page.prev_page(), page.next_page())
    };
    let mut latch = |no: innolab_base::PageNo| no.some().map(|no| tree.latch(mtr, no, Some(0)).unwrap());
    let (left, right): (Option<Held>, Option<Held>) = (latch(prev), latch(next));
    [PathLevel { level: 0, left, page: leaf, right }, PathLevel { level: 1, left: None, page: root, right: None }]
}

/// The fates of leaf `n` of a tree so full, for a splice: on the whole path, and with the leaf as its topmost page.
fn fates(percent: u8, n: usize, splice: impl Fn(&Tree, usize) -> Splice, force_split: bool) -> (Fate, Fate) {
    let (store, tree) = two_levels(percent);
    let mut mtr = store.begin(1 << 20).unwrap();
    let path = latch_path(&tree, &mut mtr, n);
    let n_recs = tree.held_page(&mtr, path[0].page).n_recs();
    let fate =
        |path: &[PathLevel]| LevelChange::new(&tree, &mtr, path, 0, splice(&tree, n_recs)).unwrap().fate(force_split);
    (fate(&path), fate(&path[..1]))
}

#[test]
fn the_fate_of_a_leaf() {
    let keep_most = |_: &Tree, _| Splice { at: 0, remove: 1, insert: vec![] };
    let keep_one = |_: &Tree, n| Splice { at: 0, remove: n - 1, insert: vec![] };
    let keep_none = |_: &Tree, n| Splice { at: 0, remove: n, insert: vec![] };
    let add = |many: usize| move |tree: &Tree, _| Splice { at: 1, remove: 0, insert: vec![record(tree, 11); many] };
    assert_eq!(fates(100, 2, keep_most, false), (Fate::Stay, Fate::Stay));
    assert_eq!(fates(100, 2, add(1), false), (Fate::Stay, Fate::Stay));
    assert_eq!(fates(100, 2, add(1), true), (Fate::Split, Fate::BeyondTop));
    assert_eq!(fates(100, 2, add(9), false), (Fate::Split, Fate::BeyondTop));
    assert_eq!(fates(100, 2, keep_none, false), (Fate::Discard, Fate::BeyondTop));
    assert!(matches!(fates(50, 2, keep_one, false), (Fate::MergeLeft(_), Fate::BeyondTop)));
    assert!(matches!(fates(50, 0, keep_one, false), (Fate::MergeRight(_), Fate::BeyondTop)), "no left sibling");
    assert_eq!(fates(100, 2, keep_one, false), (Fate::Stay, Fate::BeyondTop), "R4 of `plan`: the siblings are full");
}

/// R2 of `plan`: a node page whose first key moves needs its parent, unless it is the leftmost of its level.
#[test]
fn the_fate_of_a_node_page() {
    let (store, tree) = tree_of(4000, 10);
    let mut mtr = store.begin(1 << 20).unwrap();
    let root = tree.latch(&mut mtr, tree.root, Some(2)).unwrap();
    for (nth, topmost) in [(0, Fate::Stay), (1, Fate::BeyondTop)] {
        let no = {
            let page = tree.held_page(&mtr, root);
            page.record(page.nth(nth)).child()
        };
        let page = tree.latch(&mut mtr, no, Some(1)).unwrap();
        let level = |level, page| PathLevel { level, left: None, page, right: None };
        let other = record(&tree, 1 + 10 * nth as u64).record;
        let first_key_moves = || {
            let pointer = Entry::node_pointer(other.view(tree.layout()), PageRef::Held(page));
            Splice { at: 0, remove: 1, insert: vec![pointer] }
        };
        for (path, fate) in [(vec![level(1, page), level(2, root)], Fate::Stay), (vec![level(1, page)], topmost)] {
            let change = LevelChange::new(&tree, &mtr, &path, 0, first_key_moves()).unwrap();
            assert_eq!(change.fate(false), fate, "node page {nth}, {} levels of the path", path.len());
        }
    }
    let n = tree.held_page(&mtr, root).n_recs();
    let path = [PathLevel { level: 2, left: None, page: root, right: None }];
    let all_go = Splice { at: 0, remove: n, insert: vec![] };
    assert_eq!(LevelChange::new(&tree, &mtr, &path, 0, all_go).unwrap().fate(false), Fate::EmptyRoot);
}

/// R2 of `plan`: a page that takes over the beginning of a node page's key range gets a node pointer with the first key
/// that the node page has after the splice. The heir of a leaf gets the key that the leaf's node pointer bears.
#[test]
fn the_node_pointer_of_an_heir() {
    let (store, tree) = tree_of(4000, 10);
    let mut mtr = store.begin(1 << 20).unwrap();
    let root = tree.latch(&mut mtr, tree.root, Some(2)).unwrap();
    let child = |mtr: &Mtr<'_>, held, n| {
        let page = tree.held_page(mtr, held);
        page.record(page.nth(n)).child()
    };
    let no = child(&mtr, root, 1);
    let node = tree.latch(&mut mtr, no, Some(1)).unwrap();
    let no = child(&mtr, node, 1);
    let leaf = tree.latch(&mut mtr, no, Some(0)).unwrap();
    let level = |level, page| PathLevel { level, left: None, page, right: None };
    let path = [level(0, leaf), level(1, node), level(2, root)];
    let first_goes = || Splice { at: 0, remove: 1, insert: vec![] };
    let second_key = {
        let page = tree.held_page(&mtr, node);
        page.record(page.nth(1))
    };
    for i in [0, 1] {
        let change = LevelChange::new(&tree, &mtr, &path, i, first_goes()).unwrap();
        let heir = change.pointer_to_heir(PageRef::New(0));
        assert!(heir.record.view(tree.layout()).key().eq(second_key.key()), "level {i}");
    }
}

/// R1 of `plan`: planning writes nothing; the parent's splice follows from the leaf's fate.
#[test]
fn a_plan_changes_nothing_until_it_is_applied() {
    let (store, tree) = two_levels(100);
    let before = tree.validate().unwrap();
    let mut mtr = store.begin(1 << 20).unwrap();
    let path = latch_path(&tree, &mut mtr, 2);
    let n = tree.held_page(&mtr, path[0].page).n_recs();
    let splice = Splice { at: 0, remove: n, insert: vec![] };
    let plan = plan_change(&tree, &mtr, &path, splice, false).unwrap().expect("the path reaches the root");
    assert_eq!((plan.freed.len(), plan.new_pages.len()), (1, 0));
    assert!(
        matches!(&plan.steps[..], [PlanStep::Link { .. }, PlanStep::Splice { splice, .. }] if (splice.at, splice.remove) == (2, 1))
    );
    assert!(!mtr.has_changes());
    drop(mtr);
    assert_eq!(tree.validate().unwrap(), before);
}

/// L11: a reader has found the way to the leaf and waits for its latch; the leaf is split meanwhile.
#[test]
fn a_reader_that_waits_for_a_leaf_finds_a_record_that_a_split_moved() {
    let (store, tree) = two_levels(100);
    (0..50).for_each(|_| assert!(get(&tree, 1000)));
    store.reserve_pages(&tree.space, 4).unwrap();
    let mut cursor = tree.cursor();
    cursor.seek(&[Some(&1000u64.to_be_bytes())], crate::Seek::AtLeast).unwrap();
    let leaf_no = cursor.leaf_no();
    drop(cursor);
    let mut mtr = store.begin(1 << 20).unwrap();
    let leaf = tree.latch(&mut mtr, leaf_no, Some(0)).unwrap();
    let page = tree.held_page(&mtr, leaf);
    let key_of = |origin| u64::from_be_bytes(page.record(origin).field(0).unwrap().try_into().unwrap());
    let (n, right_no) = (page.n_recs(), page.next_page());
    let (middle, last) = (key_of(page.nth(n / 2)), key_of(page.last()));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| get(&tree, last));
        // Long enough for the reader to reach the leaf. If it is not, nothing is tested and nothing fails.
        std::thread::sleep(Duration::from_millis(100));
        let right = tree.latch(&mut mtr, right_no, Some(0)).unwrap();
        let root = tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
        let splice = Splice { at: n / 2 + 1, remove: 0, insert: vec![record(&tree, middle + 1)] };
        let path = [
            PathLevel { level: 0, left: None, page: leaf, right: Some(right) },
            PathLevel { level: 1, left: None, page: root, right: None },
        ];
        let plan = plan_change(&tree, &mtr, &path, splice, true).unwrap().expect("it fits in the root");
        apply(plan, &tree, mtr, 0).unwrap();
        assert!(reader.join().unwrap(), "key {last} is on the new page");
    });
    assert_eq!(tree.validate().unwrap().records(), 201);
}
