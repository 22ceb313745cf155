//! Reads as sessions make them; `read` has how they work.

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

    /// Shows the rows of a range in the order of an index, or in reverse order, until `visit` breaks: as the
    /// transaction's view sees them or, at READ UNCOMMITTED, the newest (`read::consistent` R1). A row of a table
    /// without primary key has its hidden row id as an additional last value.
    /// LOCKS: `visit` is called with leaves latched (`read::consistent` R3). ERRORS: a value in a bound that its
    /// column cannot have; those of reading pages.
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

    /// Begins a locking read of a range in the order of an index, or in reverse order; an equality on all columns of
    /// a unique key has no order. Locks the table IS or IX.
    /// ERRORS: as [`Transaction::lock_table`]; a value in a bound that its column cannot have.
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

/// A locking read in progress. Its locks belong to the transaction and stay when it is dropped.
#[doc(alias = "row_prebuilt_t")]
pub struct LockingScan(Scan);

impl LockingScan {
    /// Reads the next row into `row`, reusing its buffers. A read of a secondary index that covers it has only the
    /// columns of the index. In a table without primary key the hidden row id follows.
    /// ERRORS: `Error::Deadlock`, `Error::LockWaitTimeout`, `Error::Interrupted`; those of reading
    /// pages. The scan is over then.
    #[doc(alias = "row_search_mvcc")]
    #[inline]
    pub fn next(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.0.next_where(&mut trx.trx, row, &mut |_| true)
    }

    /// As [`LockingScan::next`], with a condition on the columns of the index. A `pushed` scan calls `wanted` with
    /// the entry after locking it; if it returns false, the row of the entry is neither locked nor returned. Other
    /// scans do not call `wanted`.
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

    /// After [`Fetched::Committed`]: waits for that row and returns it as it is then, or the next row if it is gone.
    /// ERRORS: as [`LockingScan::next`].
    pub fn lock_current(&mut self, trx: &mut Transaction, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.0.lock_current(&mut trx.trx, row)
    }

    /// Says that the caller does not want the row returned last: at READ COMMITTED its lock is released (`read::scan`
    /// R3).
    #[doc(alias = "row_unlock_for_mysql")]
    pub fn unlock_row(&mut self, trx: &mut Transaction) {
        self.0.unlock_row(&mut trx.trx);
    }
}
