//! Inserting rows into the clustered index.
//!
//! ```text
//! no record with the key      ask for the gap ──► put
//! a live row                  lock it (S or X) ──► duplicate
//! a delete-marked row         lock it in the same way ──► it gets the new values: revive
//! ```
//!
//! RULES
//!
//! - **R1** Rows are inserted in the order of the statement. A record in the way of a row is found under the latch;
//!   the rows before it are in by then, the later ones are not.
//! - **R2** A delete-marked record is not removed to make room, since older versions are reached through it. The new
//!   row becomes its next version.
//! - **R3** In a table with secondary indexes a row is inserted into all of them before the next row goes into the
//!   clustered index: a row that waits must not be overtaken by a later one.
//!
//! InnoDB's counterpart: `row_ins_clust_index_entry_low`, `row_ins_duplicate_error_in_clust`,
//! `row_ins_clust_index_entry_by_modify`.

use super::duplicate::duplicate;
use super::replace::{Replace, ReplaceOutcome};
use super::scratch::Scratch;
use crate::codec::{Datum, FieldList, IndexNo, Op, Result, System};
use crate::core::Trx;
use crate::dict::{Index, Table};
use crate::rows::{LockTarget, Names, inherit_on_insert, request_insert, request_lock, ticket_of};
use innolab_btree::{Change, Decision, Site, WriteOptions};
use innolab_lock::{RecordMode, Ticket, WaitPolicy};
use innolab_page::{Record, RecordBatch, RecordRef};
use std::borrow::Cow;
use std::ops::Range;

/// The outcome of an attempt to insert.
pub(crate) enum InsertOutcome {
    /// At least one row is in.
    Done,
    /// A lock must be waited for; then the attempt is repeated.
    Wait(Ticket),
    /// A live record has the key.
    Duplicate,
    /// A delete-marked record has the key; it was copied to [`Scratch::old`].
    Deleted,
}

/// The decision on an insert, under the latch.
struct Insert<'a> {
    trx: &'a Trx,
    table: &'a Table,
    index: &'a Index,
    run: &'a mut RecordBatch,
    /// The records of the batch to insert.
    range: Range<usize>,
    /// Number of these that the tree has begun to put.
    applied: usize,
    names: &'a mut Names,
    /// The lock on a record that has the key.
    lock: RecordMode,
    /// Receives a delete-marked record that has the key.
    old: &'a mut Record,
    outcome: Result<InsertOutcome>,
}

impl Decision for Insert<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        if let Some(there) = site.record() {
            self.outcome = self.meet(site, there);
            return Ok(Change::Keep);
        }
        if !self.may_put(site) {
            return Ok(Change::Keep);
        }
        record.copy(self.run.get(self.range.start, self.index.codec.layout()));
        self.outcome = Ok(InsertOutcome::Done);
        Ok(Change::Put)
    }

    fn before_change(&mut self, site: &Site<'_>) {
        let key = self.run.get(self.range.start + self.applied, self.index.codec.layout()).key();
        inherit_on_insert(&self.trx.engine, self.names, self.index, site, key);
        self.applied += 1;
    }

    fn batch(&mut self) -> Option<(&mut RecordBatch, Range<usize>)> {
        Some((self.run, self.range.clone()))
    }

    fn joins(&mut self, site: &Site<'_>) -> bool {
        self.may_put(site)
    }
}

impl Insert<'_> {
    /// True if no other transaction has locked the gap; else `outcome` is set.
    fn may_put(&mut self, site: &Site<'_>) -> bool {
        match request_insert(self.trx, self.names, self.index, site).transpose() {
            None => true,
            Some(asked) => {
                self.outcome = asked.map(InsertOutcome::Wait);
                false
            }
        }
    }

    /// Locks the record that has the key, so that it cannot change, and judges it.
    #[doc(alias = "row_ins_duplicate_error_in_clust")]
    fn meet(&mut self, site: &Site<'_>, there: RecordRef<'_>) -> Result<InsertOutcome> {
        let at = self.names.here(self.index, site.leaf_no(), there.key());
        let target = LockTarget { table: self.table, index: self.index, record: there, stamp: 0, at };
        if let Some(ticket) = ticket_of(request_lock(self.trx, &target, self.lock, WaitPolicy::Wait)?)? {
            return Ok(InsertOutcome::Wait(ticket));
        }
        if !there.is_deleted() {
            return Ok(InsertOutcome::Duplicate);
        }
        self.old.copy(there);
        Ok(InsertOutcome::Deleted)
    }
}

