//! A million inserts, in random order and in key order, stay within the buffer pool and 64 MiB. A test program of its own: the
//! memory of the whole process is what is measured.

use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_btree::Tree;
use innolab_disk::{Disk, OsDisk};
use innolab_page::{Column, Layout};
use innolab_store::{Options, Store};
use std::sync::Arc;

const POOL: u64 = 32 << 20;
const ROWS: u64 = 1_000_000;

/// The most memory that this process had so far, in bytes; `None` where the system does not tell.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

fn insert(key: impl Fn(u64) -> u64) {
    let dir = tempfile::tempdir().expect("a directory");
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir.path()).expect("it can be used"));
    let options = Options { innodb_buffer_pool_size: POOL, innodb_doublewrite: false, ..Options::default() };
    let (store, _) =
        Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("an empty directory");
    let space = store.create_space(SpaceId(1), "t.ibd").expect("room");
    let layout = Layout::new([Column::fixed(8), Column::fixed(100)], 1);
    let tree = Tree::create(&store, &space, IndexId(1), layout).expect("room");
    for i in 0..ROWS {
        tree.insert(&[Some(&key(i).to_be_bytes()), Some(&[7; 100])]).expect("room");
    }
    assert!(store.counts().pages_evicted > 1000, "the rows are more than the pool holds");
    let mut cursor = tree.cursor();
    let (mut n, mut there) = (0, cursor.first().expect("a sound tree"));
    while there {
        n += 1;
        there = cursor.next().expect("a sound tree");
    }
    assert_eq!(n, ROWS);
}

#[test]
fn a_million_inserts_stay_within_the_pool_and_64_mib() {
    insert(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xd6e8_feb8_6659_fd93));
    insert(|i| i);
    match most_memory() {
        Some(bytes) => assert!(bytes <= POOL + (64 << 20), "{} MiB", bytes >> 20),
        None => println!("SKIPPED: this system does not tell how much memory a process has"),
    }
}
