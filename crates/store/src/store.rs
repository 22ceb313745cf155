//! The store's state: open tablespaces, settings, counts.

use crate::hash_index::HashIndex;
use crate::options::{Counts, Options};
use crate::poison::Poison;
use crate::pool::Pool;
use crate::space::Space;
use crate::write_back::WriteBack;
use innolab_base::sync::Mutex;
use innolab_base::{Events, SpaceId, Worker};
use innolab_disk::Disk;
use innolab_redo::Redo;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The storage below the trees; see the crate.
///
/// | methods | file |
/// |---|---|
/// | `open` | `recover` |
/// | `read`, `try_read`, `read_again`, `prefetch`, `ahead` | `read` |
/// | `read_optimistic` | `optimistic` |
/// | `find_hashed`, `hash_leaf` and what else concerns the hash index | `hash_index/lookup` |
/// | `begin` (and [`Mtr`](crate::Mtr)) | `mtr` |
/// | `flush_log`, `write_log`, `write_oldest`, `checkpoint`, `flush_all`, `close`, `appended_lsn` | `checkpoint` |
/// | `create_space`, `drop_space`, `rename_space`, `reserve_pages` | `file` |
/// | `space_use` | `survey` |
/// | `unlogged` | `unlogged` |
/// | open tablespaces, settings, events, counts | `store` |
pub struct Store {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) redo: Redo,
    pub(crate) pool: Pool,
    pub(crate) write_back: Mutex<WriteBack>,
    pub(crate) poison: Poison,
    pub(crate) hash_index: HashIndex,
    /// End of the last group whose pages are in the flush list (flush R1).
    pub(crate) linked: AtomicU64,
    pub(crate) options: Options,
    pub(crate) events: Events,
    pub(crate) cleaner: Worker,
}

impl Store {
    /// Ends the page cleaner and waits for its thread, which then no longer holds the store. Callers that need room
    /// make it themselves from now on (R2 of the crate).
    pub fn stop_cleaner(&self) {
        self.cleaner.stop();
    }

    /// Returns an open tablespace by its number.
    pub fn space(&self, id: SpaceId) -> Option<Arc<Space>> {
        self.pool.registry.get(id)
    }

    /// Returns an open tablespace by its file's name.
    pub fn space_by_name(&self, name: &str) -> Option<Arc<Space>> {
        self.pool.registry.by_name(name)
    }

    /// Returns all open tablespaces, by number.
    pub fn spaces(&self) -> Vec<Arc<Space>> {
        self.pool.registry.all()
    }

    /// The settings with which the store was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The receiver of events of this store and of the layers above it.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The data directory.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Counts of the redo log since it was opened.
    pub fn log_counts(&self) -> innolab_redo::Stats {
        self.redo.stats()
    }

    /// Counts since the store was opened, and its present state.
    pub fn counts(&self) -> Counts {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let counters = &self.pool.counters;
        Counts {
            pages_read: get(&counters.pages_read),
            pages_written: get(&counters.pages_written),
            pages_created: get(&counters.pages_created),
            pages_evicted: get(&counters.pages_evicted),
            syncs: get(&counters.syncs),
            dblwr_pages_written: get(&counters.dblwr_pages_written),
            dblwr_writes: get(&counters.dblwr_writes),
            dirty_pages: self.pool.flush_list.len() as u64,
            free_frames: self.pool.free_frames() as u64,
            frames: self.pool.arena.frames() as u64,
            log_bytes: self.appended_lsn().0,
            checkpoint_age: self.appended_lsn().0.saturating_sub(self.redo.checkpoint_lsn().0),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.cleaner.abandon();
    }
}
