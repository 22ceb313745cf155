//! Sorted bulk loads: the tree they build, the pages they leave when they fail, and a crash at every call to the disk
//! during a load into pages that another tree had.
//!
//! The quick size crashes before every eighth call.

use crate::common::{memory, open, small_pool};
use innolab_base::{Events, IndexId, Lsn, PAGE_SIZE, PageNo, SpaceId, SystemClock};
use innolab_btree::{Change, Error, FillFactor, Result, Tree};
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_page::{Column, Layout, Record, RecordRef, fil};
use innolab_store::{Options, Space, Store};
use innolab_testing::size;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const SPACE: SpaceId = SpaceId(1);

fn layout() -> Layout {
    Layout::new([Column::fixed(8), Column::fixed(300)], 1)
}

fn create(store: &Arc<Store>, space: &Arc<Space>, index: u64) -> Tree {
    Tree::create(store, space, IndexId(index), layout()).expect("a new tree")
}

fn key(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

#[test]
fn a_bulk_load_fills_leaves_and_keeps_order() {
    // One page; two levels; three levels, and more leaves than are written together.
    for (n, percent, levels) in [(0, 100, 1), (1, 100, 1), (20, 100, 1), (5000, 100, 2), (5000, 50, 2), (30000, 10, 3)]
    {
        let store = memory(small_pool());
        let space = store.create_space(SPACE, "t.ibd").expect("a new file");
        let tree = create(&store, &space, 1);
        assert_eq!(load(&tree, FillFactor::percent(percent), n, u64::MAX).expect("loads"), n);
        let shape = tree.validate().expect("sound");
        assert_eq!((shape.records(), shape.levels.len()), (n, levels));
        if levels > 1 {
            let leaves = shape.levels.last().expect("leaves");
            let full = leaves.data_bytes as f64 / (leaves.pages * 16252) as f64;
            let want = match percent {
                100 => 0.90..0.95,
                50 => 0.46..0.51,
                _ => 0.07..0.10,
            };
            assert!(want.contains(&full), "{percent} percent: {full}");
        }
        // The tree can be changed like any other.
        assert_eq!(tree.remove(&[Some(&key(n / 2))]).expect("removes"), n > 0);
        for i in [n / 2, n, n + 1] {
            tree.insert(&[Some(&key(i)), Some(&[2; 300])]).expect("inserts");
        }
        let mut cursor = tree.cursor();
        let mut there = cursor.first().expect("a leaf");
        for i in 0..n + 2 {
            assert!(there && cursor.record().field(0) == Some(&key(i)), "{i} of {n}");
            there = cursor.next().expect("steps");
        }
        assert!(!there);
    }
}

/// Loads rows 0 to `n`; row number `wrong` has a smaller key than the row before.
fn load(tree: &Tree, fill: FillFactor, n: u64, wrong: u64) -> Result<u64> {
    let mut i = 0;
    tree.bulk_load(fill, 0, |record| {
        let now = if i == wrong { i - 5 } else { i };
        record.leaf(tree.layout(), &[Some(&key(now)), Some(&[1; 300])])?;
        i += 1;
        Ok(i <= n)
    })
}

/// A failed load leaves an empty tree and no page, whatever stopped it, and at any point.
#[test]
fn a_bulk_load_that_fails_leaves_nothing() {
    let disk = SimDisk::new(1);
    let store = open(Arc::new(disk.clone()), small_pool());
    let space = store.create_space(SPACE, "t.ibd").expect("a new file");
    let tree = create(&store, &space, 1);
    let empty = |why: &str| {
        assert_eq!(tree.validate().expect("sound").records(), 0, "{why}");
        let segments = store.space_use(&space).expect("sound").segments;
        assert_eq!(segments.iter().map(|s| s.pages.len()).sum::<usize>(), 1, "{why}: the root");
    };
    for wrong in [10, 1000, 6000] {
        let error = load(&tree, FillFactor::default(), 9000, wrong);
        assert!(matches!(error, Err(Error::Order)), "{error:?}");
        empty("order");
    }
    disk.inject(Fault { call: Some(Call::SetLen), nth: 2, kind: FaultKind::Full, lasting: false });
    let error = load(&tree, FillFactor::default(), 30000, u64::MAX);
    assert!(matches!(error, Err(Error::Store(innolab_store::Error::Full { .. }))), "{error:?}");
    disk.heal();
    empty("full");
    assert_eq!(load(&tree, FillFactor::default(), 9000, u64::MAX).expect("loads"), 9000);
    assert_eq!(tree.validate().expect("sound").records(), 9000);
}

/// If the pages cannot be made durable, the root does not point to them, and the store is poisoned (I10).
#[test]
fn a_bulk_load_whose_sync_fails() {
    let disk = SimDisk::new(1);
    let store = open(Arc::new(disk.clone()), small_pool());
    let space = store.create_space(SPACE, "t.ibd").expect("a new file");
    let tree = create(&store, &space, 1);
    disk.inject(Fault { call: Some(Call::Sync), nth: 1, kind: FaultKind::Io, lasting: false });
    let error = load(&tree, FillFactor::default(), 5000, u64::MAX);
    assert!(matches!(error, Err(Error::Store(_))), "{error:?}");
    let error = store.flush_log(store.appended_lsn());
    assert!(matches!(error, Err(innolab_store::Error::Poisoned(_))), "{error:?}");
}

/// Rows of the tree that was there before, and of the one that is loaded.
const OLD: u64 = 800;
const LOADED: u64 = 800;
const LATER: u64 = 10;

/// Four rows a leaf: several batches.
fn sparse() -> FillFactor {
    FillFactor::percent(10)
}

/// What a crash may leave.
#[derive(Default)]
struct Truth {
    /// True from when the old tree's pages are being freed.
    freeing: AtomicBool,
    /// Number of the old tree's leaves before that; 0 if the old tree is not checked.
    leaves: AtomicU64,
    /// The log's entries for the old tree's pages end here.
    old_end: AtomicU64,
    /// Rows that the new tree may have at most, and must have at least.
    most: AtomicU64,
    least: AtomicU64,
}

fn rows(tree: &Tree) -> Vec<u64> {
    let (mut rows, mut cursor) = (vec![], tree.cursor());
    let mut there = cursor.first().expect("reads");
    while there {
        let bytes = cursor.record().field(0).expect("a key").try_into().expect("eight bytes");
        rows.push(u64::from_be_bytes(bytes));
        there = cursor.next().expect("reads");
    }
    rows
}

fn options() -> Options {
    Options {
        innodb_buffer_pool_size: 3 << 20,
        innodb_log_file_size: 8 << 20,
        innodb_log_buffer_size: 64 << 10,
        ..small_pool()
    }
}

/// The LSNs on the file's pages, torn or not.
fn lsns(disk: &SimDisk) -> Vec<Lsn> {
    let file = disk.open("t.ibd").expect("the file");
    let mut bytes = vec![0; file.len().expect("a length") as usize];
    file.read_at(0, &mut bytes).expect("can be read");
    bytes.chunks_exact(PAGE_SIZE).map(fil::get_lsn).collect()
}

fn find(store: &Arc<Store>, index: u64) -> Option<Tree> {
    let space = store.space(SPACE).expect("the file");
    let root = Tree::find(store, &space, IndexId(index)).expect("can be read");
    root.map(|root| Tree::open(store, &space, root, layout()).expect("opens"))
}

fn destroy(tree: &Tree) {
    Tree::destroy(tree.store(), tree.space(), tree.root(), tree.index_id()).expect("goes");
}

impl Truth {
    fn get(&self, of: fn(&Truth) -> &AtomicU64) -> u64 {
        of(self).load(Ordering::SeqCst)
    }

    /// Opens the disk that a crash left. It must have the old tree, complete or partly freed; all rows of the new tree
    /// or none; and it must work on.
    fn is_in(&self, disk: &SimDisk) {
        let lsns = lsns(disk);
        let (store, recovery) =
            Store::open(Arc::new(disk.clone()), options(), Arc::new(SystemClock::default()), Events::none())
                .expect("opens");
        assert!(
            lsns.iter().all(|lsn| *lsn <= recovery.end),
            "a page is newer than the log, which ends at {}",
            recovery.end
        );
        let space = store.space(SPACE).expect("the file");
        let leaves = self.get(|t| &t.leaves);
        match find(&store, 1) {
            None => assert!(self.freeing.load(Ordering::SeqCst), "the old tree is gone"),
            Some(old) if leaves > 0 => {
                let segments = store.space_use(&space).expect("sound").segments;
                if segments.iter().any(|s| s.pages.len() as u64 == leaves && s.pages[0] > old.root()) {
                    old.validate().expect("sound");
                    assert_eq!(rows(&old), (0..OLD).collect::<Vec<_>>());
                }
                destroy(&old);
            }
            Some(_) => {}
        }
        let (least, most) = (self.get(|t| &t.least), self.get(|t| &t.most));
        let new = find(&store, 2);
        let found = new.as_ref().map(rows).unwrap_or_default();
        let n = found.len() as u64;
        assert_eq!(found, (0..n).collect::<Vec<_>>());
        assert!((n == 0 || (LOADED..=most).contains(&n)) && n >= least, "{n} rows, at least {least}, at most {most}");
        match new {
            Some(new) if n == 0 => destroy(&new),
            Some(new) => {
                new.validate().expect("sound");
                let old_end = Lsn(self.get(|t| &t.old_end));
                new.for_each_page(|no, page| assert!(fil::get_lsn(page) >= old_end, "{no}")).expect("can be read");
            }
            None => {}
        }
        works_on(&store, &space, disk);
    }
}

/// Free pages can be used by logged changes and by a load; both survive the next crash.
fn works_on(store: &Arc<Store>, space: &Arc<Space>, disk: &SimDisk) {
    let logged = create(store, space, 3);
    for i in 0..LOADED / 4 {
        logged.insert(&[Some(&key(i)), Some(&[6; 300])]).expect("inserts");
    }
    assert_eq!(load(&create(store, space, 4), sparse(), LOADED / 3, u64::MAX).expect("loads"), LOADED / 3);
    store.flush_log(store.appended_lsn()).expect("flushes");
    let store = open(Arc::new(disk.power_loss(0)), options());
    for (index, n) in [(3, LOADED / 4), (4, LOADED / 3)] {
        let tree = find(&store, index).expect("is there");
        assert_eq!(tree.validate().expect("sound").records(), n);
    }
}

/// Lets `act` run, with a crash before each of its calls to the disk.
fn crash_everywhere(disk: &SimDisk, truth: &Arc<Truth>, act: impl FnOnce()) {
    let points = Arc::new(AtomicU64::new(0));
    disk.on_call({
        let (disk, truth, points) = (disk.clone(), truth.clone(), points.clone());
        move |call| {
            let n: u64 = points.fetch_add(1, Ordering::SeqCst);
            if !n.is_multiple_of(size(8, 1)) {
                return;
            }
            // Shown if a check panics.
            println!("killed before call {n}, a {call:?}");
            truth.is_in(&disk.killed());
            for loss in [0, 2 + n] {
                println!("power loss {loss} before call {n}, a {call:?}");
                truth.is_in(&disk.power_loss(loss));
            }
        }
    });
    act();
    disk.clear_hook();
    println!("{points:?} crash points");
    assert!(points.load(Ordering::SeqCst) > 20, "{points:?} crash points");
}

/// Gives a row another value.
fn change(tree: &Tree, i: u64) {
    let key = key(i);
    let change = |_: RecordRef<'_>, record: &mut Record| {
        record.leaf(tree.layout(), &[Some(&key), Some(&[5; 300])])?;
        Ok(Change::Put)
    };
    assert!(tree.modify(&[Some(&key)], change).expect("changes"));
}

