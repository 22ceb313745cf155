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
//! A reader asks of each version, the newest first, one question about its writer. The first yes is the version it reads.
//!
//! RULES
//!
//! - **R1** The row's leaf is latched as long as its versions are walked: so its roll pointer leads to undo that its
//!   writer has not taken back.
//! - **R2** Of a version that the reader's view does not see, the undo is still there: purge stays behind the horizon
//!   of every view.
//! - **R3** Who walks without a view (a version that is committed, an implicit lock) does so only within the changes of
//!   an active writer, and believes what it read only if the writer is still active then. If not, all that counts has
//!   changed: look again.
//!
//! InnoDB's counterpart: `row_vers_build_for_consistent_read`, `row_vers_build_for_semi_consistent_read`,
//! `trx_undo_prev_version_build`.

use crate::codec::{IndexCodec, Result, UndoRec, apply_backwards};
use innolab_base::TrxId;
use innolab_mvcc::{ReadView, TrxSys};
use innolab_page::undo::RollPtr;
use innolab_page::{Record, RecordRef};
use innolab_undo::Undo;

/// Buffers for versions, to be used again.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    payload: Vec<u8>,
    version: Record,
    before: Record,
}

impl Versions {
    /// The newest version of a row whose writer `wanted` says yes to, delete-marked or not; `None`: the row's first one
    /// is too new.
    /// REQUIRES: the record's leaf is latched (R1).
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

    /// As [`Versions::find`], of the versions before the record.
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

    /// The version that a view sees. REQUIRES and answers as [`Versions::find`].
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

    /// The last committed version. REQUIRES and answers as [`Versions::find`].
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
        // R3
        if mvcc.is_active(writer) { found } else { Ok(Some(record)) }
    }

    /// The version before a version, if it is not the row's first one. REQUIRES: the row's leaf is latched (R1).
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
