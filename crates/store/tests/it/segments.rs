//! Segments take and give back pages: against a model, with surveys of the file, and checked by `innochecksum`.

use crate::common::{OWNER, SPACE, init, open, sim, small, with_segments};
use innolab_base::rng::Rng;
use innolab_base::{Events, PageNo, SystemClock};
use innolab_disk::{Disk, OsDisk};
use innolab_page::Write;
use innolab_store::replacer::Policy;
use innolab_store::{Doublewrite, Options, Result, Space, Store, Unlogged};
use innolab_testing::{Script, seeds, size};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Offset of the header of segment `i` in [`OWNER`].
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

/// Compares the survey of the file, and the bytes of the pages, with the model.
fn agrees(store: &Store, space: &Space, model: &[BTreeSet<PageNo>; 2], script: &Script) {
    let used = store.space_use(space).expect("a sound file");
    for (segment, pages) in used.segments.iter().zip(model) {
        let rule = format!("the pages of segment {}", segment.id);
        script.same(&rule, &pages.iter().copied().collect::<Vec<_>>(), &segment.pages);
    }
    let is_overhead = used.overhead.iter().all(|p| p.0 % 16384 < 3);
    script.holds("other pages in use", is_overhead, "pages 0 to 2 of every 16384", &used.overhead);
    for page in model.iter().flatten().filter(|p| **p != OWNER) {
        let read = store.read(space, *page).expect("an allocated page can be read");
        script.same(&format!("the bytes of page {page}"), &page.0.to_be_bytes()[..], &read.bytes()[200..204]);
    }
}

fn run(store: &Store, space: &Space, steps: u64, most: u64, seed: u64) -> [BTreeSet<PageNo>; 2] {
    let mut rng = Rng(seed);
    let mut model = [BTreeSet::from([OWNER]), BTreeSet::new()];
    let mut script = Script::new();
    script.step(format!("seed {seed}"));
    for step in 0..steps {
        let i = rng.below(2) as usize;
        // Grow for a while, shrink for a while.
        let grow = rng.below(4) < if (step / most).is_multiple_of(2) { 3 } else { 1 };
        let nth = rng.below(model[i].len().max(1) as u64) as usize;
        let some = model[i].iter().nth(nth).copied();
        if grow || some.is_none_or(|p| p == OWNER) {
            let hint = some.unwrap_or(OWNER);
            let page = take(store, space, i, hint).expect("there is room");
            script.step(format!("segment {i} takes a page near {hint}"));
            script.holds("a free page", model.iter().all(|m| !m.contains(&page)), "a page of no segment", page);
            model[i].insert(page);
        } else if let Some(page) = some {
            script.step(format!("segment {i} gives back {page}"));
            give(store, space, i, page).expect("it is the segment's");
            model[i].remove(&page);
        }
        if step % 64 == 0 {
            agrees(store, space, &model, &script);
        }
    }
    agrees(store, space, &model, &script);
    model
}

under_each_policy!(segments_take_and_give_back_pages_as_the_model_does);

fn segments_take_and_give_back_pages_as_the_model_does(policy: Policy) {
    for seed in seeds(1, 3) {
        let (_, disk) = sim(seed);
        let (store, _) = open(&disk, small(policy)).expect("an empty directory");
        let space = with_segments(&store).expect("room");
        let model = run(&store, &space, size(600, 1500), size(200, 500), seed);
        store.close().expect("a sound disk");
        drop((space, store));
        let (store, recovery) = open(&disk, small(policy)).expect("a closed store");
        assert_eq!(recovery.groups, 0, "a closed store needs no redo");
        let space = store.space(SPACE).expect("it is in the directory");
        agrees(&store, &space, &model, &Script::new());
    }
}

#[test]
fn a_file_of_more_than_one_page_of_descriptors_passes_innochecksum() {
    let dir = tempfile::tempdir().expect("a directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path()).expect("it can be used"));
    let options = Options { background: false, innodb_doublewrite: Doublewrite::Off, ..Options::default() };
    let (store, _) =
        Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    // One page of descriptors is for 16384 pages. Most of the pages are only taken, which is fast; the last are
    // written.
    let mut taken = vec![];
    let mut unlogged = store.unlogged(&space).expect("the file is there");
    while taken.last().is_none_or(|page: &PageNo| page.0 < 16384 - 64) {
        let hint = taken.last().copied().unwrap_or(OWNER);
        unlogged.take((OWNER, header(1)), hint, Unlogged::BATCH, &mut taken).expect("there is room");
    }
    unlogged.finish().expect("a sound disk");
    let mut last = *taken.last().expect("some were taken");
    while last.0 < 16384 + 200 {
        last = take(&store, &space, 1, last).expect("there is room");
        taken.push(last);
    }
    let used = store.space_use(&space).expect("a sound file");
    taken.sort();
    assert_eq!(used.segments[1].pages, taken);
    assert_eq!(used.overhead, [0, 1, 2, 16384, 16385].map(PageNo));
    let read = store.read(&space, last).expect("an allocated page can be read");
    assert_eq!(read.bytes()[200..204], last.0.to_be_bytes());
    drop(read);
    store.close().expect("a sound disk");
    match std::process::Command::new("innochecksum").arg(dir.path().join("t.ibd")).output() {
        Ok(out) => assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr)),
        Err(e) if std::env::var_os("CI").is_some() => panic!("innochecksum must run in CI: {e}"),
        Err(e) => println!("SKIPPED: innochecksum: {e}"),
    }
}

#[test]
fn a_reservation_ends_when_the_single_pages_do_not_suffice() {
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    for n in 1..40 {
        take(&store, &space, 0, OWNER).expect("there is room");
        store.reserve_pages(&space, 1 + n % 7).expect("there is room");
    }
    assert!(space.size_pages() <= 4 * 64, "{} pages", space.size_pages());
}

#[test]
fn giving_back_another_segments_page_is_refused() {
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    let page = take(&store, &space, 0, OWNER).expect("room");
    let error = give(&store, &space, 1, page).expect_err("it is segment 0's");
    assert!(error.to_string().contains("another segment's"), "{error}");
    give(&store, &space, 0, page).expect("it is");
    let error = give(&store, &space, 0, page).expect_err("it is free");
    assert!(error.to_string().contains("free already"), "{error}");
}

#[test]
fn a_full_disk_is_an_error_and_harms_nothing() {
    let (sim, disk) = sim(1);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    sim.set_capacity(Some(4 << 20));
    let mut model = [BTreeSet::from([OWNER]), BTreeSet::new()];
    let script = Script::new();
    let error = loop {
        match take(&store, &space, 0, OWNER) {
            Ok(page) => assert!(model[0].insert(page)),
            Err(e) => break e,
        }
    };
    assert!(matches!(error, innolab_store::Error::Full { .. }), "{error}");
    agrees(&store, &space, &model, &script);
    sim.set_capacity(None);
    model[0].insert(take(&store, &space, 0, OWNER).expect("there is room again"));
    agrees(&store, &space, &model, &script);
}

/// L8: debug builds catch a thread that waits, for a session or for room in the log, with a page latched.
#[cfg(debug_assertions)]
#[test]
fn a_wait_with_a_page_latched_is_caught() {
    use innolab_base::{CondvarPark, Park, Waiter, Wake};
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, small(Policy::Midpoint)).expect("an empty directory");
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
    assert!(!panics(&parks) && !panics(&begins), "all latches were given back");
}
