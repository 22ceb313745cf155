//! Transactions that a crash left active or prepared.
//!
//! ```text
//! undo logs found at open ─┬ active    IX on its tables, SW on their names, its rows locked by their DB_TRX_ID ─► rolled back, beside new transactions
//!                          └ prepared  the same ─► in doubt until the binary log says commit or rollback
//! ```
//!
//! RULES
//!
//! - **R1** They are active in `mvcc` and known to the lock table before any other transaction begins: so their rows
//!   are locked and their changes invisible to others, as before the crash. Their other locks are gone; they make no
//!   further reads or changes.
//! - **R2** Each is rolled back like any other transaction. If a crash interrupts that, the next open continues.
//!
//! InnoDB's counterpart: `trx_lists_init_at_db_start`, `lock_table_ix_resurrect`, `trx_rollback_recovered`,
//! `trx_recover_for_mysql`.

use crate::codec::{Result, UndoRec};
use crate::core::events::Recovered as Found;
use crate::core::{Engine, RecoveredTrx, TrxParts};
use innolab_base::{TrxId, TrxNo, Waiter, Xid};
use innolab_lock::{Answer, MetadataMode, Table, TableMode, WaitPolicy};
use innolab_undo::{Log, RecoveredLog, RecoveredState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The session that recovered transactions belong to.
const NO_SESSION: u64 = 0;

/// The first id after a restart: greater than every id and number in the database.
pub(crate) fn next_id(header: TrxId, largest_no: TrxNo, found: &[RecoveredLog]) -> TrxId {
    let ids = found.iter().map(|recovered| recovered.trx.0 + 1);
    TrxId(ids.chain([header.0, largest_no.0 + 1]).fold(1, u64::max))
}

impl Engine {
    /// Registers a recovered transaction with its locks (R1). REQUIRES: it is active in `mvcc`; no other transaction
    /// has begun.
    #[doc(alias = "lock_table_ix_resurrect")]
    pub(crate) fn keep_recovered(&self, found: RecoveredLog) -> Result<()> {
        let RecoveredLog { trx, state, log } = found;
        let owner = self.lock.begin(Arc::new(Waiter::new(NO_SESSION)));
        self.lock.set_trx_id(owner, trx);
        for id in tables_of(&log)? {
            let mut answers =
                vec![self.lock.lock_table(owner, Table(id), TableMode::Ix, log.len(), WaitPolicy::NoWait)];
            if let Some(table) = self.table_by_id(id) {
                let name = &table.def().name;
                answers.push(self.lock.lock_name(owner, name, MetadataMode::Write, WaitPolicy::NoWait));
            }
            debug_assert!(answers.iter().all(|answer| matches!(answer, Answer::Granted { .. })), "shared: {answers:?}");
        }
        let xid = match state {
            RecoveredState::Active => None,
            RecoveredState::Prepared(xid) => Some(xid),
        };
        let records = log.len();
        self.store.events().emit(|| Found { trx, records, xid });
        let parts = TrxParts {
            owner: Some(owner),
            id: Some(trx),
            changes: records,
            log: Some(log),
            prepared: xid.is_some(),
            ..TrxParts::default()
        };
        self.recovered_trxs.lock().push(RecoveredTrx { xid, parts });
        Ok(())
    }

    /// Rolls back the next recovered transaction that is not in doubt. Returns false if there is no such transaction
    /// (R2).
    #[doc(alias = "trx_rollback_recovered")]
    pub(crate) fn roll_one_back(&self) -> Result<bool> {
        match self.take_recovered(None) {
            Some(mut parts) => parts.rollback(self).map(|()| true),
            None => Ok(false),
        }
    }

    fn take_recovered(&self, xid: Option<Xid>) -> Option<TrxParts> {
        let mut recovered = self.recovered_trxs.lock();
        let at = recovered.iter().position(|one| one.xid == xid)?;
        Some(recovered.remove(at).parts)
    }

    /// The XIDs of the transactions in doubt: prepared, and only the binary log knows if they are committed.
    #[doc(alias = "trx_recover_for_mysql")]
    pub fn in_doubt(&self) -> Vec<Xid> {
        self.recovered_trxs.lock().iter().filter_map(|one| one.xid).collect()
    }

    /// Takes a transaction in doubt, to commit it or to roll it back. `None`: no transaction in doubt has this XID.
    pub(crate) fn take_in_doubt(&self, xid: Xid) -> Option<TrxParts> {
        self.take_recovered(Some(xid))
    }
}

/// The tables that a log's records are about.
fn tables_of(log: &Log) -> Result<BTreeSet<u64>> {
    let (mut tables, mut payload) = (BTreeSet::new(), Vec::new());
    let mut at = log.top(&mut payload)?;
    while let Some(here) = at {
        tables.insert(UndoRec::parse(&payload)?.table);
        at = log.before(here, &mut payload)?;
    }
    Ok(tables)
}
