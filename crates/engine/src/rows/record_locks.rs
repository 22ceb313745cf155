//! The ids of records in the lock table, and the calls by which locks follow the records of a leaf. They are made with
//! the leaf latched, when the change is certain.
//!
//! ```text
//! gap (3, 9) locked     insert 5    inherit_on_insert   ─► gaps (3, 5) and (5, 9) locked
//! record 5 locked       remove 5    inherit_on_remove   ─► gap (3, 9) locked
//! record 5 locked       rewrite 5   note_rewrite        ─► record 5 locked; its waiters weigh more (`lock` Q4)
//! ```
//!
//! InnoDB's counterpart: `lock_update_insert`, `lock_update_delete`, `lock_rec_store_on_page_infimum`.

use crate::codec::{Error, Result};
use crate::core::{Engine, LockAttempt, Trx};
use crate::dict::Index;
use innolab_base::PageNo;
use innolab_btree::{Field, Site};
use innolab_lock::{RecordId, RecordKey, RecordMode, Ticket, WaitPolicy};

/// Buffers for the lock-table ids of a record and of its successor.
#[derive(Default)]
pub(crate) struct Names {
    here: Name,
    next: Name,
}

/// The buffer of a lock key.
#[derive(Default)]
struct Name(Vec<u8>);

impl Name {
    /// Returns the id of the record with this key.
    fn of<'n, 'f>(&'n mut self, index: &Index, leaf: PageNo, key: impl Iterator<Item = Field<'f>>) -> RecordId<'n> {
        index.codec.lock_key_of(key, &mut self.0);
        RecordId { index: index.id(), leaf: u64::from(leaf.0), key: RecordKey::Key(&self.0) }
    }

    /// Returns the id of the record after `site`, or of the index's end.
    fn of_next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> RecordId<'n> {
        match site.next() {
            Some(record) => self.of(index, site.leaf_no(), record.key()),
            None => RecordId { index: index.id(), leaf: u64::from(site.leaf_no().0), key: RecordKey::Supremum },
        }
    }
}

impl Names {
    /// Returns the id of the record with this key on this leaf.
    pub(crate) fn here<'n, 'f>(
        &'n mut self,
        index: &Index,
        leaf: PageNo,
        key: impl Iterator<Item = Field<'f>>,
    ) -> RecordId<'n> {
        self.here.of(index, leaf, key)
    }

    /// Returns the id of the record after `site`, or of the index's end. REQUIRES:
    /// [`innolab_btree::WriteOptions::next`].
    pub(crate) fn next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> RecordId<'n> {
        self.next.of_next(index, site)
    }

    /// Returns both ids: of the record with this key, and of the record after `site`.
    pub(crate) fn both<'n, 'f>(
        &'n mut self,
        index: &Index,
        site: &Site<'_>,
        key: impl Iterator<Item = Field<'f>>,
    ) -> (RecordId<'n>, RecordId<'n>) {
        (self.here.of(index, site.leaf_no(), key), self.next.of_next(index, site))
    }
}

/// Tells the lock table that `new` replaces the record at `site`, if that changes the size of a field: then the record
/// is rewritten in its page ([`innolab_lock::LockTable::rewritten`]).
pub(crate) fn note_rewrite<'f>(
    engine: &Engine,
    names: &mut Names,
    index: &Index,
    site: &Site<'_>,
    new: impl Iterator<Item = Field<'f>>,
) {
    let Some(old) = site.record().filter(|_| !engine.lock.is_idle()) else { return };
    let size = |field: Field<'_>| field.map(<[u8]>::len);
    if !old.fields().map(size).eq(new.map(size)) {
        engine.lock.rewritten(&names.here(index, site.leaf_no(), old.key()));
    }
}

/// Copies the locks on the gap at `site` to the gap before the new record, so that both halves are locked (I9).
/// REQUIRES: the leaf is latched; from here on nothing can prevent the insert of the record with this key.
pub(crate) fn inherit_on_insert<'f>(
    engine: &Engine,
    names: &mut Names,
    index: &Index,
    site: &Site<'_>,
    key: impl Iterator<Item = Field<'f>>,
) {
    if !engine.lock.is_idle() {
        let (new, successor) = names.both(index, site, key);
        engine.lock.inherit_on_insert(&new, &successor);
    }
}

/// Moves the locks on the record at `site` and on the gap before it to the gap before its successor (I9). REQUIRES: the
/// leaf is latched; from here on nothing can prevent the removal of the record.
pub(crate) fn inherit_on_remove(engine: &Engine, index: &Index, names: &mut Names, site: &Site<'_>) {
    if let (Some(there), false) = (site.record(), engine.lock.is_idle()) {
        let (removed, successor) = names.both(index, site, there.key());
        engine.lock.inherit_on_remove(&removed, &successor);
    }
}

/// Requests to insert into the gap at `site`. Returns the ticket to wait with; `None`: the insert may proceed. REQUIRES
/// and ERRORS as [`Trx::lock_record`].
pub(crate) fn request_insert(trx: &Trx, names: &mut Names, index: &Index, site: &Site<'_>) -> Result<Option<Ticket>> {
    if trx.engine.lock.is_idle() {
        return Ok(None);
    }
    let at = names.next(index, site);
    ticket_of(trx.lock_record(&at, RecordMode::Insert, WaitPolicy::Wait)?)
}

/// Returns the ticket to wait with; `None`: the lock is granted. REQUIRES: the request was to wait.
pub(crate) fn ticket_of(attempt: LockAttempt) -> Result<Option<Ticket>> {
    match attempt {
        LockAttempt::Granted { .. } => Ok(None),
        LockAttempt::Busy => Err(Error::LockWaitTimeout),
        LockAttempt::Wait(ticket) => Ok(Some(ticket)),
    }
}
