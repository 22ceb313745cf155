use super::*;
use crate::FillFactor;
use innolab_base::{Events, ManualClock, SpaceId};
use innolab_disk::SimDisk;
use innolab_page::{Column, Layout};
use innolab_store::Options;
use std::sync::Arc;

const KEPT: IndexId = IndexId(7);
const GONE: IndexId = IndexId(8);

fn open(disk: &SimDisk) -> Arc<Store> {
    let options = Options { background: false, innodb_buffer_pool_size: 4 << 20, ..Options::default() };
    Store::open(Arc::new(disk.clone()), options, Arc::new(ManualClock::default()), Events::none()).unwrap().0
}

fn layout() -> Layout {
    Layout::new([Column::fixed(8), Column::fixed(400)], 1)
}

fn filled(store: &Arc<Store>, space: &Arc<Space>, id: IndexId, rows: u64) -> Tree {
    let tree = Tree::create(store, space, id, layout()).unwrap();
    let mut i = 0u64;
    tree.bulk_load(FillFactor::default(), 0, |record| {
        i += 1;
        record.leaf(tree.layout(), &[Some(&i.to_be_bytes()), Some(&[1; 400])])?;
        Ok(i <= rows)
    })
    .unwrap();
    tree
}

/// Checks that the other tree is sound, and that no other segment exists.
fn only_the_other_is_left(store: &Arc<Store>, rows: u64) {
    let space = store.space(SpaceId(1)).unwrap();
    let root = Tree::find(store, &space, KEPT).unwrap().expect("the other tree");
    let kept = Tree::open(store, &space, root, layout()).unwrap();
    let shape = kept.validate().unwrap();
    assert_eq!(shape.records(), rows);
    let used = store.space_use(&space).unwrap();
    let pages: usize = used.segments.iter().map(|s| s.pages.len()).sum();
    assert_eq!((used.segments.len(), pages as u64), (2, shape.pages()));
}

/// R1, R2: a crash after every step.
#[test]
fn a_tree_is_destroyed_across_crashes() {
    let disk = SimDisk::new(1);
    let store = open(&disk);
    let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
    let kept = filled(&store, &space, KEPT, 3000);
    let gone = filled(&store, &space, GONE, 6000);
    assert!(gone.shape().unwrap().pages() > 150, "several extents");
    let root = gone.root();
    let mut steps = 0;
    while Tree::destroy_step(&store, &space, root, GONE).unwrap() {
        steps += 1;
        store.flush_log(store.appended_lsn()).unwrap();
        let again = open(&disk.power_loss(steps));
        let space = again.space(SpaceId(1)).unwrap();
        if let Some(found) = Tree::find(&again, &space, GONE).unwrap() {
            assert_eq!(found, root);
            Tree::destroy(&again, &space, root, GONE).unwrap();
        }
        only_the_other_is_left(&again, 3000);
    }
    assert!(steps > 36, "{steps} steps");
    only_the_other_is_left(&store, 3000);
    Tree::destroy(&store, &space, root, GONE).unwrap();
    Tree::destroy(&store, &space, kept.root(), GONE).unwrap();
    only_the_other_is_left(&store, 3000);
    assert_eq!(Tree::find(&store, &space, GONE).unwrap(), None);
}

/// Freed pages and inodes are used again, with more trees than a page of inodes has room for.
#[test]
fn pages_and_inodes_are_used_again() {
    let store = open(&SimDisk::new(2));
    let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
    filled(&store, &space, KEPT, 100);
    let mut size = 0;
    for round in 0..3 {
        let ids = (0..60).map(|i| IndexId(100 + 60 * round + i));
        let trees: Vec<Tree> = ids.map(|id| filled(&store, &space, id, 30)).collect();
        for tree in trees {
            tree.validate().unwrap();
            Tree::destroy(&store, &space, tree.root(), tree.index_id()).unwrap();
        }
        only_the_other_is_left(&store, 100);
        assert!(round == 0 || size == space.size_pages());
        size = space.size_pages();
    }
}
