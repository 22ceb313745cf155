//! B+ trees of pages: counts of trees of the crate `btree` over a disk in memory.

use super::Table;
use innolab_base::rng::Rng;
use innolab_base::{Events, IndexId, ManualClock, SpaceId};
use innolab_btree::{FillFactor, Seek, Tree};
use innolab_disk::{Disk, SimDisk};
use innolab_page::{Column, IndexPage, Layout, Record, regions};
use innolab_store::{Doublewrite, Options, Store};
use std::sync::Arc;

/// Rows of a tree, where a program does not say otherwise.
const ROWS: u64 = 150_000;

/// A store with one tree.
struct Lab {
    disk: Arc<dyn Disk>,
    pool_bytes: u64,
    layout: Layout,
    store: Arc<Store>,
    tree: Tree,
    /// `pages_read` of the store when the current count began.
    read_before: u64,
}

impl Lab {
    /// An empty tree. Rows have fields of these many bytes; the first `n_key` are the key.
    fn new(field_bytes: &[u16], n_key: usize, pool_bytes: u64) -> Lab {
        let layout = Layout::new(field_bytes.iter().map(|n| Column::fixed(*n)).collect::<Vec<_>>(), n_key);
        let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
        let store = open(&disk, pool_bytes);
        let space = store.create_space(SpaceId(1), "t.ibd").expect("room");
        let tree = Tree::create(&store, &space, IndexId(1), layout.clone()).expect("room");
        Lab { disk, pool_bytes, layout, store, tree, read_before: 0 }
    }

    /// A tree with rows of an 8-byte key and a value of `value_bytes`, bulk-loaded in key order.
    fn loaded(rows: u64, value_bytes: u16) -> Lab {
        let lab = Lab::new(&[8, value_bytes], 1, 64 << 20);
        lab.load(rows, &[8, value_bytes]);
        lab
    }

    fn load(&self, rows: u64, field_bytes: &[u16]) {
        let mut n = 0;
        let next = |record: &mut Record| {
            n += 1;
            let fields = fields(n, field_bytes);
            record.leaf(&self.layout, &fields.iter().map(|f| Some(f.as_slice())).collect::<Vec<_>>())?;
            Ok(n <= rows)
        };
        self.tree.bulk_load(FillFactor::default(), 0, next).expect("in order");
    }

    fn insert(&self, key: u64, value_bytes: u16) {
        self.tree.insert(&[Some(&key.to_be_bytes()), Some(&vec![7; usize::from(value_bytes)])]).expect("room");
    }

    /// Closes the store and opens it again, so no page is in memory.
    fn reopened(self) -> Lab {
        let Lab { disk, pool_bytes, layout, store, tree, .. } = self;
        let root = tree.root();
        store.close().expect("a sound disk");
        drop((tree, store));
        let store = open(&disk, pool_bytes);
        let space = store.space(SpaceId(1)).expect("it exists");
        // Opening the tree reads its root: this read is part of the next count.
        let read_before = store.counts().pages_read;
        let tree = Tree::open(&store, &space, root, layout.clone()).expect("it exists");
        Lab { disk, pool_bytes, layout, store, tree, read_before }
    }

    /// Runs `work`; returns the pages read from disk since the last count, or since the store was opened, and its
    /// result.
    fn pages_read<R>(&mut self, work: impl FnOnce(&Tree) -> R) -> (u64, R) {
        let done = work(&self.tree);
        let before = std::mem::replace(&mut self.read_before, self.store.counts().pages_read);
        (self.read_before - before, done)
    }

    fn levels(&self) -> u64 {
        self.tree.shape().expect("a sound tree").height() as u64
    }

    fn leaves(&self) -> u64 {
        self.tree.shape().expect("a sound tree").levels.last().map_or(0, |leaves| leaves.pages)
    }

    /// Percentage of the leaves' bytes that records fill.
    fn leaf_fill(&self) -> u64 {
        let shape = self.tree.shape().expect("a sound tree");
        shape.levels.last().map_or(0, |l| 100 * l.data_bytes / (l.pages * innolab_base::PAGE_SIZE as u64))
    }

