//! Checks if a unique secondary index has the values already: the one place where gaps are locked at every isolation
//! level.
//!
//! ```text
//! insert k = 7      ──(5)────(7, 1 †)────(7, 4)────(9)──       † delete-marked
//!                              S            S ► a duplicate
//! insert k = 7      ──(5)────(7, 1 †)──────────────(9)──
//!                              S                    S          no duplicate, and no other transaction can insert one before this one does
//! ```
//!
//! RULES
//!
//! - **R1** Every entry with the values gets a next-key lock, delete-marked entries too (their delete may be rolled
//!   back), and so does the entry after them: S, or X if the statement will change the row that it finds.
//! - **R2** An entry with the values that is not delete-marked once it is locked is a duplicate.
//! - **R3** After a wait the insert begins again. If then no neighbour of the new entry has the values, the check is
//!   skipped and the entry after it stays unlocked.
//! - **R4** At the end of the index no leaf is latched. So the end is locked and the entries are searched again: an
//!   entry inserted before the lock is found, a later insert waits for the lock.
//!
//! InnoDB's counterpart: `row_ins_scan_sec_index_for_duplicate`.

use super::scratch::Scratch;
use crate::codec::{Datum, Error, FieldList, IndexNo, Result};
use crate::core::Trx;
use crate::dict::{Index, Table};
use crate::rows::{LockTarget, Names, request_lock, ticket_of};
use innolab_btree::{Cursor, Field, Seek};
use innolab_lock::{RecordId, RecordKey, RecordMode, Ticket, WaitPolicy};

/// The outcome of a check.
enum DuplicateCheck {
    None,
    Duplicate,
    Wait(Ticket),
}

impl Trx {
    /// Checks if another live entry has the unique values of [`Scratch::entry`], the entry of `row`. Returns a ticket
    /// if a lock must be waited for. ERRORS: [`crate::Error::Duplicate`].
    pub(crate) fn check_duplicates(
        &self,
        table: &Table,
        no: IndexNo,
        row: &[Datum],
        scratch: &mut Scratch,
    ) -> Result<Option<Ticket>> {
        let index = table.index(no);
        let unique: FieldList<'_> = scratch.entry.iter().take(index.codec.n_unique()).collect();
        let mode = scratch.on_duplicate.next_key();
        let mut look = DuplicateScan { trx: self, table, index, mode, names: &mut scratch.names };
        match look.all(&unique)? {
            DuplicateCheck::None => Ok(None),
            DuplicateCheck::Duplicate => Err(duplicate(table, no, row)),
            DuplicateCheck::Wait(ticket) => Ok(Some(ticket)),
        }
    }
}

/// A scan of the entries with the values.
struct DuplicateScan<'a> {
    trx: &'a Trx,
    table: &'a Table,
    index: &'a Index,
    mode: RecordMode,
    names: &'a mut Names,
}

impl DuplicateScan<'_> {
    fn all(&mut self, unique: &[Field<'_>]) -> Result<DuplicateCheck> {
        let tree = self.index.tree.clone();
        let mut cursor = tree.cursor();
        let mut end_locked = false;
        loop {
            let mut there = cursor.seek(unique, Seek::AtLeast)?;
            while there {
                if let Some(ticket) = self.lock(&cursor)? {
                    return Ok(DuplicateCheck::Wait(ticket));
                }
                let record = cursor.record();
                match record.compare(unique).is_eq() {
                    true if !record.is_deleted() => return Ok(DuplicateCheck::Duplicate),
                    true => there = cursor.next()?,
                    false => return Ok(DuplicateCheck::None),
                }
            }
            // R4: the end is locked, and nothing was found since.
            if end_locked {
                return Ok(DuplicateCheck::None);
            }
            let leaf = if cursor.last()? { cursor.leaf_no() } else { tree.root() };
            let end = RecordId { index: self.index.id(), leaf: u64::from(leaf.0), key: RecordKey::Supremum };
            cursor = tree.cursor();
            if let Some(ticket) = ticket_of(self.trx.lock_record(&end, self.mode, WaitPolicy::Wait)?)? {
                return Ok(DuplicateCheck::Wait(ticket));
            }
            end_locked = true;
        }
    }

    /// Locks the entry that the cursor is on.
    fn lock(&mut self, cursor: &Cursor<'_>) -> Result<Option<Ticket>> {
        let record = cursor.record();
        let at = self.names.here(self.index, cursor.leaf_no(), record.key());
        let target = LockTarget { table: self.table, index: self.index, record, stamp: cursor.stamp(), at };
        ticket_of(request_lock(self.trx, &target, self.mode, WaitPolicy::Wait)?)
    }
}

/// The error for a duplicate key. `row`: the row that cannot be inserted.
pub(crate) fn duplicate(table: &Table, index: IndexNo, row: &[Datum]) -> Error {
    Error::Duplicate { index, key: table.index(index).codec.unique_key_of(row) }
}
