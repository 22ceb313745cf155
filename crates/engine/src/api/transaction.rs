//! A transaction, as a session holds it: what it has (`core::trx`), and what its statements work with.
//!
//! RULES
//!
//! - **R1** A failed row change leaves nothing of itself (`write`). A failed statement is taken back by its session
//!   ([`Transaction::rollback_statement`]); after `Error::Deadlock` the whole transaction must be.
//!
//! InnoDB's counterpart: `trx_t` with `row_prebuilt_t`; the server's `THD::transaction`.

use crate::binlog::{BinlogCache, StatementText};
use crate::codec::Result;
use crate::core::{Engine, Isolation, Trx};
use crate::dict::Table;
use crate::read::ReadBuffers;
use crate::rows::Numbering;
use crate::write::Scratch;
use innolab_base::{TrxId, Waiter};
use innolab_binlog::Given;
use innolab_lock::{TableMode, WaitPolicy};
use std::sync::Arc;

/// A transaction. Dropping it rolls it back.
///
/// | methods                                                                    | stand in       |
/// |----------------------------------------------------------------------------|----------------|
/// | statements, savepoints, the end; what the binary log is told               | here           |
/// | `read`, `each_row`, `scan`                                                 | `api::reads`   |
/// | `insert`, `insert_many`, `update`, `delete`, `reserve_auto_increment`, …        | `api::changes` |
/// | `apply`: a change that stands in a binary log                              | `api::apply`   |
#[doc(alias = "trx_t")]
#[must_use = "a transaction is rolled back unless it is committed"]
pub struct Transaction {
    pub(crate) trx: Trx,
    /// Where the log was when the statement began.
    statement_start: u64,
    pub(super) numbering: Numbering,
    pub(super) scratch: Scratch,
    /// What it will have in the binary log (`binlog`).
    pub(super) binlog_cache: BinlogCache,
    /// What consistent reads use again and again.
    pub(super) buffers: ReadBuffers,
}

/// A place in a transaction to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Savepoint {
    changes: u64,
    logged: innolab_binlog::Mark,
}

