//! The engine as its users hold it.
//!
//! ```text
//! users ─ Arc<Engine> ─┬─► Arc<Core> ◄─ transactions, the thread
//!                      └─► the thread (`background`)
//! ```
//!
//! RULES
//!
//! - **R1** When the last user lets go the thread has ended, and nothing is under way in it: drop, and the directory
//!   can be opened again at once. What a killed process would leave is left; [`Engine::close`] leaves complete files.
//! - **R2** A transaction outlives this and keeps the engine's other half, the directory's lock with it, until it ends;
//!   only nobody purges behind it any more.
//!
//! PROOF of R1: the thread has its own share of the other half and gives it back before it ends; it is waited for here,
//! where nothing is held. It waits for no lock of a transaction, so it ends.
//!
//! InnoDB's counterpart: `innodb_shutdown`, `srv_purge_shutdown`.

use super::background;
use crate::codec::Result;
use crate::core::{Engine as Core, Options};
use innolab_base::{Clock, CondvarPark, Events, Park, SystemClock, Worker};
use innolab_disk::Disk;
use std::ops::Deref;
use std::sync::Arc;

/// A database in a directory; see the crate. All that it does is said of [`Core`], the half of it that its
/// transactions share.
pub struct Engine {
    core: Arc<Core>,
    background: Worker,
}

impl Engine {
    /// Opens the database in a directory, or makes one in an empty one. ERRORS: damaged or foreign files, by name;
    /// nothing is lost then.
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Arc<Engine>> {
        Engine::open_with(disk, options, Arc::new(SystemClock::default()), Events::none(), Arc::new(CondvarPark))
    }

    /// As [`Engine::open`], with a clock, a place for the events of all organs below, and a way to wait for locks.
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

    /// Writes everything to its place: after this the files are complete without the log. REQUIRES: no transaction is
    /// open.
    pub fn close(&self) -> Result<()> {
        self.background.stop();
        self.core.close()
    }
}

impl Drop for Engine {
    /// R1
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
