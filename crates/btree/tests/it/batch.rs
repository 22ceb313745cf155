//! Batches of inserts: neighbouring records are inserted together, and all are where they belong (R1, R2 of `batch`).

use crate::common::{Rng, memory, small_pool};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::{Change, Decision, Field, Result, Site, Tree, WriteOptions};
use innolab_page::{Column, Layout, Record, RecordBatch};
use innolab_testing::{Script, seeds};
use std::collections::BTreeSet;
use std::ops::Range;

/// Inserts the records of a run in order, and refuses one of them.
struct Inserts<'a> {
    tree: &'a Tree,
    run: &'a mut RecordBatch,
    range: Range<usize>,
    /// The record that does not join.
    refused: usize,
    joined: usize,
    /// Records whose commit hook was called.
    inserted: usize,
    /// True if the first record's key exists.
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
        let record = self.run.get(self.range.start + self.inserted, self.tree.layout());
        assert!(site.next().is_none_or(|next| record.is_below(&next)), "the record belongs into the gap");
        self.inserted += 1;
    }

    fn batch(&mut self) -> Option<(&mut RecordBatch, Range<usize>)> {
        Some((self.run, self.range.clone()))
    }

    fn joins(&mut self, _: &Site<'_>) -> bool {
        self.joined += 1;
        self.range.start + self.joined != self.refused
    }
}

/// Inserts all keys that the tree does not have; returns the number of calls.
fn insert(tree: &Tree, keys: &[u32], len: usize, refused: usize) -> usize {
    let mut run = RecordBatch::default();
    let value = vec![7; len];
    for key in keys {
        let key = key.to_be_bytes();
        run.push_leaf(tree.layout(), |i, out| -> Result<bool> {
            out.extend_from_slice(if i == 0 { &key } else { &value });
            Ok(true)
        })
        .expect("short");
    }
    let (mut done, mut calls) = (0, 0);
    while done < keys.len() {
        let key = keys[done].to_be_bytes();
        let key: [Field<'_>; 1] = [Some(&key)];
        let range = done..keys.len();
        let mut inserts = Inserts { tree, run: &mut run, range, refused, joined: 0, inserted: 0, met: false };
        tree.write_by(&key, WriteOptions { next: true, ..WriteOptions::default() }, &mut inserts).expect("inserts");
        done += inserts.inserted + usize::from(inserts.met);
        calls += 1;
    }
    calls
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
    for seed in seeds(2, 6) {
        let (tree, mut rng, mut model) = (tree(), Rng(seed), BTreeSet::new());
        let mut script = Script::new();
        script.step(format_args!("seed {seed}: an empty tree"));
        for _ in 0..400 {
            let (from, step, n) = (rng.below(60_000) as u32, 1 + rng.below(40) as u32, 1 + rng.below(60) as u32);
            let from = if rng.below(3) == 0 { 60_000 + rng.below(100_000) as u32 } else { from };
            let mut keys: Vec<u32> = (0..n).map(|i| from + i * step).collect();
            match rng.below(4) {
                0 => keys.reverse(),
                1 => keys.swap(0, n as usize / 2),
                _ => {}
            }
            let (len, refused) = (rng.below(300) as usize, rng.below(60) as usize);
            script.step(format_args!("insert {keys:?} with {len} bytes each, number {refused} refused"));
            insert(&tree, &keys, len, refused);
            model.extend(keys);
            if rng.below(5) == 0 {
                // Removed records leave room between the records of a page, which later batches fill.
                let gone: Vec<u32> = model.iter().copied().filter(|k| k % 7 == seed as u32).take(20).collect();
                for key in gone {
                    script.step(format_args!("remove {key}"));
                    let removed = tree.remove(&[Some(&key.to_be_bytes())]).expect("removes");
                    script.same("remove: the key exists", &true, &removed);
                    model.remove(&key);
                }
            }
        }
        script.same("all keys that were inserted and not removed", &model, &keys_of(&tree));
        let valid = tree.validate();
        script.holds("V1–V6", valid.is_ok_and(|shape| shape.height() > 1), "a sound tree of two levels", tree.shape());
    }
}

#[test]
fn an_ascending_batch_takes_two_calls_a_leaf() {
    let tree = tree();
    let keys: Vec<u32> = (0..5000).collect();
    let calls = insert(&tree, &keys, 100, usize::MAX);
    let leaves = tree.validate().expect("sound").levels.last().expect("leaves").pages as usize;
    assert!(calls <= 2 * leaves + 1, "{calls} calls for {leaves} leaves");
}
