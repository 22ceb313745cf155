//! Batches of inserts: those that lie side by side go in together, and all are where they belong (R1, R2 of `batch`).

mod common;

use common::{Rng, memory, small_pool};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::{Change, Decision, Field, Result, Site, Tree, WriteOptions};
use innolab_page::{Column, Layout, Record, Run};
use std::collections::BTreeSet;
use std::ops::Range;

/// Inserts the records of a run in order; says no to one of them.
struct Inserts<'a> {
    tree: &'a Tree,
    run: &'a mut Run,
    range: Range<usize>,
    refused: usize,
    joined: usize,
    certain: usize,
    met: bool,
}

impl Decision for Inserts<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> Result<Change> {
        (self.met, self.joined) = (site.record().is_some(), 0);
        if self.met {
            return Ok(Change::Keep);
        }
        record.copy(self.run.get(self.range.start, self.tree.layout()));
        Ok(Change::Put)
    }

    fn before_change(&mut self, site: &Site<'_>) {
        let record = self.run.get(self.range.start + self.certain, self.tree.layout());
        assert!(site.next().is_none_or(|next| record.is_below(&next)), "the gap is this record's");
        self.certain += 1;
    }

    fn batch(&mut self) -> Option<(&mut Run, Range<usize>)> {
        Some((self.run, self.range.clone()))
    }

    fn joins(&mut self, _: &Site<'_>) -> bool {
        self.joined += 1;
        self.range.start + self.joined != self.refused
    }
}

/// Inserts all that is not there; how many ways down it took.
fn insert(tree: &Tree, keys: &[u32], len: usize, refused: usize) -> usize {
    let mut run = Run::default();
    let value = vec![7; len];
    for key in keys {
        let key = key.to_be_bytes();
        run.push_leaf(tree.layout(), |i, out| -> Result<bool> {
            out.extend_from_slice(if i == 0 { &key } else { &value });
            Ok(true)
        })
        .expect("short");
    }
    let (mut done, mut ways) = (0, 0);
    while done < keys.len() {
        let key = keys[done].to_be_bytes();
        let key: [Field<'_>; 1] = [Some(&key)];
        let range = done..keys.len();
        let mut inserts = Inserts { tree, run: &mut run, range, refused, joined: 0, certain: 0, met: false };
        tree.write_by(&key, WriteOptions { next: true, ..WriteOptions::default() }, &mut inserts).expect("inserts");
        done += inserts.certain + usize::from(inserts.met);
        ways += 1;
    }
    ways
}

fn keys_of(tree: &Tree) -> BTreeSet<u32> {
    let (mut keys, mut cursor) = (BTreeSet::new(), tree.cursor());
    let mut there = cursor.first().expect("walks");
    while there {
        let key = cursor.record().field(0).expect("a key");
        keys.insert(u32::from_be_bytes(key.try_into().expect("four bytes")));
        there = cursor.next().expect("walks");
    }
    keys
}

fn tree() -> Tree {
    let store = memory(small_pool());
    let space = store.create_space(SpaceId(1), "t.ibd").expect("a space");
    let layout = Layout::new([Column::fixed(4), Column::variable(3000)], 1);
    Tree::create(&store, &space, IndexId(1), layout).expect("a tree")
}

#[test]
fn every_record_of_a_batch_is_where_it_belongs() {
    for seed in 0..6 {
        let (tree, mut rng, mut model) = (tree(), Rng(seed), BTreeSet::new());
        for _ in 0..400 {
            let (from, step, n) = (rng.below(60_000) as u32, 1 + rng.below(40) as u32, 1 + rng.below(60) as u32);
            let from = if rng.below(3) == 0 { 60_000 + rng.below(100_000) as u32 } else { from };
            let mut keys: Vec<u32> = (0..n).map(|i| from + i * step).collect();
            match rng.below(4) {
                0 => keys.reverse(),
                1 => keys.swap(0, n as usize / 2),
                _ => {}
            }
            insert(&tree, &keys, rng.below(300) as usize, rng.below(60) as usize);
            model.extend(keys);
            if rng.below(5) == 0 {
                // What is removed leaves places, which runs may not overlook.
                let gone: Vec<u32> = model.iter().copied().filter(|k| k % 7 == seed as u32).take(20).collect();
                for key in gone {
                    assert!(tree.remove(&[Some(&key.to_be_bytes())]).expect("removes"));
                    model.remove(&key);
                }
            }
        }
        assert_eq!(keys_of(&tree), model, "seed {seed}");
        let shape = tree.validate().expect("sound");
        assert!(shape.height() > 1, "{shape:?}");
    }
}

#[test]
fn an_ascending_batch_is_one_way_down_a_leaf() {
    let tree = tree();
    let keys: Vec<u32> = (0..5000).collect();
    let ways = insert(&tree, &keys, 100, usize::MAX);
    let leaves = tree.validate().expect("sound").levels.last().expect("leaves").pages as usize;
    assert!(ways <= 2 * leaves + 1, "{ways} ways to {leaves} leaves");
}
