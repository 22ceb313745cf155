//! Earlier versions of a row, built from undo.
//!
//! ```text
//!   clustered leaf, latched          undo pages, one latched at a time
//!   ┌─────────────────────────┐      ┌──────────────────────────┐      ┌──────────────────────────┐
//!   │ 5 · trx 17 · ptr ───────┼─────►│ was trx 12 · ptr · 'b' ──┼─────►│ was trx 9 · ptr(insert)… │
//!   └─────────────────────────┘      └──────────────────────────┘      └──────────────────────────┘
//!     'c', by 17: not seen             'b', by 12: not seen              'a', by 9: seen
//! ```
//!
//! A reader tests the writer of each version, the newest first, and reads the first version that passes.
//!
//! RULES
//!
//! - **R1** The row's leaf stays latched while its versions are built, so its writer cannot roll back the undo record
//!   that the roll pointer points to.
//! - **R2** The undo record of a version that some view does not see exists: purge stays behind the horizon of all
//!   views.
//! - **R3** A walk without a view (for the last committed version, or for an implicit lock) stays within the changes of
//!   one active writer, whose undo exists. Its result is valid only if the writer is still active afterwards. If it has
//!   ended, its undo may have been purged during the walk: the row's newest version is the committed one, and the row
//!   is not locked implicitly.
//!
//! InnoDB's counterpart: `row_vers_build_for_consistent_read`, `row_vers_build_for_semi_consistent_read`,
//! `trx_undo_prev_version_build`.

use crate::codec::{IndexCodec, Result, UndoRec, apply_backwards};
use innolab_base::TrxId;
use innolab_mvcc::{ReadView, TrxSys};
use innolab_page::undo::RollPtr;
use innolab_page::{Record, RecordRef};
use innolab_undo::Undo;

/// Reusable buffers for versions.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    payload: Vec<u8>,
    version: Record,
    before: Record,
}

impl Versions {
    /// Returns the newest version of a row, delete-marked or not, for whose writer `wanted` returns true; `None` if no
    /// version passes, the row's first one included. REQUIRES: the record's leaf is latched (R1). ERRORS: undo that
    /// cannot be read.
    #[inline]
    pub(crate) fn find<'a>(
        &'a mut self,
        undo: &Undo,
        codec: &IndexCodec,
        record: RecordRef<'a>,
        mut wanted: impl FnMut(TrxId) -> bool,
    ) -> Result<Option<RecordRef<'a>>> {
        if wanted(codec.writer(record)) { Ok(Some(record)) } else { self.find_before(undo, codec, record, wanted) }
    }

    /// As [`Versions::find`], beginning with the version that preceded the record.
    #[inline(never)]
    fn find_before<'a>(
        &'a mut self,
        undo: &Undo,
        codec: &IndexCodec,
        record: RecordRef<'a>,
        mut wanted: impl FnMut(TrxId) -> bool,
    ) -> Result<Option<RecordRef<'a>>> {
        if !before(undo, codec, record, &mut self.payload, &mut self.version)? {
            return Ok(None);
        }
        loop {
            let version = self.version.view(record.layout());
            if wanted(codec.writer(version)) {
                break;
            }
            if !before(undo, codec, version, &mut self.payload, &mut self.before)? {
                return Ok(None);
            }
            std::mem::swap(&mut self.version, &mut self.before);
        }
        Ok(Some(self.version.view(record.layout())))
    }

    /// Returns the version that a view sees. As [`Versions::find`].
    #[doc(alias = "row_vers_build_for_consistent_read")]
    #[inline]
    pub(crate) fn seen<'a>(
        &'a mut self,
        undo: &Undo,
        codec: &IndexCodec,
        record: RecordRef<'a>,
        view: &ReadView,
    ) -> Result<Option<RecordRef<'a>>> {
        self.find(undo, codec, record, |writer| view.sees(writer))
    }

    /// Returns the last committed version (R3). As [`Versions::find`].
    #[doc(alias = "row_vers_build_for_semi_consistent_read")]
    pub(crate) fn committed<'a>(
        &'a mut self,
        undo: &Undo,
        mvcc: &TrxSys,
        codec: &IndexCodec,
        record: RecordRef<'a>,
    ) -> Result<Option<RecordRef<'a>>> {
        let writer = codec.writer(record);
        let found = self.find(undo, codec, record, |id| id != writer || !mvcc.is_active(id));
        // R3: the walk counts only if the writer is still active.
        if mvcc.is_active(writer) { found } else { Ok(Some(record)) }
    }

    /// Builds the version that preceded `version` into `into`; false if `version` is the row's first one. REQUIRES: the
    /// row's leaf is latched (R1). ERRORS: undo that cannot be read.
    #[doc(alias = "trx_undo_prev_version_build")]
    pub(crate) fn before(
        &mut self,
        undo: &Undo,
        codec: &IndexCodec,
        version: RecordRef<'_>,
        into: &mut Record,
    ) -> Result<bool> {
        before(undo, codec, version, &mut self.payload, into)
    }
}

fn before(
    undo: &Undo,
    codec: &IndexCodec,
    version: RecordRef<'_>,
    payload: &mut Vec<u8>,
    into: &mut Record,
) -> Result<bool> {
    let at = RollPtr(codec.system(version).roll_ptr);
    if at.is_insert() {
        return Ok(false);
    }
    undo.read(at, payload)?;
    apply_backwards(version, &UndoRec::parse(payload)?, codec.layout(), into)?;
    Ok(true)
}
