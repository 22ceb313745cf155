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
use innolab_base::Lsn;
use innolab_base::sync::{Condvar, Mutex};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long it sleeps when nobody wakes it.
const PAUSE: Duration = Duration::from_millis(20);

/// The thread, from outside.
#[derive(Default)]
pub(crate) struct Cleaner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    stop: Mutex<bool>,
    wake: Condvar,
}

impl Cleaner {
    pub(crate) fn start(&self, store: Weak<Store>) -> std::io::Result<()> {
        let shared = self.shared.clone();
        let run = move || {
            while !shared.stopped_after_a_pause() {
                let Some(store) = store.upgrade() else { return };
                if round(&store).is_err() {
                    return;
                }
            }
        };
        *self.thread.lock() = Some(std::thread::Builder::new().name("page-cleaner".to_owned()).spawn(run)?);
        Ok(())
    }

    /// Ends the thread and waits for it.
    pub(crate) fn stop(&self) {
        self.abandon();
        if let Some(thread) = self.thread.lock().take() {
            // It cannot be the caller: the cleaner does not close the store. Its panic would have been reported by the runtime.
            let _ = thread.join();
        }
    }

    /// Ends the thread, and does not wait.
    pub(crate) fn abandon(&self) {
        *self.shared.stop.lock() = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn stopped_after_a_pause(&self) -> bool {
        let mut stop = self.stop.lock();
        if !*stop {
            self.wake.wait_for(&mut stop, PAUSE);
        }
        *stop
    }
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
