//! The page cleaner: a thread that makes room in the log and in the pool ahead of need, so that those who work find it made.
//!
//! | it writes …                  | when …                                                       |
//! |------------------------------|--------------------------------------------------------------|
//! | the oldest dirty pages       | the log since the checkpoint is over 1/2 of what it can hold |
//! | the oldest dirty pages       | more than `innodb_max_dirty_pages_pct` of the pool is dirty  |
//! | the coldest dirty pages      | fewer than 1/64 of the frames are free and pages are pushed out |
//!
//! RULES
//!
//! - **R1** It holds the store only for the moment of a round: a store that nobody else holds goes away.
//! - **R2** What fails in it poisons the store; whoever works next is told.
//!
//! InnoDB's counterpart: `buf_flush_page_cleaner`. Left out: writing at a rate that follows the redo's.

use crate::Store;
use innolab_base::{Lsn, Worker};
use std::sync::Weak;
use std::time::Duration;

/// How long it sleeps when nobody wakes it.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts it (R1).
pub(crate) fn start(cleaner: &Worker, store: Weak<Store>) -> std::io::Result<()> {
    cleaner.start("page-cleaner", PAUSE, move |_| {
        let store = store.upgrade()?;
        // R2
        round(&store).is_ok().then_some(PAUSE)
    })
}

/// Writes what is due.
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
