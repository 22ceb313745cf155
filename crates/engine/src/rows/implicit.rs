//! Implicit locks: a transaction holds each record that it has written until it ends, without a lock in the lock table.
//!
//! An INSERT or UPDATE creates no lock object for its record if no other transaction is in the way. Another transaction
//! that wants the record finds the *implicit owner* from the record itself:
//!
//! ```text
//!   clustered record      its DB_TRX_ID, w, is active ──────────────────────────────────► w
//!   secondary entry       the leaf's stamp is below every active id ────────────────────► none
//!                         no row, or the row's DB_TRX_ID, w, is not active ─────────────► none
//!                         w is the transaction that requests the lock ──────────────────► w (R4)
//!                         else: has w inserted or marked this entry?
//!                           walk the row's versions back while they are written by w:
//!                             it is the row's first version: w inserted the row ────────► w
//!                             the earlier version needs the entry in another state ─────► w
//!                             the earlier version is written by another transaction ────► none
//! ```
//!
//! A version *needs* an entry with its values to be unmarked if the version is live, and marked if it is deleted; it
//! needs an entry without its values to be marked. If the entry in its present state suits every version back to the
//! one that w found, then w has not changed the entry.
//!
//! RULES
//!
//! - **R1** Before a transaction requests a lock on a record, the record's implicit owner is given an explicit lock
//!   ([`request_lock`]; `lock` T4).
//! - **R2** Latches are taken in this order: the entry's leaf, the row's leaf, undo pages (`docs/latching.md`); none of
//!   them is waited for with a mutex of the lock table held.
//! - **R3** The undo of an active writer exists. If the writer has ended during the walk, no transaction holds the
//!   record implicitly (`version` R3).
//! - **R4** If the requesting transaction is the row's writer, the versions are not walked: if the stamp allows that it
//!   has changed the entry, its request is granted without a lock, although it may not have changed the entry. So
//!   another transaction that reads only the entry may lock it at the same time; MariaDB does the same
//!   (`tests/scenarios/locks/implicit.sql`).
//!
//! InnoDB's counterpart: `lock_rec_convert_impl_to_expl`, `row_vers_impl_x_locked`.

use super::version::Versions;
use crate::codec::{FieldList, Fields, Result};
use crate::core::{Engine, LockAttempt, Trx};
use crate::dict::{Index, Table};
use innolab_base::TrxId;
use innolab_btree::Seek;
use innolab_lock::{RecordId, RecordMode, WaitPolicy};
use innolab_page::{Record, RecordRef};

/// A record on its latched leaf, to be locked.
pub(crate) struct LockTarget<'a> {
    pub(crate) table: &'a Table,
    pub(crate) index: &'a Index,
    pub(crate) record: RecordRef<'a>,
    /// The leaf's PAGE_MAX_TRX_ID ([`innolab_btree::Tree::has_stamps`]).
    pub(crate) stamp: u64,
    /// The record's id in the lock table.
    pub(crate) at: RecordId<'a>,
}

/// Requests a lock on a record or on its gap, after its implicit owner was given an explicit lock (R1). REQUIRES: the
/// leaf is latched; the table is locked. ERRORS: [`crate::Error::Deadlock`]; a failed read of the row or its undo.
#[doc(alias = "lock_clust_rec_read_check_and_lock")]
#[doc(alias = "lock_sec_rec_read_check_and_lock")]
pub(crate) fn request_lock(
    trx: &Trx,
    target: &LockTarget<'_>,
    mode: RecordMode,
    wait_policy: WaitPolicy,
) -> Result<LockAttempt> {
    let engine = &trx.engine;
    while let Some(owner) = implicit_owner(engine, target, trx.id())? {
        if Some(owner) == trx.id() {
            if !mode.covers_gap() {
                return Ok(LockAttempt::Granted { fresh: false });
            }
            break;
        }
        if engine.lock.make_explicit(owner, &target.at) {
            break;
        }
        // The owner is ending: its id leaves the active set before its locks are released, so the next round finds no
        // owner. If instead its commit failed with an unknown outcome, the engine is poisoned: do not loop.
        engine.check()?;
    }
    trx.lock_record(&target.at, mode, wait_policy)
}

/// Returns the active transaction that holds a record implicitly. `asker`: the transaction that requests the lock (R4).
/// REQUIRES and ERRORS as [`request_lock`].
#[doc(alias = "row_vers_impl_x_locked")]
pub(crate) fn implicit_owner(engine: &Engine, target: &LockTarget<'_>, asker: Option<TrxId>) -> Result<Option<TrxId>> {
    let LockTarget { table, index, record, stamp, .. } = *target;
    let clustered = table.clustered();
    if index.id() == clustered.id() {
        let writer = index.codec.system(record).trx_id;
        return Ok(engine.mvcc.is_active(writer).then_some(writer));
    }
    if !engine.mvcc.any_active_up_to(TrxId(stamp)) {
        return Ok(None);
    }
    let mut key = Fields::default();
    index.codec.key_of_entry(record, &mut key);
    let key: FieldList<'_> = key.iter().collect();
    let mut cursor = clustered.tree.cursor();
    if !cursor.seek(&key, Seek::AtLeast)? || cursor.record().compare(&key).is_ne() {
        return Ok(None);
    }
    let row = cursor.record();
    let writer = clustered.codec.system(row).trx_id;
    if Some(writer) == asker {
        return Ok(asker);
    }
    if !engine.mvcc.is_active(writer) {
        return Ok(None);
    }
    let touched = has_touched(engine, table, index, record, row, writer);
    // R3: the walk counts only if the writer is still active.
    if engine.mvcc.is_active(writer) { Ok(touched?.then_some(writer)) } else { Ok(None) }
}

/// True if `writer`, which wrote the row's newest version, has inserted, marked or unmarked this entry.
fn has_touched(
    engine: &Engine,
    table: &Table,
    index: &Index,
    entry: RecordRef<'_>,
    row: RecordRef<'_>,
    writer: TrxId,
) -> Result<bool> {
    let codec = &table.clustered().codec;
    let (mut versions, mut version, mut before) = (Versions::default(), Record::new(), Record::new());
    version.copy(row);
    loop {
        if !versions.before(&engine.undo, codec, version.view(codec.layout()), &mut before)? {
            return Ok(true);
        }
        let earlier = before.view(codec.layout());
        let suits = if is_entry_of(index, entry, earlier) {
            entry.is_deleted() == earlier.is_deleted()
        } else {
            entry.is_deleted()
        };
        if !suits {
            return Ok(true);
        }
        if codec.system(earlier).trx_id != writer {
            return Ok(false);
        }
        std::mem::swap(&mut version, &mut before);
    }
}

/// True if the entry has the values of this version of the row, whether delete-marked or not.
#[doc(alias = "row_sel_sec_rec_is_for_clust_rec")]
pub(crate) fn is_entry_of(index: &Index, entry: RecordRef<'_>, version: RecordRef<'_>) -> bool {
    entry.fields().zip(index.codec.in_clustered()).all(|(value, field)| value == version.field(*field))
}
