//! A transaction at work: the id, view, lock owner and undo log that it acquires as it needs them.
//!
//! ```text
//! begin ─► first table ──► first read ──► first lock ──► first change ──────────────► commit · rollback · dropped
//!          owner in the    read view      IS / IX        id, set in the lock table    log to the history or freed;
//!          lock table      (RR keeps it)                 and in the view; undo log    id leaves the active set, locks go
//! ```
//!
//! A transaction that only reads never gets an id, and one that reads without locks never takes IS.
//!
//! RULES
//!
//! - **R1** The id is assigned at the first change (`mvcc` R1), and reserved in the header of `sys.ibd` before any
//!   record contains it (`dict::sys` R2).
//!
//! Requests for locks are in `locking`, the end in `end`; the façade that sessions hold is `api::transaction`.
//!
//! InnoDB's counterpart: `trx_t`, `trx0trx`, `lock_table`. Left out: read-only transactions as a separate kind; a
//! transaction that does not write costs the same.

use super::engine::Engine;
use super::isolation::Isolation;
use super::parts::TrxParts;
use crate::codec::{Result, System};
use crate::dict::Table;
use innolab_base::{Counters, TrxId, Waiter};
use innolab_lock::{Inherit, MetadataMode, Owner, TableMode};
use innolab_mvcc::ReadView;
use innolab_undo::Kind;
use std::sync::Arc;

/// A transaction at work: its parts ([`TrxParts`]) and the session that runs it. Dropping it rolls it back.
///
/// | methods                                                                   | are in                     |
/// |---------------------------------------------------------------------------|----------------------------|
/// | id, view, owner in the lock table, undo log, `restart`                    | here                       |
/// | `lock_table`, `lock_record`, `wait`, …                                    | `core::locking`            |
/// | `table`, `lock_name`, …                                                   | `core::metadata`           |
/// | `undo_to`, drop                                                           | `end::rollback`            |
/// | `insert_rows`, `update_row`, `delete_row`, `replace`, `insert_entry`, …   | `write::*`                 |
///
/// Commit and rollback are methods of [`TrxParts`].
#[doc(alias = "trx_t")]
pub(crate) struct Trx {
    pub(crate) engine: Arc<Engine>,
    session: Arc<Waiter>,
    isolation: Isolation,
    pub(crate) parts: TrxParts,
    /// Tables that it uses; their names are locked (`metadata` R1).
    pub(super) tables: Vec<UsedTable>,
    /// Number of its locks on names.
    pub(super) names: usize,
    /// True once a name has led it to a table.
    pub(crate) has_table: bool,
    /// Table locks that it holds, by table id (`locking` R2).
    pub(super) intentions: Vec<(u64, TableMode)>,
    /// `innodb_lock_wait_timeout` in milliseconds; `None`: for ever.
    pub(crate) lock_wait_timeout_ms: Option<u64>,
    /// The same for metadata locks.
    pub(crate) metadata_wait_timeout_ms: Option<u64>,
    /// What the current statement has cost so far.
    pub(crate) counters: Counters,
}

/// A table that a transaction uses.
pub(super) struct UsedTable {
    pub(super) table: Arc<Table>,
    /// How its name is locked.
    pub(super) mode: MetadataMode,
    /// Number of the transaction's locks on names when it had locked this one.
    pub(super) names: usize,
}

impl Trx {
    /// Begins a transaction of `session`, without id, locks or view.
    pub(crate) fn new(engine: Arc<Engine>, session: Arc<Waiter>, isolation: Isolation) -> Trx {
        Trx {
            engine,
            session,
            isolation,
            parts: TrxParts::default(),
            tables: Vec::new(),
            names: 0,
            has_table: false,
            intentions: Vec::new(),
            lock_wait_timeout_ms: None,
            metadata_wait_timeout_ms: None,
            counters: Counters::default(),
        }
    }

    /// Returns the session that it waits for locks with.
    pub(crate) fn session(&self) -> &Arc<Waiter> {
        &self.session
    }

    /// Returns the isolation level.
    pub(crate) fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// Returns the id; `None` before the first change.
    pub(crate) fn id(&self) -> Option<TrxId> {
        self.parts.id
    }

    /// Returns the read view of the transaction (under READ COMMITTED, of the statement); the first call creates it.
    pub(crate) fn view(&mut self) -> &ReadView {
        let (engine, id) = (&self.engine, self.parts.id);
        self.parts.view.get_or_insert_with(|| engine.mvcc.view(id))
    }

    /// Returns its owner in the lock table; the first call registers it.
    pub(crate) fn ensure_owner(&mut self) -> Owner {
        match self.parts.owner {
            Some(owner) => owner,
            None => {
                let owner = self.engine.lock.begin(self.session.clone());
                self.session.activity().begin_transaction(self.isolation.name());
                if self.isolation.skips_gaps() {
                    self.engine.lock.set_inherit(owner, Inherit::SharedOnly);
                }
                if let Some(id) = self.parts.id {
                    self.engine.lock.set_trx_id(owner, id);
                }
                *self.parts.owner.insert(owner)
            }
        }
    }

