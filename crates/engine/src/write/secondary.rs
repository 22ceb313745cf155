//! Entries of secondary indexes: inserting, marking, reviving.
//!
//! ```text
//! insert   unique, and a neighbour has the same unique values? ──► check duplicates (`duplicate`), then
//!          no entry with the key             ask for the gap ──► put
//!          the same entry, delete-marked     lock implicitly ──► remove the mark
//! mark     lock implicitly ──► delete-mark
//! ```
//!
//! RULES
//!
//! - **R1** An entry is all key: it is never changed, only marked and unmarked.
//! - **R2** The stamp of a leaf is the newest transaction that changed an entry on it: a view that sees all up to the
//!   stamp need not look up the rows.
//! - **R3** A change of an entry creates no lock unless another transaction has a lock on the entry: the row's
//!   `DB_TRX_ID` names the writer. No other transaction can hold the entry implicitly: it would have to be the row's
//!   writer, and this transaction is.
//! - **R4** After a wait a unique index is checked again: there may be a duplicate by now.
//!
//! InnoDB's counterpart: `row_ins_sec_index_entry_low`, `row_ins_sec_index_entry_by_modify`, `row_upd_sec_index_entry`,
//! `btr_cur_del_mark_set_sec_rec`.

use super::scratch::Scratch;
use crate::codec::{Datum, FieldList, IndexNo, Result};
use crate::core::Trx;
use crate::dict::{Index, Table};
use crate::rows::{Names, inherit_on_insert, request_insert, ticket_of};
use innolab_btree::{Change, Decision, Field, Site, WriteOptions};
use innolab_lock::Ticket;
use innolab_page::{Record, RecordRef};

/// The outcome of an attempt to insert an entry.
enum EntryOutcome {
    Done,
    Wait(Ticket),
    /// The entry itself or a neighbour has the same values in the unique columns.
    SameValues,
}

/// The decision on an insert, under the latch.
struct Insert<'a> {
    trx: &'a Trx,
    index: &'a Index,
    fields: &'a [Field<'a>],
    names: &'a mut Names,
    /// True if an entry with the same unique values must be reported.
    check_neighbours: bool,
    outcome: Result<EntryOutcome>,
}

impl Decision for Insert<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        let revives = site.record().is_some();
        self.outcome = self.look(site);
        match self.outcome {
            Ok(EntryOutcome::Done) if revives => Ok(Change::DeleteMark(false)),
            Ok(EntryOutcome::Done) => {
                record.leaf(self.index.codec.layout(), self.fields)?;
                Ok(Change::Put)
            }
            _ => Ok(Change::Keep),
        }
    }

    fn before_change(&mut self, site: &Site<'_>) {
        if site.record().is_none() {
            inherit_on_insert(&self.trx.engine, self.names, self.index, site, self.fields.iter().copied());
        }
    }
}

impl Insert<'_> {
    fn look(&mut self, site: &Site<'_>) -> Result<EntryOutcome> {
        let there = site.record();
        let unique = &self.fields[..self.index.codec.n_unique()];
        let alike = |neighbour: Option<RecordRef<'_>>| neighbour.is_some_and(|r| r.compare(unique).is_eq());
        if self.check_neighbours && (there.is_some() || alike(site.prev()) || alike(site.next())) {
            return Ok(EntryOutcome::SameValues);
        }
        let ticket = match there {
            None => request_insert(self.trx, self.names, self.index, site)?,
            Some(there) if there.is_deleted() => may_change(self.trx, self.names, self.index, site, self.fields)?,
            Some(_) => return Err(self.index.corrupt("a row's entry exists before the row")),
        };
        Ok(ticket.map_or(EntryOutcome::Done, EntryOutcome::Wait))
    }
}

/// Locks an entry implicitly (R3). Returns a ticket if another transaction's lock must be waited for.
fn may_change(
    trx: &Trx,
    names: &mut Names,
    index: &Index,
    site: &Site<'_>,
    fields: &[Field<'_>],
) -> Result<Option<Ticket>> {
    if trx.engine.lock.is_idle() {
        return Ok(None);
    }
    let at = names.here(index, site.leaf_no(), fields.iter().copied());
    ticket_of(trx.lock_implicitly(&at)?)
}

impl Trx {
    /// Inserts [`Scratch::entry`], the entry of `row`. ERRORS: [`crate::Error::Duplicate`]; those of waiting.
    #[doc(alias = "row_ins_sec_index_entry")]
    pub(crate) fn insert_entry(
        &mut self,
        table: &Table,
        no: IndexNo,
        row: &[Datum],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let index = table.index(no);
        let n_unique = index.codec.n_unique();
        // NULL equals nothing, not even NULL.
        let can_clash =
            n_unique < index.codec.layout().n_key() && scratch.entry.iter().take(n_unique).all(|field| field.is_some());
        let mut check_neighbours = can_clash;
        loop {
            match self.try_insert_entry(index, scratch, check_neighbours)? {
                EntryOutcome::Done => return Ok(()),
                EntryOutcome::Wait(ticket) => {
                    self.wait(ticket)?;
                    check_neighbours = can_clash;
                }
                EntryOutcome::SameValues => match self.check_duplicates(table, no, row, scratch)? {
                    Some(ticket) => self.wait(ticket)?,
                    None => check_neighbours = false,
                },
            }
        }
    }

    fn try_insert_entry(
        &mut self,
        index: &Index,
        scratch: &mut Scratch,
        check_neighbours: bool,
    ) -> Result<EntryOutcome> {
        let trx = &*self;
        let fields: FieldList<'_> = scratch.entry.iter().collect();
        let names = &mut scratch.names;
        let mut insert =
            Insert { trx, index, fields: &fields, names, check_neighbours, outcome: Ok(EntryOutcome::Done) };
        let options =
            WriteOptions { prev: check_neighbours, next: true, stamp: trx.stamp(), ..WriteOptions::default() };
        index.tree.write_by(&fields, options, &mut insert)?;
        insert.outcome
    }

    /// Delete-marks [`Scratch::entry`].
    #[doc(alias = "row_upd_sec_index_entry")]
    pub(crate) fn mark_entry(&mut self, table: &Table, no: IndexNo, scratch: &mut Scratch) -> Result<()> {
        let index = table.index(no);
        loop {
            let trx = &*self;
            let fields: FieldList<'_> = scratch.entry.iter().collect();
            let names = &mut scratch.names;
            let mut outcome = Ok(None);
            let options = WriteOptions { stamp: trx.stamp(), ..WriteOptions::default() };
            index.tree.write(&fields, options, &mut |site, _| {
                outcome = match site.record() {
                    None => Err(index.corrupt("a row has no entry")),
                    Some(_) => may_change(trx, names, index, site, &fields),
                };
                Ok(if matches!(outcome, Ok(None)) { Change::DeleteMark(true) } else { Change::Keep })
            })?;
            match outcome? {
                None => return Ok(()),
                Some(ticket) => self.wait(ticket)?,
            }
        }
    }
}
