//! What the tests of the tree share.

#[cfg_attr(shuttle, allow(unused_imports))]
pub(crate) use innolab_base::rng::Rng;
use innolab_base::{Events, SystemClock};
use innolab_disk::SimDisk;
use innolab_store::{Options, Store};
use std::sync::Arc;

/// A store in memory.
pub(crate) fn memory(options: Options) -> Arc<Store> {
    open(Arc::new(SimDisk::new(1)), options)
}

/// The store on a disk.
pub(crate) fn open(disk: Arc<SimDisk>, options: Options) -> Arc<Store> {
    Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("opens").0
}

/// The settings twice: with the hash index off and on.
pub(crate) fn hash_off_and_on(options: Options) -> [Options; 2] {
    [false, true].map(|on| Options { innodb_adaptive_hash_index: on, ..options.clone() })
}

/// The smallest pool that works.
pub(crate) fn small_pool() -> Options {
    Options { innodb_buffer_pool_size: 1 << 20, background: false, ..Options::default() }
}
