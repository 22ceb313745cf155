//! A change of a row, with_ids or not at all.
//!
//! RULES: those of the folder.

use super::batch::with_row_id;
use super::insert::Progress;
use super::scratch::Scratch;
use crate::codec::{Datum, Result};
use crate::core::Trx;
use crate::dict::Table;
use innolab_lock::{TableMode, WaitPolicy};
use std::borrow::Cow;

impl Trx {
    /// Inserts the first of these rows: one batch. How many are in.
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

    /// Makes a batch of the first of these rows, with their row ids; and the error of the row that ends it, for when
    /// those before are in.
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

    /// A row change, with_ids or not at all (R3).
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

    /// What every change of a row begins with; how many there were before.
    fn prepare_change(&mut self, table: &Table) -> Result<u64> {
        self.engine.check()?;
        self.lock_table(table, TableMode::Ix, WaitPolicy::Wait)?;
        self.begin_change()
    }

    /// The newest that a leaf of a secondary index is stamped with when this transaction changes it.
    pub(crate) fn stamp(&self) -> u64 {
        self.id().map_or(0, |id| id.0)
    }
}
