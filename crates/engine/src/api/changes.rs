//! Changes of rows, as sessions make them: the row (`write`), the AUTO_INCREMENT counter, the binary log.

use super::transaction::Transaction;
use crate::codec::{Datum, Result};
use crate::dict::Table;
use crate::write::{DuplicateLock, with_row_id};
use std::sync::Arc;

impl Transaction {
    /// Inserts a row; the system's columns are added. REQUIRES one value a column, of its type; no latch is held.
    /// ERRORS: `Error::Duplicate`, `Error::RowTooLarge`, `Error::DiskFull`, `Error::LockWaitTimeout`: the row
    /// is not there then. `Error::Deadlock`.
    /// LOCKS: IX on the table; an insert intention in each index; on what stands in the way as `on_duplicate` says.
    #[doc(alias = "row_insert_for_mysql")]
    pub fn insert(&mut self, table: &Arc<Table>, row: &[Datum], on_duplicate: DuplicateLock) -> Result<()> {
        self.insert_many(table, &[row], on_duplicate)
    }

    /// Inserts rows of one statement in this order, as [`Transaction::insert`] each: locks and outcome are the same,
    /// undo and redo are written for many at once.
    /// REQUIRES, LOCKS and ERRORS as there: the rows before the one that failed are there then, for the caller to take
    /// the statement back.
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
            let mut counted = Ok(());
            for row in rows[at..at + done].iter().map(AsRef::as_ref) {
                if let Some(used) = table.auto_increment_of(row) {
                    counted = counted.and_then(|()| self.numbering.used(&mut self.trx, table, used));
                }
                self.binlog_cache.log_change(&self.trx, table, None, Some(row));
            }
            inserted.and(counted)?;
            at += done;
        }
        Ok(())
    }

    /// Changes a row; whether it has changed (equal values change nothing). REQUIRES: `old_row` is the newest version,
    /// as a locking scan showed it, and locked X; `new_row` has one value a column. A hidden row id that follows in
    /// `old_row` stays. ERRORS: as [`Transaction::insert`], and `Error::NoRow`.
    #[doc(alias = "row_update_for_mysql")]
    pub fn update(&mut self, table: &Arc<Table>, old_row: &[Datum], new_row: &[Datum]) -> Result<bool> {
        let n = table.def().columns.len();
        if old_row[..n] == new_row[..n] {
            return Ok(false);
        }
        let whole = with_row_id(&new_row[..n], &old_row[n..]);
        self.trx.change(table, &mut self.scratch, |trx, scratch| trx.update_row(table, old_row, &whole, scratch))?;
        self.binlog_cache.log_change(&self.trx, table, Some(&old_row[..n]), Some(&new_row[..n]));
        Ok(true)
    }

    /// Deletes a row: marks it, purge removes it. REQUIRES: `row` as [`Transaction::update`]'s `old_row`. ERRORS: as
    /// there.
    #[doc(alias = "row_update_for_mysql")]
    pub fn delete(&mut self, table: &Arc<Table>, row: &[Datum]) -> Result<()> {
        self.trx.change(table, &mut self.scratch, |trx, scratch| trx.delete_row(table, row, scratch))?;
        self.binlog_cache.log_change(&self.trx, table, Some(&row[..table.def().columns.len()]), None);
        Ok(())
    }

    /// The statement that has begun does not know how many rows it will insert (`rows::auto_increment` R1).
    pub fn set_bulk_insert(&mut self) {
        self.numbering.count_alone();
    }

    /// Whether the statement was a deadlock's victim when it asked for AUTO_INC: the error that the server shows for
    /// that does not say so.
    pub fn is_auto_increment_victim(&self) -> bool {
        self.numbering.is_victim()
    }

    /// Sets AUTO_INCREMENT values aside, `n` of them unless they end before (`greatest` is the column's), and says
    /// which is the first: the counter's, or `first`. 0: there are no more.
    /// ERRORS as [`Transaction::lock_table`].
    #[doc(alias = "ha_innobase::get_auto_increment")]
    pub fn reserve_auto_increment(
        &mut self,
        table: &Arc<Table>,
        n: u64,
        greatest: u64,
        first: Option<u64>,
    ) -> Result<u64> {
        self.numbering.set_aside(&mut self.trx, table, n, greatest, first)
    }
}