    /// Returns its id; the first call assigns it (R1). ERRORS: the id could not be reserved.
    pub(crate) fn ensure_id(&mut self) -> Result<TrxId> {
        if let Some(id) = self.parts.id {
            return Ok(id);
        }
        let owner = self.ensure_owner();
        let id = self.engine.mvcc.begin();
        if let Err(e) = self.engine.sys.reserve_trx_id(id) {
            self.engine.mvcc.end(id);
            return Err(e);
        }
        self.engine.lock.set_trx_id(owner, id);
        if let Some(view) = &mut self.parts.view {
            view.set_own(id);
        }
        Ok(*self.parts.id.insert(id))
    }

    /// Rolls all of it back, but keeps its locks on names: it is as if it began now. ERRORS: the rollback failed, and has
    /// poisoned the engine.
    pub(crate) fn restart(&mut self) -> Result<()> {
        (self.intentions, self.has_table) = (Vec::new(), false);
        self.parts.restart(&self.engine)
    }

    /// True once it has found a table, locked one or made a view (`api::transaction` R2).
    pub(crate) fn is_begun(&self) -> bool {
        self.has_table || !self.has_no_row_locks() || self.parts.view.is_some()
    }

    /// True if it has no lock but those on names.
    pub(crate) fn has_no_row_locks(&self) -> bool {
        self.intentions.is_empty()
    }

    /// Number of changes that a rollback would undo: the transaction's weight when the lock table chooses a victim.
    pub(crate) fn undo_records(&self) -> u64 {
        self.parts.changes
    }

    /// Makes sure that the transaction has an id and an undo log. Returns the number of changes so far. REQUIRES: the
    /// table is locked (`locking` R2). ERRORS: those of [`Trx::ensure_id`]; [`crate::Error::TooManyTransactions`].
    pub(crate) fn begin_change(&mut self) -> Result<u64> {
        let id = self.ensure_id()?;
        if self.parts.log.is_none() {
            self.parts.log = Some(self.engine.undo.begin(id)?);
        }
        Ok(self.parts.changes)
    }

    /// True if `writer` is this transaction's id.
    pub(crate) fn is_mine(&self, writer: TrxId) -> bool {
        self.parts.id == Some(writer)
    }

    /// Number of changes so far: undo records whose rows have changed. A savepoint is such a number.
    pub(crate) fn changes(&self) -> u64 {
        self.parts.changes
    }

    /// Writes an undo record. Returns the system columns of the row's next version. The caller then changes the row and
    /// calls [`Trx::keep_or_discard`]. REQUIRES: [`Trx::begin_change`]. ERRORS: [`crate::Error::UndoTooLarge`],
    /// [`crate::Error::DiskFull`], a failed store.
    #[doc(alias = "trx_undo_report_row_operation")]
    pub(crate) fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<System> {
        let mut written = None;
        self.append_all(kind, std::iter::once(payload), |system| written = Some(system))?;
        written.ok_or_else(|| unreachable!("`append_all` writes at least one record"))
    }

    /// Writes as many of the undo records as fit on one page, at least one, and calls `written` with the system columns
    /// of each row's next version. Records at the log's end whose rows did not change are discarded before. The caller
    /// then changes the rows and calls [`Trx::add_changes`]. REQUIRES and ERRORS as [`Trx::append`].
    pub(crate) fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        mut written: impl FnMut(System),
    ) -> Result<()> {
        let (Some(log), Some(trx_id)) = (&mut self.parts.log, self.parts.id) else { panic!("REQUIRES: begin_change") };
        log.truncate(self.parts.changes)?;
        Ok(log.append_all(kind, payloads, |at| written(System { trx_id, roll_ptr: at.0 }))?)
    }

    /// Counts `n` more changes: their rows now point to their undo records.
    pub(crate) fn add_changes(&mut self, n: u64) {
        self.parts.changes += n;
    }

    /// Counts the last undo record as a change if `kept`, else discards it. ERRORS: the record could not be discarded.
    pub(crate) fn keep_or_discard(&mut self, kept: bool) -> Result<()> {
        let Some(log) = &mut self.parts.log else { return Ok(()) };
        if !kept && let Err(e) = log.truncate(self.parts.changes) {
            // The change may have queued a request for a lock; no thread will wait for it now.
            self.parts.owner.into_iter().for_each(|owner| self.engine.lock.cancel(owner));
            return Err(e.into());
        }
        self.parts.changes = log.len();
        Ok(())
    }

    /// Tells the lock table the transaction's weight as a victim ([`Trx::undo_records`]), which deadlock checks of
    /// other transactions use.
    pub(crate) fn publish_undo_records(&self) {
        if let (Some(owner), true) = (self.parts.owner, self.parts.log.is_some()) {
            self.engine.lock.set_undo_records(owner, self.parts.changes);
        }
    }
}
