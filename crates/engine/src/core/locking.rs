//! How a transaction asks for locks, and waits for them.
//!
//! RULES
//!
//! - **R1** A lock is asked for under the latch of its leaf, and waited for without any: `lock_record`, drop the
//!   latches, [`Trx::wait`], come back, ask again (`lock` T3).
//! - **R2** Who writes or locks rows of a table holds IX or IS on it first.
//!
//! InnoDB's counterpart: `lock_table`, `lock_rec_lock`, `lock_wait`.

use super::trx::Trx;
use crate::codec::{Error, Result};
use crate::dict::Table;
use innolab_lock::{Answer, RecordId, RecordMode, TableMode, Ticket, WaitOutcome, WaitPolicy};

/// What a request for a record lock came to, under the latch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum LockAttempt {
    /// Go on.
    Granted {
        /// Whether this made a lock.
        fresh: bool,
    },
    /// It is not free, and nobody was to wait.
    Busy,
    /// Drop the latches and [`Trx::wait`].
    Wait(Ticket),
}

impl Trx {
    /// Locks a table. REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::NoWait`].
    #[doc(alias = "lock_table_for_trx")]
    pub(crate) fn lock_table(&mut self, table: &Table, mode: TableMode, wait_policy: WaitPolicy) -> Result<()> {
        let id = table.id();
        if self.intentions.iter().any(|(other, held)| *other == id && held.covers(mode)) {
            return Ok(());
        }
        self.lock_name(innolab_lock::Table::Data(id), mode, wait_policy, self.lock_wait_timeout_ms)?;
        // AUTO-INC locks go before the end, so they are not remembered.
        if mode != TableMode::AutoInc {
            self.intentions.push((id, mode));
        }
        Ok(())
    }

    /// Locks a table's rows or its definition. REQUIRES and ERRORS as [`Trx::lock_table`].
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

    /// Asks for a lock on a record. REQUIRES: the record's leaf is latched; another's implicit lock on it was made
    /// explicit (`lock` T4); [`Trx::lock_table`] before (R2). ERRORS: [`Error::Deadlock`].
    pub(crate) fn lock_record(
        &self,
        at: &RecordId<'_>,
        mode: RecordMode,
        wait_policy: WaitPolicy,
    ) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        self.attempt(self.engine.lock.lock_record(owner, at, mode, self.undo_records(), wait_policy))
    }

    /// Asks whether a record may be changed: it is then held by its `DB_TRX_ID`. REQUIRES and ERRORS as
    /// [`Trx::lock_record`].
    pub(crate) fn lock_implicitly(&self, at: &RecordId<'_>) -> Result<LockAttempt> {
        let Some(owner) = self.parts.owner else { panic!("R2: no lock on the table") };
        self.attempt(self.engine.lock.lock_implicitly(owner, at, self.undo_records()))
    }

    fn attempt(&self, answer: Answer) -> Result<LockAttempt> {
        match answer {
            Answer::Granted { fresh } => Ok(LockAttempt::Granted { fresh }),
            Answer::Busy => Ok(LockAttempt::Busy),
            Answer::Wait(ticket) => Ok(LockAttempt::Wait(ticket)),
            Answer::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }

    /// Waits; then the caller asks again (R1). REQUIRES: no latch is held. ERRORS: [`Error::Deadlock`],
    /// [`Error::LockWaitTimeout`], [`Error::Interrupted`].
    pub(crate) fn wait(&mut self, ticket: Ticket) -> Result<()> {
        self.wait_for(ticket, self.lock_wait_timeout_ms)
    }

    fn wait_for(&mut self, ticket: Ticket, timeout_ms: Option<u64>) -> Result<()> {
        match self.engine.lock.wait(ticket, timeout_ms) {
            WaitOutcome::Granted | WaitOutcome::Gone => Ok(()),
            WaitOutcome::TimedOut => Err(Error::LockWaitTimeout),
            WaitOutcome::Cancelled => Err(Error::Interrupted),
            WaitOutcome::Deadlock(story) => Err(Error::Deadlock(story)),
        }
    }
}
