use super::*;
use crate::FillFactor;
use crate::plan::Plan;
use crate::run::{Entry, Splice};
use crate::smo::Level;
use innolab_base::{Events, SpaceId, SystemClock};
use innolab_disk::SimDisk;
use innolab_page::{Column, IndexMut, Record};
use innolab_store::Options;
use std::time::Duration;

fn empty(layout: Layout) -> (Arc<Store>, Tree) {
    let options = Options { background: false, ..Options::default() };
    let (store, _) =
        Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none()).unwrap();
    let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
    let tree = Tree::create(&store, &space, IndexId(7), layout).unwrap();
    (store, tree)
}

/// Leaves of records with the keys 10, 20, 30, … below one root that has been passed often.
fn two_levels() -> (Arc<Store>, Tree) {
    let (store, tree) = empty(Layout::new([Column::fixed(8), Column::fixed(400)], 1));
    let mut k = 0u64;
    let next = |record: &mut Record| {
        k += 10;
        record.leaf(tree.layout(), &[Some(&k.to_be_bytes()), Some(&[1; 400])])?;
        Ok(k <= 2000)
    };
    tree.bulk_load(FillFactor::default(), 0, next).unwrap();
    (0..50).for_each(|_| assert!(get(&tree, 1000)));
    (store, tree)
}

fn get(tree: &Tree, k: u64) -> bool {
    tree.get(&[Some(&k.to_be_bytes())], |_| ()).unwrap().is_some()
}

#[test]
fn node_pages_are_passed_without_latches() {
    let (store, tree) = two_levels();
    let mut mtr = store.begin(100_000).unwrap();
    let root = tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
    mtr.release(root);
    let fields = [Some(&1000u64.to_be_bytes()[..])];
    let key = SearchKey::new(&tree.layout, &fields);
    assert!(tree.glimpse_leaf(&key).is_some());
    tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
    assert!(tree.glimpse_leaf(&key).is_none(), "somebody may change the root");
}

/// R2: a glimpse is not led in a circle.
#[test]
fn a_root_that_is_its_own_child_is_an_error() {
    let (store, tree) = empty(Layout::new([Column::fixed(2000)], 1));
    let key = |k: u64| [&k.to_be_bytes()[..], &[0; 1992]].concat();
    for k in 0..200 {
        tree.insert(&[Some(&key(k))]).unwrap();
    }
    let get = || tree.get(&[Some(&key(0))], |_| ());
    (0..50).for_each(|_| assert!(get().unwrap().is_some()));
    let mut mtr = store.begin(1 << 20).unwrap();
    let root = tree.latch(&mut mtr, tree.root, Some(2)).unwrap();
    let origins: Vec<Origin> = tree.held_page(&mtr, root).records().map(|(origin, _)| origin).collect();
    for origin in origins {
        IndexMut::new(&mut mtr.page(root), &tree.layout).set_child(origin, tree.root);
    }
    mtr.commit().unwrap();
    for _ in 0..50 {
        assert!(get().unwrap_err().to_string().contains("level"));
    }
}

/// L11: a reader has seen the way and waits for the leaf, which is split before he gets it.
#[test]
fn a_reader_who_waits_for_a_leaf_finds_what_a_split_moves_away() {
    let (store, tree) = two_levels();
    let mut cursor = tree.cursor();
    cursor.seek(&[Some(&1000u64.to_be_bytes())], crate::Seek::AtLeast).unwrap();
    let leaf_no = cursor.leaf_no();
    drop(cursor);
    store.reserve_pages(&tree.space, 4).unwrap();
    let mut mtr = store.begin(1 << 20).unwrap();
    let leaf = tree.latch(&mut mtr, leaf_no, Some(0)).unwrap();
    let page = tree.held_page(&mtr, leaf);
    let key_of = |origin| u64::from_be_bytes(page.record(origin).field(0).unwrap().try_into().unwrap());
    let (n, right_no) = (page.n_recs(), page.next_page());
    let (middle, last) = (key_of(page.nth(n / 2)), key_of(page.last()));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| get(&tree, last));
        // Long enough for him to come to the leaf; if it is not, nothing is tested and nothing fails.
        std::thread::sleep(Duration::from_millis(100));
        let right = tree.latch(&mut mtr, right_no, Some(0)).unwrap();
        let root = tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
        let mut record = Record::new();
        record.leaf(tree.layout(), &[Some(&(middle + 1).to_be_bytes()), Some(&[2; 400])]).unwrap();
        let splice = Splice { at: n / 2 + 1, remove: 0, insert: vec![Entry { record, child: None }] };
        let path = [
            Level { level: 0, left: None, page: leaf, right: Some(right) },
            Level { level: 1, left: None, page: root, right: None },
        ];
        let plan = Plan::make(&tree, &mtr, &path, splice, true).unwrap().expect("it fits in the root");
        plan.carry_out(&tree, mtr, 0).unwrap();
        assert!(reader.join().unwrap(), "key {last} is on the new page");
    });
    assert_eq!(tree.validate().unwrap().records(), 201);
}
