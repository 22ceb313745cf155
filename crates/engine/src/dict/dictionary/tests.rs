use super::*;
use crate::dict::definition::tests::sample;
use innolab_base::{IndexId, SpaceId};

/// R1, R2, R4
#[test]
fn definitions_that_are_not_valid_are_removed() {
    let disk = innolab_disk::SimDisk::new(1);
    let clock = std::sync::Arc::new(innolab_base::ManualClock::default());
    let options = innolab_store::Options { background: false, ..innolab_store::Options::default() };
    let events = innolab_base::Events::none();
    let (store, _) = innolab_store::Store::open(std::sync::Arc::new(disk), options, clock, events).unwrap();
    let space = store.create_space(SpaceId(1), "d.ibd").unwrap();
    let tree = Tree::create(&store, &space, IndexId(1), layout()).unwrap();
    let mut long = sample();
    long.def.sql = "long ".repeat(4000);
    insert(&tree, &long).unwrap();
    let known = load(&tree).unwrap();
    assert_eq!(known.into_values().collect::<Vec<_>>(), std::slice::from_ref(&long));
    assert!(remove_part(&tree, 17, 0).unwrap());
    assert_eq!(load(&tree).unwrap().len(), 0);
    assert_eq!(tree.shape().unwrap().records(), 0);
    insert(&tree, &sample()).unwrap();
    assert_eq!(load(&tree).unwrap()["t"], sample());

    // R1: a definition of several parts under another name replaces the old one once its part 0 exists.
    let mut renamed = Definition { number: 23, replaces: 17, ..long };
    renamed.def.name = "t2".into();
    insert(&tree, &renamed).unwrap();
    remove_part(&tree, 23, 0).unwrap();
    assert_eq!(load(&tree).unwrap().into_keys().collect::<Vec<_>>(), ["t"], "without its part 0 nothing is replaced");
    insert(&tree, &renamed).unwrap();
    assert_eq!(load(&tree).unwrap().into_keys().collect::<Vec<_>>(), ["t2"]);
    remove(&tree, 23).unwrap();
    assert_eq!(tree.shape().unwrap().records(), 0);

    // R4: two tables exchange their names.
    let named = |number, replaces, with, name: &str| {
        let mut entry = Definition { number, replaces, with, ..sample() };
        entry.def.name = name.into();
        entry
    };
    let (a, b) = (named(31, NO_DEFINITION, NO_DEFINITION, "a"), named(32, NO_DEFINITION, NO_DEFINITION, "b"));
    let (now_b, now_a) = (named(33, 31, NO_DEFINITION, "b"), named(34, 32, 33, "a"));
    let numbers = |tree| load(tree).unwrap().into_values().map(|entry| entry.number).collect::<Vec<_>>();
    [&a, &b, &now_a].into_iter().for_each(|entry| insert(&tree, entry).unwrap());
    assert_eq!(numbers(&tree), [31, 32], "the deciding definition is missing");
    [&now_a, &now_b].into_iter().for_each(|entry| insert(&tree, entry).unwrap());
    assert_eq!(numbers(&tree), [34, 33]);
    assert_eq!(tree.shape().unwrap().records(), 2);
    remove(&tree, 33).unwrap();
    assert_eq!(numbers(&tree), [34], "loaded once, it no longer depends on the deciding one");
    remove(&tree, 34).unwrap();

    insert(&tree, &sample()).unwrap();
    insert(&tree, &Definition { number: 23, ..sample() }).unwrap();
    assert!(load(&tree).is_err(), "two tables of one name");
}
