//! A transaction: what it holds while it lives, and how it asks for locks.
//!
//! ```text
//! begin ─► first table ──► first read ──► first lock ──► first change ──────────────► commit · rollback · dropped
//!          owner in the    read view      IS / IX        id, named to the lock table  log to the history or given back;
//!          lock table      (RR keeps it)                 and the view; undo log       the id ends, locks go
//! ```
//!
//! Nothing is taken before it is needed: a transaction that only reads has no id, one that reads without locks has no IS.
//!
//! RULES
//!
//! - **R1** The id comes with the first change (`mvcc` R1), and is in the header of `sys.ibd` before anything bears it.
//! - **R2** A lock is asked for under the latch of its leaf, and waited for without any: `lock_record`, drop the
//!   latches, [`Transaction::wait`], come back, ask again (`lock` T3).
//! - **R3** Who writes or locks rows of a table holds IX or IS on it first.
//! - **R4** A failed row change leaves nothing of itself. A failed statement is taken back by its session
//!   ([`Transaction::rollback_statement`]); after [`Error::Deadlock`] the whole transaction must be.
//!
//! InnoDB's counterpart: `trx_t`, `trx0trx`, `lock_table`. Left out: read-only transactions as a kind of their own: who
//! does not write is one.

use crate::auto_increment::Numbering;
use crate::binlog::Logging;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::read::Buffers;
use crate::recover::Dormant;
use crate::row::System;
use crate::table::Table;
use crate::write::{DuplicateLock, Scratch};
use innolab_base::{TrxId, Waiter};
use innolab_lock::{Answer, At, Inherit, Owner, Patience, RecordMode, TableMode, Ticket, Waited};
use innolab_mvcc::ReadView;
use innolab_undo::{Kind, Log};
use std::sync::Arc;

/// How much of the others a transaction sees, and how much it stops them.
#[doc(alias = "trx_isolation_level")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Isolation {
    /// Reads the newest versions, committed or not.
    ReadUncommitted,
    /// A view for each statement; locks on records without their gaps.
    ReadCommitted,
    /// A view from the first read on; next-key locks.
    #[default]
    RepeatableRead,
    /// As [`Isolation::RepeatableRead`]; `sql` makes plain reads locking ones.
    Serializable,
}

impl Isolation {
    /// Whether gaps are left to the others, but for checks of duplicates.
    #[doc(alias = "skip_gap_locks")]
    pub(crate) fn skips_gaps(self) -> bool {
        self <= Isolation::ReadCommitted
    }
}

/// What a request for a record lock came to, under the latch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Asked {
    /// Go on.
    Granted {
        /// Whether this made a lock.
        fresh: bool,
    },
    /// It is not free, and nobody was to wait.
    Busy,
    /// Drop the latches and [`Transaction::wait`].
    Wait(Ticket),
}

/// A transaction. Dropping it rolls it back.
#[doc(alias = "trx_t")]
#[must_use = "a transaction is rolled back unless it is committed"]
pub struct Transaction {
    pub(crate) engine: Arc<Engine>,
    seat: Arc<Waiter>,
    isolation: Isolation,
    /// From the first table on.
    owner: Option<Owner>,
    /// From the first change on (R1).
    id: Option<TrxId>,
    pub(crate) view: Option<ReadView>,
    /// Whose definitions stay as they are until the end (`metadata`).
    pub(crate) tables: Vec<Arc<Table>>,
    /// Tables and the strongest intention held there (R3).
    intentions: Vec<(u64, TableMode)>,
    /// From the first change on.
    log: Option<Log>,
    /// Records of the log whose rows have changed.
    changes: u64,
    /// Where the log was when the statement began.
    statement_start: u64,
    /// How this statement locks what stands in the way of a row.
    pub(crate) on_duplicate: DuplicateLock,
    /// The largest AUTO_INCREMENT value given in each table.
    pub(crate) counters: Vec<(Arc<Table>, u64)>,
    pub(crate) numbering: Numbering,
    pub(crate) scratch: Scratch,
    /// What it will have in the binary log (`binlog`).
    pub(crate) logging: Logging,
    /// Whether its log is prepared: the binary log decides.
    pub(crate) prepared: bool,
    /// What consistent reads use again and again.
    pub(crate) buffers: Buffers,
    /// `innodb_lock_wait_timeout`; `None`: for ever.
    lock_wait_timeout_ms: Option<u64>,
}

