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
//! - **R2** A lock is asked for under the latch of its leaf, and waited for without any: `lock_record`, drop the latches, [`Transaction::wait`], come
//!   back, ask again (`lock` T3).
//! - **R3** Who writes or locks rows of a table holds IX or IS on it first.
//! - **R4** A failed row change leaves nothing of itself. A failed statement is taken back by its session ([`Transaction::rollback_statement`]); after
//!   [`Error::Deadlock`] the whole transaction must be.
//!
//! InnoDB's counterpart: `trx_t`, `trx0trx`, `lock_table`. Left out: read-only transactions as a kind of their own: who does not write is one.

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::table::Table;
use innolab_base::{TrxId, Waiter};
use innolab_lock::{Answer, At, Inherit, Owner, Patience, RecordMode, TableMode, Ticket, Waited};
use innolab_mvcc::ReadView;
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
    pub fn skips_gaps(self) -> bool {
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
    view: Option<ReadView>,
    /// Tables and the strongest intention held there (R3).
    intentions: Vec<(u64, TableMode)>,
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
            intentions: Vec::new(),
            lock_wait_timeout_ms: None,
        }
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
        0
    }

    /// Locks a table. REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::NoWait`].
    #[doc(alias = "lock_table_for_trx")]
    pub fn lock_table(&mut self, table: &Table, mode: TableMode, patience: Patience) -> Result<()> {
        let id = table.id();
        if self.intentions.iter().any(|(other, held)| *other == id && held.covers(mode)) {
            return Ok(());
        }
        let name = innolab_lock::Table::Data(id);
        let owner = self.owner();
        loop {
            match self.asked(self.engine.lock.lock_table(owner, name, mode, self.undo_records(), patience))? {
                Asked::Granted { .. } => break,
                Asked::Busy => return Err(Error::NoWait),
                Asked::Wait(ticket) => self.wait(ticket)?,
            }
        }
        // AUTO-INC locks go before the end, so they are not remembered.
        if mode != TableMode::AutoInc {
            self.intentions.push((id, mode));
        }
        Ok(())
    }

    /// Asks for a lock on a record. REQUIRES: the record's leaf is latched; another's implicit lock on it was made explicit (`lock` T4); [`Transaction::lock_table`]
    /// before (R3). ERRORS: [`Error::Deadlock`].
    pub(crate) fn lock_record(&self, at: &At<'_>, mode: RecordMode, patience: Patience) -> Result<Asked> {
        let Some(owner) = self.owner else { panic!("R3: no lock on the table") };
        self.asked(self.engine.lock.lock_record(owner, at, mode, self.undo_records(), patience))
    }

    fn asked(&self, answer: Answer) -> Result<Asked> {
        match answer {
            Answer::Granted { fresh } => Ok(Asked::Granted { fresh }),
            Answer::Busy => Ok(Asked::Busy),
            Answer::Wait(ticket) => Ok(Asked::Wait(ticket)),
            Answer::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }

    /// Waits; then the caller asks again (R2). REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::Interrupted`].
    pub(crate) fn wait(&mut self, ticket: Ticket) -> Result<()> {
        match self.engine.lock.wait(ticket, self.lock_wait_timeout_ms) {
            Waited::Granted | Waited::Gone => Ok(()),
            Waited::TimedOut => Err(Error::LockWaitTimeout),
            Waited::Cancelled => Err(Error::Interrupted),
            Waited::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }

    /// A statement begins.
    pub fn begin_statement(&mut self) {}

    /// A statement ends: READ COMMITTED closes its view.
    pub fn end_statement(&mut self) {
        if self.isolation.skips_gaps() {
            self.view = None;
        }
    }
}
