//! Buffers that the changes of one transaction reuse, and how its statement locks duplicates.

use super::batch::Batch;
use crate::codec::Fields;
use crate::core::Trx;
use crate::rows::Names;
use innolab_lock::{Inherit, RecordMode};
use innolab_page::Record;

/// How a statement locks a row that has the key of the row to insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateLock {
    /// S. INSERT only reports the duplicate.
    #[default]
    Shared,
    /// X. REPLACE and ON DUPLICATE KEY UPDATE change the row.
    Exclusive,
}

impl DuplicateLock {
    pub(super) fn record(self) -> RecordMode {
        match self {
            DuplicateLock::Shared => RecordMode::SRec,
            DuplicateLock::Exclusive => RecordMode::XRec,
        }
    }

    pub(super) fn next_key(self) -> RecordMode {
        match self {
            DuplicateLock::Shared => RecordMode::S,
            DuplicateLock::Exclusive => RecordMode::X,
        }
    }
}

/// Buffers of a transaction's changes.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The payload of an undo record.
    pub(crate) payload: Vec<u8>,
    /// The fields of a new clustered record.
    pub(crate) fields: Fields,
    /// A key, or an entry of a secondary index.
    pub(crate) entry: Fields,
    /// The clustered record as it was read.
    pub(crate) old: Record,
    pub(crate) names: Names,
    /// The rows that are being inserted.
    pub(crate) batch: Batch,
    /// How this statement locks rows that have the key of a new one.
    pub(super) on_duplicate: DuplicateLock,
}

impl Scratch {
    /// Makes duplicate checks lock X, those of updates too, until the end of the statement. Where gaps are not locked,
    /// the transaction then inherits its X locks on removed records, not its S locks (H2 of `lock`).
    pub(crate) fn lock_duplicates_exclusively(&mut self, trx: &mut Trx) {
        self.on_duplicate = DuplicateLock::Exclusive;
        if trx.isolation().skips_gaps() {
            let owner = trx.ensure_owner();
            trx.engine.lock.set_inherit(owner, Inherit::ExclusiveOnly);
        }
    }

    /// Takes [`Scratch::lock_duplicates_exclusively`] back: duplicate checks lock S again.
    pub(crate) fn forget_duplicates(&mut self, trx: &Trx) {
        let before = std::mem::take(&mut self.on_duplicate);
        if let (DuplicateLock::Exclusive, true, Some(owner)) = (before, trx.isolation().skips_gaps(), trx.parts.owner) {
            trx.engine.lock.set_inherit(owner, Inherit::SharedOnly);
        }
    }
}
