//! A transaction: what it holds while it lives, and the undo it writes.
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
//!
//! How it asks for locks is in `locking`, how it ends in `end`; the façade that sessions hold is `api::transaction`.
//!
//! InnoDB's counterpart: `trx_t`, `trx0trx`, `lock_table`. Left out: read-only transactions as a kind of their own: who
//! does not write is one.

use super::engine::Engine;
use super::isolation::Isolation;
use super::parts::TrxParts;
use crate::codec::{Result, System};
use crate::dict::Table;
use innolab_base::{TrxId, Waiter};
use innolab_lock::{Inherit, Owner, TableMode};
use innolab_mvcc::ReadView;
use innolab_undo::Kind;
use std::sync::Arc;

/// A transaction at work: what it has ([`TrxParts`]), and the session for which it has it. Dropping it rolls it back.
///
/// | methods                                                                   | stand in                   |
/// |---------------------------------------------------------------------------|----------------------------|
/// | id, view, owner in the lock table, undo log                               | here                       |
/// | `lock_table`, `lock_record`, `wait`, …                                    | `core::locking`            |
/// | `table`, `lock_definition`, …                                             | `core::metadata`           |
/// | `undo_to`, drop                                                           | `end::rollback`            |
/// | `insert_rows`, `update_row`, `delete_row`, `replace`, `insert_entry`, …   | `write::*`                 |
///
/// How it ends stands with [`TrxParts`].
#[doc(alias = "trx_t")]
pub(crate) struct Trx {
    pub(crate) engine: Arc<Engine>,
    session: Arc<Waiter>,
    isolation: Isolation,
    pub(crate) parts: TrxParts,
    /// Whose definitions stay as they are until the end (`metadata`).
    pub(super) tables: Vec<Arc<Table>>,
    /// Tables and the strongest intention held there (`locking` R2).
    pub(super) intentions: Vec<(u64, TableMode)>,
    /// `innodb_lock_wait_timeout`; `None`: for ever.
    pub(crate) lock_wait_timeout_ms: Option<u64>,
}

impl Trx {
    /// Of the session that sits on `session`. Nothing is taken yet: no id, no lock, no view.
    pub(crate) fn new(engine: Arc<Engine>, session: Arc<Waiter>, isolation: Isolation) -> Trx {
        Trx {
            engine,
            session,
            isolation,
            parts: TrxParts::default(),
            tables: Vec::new(),
            intentions: Vec::new(),
            lock_wait_timeout_ms: None,
        }
    }

    /// The isolation level.
    pub(crate) fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// The id, once something was changed.
    pub(crate) fn id(&self) -> Option<TrxId> {
        self.parts.id
    }

    /// What this transaction, or under READ COMMITTED this statement, sees; made at the first call.
    pub(crate) fn view(&mut self) -> &ReadView {
        let (engine, id) = (&self.engine, self.parts.id);
        self.parts.view.get_or_insert_with(|| engine.mvcc.view(id))
    }

    /// Its number in the lock table, from now on at the latest.
    pub(crate) fn ensure_owner(&mut self) -> Owner {
        match self.parts.owner {
            Some(owner) => owner,
            None => {
                let owner = self.engine.lock.begin(self.session.clone());
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

    /// Its id, from now on at the latest (R1).
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

    /// How many rows a rollback would have to undo now: what it weighs as a victim.
    pub(crate) fn undo_records(&self) -> u64 {
        self.parts.changes
    }

    /// Everything is ready for a change of a row; how many there were. REQUIRES: the table is locked (`locking` R2).
    pub(crate) fn begin_change(&mut self) -> Result<u64> {
        let id = self.ensure_id()?;
        if self.parts.log.is_none() {
            self.parts.log = Some(self.engine.undo.begin(id)?);
        }
        Ok(self.parts.changes)
    }

    /// Whether this transaction wrote what bears the id.
    pub(crate) fn is_mine(&self, writer: TrxId) -> bool {
        self.parts.id == Some(writer)
    }

    /// How many rows were changed, as the undo log counts.
    pub(crate) fn changes(&self) -> u64 {
        self.parts.changes
    }

    /// Writes an undo record; what the row's next version bears. Then [`Trx::keep_or_discard`].
    #[doc(alias = "trx_undo_report_row_operation")]
    pub(crate) fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<System> {
        let mut written = None;
        self.append_all(kind, std::iter::once(payload), |system| written = Some(system))?;
        written.ok_or_else(|| unreachable!("one record at least"))
    }

    /// Writes undo records, as many as one page takes, one at least; what each row's next version bears goes to
    /// `written`. Records of rows that did not change are taken off before. Then [`Trx::add_changes`].
    pub(crate) fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]> + Clone,
        mut written: impl FnMut(System),
    ) -> Result<()> {
        let (Some(log), Some(trx_id)) = (&mut self.parts.log, self.parts.id) else { panic!("a change has begun") };
        log.truncate(self.parts.changes)?;
        Ok(log.append_all(kind, payloads, |at| written(System { trx_id, roll_ptr: at.0 }))?)
    }

    /// Says that the rows of so many more undo records have changed.
    pub(crate) fn add_changes(&mut self, n: u64) {
        self.parts.changes += n;
    }

    /// Says whether the row of the last undo record has changed; else the record is taken back.
    pub(crate) fn keep_or_discard(&mut self, kept: bool) -> Result<()> {
        let Some(log) = &mut self.parts.log else { return Ok(()) };
        if !kept && let Err(e) = log.truncate(self.parts.changes) {
            // The row may have to wait for a lock; now it will not.
            self.parts.owner.into_iter().for_each(|owner| self.engine.lock.cancel(owner));
            return Err(e.into());
        }
        self.parts.changes = log.len();
        Ok(())
    }

    /// What it weighs is known to the lock table also between its requests.
    pub(crate) fn publish_undo_records(&self) {
        if let (Some(owner), true) = (self.parts.owner, self.parts.log.is_some()) {
            self.engine.lock.set_undo_records(owner, self.parts.changes);
        }
    }
}
