//! The engine as its users hold it.
//!
//! ```text
//! users ─ Arc<Engine> ─┬─► Arc<Core> ◄─ transactions, the thread
//!                      └─► the thread (`background`)
//! ```
//!
//! RULES
//!
//! - **R1** When the last user drops the engine, its thread has ended and nothing is running in it: the directory can
//!   be opened again at once. The files are as a killed process would leave them; [`Engine::close`] leaves complete
//!   files.
//! - **R2** A transaction outlives this handle and keeps the core, with the lock on the directory, until it ends;
//!   only the background thread is gone by then.
//!
//! PROOF of R1. The thread's share of the core is dropped before the thread ends, and the thread is joined here with
//! nothing held. It waits for no transaction's lock, so it ends.
//!
//! InnoDB's counterpart: `innodb_shutdown`, `srv_purge_shutdown`.

use super::background;
use crate::codec::Result;
use crate::core::{Engine as Core, Options};
use innolab_base::{Clock, CondvarPark, Events, Park, SystemClock, Worker};
use innolab_disk::Disk;
use std::ops::Deref;
use std::sync::Arc;

/// A database in a directory; see the crate. Its methods are those of [`Core`], the half that its transactions share.
pub struct Engine {
    core: Arc<Core>,
    background: Worker,
}

impl Engine {
    /// Opens the database in a directory, or makes one in an empty directory. ERRORS: damaged or foreign files, by
    /// name; no file is lost then.
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Arc<Engine>> {
        Engine::open_with(disk, options, Arc::new(SystemClock::default()), Events::none(), Arc::new(CondvarPark))
    }

    /// As [`Engine::open`], with a clock, a sink for the events of all crates below, and a way to wait for locks.
    pub fn open_with(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        events: Events,
        park: Arc<dyn Park>,
    ) -> Result<Arc<Engine>> {
        let engine = Engine { core: Core::open(disk, options, clock, events, park)?, background: Worker::default() };
        match engine.options().store.background {
            true => background::start(&engine.background, engine.core.clone())?,
            false => while engine.roll_one_back()? {},
        }
        Ok(Arc::new(engine))
    }

    /// Writes everything back: after this the files are complete without the log. REQUIRES: no transaction is open.
    pub fn close(&self) -> Result<()> {
        self.background.stop();
        self.core.close()
    }
}

impl Drop for Engine {
    /// Ends the thread (R1).
    fn drop(&mut self) {
        self.background.stop();
    }
}

impl Deref for Engine {
    type Target = Arc<Core>;

    fn deref(&self) -> &Arc<Core> {
        &self.core
    }
}
