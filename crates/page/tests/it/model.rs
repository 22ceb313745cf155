//! Random operations on one page against a `BTreeMap`, for several layouts, on leaves and node pages. After each step
//! the page passes `check` and `check_order` and has the records of the model, and every kind of search agrees with the
//! model.

use crate::empty_page;
use innolab_base::{IndexId, PageNo};
use innolab_page::{Column, IndexBuilder, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, Write, fil, index};
use innolab_testing::{Script, size};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Fields = Vec<Option<Vec<u8>>>;
type Model = BTreeMap<Fields, (Fields, bool)>;

/// A page that counts the writes to it.
struct Counted {
    bytes: Vec<u8>,
    writes: usize,
}

impl Write for Counted {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    fn write(&mut self, at: usize, bytes: &[u8]) {
        self.writes += 1;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }
    fn copy_within(&mut self, from: std::ops::Range<usize>, to: usize) {
        self.writes += 1;
        self.bytes.copy_within(from, to);
    }
    fn fill(&mut self, range: std::ops::Range<usize>, byte: u8) {
        self.writes += 1;
        self.bytes[range].fill(byte);
    }
}

fn layouts() -> [Layout; 4] {
    let (trx, roll) = (Column::fixed(6), Column::fixed(7));
    [
        Layout::new([Column::fixed(8), trx, roll, Column::fixed(30)], 1),
        Layout::new([Column::variable(700), Column::variable(3000)], 1),
        Layout::new(
            [
                Column::fixed(4).nullable(),
                Column::variable(300).nullable(),
                Column::fixed(2),
                trx,
                roll,
                Column::variable(90).nullable(),
            ],
            3,
        ),
        Layout::new([Column::fixed(3), Column::fixed(9), Column::variable(20).nullable()], 2),
    ]
}

/// A random value of `column`: from a small set with common prefixes, so that keys collide.
fn value(column: Column, seed: &mut u64) -> Option<Vec<u8>> {
    let mut next = |n: u64| {
        *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*seed >> 33) % n
    };
    if column.nullable && next(4) == 0 {
        return None;
    }
    let max = column.max_len() as u64;
    let len = match column.width {
        innolab_page::Width::Fixed(len) => u64::from(len),
        innolab_page::Width::Variable { .. } if next(12) == 0 => next(max + 1),
        innolab_page::Width::Variable { .. } => next(max.min(14) + 1),
    };
    let mut bytes: Vec<u8> = (0..len).map(|_| [0, 0, 0, 1, 255][next(5) as usize]).collect();
    if let Some(last) = bytes.last_mut() {
        *last = next(256) as u8;
    }
    Some(bytes)
}

fn refs(fields: &Fields) -> Vec<Option<&[u8]>> {
    fields.iter().map(|f| f.as_deref()).collect()
}

/// A page and its model.
struct Both {
    layout: Layout,
    page: Counted,
    model: Model,
    is_leaf: bool,
    script: Script,
}

impl Both {
    fn new(layout: Layout, is_leaf: bool) -> Both {
        let mut page = Counted { bytes: empty_page(u16::from(!is_leaf)), writes: 0 };
        fil::set_prev(&mut page, PageNo(2));
        Both { layout, page, model: Model::new(), is_leaf, script: Script::new() }
    }