impl Transaction {
    pub(crate) fn new(engine: Arc<Engine>, seat: Arc<Waiter>, isolation: Isolation) -> Transaction {
        Transaction {
            engine,
            seat,
            isolation,
            owner: None,
            id: None,
            view: None,
            tables: Vec::new(),
            intentions: Vec::new(),
            log: None,
            changes: 0,
            statement_start: 0,
            on_duplicate: DuplicateLock::default(),
            counters: Vec::new(),
            numbering: Numbering::default(),
            scratch: Scratch::default(),
            logging: Logging::default(),
            prepared: false,
            buffers: Buffers::default(),
            lock_wait_timeout_ms: None,
        }
    }

    /// One that a crash has left under way.
    pub(crate) fn recovered(engine: Arc<Engine>, dormant: Dormant) -> Transaction {
        let Dormant { owner, log, xid } = dormant;
        let mut transaction = Transaction::new(engine, Arc::new(Waiter::default()), Isolation::default());
        transaction.owner = Some(owner);
        transaction.id = Some(log.trx());
        transaction.changes = log.len();
        transaction.log = Some(log);
        transaction.prepared = xid.is_some();
        transaction
    }

    /// The isolation level.
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// The id, once something was changed.
    pub fn id(&self) -> Option<TrxId> {
        self.id
    }

    /// How long a lock is waited for, in milliseconds; `None`: until it is had.
    #[doc(alias = "innodb_lock_wait_timeout")]
    pub fn set_lock_wait_timeout(&mut self, ms: Option<u64>) {
        self.lock_wait_timeout_ms = ms;
    }

    /// Makes the view now, not at the first read: `WITH CONSISTENT SNAPSHOT`.
    pub fn open_view(&mut self) {
        self.view();
    }

    /// What this transaction, or under READ COMMITTED this statement, sees; made at the first call.
    pub(crate) fn view(&mut self) -> &ReadView {
        let (engine, id) = (&self.engine, self.id);
        self.view.get_or_insert_with(|| engine.mvcc.view(id))
    }

    /// Its number in the lock table, from now on at the latest.
    pub(crate) fn owner(&mut self) -> Owner {
        match self.owner {
            Some(owner) => owner,
            None => {
                let owner = self.engine.lock.begin(self.seat.clone());
                if self.isolation.skips_gaps() {
                    self.engine.lock.set_inherit(owner, Inherit::SharedOnly);
                }
                if let Some(id) = self.id {
                    self.engine.lock.name_writer(owner, id);
                }
                *self.owner.insert(owner)
            }
        }
    }

    /// Its number in the lock table, if it has one.
    pub(crate) fn owner_if_any(&self) -> Option<Owner> {
        self.owner
    }

