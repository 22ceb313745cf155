//! Changes of rows as sessions make them: the row itself (`write`), the AUTO_INCREMENT counter, the binary log.

use super::transaction::Transaction;
use crate::codec::{Datum, Result};
use crate::dict::Table;
use crate::write::{DuplicateLock, with_row_id};
use innolab_base::Counter;
use std::sync::Arc;

impl Transaction {
    /// Inserts a row; the system columns are added. REQUIRES: one value a column, of its type; no latch is held.
    /// ERRORS: `Error::Duplicate`, `Error::RowTooLarge`, `Error::DiskFull`, `Error::LockWaitTimeout`: the row is not
    /// inserted. `Error::Deadlock`: the transaction must be rolled back.
    /// LOCKS: IX on the table; an insert intention in each index; a row that has one of its keys, as `on_duplicate`
    /// says.
    #[doc(alias = "row_insert_for_mysql")]
    pub fn insert(&mut self, table: &Arc<Table>, row: &[Datum], on_duplicate: DuplicateLock) -> Result<()> {
        self.insert_many(table, &[row], on_duplicate)
    }

    /// Inserts rows of one statement in this order. Locks and outcome are those of [`Transaction::insert`] for each
    /// row; undo and redo are written for many at once.
    /// REQUIRES, LOCKS and ERRORS: as [`Transaction::insert`]. The rows before the failing one are inserted; the
    /// caller rolls the statement back.
    pub fn insert_many<R: AsRef<[Datum]>>(
        &mut self,
        table: &Arc<Table>,
        rows: &[R],
        on_duplicate: DuplicateLock,
    ) -> Result<()> {
        let n_columns = table.def().columns.len();
        assert!(rows.iter().all(|row| row.as_ref().len() == n_columns), "one value a column");
        if on_duplicate == DuplicateLock::Exclusive {
            self.scratch.lock_duplicates_exclusively(&mut self.trx);
        }
        let mut at = 0;
        while at < rows.len() {
            let (done, inserted) = self.trx.insert_some(table, &rows[at..], &mut self.scratch);
            self.count(Counter::HandlerWrite, done as u64 + u64::from(inserted.is_err()));
            let mut counted = Ok(());
            for row in rows[at..at + done].iter().map(AsRef::as_ref) {
                if let Some(used) = table.auto_increment_of(row) {
                    counted = counted.and_then(|()| self.auto_inc.note_used(&mut self.trx, table, used));
                }
                self.binlog_cache.log_change(&self.trx, table, None, Some(row));
            }
            inserted.and(counted)?;
            at += done;
        }
        Ok(())
    }

    /// Updates a row. Returns false if the values are equal and nothing was changed. REQUIRES: `old_row` is the
    /// newest version, as a locking scan returned it, and is locked X; `new_row` has one value a column. A hidden row
    /// id after the columns of `old_row` stays. ERRORS: as [`Transaction::insert`], and `Error::NoRow`.
    #[doc(alias = "row_update_for_mysql")]
    pub fn update(&mut self, table: &Arc<Table>, old_row: &[Datum], new_row: &[Datum]) -> Result<bool> {
        let n = table.def().columns.len();
        if old_row[..n] == new_row[..n] {
            return Ok(false);
        }
        self.count(Counter::HandlerUpdate, 1);
        let whole = with_row_id(&new_row[..n], &old_row[n..]);
        self.trx.change(table, &mut self.scratch, |trx, scratch| trx.update_row(table, old_row, &whole, scratch))?;
        self.binlog_cache.log_change(&self.trx, table, Some(&old_row[..n]), Some(&new_row[..n]));
        Ok(true)
    }

    /// Deletes a row: delete-marks it; purge removes it. REQUIRES: `row` as `old_row` of [`Transaction::update`].
    /// ERRORS: as [`Transaction::update`].
    #[doc(alias = "row_update_for_mysql")]
    pub fn delete(&mut self, table: &Arc<Table>, row: &[Datum]) -> Result<()> {
        self.count(Counter::HandlerDelete, 1);
        self.trx.change(table, &mut self.scratch, |trx, scratch| trx.delete_row(table, row, scratch))?;
        self.binlog_cache.log_change(&self.trx, table, Some(&row[..table.def().columns.len()]), None);
        Ok(())
    }

    /// Says that the current statement inserts an unknown number of rows (`rows::auto_increment` R1).
    pub fn set_bulk_insert(&mut self) {
        self.auto_inc.set_bulk();
    }

    /// True if the statement was a deadlock victim when it requested the AUTO_INC lock; the error that the server
    /// shows then does not say so.
    pub fn is_auto_increment_victim(&self) -> bool {
        self.auto_inc.is_victim()
    }

    /// Reserves `n` AUTO_INCREMENT values, fewer if they would exceed `greatest`, the greatest value of the column.
    /// Returns the first: `first`, or the counter's. 0: no values are left.
    /// ERRORS: as [`Transaction::lock_table`].
    #[doc(alias = "ha_innobase::get_auto_increment")]
    pub fn reserve_auto_increment(
        &mut self,
        table: &Arc<Table>,
        n: u64,
        greatest: u64,
        first: Option<u64>,
    ) -> Result<u64> {
        self.auto_inc.reserve(&mut self.trx, table, n, greatest, first)
    }
}
