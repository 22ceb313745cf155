//! Applies a change from a binary log: what a replica, a replay and a flashback do with rows.
//!
//! RULES
//!
//! - **R1** A change is applied only to the row that the log describes: every column must equal the image before. If
//!   no row does, the data differ from the log, and that is an error.
//! - **R2** In a table with a primary key the row is looked up by it. A table without one is read through, and the
//!   first equal row is used: equal rows cannot be told apart.
//!
//! MySQL's counterpart: `Rows_log_event::do_apply_event`, `find_row` (`slave_exec_mode = STRICT`).

use super::transaction::Transaction;
use crate::binlog::datum;
use crate::codec::{Datum, Error, IndexNo, KeyRange, Result};
use crate::dict::Table;
use crate::read::{Fetched, LockRead, Strength};
use crate::write::DuplicateLock;
use innolab_binlog::{Change, Row};
use std::sync::Arc;

impl Transaction {
    /// Applies a logged change to `table`.
    /// ERRORS: [`Error::NoRow`]: no row equals the image before (R1); [`Error::Unsupported`]: the log's table has
    /// other columns; those of [`Transaction::insert`] and of locking reads.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, table: &Arc<Table>, change: &Change) -> Result<()> {
        let before = change.before().map(|row| data(table, row)).transpose()?;
        let after = change.after().map(|row| data(table, row)).transpose()?;
        match (before, after) {
            (None, Some(after)) => self.insert(table, &after, DuplicateLock::Shared),
            (Some(before), after) => {
                let there = self.find(table, &before)?;
                match after {
                    None => self.delete(table, &there),
                    Some(after) => self.update(table, &there, &after).map(drop),
                }
            }
            (None, None) => Ok(()),
        }
    }

    /// Finds and locks the row that equals the log's image (R2).
    fn find(&mut self, table: &Arc<Table>, wanted: &[Datum]) -> Result<Vec<Datum>> {
        let key = &table.def().primary_key;
        let range = match key.is_empty() {
            true => KeyRange::all(),
            false => KeyRange::equal(key.iter().map(|&i| wanted[i].clone()).collect()),
        };
        let how = LockRead::new(Strength::Exclusive);
        let mut scan = self.scan(table, IndexNo::CLUSTERED, &range, false, how)?;
        let mut row = Vec::new();
        while scan.next(self, &mut row)? != Fetched::End {
            if row[..wanted.len()] == *wanted {
                return Ok(row);
            }
            scan.unlock_row(self);
        }
        Err(Error::NoRow)
    }
}

/// A row of the log with the table's column types.
fn data(table: &Table, row: &Row) -> Result<Vec<Datum>> {
    let columns = &table.def().columns;
    let other = || Error::Unsupported(format!("rows of a table {} with other columns", table.def().name));
    if row.len() != columns.len() {
        return Err(other());
    }
    row.iter().zip(columns).map(|(value, column)| datum(value.clone(), column.ty).ok_or_else(other)).collect()
}
