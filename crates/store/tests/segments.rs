//! Pages come from segments and go back: against a model, with the file surveyed after every step, and seen by `innochecksum`.

mod common;

use common::{OWNER, init, open, sim, small, with_segments};
use innolab_base::rng::Rng;
use innolab_base::{Events, PageNo, SystemClock};
use innolab_disk::{Disk, OsDisk};
use innolab_page::Write;
use innolab_store::{Options, Result, Space, Store};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where the header of segment `i` is in [`OWNER`].
fn header(i: usize) -> usize {
    [100, 110][i]
}

fn take(store: &Store, space: &Space, segment: usize, hint: PageNo) -> Result<PageNo> {
    store.reserve_pages(space, 1)?;
    let mut mtr = store.begin(64 << 10)?;
    let owner = mtr.latch(space, OWNER)?;
    let held = mtr.alloc_page(space, (owner, header(segment)), hint)?;
    init(&mut mtr, space, held);
    let page = mtr.page_no(held);
    mtr.page(held).write_u32(200, page.0);
    mtr.commit()?;
    Ok(page)
}

fn give(store: &Store, space: &Space, segment: usize, page: PageNo) -> Result<()> {
    let mut mtr = store.begin(64 << 10)?;
    let owner = mtr.latch(space, OWNER)?;
    mtr.free_page(space, (owner, header(segment)), page)?;
    mtr.commit()?;
    Ok(())
}

/// The file says that the segments have these pages, and nobody has others.
fn agrees(store: &Store, space: &Space, model: &[BTreeSet<PageNo>; 2]) {
    let used = store.space_use(space).expect("a sound file");
    for (segment, pages) in used.segments.iter().zip(model) {
        assert_eq!(segment.pages, pages.iter().copied().collect::<Vec<_>>(), "segment {}", segment.id);
    }
    assert!(used.overhead.iter().all(|p| p.0 % 16384 < 3), "{:?}", used.overhead);
    for page in model.iter().flatten().filter(|p| **p != OWNER) {
        let read = store.read(space, *page).expect("an allocated page can be read");
        assert_eq!(read.bytes()[200..204], page.0.to_be_bytes(), "page {page}");
    }
}

fn run(store: &Store, space: &Space, steps: u64, most: u64, seed: u64) -> [BTreeSet<PageNo>; 2] {
    let mut rng = Rng(seed);
    let mut model = [BTreeSet::from([OWNER]), BTreeSet::new()];
    for step in 0..steps {
        let i = rng.below(2) as usize;
        // Grow for a while, shrink for a while.
        let grow = rng.below(4) < if (step / most).is_multiple_of(2) { 3 } else { 1 };
        let nth = rng.below(model[i].len().max(1) as u64) as usize;
        let some = model[i].iter().nth(nth).copied();
        if grow || some.is_none_or(|p| p == OWNER) {
            let page = take(store, space, i, some.unwrap_or(OWNER)).expect("there is room");
            assert!(model.iter().all(|m| !m.contains(&page)), "page {page} was given twice");
            model[i].insert(page);
        } else if let Some(page) = some {
            give(store, space, i, page).expect("it is the segment's");
            model[i].remove(&page);
        }
        if step % 64 == 0 {
            agrees(store, space, &model);
        }
    }
    agrees(store, space, &model);
    model
}

#[test]
fn segments_take_and_give_back_pages_as_the_model_does() {
    for seed in 1..4 {
        let (_, disk) = sim(seed);
        let (store, _) = open(&disk, small()).expect("an empty directory");
        let space = with_segments(&store).expect("room");
        let model = run(&store, &space, 1500, 500, seed);
        store.close().expect("a sound disk");
        drop((space, store));
        let (store, recovery) = open(&disk, small()).expect("a closed store");
        assert_eq!(recovery.groups, 0, "a closed store needs no redo");
        let space = store.space(common::SPACE).expect("it is in the directory");
        agrees(&store, &space, &model);
    }
}

#[test]
fn a_file_of_more_than_one_page_of_descriptors_passes_innochecksum() {
    let dir = tempfile::tempdir().expect("a directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path()).expect("it can be used"));
    let options = Options { background: false, innodb_doublewrite: false, ..Options::default() };
    let (store, _) =
        Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    // 16384 pages lie behind the first descriptors.
    let mut last = OWNER;
    let mut model = [BTreeSet::from([OWNER]), BTreeSet::new()];
    while last.0 < 16384 + 200 {
        last = take(&store, &space, 1, last).expect("there is room");
        model[1].insert(last);
    }
    agrees(&store, &space, &model);
    store.close().expect("a sound disk");
    match std::process::Command::new("innochecksum").arg(dir.path().join("t.ibd")).output() {
        Ok(out) => assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr)),
        Err(e) if std::env::var_os("CI").is_some() => panic!("innochecksum must run in CI: {e}"),
        Err(e) => println!("SKIPPED: innochecksum: {e}"),
    }
}

#[test]
fn a_reservation_ends_also_when_the_single_pages_do_not_suffice() {
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    for n in 1..40 {
        take(&store, &space, 0, OWNER).expect("there is room");
        store.reserve_pages(&space, 1 + n % 7).expect("there is room");
    }
    assert!(space.size_pages() <= 4 * 64, "{} pages", space.size_pages());
}

#[test]
fn giving_back_what_is_not_the_segments_is_refused() {
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    let page = take(&store, &space, 0, OWNER).expect("room");
    let error = give(&store, &space, 1, page).expect_err("it is segment 0's");
    assert!(error.to_string().contains("another segment's"), "{error}");
    give(&store, &space, 0, page).expect("it is");
    let error = give(&store, &space, 0, page).expect_err("it is free");
    assert!(error.to_string().contains("free already"), "{error}");
}

#[test]
fn a_full_disk_is_said_and_harms_nothing() {
    let (sim, disk) = sim(1);
    let (store, _) = open(&disk, small()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    sim.set_capacity(Some(4 << 20));
    let mut model = [BTreeSet::from([OWNER]), BTreeSet::new()];
    let error = loop {
        match take(&store, &space, 0, OWNER) {
            Ok(page) => assert!(model[0].insert(page)),
            Err(e) => break e,
        }
    };
    assert!(matches!(error, innolab_store::Error::Full { .. }), "{error}");
    agrees(&store, &space, &model);
    sim.set_capacity(None);
    model[0].insert(take(&store, &space, 0, OWNER).expect("there is room again"));
    agrees(&store, &space, &model);
}

/// L8: whoever has a page latched and waits, for a session or for room in the log, is found in debug builds.
#[cfg(debug_assertions)]
#[test]
fn who_waits_with_a_latch_is_found() {
    use innolab_base::{CondvarPark, Park, Waiter, Wake};
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    let (seat, page) = (Waiter::new(1), || store.read(&space, OWNER).expect("it is there"));
    let panics = |f: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err();
    let parks = || assert_eq!(CondvarPark.park(&seat, Some(0)), Wake::TimedOut);
    let begins = || drop(store.begin(4096));
    assert!(!panics(&parks) && !panics(&begins));
    let (one, other) = (page(), page());
    drop(one);
    assert!(panics(&parks) && panics(&begins), "a shared latch is held");
    drop(other);
    let mut mtr = store.begin(4096).expect("room");
    mtr.latch(&space, OWNER).expect("it is there");
    assert!(panics(&parks), "an exclusive latch is held");
    drop(mtr);
    assert!(!panics(&parks) && !panics(&begins), "all are given back");
}