/// Loads the new tree, then changes it.
fn load_and_change(store: &Arc<Store>, space: &Arc<Space>, truth: &Truth, remembered: &[PageNo]) {
    let new = create(store, space, 2);
    truth.most.store(LOADED, Ordering::SeqCst);
    let mut i = 0;
    let next = |record: &mut Record| {
        record.leaf(new.layout(), &[Some(&key(i)), Some(&[1; 300])])?;
        i += 1;
        if i % 300 == 0 {
            // Between two batches: the page cleaner writes pages, and a reader that remembers page numbers of the old
            // tree reads them.
            while store.write_oldest(Lsn(u64::MAX))? > 0 {}
            remembered.iter().for_each(|page| drop(store.read(space, *page)));
        }
        Ok(i <= LOADED)
    };
    assert_eq!(new.bulk_load(sparse(), 0, next).expect("loads"), LOADED);
    assert_eq!(rows(&new), (0..LOADED).collect::<Vec<_>>());
    store.flush_log(store.appended_lsn()).expect("flushes");
    truth.least.store(LOADED, Ordering::SeqCst);
    for i in LOADED..LOADED + LATER {
        truth.most.store(i + 1, Ordering::SeqCst);
        new.insert(&[Some(&key(i)), Some(&[4; 300])]).expect("inserts");
        change(&new, i * 31 % LOADED);
        if i == LOADED + LATER / 2 {
            store.flush_all().expect("flushes");
            truth.least.store(i + 1, Ordering::SeqCst);
        }
    }
}