    /// Its id, from now on at the latest (R1).
    pub(crate) fn writer(&mut self) -> Result<TrxId> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let owner = self.owner();
        let id = self.engine.mvcc.begin();
        if let Err(e) = self.engine.sys.reserve_trx_id(id) {
            self.engine.mvcc.end(id);
            return Err(e);
        }
        self.engine.lock.name_writer(owner, id);
        if let Some(view) = &mut self.view {
            view.set_own(id);
        }
        Ok(*self.id.insert(id))
    }

    /// How many rows a rollback would have to undo now: what it weighs as a victim.
    pub(crate) fn undo_records(&self) -> u64 {
        self.changes
    }

    /// Locks a table. REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::NoWait`].
    #[doc(alias = "lock_table_for_trx")]
    pub fn lock_table(&mut self, table: &Table, mode: TableMode, patience: Patience) -> Result<()> {
        let id = table.id();
        if self.intentions.iter().any(|(other, held)| *other == id && held.covers(mode)) {
            return Ok(());
        }
        self.lock_name(innolab_lock::Table::Data(id), mode, patience, self.lock_wait_timeout_ms)?;
        // AUTO-INC locks go before the end, so they are not remembered.
        if mode != TableMode::AutoInc {
            self.intentions.push((id, mode));
        }
        Ok(())
    }

    /// Locks a table's rows or its definition. REQUIRES and ERRORS as [`Transaction::lock_table`].
    pub(crate) fn lock_name(
        &mut self,
        name: innolab_lock::Table,
        mode: TableMode,
        patience: Patience,
        timeout_ms: Option<u64>,
    ) -> Result<()> {
        let owner = self.owner();
        loop {
            match self.asked(self.engine.lock.lock_table(owner, name, mode, self.undo_records(), patience))? {
                Asked::Granted { .. } => return Ok(()),
                Asked::Busy => return Err(Error::NoWait),
                Asked::Wait(ticket) => self.wait_for(ticket, timeout_ms)?,
            }
        }
    }

    /// Asks for a lock on a record. REQUIRES: the record's leaf is latched; another's implicit lock on it was made
    /// explicit (`lock` T4); [`Transaction::lock_table`] before (R3). ERRORS: [`Error::Deadlock`].
    pub(crate) fn lock_record(&self, at: &At<'_>, mode: RecordMode, patience: Patience) -> Result<Asked> {
        let Some(owner) = self.owner else { panic!("R3: no lock on the table") };
        self.asked(self.engine.lock.lock_record(owner, at, mode, self.undo_records(), patience))
    }

    /// Asks whether a record may be changed: it is then held by its `DB_TRX_ID`. REQUIRES and ERRORS as
    /// [`Transaction::lock_record`].
    pub(crate) fn lock_implicitly(&self, at: &At<'_>) -> Result<Asked> {
        let Some(owner) = self.owner else { panic!("R3: no lock on the table") };
        self.asked(self.engine.lock.lock_implicitly(owner, at, self.undo_records()))
    }

    /// Whether this transaction wrote what bears the id.
    pub(crate) fn is_mine(&self, writer: TrxId) -> bool {
        self.id == Some(writer)
    }

    fn asked(&self, answer: Answer) -> Result<Asked> {
        match answer {
            Answer::Granted { fresh } => Ok(Asked::Granted { fresh }),
            Answer::Busy => Ok(Asked::Busy),
            Answer::Wait(ticket) => Ok(Asked::Wait(ticket)),
            Answer::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }

    /// Waits; then the caller asks again (R2). REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`],
    /// [`Error::LockWaitTimeout`], [`Error::Interrupted`].
    pub(crate) fn wait(&mut self, ticket: Ticket) -> Result<()> {
        self.wait_for(ticket, self.lock_wait_timeout_ms)
    }

    fn wait_for(&mut self, ticket: Ticket, timeout_ms: Option<u64>) -> Result<()> {
        match self.engine.lock.wait(ticket, timeout_ms) {
            Waited::Granted | Waited::Gone => Ok(()),
            Waited::TimedOut => Err(Error::LockWaitTimeout),
            Waited::Cancelled => Err(Error::Interrupted),
            Waited::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }

    /// Everything is ready for a change of a row; how many there were. REQUIRES: the table is locked (R3).
    pub(crate) fn begin_change(&mut self) -> Result<u64> {
        let id = self.writer()?;
        if self.log.is_none() {
            self.log = Some(self.engine.undo.begin(id)?);
        }
        Ok(self.changes)
    }

    /// How many rows were changed, as the undo log counts.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Writes an undo record; what the row's next version bears. Then [`Transaction::keep_or_take_back`].
    #[doc(alias = "trx_undo_report_row_operation")]
    pub(crate) fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<System> {
        let mut written = None;
        self.append_all(kind, std::iter::once(payload), |system| written = Some(system))?;
        written.ok_or_else(|| unreachable!("one record at least"))
    }

    /// Writes undo records, as many as one page takes, one at least; what each row's next version bears goes to
    /// `written`. Records of rows that did not change are taken off before. Then [`Transaction::changes_kept`].
    pub(crate) fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        mut written: impl FnMut(System),
    ) -> Result<()> {
        let (Some(log), Some(trx_id)) = (&mut self.log, self.id) else { panic!("a change has begun") };
        log.truncate(self.changes)?;
        Ok(log.append_all(kind, payloads, |at| written(System { trx_id, roll_ptr: at.0 }))?)
    }

    /// Says that the rows of so many more undo records have changed.
    pub(crate) fn changes_kept(&mut self, n: u64) {
        self.changes += n;
    }

    /// Says whether the row of the last undo record has changed; else the record is taken back.
    pub(crate) fn keep_or_take_back(&mut self, kept: bool) -> Result<()> {
        let Some(log) = &mut self.log else { return Ok(()) };
        if !kept && let Err(e) = log.truncate(self.changes) {
            // The row may have to wait for a lock; now it will not.
            self.owner.into_iter().for_each(|owner| self.engine.lock.cancel(owner));
            return Err(e.into());
        }
        self.changes = log.len();
        Ok(())
    }

    /// A statement begins: [`Transaction::rollback_statement`] comes back to here.
    pub fn begin_statement(&mut self) {
        self.statement_start = self.changes;
    }

    /// A statement ends: READ COMMITTED closes its view. ERRORS: the AUTO_INCREMENT counter could not be written.
    pub fn end_statement(&mut self) -> Result<()> {
        if self.isolation.skips_gaps() {
            self.view = None;
        }
        self.forget_duplicates();
        self.forget_numbering();
        self.seal_logged();
        self.tell_changes();
        self.keep_counters()
    }

    /// What it weighs is known to the lock table also between its requests.
    fn tell_changes(&self) {
        if let (Some(owner), true) = (self.owner, self.log.is_some()) {
            self.engine.lock.set_undo_records(owner, self.changes);
        }
    }

    /// Checks of duplicates lock S again (H2 of `lock`).
    fn forget_duplicates(&mut self) {
        let on_duplicate = std::mem::take(&mut self.on_duplicate);
        if let (DuplicateLock::Exclusive, true, Some(owner)) = (on_duplicate, self.isolation.skips_gaps(), self.owner) {
            self.engine.lock.set_inherit(owner, Inherit::SharedOnly);
        }
    }

    /// Takes back what the statement has changed; its locks stay. ERRORS: what stops a rollback stops the engine.
    #[doc(alias = "trx_rollback_last_sql_stat_for_mysql")]
    pub fn rollback_statement(&mut self) -> Result<()> {
        self.forget_duplicates();
        self.logging.forget_statement();
        self.undo_to(self.statement_start)
    }

    /// A place to come back to.
    #[doc(alias = "trx_savept_take")]
    pub fn savepoint(&self) -> Savepoint {
        Savepoint { changes: self.changes, logged: self.logging.mark() }
    }

    /// Takes back what was changed since; locks stay. REQUIRES: a savepoint of this transaction, not behind one that it
    /// came back to. ERRORS: as [`Transaction::rollback_statement`].
    #[doc(alias = "trx_rollback_to_savepoint_for_mysql")]
    pub fn rollback_to(&mut self, savepoint: &Savepoint) -> Result<()> {
        self.logging.cut_back(savepoint.logged);
        self.undo_to(savepoint.changes)?;
        self.tell_changes();
        self.statement_start = self.statement_start.min(self.changes);
        Ok(())
    }

    /// Its undo log, which changes with `changes`.
    pub(crate) fn log_mut(&mut self) -> Option<(&mut Log, &mut u64)> {
        self.log.as_mut().map(|log| (log, &mut self.changes))
    }

    /// What is to be ended, in the order in which it ends; nothing is left (`commit`).
    pub(crate) fn take_ends(&mut self) -> Ends {
        self.view = None;
        self.changes = 0;
        self.numbering = Numbering::default();
        Ends { log: self.log.take(), id: self.id.take(), owner: self.owner.take() }
    }
}

/// A place in a transaction to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Savepoint {
    changes: u64,
    logged: innolab_binlog::Mark,
}

/// What a transaction has that must be ended.
pub(crate) struct Ends {
    pub(crate) log: Option<Log>,
    pub(crate) id: Option<TrxId>,
    pub(crate) owner: Option<Owner>,
}
