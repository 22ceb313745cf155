//! What changes of one transaction use again and again, and how its statement locks duplicates.

use super::batch::Batch;
use crate::codec::Fields;
use crate::core::Trx;
use crate::rows::Names;
use innolab_lock::{Inherit, RecordMode};
use innolab_page::Record;

/// How a row that stands in an insert's way is locked, so that what the statement does next is about this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateLock {
    /// INSERT: it only says so.
    #[default]
    Shared,
    /// REPLACE and ON DUPLICATE KEY UPDATE: they will change it.
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

/// Buffers of a transaction's changes, used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The undo record.
    pub(crate) payload: Vec<u8>,
    /// The clustered record to be.
    pub(crate) fields: Fields,
    /// A key, or an entry of a secondary index.
    pub(crate) entry: Fields,
    /// The clustered record as it was read.
    pub(crate) old: Record,
    pub(crate) names: Names,
    /// Rows that are being inserted.
    pub(crate) batch: Batch,
    /// How this statement locks what stands in the way of a row.
    pub(super) on_duplicate: DuplicateLock,
}

impl Scratch {
    /// From here to the end of the statement checks of duplicates lock X, those of updates too (H2 of `lock`).
    pub(crate) fn lock_duplicates_exclusively(&mut self, trx: &mut Trx) {
        self.on_duplicate = DuplicateLock::Exclusive;
        if trx.isolation().skips_gaps() {
            let owner = trx.owner();
            trx.engine.lock.set_inherit(owner, Inherit::ExclusiveOnly);
        }
    }

    /// Checks of duplicates lock S again (H2 of `lock`).
    pub(crate) fn forget_duplicates(&mut self, trx: &Trx) {
        let before = std::mem::take(&mut self.on_duplicate);
        if let (DuplicateLock::Exclusive, true, Some(owner)) = (before, trx.isolation().skips_gaps(), trx.parts.owner) {
            trx.engine.lock.set_inherit(owner, Inherit::SharedOnly);
        }
    }
}
