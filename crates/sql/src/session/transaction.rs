//! A session's transaction: when it begins, what one statement is within it, how it ends.
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
//! - **R1** An error takes back its statement. A deadlock (1213) takes back the transaction: the lock table has chosen
//!   it as the victim, and its locks must go.
//! - **R2** Level and access (READ ONLY) are fixed when a transaction begins. What SET TRANSACTION said for the next
//!   one is used up by it, and kept by CHAIN.
//! - **R3** A savepoint that is set again moves; going back to one forgets those behind it.
//!
//! InnoDB's counterpart: `sql/transaction.cc`, `ha_commit_trans`, `convert_error_code_to_mysql`.

use crate::answer::SqlError;
use crate::context::Variables;
use crate::engine::{Engine, Isolation, Savepoint, Transaction};
use crate::parse::Then;
use innolab_base::Waiter;
use std::sync::Arc;

/// Whose transactions these are, and the open one.
pub(crate) struct Transactions {
    engine: Arc<Engine>,
    waiter: Arc<Waiter>,
    open: Option<OpenTransaction>,
    /// What the next one is to be (R2).
    next: NextTransaction,
}

/// What SET TRANSACTION said.
#[derive(Debug, Clone, Copy, Default)]
struct NextTransaction {
    isolation: Option<Isolation>,
    read_only: Option<bool>,
}

/// A transaction of several statements.
struct OpenTransaction {
    transaction: Transaction,
    read_only: bool,
    savepoints: Vec<(String, Savepoint)>,
}

impl Transactions {
    pub(crate) fn new(engine: Arc<Engine>, waiter: Arc<Waiter>) -> Transactions {
        Transactions { engine, waiter, open: None, next: NextTransaction::default() }
    }

    /// Where the session waits.
    pub(crate) fn waiter(&self) -> &Arc<Waiter> {
        &self.waiter
    }

    /// Whether one is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// SET TRANSACTION. ERRORS: 1568 within a transaction.
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

    /// BEGIN: the open one ends, another one begins. ERRORS: the commit's.
    pub(crate) fn begin(
        &mut self,
        variables: &Variables,
        read_only: Option<bool>,
        snapshot: bool,
    ) -> Result<(), SqlError> {
        self.commit()?;
        let open = self.open(variables, read_only);
        // A view is what RR reads by; the levels below have one for each statement.
        if snapshot && open.transaction.isolation() >= Isolation::RepeatableRead {
            open.transaction.open_view();
        }
        Ok(())
    }

    /// R2.
    fn open(&mut self, variables: &Variables, read_only: Option<bool>) -> &mut OpenTransaction {
        let next = std::mem::take(&mut self.next);
        let level = next.isolation.unwrap_or(variables.session.isolation);
        let by_setting = next.read_only.unwrap_or(variables.session.read_only);
        let transaction = self.engine.begin(&self.waiter, level);
        self.open.insert(OpenTransaction {
            transaction,
            read_only: read_only.unwrap_or(by_setting),
            savepoints: Vec::new(),
        })
    }

    /// LooseScanner the open one, if there is one. ERRORS: 1030 if the log failed.
    pub(crate) fn commit(&mut self) -> Result<(), SqlError> {
        match self.open.take() {
            Some(open) => open.transaction.commit().map_err(|e| SqlError::from_engine(e, "")),
            None => Ok(()),
        }
    }

    /// Takes the open one back, if there is one.
    pub(crate) fn rollback(&mut self) -> Result<(), SqlError> {
        match self.open.take() {
            Some(open) => open.transaction.rollback().map_err(|e| SqlError::from_engine(e, "")),
            None => Ok(()),
        }
    }

    /// COMMIT, or ROLLBACK if `back`, and what comes then.
    pub(crate) fn end(&mut self, variables: &Variables, back: bool, then: Then) -> Result<(), SqlError> {
        let kept = self.open.as_ref().map(|open| (open.transaction.isolation(), open.read_only));
        if back {
            self.rollback()?
        } else {
            self.commit()?
        }
        // What was meant for the next transaction was for this one, even if it never touched a table.
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

    /// Sets a savepoint; without a transaction it says nothing.
    pub(crate) fn savepoint(&mut self, variables: &Variables, name: &str) {
        if self.open.is_none() && !variables.session.autocommit {
            self.open(variables, None);
        }
        if let Some(open) = &mut self.open {
            open.savepoints.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            open.savepoints.push((name.to_string(), open.transaction.savepoint()));
        }
    }

    /// ERRORS: 1305.
    pub(crate) fn rollback_to(&mut self, name: &str) -> Result<(), SqlError> {
        let (open, at) = self.find(name)?;
        open.savepoints.truncate(at + 1);
        open.transaction.rollback_to(&open.savepoints[at].1).map_err(|e| SqlError::from_engine(e, ""))
    }

    /// Forgets a savepoint and those behind it. ERRORS: 1305.
    pub(crate) fn release(&mut self, name: &str) -> Result<(), SqlError> {
        let (open, at) = self.find(name)?;
        open.savepoints.truncate(at);
        Ok(())
    }

    fn find(&mut self, name: &str) -> Result<(&mut OpenTransaction, usize), SqlError> {
        let missing = || SqlError::no_savepoint(name);
        let open = self.open.as_mut().ok_or_else(missing)?;
        let at = open.savepoints.iter().position(|(other, _)| other.eq_ignore_ascii_case(name)).ok_or_else(missing)?;
        Ok((open, at))
    }

    // -- statements

    /// Whether a statement that begins now may not change rows.
    pub(crate) fn is_read_only(&self, variables: &Variables) -> bool {
        match &self.open {
            Some(open) => open.read_only,
            None => self.next.read_only.unwrap_or(variables.session.read_only),
        }
    }

    /// Whether a plain SELECT that begins now locks what it reads: SERIALIZABLE, within a transaction.
    pub(crate) fn locks_plain_reads(&self, variables: &Variables) -> bool {
        match &self.open {
            Some(open) => open.transaction.isolation() == Isolation::Serializable,
            None => {
                let level = self.next.isolation.unwrap_or(variables.session.isolation);
                !variables.session.autocommit && level == Isolation::Serializable
            }
        }
    }

    /// Runs a statement on tables, within the open transaction or one of its own (R1). `lock_wait_ms`: instead of the
    /// session's own timeout.
    pub(crate) fn statement<T>(
        &mut self,
        variables: &Variables,
        lock_wait_ms: Option<u64>,
        work: impl FnOnce(&mut Transaction) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let is_alone = self.open.is_none() && variables.session.autocommit;
        if self.open.is_none() {
            self.open(variables, None);
        }
        let Some(open) = &mut self.open else { return Err(SqlError::engine("no transaction")) };
        open.transaction.set_lock_wait_timeout(lock_wait_ms.or_else(|| variables.lock_wait_timeout_ms()));
        open.transaction.begin_statement();
        open.transaction.set_statement_time(variables.began_us);
        let done = work(&mut open.transaction);
        let taken_back = match &done {
            Ok(_) => {
                let ended = open.transaction.end_statement().map_err(|e| SqlError::from_engine(e, ""));
                return if is_alone { ended.and_then(|()| self.commit()).and(done) } else { ended.and(done) };
            }
            Err(e) if is_alone || e.errno == SqlError::DEADLOCK || open.transaction.is_auto_increment_victim() => {
                self.rollback()
            }
            Err(_) => {
                let back = open.transaction.rollback_statement().and_then(|()| open.transaction.end_statement());
                back.map_err(|e| SqlError::from_engine(e, ""))
            }
        };
        taken_back.and(done)
    }
}
