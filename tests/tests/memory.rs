//! Inserts, in random order and in key order, need no more memory than the buffer pool and a constant. A test program of
//! its own, because it measures the memory of the whole process.
//!
//! | size  | rows of each order | pool   | allowed besides | measured besides |
//! |-------|--------------------|--------|-----------------|------------------|
//! | quick | 100 000, 12 MB     | 4 MiB  | 24 MiB          | 14 MiB           |
//! | full  | 1 000 000, 120 MB  | 32 MiB | 64 MiB          | 21 MiB           |
//!
//! So in both sizes the test fails if the rows of one order stay in memory outside of the pool.

use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_btree::Tree;
use innolab_disk::{Disk, OsDisk};
use innolab_page::{Column, Layout};
use innolab_store::{Doublewrite, Options, Store};
use innolab_testing::size;
use std::sync::Arc;

/// Inserts rows with the keys `key(0)`, `key(1)`, …, and counts them.
fn insert(rows: u64, pool_bytes: u64, key: impl Fn(u64) -> u64) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path()).expect("a usable directory"));
    let options =
        Options { innodb_buffer_pool_size: pool_bytes, innodb_doublewrite: Doublewrite::Off, ..Options::default() };
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
fn inserts_need_no_more_memory_than_the_pool_and_a_constant() {
    let (rows, pool_mib, more_mib) = size((100_000, 4, 24), (1_000_000, 32, 64));
    let random_key = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xd6e8_feb8_6659_fd93);
    insert(rows, pool_mib << 20, random_key);
    insert(rows, pool_mib << 20, |i| i);
    match peak_memory() {
        Some(bytes) => assert!(bytes >> 20 <= pool_mib + more_mib, "{} MiB", bytes >> 20),
        None => println!("SKIPPED: no /proc/self/status: the peak memory is unknown"),
    }
}
