//! What the tests of the tree share.
#![allow(dead_code)]

use innolab_base::{Events, SystemClock};
use innolab_disk::SimDisk;
use innolab_store::{Options, Store};
use std::sync::Arc;

/// A small random number generator (xorshift64*): the same numbers for the same seed, everywhere.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        rng.below(2);
        rng
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % n.max(1)
    }
}

/// A store in memory.
pub(crate) fn memory(options: Options) -> Arc<Store> {
    open(Arc::new(SimDisk::new(1)), options)
}

pub(crate) fn open(disk: Arc<SimDisk>, options: Options) -> Arc<Store> {
    Store::open(disk, options, Arc::new(SystemClock::default()), Events::none()).expect("opens").0
}

/// The smallest pool that works.
pub(crate) fn small_pool() -> Options {
    Options { innodb_buffer_pool_size: 1 << 20, background: false, ..Options::default() }
}
