//! A session's transaction: when it begins, how statements run within it, how it ends.
//!
//! ```text
//! BEGIN ──────────────► open ─┬─ statement: begin_statement ─► its work ─┬─ ok ─────► end_statement
//! autocommit = 0,      ▲      │                                          ├─ 1213 ───► all of it is rolled back, closed
//! first table ─────────┘      │                                          └─ error ──► rollback_statement
//!                             └─ COMMIT, ROLLBACK, DDL, BEGIN, SET autocommit = 1 ──► closed
//! autocommit = 1 ──► one transaction around the statement
//! ```
//!
//! RULES
//!
//! - **R1** An error rolls back its statement. A deadlock (1213) rolls back the transaction: it is the victim, and its
//!   locks must be released.
//! - **R2** Isolation level and access mode (READ ONLY) are fixed when a transaction begins. SET TRANSACTION is for the
//!   next transaction only. COMMIT AND CHAIN begins a transaction with the level and mode of the one that it ends.
//! - **R3** A savepoint that is set again moves. ROLLBACK TO a savepoint forgets those set after it.
//!
//! InnoDB's counterpart: `sql/transaction.cc`, `ha_commit_trans`, `convert_error_code_to_mysql`.

use crate::answer::SqlError;
use crate::context::Variables;
use crate::engine::{Engine, Isolation, Savepoint, Transaction};
use crate::parse::Completion;
use innolab_base::{Counter, Counters, Waiter};
use std::sync::Arc;

/// A session's transactions: the open one, and the settings of the next.
pub(crate) struct Transactions {
    engine: Arc<Engine>,
    waiter: Arc<Waiter>,
    open: Option<OpenTransaction>,
    /// Settings of the next transaction (R2).
    next: NextTransaction,
    /// What the session's current statement has cost so far.
    pub(crate) cost: Counters,
}

/// The settings made by SET TRANSACTION; `None`: the session's setting applies.
#[derive(Debug, Clone, Copy, Default)]
struct NextTransaction {
    isolation: Option<Isolation>,
    read_only: Option<bool>,
}

/// The open transaction.
struct OpenTransaction {
    transaction: Transaction,
    read_only: bool,
    /// Names and savepoints, in the order in which they were set.
    savepoints: Vec<(String, Savepoint)>,
}

impl Transactions {
    pub(crate) fn new(engine: Arc<Engine>, waiter: Arc<Waiter>) -> Transactions {
        Transactions { engine, waiter, open: None, next: NextTransaction::default(), cost: Counters::default() }
    }

    /// The session's waiter: the session's thread blocks on it while it waits for a lock.
    pub(crate) fn waiter(&self) -> &Arc<Waiter> {
        &self.waiter
    }

    /// True if a transaction is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// SET TRANSACTION. ERRORS: 1568 if a transaction is open.
    pub(crate) fn set_next(&mut self, isolation: Option<Isolation>, read_only: Option<bool>) -> Result<(), SqlError> {
        if self.is_open() {
            return Err(SqlError::transaction_in_progress());
        }
        self.next = NextTransaction {
            isolation: isolation.or(self.next.isolation),
            read_only: read_only.or(self.next.read_only),
        };
        Ok(())
    }

    /// BEGIN: commits the open transaction and begins one. `snapshot`: WITH CONSISTENT SNAPSHOT. ERRORS: those of the
    /// commit.
    pub(crate) fn begin(
        &mut self,
        variables: &Variables,
        read_only: Option<bool>,
        snapshot: bool,
    ) -> Result<(), SqlError> {
        self.commit()?;
        let open = self.open(variables, read_only);
        // REPEATABLE READ reads by one view; the levels below it make a view for each statement.
        if snapshot && open.transaction.isolation() >= Isolation::RepeatableRead {
            open.transaction.open_view();
        }
        self.cost.add(Counter::HandlerCommit, snapshot.into());
        Ok(())
    }

