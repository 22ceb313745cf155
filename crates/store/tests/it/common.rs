//! Helpers that the store's tests share.

use innolab_base::{Events, ManualClock, PageNo, SpaceId};
use innolab_disk::{Disk, SimDisk};
use innolab_store::replacer::Policy;
use innolab_store::{Held, Mtr, Options, Recovery, Result, Space, Store};
use std::sync::Arc;

/// Runs functions that take a [`Policy`] as tests under each policy.
macro_rules! under_each_policy {
    ($($test:ident),+ $(,)?) => {
        mod midpoint { $(#[test] fn $test() { super::$test(innolab_store::replacer::Policy::Midpoint); })+ }
        mod lru { $(#[test] fn $test() { super::$test(innolab_store::replacer::Policy::Lru); })+ }
        mod clock { $(#[test] fn $test() { super::$test(innolab_store::replacer::Policy::Clock); })+ }
    };
}

/// A pool of about 60 pages, a log of 1 MiB, no thread.
pub(crate) fn small(replacer: Policy) -> Options {
    Options {
        innodb_buffer_pool_size: 1 << 20,
        innodb_log_file_size: 1 << 20,
        innodb_log_buffer_size: 64 << 10,
        replacer,
        background: false,
        ..Options::default()
    }
}

/// Opens the store on a disk.
pub(crate) fn open(disk: &Arc<dyn Disk>, options: Options) -> Result<(Arc<Store>, Recovery)> {
    Store::open(disk.clone(), options, Arc::new(ManualClock::default()), Events::none())
}

/// A new simulated disk.
pub(crate) fn sim(seed: u64) -> (SimDisk, Arc<dyn Disk>) {
    let disk = SimDisk::new(seed);
    (disk.clone(), Arc::new(disk))
}

/// The number of the tablespace that the tests make.
pub(crate) const SPACE: SpaceId = SpaceId(7);
/// The page with the two segment headers.
pub(crate) const OWNER: PageNo = PageNo(3);

/// Makes a tablespace with two segments, whose headers are at bytes 100 and 110 of page 3.
pub(crate) fn with_segments(store: &Store) -> Result<Arc<Space>> {
    let space = store.create_space(SPACE, "t.ibd")?;
    store.reserve_pages(&space, 4)?;
    let mut mtr = store.begin(8192)?;
    let (owner, header) = mtr.create_segment_with_page(&space, OWNER)?;
    assert_eq!(mtr.page_no(owner), OWNER);
    init(&mut mtr, &space, owner);
    header.write(&mut mtr.page(owner), 100);
    mtr.create_segment(&space, owner, 110)?;
    mtr.commit()?;
    Ok(space)
}

/// Takes a page of the first segment, with a FIL header and zeros otherwise.
pub(crate) fn take_page(store: &Store, space: &Space) -> Result<PageNo> {
    store.reserve_pages(space, 1)?;
    let mut mtr = store.begin(64 << 10)?;
    let owner = mtr.latch(space, OWNER)?;
    let held = mtr.alloc_page(space, (owner, 100), PageNo(0))?;
    init(&mut mtr, space, held);
    let page = mtr.page_no(held);
    mtr.commit()?;
    Ok(page)
}

/// Gives a page its FIL header, as the caller of `alloc_page` must.
pub(crate) fn init(mtr: &mut Mtr<'_>, space: &Space, held: Held) {
    let id = space.page_id(mtr.page_no(held));
    innolab_page::fil::init(&mut mtr.page(held), id, innolab_page::fil::PageType::SYS);
}
