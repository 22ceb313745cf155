//! What the store's tests share.
#![allow(unreachable_pub, dead_code)] // each test program uses a part of it

use innolab_base::{Events, ManualClock, PageNo, SpaceId};
use innolab_disk::{Disk, SimDisk};
use innolab_store::{Held, Mtr, Options, Recovery, Result, Space, Store};
use std::sync::Arc;

/// A pool of 64 pages, no thread.
pub fn small() -> Options {
    Options {
        innodb_buffer_pool_size: 1 << 20,
        innodb_log_file_size: 1 << 20,
        innodb_log_buffer_size: 64 << 10,
        background: false,
        ..Options::default()
    }
}

/// Opens the store on a disk.
pub fn open(disk: &Arc<dyn Disk>, options: Options) -> Result<(Arc<Store>, Recovery)> {
    Store::open(disk.clone(), options, Arc::new(ManualClock::default()), Events::none())
}

/// A new simulated disk.
pub fn sim(seed: u64) -> (SimDisk, Arc<dyn Disk>) {
    let disk = SimDisk::new(seed);
    (disk.clone(), Arc::new(disk))
}

/// The number of the tablespace that the tests make.
pub const SPACE: SpaceId = SpaceId(7);
/// Where the owner of the tests' segments is: two segment headers.
pub const OWNER: PageNo = PageNo(3);

/// A tablespace with two segments, whose headers are at bytes 100 and 110 of page 3.
pub fn with_segments(store: &Store) -> Result<Arc<Space>> {
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

/// Gives a page its FIL header, as whoever allocates a page must.
pub fn init(mtr: &mut Mtr<'_>, space: &Space, held: Held) {
    let id = space.page_id(mtr.page_no(held));
    innolab_page::fil::init(&mut mtr.page(held), id, innolab_page::fil::PageType::SYS);
}
