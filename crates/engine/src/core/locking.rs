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
//! - **R3** Under a timeout of 0 (`innodb_lock_wait_timeout = 0`, NOWAIT) no request is queued: one that would have to
//!   wait fails at once, before any search for deadlocks.
//!
//! InnoDB's counterpart: `lock_table`, `lock_rec_lock`, `lock_wait`.

use super::trx::Trx;
use crate::codec::{Error, Result};
use crate::dict::Table;
use innolab_base::Counter;
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
    /// Another transaction holds the lock, and the request was not to wait (SKIP LOCKED, a semi-consistent read).
    Busy,
    /// The caller has to drop its latches and call [`Trx::wait`].
    Wait(Ticket),
}

impl Trx {
    /// Locks a table, waiting if necessary. REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`],
    /// [`Error::LockWaitTimeout`], [`Error::Interrupted`].
    #[doc(alias = "lock_table_for_trx")]
    pub(crate) fn lock_table(&mut self, table: &Table, mode: TableMode) -> Result<()> {
        let id = table.id();
        if self.intentions.iter().any(|(other, held)| *other == id && held.covers(mode)) {
            return Ok(());
        }
        self.wait_for_table(innolab_lock::Table(id), mode)?;
        // An AUTO_INC lock is released at the statement's end, so it is not remembered.
        if mode != TableMode::AutoInc {
            self.intentions.push((id, mode));
        }
        Ok(())
    }

    /// True if it holds IX on a table: it writes rows, or locks them exclusively.
    pub(crate) fn has_write_intention(&self) -> bool {
        self.intentions.iter().any(|(_, mode)| *mode != TableMode::Is)
    }

    fn wait_for_table(&mut self, table: innolab_lock::Table, mode: TableMode) -> Result<()> {
        let (owner, policy) = (self.ensure_owner(), self.wait_policy());
        loop {
            match attempted(self.engine.lock.lock_table(owner, table, mode, self.undo_records(), policy))? {
                LockAttempt::Granted { .. } => return Ok(()),
                LockAttempt::Busy => return Err(Error::LockWaitTimeout),
                LockAttempt::Wait(ticket) => self.wait_for(ticket, self.lock_wait_timeout_ms)?,
            }
        }
    }

    /// Requests a lock on a record (R1). REQUIRES: the record's leaf is latched; an implicit lock of another
    /// transaction on it was made explicit (`lock` T4); the table is locked (R2). ERRORS: [`Error::Deadlock`];
    /// [`Error::LockWaitTimeout`] (R3).
    pub(crate) fn lock_record(
        &self,
        at: &RecordId<'_>,
        mode: RecordMode,
        wait_policy: WaitPolicy,
    ) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        let policy = if wait_policy == WaitPolicy::Wait { self.wait_policy() } else { wait_policy };
        match attempted(self.engine.lock.lock_record(owner, at, mode, self.undo_records(), policy))? {
            LockAttempt::Busy if wait_policy == WaitPolicy::Wait => Err(Error::LockWaitTimeout),
            attempt => Ok(attempt),
        }
    }

    /// Requests to change a record. If no other transaction is in the way this creates no lock: the `DB_TRX_ID` that
    /// the change writes locks the record implicitly. REQUIRES and ERRORS as [`Trx::lock_record`].
    pub(crate) fn lock_implicitly(&self, at: &RecordId<'_>) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        match attempted(self.engine.lock.lock_implicitly(owner, at, self.undo_records(), self.wait_policy()))? {
            LockAttempt::Busy => Err(Error::LockWaitTimeout),
            attempt => Ok(attempt),
        }
    }

    /// What a request for a row does that would have to wait (R3).
    fn wait_policy(&self) -> WaitPolicy {
        policy_within(self.lock_wait_timeout_ms)
    }

    /// Waits for a row until the request is granted or withdrawn; then the caller repeats it (R1). REQUIRES: no latch is held.
    /// ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`] after `lock_wait_timeout_ms`, [`Error::Interrupted`].
    pub(crate) fn wait(&mut self, ticket: Ticket) -> Result<()> {
        let began_us = self.engine.now_us();
        let waited = self.wait_for(ticket, self.lock_wait_timeout_ms);
        self.engine.counting.waited(self.engine.now_us().saturating_sub(began_us));
        waited
    }

    pub(super) fn wait_for(&mut self, ticket: Ticket, timeout_ms: Option<u64>) -> Result<()> {
        self.counters.add(Counter::LockWaits, 1);
        let now_us = self.engine.now_us();
        self.session().activity().waits_since_us = Some(now_us);
        let outcome = self.engine.lock.wait(ticket, timeout_ms);
        self.session().activity().waits_since_us = None;
        match outcome {
            WaitOutcome::Granted | WaitOutcome::Gone => Ok(()),
            WaitOutcome::TimedOut => Err(Error::LockWaitTimeout),
            WaitOutcome::Cancelled => Err(Error::Interrupted),
            WaitOutcome::Deadlock(report) => Err(Error::Deadlock(report)),
        }
    }
}

/// What a request does that may wait for `timeout_ms` (R3).
pub(super) fn policy_within(timeout_ms: Option<u64>) -> WaitPolicy {
    if timeout_ms == Some(0) { WaitPolicy::NoWait } else { WaitPolicy::Wait }
}

pub(super) fn attempted(answer: Answer) -> Result<LockAttempt> {
    match answer {
        Answer::Granted { fresh } => Ok(LockAttempt::Granted { fresh }),
        Answer::Busy => Ok(LockAttempt::Busy),
        Answer::Wait(ticket) => Ok(LockAttempt::Wait(ticket)),
        Answer::Deadlock(report) => Err(Error::Deadlock(report)),
    }
}
