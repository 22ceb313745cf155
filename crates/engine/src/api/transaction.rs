//! A transaction as a session holds it: its state (`core::trx`) and the workspace of its statements.
//!
//! RULES
//!
//! - **R1** A failed row change leaves nothing of itself (`write`). A failed statement is rolled back by its session
//!   ([`Transaction::rollback_statement`]); after `Error::Deadlock` the whole transaction must be rolled back.
//! - **R2** A transaction begins with its first table or its view. Rolled back to a savepoint that is older, all of it is
//!   rolled back: its locks, its view and its id go, and it begins again with its next table. Its locks on names follow
//!   `metadata` R5.
//!
//! InnoDB's counterpart: `trx_t` with `row_prebuilt_t`; the server's `THD::transaction`.

use crate::binlog::{BinlogCache, StatementText};
use crate::codec::Result;
use crate::core::{Engine, Isolation, TemporaryFiles, Trx};
use crate::dict::Table;
use crate::read::ReadBuffers;
use crate::rows::AutoIncState;
use crate::write::Scratch;
use innolab_base::{Counter, Counters, TrxId, Waiter};
use innolab_binlog::StatementContext;
use innolab_lock::{MetadataMode, TableMode};
use std::sync::Arc;

/// A transaction. Dropping it rolls it back.
///
/// | methods                                                                      | are in         |
/// |------------------------------------------------------------------------------|----------------|
/// | statements, savepoints, the end, what it costs; what the binary log is given | here           |
/// | `read`, `each_row`, `scan`                                                   | `api::reads`   |
/// | `insert`, `insert_many`, `update`, `delete`, `reserve_auto_increment`, …     | `api::changes` |
/// | `apply`: a change from a binary log                                          | `api::apply`   |
#[doc(alias = "trx_t")]
#[must_use = "a transaction is rolled back unless it is committed"]
pub struct Transaction {
    pub(crate) trx: Trx,
    /// Number of changes when the statement began.
    statement_start: u64,
    /// Number of locks on names when the statement began, and true if the transaction had found a table by then.
    before_statement: (usize, bool),
    pub(super) auto_inc: AutoIncState,
    pub(super) scratch: Scratch,
    /// True once the current statement has found a table.
    uses_table: bool,
    /// What the thread's count of looks at pages was when the statement began.
    page_requests: u64,
    /// Its part of the binary log (`binlog`).
    pub(super) binlog_cache: BinlogCache,
    /// Buffers of consistent reads.
    pub(super) buffers: ReadBuffers,
}

/// A point in a transaction to roll back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Savepoint {
    changes: u64,
    logged: innolab_binlog::Mark,
    /// Number of locks on names.
    names: usize,
    /// False: the transaction had not begun (R2).
    is_begun: bool,
}

impl Savepoint {
    /// True if the transaction had begun: a rollback to it is not one of the whole transaction (R2).
    pub fn is_begun(&self) -> bool {
        self.is_begun
    }
}

impl Engine {
    /// Begins a transaction of a session. It has no id, lock or view yet.
    #[doc(alias = "trx_start_if_not_started")]
    pub fn begin(self: &Arc<Self>, session: &Arc<Waiter>, isolation: Isolation) -> Transaction {
        Transaction {
            trx: Trx::new(self.clone(), session.clone(), isolation),
            statement_start: 0,
            before_statement: (0, false),
            auto_inc: AutoIncState::default(),
            scratch: Scratch::default(),
            uses_table: false,
            page_requests: 0,
            binlog_cache: BinlogCache::default(),
            buffers: ReadBuffers::default(),
        }
    }
}

impl Transaction {
    /// The isolation level.
    pub fn isolation(&self) -> Isolation {
        self.trx.isolation()
    }

    /// The session that it waits for locks with.
    pub fn session(&self) -> &Arc<Waiter> {
        self.trx.session()
    }

    /// The id; `None`: it has changed nothing.
    pub fn id(&self) -> Option<TrxId> {
        self.trx.id()
    }

    /// Sets how long it waits for a row or a table, in milliseconds; `None`: without limit.
    #[doc(alias = "innodb_lock_wait_timeout")]
    pub fn set_lock_wait_timeout(&mut self, ms: Option<u64>) {
        self.trx.lock_wait_timeout_ms = ms;
    }

