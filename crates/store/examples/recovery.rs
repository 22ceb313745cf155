//! One page through three power losses: the change lost, the change repeated by redo, the page torn and repaired.
//!
//! `cargo run -p innolab-store --example recovery`

use innolab_base::codec::get_u64;
use innolab_base::sync::Mutex;
use innolab_base::{Events, ManualClock, PageNo, SpaceId};
use innolab_disk::SimDisk;
use innolab_page::{Write, fil};
use innolab_store::{Options, Recovery, Result, Store};
use std::fmt::Write as _;
use std::sync::Arc;

#[allow(dead_code)]
fn main() -> Result<()> {
    print!("{}", story()?);
    Ok(())
}

const SPACE: SpaceId = SpaceId(7);
const PAGE: PageNo = PageNo(3);
/// Offsets of the number in the page, one at either end, so that they lie in different sectors.
const ENDS: [usize; 2] = [100, 16_000];

fn open(disk: &SimDisk) -> Result<(Arc<Store>, Recovery)> {
    let options = Options { innodb_buffer_pool_size: 1 << 20, background: false, ..Options::default() };
    Store::open(Arc::new(disk.clone()), options, Arc::new(ManualClock::default()), Events::none())
}

/// Writes a number at both ends of the page, in one mini-transaction.
fn write(store: &Store, number: u64) -> Result<()> {
    let space = store.space(SPACE).expect("it was made");
    let mut mtr = store.begin(1024)?;
    let held = mtr.latch(&space, PAGE)?;
    ENDS.iter().for_each(|at| mtr.page(held).write_u64(*at, number));
    mtr.commit().map(drop)
}

/// Recovers a disk; returns the page's two numbers and the work of the recovery.
fn found(disk: &SimDisk) -> Result<String> {
    let (store, recovery) = open(disk)?;
    let Some(space) = store.space(SPACE) else { return Ok("no file".to_owned()) };
    let page = store.read(&space, PAGE)?;
    let [first, second] = ENDS.map(|at| get_u64(page.bytes(), at));
    let (groups, repaired) = (recovery.groups, recovery.repaired.len());
    Ok(format!("{first} and {second}   ({groups} groups of redo read, {repaired} torn pages repaired)"))
}

/// Returns the whole output, which a test compares.
pub(crate) fn story() -> Result<String> {
    let mut out = String::new();
    let disk = SimDisk::new(1);
    let (store, _) = open(&disk)?;
    let space = store.create_space(SPACE, "t.ibd")?;
    store.reserve_pages(&space, 1)?;
    let mut mtr = store.begin(8192)?;
    let (held, header) = mtr.create_segment_with_page(&space, PAGE)?;
    fil::init(&mut mtr.page(held), space.page_id(PAGE), fil::PageType::SYS);
    header.write(&mut mtr.page(held), 50);
    mtr.commit()?;
    write(&store, 1)?;
    store.flush_all()?;
    // Writing to a String cannot fail.
    let _ = writeln!(out, "1 is written to its place, and everything is synced");

    write(&store, 2)?;
    let _ = writeln!(
        out,
        "2 is committed; its redo is in memory only\n    the power goes: {}",
        found(&disk.power_loss(0))?
    );
    store.flush_log(store.appended_lsn())?;
    let _ = writeln!(out, "its redo is synced\n    the power goes: {}", found(&disk.power_loss(0))?);

    // The disks that power losses at each call leave: any part of what is not synced may have arrived.
    let losses: Arc<Mutex<Vec<SimDisk>>> = Arc::default();
    let (watched, into) = (disk.clone(), losses.clone());
    disk.on_call(move |_| into.lock().extend((2..10).map(|seed| watched.power_loss(seed))));
    store.write_oldest(store.appended_lsn())?;
    disk.clear_hook();
    let left = losses.lock().iter().map(found).collect::<Result<Vec<_>>>()?;
    let torn = left.iter().find(|left| left.contains("1 torn")).map_or("never torn", |left| left);
    let _ = writeln!(out, "the page is on its way to its place, after a copy of it to the doublewrite file");
    let _ = writeln!(out, "    the power goes: {torn}");
    Ok(out)
}
