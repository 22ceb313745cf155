//! Who holds a record that nobody has locked: its writer, as long as it is active.
//!
//! ```text
//!   clustered record      its DB_TRX_ID is active ──────────────────────────────────────► that one holds it
//!   secondary entry       the leaf's stamp is below every active id ────────────────────► nobody
//!                         no row, or its DB_TRX_ID is not active ───────────────────────► nobody
//!                         it is who asks ────────────────────────────────────────────────► that one (R4)
//!                         else: has that writer made or marked this very entry?
//!                           walk the row's versions back as long as they are that writer's:
//!                             its first version: it inserted the row ───────────────────► that one
//!                             the version before wants the entry in another state ──────► that one
//!                             the version before is somebody else's ────────────────────► nobody
//! ```
//!
//! An entry that has the values of a version stands there unmarked for a live version, marked for a deleted one; an
//! entry without the values of a version must be marked for it. If the entry as it is fits each version back to the one
//! the writer found, it has not touched the entry.
//!
//! RULES
//!
//! - **R1** Before anybody asks for a lock on a record, its implicit owner gets an explicit one ([`request_lock`]); `lock`'s T4.
//! - **R2** Latches: the entry's leaf, then the row's leaf, then undo (`docs/latching.md`). None of them is waited for
//!   with a lock's mutex held.
//! - **R3** Undo of an active writer is there; if the writer has ended meanwhile, nobody holds the record implicitly
//!   (R3 of `version`).
//! - **R4** Of who has written the row it is not asked whether it has touched this entry, only whether the stamp allows
//!   it: its request for the record alone is granted without a lock. So does MariaDB, and a reader of the entry alone
//!   may lock it beside (`tests/scenarios/locks/implicit.sql`).
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

/// A record to be locked, as it stands on its latched leaf.
pub(crate) struct LockTarget<'a> {
    pub(crate) table: &'a Table,
    pub(crate) index: &'a Index,
    pub(crate) record: RecordRef<'a>,
    /// The leaf's ([`innolab_btree::Tree::has_stamps`]).
    pub(crate) stamp: u64,
    /// The record's name.
    pub(crate) at: RecordId<'a>,
}

/// Asks for a lock on a record, after its implicit owner was given an explicit one (R1). For a gap lock too.
/// REQUIRES: the leaf is latched; the table is locked. ERRORS: [`crate::Error::Deadlock`]; what reading the row and its
/// undo can bring.
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
        // It has just ended: its id goes before its locks, so the next look finds another answer. Unless its commit has
        // failed and nobody knows what it came to: then nothing works any more.
        engine.check()?;
    }
    trx.lock_record(&target.at, mode, wait_policy)
}

/// The active transaction that holds a record implicitly, for `asker`. ERRORS as [`request_lock`].
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
    // R3
    if engine.mvcc.is_active(writer) { Ok(touched?.then_some(writer)) } else { Ok(None) }
}

/// Whether `writer`, who wrote the row's newest version, has made or marked this entry.
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
        let fits = if is_entry_of(index, entry, earlier) {
            entry.is_deleted() == earlier.is_deleted()
        } else {
            entry.is_deleted()
        };
        if !fits {
            return Ok(true);
        }
        if codec.system(earlier).trx_id != writer {
            return Ok(false);
        }
        std::mem::swap(&mut version, &mut before);
    }
}

/// Whether a version of a row, delete-marked or not, has just this entry in the index.
#[doc(alias = "row_sel_sec_rec_is_for_clust_rec")]
pub(crate) fn is_entry_of(index: &Index, entry: RecordRef<'_>, version: RecordRef<'_>) -> bool {
    entry.fields().zip(index.codec.in_clustered()).all(|(value, field)| value == version.field(*field))
}
