//! Inserts, in random order and in key order, need no more memory than the buffer pool and 64 MiB. A test program of its
//! own, because it measures the memory of the whole process.
//!
//! A million rows of each order in the full size; in the quick size a tenth, with a pool smaller than these rows too.

use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_btree::Tree;
use innolab_disk::{Disk, OsDisk};
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use innolab_testing::size;
use std::sync::Arc;

/// Inserts rows with the keys `key(0)`, `key(1)`, …, and counts them.
fn insert(rows: u64, pool_bytes: u64, key: impl Fn(u64) -> u64) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path()).expect("a usable directory"));
    let options = Options { innodb_buffer_pool_size: pool_bytes, innodb_doublewrite: false, ..Options::default() };
    let (store, _) =
        Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("an empty directory");
    let space = store.create_space(SpaceId(1), "t.ibd").expect("room");
    let layout = Layout::new([Column::fixed(8), Column::fixed(100)], 1);
    let tree = Tree::create(&store, &space, IndexId(1), layout).expect("room");
    for i in 0..rows {
        tree.insert(&[Some(&key(i).to_be_bytes()), Some(&[7; 100])]).expect("room");
    }
    assert!(store.counts().pages_evicted > rows / 1000, "the rows are more than the pool holds");
    let mut cursor = tree.cursor();
    let (mut n, mut there) = (0, cursor.first().expect("a sound tree"));
    while there {
        n += 1;
        there = cursor.next().expect("a sound tree");
    }
    assert_eq!(n, rows);
}

/// Returns the peak resident memory of this process in bytes; `None` where `/proc` does not tell it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

#[test]
fn inserts_need_no_more_memory_than_the_pool_and_64_mib() {
    let (rows, pool_bytes) = size((100_000, 4 << 20), (1_000_000, 32 << 20));
    insert(rows, pool_bytes, |i| {
        i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xd6e8_feb8_6659_fd93)
    });
    insert(rows, pool_bytes, |i| i);
    match peak_memory() {
        Some(bytes) => assert!(bytes <= pool_bytes + (64 << 20), "{} MiB", bytes >> 20),
        None => println!("SKIPPED: no /proc/self/status: the peak memory is unknown"),
    }
}