    /// Number of records on the fullest page of each level, leaves first.
    fn fullest(&self) -> Vec<u64> {
        let mut out = vec![0; self.levels() as usize];
        let see = |_, page: &[u8; innolab_base::PAGE_SIZE]| {
            let page = IndexPage::new(page, &self.layout);
            let most = &mut out[usize::from(page.level())];
            *most = (*most).max(page.n_recs() as u64);
        };
        self.tree.for_each_page(see).expect("a sound tree");
        out
    }
}

fn open(disk: &Arc<dyn Disk>, pool_bytes: u64) -> Arc<Store> {
    let options = Options {
        innodb_buffer_pool_size: pool_bytes,
        innodb_log_file_size: 64 << 20,
        innodb_doublewrite: Doublewrite::Off,
        background: false,
        ..Options::default()
    };
    let (store, _) =
        Store::open(disk.clone(), options, Arc::new(ManualClock::default()), Events::none()).expect("sound files");
    store
}

/// Returns the `n`-th row in key order: each field begins with the number.
fn fields(n: u64, field_bytes: &[u16]) -> Vec<Vec<u8>> {
    let field = |len: &u16| {
        let mut field = n.to_be_bytes().to_vec();
        field.drain(..8usize.saturating_sub(usize::from(*len)));
        field.resize(usize::from(*len), 7);
        field
    };
    field_bytes.iter().map(field).collect()
}

fn get(tree: &Tree, key: u64) {
    assert!(tree.get(&[Some(&key.to_be_bytes())], |_| ()).expect("a sound tree").is_some(), "the row is there");
}

/// Reads at most `rows` rows in key order, from `key` on; returns their number.
fn scan(tree: &Tree, key: u64, rows: u64) -> u64 {
    let mut cursor = tree.cursor();
    let (mut n, mut there) = (0, cursor.seek(&[Some(&key.to_be_bytes())], Seek::AtLeast).expect("a sound tree"));
    while there && n < rows {
        n += 1;
        there = cursor.next().expect("a sound tree");
    }
    n
}

/// Levels, and pages read for one row and for a hundred in key order, with no page in memory: measured on our tree,
/// computed for other structures.
pub(super) fn shapes() -> Table {
    const ROWS: u64 = 20_000;
    let lab = Lab::loaded(ROWS, 1000);
    let (levels, leaves, rows_on_a_page) = (lab.levels(), lab.leaves(), lab.fullest()[0]);
    let mut lab = lab.reopened();
    let (one, ()) = lab.pages_read(|tree| get(tree, ROWS / 2));
    let mut lab = lab.reopened();
    let (hundred, n) = lab.pages_read(|tree| scan(tree, ROWS / 2, 100));
    assert_eq!(n, 100);
    // A B-tree has rows on all pages, so a page has one child more than rows.
    let b_tree = (1..).find(|levels| (rows_on_a_page + 1).pow(*levels) > ROWS).map_or(0, u64::from);
    // A balanced binary tree; nodes lie where there was room when they were created, so each is on a page of its own.
    let binary = u64::from(ROWS.ilog2()) + 1;
    Table::new(&["levels", "pages for one row", "pages for 100 rows"])
        .row("B+ tree, measured", [levels, one, hundred])
        .row("B-tree", [b_tree, b_tree, b_tree + 100 / rows_on_a_page])
        .row("binary tree", [binary, binary, binary + 99])
        // A hash table has no order: to find all rows between two keys, all rows must be read.
        .row("hash table", [1, 1, leaves])
}

/// How many rows a tree of one, two or three levels can hold, from the fullest pages of real trees.
pub(super) fn rows_by_level() -> Table {
    let of = |value_bytes, rows| {
        let fullest = Lab::loaded(rows, value_bytes).fullest();
        [fullest[0], fullest[1], fullest[0], fullest[0] * fullest[1], fullest[0] * fullest[1] * fullest[1]]
    };
    Table::new(&["rows on a leaf", "pointers on a page", "one level", "two levels", "three levels"])
        .row("rows of 108 bytes", of(100, 200_000))
        .row("rows of 1008 bytes", of(1000, 20_000))
}

