//! The names of records in the lock table, and what it is told of changes: who inserts, rewrites or removes a record
//! that others have locked says so, with the latches held.
//!
//! InnoDB's counterpart: `lock_update_insert`, `lock_update_delete`, `lock_rec_store_on_page_infimum`.

use crate::codec::{Error, Result};
use crate::core::{Engine, LockAttempt, Trx};
use crate::dict::Index;
use innolab_base::PageNo;
use innolab_btree::{Field, Site};
use innolab_lock::{RecordId, RecordKey, RecordMode, Ticket, WaitPolicy};

/// The names of two neighbours, as the lock table knows them.
#[derive(Default)]
pub(crate) struct Names {
    here: Name,
    next: Name,
}

/// The buffer of a name.
#[derive(Default)]
struct Name(Vec<u8>);

impl Name {
    /// The record with this key.
    fn of<'n, 'f>(&'n mut self, index: &Index, leaf: PageNo, key: impl Iterator<Item = Field<'f>>) -> RecordId<'n> {
        index.codec.lock_key_of(key, &mut self.0);
        RecordId { index: index.id(), leaf: u64::from(leaf.0), key: RecordKey::Key(&self.0) }
    }

    /// The record after a place, or the end of the index.
    fn of_next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> RecordId<'n> {
        match site.next() {
            Some(record) => self.of(index, site.leaf_no(), record.key()),
            None => RecordId { index: index.id(), leaf: u64::from(site.leaf_no().0), key: RecordKey::Supremum },
        }
    }
}

impl Names {
    /// The record with this key.
    pub(crate) fn here<'n, 'f>(
        &'n mut self,
        index: &Index,
        leaf: PageNo,
        key: impl Iterator<Item = Field<'f>>,
    ) -> RecordId<'n> {
        self.here.of(index, leaf, key)
    }

    /// The record after a place, or the end of the index. REQUIRES: [`innolab_btree::WriteOptions::next`].
    pub(crate) fn next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> RecordId<'n> {
        self.next.of_next(index, site)
    }

    /// Both.
    pub(crate) fn both<'n, 'f>(
        &'n mut self,
        index: &Index,
        site: &Site<'_>,
        key: impl Iterator<Item = Field<'f>>,
    ) -> (RecordId<'n>, RecordId<'n>) {
        (self.here.of(index, site.leaf_no(), key), self.next.of_next(index, site))
    }
}

/// The record at `site` becomes `new`: if its size changes it is written anew in its page, which the lock table is told.
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

/// The locks on the gap that `site` is in are on both halves from now on: the record with this key is certain to come (I9).
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

/// The locks on the record at `site` and on the gap before it are on the gap before its successor from now on: the
/// record is certain to go (I9).
pub(crate) fn inherit_on_remove(engine: &Engine, index: &Index, names: &mut Names, site: &Site<'_>) {
    if let (Some(there), false) = (site.record(), engine.lock.is_idle()) {
        let (removed, successor) = names.both(index, site, there.key());
        engine.lock.inherit_on_remove(&removed, &successor);
    }
}

/// Asks to insert into the gap that `site` is in; the wait, if there is one.
pub(crate) fn request_insert(trx: &Trx, names: &mut Names, index: &Index, site: &Site<'_>) -> Result<Option<Ticket>> {
    if trx.engine.lock.is_idle() {
        return Ok(None);
    }
    let at = names.next(index, site);
    ticket_of(trx.lock_record(&at, RecordMode::Insert, WaitPolicy::Wait)?)
}

/// The wait, if there is one. Only who asked without patience is told that a lock is taken.
pub(crate) fn ticket_of(asked: LockAttempt) -> Result<Option<Ticket>> {
    match asked {
        LockAttempt::Granted { .. } => Ok(None),
        LockAttempt::Busy => Err(Error::NoWait),
        LockAttempt::Wait(ticket) => Ok(Some(ticket)),
    }
}
