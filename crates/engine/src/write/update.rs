//! Updating and deleting a row: its clustered record gets a next version (`replace`), then its entries change.
//!
//! ```text
//! update   same key    replace ─► each index whose entry differs: mark the old entry, insert the new one
//!          other key   mark the old row ─► insert the new row ─► each index: mark the old entry, insert the new one     (R1)
//! delete               mark the row ─► each index: mark the entry
//! ```
//!
//! RULES
//!
//! - **R1** A change of the primary key marks the old row and inserts a new one, and the entries change after both.
//!   So a transaction that finds an entry in between finds the new row, with its writer.
//! - **R2** The record is read, then replaced under the latch if it is still the same; else it is read again.
//!
//! InnoDB's counterpart: `row_upd_clust_step`, `row_upd_clust_rec_by_insert`.

use super::replace::{Replace, ReplaceOutcome};
use super::scratch::Scratch;
use crate::codec::{Datum, Error, FieldList, Op, Result, System};
use crate::core::Trx;
use crate::dict::Table;

impl Trx {
    /// As [`crate::Transaction::update`]; both rows are followed by their row id if they have one.
    pub(crate) fn update_row(
        &mut self,
        table: &Table,
        old_row: &[Datum],
        new_row: &[Datum],
        scratch: &mut Scratch,
    ) -> Result<bool> {
        let index = table.clustered();
        let n_key = index.codec.layout().n_key();
        index.codec.encode(new_row, System::NONE, &mut scratch.fields)?;
        index.codec.encode_key_of(old_row, &mut scratch.entry)?;
        if !scratch.entry.iter().eq(scratch.fields.iter().take(n_key)) {
            self.move_row(table, old_row, new_row, scratch)?;
            return Ok(true);
        }
        loop {
            self.read_row(table, scratch)?;
            let before = self.changes();
            let Scratch { payload, fields, names, old, .. } = scratch;
            match self.replace(Replace { table, index, old, op: Op::Update, names }, Some(fields), payload)? {
                ReplaceOutcome::Done if self.changes() == before => return Ok(false),
                ReplaceOutcome::Done => break,
                ReplaceOutcome::Changed => {}
                ReplaceOutcome::Wait(ticket) => self.wait(ticket)?,
            }
        }
        for (no, secondary) in table.secondaries() {
            secondary.codec.entry_of(old_row, &mut scratch.entry)?;
            let old = scratch.old.view(index.codec.layout());
            let changed = secondary
                .codec
                .in_clustered()
                .iter()
                .any(|&i| i >= n_key && old.field(i) != scratch.fields.iter().nth(i).flatten());
            if changed {
                self.mark_entry(table, no, scratch)?;
                secondary.codec.entry_of(new_row, &mut scratch.entry)?;
                self.insert_entry(table, no, new_row, scratch)?;
            }
        }
        Ok(true)
    }

    /// Moves a row to another primary key (R1).
    #[doc(alias = "row_upd_clust_rec_by_insert")]
    fn move_row(&mut self, table: &Table, old_row: &[Datum], new_row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        self.mark_row(table, old_row, scratch)?;
        self.put_row(table, new_row, scratch)?;
        for (no, secondary) in table.secondaries() {
            secondary.codec.entry_of(old_row, &mut scratch.entry)?;
            self.mark_entry(table, no, scratch)?;
            secondary.codec.entry_of(new_row, &mut scratch.entry)?;
            self.insert_entry(table, no, new_row, scratch)?;
        }
        Ok(())
    }

    /// As [`crate::Transaction::delete`]. Does not use [`Scratch::fields`].
    pub(crate) fn delete_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        self.mark_row(table, row, scratch)?;
        for (no, secondary) in table.secondaries() {
            secondary.codec.entry_of(row, &mut scratch.entry)?;
            self.mark_entry(table, no, scratch)?;
        }
        Ok(())
    }

    /// Delete-marks a row in the clustered index (R2).
    fn mark_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        let index = table.clustered();
        loop {
            index.codec.encode_key_of(row, &mut scratch.entry)?;
            self.read_row(table, scratch)?;
            let Scratch { payload, names, old, .. } = scratch;
            match self.replace(Replace { table, index, old, op: Op::DeleteMark, names }, None, payload)? {
                ReplaceOutcome::Done => return Ok(()),
                ReplaceOutcome::Changed => {}
                ReplaceOutcome::Wait(ticket) => self.wait(ticket)?,
            }
        }
    }

    /// Copies the record whose key is in [`Scratch::entry`] to [`Scratch::old`]. ERRORS: [`Error::NoRow`].
    fn read_row(&mut self, table: &Table, scratch: &mut Scratch) -> Result<()> {
        let Scratch { entry, old, .. } = scratch;
        let key: FieldList<'_> = entry.iter().collect();
        let there = table.clustered().tree.get(&key, |record| {
            old.copy(record);
            !record.is_deleted()
        })?;
        if there == Some(true) { Ok(()) } else { Err(Error::NoRow) }
    }
}