/// The load gets pages of another tree, whose last changes are in the log and in the pool but not in the file.
#[test]
fn a_crash_of_a_load_into_used_pages() {
    let disk = SimDisk::new(7);
    let store = open(Arc::new(disk.clone()), options());
    let space = store.create_space(SPACE, "t.ibd").expect("a new file");
    let old = create(&store, &space, 1);
    load(&old, sparse(), OLD, u64::MAX).expect("loads");
    store.flush_all().expect("flushes");
    // Every twentieth row, so that the log and the pool have changes that the file has not.
    (0..OLD).step_by(20).for_each(|i| change(&old, i));
    store.flush_log(store.appended_lsn()).expect("flushes");
    let truth = Arc::new(Truth::default());
    let segments = store.space_use(&space).expect("sound").segments;
    let leaves = segments.into_iter().map(|s| s.pages).max_by_key(Vec::len).expect("two segments");
    truth.leaves.store(leaves.len() as u64, Ordering::SeqCst);
    crash_everywhere(&disk, &truth, || {
        truth.freeing.store(true, Ordering::SeqCst);
        destroy(&old);
        truth.old_end.store(store.appended_lsn().0, Ordering::SeqCst);
        load_and_change(&store, &space, &truth, &leaves);
    });
}

/// The load gets pages that were never used, and the crash may lose the log entries that allocate them.
#[test]
fn a_crash_of_a_load_into_new_pages() {
    let disk = SimDisk::new(8);
    let store = open(Arc::new(disk.clone()), options());
    let space = store.create_space(SPACE, "t.ibd").expect("a new file");
    let other = create(&store, &space, 1);
    store.flush_all().expect("flushes");
    for i in 0..OLD / 4 {
        other.insert(&[Some(&key(i)), Some(&[3; 300])]).expect("inserts");
    }
    let truth = Arc::new(Truth::default());
    crash_everywhere(&disk, &truth, || load_and_change(&store, &space, &truth, &[]));
}
