//! The log's view of a storage engine: it takes part in the two-phase commit.

use crate::error::Failure;
use innolab_base::Xid;

/// A participant's answer to `prepare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// The transaction can be committed or rolled back; once the prepare is synced, after a crash too.
    Prepared,
    /// The transaction changed nothing here: the participant gets no further calls for it.
    Nothing,
}

/// A storage engine as two-phase commit sees it.
///
/// ```text
/// active ── prepare ──► prepared ── commit ────► committed        a crash in `prepared`: in doubt, the log decides
///    └──── rollback ──────┴──────── rollback ──► gone             a crash before: gone
/// ```
///
/// LOCKS: `prepare` and `rollback` run on the transaction's thread with no lock held. `sync_prepared`, `commit` and
/// `sync_committed` run on the thread that leads a stage, for transactions of other threads too, with that stage's lock
/// held: they must not call back into the log.
///
/// ERRORS: a failed `prepare` rolls the transaction back; any other failure poisons the log (I10), and the engine
/// should refuse work too.
#[doc(alias = "handlerton")]
pub trait Participant: Send + Sync {
    /// Its name in errors and events.
    fn name(&self) -> &str;
    /// Prepares the transaction: from now on it can be committed or rolled back. Written, not synced.
    fn prepare(&self, xid: Xid) -> Result<Vote, Failure>;
    /// Makes all prepares so far durable, those of `group` among them, with one sync (if the engine's own flush setting
    /// asks for it).
    #[doc(alias = "flush_logs")]
    fn sync_prepared(&self, group: &[Xid]) -> Result<(), Failure>;
    /// Commits a prepared transaction. Written, not synced: after a crash the log says that it committed. In the wrong
    /// orders ([`Order`](crate::Order)) the transaction is not prepared.
    #[doc(alias = "commit_by_xid")]
    fn commit(&self, xid: Xid) -> Result<(), Failure>;
    /// Rolls back a transaction that is prepared or whose `prepare` failed.
    #[doc(alias = "rollback_by_xid")]
    fn rollback(&self, xid: Xid) -> Result<(), Failure>;
    /// Makes all commits and rollbacks so far durable, whatever the engine's flush setting is. Called before the log
    /// rotates, so that recovery reads only the last file.
    fn sync_committed(&self) -> Result<(), Failure>;
    /// Returns the prepared transactions that a crash left. Called at opening only.
    #[doc(alias = "recover")]
    fn in_doubt(&self) -> Result<Vec<Xid>, Failure>;
}
