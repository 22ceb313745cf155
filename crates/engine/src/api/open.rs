//! Opening and closing an engine.
//!
//! ```text
//! store: doublewrite, redo ─► sys.ibd ─► dictionary ─► DDL recovery ─► tables ─► undo logs: active and prepared transactions
//!                                                                                ─► binary log: resolves those in doubt, and announced DDL
//! ```

use crate::codec::{Error, Result};
use crate::core::{Counting, Engine, Globals, Options, Sessions, WallClock};
use crate::dict::{Sys, Tables, dictionary, header, open_table};
use crate::end::next_id;
use crate::{binlog, ddl};
use innolab_base::sync::atomic::{AtomicU32, AtomicU64};
use innolab_base::sync::{Mutex, RwLock};
use innolab_base::{Clock, Events, Park};
use innolab_disk::Disk;
use innolab_lock::LockTable;
use innolab_mvcc::TrxSys;
use innolab_store::Store;
use std::sync::{Arc, OnceLock};

impl Engine {
    /// Opens the core. What remains for the handle: rolling back recovered transactions, and the thread.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        events: Events,
        park: Arc<dyn Park>,
    ) -> Result<Arc<Engine>> {
        options.check()?;
        header::refuse_other_layout(&*disk)?;
        let (store, recovery) = Store::open(disk.clone(), options.store.clone(), clock.clone(), events.clone())?;
        let sys = Sys::open(&store, &recovery.empty_files)?;
        let known = dictionary::load(&sys.dict)?;
        ddl::recover(&store, &sys, &known, &recovery.empty_files)?;
        let mut tables = Tables::default();
        for entry in known.into_values() {
            tables.insert(Arc::new(open_table(&store, entry)?));
        }
        let tables = RwLock::new(tables);
        let (undo, found) = sys.open_undo(events.clone())?;
        let next = next_id(sys.next_trx_id(), undo.largest_trx_no(), &found);
        let active = found.iter().map(|recovered| recovered.trx).collect();
        let engine = Arc::new(Engine {
            mvcc: TrxSys::recovered(next, active, events.clone()),
            lock: LockTable::new(park, events.clone()),
            store,
            sys,
            undo,
            tables,
            ddl: Mutex::new(()),
            purging: Mutex::new(()),
            purge_stops: AtomicU32::new(0),
            recovered_trxs: Mutex::default(),
            committing: Mutex::default(),
            globals: Mutex::new(Globals::new(&options)),
            sessions: Sessions::default(),
            counting: Counting::default(),
            temporary_files: AtomicU64::new(0),
            deadlocks: Mutex::default(),
            flush_log_at_trx_commit: options.innodb_flush_log_at_trx_commit.into(),
            wall_clock: WallClock::new(options.time, clock),
            options,
            binlog: OnceLock::new(),
            recovery,
            poisoned: OnceLock::new(),
        });
        found.into_iter().try_for_each(|recovered| engine.keep_recovered(recovered))?;
        engine.open_binlog(disk, events)?;
        Ok(engine)
    }

    /// Opens the binary log, which resolves the transactions in doubt, before any other transaction begins. ERRORS:
    /// transactions are in doubt and there is no log (`binlog` R2).
    fn open_binlog(self: &Arc<Self>, disk: Arc<dyn Disk>, events: Events) -> Result<()> {
        match &self.options.log_bin {
            Some(settings) => {
                // The engine was made just now, so the cell is empty.
                let _ = self.binlog.set(binlog::open(self, disk, settings.clone(), self.wall_clock.clone(), events)?);
                self.recover_announced()
            }
            None if self.in_doubt().is_empty() => self.recover_announced(),
            None => {
                let n = self.in_doubt().len();
                Err(Error::Directory(format!(
                    "{n} transactions are in doubt; only the binary log knows whether they are committed: open it"
                )))
            }
        }
    }

    /// Writes everything back. REQUIRES: no transaction is open, and the thread has ended.
    pub(crate) fn close(&self) -> Result<()> {
        if let Some(log) = self.binlog() {
            log.close()?;
        }
        Ok(self.store.close()?)
    }
}
