//! `innodb_doublewrite`: what each setting writes, and that a copy of one setting is not taken for one of another.
//!
//! Tears at each sector, under each setting, are `innolab torn`.

use crate::common::{OWNER, SPACE, open, sim, small, take_page, with_segments};
use innolab_base::{PAGE_SIZE, PageId, PageNo};
use innolab_disk::{Call, Disk, SECTOR, SimDisk};
use innolab_page::Write;
use innolab_store::replacer::Policy;
use innolab_store::{DOUBLEWRITE, Doublewrite, Options, Space, Store};
use std::sync::{Arc, Mutex};

/// Where each mini-transaction writes its number: on the last sector of the page.
const AT: usize = PAGE_SIZE - 100;

fn options(innodb_doublewrite: Doublewrite) -> Options {
    Options { innodb_doublewrite, ..small(Policy::Midpoint) }
}

fn reopen(disk: &Arc<dyn Disk>, setting: Doublewrite) -> (Arc<Store>, Arc<Space>) {
    let (store, _) = open(disk, options(setting)).expect("opens");
    let space = store.space(SPACE).expect("it is there");
    (store, space)
}

fn write(store: &Store, space: &Space, page: PageNo, n: u8) {
    let mut mtr = store.begin(1024).expect("room");
    let held = mtr.latch(space, page).expect("it is there");
    mtr.page(held).write_u8(200, n);
    mtr.page(held).write_u8(AT, n);
    mtr.commit().expect("commits");
}

/// Makes a page with 1 on it, under a setting, and closes the store.
fn with_page(disk: &Arc<dyn Disk>, setting: Doublewrite) -> PageNo {
    let (store, _) = open(disk, options(setting)).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    let page = take_page(&store, &space).expect("room");
    write(&store, &space, page, 1);
    store.close().expect("a sound disk");
    page
}

/// Writes all pages; returns the disk as it is when the power is lost after the first sector of `page`.
fn flush_torn(sim_disk: &SimDisk, store: &Store, page: PageNo) -> Arc<dyn Disk> {
    let (at, before) = (u64::from(page.0) * PAGE_SIZE as u64, Arc::new(Mutex::new(None)));
    sim_disk.on_access({
        let (sim_disk, before) = (sim_disk.clone(), before.clone());
        move |access| {
            if (access.call, access.file, access.range.0) == (Call::Write, "t.ibd", at) {
                *before.lock().expect("no panic") = Some(sim_disk.killed());
            }
        }
    });
    store.flush_all().expect("a sound disk");
    sim_disk.clear_hook();
    let before = before.lock().expect("no panic").take().expect("the page is written");
    let disk: Arc<dyn Disk> = Arc::new(before);
    tear(&disk, page);
    disk
}

/// Makes the first sector of a page one of another version.
fn tear(disk: &Arc<dyn Disk>, page: PageNo) {
    let (file, at) = (disk.open("t.ibd").expect("the file"), u64::from(page.0) * PAGE_SIZE as u64);
    let mut sector = [0; SECTOR];
    file.read_at(at, &mut sector).expect("it is there");
    sector[200] ^= 0xff;
    file.write_at(at, &sector).expect("a sound disk");
}

#[test]
fn what_a_batch_costs_is_counted() {
    let costs = Doublewrite::ALL.map(|setting| {
        let (sim_disk, disk) = sim(1);
        let page = with_page(&disk, setting);
        let (store, space) = reopen(&disk, setting);
        write(&store, &space, page, 2);
        let (calls, before) = (Arc::new(Mutex::new(vec![])), store.counts());
        sim_disk.on_access({
            let calls = calls.clone();
            move |access| {
                if [DOUBLEWRITE, "t.ibd"].contains(&access.file) {
                    calls.lock().expect("no panic").push((access.call, access.range.1));
                }
            }
        });
        store.flush_all().expect("a sound disk");
        let after = store.counts();
        assert_eq!(after.pages_written - before.pages_written, 1);
        let counted =
            (after.dblwr_writes - before.dblwr_writes, after.dblwr_pages_written - before.dblwr_pages_written);
        (counted, std::mem::take(&mut *calls.lock().expect("no panic")))
    });
    let write = |bytes: usize| [(Call::Write, bytes as u64), (Call::Sync, 0)];
    let expected = [
        ((1, 1), [write(PAGE_SIZE), write(PAGE_SIZE)].concat()),
        ((0, 0), [write(2 * SECTOR), write(PAGE_SIZE)].concat()),
        ((0, 0), write(PAGE_SIZE).to_vec()),
    ];
    assert_eq!(costs, expected);
}

