//! The tree's face for byte strings against the suite of ordered maps.

use crate::common::small_pool;
use innolab_btree::Kv;
use innolab_store::Options;

innolab_conformance::ordered_map!(Kv, |disk| Kv::open(disk, Options { innodb_log_file_size: 2 << 20, ..small_pool() }));
