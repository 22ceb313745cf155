//! One step of a locking read: locks the record that the cursor is on and decides what the scan does with it.
//!
//! ```text
//!  record ─► lock it (`lock_rule`), the leaf latched ─┬─ must wait ──────────────────────────► Wait, and look again
//!                                                     ├─ busy   SKIP LOCKED ─────────────────► Pass
//!                                                     │         semi-consistent ─────────────► Show the last committed version, unlocked
//!                                                     └─ granted   delete-marked ────────────► Pass
//!                                                                  beyond the range ─────────► Stop
//!                                                                  clustered ────────────────► Show
//!                                                                  secondary: lock its row ──► Show
//! ```
//!
//! RULES: R3–R5 of `scan`.
//!
//! InnoDB's counterpart: the middle of `row_search_mvcc`, `sel_set_rec_lock`, `row_sel_get_clust_rec_for_mysql`.

use super::lock_read::{Columns, Fetched};
use super::lock_rule::{RecordRole, Span, Strength, span};
use super::route::{RangePosition, Search};
use super::scan::{Scan, Verdict, target};
use crate::codec::{Datum, FieldList, Result};
use crate::core::{LockAttempt, Trx};
use crate::dict::{Index, Table};
use crate::rows::{implicit_owner, request_lock};
use innolab_btree::{Cursor, Seek};
use innolab_lock::WaitPolicy;
use innolab_page::RecordRef;

impl Scan {
    /// Locks the record that the cursor is on. `semi`: shows its last committed version instead of waiting for it.
    pub(super) fn lock_and_judge(
        &mut self,
        trx: &mut Trx,
        table: &Table,
        cursor: &Cursor<'_>,
        semi: bool,
        row: &mut Vec<Datum>,
        wanted: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Verdict> {
        let (index, record) = (table.index(self.no), cursor.record());
        let position = self.route.position(&self.route.end(), record);
        let role = self.route.role(record, position, self.showed_one);
        let Some(span) = span(role, self.gaps) else { return Ok(Verdict::Stop) };
        let target = target(table, index, cursor, &mut self.name);
        // R5: a committed deletion is passed over without a lock.
        if record.is_deleted() && !self.gaps && implicit_owner(&trx.engine, &target, trx.id())?.is_none() {
            return Ok(self.pass_deleted());
        }
        let wait_policy = if semi { WaitPolicy::NoWait } else { self.how.wait_policy() };
        let fresh = match request_lock(trx, &target, self.how.strength.of(span), wait_policy)? {
            _ if role == RecordRole::Unequal => return Ok(Verdict::Stop),
            LockAttempt::Granted { fresh } => fresh && self.is_releasable(trx, index, record),
            LockAttempt::Wait(ticket) => return Ok(Verdict::Wait(ticket)),
            LockAttempt::Busy if semi => return self.show_committed(trx, index, record, position, row),
            LockAttempt::Busy => return Ok(Verdict::Pass),
        };
        if record.is_deleted() {
            if fresh {
                self.unlock(trx);
            }
            return Ok(self.pass_deleted());
        }
        if self.is_clustered() {
            return Ok(self.show(trx, index, record, position, fresh, row));
        }
        self.releasable = false;
        if self.how.pushed {
            index.codec.decode(record, row);
            if position == RangePosition::Beyond {
                return Ok(Verdict::Stop);
            }
            if !wanted(row) {
                return Ok(Verdict::Pass);
            }
        }
        // R4: a covered shared read leaves the row alone.
        let verdict = match (self.how.strength, self.how.columns) {
            (Strength::Shared, Columns::Covering) => {
                index.codec.decode(record, row);
                Verdict::Show(Fetched::Row)
            }
            _ => self.lock_row_of_entry(trx, table, index, record, row)?,
        };
        Ok(match verdict {
            Verdict::Show(_) if position == RangePosition::Beyond => Verdict::Stop,
            verdict => verdict,
        })
    }

    fn pass_deleted(&self) -> Verdict {
        if self.is_clustered() && self.route.search == Search::Unique { Verdict::Stop } else { Verdict::Pass }
    }

    /// Shows a row of the clustered index that is now locked; unlocks the one that ended the range (R3).
    fn show(
        &mut self,
        trx: &mut Trx,
        index: &Index,
        record: RecordRef<'_>,
        position: RangePosition,
        fresh: bool,
        row: &mut Vec<Datum>,
    ) -> Verdict {
        if position == RangePosition::Inside {
            index.codec.decode(record, row);
            self.releasable = fresh;
            return Verdict::Show(Fetched::Row);
        }
        if fresh && !self.route.backward {
            self.unlock(trx);
        }
        Verdict::Stop
    }

    /// Shows the last committed version of a row that another transaction has locked.
    fn show_committed(
        &mut self,
        trx: &Trx,
        index: &Index,
        record: RecordRef<'_>,
        position: RangePosition,
        row: &mut Vec<Datum>,
    ) -> Result<Verdict> {
        let engine = &trx.engine;
        let version = self.versions.committed(&engine.undo, &engine.mvcc, &index.codec, record)?;
        self.releasable = false;
        Ok(match version.filter(|version| !version.is_deleted()) {
            None => Verdict::Pass,
            Some(_) if position == RangePosition::Beyond => Verdict::Stop,
            Some(version) => {
                index.codec.decode(version, row);
                Verdict::Show(Fetched::Committed)
            }
        })
    }

    /// Finds and locks the row of an entry: the record without its gap.
    fn lock_row_of_entry(
        &mut self,
        trx: &Trx,
        table: &Table,
        index: &Index,
        entry: RecordRef<'_>,
        row: &mut Vec<Datum>,
    ) -> Result<Verdict> {
        let clustered = table.clustered();
        index.codec.key_of_entry(entry, &mut self.key);
        let key: FieldList<'_> = self.key.iter().collect();
        let mut cursor = clustered.tree.cursor();
        if !cursor.seek(&key, Seek::AtLeast)? || cursor.record().compare(&key).is_ne() {
            return Ok(Verdict::Pass);
        }
        let target = target(table, clustered, &cursor, &mut self.row_name);
        match request_lock(trx, &target, self.how.strength.of(Span::Record), self.how.wait_policy())? {
            LockAttempt::Wait(ticket) => return Ok(Verdict::Wait(ticket)),
            LockAttempt::Busy => return Ok(Verdict::Pass),
            LockAttempt::Granted { .. } => {}
        }
        if cursor.record().is_deleted() {
            return Ok(Verdict::Pass);
        }
        clustered.codec.decode(cursor.record(), row);
        Ok(Verdict::Show(Fetched::Row))
    }
}
