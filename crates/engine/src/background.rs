//! The engine's own thread: it rolls back what a crash has left, then purges.
//!
//! RULES
//!
//! - **R1** It ends when it is told to, and whoever lets go of the engine last tells it and waits (`handle` R1): after the log that it purges, or the transaction that it rolls back.
//! - **R2** What fails in it is told; whoever works next finds the engine as it is. Purge is tried again at the next round.
//! - **R3** Without it (`Options::background` off) the rolling back is done at open, and purge by who calls it: runs repeat.
//!
//! InnoDB's counterpart: `srv_purge_coordinator_thread`, `trx_rollback_all_recovered`.

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::Failed;
use innolab_base::sync::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long it sleeps when there is nothing to do.
const PAUSE: Duration = Duration::from_millis(20);

/// The thread, from outside.
#[derive(Default)]
pub(crate) struct Background {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    stop: Mutex<bool>,
    wake: Condvar,
}

impl Background {
    /// Starts it. REQUIRES: it was not started before.
    pub(crate) fn start(&self, engine: Arc<Engine>) -> Result<()> {
        let shared = self.shared.clone();
        let named = std::thread::Builder::new().name("purge".to_owned());
        let thread = named.spawn(move || shared.run(&engine));
        let thread = thread.map_err(|e| Error::Directory(format!("no thread for purge: {e}")))?;
        *self.thread.lock() = Some(thread);
        Ok(())
    }

    /// Ends the thread and waits for it.
    pub(crate) fn stop(&self) {
        *self.shared.stop.lock() = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // Its panic would have been reported by the runtime.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self, engine: &Arc<Engine>) {
        let mut pause = Duration::ZERO;
        while !self.stopped_after(pause) {
            let more = engine.roll_one_back().and_then(|more| match more {
                true => Ok(true),
                false => engine.purge_while(&|| !*self.stop.lock()).map(|logs| logs > 0),
            });
            if let Err(e) = &more {
                engine.store.events().emit(|| Failed { why: e.to_string() });
            }
            pause = if matches!(more, Ok(true)) { Duration::ZERO } else { PAUSE };
        }
    }

    fn stopped_after(&self, pause: Duration) -> bool {
        let mut stop = self.stop.lock();
        if !*stop && !pause.is_zero() {
            self.wake.wait_for(&mut stop, pause);
        }
        *stop
    }
}
