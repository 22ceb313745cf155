//! The engine's own thread: rolls back what a crash left, then purges.
//!
//! RULES
//!
//! - **R1** When asked to stop, the thread finishes the log that it is purging or the transaction that it is rolling
//!   back, and ends. The engine's last owner asks and waits (`handle` R1).
//! - **R2** Errors become events; the engine's state is unchanged, and purge retries in the next round.
//! - **R3** Without the thread (`Options::background` off) transactions are rolled back at open and the caller
//!   purges, so that runs repeat.
//!
//! InnoDB's counterpart: `srv_purge_coordinator_thread`, `trx_rollback_all_recovered`.

use crate::codec::{Error, Result};
use crate::core::Engine;
use crate::core::events::Failed;
use innolab_base::{Stop, Worker};
use std::sync::Arc;
use std::time::Duration;

/// Pause between two rounds when there was nothing to do.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts the thread.
pub(crate) fn start(thread: &Worker, engine: Arc<Engine>) -> Result<()> {
    let started = thread.start("purge", Duration::ZERO, move |stop| Some(round(&engine, stop)));
    started.map_err(|e| Error::Directory(format!("no thread for purge: {e}")))
}

/// One round: rolls back one transaction or, if none is left, purges. Returns the pause before the next round.
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