#[test]
fn a_torn_page_is_repaired_or_named_or_refused() {
    for setting in Doublewrite::ALL {
        let (sim_disk, disk) = sim(1);
        let page = with_page(&disk, setting);
        let (store, space) = reopen(&disk, setting);
        write(&store, &space, page, 2);
        let disk = flush_torn(&sim_disk, &store, page);
        let found = match open(&disk, options(setting)) {
            Ok((store, recovery)) => {
                let space = store.space(SPACE).expect("it is there");
                assert_eq!(store.read(&space, page).expect("whole").bytes()[AT], 2);
                assert_eq!((recovery.repaired, recovery.torn), (vec![PageId::new(SPACE, page)], vec![]));
                "repaired".to_owned()
            }
            Err(e) => e.to_string().replace(&format!("page {page}"), "page N"),
        };
        let names = match setting {
            Doublewrite::On => "repaired",
            Doublewrite::DetectOnly => "t.ibd, page N: the page is torn: it was being written at the crash",
            Doublewrite::Off => "t.ibd, page N: ",
        };
        assert!(
            found.starts_with(names) && found.contains("is torn") == (setting == Doublewrite::DetectOnly),
            "{found}"
        );
    }
}

/// R2: the store ran with copies, then without. The copy that was left is older than the last checkpoint.
#[test]
fn a_copy_that_another_setting_left_repairs_nothing() {
    for setting in [Doublewrite::Off, Doublewrite::DetectOnly] {
        let (_, disk) = sim(1);
        let page = with_page(&disk, Doublewrite::On);
        let (store, space) = reopen(&disk, setting);
        write(&store, &space, page, 2);
        store.close().expect("a checkpoint, after which redo begins");
        drop((store, space));
        let (store, space) = reopen(&disk, setting);
        write(&store, &space, OWNER, 3);
        store.flush_all().expect("a sound disk");
        drop((store, space));
        tear(&disk, page);
        let (store, recovery) = open(&disk, options(setting)).expect("redo does not read the page");
        assert_eq!(recovery.repaired, [], "{setting}");
        let space = store.space(SPACE).expect("it is there");
        assert!(store.read(&space, page).is_err(), "{setting}: the page is what it was two changes ago");
    }
}

#[test]
fn copies_and_a_list_are_still_used_by_a_store_of_another_setting_and_then_gone() {
    for (before, after) in [(Doublewrite::On, Doublewrite::Off), (Doublewrite::DetectOnly, Doublewrite::On)] {
        let (sim_disk, disk) = sim(1);
        let page = with_page(&disk, before);
        let (store, space) = reopen(&disk, before);
        write(&store, &space, page, 2);
        let disk = flush_torn(&sim_disk, &store, page);
        let opened = open(&disk, options(after));
        match before {
            Doublewrite::On => {
                assert_eq!(opened.expect("repaired").1.repaired, [PageId::new(SPACE, page)]);
                let file = disk.open(DOUBLEWRITE).expect("it is there");
                let mut bytes = vec![1; file.len().expect("its length") as usize];
                file.read_at(0, &mut bytes).expect("it is there");
                assert!(bytes.iter().all(|byte| *byte == 0));
            }
            _ => assert!(opened.err().expect("no copy").to_string().contains("is torn")),
        }
    }
}
