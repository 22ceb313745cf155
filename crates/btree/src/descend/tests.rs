use super::*;
use crate::FillFactor;
use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_disk::SimDisk;
use innolab_page::{Column, IndexMut, Layout, Record};
use innolab_store::{Options, Store};
use std::sync::Arc;

fn empty(layout: Layout) -> (Arc<Store>, Tree) {
    let options = Options { background: false, ..Options::default() };
    let (store, _) =
        Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none()).unwrap();
    let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
    let tree = Tree::create(&store, &space, IndexId(7), layout).unwrap();
    (store, tree)
}

#[test]
fn node_pages_are_read_without_latches() {
    let (store, tree) = empty(Layout::new([Column::fixed(8), Column::fixed(400)], 1));
    let mut k = 0u64;
    let next = |record: &mut Record| {
        k += 10;
        record.leaf(tree.layout(), &[Some(&k.to_be_bytes()), Some(&[1; 400])])?;
        Ok(k <= 2000)
    };
    tree.bulk_load(FillFactor::default(), 0, next).unwrap();
    let fields = [Some(&1000u64.to_be_bytes()[..])];
    (0..50).for_each(|_| assert!(tree.get(&fields, |_| ()).unwrap().is_some()));
    let mut mtr = store.begin(100_000).unwrap();
    let root = tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
    mtr.release(root);
    let key = SearchKey::new(&tree.layout, &fields);
    assert!(tree.descend_optimistic(&key).is_some());
    tree.latch(&mut mtr, tree.root, Some(1)).unwrap();
    assert!(tree.descend_optimistic(&key).is_none(), "the root is latched exclusively");
}

/// R1: an optimistic descent does not run in a circle.
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
