//! Reads, as sessions make them; how they are done is in `read`.

use super::transaction::Transaction;
use crate::codec::{Datum, IndexNo, KeyRange, Result};
use crate::dict::Table;
use crate::read::{Columns, Fetched, LockRead, RangeRead, RowRef, Scan};
use std::ops::ControlFlow;
use std::sync::Arc;

impl Transaction {
    /// As [`Transaction::each_row`], with the values of all columns.
    pub fn read(
        &mut self,
        table: &Table,
        index: IndexNo,
        range: &KeyRange,
        reverse: bool,
        columns: Columns,
        visit: &mut dyn FnMut(&[Datum]) -> ControlFlow<()>,
    ) -> Result<()> {
        self.buffers.read(&mut self.trx, &RangeRead { table, index, range, reverse, columns }, visit)
    }

    /// Shows the rows of a range in the order of an index, or against it, until `visit` breaks off: as the
    /// transaction's view sees them, or under READ UNCOMMITTED the newest (`read::consistent` R1). A row of a table
    /// without primary key has its hidden row id as one more value at its end.
    /// LOCKS: `visit` is called with leaves latched (`read::consistent` R3). ERRORS: a bound's value that the column
    /// cannot have; what reading pages can bring.
    #[doc(alias = "row_search_mvcc")]
    #[inline]
    pub fn each_row(
        &mut self,
        table: &Table,
        index: IndexNo,
        range: &KeyRange,
        reverse: bool,
        columns: Columns,
        visit: impl FnMut(RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        self.buffers.each_row(&mut self.trx, &RangeRead { table, index, range, reverse, columns }, visit)
    }

    /// Begins a locking read of a range in the order of an index, or against it; an equality that gives all columns of
    /// a unique key has no order. The table is locked IS or IX here.
    /// ERRORS: as [`Transaction::lock_table`]; a bound's value that the column cannot have.
    pub fn scan(
        &mut self,
        table: &Arc<Table>,
        index: IndexNo,
        range: &KeyRange,
        reverse: bool,
        how: LockRead,
    ) -> Result<LockingScan> {
        Ok(LockingScan(Scan::new(&mut self.trx, table, index, range, reverse, how)?))
    }
}

/// A locking read on its way. Dropping it keeps its locks: they are the transaction's.
#[doc(alias = "row_prebuilt_t")]
pub struct LockingScan(Scan);

impl LockingScan {
    /// The next row, into `row`, whose buffers are used again. Of a secondary index that covers what is wanted, only
    /// its columns; in a table without primary key the hidden row id follows.
    /// ERRORS: `Error::Deadlock`, `Error::LockWaitTimeout`,
    /// `Error::NoWait`, `Error::Interrupted`; what reading pages
    /// can bring. The scan is over then.
    #[doc(alias = "row_search_mvcc")]
    #[inline]
    pub fn next(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.0.next_where(&mut trx.trx, row, &mut |_| true)
    }

    /// As [`LockingScan::next`], with a condition on the columns of the index: in a `pushed` scan the entry is shown to
    /// `wanted` after it was locked, and if it is not wanted its row is neither locked nor shown. Else `wanted` is not
    /// called.
    #[doc(alias = "ICP")]
    #[inline]
    pub fn next_where(
        &mut self,
        trx: &mut Transaction,
        row: &mut Vec<Datum>,
        wanted: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Fetched> {
        self.0.next_where(&mut trx.trx, row, wanted)
    }

    /// After [`Fetched::Committed`], if that row is wanted: waits for it, and shows it as it is now; or the row after
    /// it, if it is gone. ERRORS: as [`LockingScan::next`].
    pub fn lock_current(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.0.lock_current(&mut trx.trx, row)
    }

    /// The row that was shown last is of no use: its lock goes, at READ COMMITTED (`read::scan` R3).
    #[doc(alias = "row_unlock_for_mysql")]
    pub fn unlock_row(&mut self, trx: &mut Transaction) {
        self.0.unlock_row(&mut trx.trx);
    }
}
