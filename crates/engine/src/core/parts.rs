//! The parts of a transaction that commit and rollback need, without its session. While the binary log commits a
//! transaction, and after a crash, only these parts exist.
//!
//! InnoDB's counterpart: `trx_t` of `trx_sys.rw_trx_hash`, with or without a `mysql_thd`.

use crate::dict::Table;
use innolab_base::{TrxId, Xid};
use innolab_lock::Owner;
use innolab_mvcc::ReadView;
use innolab_undo::Log;
use std::sync::Arc;

/// The parts of a transaction that its end must release. All are empty after the end.
///
/// | methods                                     | are in                 |
/// |---------------------------------------------|------------------------|
/// | `commit`, `prepare`, `rollback`, `abandon`  | `end::commit`          |
/// | `undo_to`                                   | `end::rollback`        |
/// | `write_counters`                            | `rows::auto_increment` |
#[derive(Default)]
pub(crate) struct TrxParts {
    /// The transaction as an owner of locks in the lock table; registered when it uses its first table.
    pub(crate) owner: Option<Owner>,
    /// Set by the first change (`trx` R1).
    pub(crate) id: Option<TrxId>,
    pub(crate) view: Option<ReadView>,
    /// Its undo log; set by the first change.
    pub(crate) log: Option<Log>,
    /// Number of undo records whose rows have changed. Later records of the log are unused and are discarded before the
    /// next one is written.
    pub(crate) changes: u64,
    /// The largest AUTO_INCREMENT value used in each table, to be written to its root page.
    pub(crate) counters: Vec<(Arc<Table>, u64)>,
    /// True if its undo log is prepared: the binary log decides its end.
    pub(crate) prepared: bool,
}

/// A transaction that was active or prepared when the engine last stopped, until it is ended.
pub(crate) struct RecoveredTrx {
    /// The XID if it was prepared: it is in doubt, and the binary log decides. `None`: it is rolled back.
    pub(crate) xid: Option<Xid>,
    pub(crate) parts: TrxParts,
}