    /// Begins a transaction with the settings that are due (R2).
    fn open(&mut self, variables: &Variables, read_only: Option<bool>) -> &mut OpenTransaction {
        let next = std::mem::take(&mut self.next);
        let level = next.isolation.unwrap_or(variables.session.isolation);
        let by_setting = next.read_only.unwrap_or(variables.session.read_only);
        let (transaction, read_only) = (self.engine.begin(&self.waiter, level), read_only.unwrap_or(by_setting));
        {
            let mut activity = self.waiter.activity();
            (activity.is_read_only, activity.is_autocommit) = (read_only, false);
        }
        self.open.insert(OpenTransaction { transaction, read_only, savepoints: Vec::new() })
    }

    /// Commits the open transaction, if any. ERRORS: 1030 if the log failed.
    pub(crate) fn commit(&mut self) -> Result<(), SqlError> {
        self.count_end(Counter::HandlerCommit);
        self.commit_open()
    }

    /// Counts the end of the open transaction, if it has used a table.
    fn count_end(&mut self, counter: Counter) {
        let is_begun = self.open.as_ref().is_some_and(|open| open.transaction.is_begun());
        self.cost.add(counter, is_begun.into());
    }

    fn commit_open(&mut self) -> Result<(), SqlError> {
        match self.open.take() {
            Some(open) => open.transaction.commit().map_err(|e| SqlError::from_engine(e, "")),
            None => Ok(()),
        }
    }

    /// Rolls back the open transaction, if any. ERRORS: 1030.
    pub(crate) fn rollback(&mut self) -> Result<(), SqlError> {
        self.count_end(Counter::HandlerRollback);
        self.rollback_open()
    }

    fn rollback_open(&mut self) -> Result<(), SqlError> {
        match self.open.take() {
            Some(open) => open.transaction.rollback().map_err(|e| SqlError::from_engine(e, "")),
            None => Ok(()),
        }
    }

    /// COMMIT, or ROLLBACK if `rolls_back`; then CHAIN. ERRORS: 1030.
    pub(crate) fn end(&mut self, variables: &Variables, rolls_back: bool, then: Completion) -> Result<(), SqlError> {
        let kept = self.open.as_ref().map(|open| (open.transaction.isolation(), open.read_only));
        if rolls_back {
            self.rollback()?
        } else {
            self.commit()?
        }
        // SET TRANSACTION was for this transaction, even if it never touched a table.
        let next = std::mem::take(&mut self.next);
        if then.chain {
            self.next = kept.map_or(next, |(level, read_only)| NextTransaction {
                isolation: Some(level),
                read_only: Some(read_only),
            });
            self.open(variables, None);
        }
        Ok(())
    }

    // -- savepoints (R3)

    /// SAVEPOINT. With autocommit and no open transaction it does nothing.
    pub(crate) fn savepoint(&mut self, variables: &Variables, name: &str) {
        if self.open.is_none() && !variables.session.autocommit {
            self.open(variables, None);
        }
        if let Some(open) = &mut self.open {
            open.savepoints.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            open.savepoints.push((name.to_string(), open.transaction.savepoint()));
            self.cost.add(Counter::HandlerSavepoint, open.transaction.is_begun().into());
        }
    }

    /// ROLLBACK TO SAVEPOINT (R3). ERRORS: 1305 if there is no such savepoint.
    pub(crate) fn rollback_to(&mut self, name: &str) -> Result<(), SqlError> {
        let (open, at) = self.find_savepoint(name)?;
        open.savepoints.truncate(at + 1);
        let is_begun = open.transaction.is_begun();
        let counter = match open.savepoints[at].1.is_begun() {
            true => Counter::HandlerSavepointRollback,
            false => Counter::HandlerRollback,
        };
        let rolled_back =
            open.transaction.rollback_to(&open.savepoints[at].1).map_err(|e| SqlError::from_engine(e, ""));
        self.cost.add(counter, is_begun.into());
        rolled_back
    }

