//! My ordered map on disk. It starts as our B+ tree; replace [`Map`] by your own, which needs the same calls.
//!
//! `innolab_btree::Kv` says what each call promises. A map may use the disk alone, or the pages and the log of
//! `innolab-store`.

use innolab_disk::Disk;
use innolab_store::Options;
use std::sync::Arc;

pub use innolab_btree::Kv as Map;

/// Opens the map on a disk, or creates it there. Its memory is small, so that the disk is used.
///
/// ERRORS: those of the map.
pub fn open(disk: Arc<dyn Disk>) -> Result<Map, impl std::fmt::Display> {
    let options = Options {
        innodb_buffer_pool_size: 1 << 20,
        innodb_log_file_size: 2 << 20,
        background: false,
        ..Options::default()
    };
    Map::open(disk, options)
}
