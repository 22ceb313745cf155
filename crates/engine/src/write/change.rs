//! A row change as a whole: what comes before every change, and what undoes one that fails.
//!
//! ```text
//! check the engine ─► IX on the table ─► id and undo log ─► the change ─┬─ ok
//!                                        n changes so far               └─ error ─► undo to n ─► the error
//! ```
//!
//! RULES
//!
//! - **R1** A change that fails leaves no row, entry or undo record of itself; its locks stay (R3 of the folder).
//! - **R2** Of a batch that fails the rows before the failing one stay, each with all its entries.
//! - **R3** A row that cannot be encoded ends its batch; its error is returned after the rows before it have been
//!   inserted, as if they had been inserted one by one.
//!
//! InnoDB's counterpart: `row_insert_for_mysql`, `row_update_for_mysql`, `row_mysql_handle_errors`.

use super::batch::with_row_id;
use super::insert::Progress;
use super::scratch::Scratch;
use crate::codec::{Datum, Result};
use crate::core::Trx;
use crate::dict::Table;
use innolab_lock::TableMode;
use std::borrow::Cow;

impl Trx {
    /// Inserts the first of these rows, as many as make one batch. Returns how many were inserted, and the error
    /// that stopped the others (R2).
    pub(crate) fn insert_some<R: AsRef<[Datum]>>(
        &mut self,
        table: &Table,
        rows: &[R],
        scratch: &mut Scratch,
    ) -> (usize, Result<()>) {
        let before = match self.prepare_change(table) {
            Ok(before) => before,
            Err(e) => return (0, Err(e)),
        };
        let mut progress = Progress { rows: 0, changes: before };
        let (batch, cut) = self.encode_rows(table, rows, scratch);
        let inserted = self.insert_rows(table, &batch, scratch, &mut progress).and(cut);
        match inserted {
            Ok(()) => (progress.rows, Ok(())),
            Err(e) => (progress.rows, self.undo_to(progress.changes).and(Err(e))),
        }
    }

    /// Encodes the first of these rows into a batch. Returns them with their row ids, and the error of the row that
    /// ended the batch (R3).
    fn encode_rows<'r, R: AsRef<[Datum]>>(
        &mut self,
        table: &Table,
        rows: &'r [R],
        scratch: &mut Scratch,
    ) -> (Vec<Cow<'r, [Datum]>>, Result<()>) {
        let mut with_ids = Vec::new();
        scratch.batch.clear();
        let mut encode = |row: &'r R| {
            let row_id = match table.def().has_row_id() {
                true => Some(Datum::UInt(self.engine.sys.next_row_id()?)),
                false => None,
            };
            let row = with_row_id(row.as_ref(), row_id.as_slice());
            scratch.batch.push(table.clustered(), &row)?;
            with_ids.push(row);
            Ok(scratch.batch.is_full())
        };
        let mut cut = Ok(());
        for row in rows {
            match encode(row) {
                Ok(false) => {}
                Ok(true) => break,
                Err(e) => {
                    cut = Err(e);
                    break;
                }
            }
        }
        (with_ids, cut)
    }

    /// Runs a row change, and undoes it if it fails (R1).
    pub(crate) fn change<R>(
        &mut self,
        table: &Table,
        scratch: &mut Scratch,
        act: impl FnOnce(&mut Trx, &mut Scratch) -> Result<R>,
    ) -> Result<R> {
        let before = self.prepare_change(table)?;
        let changed = act(self, scratch);
        if changed.is_err() {
            self.undo_to(before)?;
        }
        changed
    }

    /// Begins a row change. Returns the number of changes before it.
    fn prepare_change(&mut self, table: &Table) -> Result<u64> {
        self.engine.check()?;
        self.lock_table(table, TableMode::Ix)?;
        self.begin_change()
    }

    /// The stamp that leaves of secondary indexes get from this transaction's changes: its id.
    pub(crate) fn stamp(&self) -> u64 {
        self.id().map_or(0, |id| id.0)
    }
}
