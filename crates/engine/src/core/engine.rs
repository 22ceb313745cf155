//! The open engine, as sessions and transactions share it: the organs below, the open tables, the settings.

use super::binlog::Binlog;
use super::options::{Globals, Options};
use super::parts::{RecoveredTrx, TrxParts};
use super::wall_clock::WallClock;
use crate::codec::{Error, Result};
use crate::dict::{Sys, Table, Tables};
use innolab_base::sync::atomic::{AtomicU8, Ordering};
use innolab_base::sync::{Mutex, RwLock};
use innolab_base::{Park, Xid};
use innolab_binlog::Coordinator;
use innolab_lock::LockTable;
use innolab_mvcc::TrxSys;
use innolab_store::{Recovery, Store};
use innolab_undo::Undo;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The shared half of an open engine. `api::handle` adds the background thread; transactions keep an `Arc` of this
/// half.
///
/// | methods                                                                              | are in                         |
/// |--------------------------------------------------------------------------------------|--------------------------------|
/// | `table`, `tables`, `store`, `options`, `now_us`, `globals`, `recovery`, `binlog`, …  | here                           |
/// | `begin`                                                                              | `api::transaction`             |
/// | `purge`, `history_length`; `in_doubt`; `flush_log_for_commit`                        | `end::{purge, recover, commit}` |
/// | `commit_logged`                                                                      | `binlog::participant`          |
/// | `create_table`, `drop_table`; `alter_table`, `truncate_table`; `rename_tables`; `load_table` | `ddl::{create, alter, rename, load}` |
/// | `announce`, `withdraw`, `log_announced`, `recover_announced`                         | `ddl::announce`                |
/// | `locks`, `latest_deadlock`, `lock_waits`, `transactions`, `draw_locks`               | `tools::locks`                 |
/// | `check_database`; `export`                                                           | `tools::{check, export}`       |
/// | `open`, `close`                                                                      | `api::open`                    |
pub struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) sys: Sys,
    /// Active transactions and read views.
    pub(crate) mvcc: TrxSys,
    /// Locks on rows, tables and definitions, and the waits for them.
    pub(crate) lock: LockTable,
    pub(crate) tables: RwLock<Tables>,
    /// Undo logs: earlier versions of rows.
    pub(crate) undo: Undo,
    /// Held by CREATE and DROP: one at a time.
    pub(crate) ddl: Mutex<()>,
    /// Held by purge, one at a time, and by DDL while it removes trees or files (`core::metadata` R4).
    pub(crate) purging: Mutex<()>,
    /// Transactions found at opening that are not ended yet.
    pub(crate) recovered_trxs: Mutex<Vec<RecoveredTrx>>,
    /// Transactions that their sessions have handed to the binary log, which commits them or rolls them back
    /// (`binlog::participant` R1).
    pub(crate) committing: Mutex<BTreeMap<Xid, TrxParts>>,
    pub(crate) options: Options,
    pub(crate) wall_clock: WallClock,
    pub(crate) globals: Mutex<Globals>,
    /// Copy of `globals.innodb_flush_log_at_trx_commit`, read by each commit without the mutex.
    pub(crate) flush_log_at_trx_commit: AtomicU8,
    /// Set at opening, unless the settings skip the binary log.
    pub(crate) binlog: OnceLock<Binlog>,
    pub(crate) recovery: Recovery,
    /// Set when a rollback could not be finished: the reason why all calls fail from then on (I10).
    pub(crate) poisoned: OnceLock<String>,
}

impl Engine {
    /// Returns the binary log: its files, its end, the position up to which a replica may read. `None` with
    /// `--skip-log-bin`.
    #[doc(alias = "SHOW MASTER STATUS")]
    pub fn binlog(&self) -> Option<&Coordinator> {
        self.binlog_side().map(|binlog| &binlog.log)
    }

    /// Returns the outcome of the binary log's recovery: what was found in its last file, and how each transaction in
    /// doubt was decided. `None` with `--skip-log-bin`.
    pub fn binlog_recovery(&self) -> Option<&innolab_binlog::Recovery> {
        self.binlog_side().map(|binlog| &binlog.recovery)
    }

    /// Returns the binary log with its settings; `None` with `--skip-log-bin`.
    pub(crate) fn binlog_side(&self) -> Option<&Binlog> {
        self.binlog.get()
    }

    /// Returns the table of this name; case-sensitive.
    pub fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.read().get(name).cloned()
    }

    /// Returns the names of all tables, sorted.
    pub fn tables(&self) -> Vec<String> {
        self.tables.read().iter().map(|table| table.def().name.clone()).collect()
    }

    /// Returns the table of this id ([`Table::id`]), which locks and undo records contain.
    pub fn table_by_id(&self, id: u64) -> Option<Arc<Table>> {
        self.tables.read().by_id(id).cloned()
    }

    /// Returns the implementation of waiting that sessions use for locks and sleeps.
    pub fn park(&self) -> &Arc<dyn Park> {
        self.lock.park()
    }

    /// Returns the store.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Returns the settings with which the engine was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the current time in µs since 1970, UTC ([`Options::time`]).
    pub fn now_us(&self) -> u64 {
        self.wall_clock.now_us()
    }

    /// Returns the current values of the settings that SET GLOBAL can change.
    pub fn globals(&self) -> Globals {
        self.globals.lock().clone()
    }

    /// Changes settings; commits and sessions that begin later use them. Returns the result of `change`. REQUIRES:
    /// values that are valid in [`Options`].
    #[doc(alias = "SET GLOBAL")]
    pub fn change_globals<R>(&self, change: impl FnOnce(&mut Globals) -> R) -> R {
        let mut globals = self.globals.lock();
        let changed = change(&mut globals);
        self.flush_log_at_trx_commit.store(globals.innodb_flush_log_at_trx_commit, Ordering::Relaxed);
        if let Some(log) = self.binlog() {
            log.set_sync_binlog(globals.sync_binlog);
            log.set_max_binlog_size(globals.max_binlog_size);
        }
        changed
    }

    /// Returns the outcome of crash recovery: what was replayed from the redo log and which pages were repaired.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Refuses the call if the engine is poisoned. ERRORS: [`innolab_store::Error::Poisoned`] after [`Engine::poison`].
    pub(crate) fn check(&self) -> Result<()> {
        match self.poisoned.get() {
            None => Ok(()),
            Some(why) => Err(Error::Store(innolab_store::Error::Poisoned(why.clone()))),
        }
    }

    /// Makes all later calls fail until the database is opened again (I10). REQUIRES: a rollback failed with `why`.
    pub(crate) fn poison(&self, why: &Error) {
        // The first reason is kept.
        let _ = self.poisoned.set(format!("a statement could not be rolled back: {why}"));
    }
}

impl Drop for Engine {
    /// Stops the page cleaner, so that its thread is not the last owner of the directory.
    fn drop(&mut self) {
        self.store.stop_cleaner();
    }
}
