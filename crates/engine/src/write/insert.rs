//! Inserting into the clustered index.
//!
//! ```text
//! nothing with the key     ask the gap ──► put
//! a row                    lock it (S, or X) ──► duplicate
//! a delete-marked row      lock it as if it were one ──► it takes the new row's values: revive
//! ```
//!
//! RULES
//!
//! - **R1** The common case is one undo record and one way down. What stands in the way is found then, under the latch; the undo record is taken back.
//! - **R2** A delete-marked record is not removed to make room: older versions hang on it. The new row becomes its next version.
//!
//! InnoDB's counterpart: `row_ins_clust_index_entry_low`, `row_ins_duplicate_error_in_clust`, `row_ins_clust_index_entry_by_modify`.

use super::update::Replace;
use super::{Names, Scratch, ask_gap, duplicate, waits};
use crate::def::{Datum, IndexNo};
use crate::error::{Error, Result};
use crate::implicit::{self, Target};
use crate::row::System;
use crate::table::{Index, Table};
use crate::trx::Transaction;
use crate::undo_rec::{FieldList, Op, Writer};
use innolab_btree::{Ask, Change, Decision, Field, Site};
use innolab_lock::{Patience, RecordMode, Ticket};
use innolab_page::{Record, RecordRef};
use innolab_undo::Kind;

/// What an insert came to.
pub(crate) enum Met {
    /// It is there.
    Done,
    /// A lock is to be waited for, then all begins again.
    Wait(Ticket),
    /// A record with its key is there.
    Duplicate,
    /// One with its key was there and is delete-marked: it is in [`Scratch::old`].
    Deleted,
}

/// The decision under the latch.
struct Insert<'a> {
    trx: &'a Transaction,
    table: &'a Table,
    index: &'a Index,
    fields: &'a [Field<'a>],
    names: &'a mut Names,
    /// How a record with the key is locked.
    lock: RecordMode,
    /// Gets a delete-marked one.
    old: &'a mut Record,
    met: Result<Met>,
}

impl Decision for Insert<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        if let Some(there) = site.record() {
            self.met = self.meet(site, there);
            return Ok(Change::Keep);
        }
        match ask_gap(self.trx, self.names, self.index, site) {
            Ok(None) => {
                record.leaf(self.index.codec.layout(), self.fields)?;
                self.met = Ok(Met::Done);
                Ok(Change::Put)
            }
            Ok(Some(ticket)) => self.keep(Ok(Met::Wait(ticket))),
            Err(e) => self.keep(Err(e)),
        }
    }

    fn certain(&mut self, site: &Site<'_>) {
        self.trx.inherit_on_insert(self.names, self.index, site, self.fields);
    }
}

impl Insert<'_> {
    fn keep(&mut self, met: Result<Met>) -> innolab_btree::Result<Change> {
        self.met = met;
        Ok(Change::Keep)
    }

    /// A record with the key is there: it is locked first, so that it stays what it is.
    #[doc(alias = "row_ins_duplicate_error_in_clust")]
    fn meet(&mut self, site: &Site<'_>, there: RecordRef<'_>) -> Result<Met> {
        let at = self.names.here(self.index, site.leaf_no(), there.key());
        let target = Target { table: self.table, index: self.index, record: there, stamp: 0, at };
        if let Some(ticket) = waits(implicit::ask(self.trx, &target, self.lock, Patience::Wait)?)? {
            return Ok(Met::Wait(ticket));
        }
        if !there.is_deleted() {
            return Ok(Met::Duplicate);
        }
        self.old.copy(there);
        Ok(Met::Deleted)
    }
}

impl Transaction {
    /// Inserts a row, with its row id if it has one, into all indexes.
    pub(crate) fn insert_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        self.put_row(table, row, scratch)?;
        for (no, index) in table.secondaries() {
            index.codec.entry_of(row, &mut scratch.entry)?;
            self.insert_entry(table, no, row, scratch)?;
        }
        Ok(())
    }

    /// Inserts a row into the clustered index.
    pub(crate) fn put_row(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<()> {
        loop {
            match self.insert_clustered(table, row, scratch)? {
                Met::Done => return Ok(()),
                Met::Wait(ticket) => self.wait(ticket)?,
                Met::Duplicate => return Err(duplicate(table, IndexNo::CLUSTERED, row)),
                Met::Deleted => match self.revive(table, scratch)? {
                    Replaced::Done => return Ok(()),
                    Replaced::Moved => {}
                    Replaced::Wait(ticket) => self.wait(ticket)?,
                },
            }
        }
    }

    /// One try in the clustered index (R1).
    fn insert_clustered(&mut self, table: &Table, row: &[Datum], scratch: &mut Scratch) -> Result<Met> {
        let Scratch { payload, fields, names, old, .. } = scratch;
        let index = table.clustered();
        let n_key = index.codec.layout().n_key();
        index.codec.encode(row, System::NONE, fields)?;
        Writer::begin(payload, Op::Insert, false, table.id(), None, fields.iter().take(n_key)).list(&[]);
        let system = self.append(Kind::Insert, payload)?;
        let (trx_id, roll_ptr) = system.bytes();
        let mut all: FieldList<'_> = fields.iter().collect();
        (all[n_key], all[n_key + 1]) = (Some(&trx_id[..]), Some(&roll_ptr[..]));
        let trx = &*self;
        let lock = self.on_duplicate.record();
        let mut insert = Insert { trx, table, index, fields: &all, names, lock, old, met: Ok(Met::Done) };
        let ask = Ask { next: true, ..Ask::default() };
        let written = index.tree.write_by(&all[..n_key], ask, &mut insert).map_err(Error::from);
        let met = written.and(insert.met);
        self.keep_or_take_back(matches!(met, Ok(Met::Done)))?;
        met
    }

    /// The new row takes the place of the delete-marked one in [`Scratch::old`] (R2).
    #[doc(alias = "row_ins_clust_index_entry_by_modify")]
    fn revive(&mut self, table: &Table, scratch: &mut Scratch) -> Result<Replaced> {
        let Scratch { payload, fields, names, old, .. } = scratch;
        let index = table.clustered();
        let replace = Replace { table, index, old, op: Op::Revive, names };
        self.replace(replace, Some(fields), payload)
    }
}

/// What the replacement of a clustered record came to.
pub(crate) enum Replaced {
    Done,
    /// The record is not what it was when it was read.
    Moved,
    /// A lock is to be waited for.
    Wait(Ticket),
}
