//! Replacing a clustered record by its next version: update in place, delete-mark, revive.
//!
//! ```text
//! read the record ─► undo record of what differs ─► compare, put the new version with its address
//! ```
//!
//! RULES
//!
//! - **R1** The record was read before the undo record was written, and is compared by its `DB_TRX_ID` and
//!   `DB_ROLL_PTR` under the latch: each version has its own.
//! - **R2** An update that changes no byte is none.
//! - **R3** A change of the key marks the old row and inserts a new one.
//!
//! InnoDB's counterpart: `row_upd_clust_step`, `row_upd_clust_rec_by_insert`, `btr_cur_upd_lock_and_undo`.

use super::insert::Replaced;
use super::{Names, Scratch, tell_rewritten, waits};
use crate::def::Datum;
use crate::error::{Error, Result};
use crate::row::{Fields, System};
use crate::table::{Index, Table};
use crate::trx::Transaction;
use crate::undo_rec::{FieldList, Op, Writer};
use innolab_btree::{Ask, Change, Decision, Field, Site};
use innolab_page::{Record, RecordRef};
use innolab_undo::Kind;
use smallvec::SmallVec;

/// A clustered record, as it was read, gets a next version.
pub(crate) struct Replace<'a> {
    pub(crate) table: &'a Table,
    /// The clustered one.
    pub(crate) index: &'a Index,
    pub(crate) old: &'a Record,
    pub(crate) op: Op,
    pub(crate) names: &'a mut Names,
}

/// The decision under the latch (R1).
struct Put<'a> {
    trx: &'a Transaction,
    index: &'a Index,
    names: &'a mut Names,
    seen: System,
    op: Op,
    fields: &'a [Field<'a>],
    outcome: Result<Replaced>,
}

impl Decision for Put<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        self.outcome = self.look(site);
        if !matches!(self.outcome, Ok(Replaced::Done)) {
            return Ok(Change::Keep);
        }
        record.leaf(self.index.codec.layout(), self.fields)?;
        record.set_deleted(self.op == Op::DeleteMark);
        Ok(Change::Put)
    }

    fn certain(&mut self, site: &Site<'_>) {
        tell_rewritten(&self.trx.engine, self.names, self.index, site, self.fields.iter().copied());
    }
}

impl Put<'_> {
    fn look(&mut self, site: &Site<'_>) -> Result<Replaced> {
        let same = |there: RecordRef<'_>| self.index.codec.system(there) == self.seen;
        let Some(there) = site.record().filter(|there| same(*there)) else { return Ok(Replaced::Moved) };
        if self.trx.is_mine(self.seen.trx_id) {
            return Ok(Replaced::Done);
        }
        let at = self.names.here(self.index, site.leaf_no(), there.key());
        Ok(waits(self.trx.lock_implicitly(&at)?)?.map_or(Replaced::Done, Replaced::Wait))
    }
}

impl Transaction {
    /// Gives a record its next version. `new`: its fields (the system's are filled in); none: those that it has.
    pub(crate) fn replace(
        &mut self,
        replace: Replace<'_>,
        new: Option<&Fields>,
        payload: &mut Vec<u8>,
    ) -> Result<Replaced> {
        let Replace { table, index, old, op, names } = replace;
        let layout = index.codec.layout();
        let (old, n_key) = (old.view(layout), layout.n_key());
        // Declared before what refers to them.
        let (trx_id, roll_ptr);
        let mut fields: FieldList<'_> = match new {
            Some(new) => new.iter().collect(),
            None => old.fields().collect(),
        };
        let Some(()) = describe(table, op, old, &fields, payload) else { return Ok(Replaced::Done) };
        let system = self.append(Kind::Modify, payload)?;
        (trx_id, roll_ptr) = system.bytes();
        (fields[n_key], fields[n_key + 1]) = (Some(&trx_id[..]), Some(&roll_ptr[..]));
        let seen = index.codec.system(old);
        let mut put = Put { trx: &*self, index, names, seen, op, fields: &fields, outcome: Ok(Replaced::Moved) };
        let written = index.tree.write_by(&fields[..n_key], Ask::default(), &mut put).map_err(Error::from);
        let outcome = written.and(put.outcome);
        self.keep_or_take_back(matches!(outcome, Ok(Replaced::Done)))?;
        outcome
    }

    /// As [`Transaction::update`]; both rows with their row id if they have one.
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
                Replaced::Done if self.changes() == before => return Ok(false),
                Replaced::Done => break,
                Replaced::Moved => {}
                Replaced::Wait(ticket) => self.wait(ticket)?,
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

    /// As [`Transaction::delete`]; leaves [`Scratch::fields`] alone.
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
                Replaced::Done => return Ok(()),
                Replaced::Moved => {}
                Replaced::Wait(ticket) => self.wait(ticket)?,
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

/// Makes the undo record of a change from `old` to `new`; `None` if it changes nothing.
fn describe(table: &Table, op: Op, old: RecordRef<'_>, new: &[Field<'_>], payload: &mut Vec<u8>) -> Option<()> {
    let codec = &table.clustered().codec;
    let first = codec.layout().n_key() + 2;
    let before: FieldList<'_> = old.fields().collect();
    let differs = |i: usize| before[i] != new[i];
    let indexed = table.indexed_fields();
    let ordering = op == Op::DeleteMark || (op == Op::Update && indexed.iter().any(|&i| differs(i)));
    let listed = (first..before.len()).filter(|i| differs(*i) || (ordering && indexed.binary_search(i).is_ok()));
    let list: SmallVec<[(usize, Field<'_>); 8]> = listed.map(|i| (i, before[i])).collect();
    if op == Op::Update && list.is_empty() {
        return None;
    }
    let system = Some((old.is_deleted(), codec.system(old)));
    payload.clear();
    Writer::begin(payload, op, ordering, table.id(), system, old.key()).list(&list);
    Some(())
}