/// How much of a batch is in, with all entries of secondary indexes.
pub(crate) struct Progress {
    pub(crate) rows: usize,
    /// Length of the undo log at that point.
    pub(crate) changes: u64,
}

impl Trx {
    /// Inserts the rows of [`Scratch::batch`] into all indexes. `rows`: the same rows, with their row ids if they
    /// have any.
    /// ERRORS: the rows before the failing one are in; `progress` says how many.
    pub(crate) fn insert_rows(
        &mut self,
        table: &Table,
        rows: &[Cow<'_, [Datum]>],
        scratch: &mut Scratch,
        progress: &mut Progress,
    ) -> Result<()> {
        let n = scratch.batch.run.len();
        let one_by_one = table.secondaries().next().is_some();
        while progress.rows < n {
            let row = progress.rows;
            let put = self.put_rows(table, rows, if one_by_one { row + 1 } else { n }, scratch);
            if !one_by_one {
                *progress = Progress { rows: scratch.batch.done, changes: self.changes() };
            }
            put?;
            // R3: all entries of this row before the next row.
            for (no, index) in table.secondaries() {
                index.codec.entry_of(&rows[row], &mut scratch.entry)?;
                self.insert_entry(table, no, &rows[row], scratch)?;
            }
            *progress = Progress { rows: scratch.batch.done, changes: self.changes() };
        }
        Ok(())
    }

    /// Inserts one row into the clustered index.
    pub(crate) fn put_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        scratch.batch.clear();
        scratch.batch.push(table.clustered(), row)?;
        self.put_rows(table, &[Cow::Borrowed(row)], 1, scratch)
    }

    /// Inserts the rows of the batch into the clustered index, up to row `end` (R1).
    fn put_rows(&mut self, table: &Table, rows: &[Cow<'_, [Datum]>], end: usize, scratch: &mut Scratch) -> Result<()> {
        while scratch.batch.done < end {
            if scratch.batch.announced == scratch.batch.done {
                self.announce(table, &mut scratch.batch)?;
            }
            let next = &rows[scratch.batch.done];
            match self.insert_clustered(table, end, scratch)? {
                InsertOutcome::Done => {}
                InsertOutcome::Wait(ticket) => self.wait(ticket)?,
                InsertOutcome::Duplicate => return Err(duplicate(table, IndexNo::CLUSTERED, next)),
                InsertOutcome::Deleted => {
                    table.clustered().codec.encode(next, System::NONE, &mut scratch.fields)?;
                    let revived = self.revive(table, scratch)?;
                    scratch.batch.was_revived(matches!(revived, ReplaceOutcome::Done));
                    if let ReplaceOutcome::Wait(ticket) = revived {
                        self.wait(ticket)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// One attempt in the clustered index: the next row, and those announced rows after it that go into the same
    /// leaf.
    fn insert_clustered(&mut self, table: &Table, end: usize, scratch: &mut Scratch) -> Result<InsertOutcome> {
        let lock = scratch.on_duplicate.record();
        let Scratch { batch, entry, names, old, .. } = scratch;
        let index = table.clustered();
        let range = batch.done..end.min(batch.announced);
        let hint = batch.prefetch(index, entry)?;
        entry.set(batch.run.get(range.start, index.codec.layout()).key());
        let key: FieldList<'_> = entry.iter().collect();
        let (trx, run) = (&*self, &mut batch.run);
        let mut insert =
            Insert { trx, table, index, run, range, applied: 0, names, lock, old, outcome: Ok(InsertOutcome::Done) };
        let options = WriteOptions { next: true, hint, ..WriteOptions::default() };
        let written = index.tree.write_by(&key, options, &mut insert);
        let (outcome, put) = (insert.outcome, insert.applied);
        // If this fails the records are not in, even if `before_change` was called for them.
        written?;
        self.add_changes(put as u64);
        batch.done += put;
        outcome
    }

    /// Makes the new row the next version of the delete-marked record in [`Scratch::old`] (R2).
    #[doc(alias = "row_ins_clust_index_entry_by_modify")]
    fn revive(&mut self, table: &Table, scratch: &mut Scratch) -> Result<ReplaceOutcome> {
        let Scratch { payload, fields, names, old, .. } = scratch;
        let index = table.clustered();
        let replace = Replace { table, index, old, op: Op::Revive, names };
        self.replace(replace, Some(fields), payload)
    }
}
