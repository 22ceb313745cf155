//! The page cleaner: a thread that makes room in the log and in the pool ahead of need, so that writers and readers
//! seldom have to.
//!
//! | it writes back …             | while …                                                      |
//! |------------------------------|--------------------------------------------------------------|
//! | the oldest dirty pages       | the log since the checkpoint is over 1/2 of what it can hold |
//! | the oldest dirty pages       | more than `innodb_max_dirty_pages_pct` of the pool is dirty  |
//! | the coldest dirty pages      | fewer than 1/64 of the frames are free                       |
//!
//! RULES
//!
//! - **R1** The thread holds a strong reference to the store only during a round, so it does not keep the store alive.
//! - **R2** An error in a round poisons the store. The thread then ends, and the store's next caller gets the error.
//!
//! InnoDB's counterpart: `buf_flush_page_cleaner`. Left out: writing at a rate that follows the rate of redo.

use crate::store::Store;
use innolab_base::{Lsn, Worker};
use std::sync::Weak;
use std::time::Duration;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts the thread (R1).
pub(crate) fn start(cleaner: &Worker, store: Weak<Store>) -> std::io::Result<()> {
    cleaner.start("page-cleaner", PAUSE, move |_| {
        let store = store.upgrade()?;
        // `None`, the last round, after an error (R2).
        round(&store).is_ok().then_some(PAUSE)
    })
}

/// Writes back the pages that are due.
fn round(store: &Store) -> crate::Result<()> {
    let frames = store.pool.arena.frames();
    let capacity = store.redo.usable_bytes();
    while store.counts().checkpoint_age > capacity / 2 {
        let wrote = store.write_oldest(Lsn(u64::MAX))?;
        store.checkpoint()?;
        if wrote == 0 {
            break;
        }
    }
    while store.pool.flush_list.len() * 100 > frames * usize::from(store.options.innodb_max_dirty_pages_pct) {
        if store.write_oldest(Lsn(u64::MAX))? == 0 {
            break;
        }
    }
    if store.pool.free_frames() < frames / 64 {
        store.write_coldest()?;
    }
    Ok(())
}
