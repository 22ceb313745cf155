//! Whoever keeps data and commits together with the log: a storage engine.

use crate::error::Failure;
use innolab_base::Xid;

/// What a participant says when it is asked to prepare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// The transaction can be committed and can be rolled back, even after a crash once it is synced.
    Prepared,
    /// This transaction changed nothing here: the participant hears no more of it.
    Nothing,
}

/// A storage engine as two-phase commit sees it.
///
/// ```text
/// active ── prepare ──► prepared ── commit ────► committed        a crash in `prepared`: in doubt, the log decides
///    └──── rollback ──────┴──────── rollback ──► gone             a crash before: gone
/// ```
///
/// LOCKS: `prepare` and `rollback` run on the transaction's thread with no lock held; the other three run on the thread
/// that leads a stage and for transactions of other threads, with that stage's lock held: they must not call back into
/// the log.
///
/// ERRORS: a failed `prepare` costs the transaction; any other failure poisons the log (I10), and the engine should
/// refuse work too.
#[doc(alias = "handlerton")]
pub trait Participant: Send + Sync {
    /// Its name, for errors and events.
    fn name(&self) -> &str;
    /// Makes the transaction able to go both ways. Written, not synced.
    fn prepare(&self, xid: Xid) -> Result<Vote, Failure>;
    /// Makes all that was prepared before, these among it, durable (as far as the engine's own knob asks for it): one
    /// sync for all of them.
    #[doc(alias = "flush_logs")]
    fn sync_prepared(&self, group: &[Xid]) -> Result<(), Failure>;
    /// Commits a prepared transaction. Written, not synced: after a crash the log knows. In the wrong orders
    /// ([`Order`](crate::Order)) the transaction may not be prepared.
    #[doc(alias = "commit_by_xid")]
    fn commit(&self, xid: Xid) -> Result<(), Failure>;
    /// Rolls back a transaction that is prepared, or whose `prepare` failed.
    #[doc(alias = "rollback_by_xid")]
    fn rollback(&self, xid: Xid) -> Result<(), Failure>;
    /// Makes all commits and rollbacks so far durable, whatever the engine's knob says. Called before the log goes on
    /// in another file, so that recovery reads only the last one.
    fn sync_committed(&self) -> Result<(), Failure>;
    /// The prepared transactions that a crash left. Called at opening only.
    #[doc(alias = "recover")]
    fn in_doubt(&self) -> Result<Vec<Xid>, Failure>;
}
