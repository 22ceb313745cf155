//! What users and transactions share of an open engine: the organs below, the open tables, the settings.

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

/// The half of an engine that its users and its transactions share (`handle`); see the crate.
///
/// | methods                                                                              | stand in                       |
/// |--------------------------------------------------------------------------------------|--------------------------------|
/// | `table`, `tables`, `store`, `options`, `now_us`, `globals`, `recovery`, `binlog`, …  | here                           |
/// | `begin`                                                                              | `api::transaction`             |
/// | `purge`, `history_length`; `in_doubt`; `flush_log_for_commit`                        | `end::{purge, recover, commit}` |
/// | `commit_logged`                                                                      | `binlog::participant`          |
/// | `create_table`, `drop_table`; `alter_table`, `truncate_table`; `rename_tables`; `load_table` | `ddl::{create, alter, rename, load}` |
/// | `announce`, `withdraw`, `log_announced`, `settle_announced`                          | `ddl::announce`                |
/// | `locks`, `latest_deadlock`, `lock_waits`, `transactions`, `draw_locks`               | `tools::locks`                 |
/// | `check_database`; `export`                                                           | `tools::{check, export}`       |
/// | `open`, `close`                                                                      | `api::open`                    |
pub struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) sys: Sys,
    /// Who is active, who sees what.
    pub(crate) mvcc: TrxSys,
    /// Who holds which row, who waits for it.
    pub(crate) lock: LockTable,
    pub(crate) tables: RwLock<Tables>,
    /// What changes have replaced.
    pub(crate) undo: Undo,
    /// One CREATE or DROP at a time.
    pub(crate) ddl: Mutex<()>,
    /// One purge at a time; who takes a table's file away holds it.
    pub(crate) purging: Mutex<()>,
    /// Transactions that a crash has left under way.
    pub(crate) recovered_trxs: Mutex<Vec<RecoveredTrx>>,
    /// Transactions between their session and their end: the binary log decides it (`binlog::participant` R1).
    pub(crate) committing: Mutex<BTreeMap<Xid, TrxParts>>,
    pub(crate) options: Options,
    pub(crate) wall_clock: WallClock,
    pub(crate) globals: Mutex<Globals>,
    /// `globals.innodb_flush_log_at_trx_commit`, as each commit reads it.
    pub(crate) flush_log_at_trx_commit: AtomicU8,
    /// Set by opening, if there is to be one.
    pub(crate) binlog: OnceLock<Binlog>,
    pub(crate) recovery: Recovery,
    /// Why nothing works any more: a rollback could not be finished.
    pub(crate) poisoned: OnceLock<String>,
}

impl Engine {
    /// The binary log, if there is one: its files, its end, how far a replica may read.
    #[doc(alias = "SHOW MASTER STATUS")]
    pub fn binlog(&self) -> Option<&Coordinator> {
        self.binlog_side().map(|binlog| &binlog.log)
    }

    /// What opening found in the binary log, if there is one, and how it decided what was in doubt.
    pub fn binlog_recovery(&self) -> Option<&innolab_binlog::Recovery> {
        self.binlog_side().map(|binlog| &binlog.recovery)
    }

    /// The binary log with its settings, if there is one.
    pub(crate) fn binlog_side(&self) -> Option<&Binlog> {
        self.binlog.get()
    }

    /// A table by its name; upper and lower case differ.
    pub fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.read().get(name).cloned()
    }

    /// The names of all tables, sorted.
    pub fn tables(&self) -> Vec<String> {
        self.tables.read().iter().map(|table| table.def().name.clone()).collect()
    }

    /// A table by its number ([`Table::id`]), as locks and undo records name it.
    pub fn table_by_id(&self, id: u64) -> Option<Arc<Table>> {
        self.tables.read().by_id(id).cloned()
    }

    /// How its sessions wait, for locks and otherwise.
    pub fn park(&self) -> &Arc<dyn Park> {
        self.lock.park()
    }

    /// The pages below.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The settings with which it was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The current time, in µs since 1970, UTC ([`Options::time`]).
    pub fn now_us(&self) -> u64 {
        self.wall_clock.now_us()
    }

    /// The settings that can be changed meanwhile.
    pub fn globals(&self) -> Globals {
        self.globals.lock().clone()
    }

    /// Changes them, for commits and sessions to come. REQUIRES: values that [`Options`] may have.
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

    /// What opening had to repeat and to repair.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Whether it still works.
    pub(crate) fn check(&self) -> Result<()> {
        match self.poisoned.get() {
            None => Ok(()),
            Some(why) => Err(Error::Store(innolab_store::Error::Poisoned(why.clone()))),
        }
    }

    /// From here on nothing works until the database is opened again (I10).
    pub(crate) fn poison(&self, why: &Error) {
        // Only the first reason counts.
        let _ = self.poisoned.set(format!("a statement could not be rolled back: {why}"));
    }
}

impl Drop for Engine {
    /// The page cleaner must not be the last to let go of the directory.
    fn drop(&mut self) {
        self.store.stop_cleaner();
    }
}
