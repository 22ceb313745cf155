//! The tree against `BTreeMap`: random changes over several seeds, with records up to the largest and a pool that is
//! smaller than the tree.

use crate::common::{Rng, hash_off_and_on, memory, small_pool};
use innolab_base::IndexId;
use innolab_btree::{Change, Counts, Field, Inserted, Seek, Tree};
use innolab_page::{Column, IndexPage, Layout, RecordRef};
use innolab_store::Options;
use innolab_testing::{Script, seeds, size};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The parameters of a run.
#[derive(Clone)]
struct Run {
    seed: u64,
    ops: usize,
    /// Number of different keys.
    keys: u64,
    /// Key bytes beyond the first eight, at most.
    key_tail: u64,
    /// Bytes of a value, at most.
    value: u64,
    /// Operations between growing and shrinking.
    phase: usize,
    options: Options,
}

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// The tree and the model, side by side, and the steps so far.
struct Both {
    tree: Tree,
    model: Model,
    script: Script,
    rng: Rng,
    run: Run,
}

/// A key as the script shows it: its number, and the bytes behind it.
fn show(key: &[u8]) -> String {
    let (number, tail) = key.split_at(8);
    format!("{}+{}", u64::from_be_bytes(number.try_into().expect("eight bytes")), tail.len())
}

impl Both {
    fn new(run: Run) -> Both {
        let store = memory(run.options.clone());
        let space = store.create_space(innolab_base::SpaceId(1), "t.ibd").expect("a new file");
        let layout = Layout::new([Column::variable(3072), Column::variable(8100)], 1);
        let tree = Tree::create(&store, &space, IndexId(7), layout).expect("a new tree");
        let mut script = Script::new();
        script.step(format_args!("seed {}: an empty tree, {:?}", run.seed, run.options));
        Both { tree, model: Model::new(), script, rng: Rng(run.seed), run }
    }

    /// The key with number `n`: always the same bytes.
    fn key(&self, n: u64) -> Vec<u8> {
        let mut key = n.to_be_bytes().to_vec();
        if self.run.key_tail > 0 {
            let len = Rng(n).below(self.run.key_tail) as usize;
            key.resize(8 + len, b'k');
        }
        key
    }

    /// One random operation.
    fn step(&mut self, growing: bool) {
        let n = self.rng.below(self.run.keys);
        let key = self.key(n);
        let limit = if self.rng.below(20) == 0 { self.run.value } else { self.run.value.min(250) };
        let byte = self.rng.below(251) as u8;
        let value = vec![byte; self.rng.below(limit.min(8100 - key.len() as u64)) as usize];
        if self.rng.below(1000) == 0 {
            return self.remove_range(&key);
        }
        let inserts = if growing { 6 } else { 2 };
        match self.rng.below(10) {
            op if op < inserts => self.insert(key, value),
            op if op == inserts => self.update(key, value),
            op if op == inserts + 1 => self.look(&key),
            _ => self.remove(&key),
        }
    }

    fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.script.step(format_args!("insert {}, {} bytes", show(&key), value.len()));
        let outcome = self.tree.insert(&[Some(&key), Some(&value)]).expect("inserts");
        self.script.same("insert: only a new key", &!self.model.contains_key(&key), &(outcome == Inserted::Yes));
        self.model.entry(key).or_insert(value);
    }

    fn update(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.script.step(format_args!("update {}, {} bytes", show(&key), value.len()));
        let fields: [Field<'_>; 2] = [Some(&key), Some(&value)];
        let found = self.tree.modify(&fields[..1], |_, new| {
            new.leaf(self.tree.layout(), &fields).map(|()| Change::Put).map_err(Into::into)
        });
        self.script.same("modify: true if the key exists", &self.model.contains_key(&key), &found.expect("updates"));
        self.model.entry(key).and_modify(|v| *v = value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.script.step(format_args!("remove {}", show(key)));
        let removed = self.tree.remove(&[Some(key)]).expect("removes");
        self.script.same("remove: true if the key exists", &self.model.remove(key).is_some(), &removed);
    }

    /// Removes the records from `key` on for a while: whole pages become empty, at the edges and in between.
    fn remove_range(&mut self, key: &[u8]) {
        let keys: Vec<Vec<u8>> = self.model.range(key.to_vec()..).take(80).map(|(k, _)| k.clone()).collect();
        keys.iter().for_each(|key| self.remove(key));
    }

    /// Reads the key, and its neighbours in all four ways.
    fn look(&mut self, key: &[u8]) {
        self.script.step(format_args!("look for {}", show(key)));
        let found = self.tree.get(&[Some(key)], |r| r.field(1).map(<[u8]>::to_vec)).expect("reads").flatten();
        self.script.same("get: the value of the key", &self.model.get(key), &found.as_ref());
        let expected = |seek| match seek {
            Seek::AtLeast => self.model.range(key.to_vec()..).next(),
            Seek::Above => self.model.range(key.to_vec()..).find(|(k, _)| &k[..] != key),
            Seek::AtMost => self.model.range(..=key.to_vec()).next_back(),
            Seek::Below => self.model.range(..key.to_vec()).next_back(),
        };
        for seek in [Seek::AtLeast, Seek::Above, Seek::AtMost, Seek::Below] {
            let mut cursor = self.tree.cursor();
            let there = cursor.seek(&[Some(key)], seek).expect("reads");
            let found = there.then(|| cursor.record().field(0).map(show));
            let expected = expected(seek).map(|(k, _)| show(k));
            self.script.same(&format!("seek: {seek:?}"), &expected, &found.flatten());
        }
    }

    /// Checks the tree's rules.
    fn validate(&self) {
        let valid = self.tree.validate();
        self.script.holds("validate: V1–V6", valid.is_ok(), "a sound tree", &valid);
        let records = valid.map_or(0, |shape| shape.records());
        self.script.same("validate: the number of records", &(self.model.len() as u64), &records);
    }

    /// Compares all records, read in three ways.
    fn compare(&self) {
        let expected: Vec<String> = self.model.keys().map(|k| show(k)).collect();
        let (mut keys, mut cursor) = (vec![], self.tree.cursor());
        let mut there = cursor.first().expect("reads");
        while there {
            let (key, value) = (cursor.record().field(0).expect("a key"), cursor.record().field(1));
            keys.push(show(key));
            self.script.same("value of a record", &self.model.get(key).map(|v| &v[..]), &value);
            there = cursor.next().expect("reads");
        }
        self.script.same("next: all keys, ascending", &expected, &keys);
        keys.clear();
        cursor.first().expect("reads");
        let visit = |_: &IndexPage<'_>, record: RecordRef<'_>| {
            keys.push(record.field(0).map(show).unwrap_or_default());
            Ok::<_, innolab_btree::Error>(ControlFlow::Continue(()))
        };
        cursor.walk(visit).expect("walks");
        self.script.same("walk: all keys, ascending", &expected, &keys);
        keys.clear();
        there = cursor.last().expect("reads");
        while there {
            keys.push(cursor.record().field(0).map(show).unwrap_or_default());
            there = cursor.prev().expect("reads");
        }
        keys.reverse();
        self.script.same("prev: all keys, descending", &expected, &keys);
    }
}

fn random(run: Run) -> Counts {
    let mut both = Both::new(run.clone());
    for i in 0..run.ops {
        both.step((i / run.phase).is_multiple_of(2));
        if i % (run.ops / 8) == 0 {
            both.validate();
        }
    }
    both.validate();
    both.compare();
    let keys: Vec<Vec<u8>> = both.model.keys().cloned().collect();
    keys.iter().for_each(|key| both.remove(key));
    both.validate();
    let pages = both.tree.shape().expect("reads").pages();
    both.script.same("an empty tree is its root", &1, &pages);
    let hash = both.tree.store().hash_counts();
    let works = hash.adaptive_hash_searches > 100 && hash.adaptive_hash_pages_removed > 10;
    both.script.same("the hash index is used if it is on", &run.options.innodb_adaptive_hash_index, &works);
    both.tree.counts()
}

#[test]
fn random_changes_of_short_records() {
    for seed in seeds(1, 3) {
        let (ops, keys, phase) = size((20_000, 4_000, 6_000), (100_000, 20_000, 30_000));
        for options in hash_off_and_on(Options::default()) {
            let counts = random(Run { seed, ops, keys, key_tail: 0, value: 250, phase, options });
            let least = size(20, 100);
            assert!(
                counts.splits > least && counts.merges > least / 2 && counts.reorganises > least / 2,
                "seed {seed}: {counts:?}"
            );
        }
    }
}

#[test]
fn random_changes_of_records_of_all_sizes_with_a_small_pool() {
    for seed in seeds(1, 2) {
        let (ops, phase) = size((12_000, 3_000), (100_000, 15_000));
        let keys = size(1_000, 3_000);
        for options in hash_off_and_on(small_pool()) {
            let counts = random(Run { seed, ops, keys, key_tail: 2900, value: 8000, phase, options });
            let least = size(0, 2);
            assert!(
                counts.raises > least && counts.shrinks > least && counts.discards > 5 * least,
                "seed {seed}: {counts:?}"
            );
        }
    }
}
