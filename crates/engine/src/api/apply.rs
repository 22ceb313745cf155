//! Applies a change from a binary log: what a replica, a replay and a flashback do with rows.
//!
//! RULES
//!
//! - **R1** A change is applied only to the row that the log describes: every column that the image before has must be
//!   equal. If no row is, the data differ from the log, and that is an error.
//! - **R2** In a table with a primary key the row is looked up by it. A table without one is read through, and the
//!   first equal row is used: equal rows cannot be told apart.
//! - **R3** An image may leave columns out (`binlog_row_image` = MINIMAL or NOBLOB), but not one by which the row is looked
//!   up (R2). An update leaves such columns as they are; an inserted row must have all of them.
//!
//! MySQL's counterpart: `Rows_log_event::do_apply_event`, `find_row` (`slave_exec_mode = STRICT`).

use super::transaction::Transaction;
use crate::binlog::row_data;
use crate::codec::{Datum, Error, IndexNo, KeyRange, Result};
use crate::dict::Table;
use crate::read::{Fetched, LockRead, Strength};
use crate::write::DuplicateLock;
use innolab_binlog::{Change, TableMap};
use std::sync::Arc;

impl Transaction {
    /// Applies a logged change of rows of the log's table `map` to `table`.
    /// ERRORS: [`Error::NoRow`]: no row equals the image before (R1); [`Error::Unsupported`]: the table cannot have the
    /// row's values; those of [`Transaction::insert`] and of locking reads.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, table: &Arc<Table>, map: &TableMap, change: &Change) -> Result<()> {
        let before = change.before().map(|row| row_data(table, map, row)).transpose()?;
        let after = change.after().map(|row| row_data(table, map, row)).transpose()?;
        match (before, after) {
            (None, Some(after)) => {
                let row = (0..).zip(after).map(|(column, value)| value.ok_or_else(|| left_out(table, column)));
                self.insert(table, &row.collect::<Result<Vec<_>>>()?, DuplicateLock::Shared)
            }
            (Some(before), after) => {
                let there = self.find(table, &before)?;
                match after {
                    None => self.delete(table, &there),
                    Some(after) => {
                        let values = after.into_iter().zip(&there);
                        let row: Vec<_> = values.map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect();
                        self.update(table, &there, &row).map(drop)
                    }
                }
            }
            (None, None) => Ok(()),
        }
    }

    /// Finds and locks the row that equals the log's image (R2).
    fn find(&mut self, table: &Arc<Table>, wanted: &[Option<Datum>]) -> Result<Vec<Datum>> {
        let value = |column: usize| wanted[column].clone().ok_or_else(|| left_out(table, column));
        let range = match table.def().primary_key.as_slice() {
            [] => {
                (0..wanted.len()).try_for_each(|column| value(column).map(drop))?;
                KeyRange::all()
            }
            key => KeyRange::equal(key.iter().map(|&column| value(column)).collect::<Result<_>>()?),
        };
        let how = LockRead::new(Strength::Exclusive);
        let mut scan = self.scan(table, IndexNo::CLUSTERED, &range, false, how)?;
        let mut row = Vec::new();
        while scan.next(self, &mut row)? != Fetched::End {
            if wanted.iter().zip(&row).all(|(wanted, there)| wanted.as_ref().is_none_or(|wanted| wanted == there)) {
                return Ok(row);
            }
            scan.unlock_row(self);
        }
        Err(Error::NoRow)
    }
}

/// The error for a column that an image must have (R3).
fn left_out(table: &Table, column: usize) -> Error {
    let def = table.def();
    let column = &def.columns[column].name;
    Error::Unsupported(format!("a row of table `{}`: column `{column}`: the log's image leaves it out", def.name))
}
