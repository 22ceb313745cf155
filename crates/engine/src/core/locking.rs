//! Requests for locks, and waiting for them.
//!
//! ```text
//! latch leaf ─► lock_record ─┬─ Granted ─► use the record
//!    ▲                       └─ Wait ────► drop latches ─► Trx::wait ─┐
//!    └────────────────────────────────────────────────────────────────┘
//! ```
//!
//! RULES
//!
//! - **R1** A lock on a record is requested with its leaf latched. A wait holds no latch; after it the caller finds the
//!   record again and repeats the request (`lock` T3).
//! - **R2** A transaction holds IX on a table before it writes or exclusively locks its rows, and IS before it locks
//!   them shared.
//!
//! InnoDB's counterpart: `lock_table`, `lock_rec_lock`, `lock_wait`.

use super::trx::Trx;
use crate::codec::{Error, Result};
use crate::dict::Table;
use innolab_lock::{Answer, RecordId, RecordMode, TableMode, Ticket, WaitOutcome, WaitPolicy};

/// The outcome of a request for a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum LockAttempt {
    /// The transaction holds the lock.
    Granted {
        /// True if the request created the lock; false if the transaction held it before.
        fresh: bool,
    },
    /// Another transaction holds the lock, and the request was not to wait (NOWAIT, SKIP LOCKED).
    Busy,
    /// The caller has to drop its latches and call [`Trx::wait`].
    Wait(Ticket),
}

impl Trx {
    /// Locks a table, waiting if necessary. REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`],
    /// [`Error::LockWaitTimeout`], [`Error::Interrupted`], [`Error::NoWait`].
    #[doc(alias = "lock_table_for_trx")]
    pub(crate) fn lock_table(&mut self, table: &Table, mode: TableMode, wait_policy: WaitPolicy) -> Result<()> {
        let id = table.id();
        if self.intentions.iter().any(|(other, held)| *other == id && held.covers(mode)) {
            return Ok(());
        }
        self.lock_name(innolab_lock::Table::Data(id), mode, wait_policy, self.lock_wait_timeout_ms)?;
        // An AUTO_INC lock is released at the statement's end, so it is not remembered.
        if mode != TableMode::AutoInc {
            self.intentions.push((id, mode));
        }
        Ok(())
    }

    /// Locks a table's data or its definition, waiting at most `timeout_ms` (`None`: for ever). REQUIRES and ERRORS as
    /// [`Trx::lock_table`].
    pub(crate) fn lock_name(
        &mut self,
        name: innolab_lock::Table,
        mode: TableMode,
        wait_policy: WaitPolicy,
        timeout_ms: Option<u64>,
    ) -> Result<()> {
        let owner = self.ensure_owner();
        loop {
            match self.attempt(self.engine.lock.lock_table(owner, name, mode, self.undo_records(), wait_policy))? {
                LockAttempt::Granted { .. } => return Ok(()),
                LockAttempt::Busy => return Err(Error::NoWait),
                LockAttempt::Wait(ticket) => self.wait_for(ticket, timeout_ms)?,
            }
        }
    }

    /// Requests a lock on a record (R1). REQUIRES: the record's leaf is latched; an implicit lock of another
    /// transaction on it was made explicit (`lock` T4); the table is locked (R2). ERRORS: [`Error::Deadlock`].
    pub(crate) fn lock_record(
        &self,
        at: &RecordId<'_>,
        mode: RecordMode,
        wait_policy: WaitPolicy,
    ) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        self.attempt(self.engine.lock.lock_record(owner, at, mode, self.undo_records(), wait_policy))
    }

    /// Requests to change a record. If no other transaction is in the way this creates no lock: the `DB_TRX_ID` that
    /// the change writes locks the record implicitly. REQUIRES and ERRORS as [`Trx::lock_record`].
    pub(crate) fn lock_implicitly(&self, at: &RecordId<'_>) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        self.attempt(self.engine.lock.lock_implicitly(owner, at, self.undo_records()))
    }

    fn attempt(&self, answer: Answer) -> Result<LockAttempt> {
        match answer {
            Answer::Granted { fresh } => Ok(LockAttempt::Granted { fresh }),
            Answer::Busy => Ok(LockAttempt::Busy),
            Answer::Wait(ticket) => Ok(LockAttempt::Wait(ticket)),
            Answer::Deadlock(report) => Err(Error::Deadlock(report)),
        }
    }

    /// Waits until the request is granted or withdrawn; then the caller repeats it (R1). REQUIRES: no latch is held.
    /// ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`] after `lock_wait_timeout_ms`, [`Error::Interrupted`].
    pub(crate) fn wait(&mut self, ticket: Ticket) -> Result<()> {
        self.wait_for(ticket, self.lock_wait_timeout_ms)
    }

    fn wait_for(&mut self, ticket: Ticket, timeout_ms: Option<u64>) -> Result<()> {
        match self.engine.lock.wait(ticket, timeout_ms) {
            WaitOutcome::Granted | WaitOutcome::Gone => Ok(()),
            WaitOutcome::TimedOut => Err(Error::LockWaitTimeout),
            WaitOutcome::Cancelled => Err(Error::Interrupted),
            WaitOutcome::Deadlock(report) => Err(Error::Deadlock(report)),
        }
    }
}
