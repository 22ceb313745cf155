//! The open engine, as sessions and transactions share it: the organs below, the open tables, the settings.

use super::binlog::Binlog;
use super::counting::Counting;
use super::options::{Globals, Options};
use super::parts::{RecoveredTrx, TrxParts};
use super::sessions::Sessions;
use super::status::Deadlock;
use super::wall_clock::WallClock;
use crate::codec::{Error, Result};
use crate::dict::{Sys, Table, Tables};
use innolab_base::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use innolab_base::sync::{Mutex, RwLock};
use innolab_base::{Activity, Park, TrxId, Waiter, Xid};
use innolab_binlog::Coordinator;
use innolab_lock::LockTable;
use innolab_mvcc::TrxSys;
use innolab_store::{Recovery, Store};
use innolab_undo::Undo;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};

/// The shared half of an open engine. `api::handle` adds the background thread; transactions keep an `Arc` of this
/// half.
///
/// | methods                                                                              | are in                         |
/// |--------------------------------------------------------------------------------------|--------------------------------|
/// | `table`, `tables`, `store`, `options`, `now_us`, `globals`, `sessions`, `binlog`, …  | here                           |
/// | `add_cost`, `counters`                                                               | `tools::costs`                 |
/// | `begin`                                                                              | `api::transaction`             |
/// | `purge`, `history_length`; `in_doubt`; `flush_log_for_commit`                        | `end::{purge, recover, commit}` |
/// | `commit_logged`                                                                      | `binlog::participant`          |
/// | `create_table`, `drop_table`; `alter_table`, `truncate_table`; `rename_tables`; `load_table` | `ddl::{create, alter, rename, load}` |
/// | `announce`, `withdraw`, `log_announced`, `recover_announced`                         | `ddl::announce`                |
/// | `locks`, `lock_waits`, `transactions`, `draw_locks`, …; `note_deadlock`              | `tools::{locks, deadlock}`     |
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
    /// Number of reasons why nothing may be purged for now (`ddl::quiesce`).
    pub(crate) purge_stops: AtomicU32,
    /// Transactions found at opening that are not ended yet.
    pub(crate) recovered_trxs: Mutex<Vec<RecoveredTrx>>,
    /// Transactions that their sessions have handed to the binary log, which commits them or rolls them back
    /// (`binlog::participant` R1).
    pub(crate) committing: Mutex<BTreeMap<Xid, TrxParts>>,
    pub(crate) options: Options,
    pub(crate) wall_clock: WallClock,
    pub(crate) globals: Mutex<Globals>,
    pub(crate) sessions: Sessions,
    pub(crate) counting: Counting,
    /// Number of temporary files created so far.
    pub(crate) temporary_files: AtomicU64,
    /// The latest deadlocks, the oldest first (`tools::deadlock`).
    pub(crate) deadlocks: Mutex<VecDeque<Arc<Deadlock>>>,
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

    /// Ends a session's statement with error 1317 as soon as it waits or reads a row; the transaction stays open. The
    /// statement's changes are rolled back. Without a statement the call has no effect.
    #[doc(alias = "KILL QUERY")]
    pub fn interrupt(&self, session: &Waiter) {
        session.interrupt();
        self.park().unpark(session);
    }

    /// Ends a session's statement as [`Engine::interrupt`] does, and all later ones. Its transaction stays open until the
    /// session is dropped.
    pub fn end_session(&self, session: &Waiter) {
        session.end();
        self.park().unpark(session);
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
    /// values that are valid in [`Options`]. ERRORS: the pool has no memory for the hash index, which stays off then.
    #[doc(alias = "SET GLOBAL")]
    pub fn change_globals<R>(&self, change: impl FnOnce(&mut Globals) -> R) -> Result<R> {
        let mut globals = self.globals.lock();
        let changed = change(&mut globals);
        if let Err(e) = self.store.set_adaptive_hash_index(globals.innodb_adaptive_hash_index) {
            globals.innodb_adaptive_hash_index = false;
            return Err(e.into());
        }
        self.flush_log_at_trx_commit.store(globals.innodb_flush_log_at_trx_commit, Ordering::Relaxed);
        if let Some(log) = self.binlog() {
            log.set_sync_binlog(globals.sync_binlog);
            log.set_max_binlog_size(globals.max_binlog_size);
        }
        Ok(changed)
    }

    /// Opens a session: gives it the lowest number that no other one has, and adds it.
    pub fn open_session(&self) -> Arc<Waiter> {
        self.sessions.open()
    }

    /// Adds a session to those that [`Engine::sessions`] returns, until it is dropped.
    pub fn add_session(&self, session: &Arc<Waiter>) {
        self.sessions.add(session);
    }

    /// Returns the open sessions, by number, each with what it is doing.
    #[doc(alias = "information_schema.processlist")]
    pub fn sessions(&self) -> Vec<(u64, Activity)> {
        self.sessions.all()
    }

    /// Returns the number of the next statement, counted over all sessions ([`Activity::query_id`]).
    pub fn next_statement(&self) -> u64 {
        self.sessions.next_statement()
    }

    /// Returns the id that the next transaction which changes a row will get.
    #[doc(alias = "trx_sys_get_max_trx_id")]
    pub fn next_trx_id(&self) -> TrxId {
        self.mvcc.next_id()
    }

    /// Returns the latest deadlocks, the oldest first. Those about definitions are left out.
    #[doc(alias = "lock_latest_err_file")]
    pub fn deadlocks(&self) -> Vec<Arc<Deadlock>> {
        self.deadlocks.lock().iter().cloned().collect()
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
