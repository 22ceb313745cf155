//! Consistent reads: rows as a view sees them. They take no lock and never wait.
//!
//! ```text
//!  clustered   record ── view sees its writer ──────────────► the record, unless delete-marked
//!                     └─ else: the newest version it sees ──► that version, unless delete-marked or missing
//!
//!  secondary   entry ─┬─ view sees the leaf's stamp ─┬─ delete-marked ───────────────────► nothing
//!                     │                              └─ the index covers the read ───────► the entry
//!                     └─ else: the row's version, as above ─┬─ has this very entry ──────► that version
//!                                                           └─ has another entry ────────► nothing: it is shown at that entry
//! ```
//!
//! RULES
//!
//! - **R1** READ UNCOMMITTED has no view and reads the newest records. READ COMMITTED has a view for each statement;
//!   the other levels have one view, made at the transaction's first read.
//! - **R2** The stamp of a leaf (`PAGE_MAX_TRX_ID`) is the newest transaction that changed an entry on it. If the view
//!   sees all transactions up to the stamp, the delete mark of each entry on the leaf is right for the view; otherwise
//!   each entry's row must be looked up.
//! - **R3** `visit` is called with the leaf latched; for an entry, with the leaf of its row latched too. It must be
//!   short and must not call the engine.
//! - **R4** A read by a whole primary key is one search, without a cursor and without an allocation.
//!
//! InnoDB's counterpart: `row_search_mvcc` without locks, `lock_clust_rec_cons_read_sees`,
//! `lock_sec_rec_cons_read_sees`. Left out: prefetching rows.

use super::lock_read::Columns;
use super::route::{RangePosition, Route};
use super::row_ref::RowRef;
use crate::codec::{Datum, FieldList, Fields, IndexNo, KeyRange, Result};
use crate::core::{Isolation, Trx};
use crate::dict::{Index, Table};
use crate::rows::{Versions, is_entry_of};
use innolab_base::TrxId;
use innolab_mvcc::ReadView;
use innolab_page::{IndexPage, RecordRef};
use innolab_undo::Undo;
use std::ops::ControlFlow;

/// Buffers that a transaction's consistent reads reuse.
#[derive(Debug, Default)]
pub(crate) struct ReadBuffers {
    key: Fields,
    versions: Versions,
    row: Vec<Datum>,
}

impl ReadBuffers {
    /// As [`crate::Transaction::read`].
    pub(crate) fn read(
        &mut self,
        trx: &mut Trx,
        what: &RangeRead<'_>,
        visit: &mut dyn FnMut(&[Datum]) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut values = std::mem::take(&mut self.row);
        let result = self.each_row(trx, what, |row| {
            row.values(&mut values);
            visit(&values)
        });
        self.row = values;
        result
    }

    /// As [`crate::Transaction::each_row`].
    #[inline]
    pub(crate) fn each_row(
        &mut self,
        trx: &mut Trx,
        what: &RangeRead<'_>,
        visit: impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let RangeRead { table, index: no, range, reverse, columns } = *what;
        trx.engine.check()?;
        let uses_view = trx.isolation() != Isolation::ReadUncommitted;
        if uses_view {
            trx.view();
        }
        let view = trx.parts.view.as_ref().filter(|_| uses_view);
        let index = table.index(no);
        view.map_or(Ok(()), |view| index.check_view(view))?;
        let reader = ConsistentRead { undo: &trx.engine.undo, table, view };
        match index.codec.one_key(range) {
            Some(key) if no == IndexNo::CLUSTERED => reader.point(key, self, visit),
            _ => reader.walk(&Route::new(table, no, range, reverse)?, index, columns, self, visit),
        }
    }
}

/// A range of an index, its direction, and the columns to read.
pub(crate) struct RangeRead<'r> {
    pub(crate) table: &'r Table,
    pub(crate) index: IndexNo,
    pub(crate) range: &'r KeyRange,
    pub(crate) reverse: bool,
    pub(crate) columns: Columns,
}

/// A read of one table by one view.
struct ConsistentRead<'r> {
    undo: &'r Undo,
    table: &'r Table,
    /// `None`: READ UNCOMMITTED (R1).
    view: Option<&'r ReadView>,
}

impl ConsistentRead<'_> {
    /// Reads one row by its whole primary key (R4).
    #[inline]
    fn point(
        &self,
        key: &[Datum],
        buffers: &mut ReadBuffers,
        mut visit: impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let Index { tree, codec, .. } = self.table.clustered();
        codec.encode_key(key, &mut buffers.key)?;
        let key: FieldList<'_> = buffers.key.iter().collect();
        match tree.get(&key, |record| self.row(record, &mut buffers.versions, &mut visit))? {
            Some(shown) => shown.map(drop),
            None => Ok(()),
        }
    }

    fn walk(
        &self,
        route: &Route,
        index: &Index,
        columns: Columns,
        buffers: &mut ReadBuffers,
        mut visit: impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let clustered = index.id() == self.table.clustered().id();
        let end = route.end();
        let mut show = |page: &IndexPage<'_>, record: RecordRef<'_>| {
            if route.position(&end, record) == RangePosition::Beyond {
                return Ok(ControlFlow::Break(()));
            }
            match clustered {
                true => self.row(record, &mut buffers.versions, &mut visit),
                false => self.entry(index, record, page.stamp(), columns, buffers, &mut visit),
            }
        };
        let mut cursor = index.tree.cursor();
        if !route.begin(&mut cursor)? {
            return Ok(());
        }
        if !route.backward {
            return cursor.walk(show);
        }
        while show(&cursor.page(), cursor.record())?.is_continue() && cursor.prev()? {}
        Ok(())
    }

    /// Shows the row of a clustered record, if the view sees one.
    #[inline]
    fn row(
        &self,
        record: RecordRef<'_>,
        versions: &mut Versions,
        visit: &mut impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        Ok(match self.version(record, versions)? {
            Some(version) => visit(RowRef::new(version, &self.table.clustered().codec)),
            None => ControlFlow::Continue(()),
        })
    }

    /// The version of a clustered record that the view sees; `None`: none, or a delete-marked one.
    #[inline]
    fn version<'a>(&self, record: RecordRef<'a>, versions: &'a mut Versions) -> Result<Option<RecordRef<'a>>> {
        let version = match self.view {
            None => Some(record),
            Some(view) => versions.seen(self.undo, &self.table.clustered().codec, record, view)?,
        };
        Ok(version.filter(|version| !version.is_deleted()))
    }

    /// Shows the row of a secondary entry, if the version that the view sees has this entry.
    fn entry(
        &self,
        index: &Index,
        entry: RecordRef<'_>,
        stamp: u64,
        columns: Columns,
        buffers: &mut ReadBuffers,
        visit: &mut impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        // R2: the stamp decides for the whole leaf.
        if self.view.is_none_or(|view| view.sees_all_up_to(TrxId(stamp))) {
            if entry.is_deleted() {
                return Ok(ControlFlow::Continue(()));
            }
            if columns == Columns::Covering {
                return Ok(visit(RowRef::new(entry, &index.codec)));
            }
        }
        let Index { tree, codec, .. } = self.table.clustered();
        index.codec.key_of_entry(entry, &mut buffers.key);
        let key: FieldList<'_> = buffers.key.iter().collect();
        let shown = tree.get(&key, |record| match self.version(record, &mut buffers.versions)? {
            Some(version) if is_entry_of(index, entry, version) => Ok(visit(RowRef::new(version, codec))),
            _ => Ok(ControlFlow::Continue(())),
        })?;
        shown.unwrap_or(Ok(ControlFlow::Continue(())))
    }
}
