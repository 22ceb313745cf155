//! Room in the log under several writers, without the cleaner: the first that waits makes it, and none is starved (I7).

use crate::common::{SPACE, open, sim, small, take_page, with_segments};
use innolab_base::PageNo;
use innolab_base::codec::get_u64;
use innolab_page::Write;
use innolab_store::Options;
use innolab_store::replacer::Policy;
use innolab_testing::size;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const LOG_BYTES: u64 = 256 << 10;

fn options() -> Options {
    Options { innodb_log_file_size: LOG_BYTES, ..small(Policy::Midpoint) }
}

/// A structure change wants nearly half of the log; eight writers want a ninth each, again and again. Without a queue
/// one of them always takes what another has given back, and the large reservation waits until they stop.
#[test]
fn a_structure_change_is_not_starved_by_small_writers() {
    const WRITERS: usize = 8;
    const MOST: usize = 12_000;
    let (_, disk) = sim(1);
    let (store, _) = open(&disk, options()).expect("an empty directory");
    let (grants, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let at_large = std::thread::scope(|threads| {
        for _ in 0..WRITERS {
            threads.spawn(|| {
                while !stop.load(Ordering::SeqCst) && grants.fetch_add(1, Ordering::SeqCst) < MOST {
                    let mtr = store.begin(LOG_BYTES as usize / 10).expect("a sound disk");
                    std::thread::sleep(Duration::from_micros(500));
                    drop(mtr);
                }
            });
        }
        while grants.load(Ordering::SeqCst) < 4 * WRITERS {
            std::thread::yield_now();
        }
        drop(store.begin(LOG_BYTES as usize * 4 / 10).expect("a sound disk"));
        stop.store(true, Ordering::SeqCst);
        grants.load(Ordering::SeqCst)
    });
    assert!(at_large < MOST, "the large reservation got its room when the small writers had stopped");
}

/// Writers of several sizes fill the log many times over. Each makes room when it is its turn, though the others'
/// pages are latched; no update is lost.
#[test]
fn writers_of_all_sizes_come_through() {
    let (_, disk) = sim(2);
    let (store, _) = open(&disk, options()).expect("an empty directory");
    let space = with_segments(&store).expect("room");
    let rounds = size(60, 1000);
    let pages: Vec<PageNo> = (0..6).map(|_| take_page(&store, &space).expect("room")).collect();
    std::thread::scope(|threads| {
        for (i, page) in pages.iter().enumerate() {
            let (store, space) = (&store, &space);
            threads.spawn(move || {
                for n in 1..=rounds {
                    let mut mtr = store.begin(8_000 << (i % 4)).expect("a sound disk");
                    let held = mtr.latch(space, *page).expect("it is there");
                    mtr.page(held).write_u64(100, n);
                    mtr.page(held).write(200, &vec![n as u8; 7_000]);
                    mtr.commit().expect("a sound disk");
                }
            });
        }
    });
    for page in &pages {
        assert_eq!(get_u64(store.read(&space, *page).expect("it is there").bytes(), 100), rounds);
    }
    assert!(store.counts().log_bytes > LOG_BYTES, "the log must go round");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    drop((space, store));
    let (store, _) = open(&disk, options()).expect("recovery succeeds");
    let space = store.space(SPACE).expect("it is there");
    for page in &pages {
        assert_eq!(get_u64(store.read(&space, *page).expect("it is there").bytes(), 100), rounds);
    }
}