/// Pages that scans read with no page in memory.
pub(super) fn leaf_links() -> Table {
    let mut table = Table::new(&["rows", "pages read", "leaves they are on", "levels"]);
    for rows in [1, 1000, ROWS] {
        let lab = Lab::loaded(ROWS, 100);
        let levels = lab.levels();
        let mut lab = lab.reopened();
        let (pages, n) = lab.pages_read(|tree| scan(tree, 1, rows));
        assert_eq!(n, rows);
        let leaves = pages - (levels - 1);
        table = table.row(
            if rows == ROWS {
                "all"
            } else if rows == 1 {
                "one"
            } else {
                "a thousand"
            },
            [rows, pages, leaves, levels],
        );
    }
    let lab = Lab::loaded(ROWS, 100);
    table.row("in the tree", [ROWS, lab.tree.shape().expect("a sound tree").pages(), lab.leaves(), lab.levels()])
}

/// Pages read to find one row of many, by its key and by a full scan.
pub(super) fn lookup_and_scan() -> Table {
    let mut lab = Lab::loaded(ROWS, 100).reopened();
    let (by_key, ()) = lab.pages_read(|tree| get(tree, ROWS / 2));
    let (again, ()) = lab.pages_read(|tree| get(tree, ROWS / 2));
    let (other, ()) = lab.pages_read(|tree| get(tree, 7));
    let mut lab = lab.reopened();
    let (by_scan, n) = lab.pages_read(|tree| scan(tree, 0, u64::MAX));
    assert_eq!(n, ROWS);
    Table::new(&["pages read", "rows looked at"])
        .row("by its key", [by_key, 1])
        .row("the same again", [again, 1])
        .row("another one", [other, 1])
        .row("by looking at all", [by_scan, ROWS])
}

/// Rows fetched by their keys, as a secondary index yields them, with a pool that holds an eighth of the tree.
pub(super) fn by_selectivity() -> Table {
    const ROWS: u64 = 100_000;
    let fetch = |table: Table, name: &str, keys: &[u64]| {
        let lab = Lab { pool_bytes: 3 << 19, ..Lab::loaded(ROWS, 100) };
        let mut lab = lab.reopened();
        let (pages, ()) = lab.pages_read(|tree| keys.iter().for_each(|key| get(tree, *key)));
        table.row(name, [pages, keys.len() as u64])
    };
    let mut lab = Lab { pool_bytes: 3 << 19, ..Lab::loaded(ROWS, 100) }.reopened();
    let (pages, n) = lab.pages_read(|tree| scan(tree, 0, u64::MAX));
    assert_eq!(n, ROWS);
    let table = Table::new(&["pages read", "searches"]).row("a scan", [pages, 1]);
    let half: Vec<u64> = (1..=ROWS).step_by(2).collect();
    let by_chance: Vec<u64> = shuffled(ROWS).collect();
    let table = fetch(table, "every second row, one value", &half);
    let table = fetch(table, "every tenth row, a range of values", &by_chance[..ROWS as usize / 10]);
    fetch(table, "one row of a thousand, a range of values", &by_chance[..ROWS as usize / 1000])
}

/// An index built row at a time, and by sorting first.
pub(super) fn row_at_a_time_and_bulk() -> Table {
    const ENTRIES: u64 = 50_000;
    let columns = ["splits", "leaves", "leaf fill in percent", "pages written", "KiB of redo"];
    let fill = |name: &str, table: Table, make: &dyn Fn(&Lab)| {
        let lab = Lab::new(&[8, 100], 1, 2 << 20);
        make(&lab);
        lab.store.flush_all().expect("a sound disk");
        let counts = lab.store.counts();
        let row =
            [lab.tree.counts().splits, lab.leaves(), lab.leaf_fill(), counts.pages_written, counts.log_bytes >> 10];
        table.row(name, row)
    };
    let table =
        fill("row at a time", Table::new(&columns), &|lab| shuffled(ENTRIES).for_each(|key| lab.insert(key, 100)));
    fill("sorted, then loaded", table, &|lab| lab.load(ENTRIES, &[8, 100]))
}