    /// Sets how long it waits for a metadata lock, in milliseconds; `None`: without limit.
    #[doc(alias = "lock_wait_timeout")]
    pub fn set_metadata_wait_timeout(&mut self, ms: Option<u64>) {
        self.trx.metadata_wait_timeout_ms = ms;
    }

    /// Makes the view now instead of at the first read: `WITH CONSISTENT SNAPSHOT`.
    pub fn open_view(&mut self) {
        self.trx.view();
    }

    /// Returns a table by name, to change its rows or to lock them for that, and keeps its definition until the
    /// transaction ends (`metadata` R1). REQUIRES: no latch is held.
    /// ERRORS: `Error::NoSuchTable`, `Error::Deadlock`, `Error::LockWaitTimeout`, `Error::Interrupted`.
    #[doc(alias = "open_table_get_mdl_lock")]
    pub fn table(&mut self, name: &str) -> Result<Arc<Table>> {
        self.find_table(name, MetadataMode::Write)
    }

    /// Returns a table by name, to read its rows or to lock them shared. REQUIRES and ERRORS: as
    /// [`Transaction::table`].
    pub fn table_to_read(&mut self, name: &str) -> Result<Arc<Table>> {
        self.find_table(name, MetadataMode::Read)
    }

    fn find_table(&mut self, name: &str, mode: MetadataMode) -> Result<Arc<Table>> {
        let table = self.trx.table(name, mode)?;
        self.uses_table = true;
        Ok(table)
    }

    /// Returns a table by name, to look at its definition; keeps nothing of it. REQUIRES and ERRORS: as
    /// [`Transaction::table`].
    pub fn look_at(&mut self, name: &str) -> Result<Arc<Table>> {
        self.trx.look_at(name)
    }

    /// Releases the metadata locks that the statement has taken: one of its tables could not be had (`metadata` R2).
    pub fn release_tables_of_statement(&mut self) {
        let (names, has_table) = self.before_statement;
        self.trx.release_names(names);
        self.trx.has_table = has_table;
    }

    /// Locks a table. REQUIRES: no latch is held.
    /// ERRORS: `Error::Deadlock`, `Error::LockWaitTimeout`.
    #[doc(alias = "lock_table_for_trx")]
    pub fn lock_table(&mut self, table: &Table, mode: TableMode) -> Result<()> {
        self.trx.lock_table(table, mode)
    }

    /// Begins a statement: [`Transaction::rollback_statement`] comes back to here.
    pub fn begin_statement(&mut self) {
        self.statement_start = self.trx.changes();
        self.before_statement = (self.trx.name_mark(), self.trx.has_table);
        (self.uses_table, self.page_requests) = (false, innolab_store::page_requests());
    }

    /// Counts something that the current statement does.
    #[inline]
    pub fn count(&mut self, counter: Counter, n: u64) {
        self.trx.counters.add(counter, n);
    }

    /// Returns what the current statement has cost so far, and counts from 0 on. REQUIRES: the thread is the one that
    /// began the statement.
    pub fn take_counters(&mut self) -> Counters {
        let requests = innolab_store::page_requests();
        let before = std::mem::replace(&mut self.page_requests, requests);
        self.count(Counter::PageRequests, requests - before);
        std::mem::take(&mut self.trx.counters)
    }

    /// Returns a maker of temporary files.
    pub fn temporary_files(&self) -> TemporaryFiles {
        TemporaryFiles::new(self.trx.engine.clone(), self.trx.session().clone())
    }

    /// True if the current statement has found a table.
    pub fn uses_table(&self) -> bool {
        self.uses_table
    }

    /// True if the transaction has found a table, made a view or locked something: its end is a commit or a rollback for
    /// the engine, too.
    pub fn is_begun(&self) -> bool {
        self.trx.is_begun()
    }

