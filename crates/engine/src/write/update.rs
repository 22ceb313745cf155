//! Updating and deleting a row: its clustered record gets a next version (`replace`), then its entries change.
//!
//! RULES
//!
//! - **R1** A change of the key marks the old row and inserts a new one.
//!
//! InnoDB's counterpart: `row_upd_clust_step`, `row_upd_clust_rec_by_insert`.

use super::replace::{Replace, ReplaceOutcome};
use super::scratch::Scratch;
use crate::codec::{Datum, Error, FieldList, Op, Result, System};
use crate::core::Trx;
use crate::dict::Table;

impl Trx {
    /// As [`crate::Transaction::update`]; both rows with their row id if they have one.
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

    /// An update of the key: the row goes from one place to another, then its entries do. So whoever meets an entry in
    /// between finds the new row taken.
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

    /// As [`crate::Transaction::delete`]; leaves [`Scratch::fields`] alone.
    pub(crate) fn delete_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        self.mark_row(table, row, scratch)?;
        for (no, secondary) in table.secondaries() {
            secondary.codec.entry_of(row, &mut scratch.entry)?;
            self.mark_entry(table, no, scratch)?;
        }
        Ok(())
    }

    /// Delete-marks a row in the clustered index.
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

    /// Copies the record with the key in [`Scratch::entry`] to [`Scratch::old`]. ERRORS: [`Error::NoRow`].
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
