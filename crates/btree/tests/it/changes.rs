//! Changing the shape of a tree one step at a time: raise, split, merge to the left and to the right, discard. Each test
//! says which of these happens, and needs only the ones before it.

use crate::common::memory;
use innolab_base::IndexId;
use innolab_btree::{Counts, Tree};
use innolab_page::{Column, Layout};
use innolab_store::Options;

/// Records of which about sixty fill a leaf.
const VALUE: [u8; 240] = [b'v'; 240];

struct Keys {
    tree: Tree,
    there: Vec<u32>,
}

impl Keys {
    fn new() -> Keys {
        let store = memory(Options { background: false, ..Options::default() });
        let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
        let layout = Layout::new([Column::fixed(4), Column::variable(300)], 1);
        Keys { tree: Tree::create(&store, &space, IndexId(7), layout).expect("a new tree"), there: Vec::new() }
    }

    fn insert(&mut self, key: u32) {
        self.tree.insert(&[Some(&key.to_be_bytes()), Some(&VALUE)]).expect("inserts");
        let at = self.there.binary_search(&key).expect_err("a new key");
        self.there.insert(at, key);
    }

    fn remove(&mut self, key: u32) {
        assert!(self.tree.remove(&[Some(&key.to_be_bytes())]).expect("removes"), "key {key} is there");
        self.there.retain(|other| *other != key);
    }

    /// Inserts `0..` in ascending order until the tree has this many leaves; the last leaf has one record then. Returns
    /// the number of records of each of the others, which are full.
    fn leaves(n: u64) -> (Keys, u32) {
        let mut keys = Keys::new();
        let mut full = 0;
        for key in 0.. {
            keys.insert(key);
            let leaves = keys.tree.shape().expect("reads").pages().saturating_sub(1);
            if leaves == 2 && full == 0 {
                full = key;
            }
            if leaves == n {
                return (keys, full);
            }
        }
        unreachable!("a tree grows")
    }

    /// The tree's rules, and every key by a search and in order. Returns the counts.
    fn check(&self, what: &str) -> Counts {
        let valid = self.tree.validate();
        assert!(valid.is_ok(), "V1–V6, {what}: {valid:?}");
        let mut cursor = self.tree.cursor();
        let (mut found, mut there) = (Vec::new(), cursor.first().expect("reads"));
        while there {
            let key = cursor.record().field(0).expect("it is not NULL");
            found.push(u32::from_be_bytes(key.try_into().expect("four bytes")));
            there = cursor.next().expect("reads");
        }
        assert_eq!(found, self.there, "{what}: the keys in order");
        for key in &self.there {
            let found = self.tree.get(&[Some(&key.to_be_bytes())], |_| ()).expect("reads");
            assert!(found.is_some(), "{what}: a search for key {key}");
        }
        self.tree.counts()
    }

    fn leaf_count(&self) -> u64 {
        self.tree.shape().expect("reads").pages() - 1
    }
}

#[test]
fn the_root_is_raised_and_keeps_its_page() {
    let (keys, _) = Keys::leaves(2);
    let root = keys.tree.root();
    let counts = keys.check("after a raise");
    assert_eq!((counts.raises, counts.splits), (1, 1), "a raise counts as a split, too: {counts:?}");
    assert_eq!(keys.tree.root(), root);
}

#[test]
fn leaves_are_split_wherever_a_record_comes() {
    // Ascending, descending, and from the middle to both sides.
    let orders: [Vec<u32>; 3] =
        [(0..1000).collect(), (0..1000).rev().collect(), (0..500).flat_map(|n| [500 + n, 499 - n]).collect()];
    for order in orders {
        let mut keys = Keys::new();
        order.iter().for_each(|key| keys.insert(*key));
        let counts = keys.check(&format!("after inserts that begin with {:?}", &order[..3]));
        assert!(counts.raises == 1 && counts.splits > 10, "{counts:?}");
    }
}

#[test]
fn an_under_full_leaf_goes_to_the_left() {
    let (mut keys, full) = Keys::leaves(3);
    let last = 2 * full;
    // The second leaf has room again, and is not under-full; the last one gets a few records, and loses them.
    (full..full + full / 3).for_each(|key| keys.remove(key));
    (last + 1..last + 10).for_each(|key| keys.insert(key));
    assert_eq!((keys.leaf_count(), keys.tree.counts().merges), (3, 0));
    for key in last..last + 10 {
        if keys.tree.counts().merges == 0 {
            keys.remove(key);
        }
    }
    let counts = keys.check("after a merge to the left");
    assert_eq!((counts.merges, keys.leaf_count()), (1, 2), "{counts:?}");
}

#[test]
fn the_first_leaf_goes_to_the_right() {
    let (mut keys, full) = Keys::leaves(3);
    // The second leaf makes room, then the first becomes under-full: it has no left sibling.
    (full..full + full / 3).for_each(|key| keys.remove(key));
    for key in 0..full {
        if keys.tree.counts().merges > 0 {
            break;
        }
        keys.remove(key);
    }
    let counts = keys.check("after a merge to the right");
    assert_eq!((counts.merges, keys.leaf_count()), (1, 2), "{counts:?}");
}

#[test]
fn an_empty_leaf_between_full_ones_leaves() {
    let (mut keys, full) = Keys::leaves(4);
    for leaf in [1, 0] {
        // Its neighbours are full: it cannot be merged.
        (leaf * full..(leaf + 1) * full).for_each(|key| keys.remove(key));
        let counts = keys.check(&format!("after leaf {leaf} became empty"));
        assert_eq!(counts.discards, 2 - u64::from(leaf), "{counts:?}");
    }
}

/// Long keys, so that node pages hold few pointers. The leaves leave from the left, and then their node page, whose
/// neighbour is full: the node page to its right becomes the leftmost of its level.
#[test]
fn a_node_page_at_the_left_edge_leaves() {
    let store = memory(Options { background: false, ..Options::default() });
    let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
    let tree = Tree::create(&store, &space, IndexId(7), Layout::new([Column::fixed(700)], 1)).expect("a new tree");
    let key = |n: u32| {
        let mut key = [0; 700];
        key[..4].copy_from_slice(&n.to_be_bytes());
        key
    };
    for n in 0..1500 {
        tree.insert(&[Some(&key(n))]).expect("inserts");
    }
    assert_eq!(tree.shape().expect("reads").levels.len(), 3);
    let (mut discards, mut gone) = (0, 0);
    for n in 0..1500 {
        assert!(tree.remove(&[Some(&key(n))]).expect("removes"));
        let now = tree.counts().discards;
        // The last leaf of a node page and the page itself leave at once.
        gone += usize::from(now == discards + 2);
        if now > discards {
            let valid = tree.validate();
            assert!(valid.is_ok(), "V3, key {n} was removed: {valid:?}");
        }
        discards = now;
    }
    assert!(gone > 0, "node pages must have left");
}

#[test]
fn a_tree_grows_and_shrinks_to_its_root() {
    let mut keys = Keys::new();
    (0..3_000u32).for_each(|n| keys.insert(n * 1_663 % 3_000));
    keys.check("after 3000 inserts");
    for n in 0..3_000u32 {
        keys.remove(n * 1_237 % 3_000);
        if n % 500 == 0 {
            keys.check(&format!("after {n} removals"));
        }
    }
    keys.check("after all removals");
    assert_eq!(keys.tree.shape().expect("reads").pages(), 1, "an empty tree is its root");
}