    /// Ends a statement: READ COMMITTED closes its view. ERRORS: the AUTO_INCREMENT counter could not be written.
    pub fn end_statement(&mut self) -> Result<()> {
        if self.isolation().skips_gaps() {
            self.trx.parts.view = None;
        }
        self.scratch.forget_duplicates(&self.trx);
        self.auto_inc.end_statement(&self.trx);
        self.binlog_cache.end_statement(&self.trx.engine);
        self.trx.publish_undo_records();
        self.trx.parts.write_counters()
    }

    /// Undoes what the statement has changed; its locks stay. ERRORS: a rollback that fails poisons the engine.
    #[doc(alias = "trx_rollback_last_sql_stat_for_mysql")]
    pub fn rollback_statement(&mut self) -> Result<()> {
        self.scratch.forget_duplicates(&self.trx);
        self.binlog_cache.forget_statement();
        self.trx.undo_to(self.statement_start)
    }

    /// Takes a savepoint.
    #[doc(alias = "trx_savept_take")]
    pub fn savepoint(&self) -> Savepoint {
        Savepoint {
            changes: self.trx.changes(),
            logged: self.binlog_cache.mark(),
            names: self.trx.name_mark(),
            is_begun: self.trx.is_begun(),
        }
    }

    /// Undoes what was changed since the savepoint; locks stay, unless the savepoint is older than the transaction's
    /// beginning (R2). REQUIRES: a savepoint of this transaction, which has not been rolled back to an earlier one since.
    /// ERRORS: as [`Transaction::rollback_statement`].
    #[doc(alias = "trx_rollback_to_savepoint_for_mysql")]
    pub fn rollback_to(&mut self, savepoint: &Savepoint) -> Result<()> {
        if savepoint.is_begun {
            self.binlog_cache.cut_back(savepoint.logged);
            self.trx.undo_to(savepoint.changes)?;
            self.trx.publish_undo_records();
        } else {
            // What the cache has bears the id that goes.
            self.binlog_cache = BinlogCache::default();
            self.trx.restart()?;
        }
        if self.trx.has_no_row_locks() {
            self.trx.release_names(savepoint.names);
        }
        self.statement_start = self.statement_start.min(self.trx.changes());
        Ok(())
    }

    /// Commits. Its changes are as durable as `innodb_flush_log_at_trx_commit` says when this returns.
    /// ERRORS: the log failed; the outcome is unknown until the next open, and the engine is poisoned (I10).
    #[doc(alias = "trx_commit_for_mysql")]
    pub fn commit(mut self) -> Result<()> {
        let Trx { engine, parts, .. } = &mut self.trx;
        self.binlog_cache.end_statement(engine);
        match self.binlog_cache.finish() {
            Some(log) => engine.commit_logged(std::mem::take(parts), log),
            None => parts.commit(engine),
        }
    }

    /// Undoes all changes and ends. The AUTO_INCREMENT counters stay. ERRORS: a rollback that fails poisons the
    /// engine.
    #[doc(alias = "trx_rollback_for_mysql")]
    pub fn rollback(mut self) -> Result<()> {
        self.note_deadlock();
        self.trx.parts.rollback(&self.trx.engine)
    }

    /// Keeps the deadlock of which it is the victim, if there is one, for [`Engine::deadlocks`].
    fn note_deadlock(&self) {
        if let Some(owner) = self.trx.parts.owner {
            self.trx.engine.note_deadlock(owner);
        }
    }

    /// Sets when the current statement began, in µs since 1970: the time in its events and later ones in the binary
    /// log. Without it they have the time of the transaction's first change.
    #[doc(alias = "THD::start_time")]
    pub fn set_statement_time(&mut self, began_us: u64) {
        self.binlog_cache.set_time(began_us);
    }

    /// Gives the current statement to the binary log; without it its rows are logged. REQUIRES:
    /// [`Transaction::begin_statement`] was called.
    /// ERRORS: `Error::TextIsNotEnough`.
    #[doc(alias = "THD::decide_logging_format")]
    pub fn log_statement(&mut self, statement: StatementText) -> Result<()> {
        self.binlog_cache.log_statement(&self.trx, statement)
    }

    /// Adds a value that the effect of the statement's text depends on. It is logged if the text is.
    pub fn log_statement_context(&mut self, given: StatementContext) {
        self.binlog_cache.add_context(given);
    }
}
