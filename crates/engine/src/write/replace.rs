//! Replacing a clustered record by its next version.
//!
//! ```text
//! read the record ─► undo record of the fields that differ ─► compare, put the new version, which bears the record's address
//! ```
//!
//! RULES
//!
//! - **R1** The record was read before the undo record was written, and is compared under the latch by its
//!   `DB_TRX_ID` and `DB_ROLL_PTR`: no two versions have the same pair.
//! - **R2** An update that changes no byte is not made.
//!
//! InnoDB's counterpart: `btr_cur_upd_lock_and_undo`, `btr_cur_update_in_place`.

use crate::codec::{Error, FieldList, Fields, Op, Result, System, UndoWriter};
use crate::core::Trx;
use crate::dict::{Index, Table};
use crate::rows::{Names, note_rewrite, ticket_of};
use innolab_btree::{Change, Decision, Field, Site, WriteOptions};
use innolab_lock::Ticket;
use innolab_page::{Record, RecordRef};
use innolab_undo::Kind;
use smallvec::SmallVec;

/// A request to replace a clustered record, as it was read.
pub(crate) struct Replace<'a> {
    pub(crate) table: &'a Table,
    /// The clustered index.
    pub(crate) index: &'a Index,
    pub(crate) old: &'a Record,
    pub(crate) op: Op,
    pub(crate) names: &'a mut Names,
}

/// The decision on a replacement, under the latch (R1).
struct Put<'a> {
    trx: &'a Trx,
    index: &'a Index,
    names: &'a mut Names,
    seen: System,
    op: Op,
    fields: &'a [Field<'a>],
    outcome: Result<ReplaceOutcome>,
}

impl Decision for Put<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        self.outcome = self.look(site);
        if !matches!(self.outcome, Ok(ReplaceOutcome::Done)) {
            return Ok(Change::Keep);
        }
        record.leaf(self.index.codec.layout(), self.fields)?;
        record.set_deleted(self.op == Op::DeleteMark);
        Ok(Change::Put)
    }

    fn before_change(&mut self, site: &Site<'_>) {
        note_rewrite(&self.trx.engine, self.names, self.index, site, self.fields.iter().copied());
    }
}

impl Put<'_> {
    fn look(&mut self, site: &Site<'_>) -> Result<ReplaceOutcome> {
        let same = |there: RecordRef<'_>| self.index.codec.system(there) == self.seen;
        let Some(there) = site.record().filter(|there| same(*there)) else { return Ok(ReplaceOutcome::Changed) };
        if self.trx.is_mine(self.seen.trx_id) {
            return Ok(ReplaceOutcome::Done);
        }
        let at = self.names.here(self.index, site.leaf_no(), there.key());
        Ok(ticket_of(self.trx.lock_implicitly(&at)?)?.map_or(ReplaceOutcome::Done, ReplaceOutcome::Wait))
    }
}

/// The outcome of a replacement.
pub(crate) enum ReplaceOutcome {
    Done,
    /// The record is no longer as it was read.
    Changed,
    /// A lock must be waited for; then the record is read again.
    Wait(Ticket),
}

impl Trx {
    /// Replaces a record. `new`: the new fields, whose system columns are filled in here; `None`: the fields of the
    /// record as it is.
    pub(crate) fn replace(
        &mut self,
        replace: Replace<'_>,
        new: Option<&Fields>,
        payload: &mut Vec<u8>,
    ) -> Result<ReplaceOutcome> {
        let Replace { table, index, old, op, names } = replace;
        let layout = index.codec.layout();
        let (old, n_key) = (old.view(layout), layout.n_key());
        // Declared first: `fields` borrows from them.
        let (trx_id, roll_ptr);
        let mut fields: FieldList<'_> = match new {
            Some(new) => new.iter().collect(),
            None => old.fields().collect(),
        };
        let Some(()) = describe(table, op, old, &fields, payload) else { return Ok(ReplaceOutcome::Done) };
        let system = self.append(Kind::Modify, payload)?;
        (trx_id, roll_ptr) = system.bytes();
        (fields[n_key], fields[n_key + 1]) = (Some(&trx_id[..]), Some(&roll_ptr[..]));
        let seen = index.codec.system(old);
        let mut put =
            Put { trx: &*self, index, names, seen, op, fields: &fields, outcome: Ok(ReplaceOutcome::Changed) };
        let written = index.tree.write_by(&fields[..n_key], WriteOptions::default(), &mut put).map_err(Error::from);
        let outcome = written.and(put.outcome);
        self.keep_or_discard(matches!(outcome, Ok(ReplaceOutcome::Done)))?;
        outcome
    }
}

/// Writes the undo record of a change from `old` to `new` to `payload`. `None`: an update that changes nothing (R2).
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
    UndoWriter::begin(payload, op, ordering, table.id(), system, old.key()).list(&list);
    Some(())
}