/// Inserts with ascending keys and with random keys; and the size of a secondary index under a short and a long primary
/// key.
pub(super) fn sequential_and_random() -> Table {
    const INSERTS: u64 = 50_000;
    let columns = ["splits", "leaves", "leaf fill in percent", "pages read", "pages written"];
    let mut table = Table::new(&columns);
    for (name, keys) in
        [("sequential keys", (1..=INSERTS).collect::<Vec<_>>()), ("random keys", shuffled(INSERTS).collect())]
    {
        // The tree is larger than the pool.
        let lab = Lab::new(&[8, 100], 1, 2 << 20);
        keys.iter().for_each(|key| lab.insert(*key, 100));
        lab.store.flush_all().expect("a sound disk");
        let (counts, splits) = (lab.store.counts(), lab.tree.counts().splits);
        let (leaves, fill) = (lab.leaves(), lab.leaf_fill());
        table = table.row(name, [splits, leaves, fill, counts.pages_read, counts.pages_written]);
    }
    for (name, key_bytes) in [("secondary, 8-byte key", 8), ("secondary, 36-byte key", 36)] {
        let lab = Lab::new(&[4, key_bytes], 2, 64 << 20);
        lab.load(INSERTS, &[4, key_bytes]);
        let counts = lab.store.counts();
        table = table.row(
            name,
            [lab.tree.counts().splits, lab.leaves(), lab.leaf_fill(), counts.pages_read, counts.pages_written],
        );
    }
    table
}

/// Returns the numbers from 1 to `n` in a random order that is always the same.
fn shuffled(n: u64) -> impl Iterator<Item = u64> {
    let (mut all, mut rng): (Vec<u64>, _) = ((1..=n).collect(), Rng(7));
    for i in (1..all.len()).rev() {
        all.swap(i, rng.index(i + 1));
    }
    all.into_iter()
}

/// The regions of a leaf with three rows.
pub(super) fn regions_of_a_leaf() -> Table {
    let lab = Lab::new(&[8, 100], 1, 2 << 20);
    (1..=3).for_each(|key| lab.insert(key, 100));
    let page = lab.store.read(lab.tree.space(), lab.tree.root()).expect("it exists");
    let mut table = Table::new(&["from byte", "bytes"]);
    let mut end = 0;
    for region in regions::regions(page.bytes(), Some(&lab.layout)) {
        assert_eq!(region.offset, end, "regions tile the page");
        end += region.len;
        table = table.row(&region.name, [region.offset as u64, region.len as u64]);
    }
    assert_eq!(end, innolab_base::PAGE_SIZE);
    table
}

/// Merges of leaves while two thirds of the rows of a full tree are removed.
pub(super) fn merge() -> Table {
    let lab = Lab::loaded(20_000, 100);
    let row = |table: Table, name: &str| {
        let shape = lab.tree.shape().expect("a sound tree");
        let leaves = shape.levels.last().expect("leaves");
        table.row(
            name,
            [leaves.records, leaves.pages, lab.leaf_fill(), leaves.garbage_bytes >> 10, lab.tree.counts().merges],
        )
    };
    let mut table =
        row(Table::new(&["rows", "leaves", "leaf fill in percent", "KiB of holes", "merges so far"]), "full");
    for (name, keep) in [("one row of three is gone", 1), ("two of three are gone", 2)] {
        for key in (1..=20_000u64).filter(|key| key % 3 == keep) {
            assert!(lab.tree.remove(&[Some(&key.to_be_bytes())]).expect("a sound tree"));
        }
        table = row(table, name);
    }
    table
}