impl Engine {
    /// A transaction of the session that sits on `seat`. Nothing is taken yet: no id, no lock, no view.
    #[doc(alias = "trx_start_if_not_started")]
    pub fn begin(self: &Arc<Self>, session: &Arc<Waiter>, isolation: Isolation) -> Transaction {
        Transaction {
            trx: Trx::new(self.clone(), session.clone(), isolation),
            statement_start: 0,
            numbering: Numbering::default(),
            scratch: Scratch::default(),
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

    /// The id, once something was changed.
    pub fn id(&self) -> Option<TrxId> {
        self.trx.id()
    }

    /// How long a lock is waited for, in milliseconds; `None`: until it is had.
    #[doc(alias = "innodb_lock_wait_timeout")]
    pub fn set_lock_wait_timeout(&mut self, ms: Option<u64>) {
        self.trx.lock_wait_timeout_ms = ms;
    }

    /// Makes the view now, not at the first read: `WITH CONSISTENT SNAPSHOT`.
    pub fn open_view(&mut self) {
        self.trx.view();
    }

    /// A table by its name, which stays what it is until the transaction ends (`metadata` R1). REQUIRES: no latch is
    /// held.
    /// ERRORS: `Error::NoSuchTable`, `Error::Deadlock`,
    /// `Error::Interrupted`.
    #[doc(alias = "open_table_get_mdl_lock")]
    pub fn table(&mut self, name: &str) -> Result<Arc<Table>> {
        self.trx.table(name)
    }

    /// Locks a table. REQUIRES: no latch is held.
    /// ERRORS: `Error::Deadlock`, `Error::LockWaitTimeout`,
    /// `Error::NoWait`.
    #[doc(alias = "lock_table_for_trx")]
    pub fn lock_table(&mut self, table: &Table, mode: TableMode, wait_policy: WaitPolicy) -> Result<()> {
        self.trx.lock_table(table, mode, wait_policy)
    }

    /// A statement begins: [`Transaction::rollback_statement`] comes back to here.
    pub fn begin_statement(&mut self) {
        self.statement_start = self.trx.changes();
    }

    /// A statement ends: READ COMMITTED closes its view. ERRORS: the AUTO_INCREMENT counter could not be written.
    pub fn end_statement(&mut self) -> Result<()> {
        if self.isolation().skips_gaps() {
            self.trx.parts.view = None;
        }
        self.scratch.forget_duplicates(&self.trx);
        self.numbering.end_statement(&self.trx);
        self.binlog_cache.end_statement(&self.trx.engine);
        self.trx.tell_changes();
        self.trx.parts.keep_counters()
    }

    /// Takes back what the statement has changed; its locks stay. ERRORS: what stops a rollback stops the engine.
    #[doc(alias = "trx_rollback_last_sql_stat_for_mysql")]
    pub fn rollback_statement(&mut self) -> Result<()> {
        self.scratch.forget_duplicates(&self.trx);
        self.binlog_cache.forget_statement();
        self.trx.undo_to(self.statement_start)
    }

    /// A place to come back to.
    #[doc(alias = "trx_savept_take")]
    pub fn savepoint(&self) -> Savepoint {
        Savepoint { changes: self.trx.changes(), logged: self.binlog_cache.mark() }
    }

    /// Takes back what was changed since; locks stay. REQUIRES: a savepoint of this transaction, not behind one that it
    /// came back to. ERRORS: as [`Transaction::rollback_statement`].
    #[doc(alias = "trx_rollback_to_savepoint_for_mysql")]
    pub fn rollback_to(&mut self, savepoint: &Savepoint) -> Result<()> {
        self.binlog_cache.cut_back(savepoint.logged);
        self.trx.undo_to(savepoint.changes)?;
        self.trx.tell_changes();
        self.statement_start = self.statement_start.min(self.trx.changes());
        Ok(())
    }

    /// Ends it; what it did is as durable as `innodb_flush_log_at_trx_commit` says when this returns. ERRORS: the log
    /// failed; it is unknown then whether the transaction survives, and the store refuses to go on (I10).
    #[doc(alias = "trx_commit_for_mysql")]
    pub fn commit(mut self) -> Result<()> {
        let Trx { engine, parts, .. } = &mut self.trx;
        self.binlog_cache.end_statement(engine);
        match self.binlog_cache.finish() {
            Some(log) => engine.commit_logged(std::mem::take(parts), log),
            None => parts.commit(engine),
        }
    }

    /// Takes everything back and ends. The AUTO_INCREMENT counters stay. ERRORS: what stops a rollback stops the
    /// engine.
    #[doc(alias = "trx_rollback_for_mysql")]
    pub fn rollback(mut self) -> Result<()> {
        self.trx.parts.rollback(&self.trx.engine)
    }

    /// Says when the statement that begins began, in µs since 1970: the log's events of it and of those to come bear
    /// that. Unless it is said they bear the time of the transaction's first change.
    #[doc(alias = "THD::start_time")]
    pub fn set_statement_time(&mut self, began_us: u64) {
        self.binlog_cache.set_time(began_us);
    }

    /// Says what the statement that begins is, for the log; without it its rows are logged. REQUIRES:
    /// [`Transaction::begin_statement`] was called.
    /// ERRORS: `Error::TextIsNotEnough`.
    #[doc(alias = "THD::decide_logging_format")]
    pub fn log_statement(&mut self, statement: StatementText) -> Result<()> {
        self.binlog_cache.log_statement(&self.trx, statement)
    }

    /// Says what the statement's text does not: with the text alone it would come to something else. It is logged if
    /// the text is.
    pub fn log_statement_context(&mut self, given: Given) {
        self.binlog_cache.add_context(given);
    }
}
