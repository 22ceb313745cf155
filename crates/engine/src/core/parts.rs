//! What a transaction has that must be ended, apart from its session: while the binary log decides a commit, and
//! after a crash, this is all that there is of it.
//!
//! InnoDB's counterpart: `trx_t` of `trx_sys.rw_trx_hash`, with or without a `mysql_thd`.

use crate::dict::Table;
use innolab_base::{TrxId, Xid};
use innolab_lock::Owner;
use innolab_mvcc::ReadView;
use innolab_undo::Log;
use std::sync::Arc;

/// What must be ended; after the end nothing is left.
///
/// | methods                                     | stand in               |
/// |---------------------------------------------|------------------------|
/// | `commit`, `prepare`, `rollback`, `abandon`  | `end::commit`          |
/// | `undo_to`                                   | `end::rollback`        |
/// | `write_counters`                             | `rows::auto_increment` |
#[derive(Default)]
pub(crate) struct TrxParts {
    /// In the lock table; from the first table on.
    pub(crate) owner: Option<Owner>,
    /// From the first change on (`trx` R1).
    pub(crate) id: Option<TrxId>,
    pub(crate) view: Option<ReadView>,
    /// From the first change on.
    pub(crate) log: Option<Log>,
    /// Records of the log whose rows have changed.
    pub(crate) changes: u64,
    /// The largest AUTO_INCREMENT value given in each table.
    pub(crate) counters: Vec<(Arc<Table>, u64)>,
    /// Whether its log is prepared: the binary log decides.
    pub(crate) prepared: bool,
}

/// A transaction that a crash has left under way, as the engine keeps it until it is ended.
pub(crate) struct RecoveredTrx {
    /// Of one that is in doubt.
    pub(crate) xid: Option<Xid>,
    pub(crate) parts: TrxParts,
}