    /// RELEASE SAVEPOINT: forgets it and those set after it. ERRORS: 1305.
    pub(crate) fn release(&mut self, name: &str) -> Result<(), SqlError> {
        let (open, at) = self.find_savepoint(name)?;
        open.savepoints.truncate(at);
        Ok(())
    }

    fn find_savepoint(&mut self, name: &str) -> Result<(&mut OpenTransaction, usize), SqlError> {
        let missing = || SqlError::no_savepoint(name);
        let open = self.open.as_mut().ok_or_else(missing)?;
        let at = open.savepoints.iter().position(|(other, _)| other.eq_ignore_ascii_case(name)).ok_or_else(missing)?;
        Ok((open, at))
    }

    // -- statements

    /// The session's waiter, and the open transaction.
    pub(crate) fn waiter_and_open(&mut self) -> (&Arc<Waiter>, Option<&mut Transaction>) {
        (&self.waiter, self.open.as_mut().map(|open| &mut open.transaction))
    }

    /// True if a statement that begins now may not change rows.
    pub(crate) fn is_read_only(&self, variables: &Variables) -> bool {
        match &self.open {
            Some(open) => open.read_only,
            None => self.next.read_only.unwrap_or(variables.session.read_only),
        }
    }

    /// True if a plain SELECT that begins now locks what it reads: under SERIALIZABLE, unless it is a transaction of
    /// its own.
    pub(crate) fn locks_plain_reads(&self, variables: &Variables) -> bool {
        match &self.open {
            Some(open) => open.transaction.isolation() == Isolation::Serializable,
            None => {
                let level = self.next.isolation.unwrap_or(variables.session.isolation);
                !variables.session.autocommit && level == Isolation::Serializable
            }
        }
    }

    /// Runs a statement on tables within the open transaction, or one of its own, and rolls it back if it fails (R1).
    /// `wait_ms`: the statement's limit for each wait, also for metadata locks; without it rows are waited for as long as
    /// the session's lock wait timeout says, and metadata locks without limit. ERRORS: those of `work`; 1030.
    pub(crate) fn run_statement<T>(
        &mut self,
        variables: &Variables,
        wait_ms: Option<u64>,
        work: impl FnOnce(&mut Transaction) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let is_own = self.open.is_none() && variables.session.autocommit;
        if self.open.is_none() {
            self.open(variables, None);
            self.waiter.activity().is_autocommit = is_own;
        }
        let Some(open) = &mut self.open else { return Err(SqlError::engine("no transaction")) };
        open.transaction.set_lock_wait_timeout(wait_ms.or_else(|| variables.lock_wait_timeout_ms()));
        open.transaction.set_metadata_wait_timeout(wait_ms);
        open.transaction.begin_statement();
        open.transaction.set_statement_time(variables.began_us);
        let done = work(&mut open.transaction);
        // An interrupt that comes after the last row still ends the statement: the server may be about to stop.
        let done = if is_own && self.waiter.is_interrupted() { done.and(Err(SqlError::interrupted())) } else { done };
        self.cost.add_all(&open.transaction.take_counters());
        let end = if done.is_ok() { Counter::HandlerCommit } else { Counter::HandlerRollback };
        // A statement that its transaction's mode forbids ends before it begins to use its tables.
        let is_forbidden = matches!(&done, Err(e) if e.errno == SqlError::READ_ONLY_TRANSACTION);
        self.cost.add(end, (open.transaction.uses_table() && !is_forbidden).into());
        let rolled_back = match &done {
            Ok(_) => {
                let ended = open.transaction.end_statement().map_err(|e| SqlError::from_engine(e, ""));
                return if is_own { ended.and_then(|()| self.commit_open()).and(done) } else { ended.and(done) };
            }
            Err(e) if is_own || e.errno == SqlError::DEADLOCK || open.transaction.is_auto_increment_victim() => {
                self.rollback_open()
            }
            Err(_) => {
                let back = open.transaction.rollback_statement().and_then(|()| open.transaction.end_statement());
                back.map_err(|e| SqlError::from_engine(e, ""))
            }
        };
        rolled_back.and(done)
    }
}
