//! The engine's own thread: it rolls back what a crash has left, then purges.
//!
//! RULES
//!
//! - **R1** It ends when it is told to, and whoever lets go of the engine last tells it and waits (`handle` R1): after
//!   the log that it purges, or the transaction that it rolls back.
//! - **R2** What fails in it is told; whoever works next finds the engine as it is. Purge is tried again at the next
//!   round.
//! - **R3** Without it (`Options::background` off) the rolling back is done at open, and purge by who calls it: runs
//!   repeat.
//!
//! InnoDB's counterpart: `srv_purge_coordinator_thread`, `trx_rollback_all_recovered`.

use crate::codec::{Error, Result};
use crate::core::Engine;
use crate::core::events::Failed;
use innolab_base::{Stop, Worker};
use std::sync::Arc;
use std::time::Duration;

/// How long it sleeps when there is nothing to do.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts it.
pub(crate) fn start(thread: &Worker, engine: Arc<Engine>) -> Result<()> {
    let started = thread.start("purge", Duration::ZERO, move |stop| Some(round(&engine, stop)));
    started.map_err(|e| Error::Directory(format!("no thread for purge: {e}")))
}

/// One transaction is rolled back, or else all is purged that can be; how long to pause then.
fn round(engine: &Arc<Engine>, stop: &Stop) -> Duration {
    let more = engine.roll_one_back().and_then(|more| match more {
        true => Ok(true),
        false => engine.purge_while(&|| !stop.is_asked()).map(|logs| logs > 0),
    });
    if let Err(e) = &more {
        engine.store.events().emit(|| Failed { why: e.to_string() });
    }
    if matches!(more, Ok(true)) { Duration::ZERO } else { PAUSE }
}