    fn view(&self) -> IndexPage<'_> {
        IndexPage::new(&self.page.bytes, &self.layout)
    }

    fn edit(&mut self) -> IndexMut<'_, Counted> {
        IndexMut::new(&mut self.page, &self.layout)
    }

    fn fields(&self, seed: &mut u64) -> Fields {
        self.layout.columns().iter().map(|&c| value(c, seed)).collect()
    }

    fn record(&self, fields: &Fields) -> Record {
        let mut record = Record::new();
        if self.is_leaf {
            record.leaf(&self.layout, &refs(fields)).expect("small enough");
        } else {
            let child = PageNo(fields.iter().flatten().flatten().map(|&b| u32::from(b)).sum());
            record.node(&self.layout, &refs(fields)[..self.layout.n_key()], child).expect("small enough");
        }
        record
    }

    fn key(&self, fields: &Fields) -> Fields {
        fields[..self.layout.n_key()].to_vec()
    }

    /// The record of the model's `seed`-th key.
    fn pick(&self, seed: u64) -> Option<(Origin, Fields)> {
        let n = seed as usize % self.model.len().max(1);
        let (key, _) = self.model.iter().nth(n)?;
        self.script.same("rank(nth(n)) is n", &n, &self.view().rank(self.view().nth(n)));
        Some((self.view().nth(n), key.clone()))
    }

    fn step(&mut self, op: u8, mut seed: u64) {
        match op {
            0..60 => self.insert(&mut seed),
            60..80 => {
                if let Some((origin, key)) = self.pick(seed) {
                    self.script.step(format_args!("remove {key:?}"));
                    self.edit().remove(origin);
                    self.model.remove(&key);
                }
            }
            80..86 => {
                if let Some((origin, key)) = self.pick(seed) {
                    let deleted = seed & 1 == 0;
                    self.script.step(format_args!("set_deleted {key:?} {deleted}"));
                    self.edit().set_deleted(origin, deleted);
                    self.model.get_mut(&key).expect("picked").1 = deleted;
                }
            }
            86..92 => self.replace(seed),
            92..95 => {
                self.script.step("reorganise");
                self.edit().reorganise();
            }
            95 if seed.is_multiple_of(8) => {
                if let Some((origin, key)) = self.pick(seed) {
                    self.script.step(format_args!("remove_from {key:?}"));
                    self.edit().remove_from(origin);
                    self.model.split_off(&key);
                }
            }
            96 if seed.is_multiple_of(8) => {
                if let Some((origin, key)) = self.pick(seed) {
                    self.script.step(format_args!("remove_before {key:?}"));
                    self.edit().remove_before(origin);
                    self.model = self.model.split_off(&key);
                }
            }
            97 => self.rebuild(),
            _ => self.insert(&mut seed),
        }
    }

    fn insert(&mut self, seed: &mut u64) {
        let fields = self.fields(seed);
        let key = self.key(&fields);
        let mut record = self.record(&fields);
        let prefix = refs(&key);
        self.script.step(format_args!("insert {key:?}, {} bytes", record.len()));
        let found = self.view().search(&SearchKey::new(&self.layout, &prefix));
        self.script.same("search finds an equal key", &self.model.contains_key(&key), &found.equal);
        if found.equal {
            return;
        }
        let fits = self.view().fits_reorganised(record.len());
        self.page.writes = 0;
        let before = self.page.bytes.clone();
        let placed = self.edit().insert_after(found.origin, &mut record);
        match placed {
            Some(origin) => {
                let writes = self.page.writes;
                self.script.holds("R4 of the crate: few writes", writes <= 7, "at most 7 writes", writes);
                self.script.same("insert_after links the record", &origin, &self.view().next(found.origin));
                self.model.insert(key, (fields, false));
            }
            None => {
                let unchanged = before == self.page.bytes;
                self.script.holds(
                    "R2 of mutate: a refusal writes nothing",
                    unchanged,
                    "the page as before",
                    "a change",
                );
                if fits {
                    let rank = if found.origin.is_user() { self.view().rank(found.origin) + 1 } else { 0 };
                    self.edit().reorganise();
                    let prev = if rank == 0 { Origin::INFIMUM } else { self.view().nth(rank - 1) };
                    let placed = self.edit().insert_after(prev, &mut record);
                    self.script.holds("fits_reorganised", placed.is_some(), "room after reorganise", placed);
                    self.model.insert(key, (fields, false));
                }
            }
        }
    }

    fn replace(&mut self, mut seed: u64) {
        let Some((origin, key)) = self.pick(seed) else { return };
        let mut fields = self.fields(&mut seed);
        fields[..key.len()].clone_from_slice(&key);
        let record = self.record(&fields);
        let same = self.view().record(origin).sizes() == record.view(&self.layout).sizes();
        self.script.step(format_args!("replace {key:?}, {} bytes", record.len()));
        let replaced = self.edit().replace(origin, &record);
        self.script.same("replace is done iff the sizes are the same", &same, &replaced);
        if same {
            self.model.insert(key, (fields, false));
        }
    }

    /// Copies all records to another page by a builder.
    fn rebuild(&mut self) {
        self.script.step("rebuild");
        let mut builder = IndexBuilder::new(&self.layout, u16::from(!self.is_leaf));
        for (_, record) in self.view().records() {
            self.script.holds("records of a page fit on it", builder.push(record), "room", record);
        }
        let mut fresh = Both::new(self.layout.clone(), self.is_leaf);
        fresh.page.writes = 0;
        builder.write(&mut fresh.page, IndexId(42), 9);
        self.script.same("a builder writes twice", &2, &fresh.page.writes);
        self.script.same("the builder's stamp", &9, &fresh.view().stamp());
        self.script.same("bytes of the records", &self.view().data_len(), &fresh.view().data_len());
        self.page = fresh.page;
    }

    fn verify(&self) {
        if self.is_leaf || !self.model.is_empty() {
            self.script.same("R1 of mutate: check", &Ok(()), &index::check(&self.page.bytes, &self.layout));
        }
        let script = &self.script;
        script.same("R1 of index: check_order", &Ok(()), &index::check_order(&self.page.bytes, &self.layout));
        let page = self.view();
        script.same("n_recs", &self.model.len(), &page.n_recs());
        let mut last = Origin::INFIMUM;
        for ((origin, record), (key, (fields, deleted))) in page.records().zip(&self.model) {
            let stored = if self.is_leaf { fields } else { key };
            script.same("fields()", &refs(stored), &record.fields().collect::<Vec<_>>());
            for (i, field) in stored.iter().enumerate() {
                script.same("field(i)", &field.as_deref(), &record.field(i));
            }
            if !self.is_leaf {
                let sum = fields.iter().flatten().flatten().map(|&b| u32::from(b)).sum();
                script.same("child()", &PageNo(sum), &record.child());
            }
            script.same("is_deleted()", deleted, &record.is_deleted());
            script.same("prev()", &last, &page.prev(origin));
            last = origin;
        }
        script.same("last()", &last, &page.last());
    }

    /// Searches for a key, whole and as a prefix, in the page and in the model.
    fn search(&self, mut seed: u64) {
        let key = match self.pick(seed) {
            Some((_, key)) if seed & 2 == 0 => key,
            _ => self.key(&self.fields(&mut seed)),
        };
        let page = self.view();
        for n in 0..=key.len() {
            let prefix = refs(&key);
            let search = SearchKey::new(&self.layout, &prefix[..n]);
            let below = self.model.keys().filter(|k| k[..n] < key[..n]).count();
            let upto = self.model.keys().filter(|k| k[..n] <= key[..n]).count();
            let script = &self.script;
            script.same("first_not_below()", &below, &page.rank(page.first_not_below(&search)));
            script.same("first_above()", &upto, &page.rank(page.first_above(&search)));
            script.same("search().equal", &(upto > below), &page.search(&search).equal);
            let next = page.next(page.last_below(&search));
            script.same("last_below()", &page.first_not_below(&search), &next);
            if upto > 0 {
                let order = page.record(page.nth(upto - 1)).compare(&prefix[..n]);
                script.same("compare()", &(upto > below), &order.is_eq());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(6, 64), max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_a_sorted_map(
        which in 0..4usize,
        is_leaf: bool,
        ops in prop::collection::vec((0..98u8, any::<u64>()), 1..1500),
    ) {
        let mut both = Both::new(layouts()[which].clone(), is_leaf);
        for (op, seed) in ops {
            both.step(op, seed);
            both.verify();
            both.search(seed);
        }
    }
}
