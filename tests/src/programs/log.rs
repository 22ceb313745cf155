//! The redo log: counts of a store over a disk in memory.

use super::Table;
use innolab_base::{Events, IndexId, ManualClock, SpaceId};
use innolab_btree::Tree;
use innolab_disk::{Disk, SimDisk};
use innolab_page::{Column, Layout};
use innolab_store::{Doublewrite, Options, Store};
use std::sync::Arc;

/// The same changes with a small log file and with a large one.
pub(super) fn circle() -> Table {
    const CHANGES: u64 = 30_000;
    let columns = ["KiB of the file", "KiB of redo", "times around", "most KiB in use", "pages written meanwhile"];
    let mut table = Table::new(&columns);
    for (name, file_bytes) in [("a small log", 1 << 20), ("a large log", 32 << 20)] {
        let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
        let options = Options {
            innodb_buffer_pool_size: 8 << 20,
            innodb_log_file_size: file_bytes,
            innodb_log_buffer_size: 64 << 10,
            innodb_doublewrite: Doublewrite::Off,
            background: false,
            ..Options::default()
        };
        let (store, _) =
            Store::open(disk, options, Arc::new(ManualClock::default()), Events::none()).expect("an empty disk");
        let space = store.create_space(SpaceId(1), "t.ibd").expect("room");
        let layout = Layout::new([Column::fixed(8), Column::fixed(100)], 1);
        let tree = Tree::create(&store, &space, IndexId(1), layout).expect("room");
        let mut most_in_use = 0;
        for key in 0..CHANGES {
            tree.insert(&[Some(&key.to_be_bytes()), Some(&[7; 100])]).expect("room");
            most_in_use = most_in_use.max(store.counts().checkpoint_age);
        }
        let counts = store.counts();
        let row = [
            file_bytes >> 10,
            counts.log_bytes >> 10,
            counts.log_bytes / file_bytes,
            most_in_use >> 10,
            counts.pages_written,
        ];
        table = table.row(name, row);
    }
    table
}
